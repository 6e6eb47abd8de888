"""Where an upstream shows that no list of fields names: what a reader keeps, who saw it, words of one's own."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from dragoman.adapter import Can, Context
from dragoman.derivation.derive import Wish, derive
from dragoman.derivation.rules import rules
from dragoman.model import Incident, Indicator, Note
from dragoman.profile import Profile, Sender
from dragoman.registry import adapter, formats
from dragoman.translate import read, write

WRITERS = [name for name in sorted(formats()) if Can.WRITE in adapter(name).format.can]
PROFILE = Profile(sender=Sender(id=str(uuid4()), name="CSIRT of Ours"))
EVERYTHING = Wish(keep=tuple(rules().fields["Incident"]), max_tlp="RED", because="a test")


def context() -> Context:
    return Context(settings={"defaults.liaison.name": "Our Desk", "defaults.liaison.email": "desk@ours.example"})


def passed_on(received: list[Incident], target: str) -> str:
    made = derive(received, EVERYTHING, PROFILE, context())
    return write([one.incident for one in made], target, context()).decode("utf-8", "replace")


def org(name: str) -> dict[str, str]:
    return {"uuid": str(uuid4()), "name": name}


SHARING = {**org("Zq Circle"), "Organisation": org("Zq Head"), "SharingGroupOrg": [{"Organisation": org("Zq Member")}],
           "SharingGroupServer": [{"Server": {"name": "Zq Server", "url": "https://misp.zqhost.example"}}]}  # fmt: skip
NAMES = ["Zq Owner", "Zq Creator", "Zq Circle", "Zq Head", "Zq Member", "Zq Server", "misp.zqhost.example", "zqmail.example"]


@pytest.mark.requirement("PR-7")
@pytest.mark.parametrize("target", WRITERS)
@pytest.mark.parametrize("name", NAMES)
def test_the_organisations_and_servers_of_an_event_are_names(name: str, target: str) -> None:
    """If it failed, a comment could tell which organisation's server the event came from."""
    attribute = {"uuid": str(uuid4()), "type": "domain", "category": "Network activity", "value": "bad.example",
                 "comment": f"{name.upper()} found it", "to_ids": True, "timestamp": "1790000000"}  # fmt: skip
    event = {"uuid": str(uuid4()), "info": f"seen by {name}", "date": "2026-10-03", "threat_level_id": "2", "analysis": "1",
             "timestamp": "1790000000", "Org": org("Zq Owner"), "Orgc": org("Zq Creator"), "SharingGroup": SHARING,
             "event_creator_email": "jo@zqmail.example", "Attribute": [attribute]}  # fmt: skip
    text = passed_on(read(json.dumps({"Event": event}).encode()), target)
    assert "zq" not in text.lower()


IODEF = """<IODEF-Document version="2.00" xmlns="urn:ietf:params:xml:ns:iodef-2.0" private-enum-name="zq.example">
<Incident purpose="ext-value" ext-purpose="zq-purpose" restriction="white" status="ext-value" ext-status="zq-status">
<IncidentID name="c.example">1</IncidentID><GenerationTime>2026-10-03T12:12:12Z</GenerationTime>
<Description>open words</Description>
<Assessment><SystemImpact severity="low" type="takeover-system"/><Counter type="ext-value" ext-type="zq-type" unit="ext-value"
 ext-unit="zq-unit">7</Counter><Confidence rating="ext-value" ext-rating="zq-sure">0.7</Confidence></Assessment>
<Method><sci:Weakness xmlns:sci="urn:ietf:params:xml:ns:iodef-sci-1.0" SpecID="private" ext-SpecID="zq-list" ContentID="zq-1"/>
<Description>open method</Description></Method>
<Contact role="creator" type="organization"><ContactName>C</ContactName></Contact>
<EventData><Flow>
<System category="sensor"><Node><Address category="ipv4-addr">192.0.2.200</Address></Node>
<Description>zq-sensor</Description></System>
<System category="ext-value" ext-category="zq-kind" ownership="ext-value" ext-ownership="zq-owner"><Node>
<Address category="ipv4-addr">198.51.100.7</Address></Node>
<NodeRole category="ext-value" ext-category="zq-role"/></System></Flow></EventData>
</Incident></IODEF-Document>"""


@pytest.mark.requirement("PR-7")
@pytest.mark.parametrize("target", WRITERS)
def test_neither_a_sensor_nor_a_word_of_ones_own_is_passed_on(target: str) -> None:
    """If it failed, the address of the upstream's sensor would go on, or a word that only its partners use."""
    text = passed_on(read(IODEF.encode()), target)
    assert "zq" not in text.lower()
    assert "192.0.2.200" not in text
    if target.startswith("iodef") and target not in ("iodef-cbor",):
        assert "198.51.100.7" in text, "what was attacked stays"
        assert "open method" in text


@pytest.mark.requirement("TLP-5")
def test_every_object_that_is_passed_on_is_marked() -> None:
    """If it failed, a tool that knows STIX would take our indicators for unmarked: the incident's marking is not theirs."""
    found = Indicator(id=f"indicator--{uuid4()}", name="i", pattern="[url:value = 'http://a.example']", pattern_type="stix")
    note = Note(id=f"note--{uuid4()}", content="words", object_refs=[found.id])
    received = Incident(summary="s", markings=["tlp-2:green"], indicators=[found], notes=[note])
    objects: list[dict[str, Any]] = json.loads(passed_on([received], "stix-2.1"))["objects"]
    said = [one for one in objects if one["type"] in ("incident", "indicator", "note")]
    assert len(said) == 3
    assert all(one.get("object_marking_refs") for one in said)


@pytest.mark.requirement("PR-7", "TLP-5")
def test_what_one_incident_may_not_say_no_other_does() -> None:
    """If it failed, the second incident of a document would pass on what is RED in the first."""
    one = Incident(summary="Klinikum Nordstern", markings=["tlp-2:red"])
    other = Incident(summary="as at KLINIKUM NORDSTERN", name="open", markings=["tlp-2:green"])
    wish = Wish(keep=("summary", "name"), texts={"description": "our words"})
    made = derive([one, other], wish, PROFILE, context())
    assert "nordstern" not in write([one.incident for one in made], "stix-2.1", context()).decode().lower()
    assert made[1].incident.name == "open"


def test_where_it_shows_is_data() -> None:
    """If it failed, somebody would have to write code to name one more member under which an upstream shows."""
    assert rules().keeps_name("/misp/SharingGroup/SharingGroupOrg/0/Organisation/name")
    assert not rules().keeps_name("/misp/Galaxy/0/name")
