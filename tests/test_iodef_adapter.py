"""IODEF v2: what is read comes back as it was, and what came from elsewhere is valid and loses nothing."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from dragoman.adapter import Context, Likeness
from dragoman.errors import ReadError
from dragoman.ledger import Kind
from dragoman.model import (
    AutonomousSystem,
    Contact,
    ContactPoint,
    Incident,
)
from dragoman.model.parts import FieldMarking
from dragoman.model.plain import build, plain
from dragoman_iodef import adapter
from dragoman_iodef.validate import faults
from iodef_generator import SCHEMA, Generator

SHARED = Path(__file__).parents[2] / "shared"
CORPUS = sorted((SHARED / "corpus" / "iodef").glob("v2-*.xml")) if SHARED.is_dir() else []
NS = "urn:ietf:params:xml:ns:iodef-2.0"
DS = "http://www.w3.org/2000/09/xmldsig#"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def document(body: str, start: str = ' version="2.00"', incident: str = ' purpose="watch"') -> bytes:
    needed = '<IncidentID name="a">1</IncidentID><GenerationTime>2026-11-22T10:00:00Z</GenerationTime>'
    contact = '<Contact role="irt" type="person"/>'
    inside = f"<Incident{incident}>{needed}{contact}{body}</Incident>"
    return f'<IODEF-Document xmlns="{NS}"{start}>{inside}</IODEF-Document>'.encode()


def read(data: bytes, context: Context | None = None) -> list[Incident]:
    return list(adapter.read(io.BytesIO(data), context or Context()))


def write(incidents: list[Incident], context: Context | None = None) -> bytes:
    sink = io.BytesIO()
    adapter.write(incidents, sink, context or Context())
    return sink.getvalue()


def through_json(incidents: list[Incident]) -> list[Incident]:
    """As another format's cargo would carry them."""
    return build(json.loads(json.dumps(plain(incidents, Incident))), Incident)


def leaves(data: bytes) -> Counter[tuple[str, str]]:
    """Every attribute and text with its path; white space collapsed, positions and comments left out."""
    found: Counter[tuple[str, str]] = Counter()

    def walk(element: Any, path: str) -> None:
        path += f"/{element.tag}"
        found.update((f"{path}/@{n}", " ".join(v.split())) for n, v in element.items() if not n.startswith(XSI))
        children = [child for child in element if isinstance(child.tag, str)]
        texts = [element.text, *(child.tail for child in element)]
        if text := " ".join("".join(text or "" for text in texts).split()):
            found[path, text] += 1
        for child in children:
            walk(child, path)

    walk(etree.fromstring(data), "")
    return found


def check_law(data: bytes) -> None:
    """Read and written, directly and through JSON, a document is leaf for leaf what it was, without any cargo."""
    for incidents in (read(data), through_json(read(data))):
        context = Context()
        returned = write(incidents, context)
        assert leaves(returned) == leaves(data)
        assert b"dragoman-cargo" not in returned
        assert not len(context.ledger)


def only(body: str) -> Incident:
    return read(document(body))[0]


NO_CORPUS = pytest.param(None, marks=pytest.mark.skip("no corpus beside the repository"))


@pytest.mark.parametrize("file", CORPUS or [NO_CORPUS])
def test_real_documents_come_back(file: Path) -> None:
    """If it failed: a document that somebody published would lose or gain something on its way through the model."""
    check_law(file.read_bytes())


@pytest.mark.parametrize("seed", range(12))
def test_generated_documents_come_back(seed: int) -> None:
    """If it failed: the table would not know a class or an attribute that the schema has."""
    data = Generator(seed, 5).document()
    check_law(data)
    assert not faults(etree.fromstring(data))
    assert not faults(etree.fromstring(write(read(data))))


