"""The published JSON Schema of the base message, made from its table so that the two cannot disagree."""

from __future__ import annotations

from typing import Any

from dragoman.mapping.table import Row, Spec, Table
from dragoman_base.forms import SCHEMAS, WORDS

UUID = r"^[0-9A-Fa-f]{8}-?([0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}$"
SHAPES: dict[str, dict[str, Any]] = {
    "uuid": {"type": "string", "pattern": UUID},
    "finite": {"type": "number"},
    "fraction": {"type": "number", "minimum": 0, "maximum": 1},
    "integer": {"type": "integer"},
    "iso": {"type": "string", "pattern": r"^[0-9W-]+[T ][0-9]"},
}
SPECIAL: dict[tuple[str, str], dict[str, Any]] = {
    ("tlp", "schema"): {"enum": list(SCHEMAS.values())},
    ("tlp", "value"): {"enum": list(WORDS.values())},
    ("tlp_field", "value"): {"enum": list(WORDS.values())},
}


def schema(table: Table) -> dict[str, Any]:
    """JSON Schema 2020-12: one message, or a list of them."""
    message = {"$ref": "#/$defs/incident"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": table.facts["title"],
        "anyOf": [message, {"type": "array", "items": message}],
        "$defs": {spec.name: _part(table, spec) for spec in table.parts.values()},
    }


def _part(table: Table, spec: Spec) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {row.path[0]: _member(spec, row) for row in spec.rows},
        "required": table.facts["parts"][spec.name].get("mandatory", []),
    }


def _member(spec: Spec, row: Row) -> dict[str, Any]:
    described = {"description": row.source["doc"]} if "doc" in row.source else {}
    if row.spec is None:
        shape = SPECIAL.get((spec.name, row.path[0])) or SHAPES.get(row.source.get("codec", ""), {"type": "string"})
        return described | shape
    reference: dict[str, Any] = {"$ref": f"#/$defs/{row.spec.name}"}
    if row.core == "type" and spec.name == "incident":
        reference = {"anyOf": [reference, SHAPES["uuid"]]}
    return described | ({"type": "array", "items": reference} if row.many else reference)
