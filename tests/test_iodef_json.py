"""IODEF in JSON: valid by the schema of RFC 8727, nothing lost that XML says and JSON cannot, old spellings understood."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from corpus import IODEF, IODEF_JSON, SHARED, STIX, context, needed
from dragoman import read, translate, write
from dragoman.adapter import Likeness
from dragoman.errors import ForbiddenLoss, ReadError
from dragoman.ledger import Kind, Ledger
from dragoman.model import Additional, Contact, Incident, Record
from dragoman.testing import document_comes_back, lists_of_incidents, nothing_is_silent
from dragoman.validate import validate
from dragoman_iodef.grammar import Member, Shape, grammar
from dragoman_iodef.jsonform import adapter
from dragoman_iodef.tojson import MORE, OWN
from hostile_iodef import document
from iodef_generator import Generator
from iodef_incidents import document as xml_document
from iodef_incidents import incident as xml_incident

SCHEMA = SHARED / "schemas" / "iodef" / "json-iodef.schema.json"
official = pytest.mark.skipif(not SCHEMA.is_file(), reason="no schemas beside the repository")


@cache
def validator() -> Any:
    jsonschema = pytest.importorskip("jsonschema")
    return jsonschema.Draft4Validator(json.loads(SCHEMA.read_text()), format_checker=jsonschema.FormatChecker())


def invalid(data: bytes) -> list[str]:
    """What the official schema finds, where it stands beside the checkout, and what our own judge finds."""
    theirs = [error.message for error in validator().iter_errors(json.loads(data))] if SCHEMA.is_file() else []
    return theirs + adapter.faults(data, context())


def from_xml(inside: str) -> Any:
    """The incident that we write for one of XML."""
    written = translate(xml_document(xml_incident(inside)), "iodef-json", "iodef-2", context()).data
    assert invalid(written) == []
    return json.loads(written)["Incident"][0]


def back(incident: dict[str, Any], over: str = "iodef-2") -> dict[str, Any]:
    """The incident after a journey."""
    data = json.dumps(document(incident)).encode()
    nothing_is_silent("iodef-json", over, data)
    document_comes_back("iodef-json", data)
    found: dict[str, Any] = json.loads(translate(data, "iodef-json", "iodef-json", context()).data)
    return found["Incident"][0]


# ---- the classes ------------------------------------------------------------------------------------------------------


def resolved(schema: Any, definitions: Any) -> Any:
    while "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    return schema


@official
def test_the_classes_are_those_of_the_schema() -> None:
    """If it failed: a member would be misread, left out, or written where nobody looks for it."""
    schema = json.loads(SCHEMA.read_text())
    wrong: list[str] = []
    seen: set[int] = set()

    def member(mine: Member, theirs: Any, path: str) -> None:
        theirs = resolved(theirs, schema["definitions"])
        wrong.extend([f"{path}: one or many"] if (theirs.get("type") == "array") is not mine.many else [])
        theirs = resolved(theirs["items"], schema["definitions"]) if mine.many else theirs
        for name, inner in (mine.gathers or {}).items():
            assert inner.shape is not None
            compare(inner.shape, theirs["properties"][name], f"{path}/{name}")
        if mine.shape is not None:
            compare(mine.shape, theirs, path)
        elif mine.gathers is None:
            same = set(theirs.get("enum", ())) == set(mine.words or ())
            same &= (mine.type in ("number", "positive")) is (theirs.get("type") == "number")
            same &= (mine.type == "words") is ("oneOf" in theirs)
            same &= (mine.type == "time") is (theirs.get("format") == "date-time")
            wrong.extend([] if same else [f"{path}: type or words"])

    def compare(shape: Shape, theirs: Any, path: str) -> None:
        if id(shape) in seen or shape.name == "iodef1:Reference":  # of which only a part is what RFC 5070 has
            return
        seen.add(id(shape))
        theirs = resolved(theirs, schema["definitions"])
        required = {name for part in (theirs, *theirs.get("allOf", ())) for name in part.get("required", ())}
        members = {name: found for name, found in shape.members.items() if not found.gathered}
        wrong.extend([f"{path}: members"] if members.keys() != theirs["properties"].keys() else [])
        wrong.extend([f"{path}: required"] if required != set(shape.required) else [])
        for name, found in members.items():
            member(found, theirs["properties"][name], f"{path}/{name}")

    compare(grammar(()).root, schema, "")
    assert wrong == []
    assert len(seen) > 55


# ---- what we write ----------------------------------------------------------------------------------------------------


@needed
@official
@pytest.mark.parametrize("file", [*IODEF, *STIX], ids=lambda file: file.stem)
@pytest.mark.parametrize("carry", ["extension", "drop"])
def test_what_we_write_is_valid(file: Any, carry: str) -> None:
    """If it failed: a peer that checks documents would refuse ours."""
    assert invalid(translate(file.read_bytes(), "iodef-json", None, context(carry=carry)).data) == []


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
@given(lists_of_incidents(2))
def test_any_incident_is_written_validly(incidents: list[Incident]) -> None:
    """If it failed: an incident from elsewhere would give a document that the schema refuses."""
    assert invalid(write(incidents, "iodef-json", context())) == []


@pytest.mark.parametrize("seed", range(12))
def test_all_that_xml_can_say_goes_over_json(seed: int) -> None:
    """If it failed: a class or attribute of RFC 7970 would be lost, or make one of the two documents invalid."""
    data = Generator(seed).document()
    nothing_is_silent("iodef-2", "iodef-json", data)
    plain = translate(data, "iodef-json", "iodef-2", context(carry="drop")).data
    assert invalid(plain) == []
    assert validate(translate(plain, "iodef-2", "iodef-json", context()).data, "iodef-2").faults == []


def test_defaults_of_the_schema_are_neither_written_nor_assumed() -> None:
    """If it failed: `private` would stand, or count, where nobody said who may see it."""
    shown = json.dumps(from_xml("<EventData><Description>x</Description></EventData>"))
    assert "restriction" not in shown
    event = read(json.dumps(document({"EventData": [{"Description": ["x"]}]})).encode(), "iodef-json")[0].events[0]
    assert not event.markings


def test_a_restriction_that_json_has_no_place_for_is_pushed_down() -> None:
    """If it failed: records that a few may see would be shown to all who see the event."""
    record = '<Record restriction="private">%s%s</Record>'
    items = [f"<RecordData{own}><RecordItem dtype='string'>x</RecordItem></RecordData>" for own in ("", " restriction='green'")]
    found = from_xml(f'<EventData restriction="public">{record % tuple(items)}</EventData>')
    assert [data["restriction"] for data in found["EventData"][0]["RecordData"]] == ["private", "green"]


def test_a_value_that_cannot_say_who_may_see_it_is_withheld() -> None:
    """If it failed: raw data that is private in XML would be as public in JSON as the method around it."""
    sci = "urn:ietf:params:xml:ns:iodef-sci-1.0"
    secret = f'<s:RawData xmlns:s="{sci}" dtype="xml" restriction="private"><secret xmlns="urn:x"/></s:RawData>'
    method = f'<Method restriction="public"><a:Weakness xmlns:a="{sci}" SpecID="private">{secret}</a:Weakness></Method>'
    data = xml_document(xml_incident(method, attributes=' restriction="public"'))
    found = json.loads(translate(data, "iodef-json", "iodef-2", context()).data)
    assert "RawData" not in found["Incident"][0]["Method"][0]["Weakness"][0]
    assert found["AdditionalData"][-1]["restriction"] == "private"
    nothing_is_silent("iodef-2", "iodef-json", data)


def test_what_is_demanded_and_nobody_said_is_told_or_refused() -> None:
    """If it failed: a number that nobody said would look like one that somebody did."""
    data = xml_document(xml_incident('<RelatedActivity><Confidence rating="high"/></RelatedActivity>'))
    ledger = Ledger()
    found = translate(data, "iodef-json", "iodef-2", context(ledger=ledger)).data
    assert json.loads(found)["Incident"][0]["RelatedActivity"][0]["Confidence"] == {"rating": "high", "value": 0}
    assert [loss.value for loss in ledger.of({Kind.DEFAULTED})] == ["0"]
    with pytest.raises(ForbiddenLoss, match="confidence/value"):
        translate(data, "iodef-json", "iodef-2", context(strict=True))


def test_a_bare_text_is_english() -> None:
    """If it failed: a reader who keeps to RFC 8727 section 3.2 would take German for English."""
    english, german = "<Description>x</Description>", '<Description xml:lang="de">x</Description>'
    assert from_xml(english + german)["Description"] == ["x", {"value": "x", "lang": "de"}]
    data = document({"lang": "de", "Description": [{"value": "x"}]})
    assert json.loads(translate(json.dumps(data).encode(), "iodef-json", "iodef-json").data)["Incident"][0]["Description"] == [
        {"value": "x"}
    ]


# ---- what we read -----------------------------------------------------------------------------------------------------


def told(incident: dict[str, Any]) -> list[str]:
    ledger = Ledger()
    read(json.dumps(document(incident)).encode(), "iodef-json", context(ledger=ledger))
    return [loss.path for loss in ledger.of({Kind.INVALID})]


SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"
HASH = {"FileData": [{"File": [{"HashData": {"scope": "file-contents", "Hash": [
    {"DigestMethod": SHA1, "DigestValue": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"}]}}]}]}  # fmt: skip
BULK = {"Observable": {"BulkObservable": {"type": "domain-name", "BulkObservableList": ["a.example", "b.example"]}}}
NAMED = {"IndicatorID": {"id": "i", "name": "x.example", "version": "1"}}
OLD = {
    "impacts outside of Impact": ({"Assessment": [{"SystemImpact": [{"type": "policy"}, {"type": "unknown"}]}]},
        "/Incident/0/Assessment/0/SystemImpact"),
    "one impact": ({"Assessment": [{"SystemImpact": {"type": "policy"}}]}, "/Incident/0/Assessment/0/SystemImpact"),
    "an algorithm alone": ({"EventData": [{"RecordData": [HASH]}]},
        "/Incident/0/EventData/0/RecordData/0/FileData/0/File/0/HashData/Hash/0/DigestMethod"),
    "a list of bulk observables": ({"Indicator": [{**NAMED, **BULK}]},
        "/Incident/0/Indicator/0/Observable/BulkObservable/BulkObservableList"),
    "a version that is a number": ({"Indicator": [{"IndicatorID": {**NAMED["IndicatorID"], "version": 1}, "uid-ref": "q"}]},
        "/Incident/0/Indicator/0/IndicatorID/version"),
    "one that is no list": ({"Contact": {"role": "creator", "type": "person"}}, "/Incident/0/Contact"),
}  # fmt: skip


@pytest.mark.parametrize("name", OLD)
def test_old_drafts_are_read_and_told(name: str) -> None:
    """If it failed: documents of the working group's own tools would lose what they say in their way."""
    incident, path = OLD[name]
    assert told(incident) == [path]
    assert back(incident).items() >= incident.items()


