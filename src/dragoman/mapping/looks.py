"""How a JSON document looks where that carries no meaning: the order of members, required members that are left out.

Both are mostly alike for all objects of one kind, so they are kept once for the document, and on a part only where it
differs from the others.  What looks as we would write it anyway is not kept at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dragoman.mapping.table import Row, Spec

FORM = ":form"  # residue under "FORMAT:form" says how the document was put, where that carries no meaning


@dataclass(slots=True)
class Looks:
    """orders: the members of each kind of object, in their order.  absent: required ones that no such object has."""

    orders: Mapping[str, list[str]] = field(default_factory=dict)
    absent: Mapping[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Any) -> Looks:
        """From plain JSON; what is not as expected is ignored."""
        kept = kept if isinstance(kept, dict) else {}
        return cls(_lists(kept.get("orders")), _lists(kept.get("absent")))

    def as_json(self) -> dict[str, Any]:
        found = {"orders": dict(self.orders), "absent": dict(self.absent)}
        return {name: value for name, value in found.items() if value}

    def ordered(self, spec: Spec, target: dict[str, Any]) -> dict[str, Any]:
        """The object with its members, and those of the objects that rows reach into, in the document's order."""
        for path in spec.inner:
            order = self.orders.get("/".join((spec.name, *path)))
            if order:
                _reorder(target, path, order)
        order = self.orders.get(spec.name)
        return arranged(target, order) if order else target


def _lists(value: Any) -> dict[str, list[str]]:
    if not isinstance(value, dict):
        return {}
    return {name: item for name, item in value.items() if isinstance(item, list)}


def arranged(target: dict[str, Any], order: Iterable[str]) -> dict[str, Any]:
    """The members in an order; those it does not name come last."""
    return {key: target[key] for key in order if key in target} | target


def _reorder(target: dict[str, Any], path: tuple[str, ...], order: Iterable[str]) -> None:
    for step in path[:-1]:
        target = target.get(step) or {}
    if isinstance(target, dict) and isinstance(target.get(path[-1]), dict):
        target[path[-1]] = arranged(target[path[-1]], order)


@dataclass(slots=True)
class Seen:
    """What a reader saw of a document's looks."""

    shapes: dict[str, dict[tuple[str, ...], None]] = field(default_factory=dict)
    counts: dict[str, dict[tuple[str, ...], list[Any]]] = field(default_factory=dict)

    def members(self, name: str, source: dict[str, Any]) -> None:
        """The members of one object of the kind `name`, in their order."""
        shapes = self.shapes.get(name)
        if shapes is None:
            shapes = self.shapes[name] = {}
        shapes[tuple(source)] = None

    def lacking(self, name: str, part: Any, paths: tuple[str, ...]) -> None:
        """The required members that the object of a part leaves out."""
        counts = self.counts.get(name)
        if counts is None:
            counts = self.counts[name] = {}
        found = counts.get(paths)
        if found is None:
            counts[paths] = [part]
        else:
            found.append(part)

    def looks(self, specs: Mapping[str, Spec]) -> tuple[Looks, list[tuple[Any, list[str]]]]:
        """What to keep for the document, and (part, paths) where one lacks other members than most of its kind."""
        orders = {}
        for name, shapes in self.shapes.items():
            natural = _natural(name, specs)
            if any(list(arranged(dict.fromkeys(shape), natural)) != list(shape) for shape in shapes):
                orders[name] = _common_order(shapes)
        absent, own = {}, []
        for name, counts in self.counts.items():
            usual = max(counts, key=lambda paths: len(counts[paths]))
            if usual:
                absent[name] = list(usual)
            own += [(part, list(paths)) for paths in counts if paths != usual for part in counts[paths]]
        return Looks(orders, absent), own


def _natural(name: str, specs: Mapping[str, Spec]) -> list[str]:
    """The order in which a writer puts the members of an object."""
    head, *path = name.split("/")
    spec = specs.get(head)
    if spec is None:
        return []
    rows: list[Row] = [*(row for row in spec.constants if len(row.path) == 1), *spec.rows]
    rows += [row for row in spec.constants if len(row.path) > 1]
    depth = len(path)
    return list(dict.fromkeys(row.path[depth] for row in rows if list(row.path[:depth]) == path and row.path[depth:]))


def _common_order(shapes: Iterable[tuple[str, ...]]) -> list[str]:
    """One order that agrees with all of them, as far as they agree: a new member stands after its neighbour."""
    order: list[str] = []
    known: set[str] = set()
    for shape in shapes:
        place = 0
        for key in shape:
            if key in known:
                place = order.index(key) + 1
            else:
                order.insert(place, key)
                known.add(key)
                place += 1
    return order
