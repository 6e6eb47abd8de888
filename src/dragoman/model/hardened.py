"""Markings for formats that mark whole objects: what says of a field that fewer may see it says so of all around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from dragoman.model.marking import strictest
from dragoman.model.plain import copied, holders, is_part


def hardened(part: Any, keeps: Callable[[Any], bool]) -> Any:
    """A part in which nothing inside relies on the marking of a single field.

    A part inside takes over what its fields, and those of the parts in it, are marked with: the object that is made of it
    may say any of them.  keeps: which parts inside stay as they are, for their format marks fields.  A part in which there
    is nothing to do is given back as it is; its own field markings stay its own.
    """
    return _hardened(part, keeps)[0]


def _hardened(part: Any, keeps: Callable[[Any], bool]) -> tuple[Any, list[str]]:
    """The part with those inside it hardened, and the markings of fields that were met inside."""
    cls: type = type(part)
    changes: dict[str, Any] = {}
    met: list[str] = []
    for name in holders(cls):
        value = getattr(part, name)
        inside = [item for item in (value if isinstance(value, list | tuple) else [value]) if is_part(item)]
        found = [_raised(item, keeps) for item in inside if not keeps(item)]
        marks = [word for _, words in found for word in words]
        if marks:
            new = {id(old): item for old, (item, _) in zip((i for i in inside if not keeps(i)), found, strict=True)}
            changes[name] = [new.get(id(item), item) for item in value] if value is not inside[0] else new[id(value)]
            met += marks
    return (copied(part, **changes) if changes else part), met


def _raised(part: Any, keeps: Callable[[Any], bool]) -> tuple[Any, list[str]]:
    found, met = _hardened(part, keeps)
    words = [*met, *marked_fields(part)]
    if words and (more := _missing(getattr(part, "markings", ()), words)):
        found = copied(found, markings=more) if hasattr(found, "markings") else found
    return found, words


def marked_fields(part: Any) -> list[str]:
    """The markings of single fields of a part."""
    return [found.marking for found in getattr(part, "field_markings", ()) if found.marking]


def _missing(own: Sequence[str], words: Iterable[str]) -> list[str]:
    """The markings that a part needs instead of its own; none when its own are as strict."""
    said = list(dict.fromkeys(words))
    most, now = strictest(said), strictest(own)
    if most is None or (now is not None and now >= most):
        return []
    return [word for word in said if strictest([word]) == most]
