"""STIX 2.1: every property has its type checked, a wrong one is told by its path and comes back as it was."""

from __future__ import annotations

import copy
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from dragoman.errors import ReadError
from dragoman.ledger import Kind
from dragoman_stix import table
from dragoman_stix.loose import parts_of
from dragoman_stix.read import fields_of
from stix_samples import CORE, at, bundle, made, places, read, returned, types, uuid, whole, write, wrong

TYPES = sorted(types())
FIELDS = list(dict.fromkeys(fields_of(table()).values()))
# What stands inside of these may be of any type, or of several.
FREE = ("definition", "contents", "objects", "monetary-ext", "startup_info", "ipfix", "exif_tags",
        "additional_header_fields")  # fmt: skip


@pytest.mark.parametrize("type_name", TYPES)
def test_an_object_with_every_property_is_understood_whole(type_name: str) -> None:
    """If it failed, a row would not read what the standard allows there, or would not write it back as it was."""
    document = bundle(whole(type_name))
    incidents, context = read(document)
    assert not context.ledger.losses
    parts = [incidents[0], *(part for field in FIELDS for part in parts_of(incidents[0], field))]
    assert [part.residue for part in parts if part.residue and "stix-2.1" in part.residue] == []
    assert returned(document) == document


def mutations() -> list[tuple[str, tuple[str | int, ...]]]:
    found = []
    for type_name in TYPES:
        for path in places(whole(type_name)):
            if not any(step in FREE for step in path[:-1]) and not _any_extension(path):
                found.append((type_name, path))
    return found


def _any_extension(path: tuple[str | int, ...]) -> bool:
    return any(str(step).endswith(uuid(11)) for step in path[:-1])


@pytest.mark.parametrize("type_name", TYPES)
def test_a_wrong_type_is_told_and_comes_back(type_name: str) -> None:
    """If it failed, a property of the wrong type would pass unseen (promise J3), be lost, or stop the document."""
    cases = [path for name, path in mutations() if name == type_name]
    assert len(cases) > 4
    for path in cases:
        item = whole(type_name)
        holder = at(item, path[:-1])
        holder[path[-1]] = wrong(holder[path[-1]])
        document = bundle(item)
        if path[0] in ("object_marking_refs", "granular_markings"):
            with pytest.raises(ReadError, match="marking"):
                read(document)
            continue
        incidents, context = read(copy.deepcopy(document))
        told = [loss for loss in context.ledger if loss.kind is Kind.INVALID]
        pointer = "/objects/0" + "".join(f"/{step}" for step in path)
        assert told, path
        assert all(pointer.startswith(loss.path) for loss in told), (path, told)
        assert len(told) == 1 or path[-1] == "extension_type", (path, told)  # by its row, and by where it stands
        data, written = write(incidents)
        assert json.loads(data) == document, path
        assert not written.ledger.losses, path


SCHEMAS = ("sdos", "sros", "observables")


def published() -> list[Path]:
    spec = find_spec("stix2validator")
    if spec is None or spec.origin is None:
        return []
    home = Path(spec.origin).parent / "schemas-2.1" / "schemas"
    return sorted(file for name in SCHEMAS for file in (home / name).glob("*.json"))


@pytest.mark.skipif(not published(), reason="needs the schemas of stix2-validator")
@pytest.mark.parametrize("file", published(), ids=lambda file: file.stem)
def test_the_table_has_every_property_of_the_published_schema(file: Path) -> None:
    """If it failed, a property of the standard would be carried as a foreign one instead of being understood."""
    schema = json.loads(file.read_text("utf-8"))
    blocks = [schema, *schema.get("allOf", [])]
    named = {name for block in blocks for name in block.get("properties", {})}
    rows = {row.path[0] for row in (*types()[file.stem].rows, *types()[file.stem].constants)}
    assert named - rows == set()


VALUES = [
    ("created", "2021-01-32T00:00:00.000Z"),
    ("created", "2021-01-01T25:00:00.000Z"),
    ("created", "2021-02-30T00:00:00.000Z"),
    ("created", "2021-01-01T00:00:00.000+00:00"),
    ("created", "2021-01-01T00:00:00.000Z\n"),
    ("created", "\uff12021-01-01T00:00:00.000Z"),
    ("created_by_ref", "identity--" + uuid(0xABC).upper()),
    ("created_by_ref", "identity--"),
    ("created_by_ref", "identity--" + uuid(1) + "\n"),
    ("created_by_ref", "{" + uuid(1) + "}"),
    ("confidence", 101),
    ("confidence", -1),
    ("confidence", True),
    ("confidence", 5.0),
    ("labels", []),
    ("labels", ["a", 5]),
    ("revoked", "false"),
    ("revoked", 0),
    ("name", None),
    ("external_references", [{}, 5]),
    ("kill_chain_phases", []),
    ("valid_from", "yesterday"),
    ("extensions", {}),
]


@pytest.mark.parametrize(("member", "value"), VALUES)
def test_a_wrong_value_is_told_and_comes_back(member: str, value: Any) -> None:
    """If it failed, one impossible date or a number out of range would be taken for true, or cost the document."""
    right = {"pattern": "[a:b='c']", "pattern_type": "stix", "valid_from": "2020-01-01T00:00:00Z"}
    document = bundle(made("indicator", **(right | {member: value})))
    _, context = read(document)
    assert [loss.path.split("/")[3] for loss in context.ledger] == [member]
    assert returned(document) == document


def core(**members: Any) -> dict[str, Any]:
    return {CORE: {"extension_type": "property-extension", "investigation_status": "my own word", **members}}


WORDS = [
    (made("opinion", object_refs=["identity--" + uuid(1)], opinion="meh"), ["/objects/0/opinion"]),
    (
        made("incident", name="a", extensions=core(determination="sure")),
        [f"/objects/0/extensions/{CORE}/determination"],
    ),
    (made("incident", name="a", extensions=core(determination="confirmed")), []),
    (made("event", status="occured"), ["/objects/0/status"]),
    (made("identity", name="a", identity_class="robot"), []),
]


@pytest.mark.parametrize(("item", "told"), WORDS)
def test_a_word_outside_a_closed_list_is_told_and_one_outside_an_open_one_is_not(item: Any, told: list[str]) -> None:
    """If it failed, misspelt words of enumerations would pass, or words of open vocabularies be called wrong."""
    _, context = read(bundle(item))
    assert [loss.path for loss in context.ledger if loss.code == "D202"] == told
    assert returned(bundle(item)) == bundle(item)
