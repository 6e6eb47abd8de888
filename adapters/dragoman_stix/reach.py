"""Which incident an object belongs to, where a document holds several (STIX has no containment, only references)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from dragoman_stix.ids import is_identifier

# Objects that say something about others, and so belong to those; all others belong to what refers to them.
ABOUT = {
    "relationship": ("source_ref", "target_ref"),
    "sighting": ("sighting_of_ref",),
    "note": ("object_refs",),
    "opinion": ("object_refs",),
    "language-content": ("object_ref",),
}


def owners(objects: Sequence[Any], types: Sequence[str | None]) -> list[int]:
    """For each object the number of its incident: the first from which it is reached, the first of all if none does.

    objects: as decoded, not yet read; types: of each of them (`type_of`).  Walks iteratively; cycles and references to
    nowhere are fine.
    """
    if types.count("incident") < 2:
        return [0] * len(objects)
    starts = [place for place, item in enumerate(objects) if _is_incident(item)]
    graph = _Graph(objects)
    found: list[int | None] = [None] * len(objects)
    for number, start in enumerate(starts):
        found[start] = number
    claimed: set[str] = set()
    for number, start in enumerate(starts):
        _spread(graph, start, number, found, claimed)
    return [number or 0 for number in found]


def type_of(item: Any) -> str | None:
    """The type of an object, if it is one and says it."""
    name = item.get("type") if type(item) is dict else None
    return name if type(name) is str else None


def _is_incident(item: Any) -> bool:
    return type_of(item) == "incident" and is_identifier(item.get("id"), "incident")


class _Graph:
    """The places of objects by id, the ids that each refers to, and what is said about each id.

    An id may have many places (versions of an object, a marking that every incident brings along): all belong together.
    """

    def __init__(self, objects: Sequence[Any]) -> None:
        self.ids = [item["id"] if type(item) is dict and type(item.get("id")) is str else None for item in objects]
        self.places: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(self.ids):
            if name is not None:
                self.places[name].append(place)
        self.incidents = {str(name) for name, item in zip(self.ids, objects, strict=True) if _is_incident(item)}
        self.forward = [self._known(strings(item), name) for name, item in zip(self.ids, objects, strict=True)]
        self.about: dict[str, list[int]] = defaultdict(list)
        for place, item in enumerate(objects):
            if members := ABOUT.get(type_of(item) or ""):
                said = [value for member in members for value in strings(item.get(member))]
                for target in self._known(said, self.ids[place]):
                    self.about[target].append(place)

    def _known(self, values: Any, own: str | None) -> list[str]:
        return [value for value in dict.fromkeys(values) if value in self.places and value != own]


def strings(node: Any) -> list[str]:
    """All short strings of a value: those that are ids of the document are references."""
    found, todo = [], [node]
    while todo:
        node = todo.pop()
        kind = type(node)
        if kind is dict:
            todo.extend(node.values())
        elif kind is list:
            todo.extend(node)
        elif kind is str and len(node) < 300:
            found.append(node)
    return found


def _spread(graph: _Graph, start: int, number: int, found: list[int | None], claimed: set[str]) -> None:
    """Takes all that is reached from one incident and belongs to nobody yet; other incidents are where it ends."""
    todo, own = [start], graph.ids[start]
    while todo:
        place = todo.pop()
        for name in graph.forward[place]:
            if name not in claimed and name not in graph.incidents:
                claimed.add(name)
                todo += _take(graph.places[name], number, found)
        for near in graph.about.pop(graph.ids[place] or "", ()):
            others = graph.incidents.intersection(graph.forward[near])
            if not others or own in others:
                todo += _take([near], number, found)


def _take(places: Sequence[int], number: int, found: list[int | None]) -> list[int]:
    """Those of the places that belonged to nobody, and now belong to an incident."""
    free = [place for place in places if found[place] is None]
    for place in free:
        found[place] = number
    return free
