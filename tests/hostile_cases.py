"""Hostile documents: what they are, and whether they must be refused (R), accepted (A), or may be either (E).

A case is refused when the command ends with a status above 0 and one clear line.  `SECRET` stands for the path of a
file whose content must never come out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import hostile_iodef
from stix_samples import CORE, bundle, made, uuid

NS = "urn:ietf:params:xml:ns:iodef-2.0"
TLP = {
    "white": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    "red": "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
    "clear2": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
}
R, A, E = "refused", "accepted", "either"


@dataclass(frozen=True)
class Case:
    name: str
    format: str
    data: bytes
    expected: str


def iodef(inside: str = "", attributes: str = "", before: str = "", root: str = "", after: str = "") -> str:
    """A document with one incident."""
    head = '<?xml version="1.0" encoding="UTF-8"?>' if not before.startswith("<?xml") else ""
    return (
        f'{head}{before}<IODEF-Document version="2.00" xmlns="{NS}"{root}><Incident purpose="reporting"{attributes}>'
        f'<IncidentID name="x.example">1</IncidentID><GenerationTime>2020-01-01T00:00:00Z</GenerationTime>'
        f'<Contact role="creator" type="organization"><ContactName>x</ContactName></Contact>{inside}'
        f"</Incident></IODEF-Document>{after}"
    )


XSI = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
DATA = '<AdditionalData dtype="xml">%s</AdditionalData>'

XML: dict[str, tuple[str, str | bytes]] = {
    # -- document type declarations, each in another disguise
    "doctype-empty": (R, iodef(before="<!DOCTYPE IODEF-Document>")),
    "doctype-after-comment": (R, iodef(before="<!-- <a> --><!DOCTYPE a [<!ENTITY x 'y'>]>")),
    "doctype-after-instruction": (R, iodef(before="<?a b?>\n<!DOCTYPE a>")),
    "doctype-in-comment": (A, iodef(before="<!-- <!DOCTYPE a> -->")),
    "doctype-in-cdata": (A, iodef(DATA % "<a><![CDATA[<!DOCTYPE a>]]></a>")),
    "doctype-lowercase": (R, iodef(before="<!doctype a>")),
    "doctype-utf16": (R, iodef(before='<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a>').encode("utf-16")),
    "doctype-external": (R, iodef(before='<!DOCTYPE a SYSTEM "SECRET">')),
    "doctype-public": (R, iodef(before='<!DOCTYPE a PUBLIC "-//x" "http://127.0.0.1:9/x.dtd">')),
    "doctype-attlist": (R, iodef(before='<!DOCTYPE a [<!ATTLIST Incident restriction CDATA "public">]>')),
    "doctype-parameter-entity": (R, iodef(before='<!DOCTYPE a [<!ENTITY % x SYSTEM "SECRET">%x;]>')),
    "doctype-laughs": (R, iodef("<Description>&c;</Description>", before=(
        '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "' + "&a;" * 50 + '"><!ENTITY c "' + "&b;" * 50 + '">]>'))),
    "doctype-in-the-middle": (R, iodef("<!DOCTYPE a>")),
    "entity-undeclared": (R, iodef("<Description>&secret;</Description>")),
    "entity-html": (R, iodef("<Description>a&nbsp;b</Description>")),
    "entity-own": (A, iodef("<Description>&lt;&amp;&gt;&quot;&apos;&#65;</Description>")),
    # -- characters and encodings
    "character-nul": (R, iodef("<Description>&#0;</Description>")),
    "character-escape": (R, iodef("<Description>&#27;[31m</Description>")),
    "character-surrogate": (R, iodef("<Description>&#xD800;</Description>")),
    "character-raw-nul": (R, iodef("<Description>a\0b</Description>")),
    "character-c1": (A, iodef("<Description>&#x9b;31m</Description>")),
    "encoding-utf7": (R, iodef(before='<?xml version="1.0" encoding="UTF-7"?>')),
    "encoding-unicode-escape": (R, iodef(before='<?xml version="1.0" encoding="unicode_escape"?>')),
    "encoding-unknown": (R, iodef(before='<?xml version="1.0" encoding="x-nothing"?>')),
    "encoding-ebcdic": (R, iodef(before='<?xml version="1.0" encoding="cp037"?>').encode("cp037")),
    "encoding-utf32": (R, iodef().encode("utf-32")),
    "encoding-bom-lies": (R, b"\xff\xfe" + iodef().encode()),
    "encoding-latin1": (A, iodef("<Description>\xe4</Description>",
                                 before='<?xml version="1.0" encoding="ISO-8859-1"?>').encode("latin-1")),
    "encoding-utf16": (A, iodef(before='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16")),
    "encoding-bad-utf8": (R, iodef("<Description>@</Description>").encode().replace(b"@", b"\xc0\xaf")),
    "encoding-gzip": (R, b"\x1f\x8b\x08\0\0\0\0\0\0\x03"),
    "version-1.1": (E, iodef(before='<?xml version="1.1" encoding="UTF-8"?>')),
    # -- what points outside
    "schema-location": (A, iodef(root=XSI + ' xsi:schemaLocation="urn:x http://127.0.0.1:9/x.xsd urn:y SECRET"')),
    "schema-location-none": (A, iodef(root=XSI + ' xsi:noNamespaceSchemaLocation="SECRET"')),
    "xinclude": (A, iodef(DATA % '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="SECRET"/>')),
    "xml-base": (A, iodef(DATA % '<a xml:base="http://127.0.0.1:9/"/>')),
    "stylesheet": (A, iodef(before='<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:9/a.xsl"?>')),
    # -- the wrong document
    "root-v1": (R, iodef().replace("iodef-2.0", "iodef-1.0")),
    "root-no-namespace": (R, iodef().replace(f' xmlns="{NS}"', "")),
    "root-namespace-blank": (R, iodef().replace(NS, NS + " ")),
    "root-other": (R, "<html/>"),
    "root-two": (R, iodef(after="<a/>")),
    "root-text-after": (R, iodef(after="a")),
    "root-no-incident": (R, f'<IODEF-Document version="2.00" xmlns="{NS}"/>'),
    "prefix-unbound": (R, iodef("<x:a/>")),
    "namespace-for-xml": (R, iodef(DATA % '<a xmlns:xml="urn:x"/>')),
    "attribute-twice": (R, iodef(attributes=' restriction="red" restriction="public"')),
    "attribute-twice-by-namespace": (R, iodef(DATA % '<a xmlns:p="urn:x" xmlns:q="urn:x" p:a="1" q:a="2"/>')),
    "depth": (R, iodef(DATA % ("<a>" * 250 + "</a>" * 250))),
    "empty": (R, ""),
    "only-blanks": (R, " \n"),
    "only-declaration": (R, '<?xml version="1.0"?>'),
    # -- markings: never guessed
    "restriction-blank": (R, iodef(attributes=' restriction=""')),
    "restriction-unknown": (R, iodef(attributes=' restriction="secret"')),
    "restriction-padded": (E, iodef(attributes=' restriction=" private "')),
    "restriction-wide-letters": (R, iodef(attributes=' restriction="\uff52\uff45\uff44"')),
    "restriction-prefixed": (A, iodef(attributes=f' p:restriction="public" xmlns:p="{NS}"')),
    "restriction-extended": (A, iodef(attributes=' restriction="ext-value" ext-restriction="TLP:PURPLE"')),
    # -- values
    "time-day-32": (R, iodef("<History><HistoryItem action='other'><DateTime>2020-01-32T00:00:00Z</DateTime>"
                             "</HistoryItem></History>")),
    "time-leap-second": (R, iodef().replace("00:00:00Z", "23:59:60Z")),
    "number-exponent": (E, iodef("<EventData><Flow><System><Counter type='byte'>1e9999</Counter><Node><Address>::1"
                                 "</Address></Node></System></Flow></EventData>")),
    "cargo-not-ours": (A, iodef(DATA.replace("xml", "string") % "{}")),
    "cargo-broken": (E, iodef(after="").replace("</IODEF-Document>", (
        '<AdditionalData name="dragoman-cargo" dtype="string" formatid="application/json">{"":{"a":</AdditionalData>'
        "</IODEF-Document>"))),
}  # fmt: skip


NS1 = "urn:ietf:params:xml:ns:iodef-1.0"


def iodef1(inside: str = "", attributes: str = "", before: str = "", root: str = f' xmlns="{NS1}"', named: str = "") -> str:
    """A document of v1 with one incident."""
    return (
        f'{before}<IODEF-Document version="1.00" lang="en"{root}><Incident purpose="reporting"{attributes}>'
        f'<IncidentID name="x.example"{named}>1</IncidentID><ReportTime>2020-01-01T00:00:00Z</ReportTime>'
        '<Assessment><Impact type="dos"/></Assessment><Contact role="creator" type="organization"/>'
        f"{inside}</Incident></IODEF-Document>"
    )


XML1: dict[str, tuple[str, str | bytes]] = {
    "plain": (A, iodef1()),
    "doctype": (R, iodef1(before="<!DOCTYPE IODEF-Document PUBLIC '-//IETF//DTD RFC 5070 IODEF v1.0//EN' 'SECRET'>")),
    "doctype-attlist": (R, iodef1(before='<!DOCTYPE a [<!ATTLIST Incident restriction CDATA "public">]>')),
    "doctype-no-namespace": (R, iodef1(before="<!DOCTYPE IODEF-Document>", root="")),
    "root-no-namespace": (R, iodef1(root="")),
    "root-v2": (R, iodef1().replace(NS1, NS)),
    "root-other-namespace": (R, iodef1(root=' xmlns="urn:x"')),
    "root-no-namespace-deep": (R, iodef1("<Contact>" * 250 + "</Contact>" * 250, root="")),
    "prefix-unbound": (R, iodef1(root=f' xmlns="{NS1}" xsi:schemaLocation="urn:x SECRET"')),
    "prefix-unbound-other": (R, iodef1("<x:a/>")),
    "restriction-unknown": (R, iodef1(attributes=' restriction="secret"')),
    "restriction-of-v2": (R, iodef1(attributes=' restriction="white"')),
    "restriction-extended": (R, iodef1(attributes=' restriction="ext-value" ext-restriction="public"')),
    "restriction-twice": (R, iodef1(attributes=' restriction="private" restriction="public"')),
    "restriction-of-id-unknown": (R, iodef1(named=' restriction="tlp:red"')),
    "missing-time": (R, iodef1().replace("<ReportTime>2020-01-01T00:00:00Z</ReportTime>", "")),
    "version": (R, iodef1().replace('"1.00"', '"1.0"')),
    "time-day-32": (R, iodef1().replace("2020-01-01T", "2020-01-32T")),
    "markup-in-attribute": (A, iodef1(attributes=' lang="en"', inside=DATA % "<a b='&lt;/Incident&gt;'/>")),
    "software-words": (A, iodef1("<EventData><Flow><System><Node/><OperatingSystem vendor='&#x202e;a' name='&lt;b&gt;'/>"
                                 "</System></Flow></EventData>")),
    "cargo-broken": (E, iodef1('<AdditionalData dtype="string" formatid="dragoman-cargo">{"":{"a":</AdditionalData>')),
    "cargo-of-another-shape": (E, iodef1('<AdditionalData dtype="string" formatid="dragoman-cargo">{"a":1}</AdditionalData>')),
    "cargo-that-widens": (E, iodef1('<AdditionalData dtype="string" formatid="dragoman-cargo">{"":{"items":[[0,{"markings":'
                                    '{"=":["iodef:public"]}}]],"of":"x"}}</AdditionalData>', ' restriction="private"')),
}  # fmt: skip


def note(**more: Any) -> dict[str, Any]:
    return made("note", 3, **{"content": "x", "object_refs": [f"incident--{uuid(1)}"], **more})


def document(**more: Any) -> str:
    return json.dumps(bundle(note(**more)))


def one(text: str) -> str:
    """A bundle whose only object is this text."""
    return json.dumps(bundle("@")).replace('"@"', text)


def indicator(pattern: Any) -> str:
    since = "2020-01-01T00:00:00Z"
    return json.dumps(bundle(made("indicator", 1, pattern=pattern, pattern_type="stix", valid_from=since)))


HEAD = f'"type":"x-a","id":"x-a--{uuid(2)}"'
INCIDENT = made("incident", 1, name="x")

JSON: dict[str, tuple[str, str | bytes]] = {
    # -- the document
    "empty": (R, ""),
    "null": (R, "null"),
    "number": (R, "5"),
    "text": (R, '"bundle"'),
    "bom": (A, b"\xef\xbb\xbf" + document().encode()),
    "bom-twice": (R, b"\xef\xbb\xbf" * 2 + document().encode()),
    "utf16": (R, document().encode("utf-16")),
    "utf32": (R, document().encode("utf-32")),
    "latin1": (R, document(content="@").encode().replace(b"@", b"\xe4")),
    "utf8-overlong": (R, document(content="@").encode().replace(b"@", b"\xc0\xaf")),
    "utf8-surrogate": (R, document(content="@").encode().replace(b"@", b"\xed\xa0\x80")),
    "trailing-data": (R, document() + "{}"),
    "trailing-nul": (R, document() + "\0"),
    "trailing-comma": (R, document().replace("]}", ",]}")),
    "comment": (R, "/* a */" + document()),
    "single-quotes": (R, document().replace('"', "'")),
    "two-lines": (R, document() + "\n" + document()),
    "nan": (R, one(f'{{{HEAD},"n":NaN}}')),
    "infinity": (R, one(f'{{{HEAD},"n":-Infinity}}')),
    "number-too-large": (R, one(f'{{{HEAD},"n":1e400}}')),
    "number-leading-zero": (R, one(f'{{{HEAD},"n":01}}')),
    "number-plus": (R, one(f'{{{HEAD},"n":+1}}')),
    "number-hex": (R, one(f'{{{HEAD},"n":0x10}}')),
    "number-beyond-64-bit": (R, one(f'{{{HEAD},"n":18446744073709551617}}')),
    "number-largest": (A, one(f'{{{HEAD},"n":9223372036854775807}}')),
    "surrogate-alone": (R, one(f'{{{HEAD},"n":"\\ud800"}}')),
    "surrogate-pair": (A, one(f'{{{HEAD},"n":"\\ud83d\\ude00"}}')),
    "surrogate-turned": (R, one(f'{{{HEAD},"n":"\\ude00\\ud83d"}}')),
    "raw-newline-in-text": (R, one(f'{{{HEAD},"n":"a\nb"}}')),
    "bad-escape": (R, one(f'{{{HEAD},"n":"\\x41"}}')),
    "depth": (R, one(f'{{{HEAD},"n":{"[" * 120}{"]" * 120}}}')),
    "depth-unclosed": (R, "[" * 100_000),
    "keys": (R, one(f"{{{HEAD}," + ",".join(f'"k{i}":1' for i in range(10_001)) + "}")),
    "key-twice": (R, one(f'{{{HEAD},"a":1,"a":1}}')),
    "key-twice-escaped": (R, one(f'{{{HEAD},"ab":1,"a\\u0062":1}}')),
    "key-twice-marking": (R, document().replace('"content"', f'"object_marking_refs":["{TLP["red"]}"],"content"', 1).replace(
        '"object_refs"', f'"object_marking_refs":["{TLP["white"]}"],"object_refs"', 1)),
    "key-proto": (A, one(f'{{{HEAD},"__proto__":{{"a":1}},"constructor":{{"b":1}}}}')),
    "key-empty": (A, one(f'{{{HEAD},"":1}}')),
    "objects-no-list": (R, json.dumps({**bundle(), "objects": {}})),
    "objects-mixed": (R, json.dumps(bundle(5, None, "x", [], note()))),
    "stix-2.0": (R, json.dumps({"type": "bundle", "id": f"bundle--{uuid(1)}", "spec_version": "2.0", "objects": [
        {"type": "identity", "id": f"identity--{uuid(1)}", "name": "x"}]})),
    # -- ids
    "id-braces": (R, document(id="note--{" + uuid(3) + "}")),
    "id-uppercase": (R, document(id="note--" + uuid(0xABCDEF).upper())),
    "id-newline": (R, document(id=f"note--{uuid(3)}\n")),
    "id-path": (R, document(id="note--../../../etc/passwd")),
    "id-full-width": (R, document(id=f"note--{uuid(3)}".replace("3", "\uff13"))),
    "id-of-another-type": (R, document(id=f"malware--{uuid(3)}")),
    "id-number": (R, document(id=5)),
    "id-twice-other-content": (E, json.dumps(bundle(note(), note(content="y")))),
    "type-number": (R, document(type=5)),
    "type-path": (R, document(type="../x")),
    "spec-version-3": (R, document(spec_version=3)),
    # -- values
    "confidence-101": (R, document(confidence=101)),
    "confidence-negative": (R, document(confidence=-1)),
    "confidence-word": (R, document(confidence="high")),
    "labels-empty": (R, document(labels=[])),
    "labels-nested": (R, document(labels=[["a"]])),
    "null-property": (R, document(abstract=None)),
    "time-no-zone": (R, document(created="2020-01-01T00:00:00.000")),
    "time-offset": (R, document(created="2020-01-01T00:00:00.000+01:00")),
    "time-day-of-year": (R, document(created="2022-101-27T00:00:00.000Z")),
    "time-hour-25": (R, document(created="2022-01-01T25:00:00.000Z")),
    "time-blank": (R, document(created="2022-01-01 00:00:00.000Z")),
    "opinion-word": (R, json.dumps(bundle(made("opinion", 1, opinion="maybe", object_refs=[f"note--{uuid(3)}"])))),
    "pattern-number": (R, indicator(5)),
    "pattern-parentheses": (A, indicator(f"[{'(' * 10_000}")),
    "pattern-quotes": (A, indicator("[url:value = '" + "\\'" * 100_000)),
    "core-extension-list": (R, json.dumps(bundle({**INCIDENT, "extensions": {CORE: []}}))),
    "incident-without-id": (R, json.dumps(bundle({"type": "incident"}, {"type": "incident"}))),
    "event-refs-objects": (R, json.dumps(bundle({**INCIDENT, "extensions": {CORE: {"event_refs": [{}]}}}))),
    "impact-category-blank": (A, json.dumps(bundle(made("impact", 1, impact_category="")))),
    # -- graphs
    "cycle-self": (A, json.dumps(bundle(made("note", 3, content="x", object_refs=[f"note--{uuid(3)}"])))),
    "cycle-directories": (A, json.dumps(bundle(*(
        {"type": "directory", "id": f"directory--{uuid(n)}", "path": "/", "contains_refs": [f"directory--{uuid(3 - n)}"]}
        for n in (1, 2))))),
    "dangling": (A, document(object_refs=[f"malware--{uuid(9)}"])),
    # -- markings: never guessed
    "marking-text": (R, document(object_marking_refs=TLP["red"])),
    "marking-number": (R, document(object_marking_refs=[5])),
    "marking-of-an-indicator": (R, document(object_marking_refs=[f"indicator--{uuid(1)}"])),
    "marking-uppercase": (R, document(object_marking_refs=[TLP["red"].upper()])),
    "marking-newline": (R, document(object_marking_refs=[TLP["red"] + "\n"])),
    "marking-contradicts": (R, json.dumps(bundle({"type": "marking-definition", "spec_version": "2.1", "id": TLP["red"],
        "created": "2017-01-20T00:00:00.000Z", "definition_type": "tlp", "definition": {"tlp": "white"}}))),
    "granular-no-selectors": (R, document(granular_markings=[{"marking_ref": TLP["red"]}])),
    "granular-empty": (R, document(granular_markings=[{"marking_ref": TLP["red"], "selectors": []}])),
    "granular-both": (R, document(granular_markings=[{"marking_ref": TLP["red"], "lang": "de", "selectors": ["content"]}])),
    "granular-no-list": (R, document(granular_markings={"marking_ref": TLP["red"]})),
    "granular-to-nothing": (E, document(granular_markings=[{"marking_ref": TLP["red"], "selectors": ["nothing.[5]"]}])),
    # -- texts that act
    "escape": (A, document(content="\x1b]0;x\x07\x1b[2J", labels=["\x9b31m", "\u202e"])),
    "escape-invalid": (R, document(confidence="\x1b[31m\u202e\x07")),
    "escape-key": (A, document(**{"\x1b[31m": 1})),
    "escape-type": (R, document(type="\x1b[31m")),
    "markup": (A, document(content="]]></AdditionalData><Incident restriction='public'>&x;<!--")),
    "template": (A, document(content="{{ 7*7 }}{% for x in y %}${jndi:ldap://127.0.0.1:9/a}")),
    "fetch": (A, json.dumps(bundle({"type": "artifact", "spec_version": "2.1", "id": f"artifact--{uuid(1)}",
        "url": "http://127.0.0.1:9/x", "hashes": {"MD5": "d41d8cd98f00b204e9800998ecf8427e"}}))),
}  # fmt: skip


def cases() -> Iterator[Case]:
    tables = {
        "iodef-2": XML, "iodef-1": XML1, "stix-2.1": JSON,
        "iodef-json": hostile_iodef.JSON, "iodef-cbor": hostile_iodef.CBOR,
    }  # fmt: skip
    for format_name, table in tables.items():
        for name, (expected, data) in table.items():
            yield Case(name, format_name, data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"), expected)
