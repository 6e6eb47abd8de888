"""Adapters of JSON documents that hold one object, or a list of objects, for each incident: a table and little else.

A tracker's export is such a document.  A subclass names its format and where its table stands; the hooks `taken` and
`given` are for what a table cannot say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any

from dragoman.adapter import Can, Context, Format, Likeness
from dragoman.carry import Anchor, Cargo, no_anchor
from dragoman.errors import ReadError
from dragoman.mapping.adapter import TableAdapter
from dragoman.mapping.codecs import Codec
from dragoman.mapping.json import JsonReader, JsonWriter, Object, form, overlay, remember
from dragoman.mapping.placed import put, taken
from dragoman.mapping.places import MEMBERS
from dragoman.mapping.table import Row, Spec, Table, load
from dragoman.model.incident import Incident
from dragoman.model.plain import is_part, shapes
from dragoman.tree import json as strict_json

EXTENSION = "dragoman"  # the member that holds the cargo, unless the document has one of that name already


@cache
def _loaded(
    name: str, codecs: tuple[tuple[str, Codec], ...], tables: tuple[str, ...], own: Traversable | None
) -> Table:
    return load(name, dict(codecs), tables, own, MEMBERS)


class JsonTableAdapter(TableAdapter):
    """One object for an incident, or a list of them.

    telltale: members by which a document is known; two of them are PROBABLY, one is MAYBE.
    root: the part of the table that an object is.  own: the table file of a plugin; ours stand in `mappings/`.
    """

    telltale: frozenset[str] = frozenset()
    root: str = "incident"
    own: Traversable | None = None
    codecs: Mapping[str, Codec] = {}

    def table(self, context: Context) -> Table:
        """The compiled table, with the user's own over it.  Raises MappingError."""
        own: Any = self.own
        return _loaded(self.format.name, tuple(self.codecs.items()), context.tables, own)

    def sniff(self, head: bytes) -> Likeness:
        """From the members of the outermost object, or of the first in the list."""
        found = len(self.telltale & _members(head))
        return Likeness.PROBABLY if found > 1 else Likeness.MAYBE if found else Likeness.NO

    def parse(self, data: bytes, context: Context) -> Any:
        """The object or the list of objects.  Raises ReadError, LimitExceeded."""
        tree = strict_json.decode(data, context.limits, context.source)
        if isinstance(tree, dict) or (isinstance(tree, list) and all(isinstance(item, dict) for item in tree)):
            return tree
        raise ReadError(f"no {self.format.title}: neither an object nor a list of objects", where=context.source)

    def render(self, tree: Any) -> bytes:
        return strict_json.encode(tree)

    def take(self, tree: Any, context: Context) -> tuple[list[Incident], Anchor]:
        """One incident for each object; the first remembers whether they stood in a list."""
        reader = JsonReader(self.format.name, context.ledger)
        listed, places = isinstance(tree, list), self.table(context).places
        incidents = []
        for place, item in enumerate(tree if listed else [tree]):
            reader.trail = [place] if listed else []
            placed = taken(item, places, self.format.name)
            incident = self.taken(reader, item, context)
            incident.custom_fields = [*placed, *incident.custom_fields] or ()
            incidents.append(incident)
        if listed and len(incidents) == 1:
            remember(incidents[0], self.format.name, "document", "list")
        return incidents, no_anchor

    def taken(self, reader: JsonReader, source: Object, context: Context) -> Incident:
        """The incident that an object says; the object may be used up."""
        spec = self.table(context).parts[self.root]
        incident: Incident = reader.read(spec, source)
        as_lists(spec, incident)
        return incident

    def give(self, incidents: list[Incident], context: Context) -> Any:
        """One object, or a list of them when there are several or when they came as one."""
        writer = JsonWriter(self.format.name, context.ledger)
        objects = [self._given(writer, incident, context) for incident in incidents]
        alone = len(objects) == 1 and form(incidents[0], self.format.name).get("document") != "list"
        return objects[0] if alone else objects

    def _given(self, writer: JsonWriter, incident: Incident, context: Context) -> Object:
        """The object that says the incident, custom fields in their own places."""
        placed: Object = {}
        left = put(placed, incident.custom_fields, self.table(context).places, self.format.name)
        target = self.given(writer, replace(incident, custom_fields=left or ()) if placed else incident, context)
        overlay(target, placed)
        return target

    def given(self, writer: JsonWriter, incident: Incident, context: Context) -> Object:
        """The object that says the incident."""
        spec = self.table(context).parts[self.root]
        return writer.write(spec, sound(spec, as_one(spec, incident)))

    def load(self, tree: Any, cargo: Cargo, context: Context) -> Any:
        """The cargo goes into one member of the first object, under a name that is still free."""
        first = tree[0] if isinstance(tree, list) else tree
        name, count = EXTENSION, 1
        while name in first:
            count += 1
            name = f"{EXTENSION}-{count}"
        first[name] = {"cargo": cargo}
        return tree

    def unload(self, tree: Any, context: Context) -> Cargo:
        """The last of our members is the cargo; a foreign member of that name stays where it is."""
        objects = [item for item in (tree if isinstance(tree, list) else [tree]) if isinstance(item, dict)]
        for item in objects:
            name, count = EXTENSION, 1
            while name in item:
                if _is_cargo(item[name]):
                    return dict(item.pop(name)["cargo"])
                count += 1
                name = f"{EXTENSION}-{count}"
        return {}


