"""Who may see the parts of an event: what its tags say holds for all of it, what an attribute's tags say for its parts.

Other formats mark each object by itself, so every part bears its markings; a tag is written only where it was said.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dragoman.model.marking import Level, strictest
from dragoman_misp.growing import Growing, derived
from dragoman_misp.told import COMMENT, FOUND


def mark_event(growing: Growing) -> None:
    """Marks what was added before the tags of the event were read, and all that will be."""
    incident = growing.incident
    growing.markings = incident.markings
    if incident.markings:
        for part in (*incident.contacts, *growing.parts.values()):
            part.markings = incident.markings


def spread(main: Any, growing: Growing) -> None:
    """Gives the markings of an attribute to the parts that it brought along; of a shared observable the strictest count."""
    refs: tuple[str, ...] = tuple(getattr(main, "object_refs", ()))
    for part in _brought_along(main, growing):
        part.markings = main.markings
        refs = (*refs, *getattr(part, "object_refs", ()))
    needed = strictest(main.markings)
    for ref in refs:
        if growing.holders.get(ref) == "observables":
            known = growing.parts[ref]
            if (needed or Level.CLEAR) > (strictest(known.markings) or Level.CLEAR):
                known.markings = main.markings


def _brought_along(main: Any, growing: Growing) -> Iterator[Any]:
    uuid = main.id[-36:]
    for kind, role in (("observed-data", FOUND), ("relationship", FOUND), ("note", COMMENT)):
        part = growing.parts.get(derived(kind, role, uuid))
        if part is not None:
            yield part
