"""Events of MISP: what an event says of itself, in which wrapping it comes, and that bad values never take it down."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from dragoman import report, translate
from dragoman.adapter import Likeness
from dragoman.errors import ReadError
from dragoman.ledger import Kind
from dragoman.model import Contact, Incident
from dragoman.registry import adapter
from dragoman.translate import write
from dragoman.validate import validate
from misp_samples import ORG, UUID, again, attribute, context, document, event, incident, incidents, uuid

RAW = event(Attribute=[attribute()])
WRAPPED = {
    "event": {"Event": RAW},
    "event with errors beside it": {"Event": RAW, "errors": ["x"]},
    "bare": RAW,
    "response": {"response": [{"Event": RAW}, {"Event": event(uuid=uuid(9))}], "took": 3},
    "one response": {"response": {"Event": RAW}},
    "index": {"response": [RAW]},
    "list": [{"Event": RAW}, RAW],
    "manifest": {UUID: {"info": "a", "Orgc": ORG, "date": "2026-10-05"}, uuid(9): {"info": "b", "uuid": uuid(9)}},
}


@pytest.mark.parametrize("value", WRAPPED.values(), ids=list(WRAPPED))
@pytest.mark.parametrize("over", [None, "stix-2.1", "base"])
def test_every_wrapping_comes_back(value: Any, over: str | None) -> None:
    """A server that gets another wrapping than it sent cannot read the answer."""
    assert again(value, over) == value


@pytest.mark.parametrize(
    "value", [{}, [], {"response": []}, {"Event": 1}, {"response": {"Event": 1}}, [1], "x", {UUID: {}}, {"name": "x"}]
)
def test_what_holds_no_event_is_refused_with_one_line(value: Any) -> None:
    """A tracker's JSON must not become an empty event."""
    with pytest.raises(ReadError, match="no MISP event"):
        incidents(value)


def test_what_an_event_says_stands_in_the_fields_of_the_incident() -> None:
    """If not, another format would show an event without a title, a date or an author."""
    found = incident(published=True, publish_timestamp="1791207000")
    assert (found.id, found.summary, found.status, found.impact) == (UUID, "Watering hole", "in-progress", 0.6)
    assert (found.occurrence_time, found.modified) == ("2026-10-05T00:00:00Z", "2026-10-05T12:30:00.000Z")
    assert found.basis == f"report--{UUID}"
    assert found.reports[0].published == "2026-10-05T13:30:00.000Z"
    assert (found.contacts[0].name, found.created_by) == ("SOC of Example", f"identity--{ORG['uuid']}")


