"""The leaves of a document, of any format: what a report has to account for.

In XML a leaf is an attribute value or a text that is not blank (xsi:* speaks of the markup, not of the incident, and
does not count); in JSON every scalar and every empty object or list.  Each has a path, with positions kept apart, so
that re-ordering is told apart from loss.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from dragoman.limits import Limits
from dragoman.mapping.codecs import moment
from dragoman.tree import json, xml

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


@dataclass(frozen=True, slots=True)
class Leaf:
    """path: without positions, for comparing.  spot: with positions, for people.  value: as it is compared.

    text: as it is spelled in the document.
    """

    path: str
    spot: str
    value: Any
    text: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back of a document.  leaves: how many it had; missing, added: which are gone, and which are new."""

    leaves: int
    missing: list[Leaf]
    added: list[Leaf]

    @property
    def kept(self) -> int:
        return self.leaves - len(self.missing)


def returned(before: list[Leaf], after: list[Leaf]) -> Returned:
    """Which leaves of a document are found again, each at its path and with its value, wherever among its like it stands."""
    return Returned(len(before), _without(before, after), _without(after, before))


def _without(some: list[Leaf], others: list[Leaf]) -> list[Leaf]:
    """Those of the one list that find no equal in the other; one leaf is equal to one leaf only."""
    left = Counter((leaf.path, leaf.value) for leaf in others)
    alone = []
    for leaf in some:
        key = leaf.path, leaf.value
        left[key] -= 1
        if left[key] < 0:
            alone.append(leaf)
    return alone


def leaves(data: bytes, limits: Limits) -> list[Leaf]:
    """All leaves of a document.  Raises ReadError."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return list(_json(json.decode(data, limits), "", ""))
    root = xml.parse(data, limits)
    return list(_xml(root, "", f"/{etree.QName(root).localname}"))


def _json(node: Any, path: str, spot: str) -> Iterator[Leaf]:
    if isinstance(node, dict) and node:
        for key, value in node.items():
            step = key.replace("~", "~0").replace("/", "~1")
            yield from _json(value, f"{path}/{step}", f"{spot}/{step}")
    elif isinstance(node, list) and node:
        for place, value in enumerate(node):
            yield from _json(value, f"{path}/*", f"{spot}/{place}")
    else:
        yield Leaf(path, spot, _comparable(node), node if isinstance(node, str) else json.encode(node).decode().strip())


def _comparable(node: Any) -> Any:
    if isinstance(node, str):
        return moment(node) or node
    if isinstance(node, bool | dict | list) or node is None:
        return (repr(node),)  # so that null is not the text "None"
    return float(node)


def _xml(element: Any, path: str, spot: str) -> Iterator[Leaf]:
    path = f"{path}/{element.tag}"
    for key, value in element.attrib.items():
        if not key.startswith(XSI):
            yield _text(f"{path}/@{key}", f"{spot}/@{etree.QName(key).localname}", value)
    text, *tails = _texts(element)
    if text and not text.isspace():
        yield _text(f"{path}/text()", spot, text)
    seen: Counter[str] = Counter()
    for child, tail in zip(element.iterchildren("*"), tails, strict=True):
        seen[child.tag] += 1
        yield from _xml(child, path, f"{spot}/{etree.QName(child).localname}[{seen[child.tag]}]")
        if tail and not tail.isspace():
            yield _text(f"{path}/tail()", f"{spot}/tail()", tail)


def _texts(element: Any) -> list[str]:
    """The text before the first child element and after each; a comment stands in a text and does not end it."""
    texts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            texts.append(child.tail or "")
        else:
            texts[-1] += child.tail or ""
    return texts


def _text(path: str, spot: str, raw: str) -> Leaf:
    collapsed = " ".join(raw.split())
    return Leaf(path, spot, moment(collapsed) or collapsed, collapsed)