def test_old_drafts_are_understood() -> None:
    """If it failed: what an old draft says would only be kept, and no other format would see it."""
    incident, _ = OLD["impacts outside of Impact"]
    assert [found.type for found in read(json.dumps(document(incident)).encode())[0].assessments[0].impacts] == [
        "policy", "unknown",
    ]  # fmt: skip


def test_a_certificate_without_markup_is_understood() -> None:
    """If it failed: a certificate as everybody else has it in base64 would mean nothing in XML."""
    raw = base64.b64encode(b"\x30\x82\x01\x0a" + bytes(20)).decode()
    incident = {"EventData": [{"RecordData": [{"CertificateData": [{"Certificate": [{"X509Data": raw}]}]}]}]}
    assert back(incident)["EventData"] == incident["EventData"]
    data = translate(json.dumps(document(incident)).encode(), "iodef-2", "iodef-json", context()).data
    assert f"X509Certificate>{raw}</".encode() in data


WRONG: dict[str, dict[str, Any]] = {
    "white space": {"Description": [" ", "a\n  b  ", "\t"], "AdditionalData": [{"value": " ", "dtype": "string"}]},
    "unknown members": {"x": {"y": [1, None, True]}, "Contact": [{"role": "creator", "type": "person", "z": {}}]},
    "wrong types": {"Description": "x", "Method": [], "History": [{}], "DetectTime": 5, "Discovery": None},
    "missing": {"Assessment": [{}], "Indicator": [{}], "EventData": [{"System": [{"Node": {}}, {}]}]},
    "both of two": {"Indicator": [{**NAMED, "uid-ref": "q", "IndicatorReference": {"euid-ref": "a", "uid-ref": "b"}}]},
    "what our model would fill in": {"Indicator": [
        {"IndicatorID": {"id": True, "name": "x", "version": "1"}, "Observable": {"BulkObservable": {"type": None}}},
        {"IndicatorID": {"id": "i", "name": "x", "version": "1"},
         "Observable": {"BulkObservable": {"BulkObservableList": ["a", True]}}}],
        "EventData": [{"RecordData": [{"CertificateData": [{"Certificate": [{"X509Data": None}]}]}]}]},
    "languages": {"Description": ["x", {"value": "y", "lang": "2020-01-01T00:00:00"}, {"value": "z", "lang": ""}]},
    "characters": {"Description": ["a\0b"], "x": "\ud83d\ude00"},
    "structured information": {"Method": [{"Weakness": [
        {"SpecID": "urn:ietf:params:xml:ns:mile:cwe:3.3", "ContentID": "CWE-89", "RawData": ["PGEvPg=="]},
        {"SpecID": "private", "Reference": [{"URL": ["http://a"], "Description": ["n"]}], "Platform": [{"SpecID": "x"}]},
        {"SpecID": "private", "Reference": [{"ReferenceName": {"specIndex": 1, "ID": "CVE-1"}}]}]}]},
    "markup": {"AdditionalData": [{"value": text, "dtype": "xml"} for text in (
        "<a/>", "<a></a>", "<a", "a &amp; b", "<!--x-->", "<a xmlns='urn:x'>t<b c=\"1\"/>u</a>")]},
}  # fmt: skip


