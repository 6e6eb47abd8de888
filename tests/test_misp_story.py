"""What MISP tells beside attributes and objects: the incident itself, its consequences, reports, sightings; and the cargo."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corpus import SHARED
from dragoman.adapter import Context
from dragoman.model import Contact, CustomField, Incident
from dragoman.registry import adapter
from dragoman.translate import read, write
from dragoman.validate import validate
from dragoman_misp.cargo import MOST, NAME
from misp_samples import ORG, UUID, again, attribute, context, document, event, incident, incidents, uuid

TEMPLATE = {"meta-category": "misc", "template_uuid": "38597424-f9bb-4865-9b4b-819172df0334", "template_version": "1"}


def said(relation: str, value: str, **members: Any) -> dict[str, Any]:
    return {"object_relation": relation, "type": "text", "value": value} | members


def of_incident(*members: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"uuid": uuid(100), "name": "incident", **TEMPLATE, "Attribute": list(members)} | more


STORY = [
    of_incident(said("name", "The title"), said("determination", "suspected"), said("investigation_status", "closed"),
                said("criticality", "70"), said("incident_type", "ransomware"), said("incident_type", "exploit")),
    {"uuid": uuid(101), "name": "availability-impact",
     "Attribute": [said("availability_impact", "50"), said("description", "d")]},
]  # fmt: skip


def test_an_incident_object_makes_the_event_an_incident() -> None:
    """As a report the incident would lose what STIX has fields for."""
    found = incident(Object=STORY)
    assert (found.basis, found.reports) == (None, ())
    assert (found.determination, found.status, found.criticality) == ("suspected", "resolved", 70)
    assert found.incident_types == ["ransomware", "exploit"]
    (impact,) = found.assessments[0].impacts
    assert (impact.id, impact.category) == (f"impact--{uuid(101)}", "availability")
    assert impact.measures == {"availability_impact": 50}


OBJECTS: list[Any] = [
    STORY, STORY[::-1], [of_incident()], [of_incident(said("criticality", "Extreme"))], [of_incident(said("name", "a"), 5)],
    [of_incident(said("name", "a")), of_incident(said("name", "b"))], [of_incident(said("name", "a"), uuid="")],
    [of_incident(said("name", "a"), uuid=uuid(1))], [STORY[1], STORY[1]], [of_incident(said("name", "a"), ObjectReference=[])],
    [of_incident(said("investigation_status", "stalled"), comment="c", timestamp="1")],
]  # fmt: skip


@pytest.mark.parametrize("objects", OBJECTS, ids=range(len(OBJECTS)))
@pytest.mark.parametrize("over", [None, "stix-2.1", "base"])
def test_the_story_comes_back_as_it_was(objects: Any, over: str | None) -> None:
    """Also where it stands twice, has no uuid, or words that we do not know."""
    document = {"Event": event(Attribute=[attribute()], Object=objects)}
    assert again(document, over) == document


def test_an_incident_of_another_format_is_told_by_an_incident_object() -> None:
    """An analyst would see a title and nothing else."""
    found = Incident(id=UUID, summary="Title", description=["Text"], determination="confirmed", detection_methods=["user"])
    (told,) = (item for item in document(found)["Event"]["Object"] if item["name"] == "incident")
    pairs = [(member["object_relation"], member["value"]) for member in told["Attribute"]]
    assert ("name", "Title") in pairs
    assert ("description", "Text") in pairs
    assert ("determination", "confirmed") in pairs
    assert ("detection_method", "user") in pairs


def test_a_report_of_the_event_is_a_note() -> None:
    """The analyst's own account would be lost on the way to STIX."""
    report = {"uuid": uuid(7), "name": "How it went", "content": "# Text", "timestamp": "1791203400", "distribution": "5"}
    (note,) = incident(EventReport=[report]).notes
    assert (note.id, note.abstract, note.content) == (f"note--{uuid(7)}", "How it went", "# Text")
    whole = {"Event": event(EventReport=[report, report | {"uuid": ""}, {"name": 5}, {}])}
    assert again(whole, "stix-2.1") == whole


SIGHTINGS = [
    {"uuid": uuid(20), "type": "0", "date_sighting": "1791205200", "source": "proxy", "Organisation": ORG | {"id": "1"}},
    {"uuid": uuid(21), "type": "1", "date_sighting": "1791205201"},
    {"uuid": uuid(22), "type": "2", "date_sighting": "1791205202"},
    {"uuid": "", "type": "0", "date_sighting": "then", "Organisation": {"uuid": "x"}},
    7,
]


def test_a_sighting_is_one_and_a_false_positive_is_an_opinion() -> None:
    """Nobody outside MISP would learn that it was seen again, or that it is harmless."""
    found = incident(Attribute=[attribute(to_ids=True, Sighting=SIGHTINGS[:3])])
    assert [seen.sighting_of_ref for seen in found.sightings] == [found.indicators[0].id]
    assert found.sightings[0].where_sighted_refs == [f"identity--{ORG['uuid']}"]
    assert [(one.opinion, one.object_refs) for one in found.opinions] == [("strongly-disagree", [found.indicators[0].id])]


@pytest.mark.parametrize("listed", [SIGHTINGS, SIGHTINGS[::-1], SIGHTINGS[2:], [], {}, "x"], ids=range(6))
@pytest.mark.parametrize("over", [None, "stix-2.1"])
def test_sightings_come_back_as_they_were(listed: Any, over: str | None) -> None:
    """An expiry, or one without a uuid, must not cost the others."""
    whole = {"Event": event(Attribute=[attribute(Sighting=listed), attribute(2)])}
    found = again(whole, over)
    key = json.dumps
    assert sorted(found["Event"]["Attribute"][0]["Sighting"], key=key) == sorted(listed, key=key)
    found["Event"]["Attribute"][0]["Sighting"] = listed
    assert found == whole


