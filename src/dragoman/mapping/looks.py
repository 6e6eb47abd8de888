"""How a JSON document looks where that carries no meaning: the order of members, required members that are left out.

Both are mostly alike for all objects of one kind, so they are kept once for the document, and on a part only where it
differs from the others.  What looks as we would write it anyway is not kept at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from dragoman.mapping.table import Spec

FORM = ":form"  # residue under "FORMAT:form" says how the document was put, where that carries no meaning
MOST_SHAPES = 100  # kinds of objects with more different sets of members are written in our own order
Shape = tuple[str, ...]
Natural = tuple[list[str], list[str]]


@dataclass(slots=True)
class Looks:
    """orders: for each kind of object the order of its members, then those of objects that do not follow it.

    absent: for each kind the required members that no such object has.
    """

    orders: dict[str, list[list[str]]] = field(default_factory=dict)
    absent: dict[str, list[str]] = field(default_factory=dict)
    _exact: dict[str, dict[frozenset[str], list[str]]] = field(default_factory=dict)
    _known: dict[str, dict[Shape, Shape]] = field(default_factory=dict)
    _inner: dict[str, list[tuple[Shape, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, (_, *others) in self.orders.items():
            if others:
                self._exact[name] = {frozenset(order): order for order in others}

    @classmethod
    def of(cls, kept: Any) -> Looks:
        """From plain JSON; what is not as expected is ignored."""
        kept = kept if isinstance(kept, dict) else {}
        orders, absent = kept.get("orders"), kept.get("absent")
        return cls(
            {name: value for name, value in orders.items() if _is_orders(value)} if isinstance(orders, dict) else {},
            {name: value for name, value in absent.items() if _is_names(value)} if isinstance(absent, dict) else {},
        )

    def as_json(self) -> dict[str, Any]:
        found = {"orders": self.orders, "absent": self.absent}
        return {name: value for name, value in found.items() if value}

    def ordered(self, spec: Spec, target: dict[str, Any]) -> dict[str, Any]:
        """The object with its members, and those of the objects that rows reach into, in the document's order."""
        inner = self._inner.get(spec.name)
        if inner is None:
            names = [(path, "/".join((spec.name, *path))) for path in spec.orders if path]
            inner = self._inner[spec.name] = [(path, name) for path, name in names if name in self.orders]
        for path, name in inner:
            _inside(target, path, lambda inside, name=name: self.arranged(name, inside))  # type: ignore[misc]
        return self.arranged(spec.name, target)

    def arranged(self, name: str, target: dict[str, Any]) -> dict[str, Any]:
        """The members of one object in the order of its kind."""
        orders = self.orders.get(name)
        if orders is None:
            return target
        known = self._known.setdefault(name, {})
        keys = known.get(tuple(target))
        if keys is None:
            exact = self._exact.get(name, {})
            keys = tuple(arranged(target, exact.get(frozenset(target), orders[0])))
            if len(known) < MOST_SHAPES:
                known[tuple(target)] = keys
        return {key: target[key] for key in keys}


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_orders(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_names(item) for item in value)


def arranged(target: dict[str, Any], order: Iterable[str]) -> dict[str, Any]:
    """The members in an order; those it does not name come last."""
    return {key: target[key] for key in order if key in target} | target


def naturally(spec: Spec, target: dict[str, Any]) -> dict[str, Any]:
    """The object with its members, and those of the objects inside, in the order of the table."""
    for path, order in spec.orders.items():
        if path:
            _inside(target, path, lambda inner, order=order: arranged(inner, order))  # type: ignore[misc]
    return arranged(target, spec.orders[()])


def _inside(target: Any, path: Shape, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Puts what `change` makes of the object at a path into its place, if there is one."""
    for step in path[:-1]:
        target = target.get(step) if isinstance(target, dict) else None
    if isinstance(target, dict) and isinstance(target.get(path[-1]), dict):
        target[path[-1]] = change(target[path[-1]])


@dataclass(slots=True)
class Seen:
    """What a reader saw of a document's looks."""

    shapes: dict[str, dict[Shape, None]] = field(default_factory=dict)
    counts: dict[str, dict[Shape, list[Any]]] = field(default_factory=dict)

    def members(self, name: str, source: dict[str, Any]) -> None:
        """The members of one object of the kind `name`, in their order."""
        shapes = self.shapes.get(name)
        if shapes is None:
            shapes = self.shapes[name] = {}
        shapes[tuple(source)] = None

    def lacking(self, name: str, part: Any, paths: Shape) -> list[Any]:
        """The required members that the object of a part leaves out; returns the parts whose objects do the same."""
        counts = self.counts.get(name)
        if counts is None:
            counts = self.counts[name] = {}
        alike = counts.setdefault(paths, [])
        alike.append(part)
        return alike

    def looks(
        self, specs: Mapping[str, Spec], naturals: Mapping[str, Natural] | None = None
    ) -> tuple[Looks, list[tuple[Any, list[str]]]]:
        """What to keep for the document, and (part, paths) where one lacks other members than most of its kind.

        naturals: for kinds that are no parts of a table, the members that a writer puts first, and those it puts last.
        """
        orders: dict[str, list[list[str]]] = {}
        naturals = naturals or {}
        for name, shapes in self.shapes.items():
            first = _distinct(shapes)
            natural = naturals.get(name) or (natural_order(name, specs), [])
            if len(first) <= MOST_SHAPES and any(_put(shape, natural) != shape for shape in first):
                orders[name] = common_orders(first)
        absent, own = {}, []
        for name, counts in self.counts.items():
            usual = max(counts, key=lambda paths: len(counts[paths]))
            if usual:
                absent[name] = list(usual)
            own += [(part, list(paths)) for paths in counts if paths != usual for part in counts[paths]]
        return Looks(orders, absent), own


def _distinct(shapes: Iterable[Shape]) -> list[Shape]:
    """The shapes without those that only put the members of an earlier one in another order."""
    found: dict[frozenset[str], Shape] = {}
    for shape in shapes:
        found.setdefault(frozenset(shape), shape)
    return list(found.values())


def _put(shape: Shape, natural: Natural) -> Shape:
    first, last = natural
    middle = [key for key in shape if key not in last]
    return (*arranged(dict.fromkeys(middle), first), *(key for key in last if key in shape))


def natural_order(name: str, specs: Mapping[str, Spec]) -> list[str]:
    """The order in which a writer puts the members of an object, or of what stands at a path inside ("file/hashes")."""
    head, *path = name.split("/")
    return specs[head].orders.get(tuple(path), []) if head in specs else []


def common_orders(shapes: Iterable[Shape]) -> list[list[str]]:
    """One order that as many shapes as possible follow, then the shapes that do not.

    What is written in these orders gives the same orders when it is read: they follow from the shapes alone.
    """
    before: dict[str, dict[str, None]] = {}
    order: list[str] = []
    others = []
    for shape in shapes:
        more = {key: dict(known) for key, known in before.items()}
        for place, key in enumerate(shape):
            more.setdefault(key, {}).update(dict.fromkeys(shape[place - 1 : place] if place else ()))
        try:
            order, before = list(TopologicalSorter(more).static_order()), more
        except CycleError:
            others.append(list(shape))
    return [order, *others]
