"""What a value must look like to stand in an observable (STIX 2.1 section 6 and the formats its schemas demand)."""

from __future__ import annotations

import re
from ipaddress import ip_interface
from typing import Any

from dragoman.model import Address, RegistryKey
from dragoman_stix.hostnames import is_hostname

OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
IPV4 = re.compile(rf"{OCTET}(?:\.{OCTET}){{3}}(?:/(?:3[0-2]|[12]?\d))?", re.ASCII)
MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", re.ASCII)
MAIL = re.compile(r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9-.]+", re.ASCII)  # what validators take for one
WEB = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)
LENGTHS = {"MD5": 32, "SHA-1": 40, "SHA-256": 64, "SHA-512": 128, "SHA3-256": 64, "SHA3-512": 128}
HEX = re.compile(r"[0-9a-fA-F]+", re.ASCII)
KEY = re.compile(r"[A-Za-z0-9_-]{3,240}", re.ASCII)
MALFORMED = "x-malformed-"
SHORT_HIVE = re.compile("HKLM|HKCC|HKCR|HKCU|HKU|hklm|hkcc|hkcr|hkcu|hku")  # validators look for them anywhere in a key
HIVES = {
    "HKLM": "HKEY_LOCAL_MACHINE", "HKCC": "HKEY_CURRENT_CONFIG", "HKCR": "HKEY_CLASSES_ROOT",
    "HKCU": "HKEY_CURRENT_USER", "HKU": "HKEY_USERS",
}  # fmt: skip


def digest(algorithm: str, value: str) -> bool:
    """Whether a digest has the length and letters of its algorithm; of others only the letters count."""
    return HEX.fullmatch(value) is not None and len(value) == LENGTHS.get(algorithm, len(value))


def digest_name(algorithm: str | None, value: str | None) -> str | None:
    """The name under which a pattern may name a digest: its algorithm's, or one of our own where it is malformed."""
    if not algorithm or not value or KEY.fullmatch(algorithm) is None:
        return None
    return algorithm if digest(algorithm, value) else f"{MALFORMED}{algorithm}"


def web_address(text: str) -> str | None:
    """The address in a text, without the line breaks of its layout; None when it is none."""
    joined = "".join(text.split())
    return joined if WEB.fullmatch(joined) else None


def full_key(key: str) -> str:
    """A registry key with its hive spelled out, as section 6.17 demands."""
    hive, separator, rest = key.partition("\\")
    return HIVES.get(hive.upper(), hive) + separator + rest


def short_hive(key: str) -> str | None:
    """The short hive that a key is written with, if it is."""
    hive = key.partition("\\")[0]
    return hive if hive.upper() in HIVES else None


def with_hive(key: str, short: str) -> str:
    """A key with a short hive again."""
    return short + key.removeprefix(HIVES.get(short.upper(), short))


def _ipv6(text: str) -> bool:
    try:
        return ip_interface(text).version == 6 and "%" not in text
    except ValueError:
        return False


CHECKS: dict[str, Any] = {
    "ipv4-addr": IPV4.fullmatch,
    "ipv6-addr": _ipv6,
    "mac-addr": MAC.fullmatch,
    "email-addr": MAIL.fullmatch,
    "url": web_address,
    "domain-name": is_hostname,
    "mutex": bool,
}


def fits(part: Any) -> bool:
    """Whether an observable may stand in STIX under its type; what has no check of its own may."""
    if isinstance(part, RegistryKey):
        return bool(part.key) and SHORT_HIVE.search(full_key(part.key or "")) is None
    check = CHECKS.get(part.type)
    if check is None:
        return not isinstance(part, Address)  # an address of a kind that only its own format has
    value = part.name if part.type == "mutex" else part.value
    return value is not None and bool(check(value))
