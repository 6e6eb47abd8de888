"""Stretches of a text that are personal data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Span:
    """Where in a text it stands, of what kind it is, how sure that is, and why; `value`: what it repeats, where it does."""

    start: int
    end: int
    kind: str
    sure: str
    why: str
    value: str = ""


def apart(spans: Iterable[Span]) -> list[Span]:
    """The spans in their order, those that overlap joined: no part of any is left out."""
    out: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end, span.kind)):
        if out and span.start < out[-1].end:
            out[-1] = replace(out[-1], end=max(out[-1].end, span.end))
        else:
            out.append(span)
    return out
