"""What most attributes and objects of an event say alike (event_id, distribution, empty lists): kept once for the event."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from dragoman.mapping.table import facts
from dragoman_misp.exact import restored

SAMPLE = 32  # so many of a kind show what is usual
LONG = 80  # characters of what is too much to be usual
MANNERS = ("attribute", "object", "inside", "reference")
TEMPLATE = ("meta-category", "description", "template_uuid", "template_version")
RELATION = ("type", "category", "to_ids", "disable_correlation")
Members = dict[str, Any]


@cache
def bookkeeping() -> frozenset[str]:
    """The members that do not speak of the thing itself."""
    return frozenset(facts("misp-attributes")["bookkeeping"])


@dataclass(slots=True)
class Manner:
    """How things of one kind are put: the order of their members, and what they say alike."""

    order: Sequence[str] = ()
    members: Members = field(default_factory=dict)

    @classmethod
    def of(cls, items: Any) -> Manner:
        sample: list[Members] = [item for item in sampled(items) if isinstance(item, dict)]
        if len(sample) < 2:
            return cls()
        order = [*max(sample, key=lambda item: len(item.keys()))]
        alike = ((name, _most(sample, name)) for name in order if name in bookkeeping())
        return cls(order, {name: value for name, (found, value) in alike if found})

    @classmethod
    def kept(cls, value: Any) -> Manner:
        """What `as_json` made; of whatever else it is, nothing."""
        held = value if isinstance(value, dict) else {}
        order, members = held.get("order"), held.get("members")
        names = [name for name in order if isinstance(name, str)] if isinstance(order, list) else []
        return cls(names, members if isinstance(members, dict) else {})

    def as_json(self) -> Members:
        return {"order": list(self.order), "members": self.members} if self.order else {}

    def put(self, said: Members, kept: Any) -> Members:
        """What a thing says, with what is usual beside it and what was kept of it, in the usual order."""
        whole = restored(self.members | said, kept)
        found = {name: whole[name] for name in self.order if name in whole}
        return found if len(found) == len(whole) else found | whole


@dataclass(slots=True)
class Usual:
    """What is usual for the attributes of an event, for its objects, for attributes inside objects and for their references.

    templates: what objects of a name are called.  relations: what attributes under a relation of such objects are.
    """

    attribute: Manner = field(default_factory=Manner)
    object: Manner = field(default_factory=Manner)
    inside: Manner = field(default_factory=Manner)
    reference: Manner = field(default_factory=Manner)
    templates: dict[str, Members] = field(default_factory=dict)
    relations: dict[str, dict[str, Members]] = field(default_factory=dict)

    @classmethod
    def of(cls, event: Members) -> Usual:
        """What is usual in an event."""
        objects = [item for item in sampled(event.get("Object")) if isinstance(item, dict)]
        inside = [item for found in objects for item in sampled(found.get("Attribute"))]
        references = [item for found in objects for item in sampled(found.get("ObjectReference"))]
        found = cls(Manner.of(event.get("Attribute")), Manner.of(objects), Manner.of(inside), Manner.of(references))
        for item in objects:
            found._learn(item)
        return found

    def _learn(self, item: Members) -> None:
        """What the first objects of a name show of their template."""
        name = item.get("name")
        if type(name) is not str:
            return
        self.templates.setdefault(name, {member: item[member] for member in TEMPLATE if member in item})
        known = self.relations.setdefault(name, {})
        for inner in _listed(item.get("Attribute")):
            relation = inner.get("object_relation") if isinstance(inner, dict) else None
            if type(relation) is str:
                known.setdefault(relation, {member: inner[member] for member in RELATION if member in inner})

    @classmethod
    def kept(cls, value: Any) -> Usual:
        """What `as_json` made."""
        held = value if isinstance(value, dict) else {}
        attribute, object_, inside, reference = (Manner.kept(held.get(name)) for name in MANNERS)
        templates = {name: known for name, known in _table(held.get("templates")).items() if isinstance(known, dict)}
        relations = {name: _tables(known) for name, known in _table(held.get("relations")).items()}
        return cls(attribute, object_, inside, reference, templates, relations)

    def within(self, said: Members, relation: Any = None) -> Manner:
        """What is usual for an attribute inside this object, under this relation: it names the object by its local id."""
        members = dict(self.inside.members)
        if "id" in said and "object_id" in self.inside.order:
            members["object_id"] = said["id"]
        known = self.relations.get(said.get("name", ""), {}) if isinstance(said.get("name"), str) else {}
        if isinstance(relation, str) and "disable_correlation" in known.get(relation, {}):
            members["disable_correlation"] = known[relation]["disable_correlation"]
        return Manner(self.inside.order, members)

    def as_json(self) -> Members:
        """As it is kept with the incident; empty when nothing is usual."""
        found: Members = {name: getattr(self, name).as_json() for name in MANNERS}
        found |= {"templates": self.templates, "relations": self.relations}
        return {name: manner for name, manner in found.items() if manner}


def sampled(items: Any) -> list[Any]:
    """Some of many, evenly; nothing of what is no list."""
    return items[:: max(1, len(items) // SAMPLE)] if isinstance(items, list) else []


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _table(value: Any) -> Members:
    return value if isinstance(value, dict) else {}


def _tables(value: Any) -> dict[str, Members]:
    return {name: known for name, known in _table(value).items() if isinstance(known, dict)}


def _most(sample: Sequence[Members], name: str) -> tuple[bool, Any]:
    """Whether most say the same under a name, and what."""
    silent = name in facts("misp-attributes")["silent"]
    said = Counter(json.dumps(item[name]) if name in item else "" for item in sample if not (silent and item.get(name)))
    text, often = next(iter(said.most_common(1)), ("", 0))
    usual = bool(text) and often * 2 > said.total() and len(text) < LONG
    return usual, json.loads(text) if usual else None
