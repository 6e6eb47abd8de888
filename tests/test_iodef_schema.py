"""Dragoman's schema for IODEF v2 accepts what either of the two published schemas accepts, and little more."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import xmlschema
from lxml import etree

from dragoman_iodef import validate
from dragoman_iodef.validate import SCHEMA, faults

PUBLISHED = {"corrected": "iodef-2.0.xsd", "printed": "iodef-2.0-rfc7970-as-published.xsd"}
SHARED = Path(__file__).parents[1].parent / "shared"
CORPUS = sorted(SHARED.glob("corpus/iodef/v2-*.xml"))


def shared(path: str) -> Path:
    """A file of the folder shared beside the repository; the test is skipped where there is none."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"needs ../shared/{path}")
    return found


@cache
def published(name: str) -> etree.XMLSchema:
    """One of the two published schemas; what they import lies beside them."""
    return etree.XMLSchema(etree.parse(shared(f"schemas/iodef/{PUBLISHED[name]}")))


# ---- Documents --------------------------------------------------------------------------------------------------


def document(
    *,
    root: str = 'version="2.00"',
    incident: str = 'purpose="reporting"',
    generated: str = "<GenerationTime>2015-10-02T11:18:00-05:00</GenerationTime>",
    before: str = "",
    contact: str = '<Contact role="creator" type="organization"/>',
    after: str = "",
) -> str:
    """The smallest valid document, with parts replaced or added before and after its contact."""
    return (
        '<IODEF-Document xmlns="urn:ietf:params:xml:ns:iodef-2.0" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
        f' xmlns:sci="urn:ietf:params:xml:ns:iodef-sci-1.0" {root}><Incident {incident}>'
        f'<IncidentID name="csirt.example.com">189493</IncidentID>{generated}{before}{contact}{after}'
        "</Incident></IODEF-Document>"
    )


def event(content: str) -> str:
    """A document with this in an event."""
    return document(after=f"<EventData>{content}</EventData>")


def system(node: str = "<Node><Address>::1</Address></Node>", rest: str = "") -> str:
    """A document with a system of this node."""
    return event(f"<Flow><System>{node}{rest}</System></Flow>")


def record(content: str) -> str:
    """A document with this in a record."""
    return event(f"<Record><RecordData>{content}</RecordData></Record>")


def indicator(content: str, rest: str = "") -> str:
    """A document with an indicator of this pattern."""
    name = '<IndicatorID name="csirt.example.com" version="1">G90823490</IndicatorID>'
    return document(after=f"<IndicatorData><Indicator>{name}{content}{rest}</Indicator></IndicatorData>")


def bulk(kind: str, form: str = "") -> str:
    """A document with a bulk observable."""
    lines = "<BulkObservableList>a\nb</BulkObservableList>"
    return indicator(f"<Observable><BulkObservable {kind}>{form}{lines}</BulkObservable></Observable>")


def actor(content: str) -> str:
    """A document with a threat actor."""
    related = f"<RelatedActivity><ThreatActor>{content}</ThreatActor></RelatedActivity>"
    return document(generated=f"{related}<GenerationTime>2015-10-02T11:18:00-05:00</GenerationTime>")


def confidence(content: str) -> str:
    """A document with a confidence in its assessment."""
    impact = f'<SystemImpact/><Confidence rating="numeric">{content}</Confidence>'
    return document(before=f"<Assessment>{impact}</Assessment>")


def counter(kind: str) -> str:
    """A document with a counter of this type."""
    return system(rest=f'<Counter type="{kind}" unit="packet">5</Counter>')


def extension(dtype: str, content: str = "{}") -> str:
    """A document with a piece of additional data."""
    return document(after=f'<AdditionalData dtype="{dtype}">{content}</AdditionalData>')


HASH = '<Hash><ds:DigestMethod Algorithm="urn:x"/><ds:DigestValue>{}</ds:DigestValue></Hash>'
HASHED = HASH.format("ZGlnZXN0")
MORE = '<AdditionalData dtype="string">more</AdditionalData>'
OBSERVABLE = '<Observable><Address observable-id="a">::1</Address></Observable>'


def registry(value: str) -> str:
    """A document with a registry key that has this value."""
    key = f"<Key><KeyName>HKLM</KeyName>{value}</Key>"
    return record(f"<WindowsRegistryKeysModified>{key}</WindowsRegistryKeysModified>")


def detection(content: str) -> str:
    """A document with a detection pattern."""
    return document(before=f"<Discovery><DetectionPattern><Application/>{content}</DetectionPattern></Discovery>")


