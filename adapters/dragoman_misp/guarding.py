"""Nothing stands in an event for more people than may see it: tags are of events and attributes, and of nothing else.

An attribute takes over the strictest marking of all that it says, the event that of everything that has no tags: clusters,
reports, the organisation, the objects of the story.  Objects have no tags, so theirs stand on each of their attributes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from dragoman.model import Observable
from dragoman.model.hardened import markings_within
from dragoman.model.marking import is_about_sharing, strictest
from dragoman.model.plain import holders, is_part
from dragoman_misp.exact import Object
from dragoman_misp.tags import marking_of, raising, said_in


def needed(parts: Iterable[Any], around: Sequence[str]) -> list[str]:
    """The tag that is needed besides some markings, so that none of some parts is shown to more; none, or one."""
    return raising(markings_within(parts), around)


def nested(roots: Iterable[Any], around: Sequence[str]) -> Iterator[tuple[Observable, Sequence[str]]]:
    """The observables inside some parts, each with the markings that hold for it: its own, or those of what it is in."""
    for part in roots:
        marks = part.markings or around if hasattr(part, "markings") else around
        if isinstance(part, Observable):
            yield part, marks
        cls: type = type(part)
        for name in holders(cls):
            value = getattr(part, name)
            inner = value if isinstance(value, list | tuple) else [value]
            yield from nested((item for item in inner if is_part(item)), marks)


def add(said: Object, names: Sequence[str]) -> None:
    """Tags an event or attribute, unless it says as much already; a wider word beside it would only confuse."""
    own = strictest(said_in(said.get("Tag")))
    for name in names:
        most = strictest([marking_of(name) or ""])
        if most is not None and (own is None or own < most):
            others = (tag for tag in said.get("Tag") or () if not any(map(is_about_sharing, said_in([tag]))))
            said["Tag"] = [*others, {"name": name}]


def add_inside(said: Object, names: Sequence[str]) -> None:
    """Tags each attribute of an object."""
    for attribute in said.get("Attribute") or ():
        if isinstance(attribute, dict) and names:
            add(attribute, names)
