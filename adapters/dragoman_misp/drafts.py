"""The parts of an object: made of its attributes by the row of its template, and told as attributes again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from dragoman.model.plain import is_part
from dragoman_misp.exact import Object
from dragoman_misp.growing import Growing
from dragoman_misp.paths import Fields
from dragoman_misp.rows import rows
from dragoman_misp.templates import ObjectRow, Slot
from dragoman_misp.values import Unfit

OWN = ("Tag", "Galaxy", "deleted", "Sighting", "data")  # an attribute that says one of these for itself is a part of its own


@dataclass(slots=True)
class Drafts:
    """What the attributes of one object say of its parts.  used: the slot that each attribute went to."""

    row: ObjectRow
    fields: dict[str, list[Fields]] = field(default_factory=dict)
    used: list[str | None] = field(default_factory=list)

    @classmethod
    def of(cls, row: ObjectRow, items: Sequence[Object]) -> Drafts:
        """Raises Unfit when too little is said for the parts of the row."""
        drafts = cls(row)
        drafts.used = [drafts._put(item) for item in items]
        said = {item.get("object_relation") for item, slot in zip(items, drafts.used, strict=True) if slot is not None}
        if not said or any(name not in said for slot in row.slots for name in slot.must):
            raise Unfit
        return drafts

    def _put(self, item: Object) -> str | None:
        relation, value = item.get("object_relation"), text_of(item.get("value"))
        slot = self.row.places.get(relation) if type(relation) is str else None
        if slot is None or not value or any(item.get(name) for name in OWN):
            return None
        made: Fields = {} if slot.each else self.fields.get(slot.name, [{}])[0]
        try:
            _checked(item.get("type"), value)
            for path in slot.says[relation]:  # type: ignore[index]
                path.put(made, value)
        except Unfit:
            return None
        self.fields.setdefault(slot.name, [] if slot.each else [made])
        if slot.each:
            self.fields[slot.name].append(made)
        return slot.name

    def domain(self) -> Any:
        """The domain object.  Raises Unfit."""
        slot = self.row.slots[0]
        return slot.make(self.fields.get(slot.name, [{}])[0])

    def observables(self, growing: Growing) -> list[str]:
        """Adds the observables; their ids, the main one first.  Raises Unfit when there is none."""
        made: dict[str, list[str]] = {}
        for slot in reversed(self.row.slots):
            try:
                made[slot.name] = [growing.observable(part) for part in self._parts(slot, made)]
            except Unfit:
                self.used = [None if name == slot.name else name for name in self.used]
        ids = [found for slot in self.row.slots for found in made.get(slot.name, ())]
        if not ids:
            raise Unfit
        return list(dict.fromkeys(ids))

    def _parts(self, slot: Slot, made: dict[str, list[str]]) -> list[Any]:
        refs: Fields = {}
        for name, slots in slot.refs.items():
            if ids := [found for other in slots for found in made.get(other, ())]:
                refs[name] = ids if name.endswith("refs") else ids[0]
        first = slot is self.row.slots[0] and refs and not slot.each
        return [slot.make(fields | refs) for fields in self.fields.get(slot.name, [{}] if first else [])]


def text_of(value: Any) -> str | None:
    """The text of a value; some write numbers as such."""
    return value if type(value) is str else str(value) if type(value) is int else None


def _checked(kind: Any, value: str) -> None:
    """Raises Unfit for a value that its type cannot have."""
    row = rows().get(kind) if type(kind) is str else None
    if row is not None and row.sides == 1:
        row.split(value)
        if row.stands is not None and not row.stands(value):
            raise Unfit


def told_members(row: ObjectRow, parts: Sequence[Any], finds: bool) -> list[Object]:
    """The attributes that the parts of an object say, in the order of the row."""
    return [row.attribute(relation, value, finds) for _, _, relation, value in _said(row, parts)]


def pattern_of(row: ObjectRow, parts: Sequence[Any], sought: Collection[tuple[str, str]]) -> str | None:
    """The pattern that finds what is for detection in the observables of an object; None when nothing is.

    sought: the names of slots, and the values there.
    """
    places = dict(_prefixes(row, _standing(row, parts)))
    found: list[str] = []
    for slot, part, relation, value in _said(row, parts):
        if (slot.name, value) not in sought:
            continue
        prefix = places.get(part.id, f"{part.type}:")
        if slot.type == "ip" and prefix.startswith("network-traffic:"):
            found.append(f"{prefix}type = '{part.type}'")
        found.append(prefix + slot.says[relation][0].sought(value))
    return f"[{' AND '.join(dict.fromkeys(found))}]" if found else None


def _said(row: ObjectRow, parts: Sequence[Any]) -> Iterator[tuple[Slot, Any, str, str]]:
    """What the parts of an object say: slot, part, relation and value."""
    standing = _standing(row, parts)
    for slot in row.slots:
        for part in standing.get(slot.name, ()):
            told = set()
            for relation, paths in slot.says.items():
                place = (*paths[0].steps, paths[0].source)
                if place not in told:
                    told.add(place)
                    for value in paths[0].get(part):
                        yield slot, part, relation, value


def _prefixes(row: ObjectRow, standing: dict[str, list[Any]]) -> Iterator[tuple[str, str]]:
    """How a pattern comes to the observables that the main one refers to."""
    main = row.slots[0]
    for part in standing.get(main.name, ())[:1]:
        for name, slots in main.refs.items():
            step = f"{part.type}:{name}{'[*]' if name.endswith('refs') else ''}."
            for slot in slots:
                yield from ((other.id, step) for other in standing.get(slot, ()))


def _standing(row: ObjectRow, parts: Sequence[Any]) -> dict[str, list[Any]]:
    """Which parts stand in which slot: what a part refers to stands where its row says, others where they fit."""
    if row.domain:
        return {row.slots[0].name: list(parts)}
    known = {part.id: part for part in parts if is_part(part)}
    slots = {slot.name: slot for slot in row.slots}
    found: dict[str, list[Any]] = {name: [] for name in slots}
    main = row.slots[0]
    first = [part for part in known.values() if main.fits(part)]
    _stand(first if main.each else first[:1], main, known, found)
    for slot in row.slots:
        for part in found[slot.name]:
            for name, others in slot.refs.items():
                ids = getattr(part, name)
                for ref in ids if isinstance(ids, list | tuple) else (ids,):
                    other = next((slots[o] for o in others if ref in known and slots[o].fits(known[ref])), None)
                    if other is not None:
                        _stand([known[ref]], other, known, found)
    for part in list(known.values()):
        other = next((slot for slot in row.slots if slot.fits(part) and (slot.each or not found[slot.name])), None)
        if other is not None:
            _stand([part], other, known, found)
    return found


def _stand(parts: Sequence[Any], slot: Slot, known: dict[str, Any], found: dict[str, list[Any]]) -> None:
    for part in parts:
        found[slot.name].append(part)
        del known[part.id]
