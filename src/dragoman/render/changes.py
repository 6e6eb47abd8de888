"""What differs between two lists of incidents, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from dragoman.ledger import Kind
from dragoman.model.incident import Incident
from dragoman.model.plain import is_part
from dragoman.render.words import SOFT, cell, table

# What a comparison calls carried is only in the second; what it would fill in, only in the first.
SIGNS = {Kind.CARRIED: ("+", "green"), Kind.DEFAULTED: ("-", "red"), Kind.NARROWED: ("~", "yellow")}


def changes(before: Sequence[Incident], told: Sequence[tuple[Kind, str, Any]]) -> RenderableType:
    """A line for each difference: its sign, where, and the values in A and B; below, how many of each."""
    shown = table("", "Where in the incident", "A", "B")
    counts = dict.fromkeys(SIGNS, 0)
    for kind, path, value in told:
        sign, style = SIGNS[kind]
        counts[kind] += 1
        old = "" if kind is Kind.CARRIED else value if kind is Kind.DEFAULTED else at(before, path)
        new = "" if kind is Kind.DEFAULTED else value
        shown.add_row(Text(sign, style=style), cell(path), cell(old, 120), cell(new, 120))
    added, removed, changed = (counts[kind] for kind in (Kind.CARRIED, Kind.DEFAULTED, Kind.NARROWED))
    return Group(shown, Text(f"{changed} changed, {removed} only in A, {added} only in B", style=SOFT))


def at(value: Any, path: str) -> Any:
    """What stands at a path ("/0/events/1/status") of a model; None when nothing does."""
    for step in path.split("/")[1:]:
        if is_part(value):
            value = getattr(value, step, None)
        elif isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list | tuple) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
