"""IODEF v1: what the upgrade to v2 makes of each class, what comes back, what is written, who may see it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from lxml import etree

from corpus import context
from dragoman import translate
from dragoman.adapter import Context, Likeness
from dragoman.detect import detect
from dragoman.errors import ForbiddenLoss, InvalidOutput
from dragoman.ledger import Kind
from dragoman.model import Assessment, Contact, ContactPoint, Event, Impact, Incident, RelatedActivity, Service, Software
from dragoman.model.parts import FieldMarking
from dragoman_iodef import validate
from dragoman_iodef.v1 import adapter
from iodef1_documents import NS, NS2, OURS, document, event, read, record, schemas, system, write
from iodef_generator import Generator

SCHEMAS = schemas()


def v2(data: bytes, carry: Any = "drop") -> str:
    """A document as v2, by default without what is carried."""
    return translate(data, "iodef-2", "iodef-1", context(carry=carry)).data.decode()


def back(data: bytes, other: str) -> bytes:
    return translate(translate(data, other, "iodef-1", context()).data, "iodef-1", other, context()).data


def leaves(data: bytes) -> Counter[tuple[str, str]]:
    """Every attribute and text with its path; white space collapsed."""
    found: Counter[tuple[str, str]] = Counter()
    for element in etree.fromstring(data).iter(etree.Element):
        path = "/".join(reversed([element.tag, *(parent.tag for parent in element.iterancestors())]))
        found.update((f"{path}/@{n}", " ".join(v.split())) for n, v in element.items() if "XMLSchema-instance" not in n)
        texts = [element.text or "", *(child.tail or "" for child in element)]
        found.update([(path, text)] if (text := " ".join("".join(texts).split())) else [])
    return found


def is_valid(data: bytes) -> bool:
    root = etree.fromstring(data)
    return all(schema.validate(root) for schema in SCHEMAS)


# ---- the upgrade -----------------------------------------------------------------------------------------------------

UPGRADES = {
    "generation time": (document(), "<GenerationTime>2006-08-01T00:00:00-05:00</GenerationTime>"),
    "report time": (document(), "<ReportTime>2006-08-01T00:00:00-05:00</ReportTime>"),
    "format": (document(root=f'xmlns="{NS}" version="1.00" lang="de" formatid="f"'), 'xml:lang="de" format-id="f"'),
    "languages": (document("<AdditionalData dtype='string'/>", incident='purpose="other" lang="nb"'), 'xml:lang="nb"'),
    "description": (document(before="", contact='<Contact role="irt" type="person"><Description lang="de">d</Description>'
                             "</Contact>"), '<Description xml:lang="de">d</Description>'),
    "impact": (document(assessment='<Assessment><Impact type="admin" severity="low" completion="failed" lang="en">All'
                        "</Impact></Assessment>"),
               '<IncidentCategory>admin</IncidentCategory><SystemImpact severity="low" completion="failed" '
               'type="takeover-system"><Description xml:lang="en">All</Description></SystemImpact>'),
    "impact of one's own": (document(assessment='<Assessment><Impact type="ext-value" ext-type="x"/></Assessment>'),
                            '<IncidentCategory>x</IncidentCategory><SystemImpact type="ext-value" ext-type="x"/>'),
    "unknown impact": (document(assessment='<Assessment><Impact type="unknown"/></Assessment>'),
                       '<Assessment><SystemImpact type="unknown"/>'),
    "extortion": (document(assessment='<Assessment><Impact type="extortion">pay</Impact></Assessment>'),
                  '<BusinessImpact type="extortion"><Description>pay</Description></BusinessImpact>'),
    "email": (document(contact='<Contact role="cc" type="person"><Email meaning="at night">a@x.example</Email></Contact>'),
              "<Email><EmailTo>a@x.example</EmailTo><Description>at night</Description></Email>"),
    "fax": (document(contact='<Contact role="cc" type="person"><Telephone>1</Telephone><Fax meaning="m">2</Fax></Contact>'),
            '<Telephone type="fax"><TelephoneNumber>2</TelephoneNumber><Description>m</Description></Telephone>'),
    "postal address": (document(contact='<Contact role="cc" type="person"><PostalAddress lang="de" meaning="m">Weg 1'
                                "</PostalAddress></Contact>"),
                       '<PostalAddress><PAddress xml:lang="de">Weg 1</PAddress><Description>m</Description></PostalAddress>'),
    "counter": (system(rest='<Counter type="packet" duration="second">5</Counter>'),
                '<Counter type="count" unit="packet" duration="second">5</Counter>'),
    "node name": (system("<NodeName>www.example.com</NodeName>"), "<DomainData><Name>www.example.com</Name></DomainData>"),
    "time of a name": (system("<Address>192.0.2.1</Address><NodeName>a.example</NodeName><DateTime>2006-01-01T00:00:00Z"
                              "</DateTime>"), "<DateDomainWasChecked>2006-01-01T00:00:00Z</DateDomainWasChecked>"),
    "node role": (system('<Address>::1</Address><NodeRole category="www" lang="en">web</NodeRole>'),
                  '</Node><NodeRole category="www"><Description xml:lang="en">web</Description></NodeRole>'),
    "address without category": (system("<Address>192.0.2.1</Address>"), '<Address category="ipv4-addr">192.0.2.1</Address>'),
    "net mask": (system('<Address category="ipv6-net-mask">ff::</Address>'),
                 '<Address category="ext-value" ext-category="ipv6-net-mask">ff::</Address>'),
    "service": (system("<Address>::1</Address>", '<Service ip_protocol="1"><ProtoType>8</ProtoType><ProtoCode>0</ProtoCode>'
                       "</Service>"), '<Service ip-protocol="1"><ProtoCode>0</ProtoCode><ProtoType>8</ProtoType></Service>'),
    "software": (system("<Address>::1</Address>", '<OperatingSystem name="IOS" vendor="Cisco" version="12.1" swid="7">'
                        "<URL>http://x.example/</URL></OperatingSystem>"),
                 "<OperatingSystem><URL>http://x.example/</URL><Description>Cisco IOS 12.1</Description></OperatingSystem>"),
    "registered reference": (event("<Method><Reference><ReferenceName>CVE-2001-0500</ReferenceName></Reference></Method>"),
                             '<enum:ReferenceName specIndex="1"><enum:ID>CVE-2001-0500</enum:ID></enum:ReferenceName>'),
    "reference": (event("<Method><Reference><ReferenceName>GT Bot</ReferenceName><URL>http://x.example/</URL></Reference>"
                        "</Method>"),
                  "<Reference><URL>http://x.example/</URL><Description>GT Bot</Description></Reference>"),
    "structured information": (event('<Method><Description>d</Description><AdditionalData dtype="xml"><sci:Weakness '
                                     'xmlns:sci="urn:ietf:params:xml:ns:iodef-sci-1.0" SpecID="private" ContentID="CWE-1"/>'
                                     "</AdditionalData></Method>"),
                               '<sci:Weakness SpecID="private" ContentID="CWE-1"/></Method>'),
    "page of a record": (record('<RecordItem dtype="url"> http://x.example/log </RecordItem>'),
                         "<URL>http://x.example/log</URL>"),
    "item of a record": (record('<RecordItem dtype="url" meaning="m">http://x.example/log</RecordItem>'),
                         '<RecordItem dtype="url" meaning="m">http://x.example/log</RecordItem>'),
}  # fmt: skip


@pytest.mark.parametrize("name", UPGRADES)
def test_the_upgrade_to_v2(name: str) -> None:
    """If not, a reader of v2 would look for it in vain: it would only be carried."""
    data, expected = UPGRADES[name]
    assert is_valid(data), "the example itself"
    assert expected in v2(data)


@pytest.mark.parametrize("other", ["base", "iodef-1", "iodef-2", "stix-2.1"])
@pytest.mark.parametrize("name", UPGRADES)
def test_each_class_comes_back(name: str, other: str) -> None:
    data = UPGRADES[name][0]
    assert leaves(back(data, other)) == leaves(data)


# ---- documents made from the schema ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_generated_documents_come_back(seed: int) -> None:
    """Every class, attribute and word of v1, by itself and over v2 and STIX; by itself nothing has to be carried."""
    data = Generator(seed, file=OURS).document()
    assert is_valid(data)
    told = Context()
    own = write(read(data), told)
    assert b"dragoman-cargo" not in own, list(told.ledger)
    assert is_valid(own)
    for found in (own, back(data, "iodef-2"), back(data, "stix-2.1")):
        assert leaves(found) == leaves(data)
    assert not validate.faults(etree.fromstring(v2(data, "extension").encode()))


def test_generated_documents_have_every_class() -> None:
    """If not, the test above would not see all that it claims to see."""
    made = {element.tag for seed in range(12) for element in etree.fromstring(Generator(seed, file=OURS).document()).iter()}
    declared = etree.parse(OURS).getroot().iter("{http://www.w3.org/2001/XMLSchema}element")
    assert {f"{{{NS}}}{element.get('name')}" for element in declared if element.get("name")} <= made


@pytest.mark.parametrize("seed", range(12))
def test_what_v2_says_is_valid_v1_and_comes_back(seed: int) -> None:
    """v1 has no class for half of v2: what it demands is filled in, the rest is carried."""
    data = Generator(seed).document()
    found = translate(data, "iodef-1", "iodef-2", context()).data
    assert is_valid(found)
    assert adapter.faults(found, Context()) == []
    assert leaves(translate(found, "iodef-2", "iodef-1", context()).data) == leaves(data)
    assert is_valid(translate(data, "iodef-1", "iodef-2", context(carry="drop")).data)


def test_our_schema_and_the_official_one_agree() -> None:
    """Ours must not call valid what the RFC's own refuses, nor the other way round."""
    if len(SCHEMAS) < 2:
        pytest.skip("the official schema does not stand beside the checkout")
    wrong = [
        document(time=""), document(assessment=""), document(contact=""), document(root=f'xmlns="{NS}"'),
        document(root=f'xmlns="{NS}" version="1.0" lang="en"'), document(incident=""), document(incident='purpose="watch"'),
        document(named=' restriction="red"'), document("<IndicatorData/>"), document("<AdditionalData/>"),
        system("<Address category='site-uri'>x</Address>"), system("<Location/><Location/>"), record(""),
        event("<Method/>"), event("<Flow/>"), system(rest="<Service/>"), event("<Expectation action='training'/>"),
        system(rest="<Service ip_protocol='6'><Port>1</Port><Portlist>1</Portlist></Service>"),
        document(before="<RelatedActivity/>"), document(contact="<Contact type='person'/>"), document(" text "),
        document(assessment="<Assessment><TimeImpact metric='labor'>0</TimeImpact></Assessment>"),
        document(assessment="<Assessment><Impact/><Confidence/></Assessment>"), document(incident="purpose='other' lang=''"),
    ]  # fmt: skip
    for data in wrong:
        assert [schema.validate(etree.fromstring(data)) for schema in SCHEMAS] == [False, False], data
    for seed in range(12):
        found = etree.fromstring(Generator(seed, file=OURS).document())
        assert [schema.validate(found) for schema in SCHEMAS] == [True, True]


