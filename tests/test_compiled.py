"""The compiled functions of hot kinds do what the engine does row by row."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from corpus import STIX, needed
from dragoman.ledger import Ledger
from dragoman.mapping import compiled
from dragoman.mapping.json import JsonReader, JsonWriter
from dragoman.mapping.table import Spec
from dragoman.model import plain as model
from dragoman.model.plain import fields
from dragoman.tree import json
from dragoman_stix import table

OBJECTS: dict[str, dict[str, Any]] = {
    "relationship": {
        "type": "relationship", "spec_version": "2.1", "id": "relationship--915ba83b-7120-5baa-a1fb-ae1743da9193",
        "created": "2026-03-01T09:00:00Z", "modified": "2026-03-01T09:00:00Z", "relationship_type": "consists-of",
        "source_ref": "infrastructure--854eab89-11df-59e6-a563-0012a1f0e195",
        "target_ref": "ipv4-addr--9de1cadd-e20b-59f0-8a46-1c5dc050cbde", "labels": ["one", "two"],
    },
    "infrastructure": {
        "type": "infrastructure", "spec_version": "2.1", "id": "infrastructure--854eab89-11df-59e6-a563-0012a1f0e195",
        "created": "2026-03-01T09:00:00Z", "name": "host", "infrastructure_types": ["workstation", "botnet"], "confidence": 0,
        "object_marking_refs": ["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"],
    },
    "file": {
        "type": "file", "spec_version": "2.1", "id": "file--854eab89-11df-59e6-a563-0012a1f0e195", "name": "a.exe",
        "hashes": {"MD5": "d41d8cd98f00b204e9800998ecf8427e"}, "size": 0,
    },
}  # fmt: skip
WRONG: list[Any] = ["", [], {}, None, True, 7, ["x", 7], "no such thing", {"x": "y"}]


def writer() -> JsonWriter:
    made = JsonWriter("stix-2.1", Ledger())
    made.defaults = {"time": "2026-01-01T00:00:00Z", "modified": "2026-01-02T00:00:00Z"}
    return made


def agrees(name: str, item: dict[str, Any]) -> bool:
    """Checks one object; whether the compiled function reads it."""
    spec, reader = table().parts[name], JsonReader("stix-2.1", Ledger())
    fast = compiled.reader_of(spec, tuple(item))
    found = fast(copy.deepcopy(item)) if fast is not None else None
    plain = reader.plainly(spec, copy.deepcopy(item))
    write = compiled.writer_of(spec)
    if write is not None and not plain.residue:
        made = write(writer(), plain)
        assert made == writer().plainly(spec, plain)
        assert list(made) == list(writer().plainly(spec, plain))
    if found is not None:
        assert found == plain
        assert not reader.ledger.losses
        compares(spec, item, found)
    return found is not None


def compares(spec: Spec, item: dict[str, Any], part: Any) -> None:
    """The comparison says yes to the part that is read, and no to one that differs in more than what other formats left."""
    check = compiled.checker_of(spec, tuple(item))
    assert check is not None
    assert check(item, part)
    assert check(item, model.copied(part, residue={"another": {"x": 1}}))
    for name in fields(type(part)):
        assert name == "residue" or not check(item, model.copied(part, **{name: "something else"}))
    assert "type" not in item or not check(item | {"type": "another"}, part)


@pytest.mark.parametrize("name", OBJECTS)
def test_a_plain_object_is_read_and_written_alike(name: str) -> None:
    assert agrees(name, OBJECTS[name])


@pytest.mark.parametrize("name", OBJECTS)
def test_without_a_member_or_with_a_wrong_value_they_still_agree(name: str) -> None:
    for key in OBJECTS[name]:
        agrees(name, {other: value for other, value in OBJECTS[name].items() if other != key})
        for value in WRONG:
            agrees(name, OBJECTS[name] | {key: value})


@needed
def test_every_object_of_the_corpus_is_read_and_written_alike() -> None:
    read = 0
    for document in STIX:
        tree = json.redecode(document.read_bytes())
        objects = tree.get("objects", []) if isinstance(tree, dict) else tree
        read += sum(agrees(item["type"], item) for item in objects if item.get("type") in table().parts)
    assert read
