"""Cargo put back into what a document natively says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from dragoman.align import Anchor, Pair, Prints, gaps, matches, split
from dragoman.carry.bucket import AT, DROP, ITEMS, MORE, OF, SET, Cargo, Change, has_parts, is_empty, is_list, no_anchor
from dragoman.ledger import Kind, Ledger
from dragoman.model.incident import Incident
from dragoman.model.plain import build, check, is_part, parts, shapes


@dataclass(slots=True)
class Unloading:
    """Puts cargo back into what a document natively says; tells what no longer fits.

    The cargo comes from outside like everything else in a document: what is no cargo of ours is told and left out.
    """

    ledger: Ledger
    anchor: Anchor = no_anchor
    _prints: Prints = field(init=False)

    def __post_init__(self) -> None:
        self._prints = Prints(self.anchor)

    def documents(self, native: list[Incident], cargo: Cargo) -> list[Incident]:
        """The incidents as they were before they were written; `native` is changed in place."""
        waiting = {name: change for name, change in cargo.items() if name}
        named = self._named(native, waiting)
        root = cargo.get("")
        found = list(self._items(native, root, "", Incident)) if isinstance(root, dict) else native
        for name, change in waiting.items():
            if name not in named:
                self._gone(name)
            elif isinstance(change, dict):
                self._part(named[name], change, name)
        return found

    def _named(self, native: list[Incident], waiting: Cargo) -> dict[str, Any]:
        """The parts that cargo waits for.  Two of one name are none: nobody may get what belongs to another."""
        if not waiting:
            return {}
        found: dict[str, Any] = {}
        count: Counter[str] = Counter()
        for part in parts(native):
            name = self.anchor(part)
            if name and name in waiting:
                found[name] = part
                count[name] += 1
        return {name: part for name, part in found.items() if count[name] == 1}

    def _part(self, part: Any, changes: Change, path: str) -> None:
        cls: type = type(part)
        known = shapes(cls)
        for name, change in changes.items():
            if name not in known or not isinstance(change, dict):
                continue
            current = getattr(part, name)
            try:
                value = self._changed(current, change, f"{path}/{name}", known[name][0])
                check(cls, name, value)
            except ValueError:
                self._garbled(f"{path}/{name}")
            else:
                setattr(part, name, value)

    def _changed(self, current: Any, change: Change, path: str, declared: type | None) -> Any:
        if SET in change:
            return self._set(current, change, path, declared)
        if is_part(current):
            self._part(current, change, path)
            return current
        if is_list(current):
            return self._items(current, change, path, declared)
        self._gone(path)
        return current

    def _set(self, current: Any, change: Change, path: str, declared: type | None) -> Any:
        if self._print(current) != change.get(OF):
            self.ledger.note(Kind.DROPPED, "D301", path, "edited since it was carried: the native value wins")
            return current
        value = build(change[SET], declared)
        return () if value is None and is_list(current) else value

    def _print(self, current: Any) -> str | None:
        if is_empty(current):
            return None
        return self._prints.all(current) if has_parts(current) else self._prints.of(current)

    def _items(self, current: Sequence[Any], change: Change, path: str, declared: type | None) -> Sequence[Any]:
        old = split(change.get(OF))
        place = dict(self._places(old, current))
        items: list[Any] = list(current)
        for step, inner in _pairs_in(change.get(ITEMS)):
            if step in place:
                where = place[step]
                items[where] = self._changed(items[where], inner, f"{path}/{where}", declared)
            else:
                self._gone(f"{path}/{step}")
        drop = change.get(DROP)
        out = {place[i] for i in drop if isinstance(i, int) and i in place} if isinstance(drop, list) else ()
        kept = [item for where, item in enumerate(items) if where not in out]
        more = change.get(MORE)
        return _merged(kept, build(more, declared) if isinstance(more, list) else [], change.get(AT)) or ()

    def _places(self, old: list[str], current: Sequence[Any]) -> Iterator[Pair]:
        """Where each of the native items stands now.  Between those that are as they were, as many are the edited ones;
        when their number differs, nobody knows which is which, and what was carried for them is let go."""
        if not old:
            return
        new = split(self._prints.all(current))
        if old == new:
            yield from zip(range(len(old)), range(len(new)), strict=True)
            return
        pairs = matches(old, new)
        yield from pairs
        for before, after in gaps(pairs, len(old), len(new)):
            if len(before) == len(after):
                yield from zip(before, after, strict=True)

    def _gone(self, path: str) -> None:
        self.ledger.note(Kind.DROPPED, "D302", path, "what was carried for it found nobody: it is gone", path)

    def _garbled(self, path: str) -> None:
        self.ledger.note(Kind.DROPPED, "D303", path, "what was carried for it cannot be understood: it is gone", path)


def _pairs_in(listed: Any) -> Iterator[tuple[int, Change]]:
    """The pairs of an index and its changes; whatever else is there is none of ours."""
    for pair in listed if isinstance(listed, list) else ():
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], int) and isinstance(pair[1], dict):
            yield pair[0], pair[1]


def _merged(kept: list[Any], more: list[Any], at: Any) -> list[Any]:
    """Further items at their places among all; at the end when no places are given."""
    if not isinstance(at, list) or len(at) != len(more):
        return kept + more
    waiting = {place: item for place, item in zip(at, more, strict=True) if isinstance(place, int)}
    out: list[Any] = []
    for item in kept:
        while len(out) in waiting:
            out.append(waiting.pop(len(out)))
        out.append(item)
    return out + [item for _, item in sorted(waiting.items(), key=lambda pair: pair[0])]