# ---- what v1 demands and has no class for ----------------------------------------------------------------------------


def test_what_v1_demands_is_filled_in_and_told() -> None:
    told = context()
    data = write([Incident()], told)
    assert is_valid(data)
    filled = {loss.path.split("/")[2] for loss in told.ledger.of({Kind.DEFAULTED})}
    assert {"identifier", "report_time", "assessments", "contacts"} <= filled


def test_strict_refuses_to_fill_in() -> None:
    with pytest.raises(ForbiddenLoss, match=r"IODEF v1 demands what nobody said: .*ReportTime.*Assessment"):
        write([Incident()], context(strict=True))


def test_nothing_to_write_is_refused() -> None:
    with pytest.raises(InvalidOutput):
        write([])


def test_strict_finds_nothing_to_say_where_nothing_was_filled_in() -> None:
    """A restriction that is repeated, and a category that follows from an impact, were filled in by nobody."""
    data = document("<EventData/>", root=f'xmlns="{NS}" version="1.00" lang="en"').replace(NS.encode(), NS2.encode())
    data = data.replace(b' lang="en"', b"").replace(b'version="1.00"', b'version="2.00"').replace(b"recon", b"policy")
    data = data.replace(b"Impact", b"SystemImpact").replace(b"ReportTime", b"GenerationTime")
    told = context()
    found = translate(data, "iodef-1", "iodef-2", told).data
    assert b'<EventData restriction="private"/>' in found
    assert {loss.value for loss in told.ledger.of({Kind.DEFAULTED})} == {"en"}


