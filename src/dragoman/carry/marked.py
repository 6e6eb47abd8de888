"""Who may see a cargo: the markings of what is carried, for whoever reads the target sees it as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dragoman.carry.bucket import MORE, SET


def markings_in(cargo: Any) -> Iterator[str]:
    """Every marking that is carried, of parts and of single fields: what holds a cargo is marked as strictly as any."""
    stack = [cargo]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            words = [item.get("marking"), *_said(item.get("markings")), *_said(item.get("history_markings"))]
            yield from (word for word in words if isinstance(word, str) and word)
            yield from _of_label(item.get("tlp"))
            stack += item.values()
        elif isinstance(item, list):
            stack += item


def _of_label(held: Any) -> Iterator[str]:
    """The values of the paper's label that is carried; its words mean the same under both schemes."""
    if isinstance(held, dict):
        yield from (f"us-cert:{word}".lower() for word in _said(held.get("value")) if isinstance(word, str))
        for inner in held.values():
            yield from _of_label(inner)
    elif isinstance(held, list):
        for inner in held:
            yield from _of_label(inner)


def _said(held: Any) -> Iterator[Any]:
    """The items of a list that is carried: as a value, or as a change."""
    for words in (held.get(SET), held.get(MORE)) if isinstance(held, dict) else (held,):
        yield from words if isinstance(words, list) else [words]
