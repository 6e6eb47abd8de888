"""What a target does not say natively travels beside it, and finds its way back.

A writer makes the native document; the same format's reader reads it back; whatever differs from the model is the
*cargo*.  So the cargo is what is missing by comparison, not by somebody's care, and a translation cannot call native
what does not come back.  Reading applies the cargo to what the document natively says; a value that was edited natively
in between wins over the cargo, what was carried for a part that is gone goes with it, and the ledger tells.

The cargo is plain JSON, in buckets: "" for the document, and one for each part that the format can address
(`Anchor`).  In a bucket, a step is a field name.  An object with "=" sets a value, and "of" is the print (`align`) of
what stood there natively; it is left out when nothing did.  For a list, "of" holds the prints of the native items,
"items" are pairs of the index of one and its changes, "drop" names those that do not count, "more" are further items,
and "at" is where they stand among all (at the end, when it is left out).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import is_not
from typing import Any

from dragoman.align import Anchor as Anchor
from dragoman.align import Pair, Prints, closest, gaps, matches, split
from dragoman.ledger import Kind, Ledger
from dragoman.mapping.codecs import same_instant
from dragoman.model.incident import Incident
from dragoman.model.plain import build, check, fields, is_part, leaves, parts, plain, shapes, values_of

Change = dict[str, Any]
Cargo = dict[str, Change]
SET, OF, ITEMS, DROP, MORE, AT = "=", "of", "items", "drop", "more", "at"


def no_anchor(part: Any) -> str | None:
    """For formats that carry everything in one place."""
    return None


def markings_in(cargo: Any) -> Iterator[str]:
    """Every marking that is carried, of parts and of single fields: what holds a cargo is marked as strictly as any."""
    stack = [cargo]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            words = [item.get("marking"), *_said(item.get("markings")), *_said(item.get("history_markings"))]
            yield from (word for word in words if isinstance(word, str) and word)
            yield from _of_label(item.get("tlp"))
            stack += item.values()
        elif isinstance(item, list):
            stack += item


def _of_label(held: Any) -> Iterator[str]:
    """The values of the paper's label that is carried; its words mean the same under both schemes."""
    if isinstance(held, dict):
        yield from (f"us-cert:{word}".lower() for word in _said(held.get("value")) if isinstance(word, str))
        for inner in held.values():
            yield from _of_label(inner)
    elif isinstance(held, list):
        for inner in held:
            yield from _of_label(inner)


def _said(held: Any) -> Iterator[Any]:
    """The items of a list that is carried: as a value, or as a change."""
    for words in (held.get(SET), held.get(MORE)) if isinstance(held, dict) else (held,):
        yield from words if isinstance(words, list) else [words]