FOREIGN: dict[str, Incident] = {
    "two contacts in one": Incident(contacts=[Contact(names=["a", "b"], phones=[
        ContactPoint(type="fax", value="1"), ContactPoint(type="mobile", value="2"), ContactPoint(type="fax", value="3")])]),
    "related twice": Incident(related=[RelatedActivity(), RelatedActivity(urls=["http://a/"]), RelatedActivity(urls=["b"])]),
    "intended impact": Incident(assessments=[Assessment(impacts=[Impact(kind="intended", type="extortion")])]),
    "language of no kind": Incident(language="no language at all"),
}  # fmt: skip


@pytest.mark.parametrize("name", FOREIGN)
def test_more_than_v1_holds_is_carried(name: str) -> None:
    """If not, the document would be invalid, or the second of two would be gone."""
    incident = FOREIGN[name]
    data = write([incident])
    assert is_valid(data)
    (found,) = read(data)
    found.residue = None
    assert found == incident


def test_a_fax_number_stands_after_the_telephones() -> None:
    data = write([FOREIGN["two contacts in one"]]).decode()
    assert "<Telephone>2</Telephone><Telephone>3</Telephone><Fax>1</Fax>" in data


def test_of_a_port_and_a_list_one_is_written() -> None:
    data = system("<Address>::1</Address>", '<Service ip_protocol="6"><Port>1</Port></Service>')
    incidents = read(data)
    incidents[0].events[0].flows[0].systems[0].services = [Service(ip_protocol="6", port="1", portlist="2,3")]
    found = write(incidents)
    assert b"<Port>1</Port></Service>" in found
    assert is_valid(found)
    assert read(found)[0].events == incidents[0].events


