"""What a target does not say natively travels beside it, and finds its way back.

A writer makes the native document; the same format's reader reads it back; whatever differs from the model is the
*cargo*.  So the cargo is what is missing by comparison, not by somebody's care, and a translation cannot call native
what does not come back.  Reading applies the cargo to what the document natively says; a value that was edited natively
in between wins over the cargo, and the ledger tells.

The cargo is plain JSON, in buckets: "" for the document, and one for each part that the format can address
(`Anchor`).  In a bucket, a step is a field name or an index; an object with "=" sets a value, "was" is what stood
there natively, "more" are further items of a list, "size" how many of the native ones count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from dragoman.ledger import Kind, Ledger
from dragoman.mapping.codecs import same_instant
from dragoman.model.incident import Incident
from dragoman.model.plain import build, fields, is_part, leaves, plain, shapes

Cargo = dict[str, dict[str, Any]]
Anchor = Callable[[Any], str | None]
SET, WAS, MORE, SIZE = "=", "was", "more", "size"


def no_anchor(part: Any) -> str | None:
    """For formats that carry everything in one place."""
    return None


@dataclass(slots=True)
class Comparison:
    """How `wanted` differs from `native`: the cargo, and what to tell of it."""

    anchor: Anchor = no_anchor
    cargo: Cargo = field(default_factory=dict)
    told: list[tuple[Kind, str, Any]] = field(default_factory=list)

    def documents(self, native: Sequence[Incident], wanted: Sequence[Incident]) -> Cargo:
        """The cargo that makes `wanted` of `native`."""
        root = self._list(native, wanted, "", Incident)
        if root:
            self.cargo[""] = root
        return self.cargo

    def _part(self, native: Any, wanted: Any, path: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        known = shapes(type(wanted))
        for name in fields(type(wanted)):
            before, after = getattr(native, name), getattr(wanted, name)
            if before is not after and before != after:
                change = self._value(before, after, f"{path}/{name}", known[name][0])
                if change:
                    found[name] = change
        name = self.anchor(native)
        if name is not None and found:
            self.cargo[name] = found
            return {}
        return found

    def _value(self, native: Any, wanted: Any, path: str, declared: type | None) -> dict[str, Any]:
        if is_part(native) and type(native) is type(wanted):
            return self._part(native, wanted, path)
        if _parts(native) or _parts(wanted):
            if isinstance(native, list | tuple) and isinstance(wanted, list | tuple):
                return self._list(native, wanted, path, declared)
        if is_part(native) or is_part(wanted):
            return self._replace(native, wanted, path, declared)
        return self._scalar(native, wanted, path)

    def _list(self, native: Sequence[Any], wanted: Sequence[Any], path: str, declared: type | None) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for index, (before, after) in enumerate(zip(native, wanted, strict=False)):
            if before != after:
                change = self._value(before, after, f"{path}/{index}", declared)
                if change:
                    found[str(index)] = change
        if len(wanted) > len(native):
            more = wanted[len(native) :]
            found[MORE] = [plain(item, declared) for item in more]
            self._tell(Kind.CARRIED, more, path, len(native))
        elif len(wanted) < len(native):
            found[SIZE] = len(wanted)
            self._tell(Kind.DEFAULTED, native[len(wanted) :], path, len(wanted))
        return found

    def _replace(self, native: Any, wanted: Any, path: str, declared: type | None) -> dict[str, Any]:
        if wanted is None or wanted == ():
            self._tell(Kind.DEFAULTED, [native], path)
            return {SET: None}
        self._tell(Kind.CARRIED, [wanted], path)
        return {SET: plain(wanted, declared)}

    def _scalar(self, native: Any, wanted: Any, path: str) -> dict[str, Any]:
        if native is None or native == ():
            self._tell(Kind.CARRIED, [wanted], path)
            return {SET: wanted}
        if wanted is None or wanted == ():
            self._tell(Kind.DEFAULTED, [native], path)
            return {SET: None, WAS: native}
        if not same_value(native, wanted):
            self._tell(Kind.NARROWED, [wanted], path)
        return {SET: wanted, WAS: native}

    def _tell(self, kind: Kind, values: Iterable[Any], path: str, start: int | None = None) -> None:
        for index, value in enumerate(values):
            place = path if start is None else f"{path}/{start + index}"
            self.told += [(kind, leaf, scalar) for leaf, scalar in leaves(value, place)]


def same_value(native: Any, wanted: Any) -> bool:
    """Equal but for spelling: two timestamps of one instant, two texts apart by white space."""
    if not isinstance(native, str) or not isinstance(wanted, str):
        return bool(native == wanted)
    return native.split() == wanted.split() or same_instant(native, wanted)


def _parts(value: Any) -> bool:
    return isinstance(value, list | tuple) and any(is_part(item) for item in value)


@dataclass(slots=True)
class Unloading:
    """Puts cargo back into what a document natively says; tells what no longer fits."""

    ledger: Ledger
    anchor: Anchor = no_anchor

    def documents(self, native: list[Incident], cargo: Cargo) -> list[Incident]:
        """The incidents as they were before they were written; `native` is changed in place."""
        waiting = dict(cargo)
        root = waiting.pop("", None)
        if waiting:
            for incident in native:
                self._anchored(incident, waiting)
        for name in waiting:
            self.ledger.note(Kind.DROPPED, "D302", name, "what was carried for it found nobody: it is gone", name)
        return list(self._items(native, root, "", Incident)) if root else native

    def _anchored(self, part: Any, waiting: Cargo) -> None:
        name = self.anchor(part)
        if name is not None and name in waiting:
            self._part(part, waiting.pop(name), name)
        for child in _children(part):
            self._anchored(child, waiting)

    def _part(self, part: Any, changes: dict[str, Any], path: str) -> None:
        known = shapes(type(part))
        for name, change in changes.items():
            if name in known and isinstance(change, dict):
                current = getattr(part, name)
                setattr(part, name, self._changed(current, change, f"{path}/{name}", known[name][0]))

    def _changed(self, current: Any, change: dict[str, Any], path: str, declared: type | None) -> Any:
        if SET in change:
            return self._set(current, change, path, declared)
        if is_part(current):
            self._part(current, change, path)
            return current
        if isinstance(current, list | tuple):
            return self._items(current, change, path, declared)
        self.ledger.note(Kind.DROPPED, "D302", path, "what was carried for it found nobody: it is gone")
        return current

    def _set(self, current: Any, change: dict[str, Any], path: str, declared: type | None) -> Any:
        if WAS in change and _listed(current) != _listed(change[WAS]):
            self.ledger.note(Kind.DROPPED, "D301", path, "edited since it was carried: the native value wins")
            return current
        value = build(change[SET], declared)
        return () if value is None and isinstance(current, list | tuple) else value

    def _items(self, current: Sequence[Any], change: dict[str, Any], path: str, declared: type | None) -> Sequence[Any]:
        items = list(current)[: change.get(SIZE, len(current))]
        for step, inner in change.items():
            if step.isdigit() and int(step) < len(items) and isinstance(inner, dict):
                items[int(step)] = self._changed(items[int(step)], inner, f"{path}/{step}", declared)
        more = change.get(MORE)
        return items + (build(more, declared) if isinstance(more, list) else []) or ()


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _children(part: Any) -> Iterator[Any]:
    for name in fields(type(part)):
        value = getattr(part, name)
        if is_part(value):
            yield value
        elif isinstance(value, list | tuple):
            yield from (item for item in value if is_part(item))