def test_generated_documents_have_every_class() -> None:
    """If it failed: the test above would not see all that it claims to see."""
    documents = [etree.fromstring(Generator(seed, 5).document()) for seed in range(12)]
    made = {element.tag for document in documents for element in document.iter(f"{{{NS}}}*")}
    declared = etree.parse(SCHEMA).getroot().iter("{http://www.w3.org/2001/XMLSchema}element")
    assert {f"{{{NS}}}{element.get('name')}" for element in declared if element.get("name")} <= made


def system(node: str, after: str = "") -> str:
    return f"<EventData><Flow><System>{node}{after}</System></Flow></EventData>"


def record(body: str) -> str:
    return f"<EventData><Record><RecordData>{body}</RecordData></Record></EventData>"


def hashed(method: str, value: str, before: str = "") -> str:
    method = f'<ds:DigestMethod Algorithm="{method}"/>'
    digest = f'<Hash xmlns:ds="{DS}">{method}<ds:DigestValue>{value}</ds:DigestValue></Hash>'
    return record(f'<FileData><File>{before}<HashData scope="ext-value">{digest}</HashData></File></FileData>')


def indicator(term: str) -> str:
    name = '<IndicatorID name="x" version="1">a b</IndicatorID>'
    return f"<IndicatorData><Indicator>{name}{term}</Indicator></IndicatorData>"


def assessed(impact: str) -> str:
    return f"<Assessment><SystemImpact {impact}/></Assessment>"


ODD = {
    "id that is none": '<EventData observable-id="1bad"/>',
    "id twice": '<EventData observable-id="a"/><EventData observable-id="a"/>',
    "extended word without a pointer": assessed('ext-type="x"') + assessed('type="policy" ext-type="x"'),
    "pointer without a word": assessed('type="ext-value"'),
    "extended word that is listed": assessed('type="ext-value" ext-type="policy"'),
    "words of no list": assessed('severity="critical" type="foo"'),
    "markings said twice": '<EventData restriction="green" ext-restriction="x"/><EventData ext-restriction="x"/>',
    "marking without its word": '<EventData restriction="ext-value"/>',
    "times that are none": "<EventData><DetectTime>2026-11-22T25:00:00Z</DetectTime><EndTime>x</EndTime></EventData>",
    "two where one belongs": "<EventData>" + "<StartTime>2026-11-22T01:00:00Z</StartTime>" * 2 + "</EventData>",
    "address of no category": system("<Node><Address>192.0.2.1</Address></Node>"),
    "numbers of networks": system('<Node><Address category="asn">6</Address><Address category="asn">x</Address></Node>'),
    "address of an unlisted category": system('<Node><Address category="fqdn">x</Address></Node>'),
    "address of an empty category": system('<Node><Address category="">x</Address></Node>'),
    "address of a category of ours": system('<Node><Address category="ext-value" ext-category="url">x</Address></Node>'),
    "empty wrappers": system("<Node/>") + "<IndicatorData/>",
    "a wrapper twice": system("<Node/><Node><Address>x</Address></Node>"),
    "the printed role": '<Contact role="vendor-services" type="person"/>',
    "the printed counter": system("<Node/>", '<Counter type="rate" unit="byte" duration="second">2</Counter>'),
    "the printed order": system("<Node/>", "<Service><ProtoType>1</ProtoType><ProtoCode>2</ProtoCode></Service>"),
    "the printed key": record(
        "<WindowsRegistryKeysModified><Key><KeyName>k</KeyName><Value>v</Value></Key></WindowsRegistryKeysModified>"
    ),
    "a number that is none": system("<Node/>", '<Counter type="count" unit="byte">x</Counter>'),
    "lang without xml": '<Description lang="en">x</Description><Description xml:lang="">x</Description>',
    "comments in texts": '<Contact role="irt" type="person"><Email><EmailTo>x<!-- z -->y</EmailTo></Email></Contact>',
    "text between elements": "<EventData><Flow/>stray</EventData>",
    "text before elements": "<Assessment>stray<SystemImpact>stray</SystemImpact></Assessment>",
    "unknown things": '<EventData foo="x" xmlns:q="u:q" q:a="1" q:b="2"><foo/><q:bar>x</q:bar></EventData>',
    "a digest that is none": hashed("urn:x", "!!", "<FileSize>0012</FileSize>"),
    "data without a type": "<AdditionalData>x</AdditionalData>",
    "markup of no namespace": '<AdditionalData dtype="xml"><a xmlns="">x</a> t <?pi x?><!-- c --></AdditionalData>',
    "white space that counts": '<AdditionalData dtype="string">a&#13;&#10;b  c</AdditionalData>',
    "loose confidences": indicator(
        '<IndicatorExpression ext-operator="z"><Confidence rating="low"/><Observable/><Confidence rating="high"/>'
        '<Confidence rating="low"/><AdditionalData dtype="string">x</AdditionalData></IndicatorExpression>'
    ),
    "two terms": indicator("<Observable/><Observable/>"),
    "elements in a bulk list": indicator(
        "<Observable><BulkObservable><BulkObservableList><x>1</x></BulkObservableList></BulkObservable></Observable>"
    ),
    "a cargo that is none": '<AdditionalData dtype="string" name="dragoman-cargo">nonsense</AdditionalData>',
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD.keys())
def test_odd_documents_come_back(body: str) -> None:
    """If it failed: what is wrong or unusual in a document would silently be mended or dropped."""
    data = document(body)
    returned = write(read(data))
    assert leaves(returned) == leaves(data)
    assert returned.count(b"dragoman-cargo") == data.count(b"dragoman-cargo")


