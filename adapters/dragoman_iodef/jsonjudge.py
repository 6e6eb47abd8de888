"""Is this an IODEF document in JSON (RFC 8727 appendix B), and if not, where and why not?

The judgement follows from the classes that reading and writing use, so it cannot differ from them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from dragoman.text import visible
from dragoman.tree.json import pointer
from dragoman_iodef import leaf
from dragoman_iodef.grammar import Grammar, Member, Shape

MOST = 20
"""How many faults of one document are told."""

PATTERNS = {  # the schema looks for them anywhere in a text
    "lang": re.compile(r"^$|[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*"),
    "Timezone": re.compile(r"Z|[+-](0[0-9]|1[0-4]):[0-5][0-9]"),
    "Portlist": re.compile(r"[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*"),
}
Trail = tuple[str | int, ...]
Fault = tuple[Trail, str]


def faults(tree: Any, grammar: Grammar) -> Iterator[str]:
    """At most MOST lines, each "pointer: reason"; none if the document is valid."""
    for trail, reason in islice(_of_object(tree, grammar.root, ()), MOST):
        yield f"{visible(pointer(trail), limit=1000)}: {visible(reason, limit=500)}"


def _of_object(value: Any, shape: Shape, trail: Trail) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield trail, "is no object"
        return
    for name in shape.required:
        if name not in value:
            yield (*trail, name), "is missing"
    yield from _of_choice(value, shape, trail)
    for name, raw in value.items():
        member = shape.members.get(name)
        if member is None or member.gathered:
            yield (*trail, name), "is no member of its class"
        elif member.many:
            yield from _of_list(raw, member, (*trail, name))
        else:
            yield from _of_value(raw, member, (*trail, name))


def _of_choice(value: dict[str, Any], shape: Shape, trail: Trail) -> Iterator[Fault]:
    """Members of which a certain number must stand."""
    rule = shape.one_of
    count = sum(name in value for name in rule.get("members", ()))
    if rule and ((count == 0 and not rule.get("none")) or (count > 1 and not rule.get("some"))):
        most = "at least" if rule.get("some") else "at most" if rule.get("none") else "exactly"
        yield trail, f"has {count} of {', '.join(rule['members'])}, of which {most} one may stand"


def _of_list(value: Any, member: Member, trail: Trail) -> Iterator[Fault]:
    if not isinstance(value, list) or not value:
        yield trail, "is an empty list" if value == [] else "is no list"
        return
    for place, item in enumerate(value):
        if member.gathers is None:
            yield from _of_value(item, member, (*trail, place))
        else:
            yield from _of_object(item, Shape(member.name, dict(_alone(member))), (*trail, place))


def _alone(member: Member) -> Iterator[tuple[str, Member]]:
    """The members of one object of a choice, as if they stood in no choice."""
    for name, inner in (member.gathers or {}).items():
        yield name, Member(name, inner.key, shape=inner.shape)


def _of_value(value: Any, member: Member, trail: Trail) -> Iterator[Fault]:
    if member.shape is not None:
        yield from _of_object(value, member.shape, trail)
        return
    reason = JUDGES.get(member.type, _string)(value)
    if not reason and isinstance(value, str):
        reason = _of_word(value, member)
    if reason:
        yield trail, reason


def _of_word(value: str, member: Member) -> str:
    if member.words is not None and value not in member.words:
        return f'"{visible(value, limit=80)}" is none of {", ".join(sorted(member.words))}'
    pattern = PATTERNS.get(member.name)
    return "" if pattern is None or pattern.search(value) else f'"{visible(value, limit=80)}" is not in its form'


def _string(value: Any) -> str:
    return "" if isinstance(value, str) else "is no string"


def _number(value: Any) -> str:
    return "" if type(value) in (int, float) else "is no number"


def _positive(value: Any) -> str:
    return _number(value) or ("is below 0" if value < 0 else "")


def _time(value: Any) -> str:
    if isinstance(value, str) and leaf.ZONED.fullmatch(value):
        return ""
    return "is no date and time with a zone (RFC 3339)"


def _id(value: Any) -> str:
    return _string(value) or ("" if leaf.NAMED.search(value) else "is no id: it has no letter")


def _words(value: Any) -> str:
    if isinstance(value, str):
        return ""
    if not isinstance(value, dict) or "value" not in value or value.keys() - leaf.WORDS.keys():
        return "is neither a string nor an object with value, lang and translation-id"
    return next((f"{name} is no string" for name, item in value.items() if not isinstance(item, str)), "")


JUDGES: dict[str, Callable[[Any], str]] = {
    "number": _number,
    "positive": _positive,
    "time": _time,
    "id": _id,
    "words": _words,
}
