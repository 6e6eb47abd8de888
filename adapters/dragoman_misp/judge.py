"""Whether a document is what the core format demands: the rules stand in `mappings/misp-rules.yaml`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from dragoman.mapping.table import facts
from dragoman.tree.json import pointer
from dragoman_misp import codecs
from dragoman_misp.exact import Object
from dragoman_misp.growing import UUID
from dragoman_misp.rows import known_type
from dragoman_misp.times import of_epoch, of_seen

TABLE = "misp-rules"
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}", re.ASCII)
BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*", re.ASCII)
Trail = tuple[str | int, ...]


def _uuid(value: Any) -> bool:
    return type(value) is str and UUID.fullmatch(value.lower()) is not None


def _day(value: Any) -> bool:
    try:
        return bool(codecs.day(value))
    except ValueError:
        return False


CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "uuid": (_uuid, "is no UUID"),
    "uuid-or-none": (lambda value: value in ("", None) or _uuid(value), "is no UUID"),
    "filled": (lambda value: type(value) is str and bool(value.strip()), "is no text"),
    "day": (_day, "is no day such as 2026-11-22"),
    "boolean": (lambda value: type(value) is bool, "is neither true nor false"),
    "epoch": (lambda value: type(value) is str and of_epoch(value) is not None, "is no time in seconds, in a string"),
    "digits": (lambda value: type(value) is str and value.isdecimal(), "is no number in a string"),
    "moment": (lambda value: value is None or (type(value) is str and of_seen(value) is not None), "is no time of ISO 8601"),
    "colour": (lambda value: type(value) is str and COLOUR.fullmatch(value) is not None, "is no colour such as #ffc000"),
    "base64": (lambda value: type(value) is str and BASE64.fullmatch(value) is not None, "is no base64"),
    "type": (lambda value: type(value) is str and known_type(value), "is no type of attribute"),
    "category": (lambda value: value in facts(TABLE)["categories"], "is no category"),
}


@cache
def _rules(name: str) -> Mapping[str, Any]:
    """The rules of a kind of thing, those of the kind that it is like included."""
    own = facts(TABLE)["things"][name]
    other = _rules(own["like"]) if "like" in own else {}
    joined = {part: other.get(part, {}) | own.get(part, {}) for part in ("members", "lists", "parts")}
    return {"required": own.get("required", ()), **joined}


def faults(thing: Object, name: str, trail: Trail) -> Iterator[str]:
    """What is wrong with a thing of a kind, and with what stands in it, each as "pointer: reason"."""
    rules = _rules(name)
    for member in rules["required"]:
        if member not in thing:
            yield f"{pointer((*trail, member))}: is missing"
    for member, check in rules["members"].items():
        if member in thing and (reason := _fault(thing[member], check)):
            yield f"{pointer((*trail, member))}: {reason}"
    for member, kind in rules["parts"].items():
        if thing.get(member):
            yield from _inside(thing[member], kind, (*trail, member))
    for member, kind in rules["lists"].items():
        yield from _listed(thing.get(member), kind, (*trail, member))


def _fault(value: Any, check: Any) -> str | None:
    if isinstance(check, list):
        return None if value in check else f"is none of {', '.join(check)}, in a string"
    good, reason = CHECKS[check]
    return None if good(value) else reason


def _inside(value: Any, kind: str, trail: Trail) -> Iterator[str]:
    if isinstance(value, dict):
        yield from faults(value, kind, trail)
    else:
        yield f"{pointer(trail)}: is no object"


def _listed(value: Any, kind: str, trail: Trail) -> Iterator[str]:
    if value is None:
        return
    if not isinstance(value, list):
        yield f"{pointer(trail)}: is no list"
        return
    for place, item in enumerate(value):
        yield from _inside(item, kind, (*trail, place))
