"""STIX 2.1 documents for tests: small ones by hand, and one object of each type with every property, from the table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from dragoman.adapter import Context
from dragoman.mapping.table import Row, Spec, facts
from dragoman.model import Incident
from dragoman_stix import adapter, table

SHARED = Path(__file__).resolve().parents[2] / "shared"
TIME = "2020-01-01T00:00:00.000Z"
CORE = "extension-definition--ef765651-680c-498d-9894-99799f2fa126"
Object = dict[str, Any]
Path_ = tuple[str | int, ...]


def uuid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def made(type_name: str, number: int = 1, **properties: Any) -> Object:
    """A domain object with what every one has."""
    head = {"type": type_name, "spec_version": "2.1", "id": f"{type_name}--{uuid(number)}"}
    return {**head, "created": TIME, "modified": TIME, **properties}


def bundle(*objects: Any, **members: Any) -> Object:
    return {"type": "bundle", "id": f"bundle--{uuid(0xB)}", "objects": list(objects), **members}


def read(document: Any, **settings: Any) -> tuple[list[Incident], Context]:
    context = Context(settings=settings)
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(adapter.read(BytesIO(data), context)), context


def write(incidents: list[Incident], **settings: Any) -> tuple[bytes, Context]:
    context, sink = Context(settings=settings), BytesIO()
    adapter.write(incidents, sink, context)
    return sink.getvalue(), context


def returned(document: Any, **settings: Any) -> Any:
    """What comes back of a document, nothing of it carried."""
    incidents, _ = read(document, **settings)
    data, context = write(incidents, **settings)
    assert not context.ledger.losses
    return json.loads(data)


# ---- One object of each type, with every property that the table has a row for ------------------------------------

SAMPLES: dict[str, Any] = {
    "string": "text",
    "timestamp": "2021-02-03T04:05:06.7Z",
    "precise": "2021-02-03T04:05:06.789Z",
    "integer": 5,
    "number": 1.5,
    "boolean": True,
    "percent": 50,
    "texts": "words",
    "strings": ["one", "two"],
    "hashes": {"MD5": "d41d8cd98f00b204e9800998ecf8427e"},
    "ref": f"software--{uuid(7)}",
    "refs": [f"file--{uuid(8)}"],
    "steps": [f"event--{uuid(9)}"],
    "incident-id": f"incident--{uuid(1)}",
    "markings": ["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"],
    "marking": f"marking-definition--{uuid(10)}",
    "binary": "aGVsbG8=",
    "hex": "0a1B",
    "dictionary": {"key": "value"},
    "object": {"extension_type": "property-extension"},
    "string-values": {"key": "value"},
    "header-values": {"X-Header": ["value", "other"]},
    "plain-values": {"key": 4},
    "strings-values": {"key": ["value"]},
    "integer-values": {"key": 4},
    "objects-values": {"0": {"type": "file", "name": "x"}},
    "url": "https://www.example.com/",
}


def sample(codec: Any) -> Any:
    """A right value for a codec, for a check of the table ("pe-section", "pe-section[]") or for a list of words."""
    if isinstance(codec, list):
        return codec[0]
    if codec.endswith("[]"):
        return [sample(codec[:-2])]
    checks = facts("stix-2.1")["checks"]
    if codec not in checks:
        return deepcopy(SAMPLES[codec])
    return {key.replace("*", f"extension-definition--{uuid(11)}"): sample(what) for key, what in checks[codec].items()}


def of_row(row: Row) -> Any:
    if row.spec is not None:
        return [of_spec(row.spec)] if row.many else of_spec(row.spec)
    codec = row.source.get("codec", "string")
    if row.vocab is None or codec not in ("string", "strings"):
        return sample(codec)
    word = min(row.vocab.words)
    return word if codec == "string" else [word]


def of_spec(spec: Spec) -> Object:
    """An object with every property."""
    out: Object = {}
    for row in (*spec.constants, *spec.rows):
        holder = out
        for step in row.path[:-1]:
            holder = holder.setdefault(step, {})
        if row.holds:
            holder.setdefault(row.path[-1], {})["extension-definition--" + uuid(11)] = {"extension_type": "property-extension"}
        else:
            holder[row.path[-1]] = row.constant if row.constant is not None else of_row(row)
    if spec.name == "granular-marking":
        del out["lang"]
    return out


@cache
def types() -> Mapping[str, Spec]:
    """The types of objects of the table."""
    listed = table().facts["parts"]
    return {n: spec for n, spec in table().parts.items() if n == "incident" or listed[n].get("list", "foreign") != "foreign"}


def whole(type_name: str) -> Object:
    """An object of a type with every property."""
    out = of_spec(types()[type_name])
    out["id"] = f"{type_name}--{uuid(1)}"
    if type_name == "impact":
        inner = out["extensions"]
        out["extensions"] = {key: value for key, value in inner.items() if key != "impact measures"}
        out |= {"impact_category": "monetary", "extensions": out["extensions"] | {"monetary-ext": {"variety": "x"}}}
    return out


def places(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """The paths of all members, of the first item of each list of objects too."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from places(inner, (*path, key))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield from places(value[0], (*path, 0))


def at(value: Any, path: Path_) -> Any:
    for step in path:
        value = value[step]
    return value


def wrong(value: Any) -> Any:
    """A value of another type."""
    if isinstance(value, str):
        return 7
    return ["a"] if isinstance(value, dict) else "x"