def test_an_event_that_is_not_published_stands_as_a_grouping() -> None:
    """A STIX report is a finished one."""
    found = incident()
    assert found.basis == f"grouping--{UUID}"
    assert (found.reports[0].type, found.reports[0].context) == ("grouping", "unspecified")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("uuid", ""), ("uuid", UUID.upper()), ("uuid", 5), ("date", "yesterday"), ("date", "2026-02-30"), ("date", None),
        ("timestamp", 1791203400), ("timestamp", "soon"), ("timestamp", "99999999999999"), ("info", None), ("info", ""),
        ("analysis", 1), ("analysis", "7"), ("analysis", True), ("threat_level_id", 4), ("threat_level_id", "9"),
        ("published", "1"), ("published", None), ("publish_timestamp", "0"), ("publish_timestamp", {}), ("Orgc", None),
        ("Orgc", {}), ("Orgc", {"uuid": "", "name": ""}), ("Orgc", [1]), ("Org", ORG), ("distribution", 4), ("Tag", None),
        ("Tag", {}), ("Tag", [1]), ("Galaxy", ""), ("Galaxy", [{}]), ("Attribute", None), ("Attribute", [None, 1]),
        ("Attribute", {}), ("Object", [[]]), ("EventReport", [1, {}]), ("unheard_of", {"a": [1]}), ("misp:form", 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("over", [None, "stix-2.1"])
def test_one_odd_value_comes_back_and_costs_nothing_else(member: str, value: Any, over: str | None) -> None:
    """Users complain most of events that are lost for one bad value."""
    said = {"Event": event(Attribute=[attribute()]) | {member: value}}
    assert again(said, over) == said


def test_every_missing_member_stays_missing() -> None:
    """A member that nobody said would be an invention."""
    for member in event():
        said = {"Event": {name: value for name, value in event(Attribute=[attribute()]).items() if name != member}}
        assert again(said) == said, member


def test_an_odd_value_is_told() -> None:
    """What cannot be understood must not pass unseen."""
    told = context()
    incidents({"Event": event(date="yesterday", Attribute=[None])}, told)
    assert {(loss.kind, loss.path) for loss in told.ledger} == {
        (Kind.INVALID, "/Event/date"),
        (Kind.INVALID, "/Event/Attribute/0"),
    }


def test_members_keep_their_order() -> None:
    """A diff with the server's own export would show nothing but noise."""
    said = {"Event": dict(reversed(event(Attribute=[], Galaxy=[], Object=[]).items()))}
    assert list(again(said)["Event"]) == list(said["Event"])


def test_what_is_edited_in_the_model_is_written() -> None:
    """A spelling that was kept must not undo an edit."""
    found = incidents({"Event": event(timestamp=1791203400, threat_level_id=2)})[0]
    found.impact, found.summary = 0.9, "Edited"
    out = document(found)["Event"]
    assert (out["threat_level_id"], out["info"], out["timestamp"]) == ("1", "Edited", 1791203400)


def test_an_event_of_ours_goes_to_nobody_unless_somebody_says_so() -> None:
    """A default that shares would leak."""
    out = document(Incident(id=UUID, summary="x"))["Event"]
    assert (out["distribution"], out["published"]) == ("0", False)


def test_an_incident_without_anything_gets_what_misp_demands_and_no_more() -> None:
    """MISP refuses an event without a title or a date; a member beyond that would be invented."""
    out = document(Incident())["Event"]
    assert (out["info"], out["date"]) == ("unnamed", "2026-11-22")
    assert out["Orgc"]["name"] == "unknown"
    assert validate(json.dumps({"Event": out}).encode(), "misp").faults == []


def test_the_organisation_of_an_event_that_nobody_made_is_that_of_the_profile() -> None:
    """Filled in without a word, it would be somebody's say."""
    told = context(settings={"defaults.contact.name": "SOC"})
    out = json.loads(write([Incident(id=UUID, summary="x")], "misp", told))["Event"]
    assert out["Orgc"]["name"] == "SOC"
    assert ("/0/contacts/0/name", Kind.DEFAULTED) in {(loss.path, loss.kind) for loss in told.ledger}


def test_the_author_of_a_foreign_incident_is_its_organisation() -> None:
    """MISP shows an event under the organisation that made it."""
    maker = Contact(id=f"identity--{ORG['uuid']}", name=ORG["name"])
    out = document(Incident(id=UUID, contacts=[maker], created_by=maker.id))
    assert out["Event"]["Orgc"] == ORG


def test_events_are_known_by_their_beginning() -> None:
    """The command line would ask for the format of every event."""
    sniff = adapter("misp").sniff
    assert sniff(b'{"response": [{"Event": {"id": "1", "orgc_id": "2", "analysis": "0"') is Likeness.SURELY
    assert sniff(b'{"Event": {"info": "x"}}') is Likeness.PROBABLY
    assert sniff(b'{"type": "bundle", "id": "bundle--x"}') is Likeness.NO


@pytest.mark.parametrize("value", [{"Event": RAW}, {"response": [{"Event": RAW}]}, RAW], ids=["event", "response", "bare"])
def test_what_is_native_is_so_in_every_wrapping(value: Any) -> None:
    """The wrapping moves every path: an answer of a server would be called carried from end to end."""
    data = json.dumps(value).encode()
    account = report(data, translate(data, "stix-2.1", "misp", context()), context())
    natives = {fate.path.rpartition("Attribute")[2] for fate in account.fates if fate.kind is Kind.NATIVE}
    assert {"/0/type", "/0/value", "/0/category", "/0/uuid", "/0/to_ids", "/0/timestamp"} <= natives


def test_an_event_keeps_its_uuid_where_nothing_is_carried() -> None:
    """If it failed, an event that went through STIX without an extension would come back as another one."""
    data = json.dumps({"Event": RAW}).encode()
    bare = replace(context(), carry="drop")
    there = translate(data, "stix-2.1", "misp", bare).data
    assert json.loads(translate(there, "misp", "stix-2.1", bare).data)["Event"]["uuid"] == RAW["uuid"]


def test_an_indicator_that_lost_its_pattern_is_no_attribute() -> None:
    """If it failed, redacting a pattern would leave an attribute without a value, which no server takes."""
    said = {"uuid": UUID, "type": "domain", "category": "Network activity", "to_ids": True, "value": "x.example"}
    (found,) = incidents({"Event": event(Attribute=[said])})
    found.indicators[0].pattern = None
    assert "Attribute" not in document(found)["Event"] or all(one["value"] for one in document(found)["Event"]["Attribute"])
    assert incidents(document(found))[0].indicators[0].id == found.indicators[0].id
