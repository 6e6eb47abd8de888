"""The rows of a table, resolved for XML: how to dispatch while reading, and in which order to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, TypeAlias

from dragoman.mapping.codecs import CODECS
from dragoman.mapping.table import Row, Spec, Table

XML_NS = "http://www.w3.org/XML/1998/namespace"


@dataclass(frozen=True, slots=True)
class ElementCodec:
    """A hook for what stands in a whole element.

    decode(element, reader) gives ours, or raises ValueError.  encode(value, step, writer) appends markup to writer.out,
    or nothing when XML cannot say it.  accepts(value) tells whether the element is the one for a value of a choice.
    """

    decode: Callable[[Any, Any], Any]
    encode: Callable[[Any, str, Any], None]
    accepts: Callable[[Any], bool] = lambda value: True
    extended: None = None
    of: None = None


@dataclass(frozen=True, slots=True)
class RestCodec:
    """A hook for a sequence of elements: decode(elements, reader) gives ours and the elements it does not know."""

    decode: Callable[[list[Any], Any], tuple[Any, list[Any]]]
    encode: Callable[[Any, Any], None]
    extended: None = None
    of: None = None


class Names:
    """Names between a table ("ds:DigestValue") and lxml ("{http://…}DigestValue")."""

    def __init__(self, table: Table) -> None:
        self.namespaces: Mapping[str, str] = {"xml": XML_NS, **table.facts.get("namespaces", {})}
        self.prefixes = {uri: prefix for prefix, uri in self.namespaces.items()}
        self.default: str = table.facts["namespace"]

    def element(self, name: str) -> str:
        prefix, _, local = name.rpartition(":")
        return f"{{{self.namespaces[prefix] if prefix else self.default}}}{local}"

    def attribute(self, name: str) -> str:
        prefix, _, local = name.rpartition(":")
        return f"{{{self.namespaces[prefix]}}}{local}" if prefix else local


Prepare: TypeAlias = Callable[[Any, Any], Any]


@dataclass(slots=True)
class Child:
    """What stands in one kind of child element: a part, a hook's, a text, or (`plan.step`) the inside of a wrapper."""

    step: str
    core: str
    row: Row | None
    many: bool = False
    plan: Plan | None = None
    hook: ElementCodec | None = None
    others: list[Child] = field(default_factory=list)  # the further shapes of a choice


@dataclass(slots=True)
class Attribute:
    """One attribute: its name, its key in a residue, how to get its value from a part, the words that need no look."""

    name: str
    key: str
    row: Row
    get: Callable[[Any], Any]
    exact: Mapping[str, str] | None
    same: frozenset[str]
    verbatim: bool
    unique: bool


@dataclass(slots=True)
class Plan:
    """One spec, or the inside of a wrapper (whose name is `step`).  Names in `attributes` and `children` are lxml's."""

    spec: Spec
    step: str = ""
    attributes: dict[str, Attribute] = field(default_factory=dict)
    children: dict[str, Child] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)  # tag of another spelling -> its name
    text: Row | None = None
    inner: Row | None = None
    same: Child | None = None
    rest: Row | None = None
    marking: Row | None = None  # who may see it, and so what a marking further inside can be raised to
    cores: tuple[str, ...] = ()  # of a wrapper: the fields that it fills
    ignored: frozenset[str] = frozenset()
    demanded: list[tuple[str, str]] = field(default_factory=list)  # core field, where it stands
    needed: tuple[str, ...] = ()  # of a wrapper: the fields without which it is not written
    written_attributes: list[Attribute] = field(default_factory=list)
    written: list[Child] = field(default_factory=list)
    prepare: Prepare | None = None  # gives a part the shape that the format wants, before it is written


class Plans:
    """All plans of a table by the names of its parts; made once and shared by every document."""

    def __init__(self, table: Table, prepare: Mapping[str, Prepare] | None = None) -> None:
        self.format, self.names, self.facts, self.places = table.format, Names(table), table.facts, table.places
        self.by_name = {name: Plan(spec) for name, spec in table.parts.items()}
        for name, made in self.by_name.items():
            made.prepare = (prepare or {}).get(name)
            made.ignored = frozenset(self.names.element(word) for word in made.spec.ignore)
            for row in made.spec.rows:
                self._place(made, row, row.path)

    def _place(self, made: Plan, row: Row, path: tuple[str, ...]) -> None:
        first, rest = path[0], path[1:]
        if rest:
            wrapper = self._wrapper(made, first)
            wrapper.cores += (row.core,)
            self._place(wrapper, row, rest)
            if row.source.get("needed") == "wrapper":
                made.demanded.append((row.core, first))
            elif row.source.get("needed"):
                wrapper.needed += (row.core,)
            return
        if first == ".":
            made.same = self._shape(row, first)
        elif first in ("text()", "inner()", "*"):
            setattr(made, {"text()": "text", "inner()": "inner", "*": "rest"}[first], row)
        elif first.startswith("@"):
            self._attribute(made, row, first)
        else:
            self._child(made, self._shape(row, first))
        if row.required is not None or row.source.get("needed") is True:
            made.demanded.append((row.core, first))

    def _wrapper(self, made: Plan, step: str) -> Plan:
        known = made.children.get(self.names.element(step))
        if known is not None and known.plan is not None:
            return known.plan
        wrapper = Plan(made.spec, step)
        child = Child(step, "", None, plan=wrapper)
        made.children[self.names.element(step)] = child
        made.written.append(child)
        return wrapper

    def _attribute(self, made: Plan, row: Row, step: str) -> None:
        name = self.names.attribute(step[1:])
        exact = row.vocab.exact if row.vocab is not None else None
        same = frozenset(word for word, ours in (exact or {}).items() if word == ours)
        verbatim = row.vocab is None and row.codec in (CODECS["string"], CODECS["verbatim"])
        get = row.codec.of or attrgetter(row.core)
        attribute = Attribute(step[1:], f"@{name}", row, get, exact, same, verbatim, bool(row.source.get("unique")))
        made.attributes[name] = attribute
        if row.codec.extended is not None:
            made.marking = row
        else:
            made.written_attributes.append(attribute)

    def _shape(self, row: Row, step: str) -> Child:
        plan = self.by_name[row.spec.name] if row.spec is not None else None
        hook = row.codec if isinstance(row.codec, ElementCodec) else None
        return Child(step, row.core, row, row.many, plan, hook)

    def _child(self, made: Plan, child: Child) -> None:
        assert child.row is not None
        made.children[self.names.element(child.step)] = child
        if child.row.also:
            tag = self.names.element(child.row.also)
            made.children[tag], made.others[tag] = child, child.row.also
        if made.written and made.written[-1].core == child.core:
            made.written[-1].others.append(child)
        else:
            made.written.append(child)