# place: (as the schema printed in the RFC has it, as its prose and errata have it)
SPELLINGS = {
    "Confidence": (confidence(""), confidence("0.8")),
    "Node": (system("<Node/>"), system()),
    "action": (event('<Expectation action="other"/>'), event('<Expectation action="training"/>')),
    "ThreatActor": (actor("<URL>http://example.com</URL>"), actor("<ThreatActorID>T</ThreatActorID>")),
    "AttackPhase": (
        indicator(OBSERVABLE, "<AttackPhase><URL>http://example.com</URL></AttackPhase>"),
        indicator(OBSERVABLE, "<AttackPhase><AttackPhaseID>1</AttackPhaseID></AttackPhase>"),
    ),
    "Contact role": (
        document(contact='<Contact role="vendor-services" type="person"/>'),
        document(contact='<Contact role="vendor-support" type="person"/>'),
    ),
    "Counter type": (counter("counter"), counter("count")),
    "Counter type, second": (counter("rate"), counter("peak")),
    "Key": (registry("<Value>v</Value>"), registry("<KeyValue>v</KeyValue>")),
    "Service": (
        system(rest='<Service ip-protocol="1"><ProtoType>8</ProtoType><ProtoCode>0</ProtoCode></Service>'),
        system(rest='<Service ip-protocol="1"><ProtoCode>0</ProtoCode><ProtoType>8</ProtoType></Service>'),
    ),
    "BulkObservable type": (bulk('type="domain-name"'), bulk('type="ext-value" ext-type="fqdn"')),
    "BulkObservableFormat": (
        bulk('type="file-hash"', f"<BulkObservableFormat>{HASHED}{MORE}</BulkObservableFormat>"),
        bulk('type="file-hash"', f"<BulkObservableFormat>{HASHED}</BulkObservableFormat>"),
    ),
    "DetectionPattern": (
        detection("<Description>d</Description><DetectionConfiguration>c</DetectionConfiguration>"),
        detection("<DetectionConfiguration>c</DetectionConfiguration>"),
    ),
    "IndicatorReference": (
        indicator('<IndicatorReference version="1"/>'),
        indicator('<IndicatorReference euid-ref="elsewhere" version="1"/>'),
    ),
    "dtype": (extension("string"), extension("json")),
}

