"""What other formats observed and look for, as attributes and objects of MISP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dragoman.model import File, Incident, Indicator, Observable, Observation
from dragoman.model.naming import identified
from dragoman.model.plain import copied
from dragoman_misp.exact import Object
from dragoman_misp.growing import UUID, derived
from dragoman_misp.guarding import nested
from dragoman_misp.natural import attribute_of, object_of, refs_of, sought_attribute, sought_object
from dragoman_misp.tags import raising
from dragoman_misp.templates import ObjectRow
from dragoman_misp.times import to_epoch
from dragoman_misp.told import BARE, Around, times_of, told_attribute

CUSTOM, TERM = "text", "term"


class Foreign:
    """Tells the parts of an incident that no attribute or object of MISP's own says.

    told: the ids of parts that are told; it grows.  attributes, objects: what they are told as, with the parts.
    """

    def __init__(self, incident: Incident, around: Around, told: set[str]) -> None:
        self.incident, self.around, self.parts, self.told = incident, around, around.parts, told
        self.attributes: list[tuple[Any, Object]] = []
        self.objects: list[tuple[Any, Object]] = []
        self.within: dict[str, Sequence[Any]] = {}
        self._uuids: set[str] = {ref[-36:] for ref in told}

    def tell(self) -> None:
        """Tells indicators, then observations, then observables that stand alone."""
        for indicator in self.incident.indicators:
            if indicator.id not in self.told:
                self._indicator(indicator)
        for observation in self.incident.observations:
            if observation.id not in self.told:
                self._observation(observation)
        inner = {ref for part in self.incident.observables if part.id not in self.told for ref in refs_of(part)}
        for part in sorted(self.incident.observables, key=lambda part: part.id in inner):
            if part.id not in self.told:
                self._observables(part, uuid_of(part.id, BARE), part, {})
        self._nested()

    def _nested(self) -> None:
        """What stands inside systems, records and the terms of indicators."""
        incident = self.incident
        for part, marks in nested([*incident.events, *incident.systems], incident.markings):
            self._inner(part, marks, finds=False)
        for indicator in incident.indicators:
            if indicator.term is not None:
                for part, marks in nested([indicator.term], indicator.markings or incident.markings):
                    self._inner(part, marks, finds=True)

    def _inner(self, part: Any, markings: Sequence[str], finds: bool) -> None:
        """An observable that another part holds, once for all places, with the markings that hold for it there."""
        flat = identified(flattened(part))
        if raising(markings, self.incident.markings):
            flat.markings = markings
        if flat.id in self.told:
            return
        if not finds:
            self._observables(flat, uuid_of(flat.id, BARE), flat, {})
        elif (found := attribute_of([flat], whole=False)) is not None:
            self._told(flat)
            self._attribute(flat, found, {"uuid": uuid_of(flat.id, TERM)}, finds=True)

    def _indicator(self, indicator: Indicator) -> None:
        """An indicator by what it looks for; by its pattern when that is more than values."""
        pattern = indicator.pattern
        if not pattern or not indicator.id:
            return
        self._told(indicator)
        stix = indicator.pattern_type in ("stix", None)
        several = sought_object(pattern) if stix and sought_attribute(pattern) is None else None
        if several is None:
            self._as_told(indicator)
        else:
            self._object(indicator, several, _common(indicator))

    def _observation(self, observation: Observation) -> None:
        """What was seen together: one attribute or object when one says it, else each for itself."""
        seen = [self.parts[ref] for ref in observation.object_refs if isinstance(self.parts.get(ref), Observable)]
        if not seen:
            return
        if attribute_of(seen) is not None:
            self._told(observation, *seen)
            self._as_told(observation)
            return
        said = _common(observation) | times_of(observation)
        if self._observables(seen[0], said["uuid"], observation, said):
            for part in seen[1:]:
                if part.id not in self.told:
                    self._observables(part, uuid_of(part.id, BARE), part, {})

    def _as_told(self, main: Any) -> None:
        """A part as the attribute that its reader would know it by."""
        said = told_attribute(main, self.around)
        if "comment" not in said and main.name:
            said["comment"] = main.name
        self.attributes.append((main, self._own(said, main)))

    def _observables(self, part: Any, uuid: str, main: Any, said: Object) -> bool:
        """Tells an observable with those that it refers to."""
        whole = [part, *self._referred(part)]
        for parts in (whole, [part]) if len(whole) > 1 else ([part],):
            if (found := attribute_of(parts)) is not None:
                self._told(main, *parts)
                self.within[main.id] = parts
                self._attribute(main, found, {"uuid": uuid} | said, finds=False)
                return True
        several = object_of(whole)
        if several is None:
            words = attribute_of([part], whole=False) or _words(part)
            if words is None:
                return False
            self._told(main, part)
            self.within[main.id] = [part]
            self._attribute(main, words, {"uuid": uuid} | said, finds=False)
            return True
        self._told(main, *whole)
        self.within[main.id] = whole
        self._object(main, several, {"uuid": uuid} | said)
        return True

    def _referred(self, part: Any) -> list[Any]:
        refs = dict.fromkeys(ref for ref in refs_of(part) if ref in self.parts and ref != part.id)
        return [self.parts[ref] for ref in refs if isinstance(self.parts[ref], Observable)]

    def _told(self, *parts: Any) -> None:
        self.told.update(part.id for part in parts if part.id)

    def _attribute(self, main: Any, found: Object, said: Object, finds: bool) -> None:
        made = {"type": found["type"], "to_ids": finds} | self._own(said, main) | {"value": found["value"]}
        self.attributes.append((main, made | {"data": found["data"]} if "data" in found else made))

    def _object(self, main: Any, found: tuple[ObjectRow, list[Object]], said: Object) -> None:
        row, members = found
        made = {"name": row.name} | dict(row.template) | self._own(said, main)
        inner = [member | {"uuid": derived("attribute", f"{member['object_relation']} {n}", made["uuid"])[-36:]}
                 for n, member in enumerate(members)]  # fmt: skip
        self.objects.append((main, made | {"Attribute": inner}))

    def _own(self, said: Object, main: Any) -> Object:
        """With a uuid that nothing else has: some give an indicator and what it is based on the same one."""
        if said["uuid"] in self._uuids:
            said = said | {"uuid": derived("attribute", "again", main.id or "")[-36:]}
        self._uuids.add(said["uuid"])
        return said


def flattened(part: Any) -> Any:
    """An observable without what only nesting formats say; digests under their names."""
    made = copied(part, id=None, markings=part.markings, residue=None, category=None)
    if isinstance(part, File):
        said = [digest for scope in part.hash_sets for digest in scope.hashes if digest.algorithm and digest.value]
        made.hashes = {**(part.hashes or {}), **{digest.algorithm: digest.value for digest in said}} or None
        made.hash_sets = ()
    return made


def uuid_of(id: str | None, role: str) -> str:
    """The uuid of what tells a part: its own where it has one that nothing else needs."""
    uuid = (id or "")[-36:]
    return uuid if role not in (BARE, TERM) and UUID.fullmatch(uuid) else derived("attribute", role, id or "")[-36:]


def _common(main: Any) -> Object:
    """What an attribute or object says of itself, from a part that has a life of its own."""
    found: Object = {"uuid": uuid_of(main.id, type(main).__name__)}
    if main.modified and (stamp := to_epoch(main.modified)) is not None:
        found["timestamp"] = stamp
    text = main.description[0] if main.description else main.name
    if text:
        found["comment"] = text if isinstance(text, str) else text.value
    if main.revoked:
        found["deleted"] = True
    return found


def _words(part: Any) -> Object | None:
    """An observable that MISP has no type for, as a text."""
    named = (part.value, getattr(part, "name", None), getattr(part, "key", None), getattr(part, "subject", None))
    value = next((text for text in named if isinstance(text, str) and text), None)
    return {"type": CUSTOM, "value": value} if value else None
