"""Which incident an object belongs to, where a document holds several (STIX has no containment, only references)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
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


def owners(objects: Sequence[Any]) -> list[int]:
    """For each object the number of its incident: the first from which it is reached, the first of all if none does.

    objects: as decoded, not yet read.  Walks iteratively; cycles and references to nowhere are fine.
    """
    starts = [place for place, item in enumerate(objects) if _is_incident(item)]
    if len(starts) < 2:
        return [0] * len(objects)
    graph = _Graph(objects)
    found: list[int | None] = [None] * len(objects)
    for number, start in enumerate(starts):
        found[start] = number
    for number, start in enumerate(starts):
        _spread(graph, start, number, found)
    return [number or 0 for number in found]


def type_of(item: Any) -> Any:
    return item.get("type") if type(item) is dict else None


def _is_incident(item: Any) -> bool:
    return type_of(item) == "incident" and is_identifier(item.get("id"), "incident")


class _Graph:
    """The places of objects by id, what each refers to, and what is said about each."""

    def __init__(self, objects: Sequence[Any]) -> None:
        self.places: dict[str, list[int]] = defaultdict(list)
        for place, item in enumerate(objects):
            if type(item) is dict and type(item.get("id")) is str:
                self.places[item["id"]].append(place)
        self.incidents = {place for place, item in enumerate(objects) if _is_incident(item)}
        self.forward = [list(self._targets(strings(item), place)) for place, item in enumerate(objects)]
        self.about: dict[int, list[int]] = defaultdict(list)
        for place, item in enumerate(objects):
            if members := ABOUT.get(type_of(item)) if type(type_of(item)) is str else None:
                said = [value for member in members for value in strings(item.get(member))]
                for target in self._targets(said, place):
                    self.about[target].append(place)

    def _targets(self, values: Any, own: int) -> Iterator[int]:
        for value in values:
            yield from (place for place in self.places.get(value, ()) if place != own)


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


def _spread(graph: _Graph, start: int, number: int, found: list[int | None]) -> None:
    """Takes all that is reached from one incident and belongs to nobody yet; other incidents are where it ends."""
    todo = [start]
    while todo:
        place = todo.pop()
        for near in graph.forward[place]:
            if found[near] is None:
                found[near] = number
                todo.append(near)
        for near in graph.about.get(place, ()):
            others = graph.incidents.intersection(graph.forward[near])
            if found[near] is None and (not others or start in others):
                found[near] = number
                todo.append(near)
