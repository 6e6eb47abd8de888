"""The rows of a table, resolved for XML: how to dispatch while reading, and in which order to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

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


@dataclass(frozen=True, slots=True)
class RestCodec:
    """A hook for a sequence of elements: decode(elements, reader) gives ours and the elements it does not know."""

    decode: Callable[[list[Any], Any], tuple[Any, list[Any]]]
    encode: Callable[[Any, Any], None]
    extended: None = None


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


Written: TypeAlias = "Row | Plan | list[tuple[str, Row]]"


@dataclass(slots=True)
class Plan:
    """One spec, or the inside of a wrapper (whose name is `step`).  Names in `attributes` and `children` are lxml's."""

    spec: Spec
    step: str = ""
    attributes: dict[str, Row] = field(default_factory=dict)
    children: dict[str, Row | Plan] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)  # tag of another spelling -> its name
    text: Row | None = None
    inner: Row | None = None
    same: Row | None = None
    rest: Row | None = None
    marking: Row | None = None  # who may see it, and so what a marking further inside can be raised to
    cores: tuple[str, ...] = ()  # of a wrapper: the fields that it fills
    ignored: frozenset[str] = frozenset()
    demanded: list[tuple[str, str]] = field(default_factory=list)  # core field, where it stands
    written_attributes: list[tuple[str, str, Row]] = field(default_factory=list)  # name, its key in a residue, row
    written: list[tuple[str, Written]] = field(default_factory=list)


class Plans:
    """All plans of a table by the names of its parts; made once and shared by every document."""

    def __init__(self, table: Table) -> None:
        self.format, self.names, self.facts = table.format, Names(table), table.facts
        self.by_name = {name: self._plan(spec) for name, spec in table.parts.items()}

    def _plan(self, spec: Spec) -> Plan:
        made = Plan(spec, ignored=frozenset(self.names.element(name) for name in spec.ignore))
        for row in spec.rows:
            self._place(made, row, row.path)
        return made

    def _place(self, made: Plan, row: Row, path: tuple[str, ...]) -> None:
        first, rest = path[0], path[1:]
        if rest:
            wrapper = self._wrapper(made, first)
            wrapper.cores += (row.core,)
            self._place(wrapper, row, rest)
        elif first in ("text()", "inner()", ".", "*"):
            setattr(made, {"text()": "text", "inner()": "inner", ".": "same", "*": "rest"}[first], row)
        elif first.startswith("@"):
            self._attribute(made, row, first)
        else:
            self._child(made, row, first)
        if not rest and row.required is not None:
            made.demanded.append((row.core, first))

    def _wrapper(self, made: Plan, step: str) -> Plan:
        tag = self.names.element(step)
        known = made.children.get(tag)
        if isinstance(known, Plan):
            return known
        wrapper = Plan(made.spec, step)
        made.children[tag] = wrapper
        made.written.append((step, wrapper))
        return wrapper

    def _attribute(self, made: Plan, row: Row, step: str) -> None:
        name = self.names.attribute(step[1:])
        made.attributes[name] = row
        if row.codec.extended is not None:
            made.marking = row
        else:
            made.written_attributes.append((step[1:], f"@{name}", row))

    def _child(self, made: Plan, row: Row, step: str) -> None:
        made.children[self.names.element(step)] = row
        if row.also:
            made.children[self.names.element(row.also)] = row
            made.others[self.names.element(row.also)] = row.also
        before = made.written[-1][1] if made.written else None
        if isinstance(before, list) and before[0][1].core == row.core:
            before.append((step, row))
        elif isinstance(before, Row) and before.core == row.core:
            made.written[-1] = ("", [(made.written[-1][0], before), (step, row)])
        else:
            made.written.append((step, row))
