"""The facts of `mappings/stix-2.0.yaml`, compiled: what a type of object is called, and how its members differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from dragoman.mapping.table import facts
from dragoman_stix.ids import CONTRIBUTING, is_identifier

FORMAT = "stix-2.0"
MEMORY = "x_dragoman_2_0"  # in a tree on its way: what an object of 2.0 said in another way than we would
OWN_ID = "x_dragoman_id"  # the id in 2.1, where 2.0 cannot have it
CARGO = "x_dragoman_cargo"
FIELDS = "x_dragoman_custom_fields"  # of the incident, on what stands for it
AT = "at"  # in the memory of an observable: the place of the observed-data it stood in, and its local key

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """How the members of one type of object differ; the names are those of the table.

    up: member of 2.0 -> of 2.1.  down: the other way round.  only, short: member -> the types allowed there, the custom
    property that holds the rest.  custom: whether 2.0 has the type as a custom object only.
    """

    up: Mapping[str, str] = field(default_factory=dict)
    down: Mapping[str, str] = field(default_factory=dict)
    gone: tuple[tuple[str, ...], ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    assumed: Mapping[str, Any] = field(default_factory=dict)
    need: Mapping[str, Any] = field(default_factory=dict)
    types: str | None = None
    words: frozenset[str] = frozenset()
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    short: Mapping[str, str] = field(default_factory=dict)
    lifted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    made: str | None = None
    exact: tuple[str, ...] = ()
    custom: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """All of the table.

    custom: type of 2.1 -> the custom type it may become; usual: those that always do.  nearest: type of 2.1 -> of 2.0.
    tlp: marking of TLP 2.0 -> of TLP 1; tlp1: the objects of the latter.
    """

    rules: Mapping[str, Rule]
    custom: Mapping[str, str]
    usual: frozenset[str]
    nearest: Mapping[str, str]
    tlp: Mapping[str, str]
    tlp1: Mapping[str, Object]

    def rule(self, type_name: Any) -> Rule:
        return self.rules.get(type_name, STRANGER) if isinstance(type_name, str) else STRANGER


STRANGER = Rule(exact=("created", "modified"), custom=True)


@cache
def rows() -> Rows:
    """The table of ours.  Raises MappingError."""
    said = facts(FORMAT)
    prefix, every = said["prefix"], said["every"]
    custom = {name: f"{prefix['type']}{name}" for name in (*said["custom"], *said["sometimes"])}
    usual = frozenset(said["custom"])
    rules = dict.fromkeys(usual, STRANGER)
    rules |= {name: _rule(raw, prefix, every, name in usual) for name, raw in said["objects"].items()}
    rules |= {name: _rule(raw, prefix, {}, False) for name, raw in said["observables"].items()}
    nearest = dict(said["as"])
    rules |= {name: rules[other] for name, other in nearest.items()}
    return Rows(
        rules, custom, usual, nearest,
        {name: said["tlp1"][word] for name, word in said["tlp"].items()},
        {name: _tlp(word, name, said["tlp1"]["created"]) for word, name in said["tlp1"].items() if word != "created"},
    )  # fmt: skip


def _rule(raw: Mapping[str, Any], prefix: Mapping[str, str], every: Mapping[str, Any], custom: bool) -> Rule:
    renamed = dict(raw.get("renamed", {}))
    new = {} if custom else {f"{prefix['property']}{name}": name for name in (*raw.get("new", ()), *every.get("new", ()))}
    up = {**renamed, **new, **{f"{prefix['property']}{name}": name for name in raw.get("only", ())}}
    types = raw.get("types", {})
    member = next(iter(types), None)
    return Rule(
        up=up,
        down={name: old for old, name in up.items() if name not in raw.get("only", ())},
        gone=tuple(tuple(path.split("/")) for path in raw.get("gone", ())),
        fixed=raw.get("fixed", {}),
        assumed=raw.get("assumed", {}),
        need=raw.get("need", {}),
        types=member,
        words=frozenset(types[member]) if member else frozenset(),
        only={name: tuple(allowed) for name, allowed in raw.get("only", {}).items()},
        short={name: f"{prefix['property']}{name}" for name in raw.get("short", ())},
        lifted={name: tuple(members) for name, members in raw.get("lifted", {}).items()},
        made=raw.get("made"),
        exact=tuple(every.get("exact", ())) or (STRANGER.exact if custom else ()),
        custom=custom,
    )


def _tlp(word: str, name: str, created: str) -> Object:
    head = {"type": "marking-definition", "id": name, "created": created}
    return {**head, "definition_type": "tlp", "definition": {"tlp": word}}


def is_named(item: Any) -> bool:
    """Whether an object has a type and an id of that type; others are left as they stand."""
    return isinstance(item, dict) and isinstance(item.get("type"), str) and is_identifier(item.get("id"), item["type"])


def is_observable(item: Any) -> bool:
    """Whether an object of 2.1 is one that 2.0 only has inside of observed-data."""
    if item["type"] in CONTRIBUTING:
        return True
    known = item["type"] in rows().rules or item["type"] in rows().custom
    return not known and "created" not in item and "modified" not in item


def is_kept(item: Object) -> bool:
    """Whether an object in a document of 2.0 is none of 2.0: it says its version, or is of a type that only 2.1 has."""
    name = item["type"]
    return "spec_version" in item or name in CONTRIBUTING or name in rows().usual or name in rows().nearest


def memory(item: Any) -> Object:
    """What an object on its way remembers of 2.0."""
    found = item.get(MEMORY) if isinstance(item, dict) else None
    return found if isinstance(found, dict) else {}


def remembering(item: Object, **said: Any) -> Object:
    """The object, remembering more."""
    return {**item, MEMORY: {**memory(item), **said}}
