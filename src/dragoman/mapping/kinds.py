"""Values of custom fields: a text each, and a kind that says how to read it.

The kinds are string, int, float, bool, datetime, uri and json.  Every kind has one canonical text form, so that two
partners who mean the same write the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Context, Decimal
from typing import Any

from dragoman.mapping.codecs import TIME, check_time

OTHER_WORDS = {  # what others call the kinds
    "text": "string", "str": "string", "integer": "int", "number": "float", "real": "float", "double": "float",
    "boolean": "bool", "date-time": "datetime", "timestamp": "datetime", "url": "uri",
}  # fmt: skip
INTEGER = re.compile(r"([+-]?)0*(\d+)", re.ASCII)
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", re.ASCII)
TRUTH = {"true": "true", "1": "true", "false": "false", "0": "false", "": "false"}  # an unticked box is empty
SPACE_IN_JSON = re.compile(r'("(?:[^"\\]|\\.)*")|[ \t\r\n]+', re.DOTALL)
READABLE = 20  # digits before or after the point, beyond which a number is written with an exponent


def kind_of(word: str | None) -> str | None:
    """The kind that a word means; None for a word that is none."""
    found = OTHER_WORDS.get((word or "").lower(), (word or "").lower())
    return found if found in CANONICAL else None


def canonical(kind: str, text: str) -> str:
    """The canonical form of a value.  Raises ValueError saying what it is not."""
    return CANONICAL[kind](text)


def check(word: str, text: str) -> None:
    """Raises LookupError for a word that is no kind, ValueError for a value that is not of its kind."""
    kind = kind_of(word)
    if kind is None:
        raise LookupError(f"{word!r} is no type of custom fields: read as a string")
    canonical(kind, text)


def canonical_time(text: str) -> str:
    """ISO 8601 as RFC 3339 puts it.  Raises ValueError for what is none, or has no time of day."""
    spelled = re.sub(r"(?<=\d)[t ](?=\d)", "T", text, count=1).replace("z", "Z")  # RFC 3339 section 5.6 allows both
    if TIME.fullmatch(spelled) is None:
        if "T" not in spelled:
            raise ValueError("is no date and time such as 2026-11-22T10:00:00Z")
        spelled = datetime.fromisoformat(spelled).isoformat()
    return check_time(re.sub(r"\+00:00$", "Z", spelled))


def _integer(text: str) -> str:
    found = INTEGER.fullmatch(text)
    if found is None:
        raise ValueError("is no integer")
    return f"-{found[2]}" if found[1] == "-" and found[2] != "0" else found[2]


def _number(text: str) -> str:
    if NUMBER.fullmatch(text) is None:
        raise ValueError("is no number")
    try:
        value = Context(prec=len(text)).normalize(Decimal(text))
    except ArithmeticError:
        raise ValueError("is no number of a size that can be told") from None
    if not value:
        return "0"
    plain = abs(value.adjusted()) < READABLE
    return format(value, "f") if plain else str(value).replace("E+", "e").replace("E", "e")


def _truth(text: str) -> str:
    if text.lower() not in TRUTH:
        raise ValueError("is no boolean")
    return TRUTH[text.lower()]


def _time(text: str) -> str:
    try:
        return canonical_time(text)
    except ValueError:
        raise ValueError("is no date and time such as 2026-11-22T10:00:00Z") from None


def _uri(text: str) -> str:
    if URI.fullmatch(text) is None:
        raise ValueError("is no URI")
    return text


def _json(text: str) -> str:
    """Without space between its parts; numbers and texts as they are spelled.

    Two equal keys are refused, for which of them counts is another question to every reader.
    """
    try:
        json.loads(text, parse_constant=_refuse, parse_int=str, parse_float=str, object_pairs_hook=_apart)
    except (ValueError, RecursionError):
        raise ValueError("is no JSON") from None
    return SPACE_IN_JSON.sub(lambda found: found[1] or "", text)


def _apart(members: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in members}) < len(members):
        raise ValueError("two equal keys")


def _refuse(word: str) -> Any:
    raise ValueError(word)


CANONICAL: Mapping[str, Callable[[str], str]] = {
    "string": str,
    "int": _integer,
    "float": _number,
    "bool": _truth,
    "datetime": _time,
    "uri": _uri,
    "json": _json,
}
