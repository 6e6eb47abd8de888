"""Documents that are v1 but for a mistake that tools make: read, told with a code that is explained, and given back."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from lxml import etree

from corpus import SHARED, context
from dragoman import translate
from dragoman.adapter import Context
from dragoman.codes import explained
from dragoman.errors import ReadError
from dragoman.ledger import Kind
from dragoman.validate import validate
from dragoman_iodef.v1 import adapter
from iodef1_documents import NS, START, document, event, read, system, write
from runner import run
from test_iodef1 import back, leaves

XSI = "http://www.w3.org/2001/XMLSchema-instance"
CONTACT = '<Contact role="creator" type="person">{}</Contact>'
LEGACY = SHARED / "corpus" / "iodef" / "v1-perl-doctype-nons.xml"
# name: (the document, the codes that are told, the paths)
SLOPPY: dict[str, tuple[bytes, list[str], list[str]]] = {
    "no namespace": (document(root='version="1.00" lang="en"'), ["D203"], ["/IODEF-Document"]),
    "root alone has a namespace": (
        document(root=f'xmlns:i="{NS}" version="1.00" lang="en"').replace(b"IODEF-Document", b"i:IODEF-Document"),
        ["D203"], ["/IODEF-Document"]),
    "no report time": (document(time=""), ["D204"], ["/IODEF-Document/Incident/ReportTime"]),
    "no language": (document(root=f'xmlns="{NS}" version="1.00"'), ["D204"], ["/IODEF-Document/@lang"]),
    "no assessment": (document(assessment=""), ["D204"], ["/IODEF-Document/Incident/Assessment"]),
    "no contact": (document(contact=""), ["D204"], ["/IODEF-Document/Incident/Contact"]),
    "no protocol": (system("<Address>::1</Address>", "<Service><Port>80</Port></Service>"), ["D204"],
                    ["/IODEF-Document/Incident/EventData/Flow/System/Service/@ip_protocol"]),
    "no name of a reference": (event("<Method><Reference><URL>http://x/</URL></Reference></Method>"), ["D204"],
                               ["/IODEF-Document/Incident/EventData/Method/Reference/ReferenceName"]),
    "no reference and no description": (event("<Method/>"), ["D204"],
                                        ["/IODEF-Document/Incident/EventData/Method/Description"]),
    "another version": (document(root=f'xmlns="{NS}" version="1.0" lang="en"'), ["D205"], ["/IODEF-Document/@version"]),
    "two names": (document(contact=CONTACT.format("<ContactName>a</ContactName><ContactName>b</ContactName>")), ["D206"],
                  ["/IODEF-Document/Incident/Contact/ContactName"]),
    "two fax numbers": (document(contact=CONTACT.format("<Fax>1</Fax><Fax>2</Fax>")), ["D206"],
                        ["/IODEF-Document/Incident/Contact/Fax"]),
    "two activities": (document(before="<RelatedActivity><URL>a</URL></RelatedActivity>" * 2), ["D206"],
                       ["/IODEF-Document/Incident/RelatedActivity"]),
    "ids and pages": (document(before='<RelatedActivity><IncidentID name="x">1</IncidentID><URL>a</URL></RelatedActivity>'),
                      ["D206"], ["/IODEF-Document/Incident/RelatedActivity/URL"]),
    "port and ports": (system("<Address>::1</Address>", '<Service ip_protocol="6"><Port>1</Port><Portlist>2</Portlist>'
                              "</Service>"), ["D206"],
                       ["/IODEF-Document/Incident/EventData/Flow/System/Service/Portlist"]),
    "a word outside its list": (document(contact='<Contact role="boss" type="person"/>'), ["D202"],
                                ["/IODEF-Document/Incident/Contact/@role"]),
    "a word of one's own, half": (document(contact='<Contact role="irt" type="ext-value"/>'), ["D207"],
                                  ["/IODEF-Document/Incident/Contact/@type"]),
    "the other half": (document(contact='<Contact role="irt" ext-role="x" type="person"/>'), ["D207"],
                       ["/IODEF-Document/Incident/Contact/@ext-role"]),
    "a restriction of v2": (document(incident='purpose="other" restriction="amber"'), ["D201"],
                            ["/IODEF-Document/Incident/@restriction"]),
    "a restriction of one's own": (document(incident='purpose="other" restriction="ext-value" ext-restriction="x"'),
                                   ["D202"], ["/IODEF-Document/Incident/@restriction"]),
    "a time that is none": (system("<Address>::1</Address><DateTime>yesterday</DateTime>"), ["D201"],
                            ["/IODEF-Document/Incident/EventData/Flow/System/Node/DateTime"]),
}  # fmt: skip


@pytest.mark.parametrize("name", SLOPPY)
def test_it_is_read_and_told(name: str) -> None:
    """A document that is read in silence, though it is wrong, or refused for a slip, would be no help to anybody."""
    data, codes, paths = SLOPPY[name]
    told = Context()
    assert len(read(data, told)) == 1
    losses = told.ledger.of({Kind.INVALID})
    assert [loss.code for loss in losses] == codes
    assert [loss.path for loss in losses] == paths
    assert all(explained(code) for code in codes)


@pytest.mark.parametrize("name", SLOPPY)
def test_it_is_still_not_valid(name: str) -> None:
    """What Dragoman can live with, another reader may not: validate has to say so."""
    assert validate(SLOPPY[name][0]).faults


@pytest.mark.parametrize("other", ["base", "iodef-1", "iodef-2", "stix-2.1"])
@pytest.mark.parametrize("name", SLOPPY)
def test_it_comes_back_as_it_stood(name: str, other: str) -> None:
    """Mended on the way, it would not be the document that was signed, filed or argued about."""
    data = SLOPPY[name][0]
    assert leaves(back(data, other)) == leaves(data)


def test_half_a_namespace_is_no_other_one() -> None:
    """Where the root has none, foreign elements keep theirs, and those without one in additional data too."""
    inside = '<AdditionalData dtype="xml"><IncidentID>x</IncidentID><a xmlns="urn:x"/></AdditionalData><b xmlns="urn:y"/>'
    data = document(inside, root='version="1.00" lang="en"')
    there = translate(data, "iodef-2", "iodef-1", context())
    assert b'<AdditionalData dtype="xml"><IncidentID xmlns="">x</IncidentID><a xmlns="urn:x"/></AdditionalData>' in there.data
    assert leaves(translate(there.data, "iodef-1", "iodef-2", context()).data) == leaves(data)


def test_an_undeclared_prefix_of_schema_instances() -> None:
    """XML::IODEF writes it; no parser takes it as it stands."""
    told = Context()
    data = document(root=f"{START} xsi:schemaLocation='urn:x y.xsd'")
    (found,) = read(data, told)
    assert [loss.code for loss in told.ledger] == ["D203"]
    assert etree.fromstring(write([found])).get(f"{{{XSI}}}schemaLocation") == "urn:x y.xsd"


def test_another_undeclared_prefix_is_refused() -> None:
    with pytest.raises(ReadError, match="prefix"):
        read(document(root=f"{START} x:a='1'"))


@pytest.mark.parametrize("word", ["secret", "", "RED", "tlp:amber"])
def test_a_restriction_that_could_mean_anything_is_refused(word: str) -> None:
    """Guessed at, it could be shown to everybody."""
    with pytest.raises(ReadError, match="cannot be read"):
        read(document(incident=f'purpose="other" restriction="{word}"'))


def test_a_restriction_of_ones_own_counts_as_private() -> None:
    data = SLOPPY["a restriction of one's own"][0]
    found = translate(data, "iodef-2", "iodef-1", context(carry="drop")).data
    assert b'restriction="ext-value" ext-restriction="x"' in found
    edited = read(data)
    edited[0].residue = None
    assert b'<Incident purpose="other" restriction="private">' in write(edited)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (document(root='xmlns="urn:ietf:params:xml:ns:iodef-2.0"'), "this is IODEF v2"),
        (document(root='xmlns="urn:x"'), "in the namespace 'urn:x'"),
        (b"<a/>", "its root is <a>"),
        (f'<IODEF-Document {START}/>'.encode(), "holds no Incident"),
    ],
)
def test_strangers_are_told_what_they_are(data: bytes, told: str) -> None:
    with pytest.raises(ReadError, match=told):
        read(data)


def test_a_document_type_is_refused_in_one_line(tmp_path: Path) -> None:
    """A DOCTYPE can give attributes defaults, and so widen a marking: also where it is the old one of v1."""
    file = tmp_path / "old.xml"
    file.write_bytes(b"<?xml version='1.0'?>\n<!DOCTYPE IODEF-Document PUBLIC '-//IETF//DTD' 'x.dtd'>\n" + document())
    found = run("translate", str(file), "--to", "iodef-2")
    assert found.status == 4
    assert found.err.splitlines() == [
        f"dragoman: {file}:2:1: a document type declaration (DOCTYPE) is not accepted (remove it; no incident format needs one)"
    ]


@pytest.mark.skipif(not LEGACY.is_file(), reason="the corpus does not stand beside the checkout")
def test_a_document_of_an_old_tool_is_read_without_its_document_type() -> None:
    """It has no namespace, an undeclared prefix, no time, no contact: all told, none fatal."""
    data = LEGACY.read_bytes()
    with pytest.raises(ReadError, match="DOCTYPE"):
        read(data)
    told = Context()
    (found,) = adapter.read(io.BytesIO(b"".join(data.partition(b"<IODEF")[1:])), told)
    assert found.markings == ["iodef:need-to-know"]
    assert {loss.code for loss in told.ledger} == {"D203", "D204", "D205"}