def test_edited_software_loses_the_attributes_that_no_longer_say_it() -> None:
    incidents = read(system("<Address>::1</Address>", '<OperatingSystem vendor="Cisco" name="IOS" swid="7"/>'))
    software: Software = incidents[0].events[0].flows[0].systems[0].operating_systems[0]
    assert software.description == ["Cisco IOS"]
    software.description = ["Junos"]
    assert b'<OperatingSystem swid="7" name="Junos"/>' in write(incidents)


def test_files_stand_in_a_record_in_words() -> None:
    """v1 has no class for files, but a record must have an item: their names and digests, for people to read."""
    bundle = {
        "type": "bundle", "id": "bundle--52252076-9d38-4ffb-a5da-174bf6189fc8",
        "objects": [{"type": "file", "spec_version": "2.1", "id": "file--52252076-9d38-5ffb-a5da-174bf6189fc8",
                     "name": "a.exe", "hashes": {"MD5": "d41d8cd98f00b204e9800998ecf8427e"}}],
    }  # fmt: skip
    found = translate(json.dumps(bundle).encode(), "iodef-1", "stix-2.1", context()).data
    assert b'<RecordItem dtype="path">a.exe</RecordItem>' in found
    assert b'<RecordItem dtype="string" meaning="MD5">d41d8cd98f00b204e9800998ecf8427e</RecordItem>' in found
    assert is_valid(found)


def test_the_cargo_stands_in_the_last_incident_and_comes_back() -> None:
    """v1 has additional data in an incident and nowhere beside it."""
    incidents = [Incident(status="new", summary="a"), Incident(status="resolved", summary="b")]
    data = write(incidents)
    assert is_valid(data)
    first, second = etree.fromstring(data)
    assert first.find(f"{{{NS}}}AdditionalData") is None
    assert second.findall(f"{{{NS}}}AdditionalData")[-1].get("formatid") == "dragoman-cargo"
    assert read(data) == incidents


def test_a_long_cargo_is_cut() -> None:
    incident = Incident(next_update="x" * 2_500_000)
    data = write([incident])
    assert len(etree.fromstring(data)[0].findall(f"{{{NS}}}AdditionalData")) == 3
    assert read(data) == [incident]


# ---- who may see it --------------------------------------------------------------------------------------------------

MARKINGS = {
    "tlp-2:clear": "public", "tlp-1:white": "public", "iodef:white": "public", "iodef:public": "public",
    "tlp-2:green": "need-to-know", "iodef:partner": "need-to-know", "tlp-2:amber": "need-to-know",
    "tlp-1:amber": "need-to-know", "tlp-2:amber+strict": "need-to-know", "iodef:amber": "need-to-know",
    "iodef:need-to-know": "need-to-know", "tlp-2:red": "private", "iodef:red": "private", "iodef:private": "private",
    "enisa:green": "need-to-know", "us-cert:red": "private", "iodef:ext:TLP:PURPLE": "private", "house:secret": "private",
    "iodef:default": "default",
}  # fmt: skip


@pytest.mark.parametrize("carry", ["extension", "drop"])
@pytest.mark.parametrize("marking", MARKINGS)
def test_a_marking_is_never_widened(marking: str, carry: Any) -> None:
    """v1 has four words: each marking becomes the equally strict one, or a stricter one."""
    data = write([Incident(markings=[marking])], Context(carry=carry))
    root = etree.fromstring(data)
    assert root[0].get("restriction") == MARKINGS[marking]
    assert is_valid(data)