@dataclass(slots=True)
class Comparison:
    """How `wanted` differs from `native`: the cargo, and what to tell of it."""

    anchor: Anchor = no_anchor
    cargo: Cargo = field(default_factory=dict)
    told: list[tuple[Kind, str, Any]] = field(default_factory=list)
    _prints: Prints = field(init=False)
    _native: Sequence[Incident] = ()
    _names: Counter[str | None] | None = None

    def __post_init__(self) -> None:
        self._prints = Prints(self.anchor)

    def documents(self, native: Sequence[Incident], wanted: Sequence[Incident]) -> Cargo:
        """The cargo that makes `wanted` of `native`."""
        self._native = native
        root = self._list(native, wanted, "", Incident)
        if root:
            self.cargo[""] = root
        return self.cargo

    def _part(self, native: Any, wanted: Any, path: str) -> Change:
        found: Change = {}
        cls: type = type(wanted)
        values = values_of(cls)
        told, said = values(native), values(wanted)
        for name, before, after in compress(zip(fields(cls), told, said, strict=True), map(is_not, told, said)):
            if before != after:
                change = self._value(before, after, f"{path}/{name}", shapes(cls)[name][0])
                if change:
                    found[name] = change
        own = self.anchor(native)
        if own and found and (path.count("/") == 1 or self._alone(own)):  # an incident has no namesake below it
            self.cargo[own] = found
            return {}
        return found

    def _alone(self, name: str) -> bool:
        """Whether only one part has a name; counted when it is first asked, for most documents differ in few places."""
        if self._names is None:
            self._names = Counter(map(self.anchor, parts(self._native)))
        return self._names[name] == 1

    def _value(self, native: Any, wanted: Any, path: str, declared: type | None) -> Change:
        if native is wanted:
            return {}
        if type(native) is type(wanted) and is_part(native):
            return self._part(native, wanted, path)
        if native == wanted:
            return {}
        if _is_list(native) and _is_list(wanted) and (_has_parts(native) or _has_parts(wanted)):
            return self._list(native, wanted, path, declared)
        return self._replace(native, wanted, path, declared)

    def _list(self, native: Sequence[Any], wanted: Sequence[Any], path: str, declared: type | None) -> Change:
        pairs = self._pairs(native, wanted)
        found: Change = {}
        changes = [(i, self._value(native[i], wanted[j], f"{path}/{j}", declared)) for i, j in pairs]
        if items := [[i, change] for i, change in changes if change]:
            found[ITEMS] = items
        kept, stay = {i for i, _ in pairs}, {j for _, j in pairs}
        if drop := [i for i in range(len(native)) if i not in kept]:
            found[DROP] = drop
            self._tell(Kind.DEFAULTED, ((native[i], f"{path}/{i}") for i in drop))
        if found:
            found[OF] = self._prints.all(native)
        if more := [j for j in range(len(wanted)) if j not in stay]:
            found |= self._more(wanted, more, path, declared)
        return found

    def _pairs(self, native: Sequence[Any], wanted: Sequence[Any]) -> list[Pair]:
        """Which native item stands for which wanted one."""
        if len(native) == len(wanted) or not native or not wanted:
            return list(zip(range(len(native)), range(len(wanted)), strict=False))
        prints = Prints(no_anchor)
        pairs = matches([prints.of(item) for item in native], [prints.of(item) for item in wanted])
        found = list(pairs)
        for old, new in gaps(pairs, len(native), len(wanted)):
            near = closest([native[i] for i in old], [wanted[j] for j in new])
            found += [(old[i], new[j]) for i, j in near]
        return sorted(found)

    def _more(self, wanted: Sequence[Any], more: list[int], path: str, declared: type | None) -> Change:
        self._tell(Kind.CARRIED, ((wanted[j], f"{path}/{j}") for j in more))
        change: Change = {MORE: [plain(wanted[j], declared) for j in more]}
        if more[0] != len(wanted) - len(more):
            change[AT] = more
        return change

    def _replace(self, native: Any, wanted: Any, path: str, declared: type | None) -> Change:
        if _listed(native) == _listed(wanted):
            return {}
        if _is_empty(native):
            self._tell(Kind.CARRIED, [(wanted, path)])
            return {SET: plain(wanted, declared)}
        if _is_empty(wanted):
            self._tell(Kind.DEFAULTED, [(native, path)])
            return {SET: None, OF: self._print(native)}
        if is_part(native) or is_part(wanted):
            self._tell(Kind.CARRIED, [(wanted, path)])
        elif not same_value(native, wanted):
            self._tell(Kind.NARROWED, [(wanted, path)])
        return {SET: plain(wanted, declared), OF: self._print(native)}

    def _print(self, native: Any) -> str:
        return self._prints.all(native) if _has_parts(native) else self._prints.of(native)

    def _tell(self, kind: Kind, values: Iterable[tuple[Any, str]]) -> None:
        for value, path in values:
            self.told += [(kind, leaf, scalar) for leaf, scalar in leaves(value, path)]


def same_value(native: Any, wanted: Any) -> bool:
    """Equal but for spelling: two timestamps of one instant, two texts apart by white space."""
    if not isinstance(native, str) or not isinstance(wanted, str):
        return bool(native == wanted)
    return native.split() == wanted.split() or same_instant(native, wanted)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _has_parts(value: Any) -> bool:
    return isinstance(value, list | tuple) and any(is_part(item) for item in value)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, list | tuple) and not value)


def _listed(value: Any) -> Any:
    return None if _is_empty(value) else list(value) if isinstance(value, tuple) else value


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
        if _is_list(current):
            return self._items(current, change, path, declared)
        self._gone(path)
        return current

    def _set(self, current: Any, change: Change, path: str, declared: type | None) -> Any:
        if self._print(current) != change.get(OF):
            self.ledger.note(Kind.DROPPED, "D301", path, "edited since it was carried: the native value wins")
            return current
        value = build(change[SET], declared)
        return () if value is None and _is_list(current) else value

    def _print(self, current: Any) -> str | None:
        if _is_empty(current):
            return None
        return self._prints.all(current) if _has_parts(current) else self._prints.of(current)

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
