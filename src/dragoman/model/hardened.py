"""Markings for formats that mark whole objects: what says of a field that fewer may see it says so of all around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from dragoman.model.marking import strictest
from dragoman.model.parts import FieldMarking
from dragoman.model.plain import copied, holders, is_part, parts

Test = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Found:
    """A part in which nothing relies on what the format cannot mark, and the markings that count for what it is in.

    fields: of single fields, in it and inside; parts: of the parts that are no object of their own.
    """

    part: Any
    fields: list[str]
    parts: list[str]

    @property
    def words(self) -> list[str]:
        """All of them."""
        return [*self.fields, *self.parts]


def hardened(part: Any, keeps: Test, alone: Test) -> Any:
    """A part in which nothing inside relies on the marking of a single field, or of a part that is no object.

    A part inside takes over what its fields, and those of the parts in it, are marked with: the object that is made of it
    may say any of them.  keeps: which parts inside are not marked for their own fields, for their format marks these.
    alone: which parts become objects, with markings of their own; what any other is marked with goes to the next part
    around it that does.  A part in which there is nothing to do is given back as it is; its own field markings stay its own.
    """
    return _inside(part, keeps, alone).part


def restated(part: Any, keeps: Test, alone: Test) -> Any:
    """The same, and the part itself takes over what parts in it that are no objects are marked with."""
    found = _inside(part, keeps, alone)
    return _marked(found.part, found.parts)


def _inside(part: Any, keeps: Test, alone: Test) -> Found:
    """What `Hardening` finds inside a part; in most incidents there is nothing to find, which is told fast."""
    inner = islice(parts([part]), 1, None)
    return Hardening(keeps, alone).inside(part) if any(_counts(found, alone) for found in inner) else Found(part, [], [])


def _counts(part: Any, alone: Test) -> bool:
    """Whether a part inside is marked in a way that may count for what it is in."""
    if type(part) is FieldMarking:
        return part.marking is not None
    return bool(getattr(part, "markings", ())) and not alone(part)


@dataclass(frozen=True, slots=True)
class Hardening:
    """See `hardened`."""

    keeps: Test
    alone: Test

    def inside(self, part: Any) -> Found:
        """A part with those inside it hardened, and the markings that were met inside."""
        cls: type = type(part)
        changes: dict[str, Any] = {}
        met = Found(None, [], [])
        for name in holders(cls):
            value = getattr(part, name)
            many = isinstance(value, list | tuple)
            old = [item for item in (value if many else [value]) if is_part(item)]
            inner = [self._one(item) for item in old]
            if any(new.part is not item for new, item in zip(inner, old, strict=True)):
                changed = iter([new.part for new in inner])
                changes[name] = [next(changed) if is_part(item) else item for item in value] if many else next(changed)
            for new in inner:
                met.fields.extend(new.fields)
                met.parts.extend(new.parts)
        return Found(copied(part, **changes) if changes else part, met.fields, met.parts)

    def _one(self, part: Any) -> Found:
        inside = self.inside(part)
        if self.keeps(part):
            return Found(_marked(inside.part, inside.words), [], [])
        words = [*inside.fields, *marked_fields(part)]
        if self.alone(part):
            return Found(_marked(inside.part, [*words, *inside.parts]), words, [])
        return Found(_marked(inside.part, words), words, [*inside.parts, *words, *getattr(part, "markings", ())])


def _marked(part: Any, words: Sequence[str]) -> Any:
    """The part marked at least as strictly as some words say."""
    more = _missing(part.markings, words) if words and hasattr(part, "markings") else []
    return copied(part, markings=more) if more else part


def markings_within(values: Iterable[Any]) -> Iterator[str]:
    """All markings of some parts, of their fields and of what is inside them."""
    for part in parts(values):
        yield from getattr(part, "markings", ())
        if type(part) is FieldMarking and part.marking:
            yield part.marking


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
