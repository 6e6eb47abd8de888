"""Markings for formats that mark whole objects: what says of a field that fewer may see it says so of all around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from dragoman.model.marking import strictest
from dragoman.model.plain import copied, holders, is_part


def hardened(part: Any, keeps: Callable[[Any], bool]) -> Any:
    """A part in which nothing inside relies on the marking of a single field.

    A part inside takes over what its fields, and those of the parts in it, are marked with: the object that is made of it
    may say any of them.  keeps: which parts inside are not marked for their own fields, for their format marks these.  A
    part in which there is nothing to do is given back as it is; its own field markings stay its own.
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
        found = [_kept(item, keeps) if keeps(item) else _raised(item, keeps) for item in inside]
        if any(new is not old for old, (new, _) in zip(inside, found, strict=True)):
            changed = iter([new for new, _ in found])
            many = isinstance(value, list | tuple)
            changes[name] = [next(changed) if is_part(item) else item for item in value] if many else next(changed)
        met += [word for _, words in found for word in words]
    return (copied(part, **changes) if changes else part), met


def _kept(part: Any, keeps: Callable[[Any], bool]) -> tuple[Any, list[str]]:
    """A part whose format marks its fields, but not those of what is inside them: of that it takes the markings over."""
    found, met = _hardened(part, keeps)
    more = _missing(getattr(part, "markings", ()), met) if met else []
    return (copied(found, markings=more) if more else found), []


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
