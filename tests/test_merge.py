"""Two accounts of one incident: what agrees is one, what differs is told, the order decides, a label is never widened."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dragoman.adapter import Context
from dragoman.attachments.merge import Account, merged, one_thing
from dragoman.attachments.unpack import Partner, unpack
from dragoman.ledger import Ledger
from dragoman.model import (
    Additional,
    Contact,
    ContactPoint,
    Incident,
    IncidentType,
    Reference,
    Text,
    Tlp,
    TlpField,
)
from dragoman.model.marking import Level, strictest
from dragoman.profile import Agreement


def both(one: Incident, other: Incident) -> tuple[Incident, list[tuple[str, str]]]:
    ledger = Ledger()
    found = merged([Account("iodef-2", one), Account("stix-2.1", other)], ledger)
    assert {loss.code for loss in ledger} <= {"D603"}
    return found, [(loss.path, loss.value) for loss in ledger]


def test_what_agrees_is_one_and_what_one_lacks_the_other_gives() -> None:
    one = Incident(summary="A leak", status="resolved", detection_time="2026-01-01T10:00:00Z")
    other = Incident(summary="A leak", impact=0.5, detection_time="2026-01-01T11:00:00+01:00")
    assert both(one, other) == (replace(one, impact=0.5), [])


def test_what_differs_is_told_with_what_the_loser_said() -> None:
    """A value that vanishes here without a word would be lost in silence."""
    found, told = both(Incident(status="resolved", description=["a"]), Incident(status="new", description=["b", Text("c")]))
    assert (found.status, list(found.description)) == ("resolved", ["a"])
    assert sorted(told) == [("/description", "b; c"), ("/status", "new")]


def test_lists_of_things_add_up_and_the_same_thing_stands_once() -> None:
    ann, bo = Contact(name="Ann", emails=[ContactPoint(value="ann@example.com")]), Contact(name="Bo")
    more = Contact(name="Ann", phones=[ContactPoint(value="1")], titles=["Dr"])
    found, told = both(Incident(contacts=[ann, bo], labels=["x", "y"]), Incident(contacts=[more], labels=["y", "z"]))
    assert [(contact.name, len(contact.phones), len(contact.emails)) for contact in found.contacts] == [
        ("Ann", 1, 1), ("Bo", 0, 0),
    ]  # fmt: skip
    assert list(found.labels) == ["x", "y", "z"]
    assert told == []


def test_two_things_that_are_called_differently_stay_two() -> None:
    """Two numbers under two names must not become one for being equal."""
    one, other = Additional(name="hits", value="1"), Additional(name="deaths", value="1")
    assert not one_thing(one, other)
    assert list(both(Incident(additional=[one]), Incident(additional=[other]))[0].additional) == [one, other]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Contact(role="tech", name="A"), Contact(role="tech", emails=[ContactPoint(value="b@example.com")]), False),
        (Contact(role="tech"), Contact(role="tech", name="A"), True),
        (Contact(id="1", name="A"), Contact(id="2", name="A"), False),
        (Reference(urls=["u", "v"]), Reference(urls=["v"], source_name="s"), True),
        (Contact(name="A"), Reference(source_name="A"), False),
    ],
)
def test_when_two_items_are_one_thing(one: Any, other: Any, same: bool) -> None:
    assert one_thing(one, other) is same
    assert one_thing(other, one) is same


def test_the_stricter_label_holds_whoever_wins() -> None:
    """A merge that widened a marking would pass on what must stay (L10)."""
    loose = Tlp(schema="ENISA", value="Green", fields=[TlpField(field="summary", value="White")])
    strict = Tlp(schema="ENISA", value="Red", fields=[TlpField(field="impact", value="Amber")])
    for one, other in ((loose, strict), (strict, loose)):
        found, told = both(Incident(tlp=one, markings=["tlp-2:green"]), Incident(tlp=other, markings=["tlp-2:red"]))
        assert found.tlp is not None
        assert found.tlp.value == "Red"
        assert {field.field for field in found.tlp.fields} == {"summary", "impact"}
        assert set(found.markings) == {"tlp-2:green", "tlp-2:red"}
        assert told == [("/tlp/value", "ENISA Green")]


def test_a_field_that_one_account_opens_is_as_strict_as_the_other_has_it() -> None:
    """A merge by names of fields alone would show what one account keeps, because the other one would show its own."""
    loose = Tlp(schema="ENISA", value="Green", fields=[TlpField(field="summary", value="White")])
    strict = Tlp(schema="ENISA", value="Red", fields=[TlpField(field="impact", value="Amber")])
    for one, other in ((loose, strict), (strict, loose)):
        found, _ = both(Incident(tlp=one), Incident(tlp=other))
        assert found.tlp is not None
        assert {field.field: field.value for field in found.tlp.fields} == {"summary": "Red", "impact": "Amber"}
    found, _ = both(Incident(summary="kept", markings=["tlp-2:red"]), Incident(tlp=loose))
    assert found.tlp is not None
    assert [field.value for field in found.tlp.fields] == ["Red"]


def test_a_part_that_one_account_opens_stays_as_strict_as_around_it_in_the_other() -> None:
    """If it failed, what a RED account says of a contact would go out, for a GREEN account knows the same contact."""
    kept = Incident(contacts=[Contact(name="A", names=["A"], timezone="+01:00")], markings=["tlp-2:red"])
    shown = Incident(contacts=[Contact(name="A", names=["A"], markings=["tlp-2:green"])], markings=["tlp-2:green"])
    for one, other in ((kept, shown), (shown, kept)):
        found, _ = both(one, other)
        assert strictest(found.contacts[0].markings) is Level.RED
    found, _ = both(Incident(purpose="reporting"), Incident(markings=["tlp-2:green"]))
    assert strictest(found.markings) is Level.RED, "IODEF without a restriction is private"


MESSAGE = b"""{"id": "52252076-9d38-4ffb-a5da-174bf6189fc8", "type": {"id": "1b7293c9-6b7c-4df0-8721-0da39a5d54a0"},
"language": "en", "status": "resolved", "impact": 0.5, "summary": "A leak", "description": "Records were copied.",
"occurrence_time": "2026-11-21T23:16:57Z", "detection_time": "2026-11-22T00:16:57Z",
"liaison": {"id": "4e4c896c-f8d0-41d3-ba46-27d986094ac3", "name": "Support", "email": "s@example.com", "phone": "1",
"address": "Road 1", "zip": "7000", "city": "Trondheim"}, "attachments": [%s]}"""


@pytest.mark.parametrize(
    ("order", "status"), [((), "new"), (("base",), "resolved"), (("iodef-2", "base"), "new"), (("stix-2.1",), "new")]
)
def test_a_partner_that_is_no_dragoman_is_merged_too(order: tuple[str, ...], status: str, tmp_path: Any) -> None:
    """Its base message was written by hand, its IODEF by another program: they agree in some and differ in others."""
    from dragoman.attachments import zipped
    from dragoman.attachments.pack import Piece
    from dragoman.attachments.store import digest_of
    from dragoman.model import Attachment

    xml = (
        b'<IODEF-Document version="2.00" xmlns="urn:ietf:params:xml:ns:iodef-2.0"><Incident purpose="reporting" status="new">'
        b'<IncidentID name="x.example">7</IncidentID><DetectTime>2026-11-22T00:16:57Z</DetectTime>'
        b"<GenerationTime>2026-11-22T01:00:00Z</GenerationTime><Description>Records were copied.</Description>"
        b'<Contact role="creator" type="organization"><ContactName>Support</ContactName>'
        b"<Email><EmailTo>s@example.com</EmailTo></Email></Contact></Incident></IODEF-Document>"
    )
    uri = "cid:1@attachments.invalid"
    about = Attachment(format="iodef-2", uri=uri, sha256=digest_of(xml))
    listed = b'{"format": "iodef-2", "uri": "%s", "sha256": "%s"}' % (uri.encode(), digest_of(xml).encode())
    data = zipped.write(MESSAGE % listed, [Piece(about, xml)])
    context = Context()
    done = unpack(data, Partner(Agreement(formats=("iodef-2",), order=order)), context)
    [incident] = done.incidents
    assert incident.status == status
    assert incident.identifier is not None
    assert incident.impact == 0.5
    assert incident.summary == "A leak"
    assert [contact.label for contact in incident.contacts] == ["Support"]
    assert [point.value for point in incident.contacts[0].phones] == ["1"]
    assert [loss.path for loss in context.ledger if loss.code == "D603" and "contacts" not in loss.path] == ["/status"]
    assert incident.attachments == ()


def test_a_type_is_taken_whole() -> None:
    found, _ = both(Incident(), Incident(type=IncidentType(id="1", name="leak")))
    assert found.type == IncidentType(id="1", name="leak")
