"""What looks like personal data in a text, as the rows of patterns say."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from dragoman.personal.checks import CHECKS
from dragoman.personal.national import numbers
from dragoman.personal.rows import Pattern, kinds, not_numbers, patterns, signs
from dragoman.personal.spans import Span

DIGIT = re.compile(r"\d")
BEFORE = 64  # how far before a value a word may stand that makes it something else


def looks(text: str, countries: Collection[str] = (), also: Collection[str] = (), where: str = "") -> Iterator[Span]:
    """What looks like personal data in a text.

    countries: whose numbers are looked for.  also: kinds that are left alone else.  where: the class and field of the text.
    """
    covered = not_numbers().sub(_cover, text) if DIGIT.search(text) else ""
    there = [sign for sign in signs() if sign in text]
    for row in patterns():
        if _may_be(row, there, bool(covered)) and where not in row.not_in and (row.kind in also or not kinds()[row.kind].also):
            yield from _by(row, covered if row.numeric else text)
    if covered:
        yield from numbers(covered, countries)


def _may_be(row: Pattern, there: Collection[str], digits: bool) -> bool:
    """Whether a text with these signs can have it: most have none, and this is quick."""
    return not row.needs.isdisjoint(there) if row.needs else digits


def _by(row: Pattern, text: str) -> Iterator[Span]:
    group = 1 if row.pattern.groups else 0
    for found in row.pattern.finditer(text):
        start, said = found.start(group), found[group]
        length = CHECKS[row.check](said)
        if length and not (row.not_after and row.not_after.search(text[max(0, start - BEFORE) : start])):
            yield Span(start, start + length, row.kind, row.sure, f"looks like {row.name}")


def _cover(found: re.Match[str]) -> str:
    return "\0" * len(found[0])