def as_lists(spec: Spec, part: Any) -> None:
    """Where a format has one thing (`many: false`) and the model several: what was read becomes a list of one."""
    for row in _alone(spec):
        value = getattr(part, row.core)
        if is_part(value):
            setattr(part, row.core, [value])


def as_one(spec: Spec, part: Any) -> Any:
    """The other way round: a copy of the part with the one that is as the table presets it, else the first."""
    changes = {}
    for row in _alone(spec):
        value = getattr(part, row.core)
        if value and not is_part(value):
            preset = (row.spec.preset if row.spec else {}).items()
            fitting = [item for item in value if all(getattr(item, name) == word for name, word in preset)]
            changes[row.core] = [*fitting, *value][0]
    return replace(part, **changes) if changes else part


def _alone(spec: Spec) -> Iterator[Row]:
    known = shapes(spec.cls)
    return (row for row in spec.rows if row.spec is not None and not row.many and known[row.core][1])


def sound(spec: Spec, part: Any) -> Any:
    """The part without the values that its format cannot say: what nobody could read again is not written."""
    changes = {}
    for row in spec.rows:
        value = getattr(part, row.core)
        if value is not None and value != ():
            kept = _sound(row, value)
            if kept is not value:
                changes[row.core] = kept
    return replace(part, **changes) if changes else part


def _sound(row: Row, value: Any) -> Any:
    if row.spec is not None:
        spec = row.spec
        return [sound(spec, item) for item in value] if isinstance(value, list | tuple) else sound(spec, value)
    try:
        written = row.codec.encode(value)
        if written is not None:
            row.codec.decode(written)
    except ValueError:
        return None
    return value


def _is_cargo(value: Any) -> bool:
    if not isinstance(value, dict) or list(value) != ["cargo"] or not isinstance(value["cargo"], dict):
        return False
    buckets = value["cargo"]
    return bool(buckets) and all(isinstance(bucket, dict) for bucket in buckets.values())


def _members(head: bytes) -> frozenset[str]:
    """The members of the outermost object; of a document cut short, every word in quotes."""
    text = head.decode("utf-8", "ignore").lstrip("\ufeff \t\r\n")
    if text[:1] not in ("{", "["):
        return frozenset()
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return frozenset(text.split('"')[1::2])
    first = tree[0] if isinstance(tree, list) and tree else tree
    return frozenset(first) if isinstance(first, dict) else frozenset()


__all__ = ["Can", "Codec", "Context", "Format", "JsonTableAdapter", "Likeness", "form", "remember"]
