"""Downwards: observables go into the observed-data that refer to them, under local keys, with all that they name.

An observable that no observed-data refers to, or that something else refers to, gets one that only frames it (`frames`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import count, islice
from typing import Any

from dragoman_stix.ids import observable_id
from dragoman_stix.older.extracted import ALL_REFS, MARKED, OBJECTS, linked
from dragoman_stix.older.frames import FRAMED, frame, time_of
from dragoman_stix.older.memory import recalled
from dragoman_stix.older.names import references
from dragoman_stix.older.objects import GRANULAR
from dragoman_stix.older.rows import MEMORY, OWN_ID, Object, is_named, is_observable, memory

MOST = 32  # other observables that may be repeated wherever something names them
UNTOLD = ("id", MARKED, GRANULAR, MEMORY)


class Embedding:
    """Puts the observables of one document where 2.0 has them.

    objects: of 2.1.  lowered: the same as 2.0 says them, still with ids.  homes: the id of an observable -> the id of the
    observed-data that frames it.
    """

    def __init__(self, objects: Sequence[Any], lowered: Sequence[Any], kept: set[int]) -> None:
        self.objects, self.lowered, self.kept = objects, lowered, kept
        self.scos: dict[str, int] = {}
        self.places = {
            place for place, item in enumerate(objects) if place not in kept and is_named(item) and is_observable(item)
        }
        for place in sorted(self.places):
            self.scos.setdefault(objects[place]["id"], place)  # of two with one id, the second travels in the cargo
        named = {name: references(objects[place]) for name, place in self.scos.items()}
        self.links = {name: [ref for ref in refs if ref in self.scos] for name, refs in named.items()}
        self.homes: dict[str, str] = {}
        self.crowd: dict[str, None] = {}

    def run(self) -> list[Any]:
        """The objects of the document, and the frames after them."""
        framed = self._framed() if self.scos else set()
        rest = [(place, item) for place, item in enumerate(self.lowered) if place not in self.places]
        time = time_of([item for _, item in rest])
        out = [self._filled(item) if place not in self.kept and _observes(item) else item for place, item in rest]
        out += [self._frame(name, time) for name in self.scos if name in framed and name not in self.crowd]
        return [*out, self._crowd(time)] if self.crowd else out

    def _framed(self) -> set[str]:
        """The observables that get a frame; it holds what they name as well."""
        outside = {ref for place, item in enumerate(self.objects) if not self._is_inside(place, item)
                   for ref in references(item) if ref in self.scos}  # fmt: skip
        homes: dict[str, list[Any]] = {}
        for place, item in enumerate(self.lowered):
            if place not in self.kept and _observes(item):
                self._settle(self._roots(item), item.get(MARKED), homes)
        framed = {name for name in self.scos if name in outside}
        for name in self._first(framed):
            if name in framed or name not in homes:
                framed.add(name)
                self._settle([name], self._marked(name), homes)
        framed |= {name for name in self.scos if any(not set(home) <= set(self._marked(name)) for home in homes[name])}
        self.crowd |= dict.fromkeys(name for name in framed if self._with_named([name]) is None)
        return framed

    def _first(self, framed: set[str]) -> list[str]:
        """The observables in the order in which they are looked at: those that no other one names before those."""
        named = {ref for name in self.scos for ref in self.links[name] if ref != name}
        return sorted(self.scos, key=lambda name: (name not in framed, name in named))

    def _is_inside(self, place: int, item: Any) -> bool:
        if not isinstance(item, dict) or place in self.places:
            return True
        return place not in self.kept and _observes(self.lowered[place])

    def _settle(self, roots: Sequence[str], marked: Any, homes: dict[str, list[Any]]) -> None:
        names = self._with_named(roots)
        if names is None:
            self.crowd |= dict.fromkeys(roots)
            names, marked = self._all_named(roots), []
        for name in names:
            homes.setdefault(name, []).append(_texts(marked))

    def _marked(self, name: str) -> list[str]:
        return _texts(self.lowered[self.scos[name]].get(MARKED))

    def _roots(self, item: Object) -> list[str]:
        return [ref for ref in dict.fromkeys(_texts(item.get(ALL_REFS))) if ref in self.scos]

    def _with_named(self, roots: Sequence[str]) -> list[str] | None:
        """Observables and what they name, the nearest first; None where they name more than may be repeated everywhere."""
        found = dict.fromkeys(roots)
        todo = list(roots)
        while todo:
            named = (ref for name in todo for ref in self.links[name] if ref not in found)
            more = dict.fromkeys(islice(named, 2 * MOST))
            found |= more
            if len(found) > len(roots) + MOST:
                return None
            todo = list(more)
        return list(found)

    def _all_named(self, roots: Iterable[str]) -> list[str]:
        """The same, however many there are."""
        found = dict.fromkeys(roots)
        todo = deque(found)
        while todo:
            more = dict.fromkeys(ref for ref in self.links[todo.popleft()] if ref not in found)
            found |= more
            todo += more
        return list(found)

    def _filled(self, item: Object) -> Object:
        """An observed-data with what it refers to inside of it."""
        names = self._with_named(self._roots(item))
        if not names:
            return item
        keys = self._keys(names, memory(item).get("keys"))
        refs = item[ALL_REFS]
        inside = {keys[name]: self._inner(name, keys) for name in keys}
        out = {OBJECTS if key == ALL_REFS else key: inside if key == ALL_REFS else value for key, value in item.items()}
        if refs != list(keys):
            out[ALL_REFS] = refs
        return self._with_markings(out, {key: name for name, key in keys.items()}, item.get(MARKED, ()))

    def _keys(self, names: Sequence[str], remembered: Any) -> dict[str, str]:
        """A local key for each: the one that it had, else the next number."""
        had = remembered if isinstance(remembered, dict) else {}
        inside = set(names)
        keys = {name: key for name, key in had.items() if name in inside and isinstance(key, str)}
        taken = set(keys.values())
        free = (str(number) for number in count() if str(number) not in taken)
        return keys | {name: next(free) for name in names if name not in keys}

    def _inner(self, name: str, keys: Mapping[str, str], framed: bool = False) -> Object:
        """An observable as it stands inside; its id only where it does not follow from what it says."""
        place = self.scos[name]
        own, item = self.objects[place], self.lowered[place]
        out: Object = linked({key: value for key, value in item.items() if key not in UNTOLD}, keys)
        plain = {key: value for key, value in own.items() if key not in UNTOLD and key != "spec_version"}
        if not framed and observable_id(own["type"], plain) != name:
            out[OWN_ID] = name
        return recalled(out, memory(item))

    def _frame(self, name: str, time: str) -> Object:
        names = self._with_named([name]) or [name]
        keys = self._keys(names, None)
        item = self.lowered[self.scos[name]]
        markings = {MARKED: list(item[MARKED])} if MARKED in item else {}
        inner = {keys[one]: self._inner(one, keys, place == 0) for place, one in enumerate(names)}
        made = frame(name, inner, time, markings)
        self.homes[name] = made["id"]
        marked = self._with_markings(made, {keys[one]: one for one in names}, markings.get(MARKED, ()))
        return frame(name, inner, time, {key: marked[key] for key in (MARKED, GRANULAR) if key in marked})

    def _crowd(self, time: str) -> Object:
        """One observed-data for all observables that name too many others to have a frame each."""
        names = self._all_named(name for name in self.scos if name in self.crowd)
        keys = self._keys(names, None)
        made = frame(names[0], {keys[name]: self._inner(name, keys) for name in names}, time, {})
        del made[FRAMED]
        self.homes |= dict.fromkeys(self.crowd, str(made["id"]))
        return self._with_markings(made, {key: name for name, key in keys.items()}, ())

    def _with_markings(self, out: Object, names: Mapping[str, str], whole: Any) -> Object:
        """Who may see what stands inside, as granular markings where it is more than the whole."""
        granular: list[Any] = [_selecting_objects(found) for found in out.get(GRANULAR, ())]
        for key, name in names.items():
            item = self.lowered[self.scos[name]]
            for ref in item.get(MARKED, ()):
                if ref not in whole:
                    _add(granular, {"marking_ref": ref, "selectors": [f"{OBJECTS}.{key}"]})
            for found in item.get(GRANULAR, ()):
                _add(granular, {**found, "selectors": [f"{OBJECTS}.{key}.{word}" for word in found.get("selectors", ())]})
        return {**out, GRANULAR: granular} if granular else out


def _texts(value: Any) -> list[str]:
    """The texts of a list; none of what is no list of texts."""
    return value if isinstance(value, list) and all(isinstance(item, str) for item in value) else []


def _add(granular: list[Any], new: Object) -> None:
    """A granular marking among others; one for the same marking takes its selectors."""
    for place, found in enumerate(granular):
        if isinstance(found, dict) and found.keys() == new.keys() and found.get("marking_ref") == new.get("marking_ref"):
            granular[place] = {**found, "selectors": list(dict.fromkeys([*found["selectors"], *new["selectors"]]))}
            return
    granular.append(new)


def _selecting_objects(found: Any) -> Any:
    words = found.get("selectors") if isinstance(found, dict) else None
    if not isinstance(words, list):
        return found
    return {**found, "selectors": [OBJECTS if word == ALL_REFS else word for word in words]}


def _observes(item: Any) -> bool:
    return is_named(item) and item["type"] == "observed-data" and ALL_REFS in item and OBJECTS not in item
