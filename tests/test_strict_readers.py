"""What somebody reads who knows nothing of Dragoman: a document is taken apart by its standard's own rules of marking.

test_sharing asks our own reader, which takes the cargo out first; a stranger's tool shows the cargo as it stands.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from dragoman.adapter import Context
from dragoman.model import (
    Address,
    Attachment,
    Contact,
    ContactPoint,
    CustomField,
    EmailMessage,
    Event,
    FieldType,
    File,
    Flow,
    Identifier,
    IdentifierSet,
    Incident,
    IncidentType,
    Indicator,
    Method,
    NetworkTraffic,
    Note,
    Observation,
    Reference,
    System,
    Task,
)
from dragoman.model.marking import Level, level
from dragoman.model.parts import FieldMarking, Text
from dragoman.model.plain import copied, fields
from dragoman.translate import read, write
from dragoman_stix.codecs import TLP
from test_sharing import DOCUMENTS, NOW, Marker, made

WORD_OF = {ref: word for word, ref in TLP.items()}
Shown = Iterator[tuple[str, str, Level]]  # a text, where it stands, and how strictly it is marked there


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a value of JSON, keys too, as selectors name places."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key, f"{path}.{key}".removeprefix(".")
            yield from texts(item, f"{path}.{key}".removeprefix("."))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from texts(item, f"{path}.[{place}]")
    elif isinstance(value, str):
        yield value, path


def stix(data: bytes) -> Shown:
    """Section 7.2: a granular marking holds for what its selectors name and all below, else those of the object hold."""
    for item in json.loads(data)["objects"]:
        whole = [level(WORD_OF.get(ref, "")) for ref in item.get("object_marking_refs", ()) if ref in WORD_OF]
        single = [(s, level(WORD_OF.get(one.get("marking_ref", ""), ""))) for one in item.get("granular_markings", ())
                  if one.get("marking_ref") in WORD_OF for s in one["selectors"]]  # fmt: skip
        for text, path in texts(item):
            own = [found for selector, found in single if path == selector or path.startswith(f"{selector}.")]
            yield text, f"{item['id']} {path}", max(own or whole, default=Level.CLEAR)


def iodef(data: bytes) -> Shown:
    """RFC 7970 section 3.3.1: the restriction of the nearest class that has one; an incident without one is private."""
    root = etree.fromstring(data)
    for element in root.iter(etree.Element):
        held = next((e.get("restriction") for e in (element, *element.iterancestors()) if e.get("restriction")), None)
        found = Level.RED if held in (None, "ext-value") else level(f"iodef:{held}")
        for text in (element.text or "", *element.attrib.values()):
            yield text, root.getroottree().getpath(element), found


def nearest(value: Any, path: str, around: Level, says: Callable[[dict[str, Any]], list[Level]]) -> Shown:
    """The texts of JSON, each as strict as the nearest object around it that says anything."""
    if isinstance(value, dict):
        around = max(says(value), default=around)
        for key, item in value.items():
            yield from nearest(item, f"{path}/{key}", around, says)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from nearest(item, f"{path}/{place}", around, says)
    elif isinstance(value, str):
        yield value, path, around


def iodef_json(data: bytes) -> Shown:
    """RFC 8727: the same restriction, as a member of an object."""

    def says(item: dict[str, Any]) -> list[Level]:
        word = item.get("restriction")
        return [] if word is None else [Level.RED if word == "ext-value" else level(f"iodef:{word}")]

    for incident in json.loads(data)["Incident"]:
        yield from nearest(incident, "", Level.RED, says)


def misp(data: bytes) -> Shown:
    """Tags of an attribute hold for it, else those of its event."""

    def says(item: dict[str, Any]) -> list[Level]:
        words = [tag["name"].removeprefix("tlp:") for tag in item.get("Tag", ()) if tag["name"].startswith("tlp:")]
        return [level("tlp-1:white" if word == "white" else f"tlp-2:{word}") for word in words]

    tree = json.loads(data)
    for event in tree.get("response", [tree]):
        yield from nearest(event["Event"], "", Level.CLEAR, says)


READERS = [
    ("stix-2.1", stix),
    ("stix-2.0", stix),
    ("iodef-2", iodef),
    ("iodef-1", iodef),
    ("iodef-json", iodef_json),
    ("misp", misp),
]


class PartMarker(Marker):
    """Marks whole parts RED: every text in them is secret."""

    def _part(self, part: Any) -> Any:
        cls: type = type(part)
        if "markings" not in fields(cls) or isinstance(part, Incident) or self.random.random() < 0.7:
            return super()._part(part)
        outside, self.open = self.open, self.secret
        found = copied(super()._part(part), markings=["tlp-2:red"])
        self.open = outside
        return found

    def _marks(self) -> bool:
        return False


@pytest.mark.requirement("TLP-5")
@pytest.mark.parametrize("of", [Marker, PartMarker], ids=["fields", "parts"])
@pytest.mark.parametrize(("target", "shown"), READERS)
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_stranger_sees_no_secret_in_the_open(path: Path, target: str, shown: Any, of: type[Marker]) -> None:
    """If it failed, a value that is RED would stand where a tool of somebody else reads it as GREEN."""
    for seed in range(2):
        incident, marker = made(path, seed, of)
        data = write([incident], target, Context(now=lambda: NOW))
        wide = [
            (place, found.name)
            for text, place, found in shown(data)
            if found < Level.RED and "zq" in text and any(word in text for word in marker.secret)
        ]
        assert wide == []


@pytest.mark.requirement("TLP-5")
def test_what_is_carried_of_a_marked_field_is_marked() -> None:
    """If it failed, the two languages of a RED description would travel in an extension that everybody may read."""
    said = [Text("zq the secret", lang="en"), Text("zq das Geheimnis", lang="de")]
    red = [FieldMarking(marking="tlp-2:red", fields=["description"])]
    incident = Incident(summary="s", markings=["tlp-2:green"], description=said, field_markings=red)
    seen = [(found, place) for text, place, found in stix(write([incident], "stix-2.1")) if "zq" in text]
    assert len(seen) == 2, "once natively, once in the text of the cargo"
    assert all(found is Level.RED for found, _ in seen), seen


def red(*names: str) -> list[FieldMarking]:
    return [FieldMarking(marking="tlp-2:red", fields=list(names))]


RED = ["tlp-2:red"]
SECRETS: dict[str, dict[str, Any]] = {
    "a description where there is no title": {
        "summary": None,
        "description": ["zq words"],
        "field_markings": red("description"),
    },
    "the title": {"summary": "zq title", "description": ["open"], "field_markings": red("summary")},
    "the id of the source": {"identifier": Identifier(value="zq-7", authority="zq.example", markings=RED), "summary": None},
    "the same as a field": {
        "identifier": Identifier(value="zq-7", authority="zq.example"),
        "field_markings": red("identifier"),
    },
    "an address of a contact": {
        "contacts": [Contact(role="liaison", name="N", emails=[ContactPoint(value="zq@x.example", markings=RED)])]
    },
    "custom fields": {
        "custom_fields": [CustomField(value="zq", type=FieldType(name="n"))],
        "field_markings": red("custom_fields"),
    },
    "one custom field": {
        "custom_fields": [CustomField(value="zq", type=FieldType(name="n"))],
        "field_markings": red("custom_fields.n"),
    },
    "a status": {"status": "zqst", "field_markings": red("status")},
    "one label": {"labels": ["a", "zqb"], "field_markings": red("labels.[1]")},
    "the type": {"type": IncidentType(name="zqtype", description="zq"), "field_markings": red("type")},
    "an address of a system": {
        "events": [
            Event(flows=[Flow(systems=[System(addresses=[Address(type="domain-name", value="zq.example", markings=RED)])])])
        ]
    },
    "what a flow connects": {
        "events": [
            Event(
                flows=[
                    Flow(markings=RED, systems=[System(name="zq", addresses=[Address(type="domain-name", value="zq.example")])])
                ]
            )
        ]
    },
    "a pattern": {
        "indicators": [
            Indicator(
                id="indicator--5ad1a6de-25f2-4f7a-8b3c-000000000001",
                name="n",
                pattern="[domain-name:value = 'zq.example']",
                pattern_type="stix",
                field_markings=red("pattern"),
            )
        ]
    },
    "a reference": {
        "methods": [Method(references=[Reference(source_name="zqref", urls=["https://zq.example"], markings=RED)])]
    },
    "a page about the incident": {
        "references": [Reference(source_name="zqref", external_id="zq-1", urls=["https://zq.example"], markings=RED)]
    },
    "a mail": {
        "observables": [
            EmailMessage(
                id="email-message--5ad1a6de-25f2-5f7a-8b3c-000000000001",
                type="email-message",
                subject="zq",
                is_multipart=False,
                markings=RED,
            )
        ]
    },
    "a file to fetch": {"attachments": [Attachment(format="stix-2.1", uri="https://zq.example/1", markings=RED)]},
    "what a type is called": {"type": IncidentType(name="zqtype", markings=RED)},
    "one end of a connection": {
        "observables": [
            Address(id="ipv4-addr--5ad1a6de-25f2-5f7a-8b3c-000000000002", type="ipv4-addr", value="192.0.2.1"),
            Address(id="domain-name--5ad1a6de-25f2-5f7a-8b3c-000000000003", type="domain-name", value="zq.ex", markings=RED),
            NetworkTraffic(
                id="network-traffic--5ad1a6de-25f2-5f7a-8b3c-000000000004",
                type="network-traffic",
                protocols=["tcp"],
                src_ref="ipv4-addr--5ad1a6de-25f2-5f7a-8b3c-000000000002",
                src_port=1,
                dst_port=2,
                dst_ref="domain-name--5ad1a6de-25f2-5f7a-8b3c-000000000003",
            ),
        ],
    },
    "what was seen twice, once in the open": {
        "observables": [
            Address(id="domain-name--5ad1a6de-25f2-5f7a-8b3c-000000000001", type="domain-name", value="zq.ex", markings=RED)
        ],
        "observations": [
            Observation(
                id=f"observed-data--5ad1a6de-25f2-4f7a-8b3c-00000000000{n}",
                first_observed="2026-11-21T00:00:00Z",
                object_refs=["domain-name--5ad1a6de-25f2-5f7a-8b3c-000000000001"],
                markings=marks,
            )
            for n, marks in enumerate([(), RED])
        ],
    },
    "a history": {"history": [Task(description=["zq"])], "history_markings": RED},
    "other ids": {"alternatives": IdentifierSet(identifiers=[Identifier(value="zq", authority="zq.example")], markings=RED)},
    "a note": {"notes": [Note(id="note--5ad1a6de-25f2-4f7a-8b3c-000000000001", content="zq", markings=RED)]},
    "an observable in MISP's objects": {
        "observables": [
            File(id="file--5ad1a6de-25f2-5f7a-8b3c-000000000001", type="file", name="zq.exe", mime_type="zq/zq", markings=RED)
        ]
    },
    "what was seen": {
        "observables": [Address(id="domain-name--5ad1a6de-25f2-5f7a-8b3c-000000000001", type="domain-name", value="x.example")],
        "observations": [
            Observation(
                id="observed-data--5ad1a6de-25f2-4f7a-8b3c-000000000001",
                labels=["zq"],
                first_observed="2026-11-21T00:00:00Z",
                object_refs=["domain-name--5ad1a6de-25f2-5f7a-8b3c-000000000001"],
                markings=RED,
            )
        ],
    },
}


@pytest.mark.requirement("TLP-5")
@pytest.mark.parametrize("case", SECRETS)
def test_a_single_secret_is_in_the_open_nowhere(case: str) -> None:
    """If it failed, one marked thing would stand in the open in some format: beside itself, as a name, or in the cargo."""
    time = "2026-11-22T10:00:00.000Z"
    said = {"id": "5ad1a6de-25f2-4f7a-8b3c-000000000000", "created": time, "modified": time, "summary": "open"}
    incident = Incident(**(said | {"markings": ["tlp-2:green"]} | SECRETS[case]))
    for target, shown in READERS:
        data = write([incident], target)
        seen = [(target, place, found.name) for text, place, found in shown(data) if "zq" in text and found < Level.RED]
        assert seen == []


UNSAID = b"""<IODEF-Document version="2.00" xmlns="urn:ietf:params:xml:ns:iodef-2.0"><Incident purpose="reporting">
<IncidentID name="x.example">7</IncidentID><GenerationTime>2026-11-22T01:00:00Z</GenerationTime>
<Description>zq</Description><Contact role="creator" type="person"><ContactName>zq</ContactName></Contact>
</Incident></IODEF-Document>"""


@pytest.mark.requirement("TLP-5")
def test_what_is_private_by_default_is_private_everywhere() -> None:
    """If it failed, an IODEF incident without a restriction (RFC 7970 section 3.2) would be open in MISP or a message."""
    incidents = read(UNSAID)
    for target, shown in READERS:
        assert {found for text, _, found in shown(write(incidents, target)) if text == "zq"} == {Level.RED}, target
    assert json.loads(write(incidents, "base"))["tlp"]["value"] == "Red"
    for target in ("misp", "base", "stix-2.1"):
        assert b"restriction=" not in write(read(write(incidents, target), target), "iodef-2"), "nobody said it"


@pytest.mark.requirement("TLP-5")
def test_tags_of_what_tells_an_event_hold_in_other_formats() -> None:
    """If it failed, what tlp:red tags say of an incident object, or of an attribute and who saw it, would be open elsewhere."""
    told = Incident(id="5ad1a6de-25f2-4f7a-8b3c-000000000000", summary="open", description=["zq"], markings=["tlp-2:green"])
    event = json.loads(write([told], "misp", Context(carry="drop")))
    [found] = [said for said in event["Event"]["Object"][0]["Attribute"] if said["value"] == "zq"]
    found["Tag"] = [{"name": "tlp:red"}]
    seer = {"uuid": "5ad1a6de-25f2-4f7a-8b3c-000000000009", "name": "zqseer"}
    sighting = {"uuid": "5ad1a6de-25f2-4f7a-8b3c-000000000008", "type": "0", "date_sighting": "1", "source": "zqsource"}
    event["Event"]["Attribute"] = [
        {
            "uuid": "5ad1a6de-25f2-4f7a-8b3c-000000000007",
            "type": "domain",
            "value": "zq.example",
            "category": "Network activity",
            "Tag": [{"name": "tlp:red"}],
            "Sighting": [sighting | {"Organisation": seer}],
        }
    ]
    data = json.dumps(event).encode()
    assert json.loads(write(read(data), "misp")) == event, "the event itself is as open as it was"
    for target, shown in READERS:
        if target != "misp":
            assert {found for text, _, found in shown(write(read(data), target)) if "zq" in text} == {Level.RED}, target