@pytest.mark.parametrize(
    ("markings", "word"),
    [
        (["tlp-2:clear", "iodef:need-to-know"], "need-to-know"),
        (["iodef:default", "tlp-2:clear"], "public"),
        (["pap:red", "tlp-2:green"], "need-to-know"),
        (["iodef:public", "house:secret"], "private"),
    ],
)
def test_of_several_markings_the_strictest_holds(markings: list[str], word: str) -> None:
    assert etree.fromstring(write([Incident(markings=markings)]))[0].get("restriction") == word


@pytest.mark.parametrize("marking", ["tlp-2:red", "tlp-2:green", "house:secret", None])
def test_nothing_is_left_to_the_defaults_of_v1(marking: str | None) -> None:
    """In v1 an IncidentID is public unless it says otherwise, even in a private incident."""
    incident = Incident(markings=[marking] if marking else [], events=[Event(events=[Event(markings=["tlp-2:clear"])])])
    root = etree.fromstring(write([incident]))
    around = MARKINGS[marking or "tlp-2:red"]
    assert root.find(f".//{{{NS}}}IncidentID").get("restriction") == around  # type: ignore[union-attr]
    assert [found.get("restriction") for found in root.iter(f"{{{NS}}}EventData")] == [around, "public"]


def test_what_v1_left_to_its_defaults_is_left_so_again() -> None:
    data = document("<EventData/>")
    for found in (back(data, "iodef-2"), back(data, "base"), write(read(data))):
        assert found.count(b"restriction=") == found.count(b'formatid="dragoman-cargo"') == 0
    assert "<EventData/>" in v2(data)


def test_a_marking_inside_that_has_no_place_counts_for_what_is_around() -> None:
    """A field that is marked more strictly than its part would be shown to all who may see the part."""
    secret = Contact(role="cc", type="person", names=["a"], emails=[ContactPoint(value="a@x", markings=["tlp-2:red"])])
    field = Contact(role="cc", type="person", markings=["tlp-2:clear"], field_markings=[FieldMarking(marking="tlp-2:red")])
    root = etree.fromstring(write([Incident(markings=["tlp-2:clear"], contacts=[secret, field])]))
    assert [contact.get("restriction") for contact in root.iter(f"{{{NS}}}Contact")] == ["private", "private"]


def test_the_cargo_is_marked_as_strictly_as_anything_in_it() -> None:
    incident = Incident(markings=["tlp-2:clear"], status="new", header=None)
    incident.actors = [build_actor()]
    cargo = etree.fromstring(write([incident]))[0].findall(f"{{{NS}}}AdditionalData")[-1]
    assert cargo.get("restriction") == "private"


def build_actor() -> Any:
    from dragoman.model import Actor

    return Actor(name="a", markings=["tlp-2:red"])


# ---- which version it is ---------------------------------------------------------------------------------------------

LIKENESS = {
    "v1": (document(), Likeness.SURELY),
    "v1 with a prefix": (b'<i:IODEF-Document\n xmlns:i = "urn:ietf:params:xml:ns:iodef-1.0">', Likeness.SURELY),
    "v1 in UTF-16": (document().decode().encode("utf-16"), Likeness.SURELY),
    "no namespace, version 1": (document(root='version="1.0" lang="en"'), Likeness.PROBABLY),
    "no namespace, one declared for nothing": (document(root=f"version='1.00' xmlns:iodef='{NS}'"), Likeness.PROBABLY),
    "no namespace, no version": (document(root=""), Likeness.MAYBE),
    "no namespace, version 2": (document(root='version="2.00"'), Likeness.NO),
    "v2": (document(root=f'xmlns="{NS2}" version="2.00"'), Likeness.NO),
    "v2 that knows v1": (document(root=f'xmlns:v1="{NS}" xmlns="{NS2}" version="2.00"'), Likeness.NO),
    "another": (b"<rss/>", Likeness.NO),
}


@pytest.mark.parametrize("name", LIKENESS)
def test_how_sure_it_is(name: str) -> None:
    data, expected = LIKENESS[name]
    assert adapter.sniff(data) == expected


def test_the_versions_are_told_apart() -> None:
    assert detect(LIKENESS["v1"][0]) == detect(LIKENESS["no namespace, no version"][0]) == "iodef-1"
    assert detect(LIKENESS["v2 that knows v1"][0]) == "iodef-2"
