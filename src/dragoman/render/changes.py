"""What differs between two documents, as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from dragoman.difference import Difference
from dragoman.render.words import SOFT, cell, grid

STYLES = {"~": "yellow", "-": "red", "+": "green"}


def changes(differences: Iterable[Difference]) -> RenderableType:
    """A line for each difference: its sign, where, and the values in A and B; below, how many of each."""
    counts = dict.fromkeys(STYLES, 0)
    lines = []
    for each in differences:
        counts[each.sign] += 1
        sign = Text(each.sign, style=STYLES[each.sign])
        lines.append((sign, each.path, cell(_flat(each.before), 120), cell(_flat(each.after), 120)))
    shown = grid(("", "Where in the incident", "A", "B"), lines, len(lines))
    told = f"{counts['~']} changed, {counts['-']} only in A, {counts['+']} only in B"
    return Group(shown, Text(f"\n{told}", style=SOFT))


def _flat(value: Any) -> str:
    """A value in one cell; a text with a language is its text."""
    if isinstance(value, list | tuple):
        return ", ".join(map(_flat, value))
    return "" if value is None else str(getattr(value, "value", value))
