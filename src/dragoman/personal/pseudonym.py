"""Pseudonyms: the same value has the same one in every document, and without the key nobody can tell whose it is.

HMAC-SHA-256 (RFC 2104) of the kind and the value, of which the first 64 bits are shown.  An IP address becomes one of a range
that nobody uses: 240.0.0.0/4 has room for 2^28, so two addresses can have the same.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from dragoman.errors import UsageError
from dragoman.personal.rows import kinds

SHORTEST_KEY = 16  # bytes
KEY = "32 random bytes that never leave you"
BLANK = "[personal data]"
PLAIN = "personal-data"  # where brackets and spaces would break what a program reads
MAIL_SIGNS = re.compile(r"(%40|\[@\]|\[at\]|\(at\))|(?:\[\.\]|\(\.\)|\[dot\]|\(dot\))")
SHOWN = 16  # hexadecimal digits
RESERVED_4 = 240 << 24
RESERVED_6 = 0x20010DB8 << 96  # RFC 3849


class Pseudonyms:
    """Makes pseudonyms with a key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, kind: str, value: str) -> str:
        """The pseudonym of a value, in the form of its kind."""
        digest = hmac.new(self._key, f"{kind}\0{normal(kind, value)}".encode("utf-8", "surrogatepass"), hashlib.sha256)
        return _address(value, digest.digest()) if kind == "ip" else kinds()[kind].pseudonym.format(digest.hexdigest()[:SHOWN])


def key_of(file: Path | None) -> bytes:
    """The key that a profile names.  Raises UsageError when there is none or it is too short, OSError."""
    if file is None:
        raise UsageError("pseudonyms need a key", fix=f'[personal] key_file = "personal.key": {KEY}')
    try:
        key = file.read_bytes().strip()
    except FileNotFoundError:
        raise UsageError("there is no such key file", where=str(file), fix=f"make it: {KEY}") from None
    if len(key) < SHORTEST_KEY:
        raise UsageError(f"a key of {len(key)} bytes can be guessed", where=str(file), fix=f"use {KEY}")
    return key


def normal(kind: str, value: str) -> str:
    """A value without what different hands write differently."""
    text = " ".join(unicodedata.normalize("NFKC", value).casefold().split())
    if kind in ("phone", "iban", "card", "national-id"):
        return re.sub(r"[^\w+]", "", text)
    if kind == "mail":
        return MAIL_SIGNS.sub(lambda sign: "@" if sign[1] else ".", text).removeprefix("mailto:")
    return text


@cache
def _forms() -> re.Pattern[str]:
    forms = [row.pseudonym for row in kinds().values() if row.pseudonym]
    return re.compile("|".join(re.escape(form).replace(r"\{\}", f"[0-9a-f]{{{SHOWN}}}") for form in forms))


def is_ours(value: str) -> bool:
    """Whether a value has the form of a pseudonym or a blank: it is nobody's any more."""
    said = value.strip()
    values = said.split(", ")
    return said == PLAIN or BLANK.startswith(said) or all(_forms().fullmatch(value) for value in values)


def _address(value: str, digest: bytes) -> str:
    """An address of the same version; of a network, its prefix length stays.  What is no address has no form to keep."""
    number = int.from_bytes(digest[:16], "big")
    start, slash, length = value.strip().partition("/")
    try:
        version = ip_address(start).version
    except ValueError:
        return f"address-{digest.hex()[:SHOWN]}"
    made = IPv4Address(RESERVED_4 | number >> 100) if version == 4 else IPv6Address(RESERVED_6 | number >> 32)
    return f"{made}{slash}{length}"
