"""Counting an XML document while it is parsed, and building nothing: for those that may be over a limit."""

from __future__ import annotations

from collections.abc import Mapping

from dragoman.errors import LimitExceeded
from dragoman.limits import Limits
from dragoman.text import visible


class Census:
    """A parser target that raises LimitExceeded at the first element, attribute or text over a limit."""

    def __init__(self, limits: Limits, source: str) -> None:
        self._limits, self._source = limits, source
        self._open: list[str] = []
        self._nodes = self._text = 0

    def start(self, tag: str, attributes: Mapping[str, str], namespaces: Mapping[str, str] | None = None) -> None:
        """One more element; its namespace declarations count as attributes, for they cost as much."""
        self._open.append(tag)
        self._within("xml_depth", len(self._open), "levels of elements")
        mine = len(attributes) + len(namespaces or ())
        self._within("keys", mine, "attributes on one element")
        self._count(1 + mine)
        for value in attributes.values():
            self._within("string", len(value), "characters in an attribute")

    def end(self, tag: str) -> None:
        self._open.pop()
        self._text = 0

    def data(self, data: str) -> None:
        """A piece of a text: the parser hands out long ones in several."""
        self._text += len(data)
        self._within("string", self._text, "characters in a text")

    def comment(self, text: str) -> None:
        self._count(1)
        self._within("string", len(text), "characters in a comment")

    def pi(self, target: str, data: str | None = None) -> None:
        self._count(1)
        self._within("string", len(data or ""), "characters in a processing instruction")

    def close(self) -> None:
        """Part of the interface: the census has no result, it only raises."""

    def _count(self, nodes: int) -> None:
        self._text = 0
        self._nodes += nodes
        self._within("nodes", self._nodes, "elements and attributes")

    def _within(self, limit: str, count: int, of_what: str) -> None:
        most = getattr(self._limits, limit)
        if count <= most:
            return
        place = f", in '{visible(self._open[-1], 80)}'" if self._open else ""
        what = f"more than {most:,} {of_what}{place}"
        raise LimitExceeded(what, where=visible(self._source), fix=f"raise the limit on {limit} if you trust the document")
