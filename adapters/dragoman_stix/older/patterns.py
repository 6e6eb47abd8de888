"""Patterns of STIX 2.0 and 2.1 differ in how they write a time span and in what some properties are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from dragoman.mapping.table import facts
from dragoman_stix.older.rows import FORMAT

LITERAL = re.compile(r"('(?:[^'\\]|\\.)*')", re.DOTALL)
SPAN = re.compile(r"\b(START|STOP)(\s+)$", re.ASCII)
PATH = re.compile(r"\b([a-z][a-z0-9-]*):([a-z_]+)\b", re.ASCII)


def pattern_raised(text: str) -> str:
    """A pattern of 2.0 as 2.1 writes it: START t'2020-01-01T00:00:00Z'."""
    pieces = LITERAL.split(text)
    for place in range(0, len(pieces) - 1, 2):
        pieces[place] = SPAN.sub(r"\1\2t", pieces[place])
    return _paths(pieces, _names()[0])


def pattern_lowered(text: str) -> str:
    """The other way round."""
    pieces = LITERAL.split(text)
    for place in range(0, len(pieces) - 1, 2):
        if pieces[place].endswith("t") and SPAN.search(pieces[place][:-1]):
            pieces[place] = pieces[place][:-1]
    return _paths(pieces, _names()[1])


def _paths(pieces: list[str], names: Mapping[tuple[str, str], str]) -> str:
    change: Callable[[re.Match[str]], str] = lambda m: f"{m[1]}:{names.get((m[1], m[2]), m[2])}"  # noqa: E731
    pieces[::2] = [PATH.sub(change, piece) for piece in pieces[::2]]
    return "".join(pieces)


@cache
def _names() -> tuple[Mapping[tuple[str, str], str], Mapping[tuple[str, str], str]]:
    """(type, property) -> the property in the other version, upwards and downwards."""
    rules = facts(FORMAT)["observables"].items()
    pairs = [(name, old, new) for name, raw in rules for old, new in raw.get("renamed", {}).items()]
    return {(name, old): new for name, old, new in pairs}, {(name, new): old for name, old, new in pairs}
