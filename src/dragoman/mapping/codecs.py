"""Named codecs: how one scalar of a format is read into the model and written back.

A codec is a pair of functions.  `decode` raises ValueError for what it cannot read: the engine then keeps the value
verbatim and tells it as invalid.  JSON codecs are strict about types (STIX 2.1 section 2, promise J3); XML codecs get
the text of an element or attribute.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from dragoman.model.parts import Text, Words

ZONE = r"Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00"  # XML Schema part 2, section 3.2.7.3: no clock is further from UTC
TIME = re.compile(rf"(\d{{4}})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?({ZONE})?", re.ASCII)
STIX_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", re.ASCII)
HEX = re.compile(r"(?:0x)?([0-9A-Fa-f]{8,})", re.ASCII)


class Odd(ValueError):  # not every odd value is an error
    """A value that is understood but not spelled as we would: it counts, and the spelling is kept beside it.

    reason: what is wrong with it, when it is also to be told as invalid.
    """

    def __init__(self, value: Any, reason: str = "") -> None:
        super().__init__(reason)
        self.value, self.reason = value, reason


@dataclass(frozen=True, slots=True)
class Codec:
    """decode: theirs to ours, ValueError when it is not what it should be.  encode: ours to theirs, None for no place.

    extended: how a word outside the format's list is read (IODEF ext-*), when it is not simply the word.
    of: how the value is got from the whole part, when one field does not say it.
    """

    decode: Callable[[Any], Any]
    encode: Callable[[Any], Any]
    extended: Callable[[str], Any] | None = None
    of: Callable[[Any], Any] | None = None


def _same(value: Any) -> Any:
    return value


def _typed(*kinds: type, name: str) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) not in kinds:
            raise ValueError(f"is no {name}")
        return value

    return check


@lru_cache(maxsize=4096)
def moment(text: str) -> datetime | None:
    """The instant of an RFC 3339 or xs:dateTime text with a zone, to the microsecond; None when it is none."""
    match = TIME.fullmatch(text)
    if match is None or match[8] is None:
        return None
    fraction = (match[7] or ".0")[1:7].ljust(6, "0")
    try:
        return datetime.fromisoformat(f"{text[:19]}.{fraction}{match[8].replace('Z', '+00:00')}")
    except ValueError:
        return None


def same_instant(one: str, other: str) -> bool:
    """Whether two texts are timestamps of the same instant."""
    first = moment(one)
    return first is not None and first == moment(other)


def check_time(text: Any) -> str:
    """An xs:dateTime, with or without a zone; the spelling is kept."""
    if not isinstance(text, str) or TIME.fullmatch(text) is None:
        raise ValueError("is no date and time such as 2026-11-22T10:00:00Z")
    return _in_calendar(text)


def _in_calendar(text: str) -> str:
    datetime.fromisoformat(text[:19] if text[17:19] != "60" else f"{text[:17]}59")  # raises for day 32 or hour 25
    return text


def check_stix_time(text: Any) -> str:
    """A STIX timestamp: RFC 3339 in UTC with Z (section 2.16)."""
    if not isinstance(text, str) or STIX_TIME.fullmatch(text) is None:
        raise ValueError("is no timestamp such as 2026-11-22T10:00:00Z")
    return _in_calendar(text)


def to_utc(text: str) -> str:
    """The same instant in UTC with Z; a time without a zone is taken as UTC, what is no time stays as it is."""
    if STIX_TIME.fullmatch(text):
        return text
    when = moment(text) or moment(text + "Z")
    if when is None:
        return text
    digits = re.search(r"\.(\d+)", text)
    try:
        when = when.astimezone(UTC)
    except OverflowError:  # at the ends of the calendar, where UTC would be in the year 0 or 10000: its own clock is nearest
        when = when.replace(tzinfo=None)
    return when.replace(microsecond=0, tzinfo=None).isoformat() + (f".{digits[1]}" if digits else "") + "Z"


def prose(text: str) -> str:
    """The text without the white space of pretty-printed markup: indented lines are layout, others are meant."""
    stripped = text.strip()
    lines = stripped.split("\n")
    if len(lines) > 1 and all(line[:1] in (" ", "\t", "") for line in lines[1:]):
        return " ".join(stripped.split())
    return stripped


def token(text: str) -> str:
    """White space collapsed: for names, ids and numbers."""
    return text if text.isalnum() else " ".join(text.split())


def _strings(value: Any) -> list[str]:
    if type(value) is not list or {*map(type, value)} != {str}:
        raise ValueError("is no list of strings")
    return value


def _tables(value: Any) -> list[Any]:
    if type(value) is not list or not value or any(type(item) is not dict for item in value):
        raise ValueError("is no list of objects")
    return value


def _hashes(value: Any) -> dict[str, str]:
    if type(value) is not dict or {*map(type, value.values())} != {str}:
        raise ValueError("is no dictionary of hashes")
    return value


def one_text(value: Any) -> list[Words]:
    """A JSON string as a description of one text."""
    if type(value) is not str:
        raise ValueError("is no string")
    return [value]


def joined(texts: Any) -> str | None:
    """A description as one string: its texts, or of texts that translate each other the first; None when empty."""
    shown, groups = [], set()
    for text in texts:
        group = text.group if isinstance(text, Text) else None
        if group is None or group not in groups:
            shown.append(text.value if isinstance(text, Text) else text)
        groups.add(group)
    return "\n\n".join(shown) if shown else None


def hexadecimal(text: str) -> str:
    """A ds:DigestValue (base64) as hexadecimal; also of base64 that hides hexadecimal text, as RFC 8274 prints it."""
    try:
        raw = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is no base64") from None
    match = HEX.fullmatch(raw.decode("latin-1"))
    return match[1].lower() if match and len(match[1]) % 2 == 0 else raw.hex()


def base64_of(text: str) -> str:
    """Hexadecimal as base64; anything else as it is."""
    try:
        return base64.b64encode(bytes.fromhex(text)).decode()
    except ValueError:
        return text


def whole(text: str) -> int:
    """An xs:integer that also fits JSON; Odd when it is not in its plain spelling (+5, 007)."""
    collapsed = text.strip()
    if not re.fullmatch(r"[+-]?\d{1,18}", collapsed, re.ASCII):
        raise ValueError("is no integer")
    value = int(collapsed)
    if str(value) != collapsed:
        raise Odd(value)
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float):
        raise ValueError("is no number")
    return value  # type: ignore[no-any-return]


CODECS: dict[str, Codec] = {
    "string": Codec(_typed(str, name="string"), _same),
    "timestamp": Codec(check_stix_time, to_utc),
    "integer": Codec(_typed(int, name="integer"), _same),
    "number": Codec(_number, _same),
    "boolean": Codec(_typed(bool, name="boolean"), _same),
    "object": Codec(_typed(dict, name="object"), _same),
    "strings": Codec(_strings, list),
    "objects": Codec(_tables, list),
    "hashes": Codec(_hashes, _same),
    "texts": Codec(one_text, joined),
    "any": Codec(_same, _same),
    "verbatim": Codec(str, _same),
    "token": Codec(token, _same),
    "prose": Codec(prose, _same),
    "datetime": Codec(lambda text: check_time(text.strip()), _same),
    "whole": Codec(whole, str),
}
