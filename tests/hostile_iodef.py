"""Hostile documents of IODEF in JSON and in CBOR."""

from __future__ import annotations

import json
import struct
from typing import Any

import cbor2

R, A, E = "refused", "accepted", "either"
Table = dict[str, tuple[str, str | bytes]]


def document(incident: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A document with one incident."""
    whole = {
        "purpose": "reporting",
        "IncidentID": {"id": "1", "name": "x.example"},
        "GenerationTime": "2020-01-01T00:00:00Z",
        "Contact": [{"role": "creator", "type": "organization", "ContactName": ["x"]}],
        **(incident or {}),
    }
    return {"version": "2.0", "Incident": [whole], **more}


def text(**incident: Any) -> str:
    return json.dumps(document(incident))


def packed(**incident: Any) -> bytes:
    made: bytes = cbor2.dumps(document(incident))
    return made


def inside(raw: bytes) -> bytes:
    """A document whose description is this item of CBOR."""
    mark = cbor2.dumps("@@")
    return packed(Description=["@@"]).replace(mark, raw)


def data(value: str, dtype: str = "xml") -> str:
    return text(AdditionalData=[{"value": value, "dtype": dtype}])


JSON: Table = {
    "not-iodef": (R, '{"Incident": 5}'),
    "no-incident": (R, '{"version": "2.0", "Incident": []}'),
    "incident-text": (R, '{"version": "2.0", "Incident": ["x"]}'),
    "key-twice": (R, text(restriction="red").replace('"restriction"', '"restriction": "public", "restriction"')),
    "restriction-number": (R, text(restriction=5)),
    "restriction-null": (R, text(restriction=None)),
    "restriction-list": (R, text(restriction=["public"])),
    "restriction-unknown": (R, text(restriction="secret")),
    "restriction-inside": (R, text(Contact=[{"role": "creator", "type": "person", "ext-restriction": 1}])),
    "restriction-extended": (A, text(**{"restriction": "ext-value", "ext-restriction": "TLP:PURPLE"})),
    "member-unknown": (A, text(**{"x": {"restriction": "public"}, "__proto__": 1, "": 2, "a b": 3})),
    "member-escape": (A, text(**{"\x1b[31m": 1})),
    "character-nul": (R, text(Description=["a\0b"])),
    "surrogate": (R, text(Description=["@"]).replace("@", "\\ud800")),
    "impact-text": (R, text(Assessment=[{"Impact": ["x"]}])),
    "impact-unknown": (R, text(Assessment=[{"Impact": [{"X": {}}]}])),
    "null": (R, text(Description=None)),
    "deep": (R, '{"Incident":' * 120 + "1" + "}" * 120),
    "events-deep": (A, text(EventData=[json.loads('{"EventData":[' * 30 + "{}" + "]}" * 30)])),
    "markup-broken": (A, data("</AdditionalData><Incident restriction='public'>")),
    "markup-doctype": (A, data('<!DOCTYPE a [<!ENTITY x SYSTEM "SECRET">]><a>&x;</a>')),
    "markup-deep": (A, data("<a>" * 5000 + "</a>" * 5000)),
    "markup-own-namespace": (A, data('<a xmlns:j="https://dragoman.invalid/iodef-json" j:_more="{}"/>')),
    "signature-no-markup": (R, text(EventData=[{"System": [{"Node": {"Address": [{"value": "a", "category": "mac"}]},
        "Service": [{"EmailData": {"Signature": ["PGE+"]}}]}]}])),
    "cargo-broken": (E, json.dumps(document(AdditionalData=[{"name": "dragoman-cargo", "dtype": "json", "value": '{"":'}]))),
    "number-large": (A, text(EventData=[{"System": [{"Node": {"Address": [{"value": "a", "category": "mac"}],
        "Counter": [{"value": 1e300, "type": "count", "unit": "byte"}]}}]}])),
}  # fmt: skip

CBOR: Table = {
    "empty": (R, b""),
    "text-names": (R, packed()),
    "cut-off": (R, packed()[:-3]),
    "trailing": (R, packed() + b"\x00"),
    "indefinite-map": (R, b"\xbf" + packed()[1:] + b"\xff"),
    "indefinite-text": (R, inside(b"\x7f\x61a\x61b\xff")),
    "indefinite-bytes": (R, inside(b"\x5f\x41a\xff")),
    "length-of-all-memory": (R, inside(b"\x9b\x00\xff\xff\xff\xff\xff\xff\xff")),
    "text-of-all-memory": (R, inside(b"\x7b\x00\xff\xff\xff\xff\xff\xff\xff")),
    "reserved": (R, inside(b"\x1c")),
    "key-twice": (R, b"\xa2" + cbor2.dumps("Incident") + b"\x80" + cbor2.dumps("Incident") + b"\x80"),
    "key-twice-number-and-text": (R, b"\xa2\x32\x80" + cbor2.dumps("Incident") + b"\x80"),
    "key-list": (R, inside(b"\xa1\x81\x01\x02")),
    "key-float": (R, inside(b"\xa1\xf9\x3c\x00\x02")),
    "key-true": (R, inside(b"\xa1\xf5\x02")),
    "tag-shared": (R, inside(b"\xd8\x1c\x81\xd8\x1d\x00")),
    "tag-decimal": (R, inside(b"\xc4\x82\x1b\x7f\xff\xff\xff\xff\xff\xff\xff\x01")),
    "tag-regular-expression": (R, inside(b"\xd8\x23\x61a")),
    "tag-in-tag": (R, inside(b"\xc0" * 5000 + b"\x61a")),
    "bignum": (R, inside(b"\xc2\x49" + b"\xff" * 9)),
    "undefined": (R, inside(b"\xf7")),
    "simple": (R, inside(b"\xf8\xff")),
    "nan": (R, inside(b"\xf9\x7e\x00")),
    "infinity": (R, inside(b"\xfb" + struct.pack(">d", float("inf")))),
    "utf8": (R, inside(b"\x62\xc0\xaf")),
    "surrogate": (R, inside(b"\x63\xed\xa0\x80")),
    "deep": (R, inside(b"\x81" * 5000 + b"\x01")),
    "restriction-bytes": (R, packed(restriction=b"public")),
    "numbers": (A, cbor2.dumps({-24: "2.0", -19: [{-2: "reporting", 2: {18: "1", -15: "x"}, 10: "2020-01-01T00:00:00Z",
        14: [{26: "creator", 28: "person"}]}]})),
}  # fmt: skip