def cargo_of(value: Any) -> list[dict[str, Any]]:
    return [item for item in value["Event"].get("Object", ()) if item["name"] == NAME]


def test_what_misp_has_no_place_for_travels_in_an_object_of_the_event() -> None:
    """Values that a server cuts off or turns into detections would do harm."""
    found = Incident(id=UUID, summary="x", custom_fields=[CustomField(value="é\n " * MOST)])
    out = document(found)
    (held,) = cargo_of(out)
    for member in held["Attribute"]:
        assert len(member["value"].encode()) < 65_536
        assert member["value"] == member["value"].strip()
        assert (member["to_ids"], member["disable_correlation"]) == (False, True)
    assert len(held["Attribute"]) > 1
    held["Attribute"].reverse()  # a server may give them back in another order
    assert incidents(out) == [found]


def test_what_is_carried_is_marked_as_strictly_as_anything_in_it() -> None:
    """A red contact would stand in an attribute that everybody sees."""
    found = Incident(id=UUID, markings=["tlp-2:green"], contacts=[Contact(markings=["tlp-2:red"], titles=["CISO"])])
    (held,) = cargo_of(document(found))
    assert held["Attribute"][0]["Tag"] == [{"name": "tlp:red"}]


@pytest.mark.parametrize("value", ["{", "[]", "{}", '{"event": 5}', '{"event": {"summary": {"=": 5}}}', 5, None])
def test_garbled_cargo_does_no_harm(value: Any) -> None:
    """Somebody may edit it in the browser."""
    out = document(Incident(id=UUID, summary="x", purpose="reporting"))
    cargo_of(out)[0]["Attribute"][0]["value"] = value
    assert incidents(out)[0].summary == "x"


def test_each_event_carries_its_own() -> None:
    """An event that is taken out of its document would leave a part of itself behind."""
    found = [Incident(id=UUID, purpose="reporting"), Incident(id=uuid(9), purpose="watch")]
    out = document(*found)
    alone = read(json.dumps(out["response"][1]).encode(), "misp", context())
    assert alone[0].purpose == "watch"
    assert read(write(found, "misp", context()), "misp", context()) == found


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"info": " "}, "/Event/info: is no text"), ({"date": "2026-13-01"}, "/Event/date: is no day such as 2026-11-22"),
        ({"analysis": 1}, "/Event/analysis: is none of 0, 1, 2, in a string"), ({"Galaxy": {}}, "/Event/Galaxy: is no list"),
        ({"Orgc": {"name": "x"}}, "/Event/Orgc/uuid: is missing"),
        ({"published": "1"}, "/Event/published: is neither true nor false"),
        ({"Attribute": [attribute(type="nothing")]}, "/Event/Attribute/0/type: is no type of attribute"),
        ({"Attribute": [attribute(category="Elsewhere")]}, "/Event/Attribute/0/category: is no category"),
        ({"Object": [STORY[1]]}, "/Event/Object/0/template_uuid: is missing"),
    ],
)  # fmt: skip
def test_validity_is_judged_by_the_core_format(change: dict[str, Any], fault: str) -> None:
    """A server refuses such an event, and says less of why."""
    assert validate(json.dumps({"Event": event()}).encode(), "misp").faults == []
    found = validate(json.dumps({"Event": event(**change)}).encode(), "misp").faults
    assert any(line.startswith(fault) for line in found), found


def test_the_manifest_of_a_feed_is_judged_as_one() -> None:
    """Its events have no uuid of their own and are not published."""
    short = {name: event()[name] for name in ("info", "date", "analysis", "threat_level_id", "timestamp", "Orgc")}
    assert validate(json.dumps({UUID: short}).encode(), "misp").faults == []
    (fault,) = validate(json.dumps({UUID: short | {"date": "x"}}).encode(), "misp").faults
    assert fault.startswith(f"/{UUID}/date: is no day")


EVENTS = sorted(SHARED.glob("corpus/misp/*.json"))


@pytest.mark.skipif(not EVENTS, reason="the corpus does not stand beside the checkout")
def test_a_document_that_is_no_json_is_refused_with_its_place() -> None:
    """There is one among the real ones; half an event would be worse than none."""
    file = next(file for file in EVENTS if "malicious_pypi" in file.name)
    with pytest.raises(Exception, match=r"37374:9: a value is missing here"):
        read(file.read_bytes(), "misp", context())


@pytest.mark.parametrize("file", [*sorted(SHARED.glob("corpus/stix/*.json")), *EVENTS], ids=lambda file: file.stem)
@pytest.mark.filterwarnings("ignore")
def test_what_we_write_is_read_by_the_library_of_misp(file: Path) -> None:
    """What the library refuses, no server gets to see."""
    pymisp = pytest.importorskip("pymisp", reason="the library of MISP is not installed")
    if file.name.startswith(("playbook", "malware-ioc_malicious_pypi")):
        pytest.skip("not a document of its format")
    found = json.loads(write(read(file.read_bytes(), None, context()), "misp", context()))
    for wrapped in found.get("response", [found]):
        loaded = pymisp.MISPEvent()
        loaded.load(json.dumps(wrapped))
        assert loaded.uuid == wrapped.get("Event", wrapped)["uuid"]


def test_the_adapter_says_that_it_judges() -> None:
    assert adapter("misp").faults(json.dumps({"Event": event()}).encode(), Context()) == []  # type: ignore[attr-defined]