# what is wrong: (document, the path that has to be told)
INCIDENT = "/IODEF-Document/Incident[1]"
EVENT = f"{INCIDENT}/EventData[1]"
SYSTEM = f"{EVENT}/Flow[1]/System[1]"
WRONG = {
    "restriction": (document(incident='purpose="reporting" restriction="RED"'), f"{INCIDENT}/@restriction"),
    "no purpose": (document(incident=""), f"{INCIDENT}/@purpose"),
    "version 1.00": (document(root='version="1.00"'), "/IODEF-Document/@version"),
    "version 2.0": (document(root='version="2.0"'), "/IODEF-Document/@version"),
    "lang without xml": (document(root='lang="en"'), "/IODEF-Document/@lang"),
    "no contact": (document(contact=""), INCIDENT),
    "no role": (document(contact='<Contact type="person"/>'), f"{INCIDENT}/Contact[1]/@role"),
    "second contact": (
        document(after='<Contact role="boss" type="person"/>'),
        f"{INCIDENT}/Contact[2]/@role",
    ),
    "no generation time": (document(generated=""), f"{INCIDENT}/Contact[1]"),
    "hour 25": (
        document(generated="<GenerationTime>2015-10-02T25:00:00Z</GenerationTime>"),
        f"{INCIDENT}/GenerationTime[1]",
    ),
    "order": (event("<Expectation/><Flow/>"), f"{EVENT}/Flow[1]"),
    "unknown element": (event("<Surprise/>"), f"{EVENT}/Surprise[1]"),
    "text among elements": (event("text"), EVENT),
    "no node": (event("<Flow><System/></Flow>"), SYSTEM),
    "address category": (
        system('<Node><Address category="ipv4">192.0.2.1</Address></Node>'),
        f"{SYSTEM}/Node[1]/Address[1]/@category",
    ),
    "port list": (system(rest="<Service><Portlist>1-</Portlist></Service>"), f"{SYSTEM}/Service[1]/Portlist[1]"),
    "counter type": (counter("counted"), f"{SYSTEM}/Counter[1]/@type"),
    "no amount": (
        document(before="<Assessment><MonetaryImpact>0</MonetaryImpact></Assessment>"),
        f"{INCIDENT}/Assessment[1]/MonetaryImpact[1]",
    ),
    "confidence in words": (confidence("high"), f"{INCIDENT}/Assessment[1]/Confidence[1]"),
    "empty assessment": (document(before="<Assessment/>"), f"{INCIDENT}/Assessment[1]"),
    "both values": (
        registry("<KeyValue>v</KeyValue><Value>v</Value>"),
        f"{EVENT}/Record[1]/RecordData[1]/WindowsRegistryKeysModified[1]/Key[1]/Value[1]",
    ),
    "code twice": (
        system(rest="<Service><ProtoCode>0</ProtoCode><ProtoType>8</ProtoType><ProtoCode>0</ProtoCode></Service>"),
        f"{SYSTEM}/Service[1]/ProtoCode[2]",
    ),
    "hash": (
        record(f'<FileData><File><HashData scope="file-contents">{HASH.format("0x!")}</HashData></File></FileData>'),
        f"{EVENT}/Record[1]/RecordData[1]/FileData[1]/File[1]/HashData[1]/Hash[1]/DigestValue[1]",
    ),
    "bulk type": (
        bulk('type="fqdn"'),
        f"{INCIDENT}/IndicatorData[1]/Indicator[1]/Observable[1]/BulkObservable[1]/@type",
    ),
    "operator": (
        indicator(f'<IndicatorExpression operator="ext-value">{OBSERVABLE}</IndicatorExpression>'),
        f"{INCIDENT}/IndicatorData[1]/Indicator[1]/IndicatorExpression[1]/@operator",
    ),
    "weakness without a specification": (
        document(before="<Method><sci:Weakness/></Method>"),
        f"{INCIDENT}/Method[1]/Weakness[1]/@SpecID",
    ),
    "dtype": (extension("jsonp"), f"{INCIDENT}/AdditionalData[1]/@dtype"),
    "known element inside additional data": (
        extension("xml", '<Contact role="creator"/>'),
        f"{INCIDENT}/AdditionalData[1]/Contact[1]/@type",
    ),
    "not a document": ('<IODEF-Document version="2.00"/>', "/IODEF-Document"),
}

# ---- Tests ------------------------------------------------------------------------------------------------------


def parse(text: str) -> etree._Element:
    """A fresh tree: lxml remembers the ids that it has seen in one."""
    return etree.fromstring(text)


def test_the_smallest_document_is_valid_for_all() -> None:
    assert faults(parse(document())) == []
    assert all(published(name).validate(parse(document())) for name in PUBLISHED)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_what_a_published_schema_accepts_is_accepted(path: Path) -> None:
    accepted = any(published(name).validate(etree.parse(path)) for name in PUBLISHED)
    assert (faults(etree.parse(path).getroot()) == []) is accepted


def test_there_is_a_corpus() -> None:
    shared("corpus/iodef")
    assert len(CORPUS) >= 10


@pytest.mark.parametrize("place", SPELLINGS)
def test_both_spellings_are_accepted(place: str) -> None:
    for text in SPELLINGS[place]:
        assert faults(parse(text)) == []


@pytest.mark.parametrize("place", SPELLINGS)
def test_the_published_schemas_differ_there(place: str) -> None:
    as_printed, as_corrected = SPELLINGS[place]
    assert published("printed").validate(parse(as_printed))
    assert published("corrected").validate(parse(as_corrected))
    crossed = (published("printed").validate(parse(as_corrected)), published("corrected").validate(parse(as_printed)))
    assert not all(crossed)


@pytest.mark.parametrize("content", ["cpe:2.3:a:example:mail:1", "<Value>x</Value>", "a <b xmlns='urn:x'/> c", ""])
def test_a_software_reference_may_hold_anything(content: str) -> None:
    reference = f'<SoftwareReference spec-name="cpe">{content}</SoftwareReference>'
    assert faults(parse(system(rest=f"<OperatingSystem>{reference}</OperatingSystem>"))) == []


def test_an_empty_language_takes_an_inherited_one_back() -> None:
    assert faults(parse(document(incident='purpose="reporting" xml:lang=""'))) == []


def test_a_language_is_one_word() -> None:
    text = document(root='xml:lang="en US"')
    assert faults(parse(text)) != []
    assert not any(published(name).validate(parse(text)) for name in PUBLISHED)


