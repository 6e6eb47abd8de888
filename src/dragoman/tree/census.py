"""Counting an XML document while it is parsed, and building nothing: for those that may be over a limit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dragoman.errors import LimitExceeded
from dragoman.limits import Limits
from dragoman.text import visible

PLAIN_DEPTH, PLAIN_STRING = 256, 10_000_000  # what libxml2 allows unless told that a tree may be huge


class Census:
    """A parser target that raises LimitExceeded at the first element, attribute or text over a limit."""

    def __init__(self, limits: Limits, source: str) -> None:
        self._limits, self._source = limits, source
        self._open: list[str] = []
        self._nodes = self._text = 0

    # One call for each element of a document that may have millions: so no helpers unless something is wrong.
    def start(self, tag: str, attributes: Mapping[str, str], namespaces: Mapping[str, str]) -> None:
        """One more element; the namespaces it declares count as attributes, for they cost as much."""
        limits, mine = self._limits, len(attributes) + len(namespaces)
        self._open.append(tag)
        self._nodes += 1 + mine
        self._text = 0
        if len(self._open) > limits.xml_depth:
            self._refuse("xml_depth", "levels of elements")
        if mine > limits.keys:
            self._refuse("keys", "attributes on one element")
        if self._nodes > limits.nodes:
            self._refuse("nodes", "elements and attributes")
        if mine and any(len(value) > limits.string for value in attributes.values()):
            self._refuse("string", "characters in an attribute")

    def end(self, tag: str) -> None:
        self._open.pop()
        self._text = 0

    def data(self, data: str) -> None:
        """A piece of a text: the parser hands out long ones in several."""
        self._text += len(data)
        if self._text > self._limits.string:
            self._refuse("string", "characters in a text")

    def comment(self, text: str) -> None:
        self._aside(text, "characters in a comment")

    def pi(self, target: str, data: str | None = None) -> None:
        self._aside(data or "", "characters in a processing instruction")

    def close(self) -> None:
        """Part of the interface.  There is no result: a census only raises."""

    def _aside(self, text: str, of_what: str) -> None:
        self._nodes += 1
        self._text = 0
        if self._nodes > self._limits.nodes:
            self._refuse("nodes", "elements and attributes")
        if len(text) > self._limits.string:
            self._refuse("string", of_what)

    def _refuse(self, limit: str, of_what: str) -> None:
        inside = f", in '{visible(self._open[-1], 80)}'" if self._open else ""
        what = f"more than {getattr(self._limits, limit):,} {of_what}{inside}"
        fix = f"raise the limit on {limit} if you trust the document"
        raise LimitExceeded(what, where=visible(self._source), fix=fix)


def superfluous(data: bytes, limits: Limits) -> bool:
    """Whether the bytes alone show that a document is within what libxml2 does not check by itself, but for its depth."""
    return (
        (limits.string >= PLAIN_STRING or len(data) <= limits.string)
        and (len(data) <= 4 * limits.nodes or _starts(data) + data.count(b"=") <= limits.nodes)
        and not _may_exceed_keys(data, limits.keys)
    )


def deeper_than(root: Any, levels: int) -> bool:
    """Whether elements nest deeper than so many levels, in a tree that libxml2 built without being told it may be huge."""
    return levels < PLAIN_DEPTH and bool(root.xpath(f"boolean({'/*' * (levels + 1)})"))


def _starts(data: bytes) -> int:
    """At least as many as there are elements, comments and processing instructions."""
    return data.count(b"<") - data.count(b"</")


def _may_exceed_keys(data: bytes, keys: int) -> bool:
    """Whether one tag may have more attributes than `keys`: each takes five bytes (` a=""`), none of them `<`."""
    if len(data) <= 5 * keys:
        return False
    long_tags = re.finditer(rb"<[^<]{%d,}+" % (5 * keys), data)
    return any(tag[0].count(b"=") > keys for tag in long_tags)