@pytest.mark.parametrize("over", ["base", "iodef-2", "iodef-cbor"])
@pytest.mark.parametrize("name", WRONG)
def test_whatever_stands_in_a_document_comes_back(name: str, over: str) -> None:
    """If it failed: one odd value would be lost, or take the rest of its document with it."""
    back(WRONG[name], over)


@pytest.mark.parametrize("marking", [5, None, ["public"], "Public", ""])
def test_a_marking_that_cannot_be_read_refuses_the_document(marking: Any) -> None:
    """If it failed: somebody would guess who may see it."""
    data = json.dumps(document({"EventData": [{"restriction": marking}]})).encode()
    with pytest.raises(ReadError, match=r"/Incident/0/EventData/0/restriction: the restriction"):
        read(data, "iodef-json")
    extended = json.dumps(document({"EventData": [{"restriction": "ext-value", "ext-restriction": 5}]})).encode()
    with pytest.raises(ReadError, match="ext-restriction"):
        read(extended, "iodef-json")


def test_residue_from_elsewhere_cannot_say_who_may_see_it() -> None:
    """If it failed: a base message could widen a marking through what it calls our residue."""
    contact = Contact(role="creator", type="person", names=["x"])
    contact.residue = {"iodef-json": {f"@{OWN}{MORE}": '{"restriction": "public", "ext-restriction": "x", "y": 1}'}}
    found = json.loads(write([Incident(contacts=[contact], markings=["tlp-1:red"])], "iodef-json", context()))
    assert found["Incident"][0]["Contact"] == [{"role": "creator", "type": "person", "ContactName": ["x"], "y": 1}]


