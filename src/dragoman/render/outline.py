"""A document as an indented outline of its leaves, the same for every format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line.  spot: the leaf that stands here; None for a line that only holds others."""

    depth: int
    label: str
    spot: str | None = None
    text: str = ""


def outline(leaves: Iterable[tuple[str, str]]) -> list[Row]:
    """The lines for leaves (spot and text), in their order: a line for every container on the way, once."""
    rows: list[Row] = []
    open_steps: list[str] = []
    for spot, text in leaves:
        steps = spot.split("/")[1:]
        common = _common(open_steps, steps)
        for depth in range(common, len(steps) - 1):
            rows.append(Row(depth, _label(steps[depth])))
        if steps and common == len(steps):  # further text of an element that is open
            rows.append(Row(len(steps), "text", spot, text))
        else:
            rows.append(Row(max(0, len(steps) - 1), _label(steps[-1]) if steps else "value", spot, text))
        open_steps = steps
    return rows


def _common(one: list[str], other: list[str]) -> int:
    """How many steps both begin with."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def _label(step: str) -> str:
    """A step of a path as people read it: the place in a list from 1, "[1]" left out."""
    if step.isdigit():
        return f"[{step}]"
    return step.removesuffix("[1]").replace("~1", "/").replace("~0", "~") or '""'
