"""`dragoman validate` for STIX 2.1: what is missing or does not go together, each told by its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corpus import DOCUMENTS, context, needed
from dragoman import Context
from dragoman.translate import translate
from dragoman.validate import validate
from runner import run
from stix_samples import CORE, TIME, bundle, made, types, uuid, whole

CONTACT = "extension-definition--66e2492a-bbd3-4be6-88f5-cc91a017a498"
EVENT = {"extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e": {"extension_type": "new-sdo"}}
LATER = "2021-01-01T00:00:00.000Z"
MARKING = "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"


def faults(*objects: dict[str, Any]) -> list[str]:
    return validate(json.dumps(bundle(*objects)).encode(), "stix-2.1").faults


def sco(type_name: str, **more: Any) -> dict[str, Any]:
    return {"type": type_name, "spec_version": "2.1", "id": f"{type_name}--{uuid(1)}", **more}


def without(item: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key not in names}


INCIDENT = made("incident", 1, name="x")
INDICATOR = made("indicator", 1, pattern="[url:value = 'x']", pattern_type="stix", valid_from=LATER)
TRAFFIC = sco("network-traffic", protocols=["tcp"], src_ref=f"ipv4-addr--{uuid(2)}")
SIGHTING = made("sighting", 1, sighting_of_ref=f"indicator--{uuid(2)}")

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no name": (without(INCIDENT, "name"), "/name: is missing"),
    "no created": (without(INCIDENT, "created"), "/created: is missing"),
    "no spec_version": (without(INCIDENT, "spec_version"), "/spec_version: is missing"),
    "core extension": (
        {**INCIDENT, "extensions": {CORE: {"extension_type": "property-extension", "determination": "blocked"}}},
        f"/extensions/{CORE}/investigation_status: is missing",
    ),
    "score": (
        {**INCIDENT, "extensions": {CORE: {"extension_type": "property-extension", "determination": "blocked",
                                           "investigation_status": "new", "scores": [{"name": "x"}]}}},
        f"/extensions/{CORE}/scores/0/value: is missing",
    ),
    "event without its extension": (
        made("event", 1, status="occurred"),
        "/extensions: lacks extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e, which makes the type",
    ),
    "state change of nothing": (
        made("event", 1, status="occurred", extensions=EVENT, changed_objects=[{"state_change_type": "caused"}]),
        "/changed_objects/0: has none of initial_ref, result_ref",
    ),
    "contact without a way": (
        made("identity", 1, name="x", extensions={CONTACT: {"extension_type": "property-extension", "first_name": "x"}}),
        f"/extensions/{CONTACT}: has none of contact_numbers, email_addresses, social_media_accounts",
    ),
    "location of nowhere": (made("location", 1, name="x"), ": has none of region, country, latitude"),
    "half a coordinate": (made("location", 1, latitude=1.5), "/longitude: is missing beside latitude"),
    "off the globe": (made("location", 1, latitude=91.5, longitude=0), "/latitude: is not from -90 to 90"),
    "traffic from nowhere": (without(TRAFFIC, "src_ref"), ": has none of src_ref, dst_ref"),
    "traffic that ended": ({**TRAFFIC, "is_active": True, "end": TIME}, "/end: may not be there when is_active is true"),
    "port": ({**TRAFFIC, "src_port": 70000}, "/src_port: is not from 0 to 65535"),
    "traffic from a file": ({**TRAFFIC, "src_ref": f"file--{uuid(2)}"},
                            "/src_ref: names an object that is no ipv4-addr or ipv6-addr or mac-addr or domain-name"),
    "artifact of nothing": (sco("artifact", mime_type="a/b"), ": has not one of payload_bin, url, but none"),
    "artifact twice": (sco("artifact", payload_bin="aGk=", url="http://x/", hashes={"MD5": "0" * 32}),
                       ": has not one of payload_bin, url, but both"),
    "artifact without hashes": (sco("artifact", url="http://x/"), "/hashes: is missing beside url"),
    "file of nothing": (sco("file", size=5), ": has none of hashes, name"),
    "process of nothing": (sco("process"), ": says nothing: it has no property of its own"),
    "address": (sco("ipv4-addr", value="300.1.1.1"), "/value: is no ipv4 addr: '300.1.1.1'"),
    "short hive": (sco("windows-registry-key", key="HKLM\\x"), "/key: is no full key: 'HKLM\\\\x'"),
    "reference to nothing": ({**INCIDENT, "external_references": [{"source_name": "x"}]},
                             "/external_references/0: has none of description, url, external_id"),
    "phase": ({**INDICATOR, "kill_chain_phases": [{"phase_name": "x"}]}, "/kill_chain_phases/0/kill_chain_name: is missing"),
    "never valid": ({**INDICATOR, "valid_until": LATER}, "/valid_until: is not later than valid_from"),
    "modified too early": ({**INCIDENT, "created": LATER}, "/modified: is earlier than created"),
    "seen backwards": ({**SIGHTING, "first_seen": LATER, "last_seen": TIME}, "/last_seen: is earlier than first_seen"),
    "no milliseconds": ({**INCIDENT, "created": "2020-01-01T00:00:00Z"}, "/created: is not precise to the millisecond"),
    "author": ({**INCIDENT, "created_by_ref": f"tool--{uuid(2)}"}, "/created_by_ref: names an object that is no identity"),
    "selector": ({**INCIDENT, "granular_markings": [{"marking_ref": MARKING, "selectors": ["labels.[0]"]}]},
                 "/granular_markings: the selector 'labels.[0]' points at nothing"),
    "null in a stranger": (made("x-thing", 1, a=None), "/a: is null"),
    "empty list in a stranger": (made("x-thing", 1, a=[{"b": []}]), "/a/0/b: is an empty list"),
    "marking of nothing": (without(made("marking-definition", 1), "modified"), ": has none of definition, extensions"),
    "wrong value": ({**INCIDENT, "confidence": 101}, "/confidence: is no integer from 0 to 100 ('101')"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_is_told_by_its_place(name: str) -> None:
    """If it failed: a document that the standard forbids would be called valid, or nobody could find what is wrong."""
    item, expected = WRONG[name]
    assert faults(item) == [f"/objects/0{expected}"]


RIGHT = [INCIDENT, INDICATOR, TRAFFIC, SIGHTING, made("x-thing", 1), {**INDICATOR, "valid_until": "2022-01-01T00:00:00.01Z"}]


@pytest.mark.parametrize("item", RIGHT, ids=lambda item: item["type"])
def test_what_is_right_has_no_faults(item: dict[str, Any]) -> None:
    """If it failed: a valid document would be refused."""
    assert faults(item) == []


def test_the_place_fits_the_form_of_the_document() -> None:
    """If it failed: the pointers would lead nowhere in a document that is an object or a list."""
    item = without(INCIDENT, "name")
    assert validate(json.dumps(item).encode(), "stix-2.1").faults == ["/name: is missing"]
    assert validate(json.dumps([item]).encode(), "stix-2.1").faults == ["/0/name: is missing"]


def test_two_contents_under_one_version_are_a_fault() -> None:
    """If it failed: two objects that contradict each other would pass as one."""
    assert faults(INCIDENT, {**INCIDENT, "name": "y"}) == [
        "/objects/1: differs from /objects/0, which has the same id and the same modified"
    ]
    assert faults(INCIDENT, INCIDENT) == []
    assert faults(INCIDENT, {**INCIDENT, "name": "y", "modified": LATER}) == []


@pytest.mark.parametrize("type_name", sorted(types()))
def test_every_rule_can_look_at_anything(type_name: str) -> None:
    """If it failed: a value of an unexpected kind would bring the judge down."""
    for value in (None, 5, "x", [], {}, [[]], [{}], [None], {"a": [None]}, True):
        for key in whole(type_name):
            if key not in ("type", "object_marking_refs", "granular_markings"):
                assert isinstance(faults({**whole(type_name), key: value}), list)


def test_the_command_prints_each_fault_in_a_line(tmp_path: Path) -> None:
    """If it failed: a script could not tell a valid document from another one."""
    file = tmp_path / "x.json"
    file.write_text(json.dumps(bundle(without(INCIDENT, "name", "created"))))
    outcome = run("validate", str(file))
    assert outcome.status == 4
    assert outcome.out.splitlines() == [f"{file}: /objects/0/created: is missing", f"{file}: /objects/0/name: is missing"]


@needed
@pytest.mark.parametrize(("name", "file"), DOCUMENTS, ids=lambda value: str(getattr(value, "stem", value)))
def test_what_we_write_is_valid(name: str, file: Path) -> None:
    """If it failed: we would write what we ourselves call invalid."""
    if name == "stix-2.1":
        return
    for shape in ("C", "D", "F"):
        made_of_it = translate(file.read_bytes(), "stix-2.1", name, context(settings={"stix.shape": shape}))
        assert validate(made_of_it.data, "stix-2.1", Context()).faults == []
