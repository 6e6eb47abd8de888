"""How STIX is told from the beginning of a document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from dragoman.adapter import Likeness
from dragoman.mapping.table import facts
from dragoman_stix.ids import IDENTIFIER

TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|([\[\]{}])', re.DOTALL)
TELLING = frozenset({"type", "id", "spec_version"})
ENOUGH = 4000  # tokens


def likeness(head: bytes) -> Likeness:
    """SURELY for a bundle or an object that says its version, PROBABLY for one with a type and an id of that type.

    A document in which nothing says a version is one of 2.0 if its first object is of a type that 2.0 has.
    """
    top, inner = gathered(head)
    if is_bundle(top):
        return Likeness.NO if is_older(top, inner) else Likeness.SURELY
    found = _object(top)
    return Likeness.MAYBE if found is Likeness.PROBABLY and top["type"] in older_types() else found


def older_likeness(head: bytes) -> Likeness:
    """The same for STIX 2.0."""
    top, inner = gathered(head)
    if is_bundle(top):
        return Likeness.SURELY if is_older(top, inner) else Likeness.NO
    found = _object(top)
    return Likeness.PROBABLY if found is Likeness.PROBABLY and top["type"] in older_types() else Likeness.NO


def gathered(head: bytes) -> tuple[dict[str, str], dict[str, list[str]]]:
    """What the outermost object says of itself, or the first of a list, and what those inside of it say."""
    text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    top: dict[str, str] = {}
    inner: dict[str, list[str]] = {}
    for depth, key, value in _members(text) if text[:1] in ("{", "[") else ():
        if depth == (1 if text[0] == "{" else 2):
            top.setdefault(key, value)
        elif depth <= 3:
            inner.setdefault(key, []).append(value)
    return top, inner


def is_bundle(top: Mapping[str, str]) -> bool:
    return top.get("type") == "bundle" or top.get("id", "").startswith("bundle--")


def is_older(top: Mapping[str, str], inner: Mapping[str, Sequence[str]]) -> bool:
    """Whether a bundle is one of 2.0: it says so, or nothing says a version and its first object is of a type of 2.0.

    If objects of 2.1 stand in it as well (they say their version), some others must be of 2.0.
    """
    said, types, versions = top.get("spec_version"), inner.get("type", ()), inner.get("spec_version", ())
    if versions:
        return said == "2.0" and sum(name in older_types() for name in types) > len(versions)
    return said == "2.0" if said is not None else any(name in older_types() for name in types[:1])


@cache
def older_types() -> frozenset[str]:
    """The types of objects that 2.0 has."""
    said = facts("stix-2.0")
    return frozenset(said["objects"]) - frozenset(said["custom"])


def _object(members: dict[str, str]) -> Likeness:
    named = IDENTIFIER.fullmatch(members.get("id", "")) is not None
    own = bool(members.get("type")) and members.get("id", "").startswith(f"{members.get('type')}--")
    if not named or not own:
        return Likeness.NO
    return Likeness.SURELY if members.get("spec_version", "").startswith("2.") else Likeness.PROBABLY


def _members(text: str) -> Iterator[tuple[int, str, str]]:
    """The members with text values that tell something, with how deep they stand."""
    depth, key = 0, None
    for count, match in enumerate(TOKEN.finditer(text)):
        if count > ENOUGH:
            return
        string, colon, bracket = match.groups()
        if bracket:
            depth += 1 if bracket in "[{" else -1
            key = None
        elif colon:
            key = string
        else:
            if key in TELLING:
                yield depth, key or "", string
            key = None
