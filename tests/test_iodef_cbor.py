"""IODEF in CBOR: the same objects as in JSON, in every way that numbers, texts and tags may spell them."""

from __future__ import annotations

import sys
from typing import Any

import cbor2
import pytest

from corpus import IODEF, IODEF_CBOR, IODEF_JSON, context, needed
from dragoman import Context, detect, read, translate
from dragoman.adapter import Likeness
from dragoman.errors import LimitExceeded, ReadError, UsageError
from dragoman.ledger import Kind, Ledger
from dragoman.limits import Limits
from dragoman.mapping.table import facts
from dragoman.testing import document_comes_back, nothing_is_silent
from dragoman.tree.json import decode
from dragoman.validate import validate
from dragoman_iodef.cborform import adapter
from hostile_iodef import CBOR, document, packed
from iodef_generator import Generator

NUMBERS = {name: place for place, name in enumerate(facts("iodef-cbor")["members"], -24)}


def numbered(value: Any, first: int = -24) -> Any:
    """The objects with numbers for names."""
    if isinstance(value, list):
        return [numbered(item, first) for item in value]
    if not isinstance(value, dict):
        return value
    return {NUMBERS[name] + 24 + first: numbered(item, first) for name, item in value.items()}


def shown(data: bytes, limits: Limits | None = None) -> Any:
    """What a document says, as JSON would."""
    return decode(adapter.legible(data, Context(limits=limits or Limits())), Limits())


def test_the_numbers_are_those_of_the_standard() -> None:
    """If it failed: nobody else could read our names, nor we theirs (RFC 8727 section 5)."""
    assert (min(NUMBERS.values()), max(NUMBERS.values()), len(NUMBERS)) == (-24, 182, 207)
    assert {NUMBERS[name] for name in ("version", "Incident", "WindowsRegistryKeysModified")} == {-24, -19, 144}


@pytest.mark.parametrize(
    ("data", "notes"),
    [
        (cbor2.dumps(numbered(document())), 0),
        (cbor2.dumps(cbor2.CBORTag(55799, numbered(document()))), 0),
        (cbor2.dumps(numbered(document(), first=1)), 1),
        (cbor2.dumps(document()), 1),
    ],
    ids=["numbers", "self-described", "numbers of drafts", "texts"],
)
def test_names_may_be_numbers_or_texts(data: bytes, notes: int) -> None:
    """If it failed: documents of one of the ways in which CBOR is about would not be read, or not be told."""
    ledger = Ledger()
    assert detect(data) == "iodef-cbor"
    assert read(data, "iodef-cbor", Context(ledger=ledger))[0].identifier is not None
    assert shown(data) == document()
    assert len(ledger.of({Kind.INVALID})) == notes
    document_comes_back("iodef-cbor", data)
    assert len(validate(data).faults) == notes


def test_tags_give_what_json_has_in_their_place() -> None:
    """If it failed: a date, an address or a signature would be another value in CBOR than in JSON."""
    values = [cbor2.CBORTag(0, "2020-01-01T00:00:00Z"), cbor2.CBORTag(32, "http://a"), b"\xff\xfe", 1.5, 7, True, None]
    values += [cbor2.CBORTag(tag, b"\xff\xfe") for tag in (21, 22, 23)]
    found = shown(cbor2.dumps(document({"x": values})))["Incident"][0]["x"]
    assert found == ["2020-01-01T00:00:00Z", "http://a", "//4=", 1.5, 7, True, None, "__4", "//4=", "FFFE"]


def test_what_we_write_is_tagged_by_type() -> None:
    """If it failed: a reader that keeps to figure 2 of RFC 8727 would refuse our dates, addresses and bytes."""
    weakness = {"SpecID": "private", "RawData": ["PGEvPg=="]}
    more = {"RelatedActivity": [{"URL": ["http://a"]}], "Method": [{"Weakness": [weakness]}]}
    data = translate(packed(**more), "iodef-cbor", "iodef-cbor", context()).data
    assert data.startswith(b"\xd9\xd9\xf7")
    for item in (cbor2.CBORTag(32, "http://a"), cbor2.CBORTag(22, b"<a/>")):
        assert cbor2.dumps(item) in data
    assert cbor2.dumps("2020-01-01T00:00:00Z").join([b"\xc0", b""]) in data
    assert shown(data)["Incident"][0].items() >= more.items()


@needed
@pytest.mark.parametrize("file", [*IODEF_JSON, *IODEF_CBOR, *IODEF], ids=lambda file: file.stem)
def test_real_documents_go_over_cbor_and_back(file: Any) -> None:
    """If it failed: a value would be lost between the spellings of one standard."""
    own = {".json": "iodef-json", ".cbor": "iodef-cbor", ".xml": "iodef-2"}[file.suffix]
    for other in {"iodef-json", "iodef-cbor", "iodef-2"} - {own}:
        nothing_is_silent(own, other, file.read_bytes())


@pytest.mark.parametrize("seed", range(4))
def test_all_that_xml_can_say_goes_over_cbor(seed: int) -> None:
    """If it failed: what goes over JSON would be lost between its numbers."""
    nothing_is_silent("iodef-2", "iodef-cbor", Generator(seed).document())


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        (Limits(bytes=100), "100 bytes"),
        (Limits(json_depth=3), "deeper than 3"),
        (Limits(members=10), "more than 10"),
        (Limits(string=5), "more than 5 characters"),
    ],
)
def test_limits_hold_before_anything_is_decoded(limits: Limits, what: str) -> None:
    """If it failed: a document could take more memory than its reader allows."""
    with pytest.raises(LimitExceeded, match=what):
        read(packed(), "iodef-cbor", Context(limits=limits))


@pytest.mark.parametrize("length", range(1, len(packed())))
def test_a_document_that_is_cut_off_is_refused(length: int) -> None:
    """If it failed: half of an incident would pass for the whole."""
    with pytest.raises(ReadError):
        read(packed()[:length], "iodef-cbor")


@pytest.mark.parametrize("place", range(0, len(packed()), 3))
def test_a_changed_byte_is_a_clear_error_or_another_document(place: int) -> None:
    """If it failed: a damaged document would end in a traceback."""
    lines: list[str] = []
    for value in (0x00, 0x1F, 0x5F, 0x9F, 0xBF, 0xC1, 0xD8, 0xF7, 0xFB, 0xFF):
        data = packed()[:place] + bytes([value]) + packed()[place + 1 :]
        try:
            read(data, "iodef-cbor")
        except ReadError as error:
            lines.append(str(error))
    assert not any("\n" in line for line in lines)


def test_without_the_library_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """If it failed: who has not installed the extra would see a traceback, or no other format would work either."""
    monkeypatch.setitem(sys.modules, "cbor2", None)
    with pytest.raises(UsageError, match=r"cbor2 .*pip install 'dragoman\[cbor\]'"):
        read(packed(), "iodef-cbor")
    assert detect(packed()) == "iodef-cbor"


def test_only_its_own_documents_are_known() -> None:
    """If it failed: other CBOR, or text, would be taken for an incident."""
    for other in (b"", b"\xa1\x61a\x01", b"\x83\x01\x02\x03", b'{"Incident": []}', "ä".encode(), CBOR["deep"][1][-50:]):
        assert adapter.sniff(other if isinstance(other, bytes) else other.encode()) is Likeness.NO
