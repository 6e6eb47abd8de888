"""One value, as it stands in JSON and as it stands in XML: numbers, times, texts, markup (RFC 8727 section 2).

`said` gives JSON for a text, `shown` for an element; both give None for what JSON cannot say.  `text_of` and `made` go
the other way and raise ValueError for what is no such value, Odd for what can be understood all the same.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Callable
from typing import Any

from lxml import etree

from dragoman.errors import ReadError
from dragoman.limits import Limits
from dragoman.mapping.codecs import Odd
from dragoman.mapping.table import facts
from dragoman.mapping.xml import inner_xml, outer_xml, own_text
from dragoman.tree.xml import carriable, parse
from dragoman_iodef.grammar import FORMAT, Member
from dragoman_iodef.hooks import DECIMAL, GROUP, INTEGER, LANG, LANGUAGE

PREFIXES = {uri: prefix for prefix, uri in facts(facts(FORMAT)["like"])["namespaces"].items()}
DS = "{http://www.w3.org/2000/09/xmldsig#}"
ZONED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
NAMED = re.compile("[a-zA-Z_]")  # what the schema asks of an id
EXACT = 2**53  # the integers that every reader of JSON holds exactly
WORDS = {"value": None, "lang": LANG, "translation-id": GROUP}
ENGLISH = re.compile("en(-.*)?", re.IGNORECASE)  # the language of a text without one (section 3.2)


# ---- JSON of XML -----------------------------------------------------------------------------------------------------


def said(member: Member, text: str) -> Any:
    """A text as JSON."""
    if member.type == "time":
        if ZONED.fullmatch(text):
            return text
        return text + "Z" if member.required and ZONED.fullmatch(text + "Z") else None
    if member.type in ("number", "positive"):
        return _number(text, member.type == "positive")
    if member.type == "id" and not NAMED.search(text):
        return None
    word = member.respelled.get(text, text)
    return word if member.words is None or member.open or word in member.words else None


def _number(text: str, positive: bool) -> int | float | None:
    if not DECIMAL.fullmatch(text):
        return None
    value = int(text) if INTEGER.fullmatch(text) and len(text) < 20 else float(text.replace("INF", "inf"))
    if not math.isfinite(value) or (positive and value < 0) or (isinstance(value, int) and abs(value) > EXACT):
        return None
    return value


def shown(member: Member, element: Any, lang: str | None) -> Any:
    """An element as JSON.  lang: the language of the texts around it."""
    if member.type in SHOWN:
        return SHOWN[member.type](element, lang)
    text = element.get(member.attribute) if member.attribute else own_text(element)
    return None if text is None else said(member, text)


def _words(element: Any, lang: str | None) -> Any:
    found = {name: element.get(key) for name, key in WORDS.items() if key and element.get(key) is not None}
    text = own_text(element)
    if not found and (lang is None or ENGLISH.fullmatch(lang)):
        return text  # a bare string is English
    return {"value": text, **found}


def content(element: Any, lang: str | None = None) -> str:
    """The text of an element, or its markup."""
    return inner_xml(element) if len(element) else element.text or ""


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _bare(element: Any) -> Any:
    """A single element without the prefix that its document happens to use."""
    spaces: Any = {None: etree.QName(element).namespace}
    found = etree.Element(element.tag, dict(element.items()), nsmap=spaces)
    found.text = element.text
    return found


SHOWN: dict[str, Callable[[Any, str | None], Any]] = {
    "words": _words,
    "content": content,
    "element": lambda element, lang: _base64(outer_xml(element if len(element) else _bare(element))),
    "inside": lambda element, lang: _base64(inner_xml(element)),
}


# ---- XML of JSON -----------------------------------------------------------------------------------------------------


def text_of(member: Member, raw: Any) -> str:
    """The text of a value.  A number where a string belongs, or the other way round, is Odd."""
    number = type(raw) in (int, float)
    if not number and type(raw) is not str:
        raise ValueError("is no number" if member.type in ("number", "positive") else "is no string")
    text = json.dumps(raw) if number else raw
    if not carriable(text):
        raise ValueError("holds characters that IODEF cannot")
    text = next((word for word, other in member.respelled.items() if other == text), text)
    if number == (member.type in ("number", "positive")):
        return str(text)
    if number:
        raise Odd(text, "is a number where a string belongs")
    if not DECIMAL.fullmatch(text):
        raise ValueError("is no number")
    raise Odd(text, "is a string where a number belongs")


def made(member: Member, raw: Any) -> Any:
    """The element of a value; Odd with the element as its value."""
    element = new(member.key)
    if member.type == "words":
        return _made_words(element, raw)
    if member.type == "content" and isinstance(raw, list) and all(isinstance(line, str) for line in raw):
        element.text = text_of(member, "\n".join(raw))
        raise Odd(element, "is a list, as in old drafts")
    if member.type in ("element", "inside"):
        if type(raw) is not str or not carriable(raw):
            raise ValueError("is no base64")
        return (_made_element if member.type == "element" else _made_inside)(member, raw)
    try:
        text, reason = text_of(member, raw), ""
    except Odd as odd:
        text, reason = odd.value, odd.reason
    if member.attribute:
        element.set(member.attribute, text)
    else:
        element.text = text
    if reason:
        raise Odd(element, reason)
    return element


def _made_words(element: Any, raw: Any) -> Any:
    found = {"value": raw} if isinstance(raw, str) else raw
    if not isinstance(found, dict) or "value" not in found or found.keys() - WORDS.keys():
        raise ValueError("is neither a string nor a text with its language")
    for name, value in found.items():
        if not isinstance(value, str) or not carriable(value):
            raise ValueError("is neither a string nor a text with its language")
        if name == "lang" and not LANGUAGE.fullmatch(value):
            raise ValueError("is in no language such as en-US")
        key = WORDS[name]
        if key is None:
            element.text = value
        else:
            element.set(key, value)
    return element


def _decoded(raw: str) -> bytes:
    try:
        return base64.b64decode("".join(raw.split()), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is no base64") from None


def _made_element(member: Member, raw: str) -> Any:
    """Markup in base64; old drafts have an attribute of it alone, others a certificate."""
    try:
        data = _decoded(raw)
        element = fragment(data.decode()) if data.lstrip()[:1] == b"<" else None
    except ValueError:
        data, element = b"", None
    if element is not None and [child.tag for child in element] == [member.key] and not (element.text or "").strip():
        return element[0]
    found = new(member.key)
    if member.attribute and ":" in raw:
        found.set(member.attribute, raw)
        raise Odd(found, f"is {member.attribute} alone, as in old drafts")
    if member.name == "X509Data" and data[:1] == b"\x30":
        etree.SubElement(found, DS + "X509Certificate").text = "".join(raw.split())
        return found
    raise ValueError(f"is no {member.name} in base64")


def _made_inside(member: Member, raw: str) -> Any:
    found = new(member.key)
    found.set("dtype", "xml")  # as RFC 7203 has it
    try:
        fill(found, _decoded(raw).decode())
    except UnicodeDecodeError:
        raise ValueError("is no text in base64") from None
    return found


def new(tag: str) -> Any:
    """An element, with the usual prefix if it is of another namespace than IODEF's own."""
    uri = etree.QName(tag).namespace
    spaces: Any = {PREFIXES.get(uri): uri} if uri else None
    return etree.Element(tag, nsmap=spaces)


def understood(member: Member, raw: Any) -> Any:
    """The element of a value, or the text of one that is no element.  Raises ValueError."""
    try:
        return made(member, raw) if member.child else text_of(member, raw)
    except Odd as odd:
        return odd.value


def place(element: Any, member: Member, found: list[Any]) -> None:
    """Puts elements or a text where they belong in the element of their class."""
    if member.child:
        if member.first:
            found[0].tag = member.first
        inside(element, member).extend(found)
    elif member.key:
        element.set(member.key, found[0])
    else:
        element.text = found[0]


def inside(element: Any, member: Member) -> Any:
    """The element that a member goes into: JSON leaves some of those around it out."""
    for tag in member.through:
        found = element.find(tag)
        element = etree.SubElement(element, tag) if found is None else found
    return element


def fragment(markup: str) -> Any:
    """An element around the markup.  Raises ValueError for what is none."""
    try:
        return parse(f"<x>{markup}</x>".encode(), Limits())
    except (ReadError, UnicodeEncodeError):
        raise ValueError("is no XML") from None


def fill(element: Any, markup: str) -> None:
    """Puts markup into an element.  Raises ValueError for what is none."""
    holder = fragment(markup)
    element.text = holder.text
    element.extend(list(holder))