def test_signatures_and_raw_data_are_not_looked_into() -> None:
    signed = "<SignatureData><ds:Signature><ds:SignedInfo/><x xmlns=''/></ds:Signature></SignatureData>"
    assert faults(parse(record(f"<FileData><File>{signed}</File></FileData>"))) == []
    raw = "<sci:Weakness SpecID='private'><sci:RawData dtype='xml'><cwe xmlns='urn:x'/></sci:RawData></sci:Weakness>"
    assert faults(parse(document(before=f"<Method>{raw}</Method>"))) == []


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_told_by_path(what: str) -> None:
    text, path = WRONG[what]
    told = faults(parse(text))
    assert [line for line in told if line.startswith(f"{path}: ")], told


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("name", PUBLISHED)
def test_what_is_wrong_is_wrong_for_the_published_schemas(name: str, what: str) -> None:
    assert not published(name).validate(parse(WRONG[what][0]))


def test_reasons_are_plain_words() -> None:
    restriction = faults(parse(WRONG["restriction"][0]))
    assert restriction == [
        f'{INCIDENT}/@restriction: "RED" is none of default, public, white, partner, green, need-to-know, amber, '
        "private, red, ext-value"
    ]
    assert faults(parse(WRONG["hour 25"][0])) == [
        f'{INCIDENT}/GenerationTime[1]: "2015-10-02T25:00:00Z" is not of type dateTime'
    ]
    assert faults(parse(WRONG["no contact"][0])) == [f"{INCIDENT}: ends too early; expected Contact"]
    assert faults(parse(WRONG["no role"][0])) == [f"{INCIDENT}/Contact[1]/@role: missing"]


def test_a_value_cannot_act_on_a_terminal() -> None:
    [told] = faults(parse(document(contact='<Contact role="a&#x9b;2J&#x202e;&#10;b" type="person"/>')))
    assert told.isprintable()
    assert r'"a\x9b2J\u202e b" is none of' in told


def test_faults_are_few() -> None:
    assert len(faults(parse(document(after='<EventData restriction="x"/>' * 50)))) == validate.MOST


def test_what_only_lxml_minds_is_told_by_line() -> None:
    assert faults(parse(extension("xml", "\n<URL>%zz</URL>"))) == [
        "line 2: Element 'URL': '%zz' is not a valid value of the atomic type 'xs:anyURI'."
    ]


def test_what_xmlschema_gives_up_on_is_told_by_line() -> None:
    odd = '<EventData xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Nothing"/>'
    [told] = faults(parse(document(after=odd)))
    assert told.startswith("line 1: Element 'EventData', attribute 'type'")


def test_a_large_document_is_told_by_line() -> None:
    [told] = faults(parse(document(after="<EventData/>" * validate.EXPLAINED + "\n<Surprise/>")))
    assert told.startswith("line 2: Element 'Surprise'")


def test_a_deep_document_is_told_by_path() -> None:
    depth = 200
    [told] = faults(parse(event("<EventData>" * depth + "<Surprise/>" + "</EventData>" * depth)))
    assert told.startswith(f"{EVENT}/EventData[1]/EventData[1]")


def test_schemas_that_a_document_names_are_not_read(tmp_path: Path) -> None:
    other = tmp_path / "other.xsd"
    other.write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x">'
        '<xs:element name="a" type="xs:integer"/></xs:schema>'
    )
    hints = f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x {other.as_uri()}"'
    text = document(root=hints, after=f'<AdditionalData dtype="no"><a xmlns="urn:x" {hints}>b</a></AdditionalData>')
    [told] = faults(parse(text))
    assert told.startswith(f"{INCIDENT}/AdditionalData[1]/@dtype: ")


def test_validating_leaves_the_document_as_it_was() -> None:
    tree = parse(indicator(OBSERVABLE))
    before = etree.tostring(tree)
    assert faults(tree) == []
    assert etree.tostring(tree) == before


def test_no_attribute_has_a_default() -> None:
    for path in SCHEMA.parent.glob("*.xsd"):
        assert not etree.parse(path).xpath("//@default | //@fixed"), path.name


def test_both_libraries_find_the_schema_unambiguous() -> None:
    assert etree.XMLSchema(etree.parse(SCHEMA)) is not None
    assert xmlschema.XMLSchema10(SCHEMA, allow="local").validity == "valid"


def test_a_valid_document_does_not_load_xmlschema() -> None:
    program = (
        "import sys; from lxml import etree; from dragoman_iodef.validate import faults;"
        "assert faults(etree.fromstring(sys.argv[1])) == []; assert 'xmlschema' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program, document()], check=True)
