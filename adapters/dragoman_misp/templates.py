"""The rows of object templates (`mappings/misp-objects.yaml`), compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from dragoman.mapping.table import facts
from dragoman.model import Address, Indicator, Observation
from dragoman.model.plain import classes
from dragoman_misp.paths import Fields, Path
from dragoman_misp.rows import category_of, detects, known_type
from dragoman_misp.shapes import ADDRESSES, observable_classes
from dragoman_misp.values import Unfit, address_kind

TABLE = "misp-objects"


@dataclass(slots=True)
class Slot:
    """A part of an object: one of its observables, or the domain object that it is."""

    name: str
    cls: type
    type: str | None
    says: Mapping[str, Sequence[Path]]
    each: bool = False
    refs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fill: Fields = field(default_factory=dict)
    need: Sequence[str] = ()
    must: Sequence[str] = ()

    def make(self, fields: Fields) -> Any:
        """The part with these fields.  Raises Unfit when it would say too little, or an address that is none."""
        fields = self.fill | fields
        if self.need and not any(name in fields for name in self.need):
            raise Unfit
        if self.cls is Address:
            kind = address_kind(fields.get("value", "")) if self.type == "ip" else self.type
            if kind is None:
                raise Unfit
            fields["type"] = kind
        return self.cls(**fields)

    def fits(self, part: Any) -> bool:
        """Whether a part is of this kind."""
        if type(part) is not self.cls:
            return False
        return not isinstance(part, Address) or (part.type in ADDRESSES if self.type == "ip" else part.type == self.type)


@dataclass(slots=True)
class ObjectRow:
    """An object template."""

    name: str
    slots: Sequence[Slot]
    domain: bool
    holder: str
    kind: str
    template: Mapping[str, str]
    types: Mapping[str, str]
    places: Mapping[str, Slot] = field(default_factory=dict)

    def type_of(self, relation: str) -> str:
        """The type of the attribute that stands under a relation."""
        return self.types.get(relation) or (relation if known_type(relation) else "text")

    def told_by(self, main: Any) -> bool:
        """Whether a part may be the main one of such an object, rather than a group of attributes or a note."""
        return type(main) is self.slots[0].cls if self.domain else isinstance(main, Observation | Indicator)

    def attribute(self, relation: str, value: str, finds: bool) -> Fields:
        """An attribute of such an object as its template has it."""
        kind = self.type_of(relation)
        found: Fields = {"object_relation": relation, "type": kind, "category": category_of(kind)}
        return found | {"to_ids": finds and detects(kind), "value": value}


@cache
def templates() -> dict[str, ObjectRow]:
    """Every object that has a row, by its name."""
    return {name: _row(name, raw) for name, raw in facts(TABLE)["objects"].items()}


def _row(name: str, raw: Mapping[str, Any]) -> ObjectRow:
    domain = "part" in raw
    slots = [_slot(name, raw, classes()[raw["part"]])] if domain else [_observable(*item) for item in raw["seen"].items()]
    places = {relation: slot for slot in slots for relation in slot.says}
    holder, kind = raw.get("list", "observations"), raw.get("kind", "observed-data")
    return ObjectRow(name, slots, domain, holder, kind, raw["template"], raw.get("types", {}), places)


def _observable(name: str, raw: Mapping[str, Any]) -> Slot:
    return _slot(name, raw, observable_classes().get(raw["type"], Address))


def _slot(name: str, raw: Mapping[str, Any], cls: type) -> Slot:
    says = {relation: [Path(place) for place in _listed(places)] for relation, places in raw["say"].items()}
    lists = {name: raw.get(name, ()) for name in ("need", "must")}
    tables = {name: raw.get(name, {}) for name in ("refs", "fill")}
    return Slot(name, cls, raw.get("type"), says, raw.get("each", False), **lists, **tables)


def _listed(places: Any) -> list[str]:
    return places if isinstance(places, list) else [places]