@pytest.mark.parametrize("start", ["", ' version="2.0"', ' version="2.00" xml:lang="nb" format-id="f" foo="1"'])
def test_the_document_says_what_it_said(start: str) -> None:
    """If it failed: a document would change its version or lose what stands on its root."""
    more = b'<Incident/><AdditionalData dtype="string">x</AdditionalData><Zed/>'
    data = document("", start).replace(b"</IODEF", more + b"</IODEF")
    check_law(data)
    assert len(read(data)) == 2


def test_wrong_values_are_told_and_stay_out_of_the_model() -> None:
    """If it failed: another format would be given an hour 25, or nobody would hear of it."""
    context = Context()
    incident = read(document("<EventData><DetectTime>2026-11-22T25:00:00Z</DetectTime></EventData>"), context)[0]
    assert incident.events[0].detect_time is None
    assert [(loss.kind, loss.path) for loss in context.ledger] == [
        (Kind.INVALID, "/IODEF-Document/Incident/EventData/DetectTime")
    ]


@pytest.mark.parametrize(
    ("word", "marking"),
    [("white", "tlp-1:white"), ("red", "tlp-1:red"), ("amber", "iodef:amber"), ("public", "iodef:public")],
)
def test_restrictions_keep_their_meaning(word: str, marking: str) -> None:
    """If it failed: IODEF's amber would be taken for TLP:AMBER, which more people may see."""
    assert only(f'<EventData restriction="{word}"/>').events[0].markings == [marking]


@pytest.mark.parametrize(
    ("markings", "written"),
    [
        (["tlp-2:clear"], 'restriction="white"'),
        (["tlp-1:amber"], 'restriction="amber"'),
        (["tlp-2:amber+strict"], 'restriction="amber"'),
        (["marking-definition--1"], 'restriction="private"'),
        (["tlp-1:green", "tlp-2:red"], 'restriction="red"'),
        (["iodef:default", "tlp-1:white"], 'restriction="white"'),
        (["iodef:ext:ours"], 'restriction="ext-value" ext-restriction="ours"'),
    ],
)
def test_markings_are_never_widened(markings: list[str], written: str) -> None:
    """If it failed: more people would be allowed to see the incident in IODEF than before."""
    data = write([Incident(markings=markings)]).decode()
    assert data.partition("<Incident ")[2].startswith(f'purpose="other" {written}>')


