"""The forms of attribute values: what an address, a digest or a host name looks like, and numbers that are texts in MISP."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from dragoman.mapping.table import facts

IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!/|$)|(?=/|$))){4}(?:/(?:3[0-2]|[12]?\d))?", re.ASCII)
PREFIX = re.compile(r"/(?:12[0-8]|1[01]\d|[1-9]?\d)", re.ASCII)
HOST = re.compile(r"[^\s/:@'\"\\<>|,]{1,253}")
WEB = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)
MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
MAIL = re.compile(r"[^\s@]+@[^\s@]+")
HEX = re.compile(r"[0-9A-Fa-f]+")
NUMBER = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
AS_NUMBER = re.compile(r"(?:AS)?(0|[1-9][0-9]{0,9})", re.ASCII)


class Unfit(Exception):
    """A value that its type cannot have: it is told as a text."""


class Loose(Unfit):
    """A value that its type can have, and no observable can: it can be looked for, or is told as a text."""


@lru_cache(4096)
def address_kind(value: str) -> str | None:
    """ipv4-addr or ipv6-addr, with or without a prefix length; None for what is no address."""
    if IPV4.fullmatch(value):
        return "ipv4-addr"
    address, slash, _ = value.partition("/")
    if ":" not in address or (slash and not PREFIX.fullmatch(value[len(address) :])):
        return None
    try:
        socket.inet_pton(socket.AF_INET6, address)
    except (OSError, ValueError):
        return None
    return "ipv6-addr"


def is_digest(digits: int) -> Callable[[str], bool]:
    """The check of a digest of so many hexadecimal digits; 0 is any text."""
    return lambda value: not digits or (len(value) == digits and HEX.fullmatch(value) is not None)


def number(text: str) -> int:
    """Raises Unfit for what is no number as one writes it."""
    if not NUMBER.fullmatch(text):
        raise Unfit
    return int(text)


def port(text: str) -> int:
    found = number(text)
    if found > 65535:
        raise Unfit
    return found


def as_number(text: str) -> int:
    found = AS_NUMBER.fullmatch(text)
    if found is None:
        raise Unfit
    return int(found[1])


def fits(read: Callable[[str], int], text: str) -> bool:
    """Whether a number can be read from a text."""
    try:
        read(text)
    except Unfit:
        return False
    return True


def full_key(key: str) -> str:
    """A registry key with its hive spelled out."""
    hive, separator, rest = key.partition("\\")
    hives: dict[str, str] = facts("misp-attributes")["hives"]
    return hives.get(hive.upper(), hive) + separator + rest


CODECS: dict[str, tuple[Callable[[str], Any], Callable[[Any], str]]] = {
    "integer": (number, str),
    "port": (port, str),
    "as-number": (as_number, lambda value: f"AS{value}"),
    "hive": (full_key, str),
}

CHECKS: dict[str, Callable[[str], bool]] = {
    "ip": lambda value: address_kind(value) is not None,
    "host": lambda value: HOST.fullmatch(value) is not None,
    "web": lambda value: WEB.fullmatch(value) is not None,
    "mac": lambda value: MAC.fullmatch(value) is not None,
    "mail": lambda value: MAIL.fullmatch(value) is not None,
    "cpe": lambda value: value.startswith("cpe:"),
    "port": lambda value: fits(port, value),
    "integer": lambda value: fits(number, value),
    "as-number": lambda value: fits(as_number, value),
    "rule": lambda value: value.strip() != "",
    "pattern": lambda value: value.strip().startswith(("[", "(")),
}
