"""IODEF Address (section 3.18.1): its category is our type, and our category too where the type alone says less."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from dragoman.mapping.codecs import Codec, Odd, token
from dragoman.mapping.xml import ElementCodec, own_text
from dragoman.model import Address, AutonomousSystem

NUMBER = re.compile(r"(?:AS)?(\d{1,10})", re.ASCII)
TYPES = {  # category -> type
    "ipv4-addr": "ipv4-addr", "ipv4-net": "ipv4-addr", "ipv4-net-masked": "ipv4-addr",
    "ipv6-addr": "ipv6-addr", "ipv6-net": "ipv6-addr", "ipv6-net-masked": "ipv6-addr",
    "mac": "mac-addr", "e-mail": "email-addr", "site-uri": "url",
}  # fmt: skip
WORDS = {  # type -> category
    "ipv4-addr": "ipv4-addr", "ipv6-addr": "ipv6-addr", "mac-addr": "mac", "email-addr": "e-mail", "url": "site-uri",
    "autonomous-system": "asn",
}  # fmt: skip
FORMAT = "iodef-2"
DEFAULT = "ipv6-addr"  # what an Address without a category is
DEFAULTS = {FORMAT: DEFAULT, "iodef-1": "ipv4-addr"}


def read_address(element: Any, reader: Any) -> Address | AutonomousSystem:
    """An Address, or the AutonomousSystem that it names."""
    word = element.get("category")
    if word == "asn" and NUMBER.fullmatch(token(own_text(element))):
        system: AutonomousSystem = reader.read("asn", element)
        system.category = None
        return system
    found: Address = reader.read("address", element)
    if word is None:
        found.type = DEFAULTS.get(reader.format, DEFAULT)
        left = (found.residue or {}).get(reader.format, {})
        found.residue = {reader.format: {**left, "@category": None}}
        return found
    category = found.category
    found.type = "observable" if category is None else TYPES.get(category, category)
    if WORDS.get(found.type, found.type) == category:
        found.category = None
    return found


def write_address(value: Any, step: str, writer: Any) -> None:
    writer.write("asn" if isinstance(value, AutonomousSystem) else "address", value, step)


def category_of(format_name: str) -> Callable[[Any], str | None]:
    """What gives the category to write; None for an Address that had none and is still of the type that this means."""
    default = DEFAULTS.get(format_name, DEFAULT)

    def category(value: Any) -> str | None:
        left = [kept for name, kept in (value.residue or {}).items() if DEFAULTS.get(name, DEFAULT) == default]
        unsaid = any("@category" in kept for kept in left if isinstance(kept, dict))
        if unsaid and value.category is None and value.type in (default, "observable"):
            return None  # there was none, or ext-value without its word: the residue says which
        word: str = value.category or WORDS.get(value.type, value.type)
        return word

    return category


def accepts(value: Any) -> bool:
    """An Address needs a text: an observable that only refers to others has none here."""
    if isinstance(value, AutonomousSystem):
        return value.number is not None
    return isinstance(value, Address)


def _read_number(text: str) -> int:
    match = NUMBER.fullmatch(token(text))
    if match is None:
        raise ValueError("is no number of an autonomous system")
    number = int(match[1])
    if f"AS{number}" != token(text):
        raise Odd(number)
    return number


ADDRESS = ElementCodec(read_address, write_address, accepts)
CATEGORY = Codec(str, str, of=category_of(FORMAT))
ASN = Codec(_read_number, lambda number: f"AS{number}")
