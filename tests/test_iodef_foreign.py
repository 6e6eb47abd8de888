"""Incidents that came from elsewhere, as IODEF: valid, native where they can be, and nothing lost or widened."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from dragoman.adapter import Context
from dragoman.errors import ForbiddenLoss, InvalidOutput
from dragoman.model import (
    Actor,
    Additional,
    Address,
    Attachment,
    Campaign,
    Contact,
    CourseOfAction,
    DomainName,
    EmailMessage,
    FieldMarking,
    File,
    Incident,
    IncidentType,
    Indicator,
    Malware,
    NetworkTraffic,
    Note,
    Process,
    Reference,
    RegistryKey,
    Technique,
)
from dragoman.model.plain import plain
from dragoman_iodef import adapter
from dragoman_iodef.patterns import term_of
from dragoman_iodef.validate import faults

SHARED = Path(__file__).parents[2] / "shared"
NS = "urn:ietf:params:xml:ns:iodef-2.0"


def read(data: bytes) -> list[Incident]:
    return list(adapter.read(io.BytesIO(data), Context()))


def write(incidents: list[Incident], context: Context | None = None) -> bytes:
    sink = io.BytesIO()
    adapter.write(incidents, sink, context or Context())
    return sink.getvalue()


def elsewhere() -> Incident:
    """An incident as another format might leave it."""
    return Incident(
        id="8e94bc9d-79d6-4612-aa97-1fab55f35d76",
        markings=["tlp-2:amber"],
        summary="What happened",
        created="2026-11-22T10:00:00Z",
        contacts=[Contact(id="identity--1", name="Somebody", identity_class="individual")],
        techniques=[Technique(id="attack-pattern--1", name="Phishing")],
        observables=[
            Address(id="ipv4-addr--1", type="ipv4-addr", value="192.0.2.1"),
            File(name="a", hashes={"MD5": "00" * 16}),
        ],
        indicators=[Indicator(id="indicator--1", pattern="[ipv4-addr:value = '192.0.2.1']", pattern_type="stix")],
        labels=["æ\u0001\uffff<&>"],
    )


def test_what_came_from_elsewhere_is_native_where_it_can_be() -> None:
    """If it failed: a reader who has never heard of us would not see what the incident is about."""
    data = write([elsewhere()]).decode()
    for shown in (
        'restriction="amber"',
        "<Description>What happened</Description>",
        "<ContactName>Somebody</ContactName>",
        '<Address observable-id="ipv4-addr--1" category="ipv4-addr">192.0.2.1</Address>',
        "<FileName>a</FileName>",
        "<Description>Phishing</Description>",
        '<Observable><Address category="ipv4-addr">192.0.2.1</Address></Observable>',
    ):
        assert shown in data


def test_what_came_from_elsewhere_goes_back_whole() -> None:
    """If it failed: something would be lost on the way through IODEF."""
    before = plain([elsewhere()], Incident)
    incident = elsewhere()
    data = write([incident])
    assert plain([incident], Incident) == before, "writing changed the incident"
    assert plain(read(data), Incident) == before
    assert not faults(etree.fromstring(data))


def test_an_empty_incident_gives_a_valid_document_or_is_refused() -> None:
    """If it failed: IODEF would be written that its schema does not allow, or strictness would invent values."""
    assert not faults(etree.fromstring(write([Incident()])))
    with pytest.raises(ForbiddenLoss, match=r"IncidentID/@name.*incident/@purpose"):
        write([Incident()], Context(strict=True))
    with pytest.raises(InvalidOutput):
        write([])


def test_the_profile_fills_in_what_is_demanded() -> None:
    """If it failed: a provider could not say who speaks."""
    settings = {"authority": "csirt.example", "contact.name": "CSIRT", "contact.email": "a@b"}
    settings = {f"defaults.{name}": value for name, value in settings.items()}
    data = write([Incident(id="x")], Context(settings=settings))
    assert b'<IncidentID name="csirt.example">x</IncidentID>' in data
    assert b"<ContactName>CSIRT</ContactName><Email><EmailTo>a@b</EmailTo>" in data


def test_the_cargo_is_as_private_as_what_it_carries() -> None:
    """If it failed: what only a few may see would travel in a part that everybody may."""
    secret = Technique(name="t", markings=["tlp-2:red"])
    incident = Incident(markings=["tlp-1:white"], labels=["x"], techniques=[secret])
    holder = etree.fromstring(write([incident])).find(f"{{{NS}}}AdditionalData")
    assert holder is not None
    assert holder.get("restriction") in ("red", "private")


RED: dict[str, Any] = {"markings": ["tlp-2:red"]}
RED_NAME: dict[str, Any] = {"marking": "tlp-2:red", "fields": ["name"]}
MARKED: dict[str, dict[str, Any]] = {  # what an incident says for few beside what it says for many
    "attachment": {"attachments": [Attachment(uri="https://files.example/SECRET", **RED)]},
    "kind": {"type": IncidentType(name="SECRET", **RED)},
    "kind, its name": {"type": IncidentType(name="SECRET", field_markings=[FieldMarking(**RED_NAME)])},
    "page": {"references": [Reference(source_name="x", urls=["https://x.example/SECRET"], **RED)]},
    "number": {"references": [Reference(source_name="x", external_id="SECRET", **RED)]},
    "note": {"notes": [Note(content="SECRET", **RED)]},
    "step": {"courses_of_action": [CourseOfAction(name="SECRET", **RED)]},
    "technique": {"techniques": [Technique(name="SECRET", **RED)]},
    "malware": {"malware": [Malware(name="SECRET", **RED)]},
    "actor": {"actors": [Actor(name="SECRET", **RED)]},
    "campaign": {"campaigns": [Campaign(name="SECRET", **RED)]},
    "host": {"observables": [DomainName(type="domain-name", value="SECRET.example", **RED)]},
    "mail": {"observables": [EmailMessage(subject="SECRET", **RED)]},
    "mail, its number": {"observables": [EmailMessage(message_id="SECRET", subject="x", **RED)]},
    "program": {"observables": [Process(type="process", command_line="SECRET", **RED)]},
    "file": {"observables": [File(name="SECRET", **RED)]},
    "key": {"observables": [RegistryKey(key="SECRET", **RED)]},
    "connection": {"observables": [
        Address(id="ipv4-addr--1", type="ipv4-addr", value="192.0.2.1"),
        NetworkTraffic(src_ref="ipv4-addr--1", src_port=53111, protocols=["tcp"], **RED),
    ]},
}  # fmt: skip


@pytest.mark.parametrize("what", MARKED)
@pytest.mark.parametrize("carry", ["extension", "drop"])
def test_what_few_may_see_stands_under_their_restriction(what: str, carry: Any) -> None:
    """If it failed: a partner who has never heard of us would pass on to everybody what is RED."""
    data = write([Incident(markings=["tlp-2:green"], **MARKED[what])], Context(carry=carry))
    shown = [element for element in etree.fromstring(data).iter() if re.search("SECRET|53111", element.text or "")]
    assert shown or carry == "drop"
    for element in shown:
        held = [holder.get("restriction") for holder in (element, *element.iterancestors())]
        assert {"red", "private"} & {*held}, element.tag


def test_a_long_cargo_comes_back() -> None:
    """If it failed: a large incident could be written and not be read again."""
    incident = Incident(labels=["x" * 700_000, "y" * 700_000])
    data = write([incident])
    assert data.count(b'name="dragoman-cargo"') == 2
    assert list(read(data)[0].labels) == list(incident.labels)


@pytest.mark.parametrize(
    "markup",
    ['</AdditionalData><AdditionalData restriction="public">', "<a>", "<!DOCTYPE a>", "&x;", "\x00", "\ud800"],
)
def test_markup_from_the_model_cannot_break_out(markup: str) -> None:
    """If it failed: a hostile incident could write elements of its own into our document."""
    incident = Incident(additional=[Additional(dtype="xml", xml=markup)], markings=["tlp-1:red"])
    incident.residue = {"iodef-2": {"": [markup], '@a="x" b': "1", "@xmlns": "urn:x", "text()": "t"}}
    data = write([incident])
    assert b"public" not in data.partition(b"dragoman-cargo")[0]
    assert [element.tag for element in etree.fromstring(data)] == [f"{{{NS}}}Incident", f"{{{NS}}}AdditionalData"]
    assert etree.fromstring(data).tag == f"{{{NS}}}IODEF-Document"


@pytest.mark.parametrize(
    ("pattern", "native"),
    [
        ("[file:hashes.'SHA-256' = '" + "ab" * 32 + "']", True),
        ("[domain-name:value = 'a.example' OR url:value = 'http://x/\\'y']", True),
        ("[domain-name:value = 'a'] AND [url:value = 'b'] OR [url:value = 'c']", False),
        ("[file:size > 5]", False),
        ("[" * 5000, False),
    ],
)
def test_simple_patterns_become_observables(pattern: str, native: bool) -> None:
    """If it failed: an indicator would say something else in IODEF, or nothing that its readers can use."""
    assert (term_of(pattern) is not None) is native


SCHEMAS = ("iodef-2.0.xsd", "iodef-2.0-rfc7970-as-published.xsd")


@pytest.mark.parametrize("name", SCHEMAS)
@pytest.mark.skipif(not (SHARED / "schemas" / "iodef").is_dir(), reason="no schemas beside the repository")
def test_both_official_schemas_allow_what_we_write(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If it failed: a peer that checks documents would refuse ours."""
    home = SHARED / "schemas" / "iodef"
    schema = etree.XMLSchema(etree.parse(home / name, _offline(home)))
    for data in (write([Incident()]), write([elsewhere()])):
        schema.assertValid(etree.fromstring(data))


def _offline(home: Path) -> etree.XMLParser:
    class Near(etree.Resolver):
        def resolve(self, system_url: str, public_id: str, context: Any) -> Any:
            near = home / system_url.rpartition("/")[2]
            return self.resolve_filename(str(near), context) if near.is_file() else None

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Near())
    return parser
