"""What Table 1 demands of a message, and what its values must be."""

from __future__ import annotations

from collections.abc import Iterator

from dragoman.errors import ReadError
from dragoman.ledger import Kind, Ledger
from dragoman.mapping import kinds
from dragoman.mapping.json import Object
from dragoman.mapping.table import Spec, Table
from dragoman.model.incident import Incident
from dragoman_base import label
from dragoman_base.forms import SCHEMAS, WORDS, readable


def missing(table: Table, spec: Spec, source: Object, path: str = "") -> Iterator[str]:
    """The paths of mandatory members that are not there."""
    for name in table.facts["parts"][spec.name].get("mandatory", ()):
        if name not in source:
            yield path + name
    for row in spec.rows:
        inner = source.get(row.path[0])
        if row.spec is not None and isinstance(inner, dict):
            yield from missing(table, row.spec, inner, f"{path}{row.path[0]}.")
        elif row.spec is not None and isinstance(inner, list):
            for place, item in enumerate(inner):
                if isinstance(item, dict):
                    yield from missing(table, row.spec, item, f"{path}{row.path[0]}[{place}].")


def refuse_label(incident: Incident, left: Object, where: str) -> None:
    """Raises ReadError for a label that cannot be read: nobody may guess what it allows."""
    tlp = incident.tlp
    broken = left.get("tlp") is not None if tlp is None else not all(readable(tlp.schema, w) for w in label.words(tlp))
    if broken or (tlp is not None and tlp.residue and "fields" in tlp.residue.get("base", {}) and not tlp.fields):
        shown = left.get("tlp") if tlp is None else [tlp.schema, *label.words(tlp)]
        fix = f"schema is {' or '.join(SCHEMAS.values())}, value is {', '.join(WORDS.values())}"
        raise ReadError(f"base message: tlp cannot be read: {shown!r:.80}", where=where, fix=fix)


def tell(incident: Incident, known: frozenset[str], ledger: Ledger, path: str = "") -> None:
    """Notes words and values that are kept as they stand but are not what they should be."""
    for place, field in enumerate(incident.custom_fields):
        if field.value is not None and field.type is not None and field.type.type is not None:
            _tell_custom(field.type.type, field.value, ledger, f"{path}/custom_fields/{place}")
    for place, override in enumerate(incident.tlp.fields if incident.tlp else ()):
        name = (override.field or "").partition(".")[0].partition("[")[0]
        if name not in known:
            where, reason = f"{path}/tlp/fields/{place}/field", "is no field: its label holds for the whole message"
            ledger.note(Kind.INVALID, "D202", where, reason, override.field or "")


def _tell_custom(kind: str, value: str, ledger: Ledger, path: str) -> None:
    try:
        kinds.check(kind, value)
    except LookupError as error:
        ledger.note(Kind.INVALID, "D202", f"{path}/type/type", str(error.args[0]), kind)
    except ValueError as error:
        ledger.note(Kind.INVALID, "D201", f"{path}/value", f"{error}: kept as it stands", value)
