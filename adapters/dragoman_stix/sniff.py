"""How STIX is told from the beginning of a document."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dragoman.adapter import Likeness
from dragoman_stix.ids import IDENTIFIER

TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|([\[\]{}])', re.DOTALL)
TELLING = frozenset({"type", "id", "spec_version"})
ENOUGH = 4000  # tokens


def likeness(head: bytes) -> Likeness:
    """SURELY for a bundle or an object that says its version, PROBABLY for one with a type and an id of that type."""
    text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if text[:1] not in ("{", "["):
        return Likeness.NO
    top: dict[str, str] = {}
    inner: dict[str, str] = {}
    for depth, key, value in _members(text):
        here = top if depth == (1 if text[0] == "{" else 2) else inner if depth <= 3 else {}
        here.setdefault(key, value)
    if top.get("type") == "bundle" or top.get("id", "").startswith("bundle--"):
        old = top.get("spec_version") == "2.0" and "spec_version" not in inner
        return Likeness.NO if old else Likeness.SURELY
    return _object(top)


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