def test_an_edited_value_is_not_spelled_as_it_was() -> None:
    """If it failed: an edit of the model would be undone by the spelling that was kept beside it."""
    node = {"Address": [{"value": "a", "category": "mac"}]}
    number = {"EventData": [{"System": [{"Node": node, "Service": [{"Port": "80"}]}]}]}
    incidents = read(json.dumps(document(number)).encode(), "iodef-json")
    incidents[0].events[0].flows[0].systems[0].services[0].port = "443"
    shown = json.loads(write(incidents, "iodef-json", context()))["Incident"][0]["EventData"][0]["System"][0]
    assert shown["Service"] == [{"Port": 443}]


@needed
def test_only_its_own_documents_are_known() -> None:
    """If it failed: a STIX bundle or a base message would be read as IODEF, or the other way round."""
    assert {adapter.sniff(file.read_bytes()[:65536]) for file in IODEF_JSON} == {Likeness.SURELY}
    for other in ("base", "stix-2.1"):
        incident = Incident(additional=[Additional(name="Incident", value='"Incident"')], summary='"Incident"')
        assert adapter.sniff(write([incident], other, context())) < Likeness.SURELY


# ---- validity ---------------------------------------------------------------------------------------------------------


@needed
@official
@pytest.mark.parametrize("file", IODEF_JSON, ids=lambda file: file.stem)
def test_the_judge_agrees_with_the_schema(file: Any) -> None:
    """If it failed: `dragoman validate` would accept what the standard refuses, or the other way round."""
    found = list(validator().iter_errors(json.loads(file.read_bytes())))
    assert bool(adapter.faults(file.read_bytes(), context())) is bool(found)


@official
@pytest.mark.parametrize("name", [*WRONG, *OLD])
def test_the_judge_agrees_with_the_schema_on_what_is_wrong(name: str) -> None:
    """If it failed: a fault of a kind that no public document has would be overlooked."""
    data = json.dumps(document(WRONG.get(name) or OLD[name][0]))
    assert bool(adapter.faults(data.encode(), context())) is bool(list(validator().iter_errors(json.loads(data))))


def test_a_fault_says_where_and_why() -> None:
    """If it failed: nobody could mend a document from what is said about it."""
    data = json.dumps(document({"purpose": "fun", "Assessment": [{}], "Contact": []})).encode()
    assert validate(data, "iodef-json").faults == [
        '/Incident/0/purpose: "fun" is none of ext-value, mitigation, other, reporting, traceback, watch',
        "/Incident/0/Contact: is an empty list",
        "/Incident/0/Assessment/0/Impact: is missing",
    ]


def test_a_record_of_the_model_is_one_of_the_document() -> None:
    """If it failed: a marking of a single record would be lost between the two spellings."""
    found = read(json.dumps(document({"EventData": [{"RecordData": [{"restriction": "red"}]}]})).encode(), "iodef-json")
    record = found[0].events[0].record
    assert record is not None
    assert record.records == [Record(markings=["tlp-1:red"])]