def test_a_marking_without_a_place_raises_the_part_around_it() -> None:
    """If it failed: a red mail address would travel inside a contact that everybody may see."""
    point = ContactPoint(value="a@b.example", markings=["tlp-2:red"])
    open_contact = Contact(markings=["tlp-1:white"], emails=[point], role="irt", type="person")
    assert b'type="person" restriction="red"' in write([Incident(markings=["tlp-1:white"], contacts=[open_contact])])
    field = FieldMarking(marking="tlp-2:amber", fields=["summary"])
    assert b'restriction="amber"' in write([Incident(markings=["tlp-1:green"], field_markings=[field])])
    assert b'restriction="white"' not in write([Incident(field_markings=[FieldMarking(marking="tlp-1:white")])])


def test_a_marking_that_cannot_be_read_stops_the_document() -> None:
    """If it failed: RED would be taken for no restriction at all."""
    with pytest.raises(ReadError, match=r"Contact\[2\]/@restriction.*'RED'.*green"):
        read(document('<Contact role="irt" type="person" restriction="RED"/>'))


def test_addresses_have_the_type_that_others_know() -> None:
    """If it failed: STIX would not get an address as what it is, or IODEF not get back its own word."""
    said = {"e-mail": "a@b", "ipv4-net": "192.0.2.0/24", "site-uri": " http://x\n y", "asn": "AS64496"}
    body = "".join(f'<Address category="{word}">{text}</Address>' for word, text in said.items())
    mail, net, uri, number = only(system(f"<Node>{body}</Node>")).events[0].flows[0].systems[0].addresses
    assert (mail.type, mail.category) == ("email-addr", None)
    assert (net.type, net.category) == ("ipv4-addr", "ipv4-net")
    assert (uri.type, uri.value) == ("url", "http://x y")
    assert (type(number), number.number) == (AutonomousSystem, 64496)


def test_digests_are_hexadecimal_whatever_they_came_in() -> None:
    """If it failed: a digest would not match that of the same file in another format."""
    digest = "MHg2NzUxQTI1MzQ4M0E2N0Q4NkUwRjg0NzYwRjYxRjEwQkJDQzJFREZG"
    incident = only(hashed("http://www.w3.org/2001/04/xmlenc#sha1", digest))
    found = incident.events[0].record.records[0].files[0].files[0].hash_sets[0].hashes[0]
    assert (found.algorithm, found.value) == ("SHA-1", "6751a253483a67d86e0f84760f61f10bbcc2edff")


def test_an_edited_value_wins_over_the_spelling_it_came_in() -> None:
    """If it failed: a change in the model would not reach the document."""
    incident = only(assessed('type="foo"') + '<Contact role="vendor-services" type="person"/>')
    incident.assessments[0].impacts[0].type = "policy"
    incident.contacts[1].role = "legal"
    data = write([incident])
    assert b'<SystemImpact type="policy"/>' in data
    assert b'role="legal"' in data


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"<a/>", "its root is <a>"),
        (b'<IODEF-Document xmlns="urn:ietf:params:xml:ns:iodef-1.0"/>', "IODEF v1"),
        (b"<IODEF-Document/>", "the namespace ''"),
        (f'<IODEF-Document xmlns="{NS}"/>'.encode(), "no Incident"),
    ],
)
def test_strangers_are_told_what_they_are(data: bytes, told: str) -> None:
    """If it failed: the user would not learn what is wrong with the file."""
    with pytest.raises(ReadError, match=told):
        read(data)


def test_sniffing() -> None:
    """If it failed: a document would go to the wrong adapter, or to none."""
    data = document("")
    assert adapter.sniff(data) is Likeness.SURELY
    assert adapter.sniff(data.decode().encode("utf-16")) is Likeness.SURELY
    assert adapter.sniff(data.replace(b"iodef-2.0", b"iodef-1.0")) is Likeness.NO
    assert adapter.sniff(b'{"a": "' + data + b'"') is not Likeness.MAYBE
