"""From STIX objects to the parts of incidents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from operator import gt
from typing import Any, TypeAlias

from dragoman.adapter import Context
from dragoman.errors import ReadError
from dragoman.ledger import Kind
from dragoman.mapping.compiled import Check, Read, checker, unlike
from dragoman.mapping.json import ABSENT, JsonReader, remember
from dragoman.mapping.looks import Seen
from dragoman.mapping.table import Spec, Table
from dragoman.model import Assessment, ForeignObject, Incident
from dragoman.model.plain import copied
from dragoman.tree.json import pointer
from dragoman_stix.basis import raised
from dragoman_stix.codecs import WORDS
from dragoman_stix.custom import taken
from dragoman_stix.form import FORMAT, Form, kind, kind_of, sequence
from dragoman_stix.home import Extension, Home
from dragoman_stix.ids import CONTRIBUTING, TYPE_NAME, is_identifier
from dragoman_stix.loose import unname
from dragoman_stix.markings import MEMBER, keep_unresolved, selectors_to_nothing, understand
from dragoman_stix.reach import owners, type_of
from dragoman_stix.shapes import FOLDED, MEASURES, unfold

MARKING_MEMBERS = ("object_marking_refs", "granular_markings")
UNANCHORED = {*CONTRIBUTING, "marking-definition", "extension-definition", "language-content"}
NO_ORIGINS: Mapping[int, Any] = {}
STANDS_FOR = ("report", "grouping", "campaign")  # what an incident is told by, where there is no incident object
UNUSUAL = {*FOLDED, *STANDS_FOR, "marking-definition"}  # types whose objects are more than their rows


def fields_of(table: Table) -> dict[str, str]:
    """For each type of object the incident's field that holds its parts, in the order of the table."""
    return {name: part["list"] for name, part in table.facts["parts"].items() if "list" in part}


class StixReader(JsonReader):
    """Reads parts; a marking that cannot be read refuses the document, for it might widen who may see it.

    aliases: steps of the trail that the document calls otherwise.
    """

    aliases: Mapping[str | int, str | int] = {}

    def invalid(self, raw: Any, reason: str) -> Any:
        if self.aliases:
            self.trail = [self.aliases.get(step, step) for step in self.trail]
        if raw != [] and any(step in MARKING_MEMBERS for step in self.trail):
            raise ReadError(f"a marking that cannot be read: {reason}", where=pointer(self.trail))
        return super().invalid(raw, reason)

    def marked(self, part: Any) -> Any:
        """The part, if its granular markings and (of a fixed one) its definition hold (sections 7.2.1, 7.2.3)."""
        for found in part.field_markings:
            if not found.fields or (found.marking is None) == (found.lang is None):
                what = "a marking that cannot be read: no selectors, or not one of marking_ref and lang"
                raise ReadError(what, where=pointer([*self.trail, "granular_markings"]))
        return part


Object: TypeAlias = dict[str, Any]
Entry: TypeAlias = tuple[Any, str | None, str, int]  # a part, its field (None: the incident itself), its type, its number


@dataclass(frozen=True, slots=True)
class Plan:
    """How objects of one type and with the same members are read, once many have been met.

    read: gives the part, or None for an object that is not as usual.  check: compares an object with a part.
    note: takes a part to those whose objects look alike.
    """

    read: Read
    check: Check
    note: Callable[[Any], None]
    field: str
    anchored: bool

def is_usual(spec: Spec, shape: tuple[str, ...]) -> bool:
    """Whether objects of a kind need nothing but their rows read, and their parts stay as they are read."""
    return MEMBER not in shape and spec.name not in UNUSUAL


class Reading:
    """Reads the objects of one document.

    names: id() of a part -> the id of its object, for those that can carry cargo; `entries` keeps the parts alive.
    origins: of objects that were just written, by their id() the part that each was written from.  home: where custom
    fields stand together.
    """

    home: Home = Extension()

    def __init__(self, table: Table, context: Context, form: Form, origins: Mapping[int, Any] = NO_ORIGINS) -> None:
        self.table, self.context, self.form = table, context, form
        self.fields = fields_of(table)
        self.named = [field for field in dict.fromkeys(self.fields.values()) if field not in ("observables", "foreign")]
        self.seen = Seen()
        self.reader = StixReader(FORMAT, context.ledger, self.seen)
        self.head: list[str | int] = ["objects"] if form.wrapper == "bundle" else []
        self.plans: dict[tuple[Any, ...], Plan] = {}  # by type and members
        self.entries: list[Entry] = []
        self.first: dict[str, Any] = {}  # by id, the first object that can carry cargo
        self.names: dict[int, str] = {}
        self.origins = origins
        self.copies: dict[int, Any] = {}  # of borrowed parts, by their id(), those that were changed
        self.borrowed: set[int] = set()  # by id(), parts that were not read but taken as the origins of their objects
        self.foreign: dict[str, Spec] = {}

    def incidents(self, objects: list[Any]) -> list[Incident]:
        """The incidents of the document; the objects are used up."""
        types = list(map(type_of, objects))
        basis = self._basis(objects, types)
        custom = taken(objects, basis, self.home, self.table.places, self.form.wrapper == "object")
        types = types[: len(objects)]
        entries, quickly = self.entries, self._quickly
        for place, (item, number) in enumerate(zip(objects, owners(objects, types), strict=True)):
            entries.append(quickly(item, types[place], number) or self._read(item, number, place))
            objects[place] = None  # of a large document, what is read need not stay in memory
        self.names = {id(part): name for name, part in self.first.items()}
        found = [part for part, field, _, _ in self.entries if field is None] or [Incident(basis=basis)]
        self._fill(found)
        for incident in found:
            incident.custom_fields = custom.get(incident.basis or f"incident--{incident.id}", ())
            unname(incident, self.named, self.own)
        self._look(found[0])
        return found

    def _quickly(self, item: Any, name: str | None, number: int) -> Entry | None:
        """One object that many are like; None for any other."""
        plan = self.plans.get((name, *item)) if name is not None else None
        if plan is None:
            return None
        part = self._recalled(item, plan) if self.origins else None
        if part is None:
            part = plan.read(item) if is_identifier(item.get("id"), name) else None
            if part is None:
                return None
        plan.note(part)
        if plan.anchored:
            self.first.setdefault(item["id"], part)
        return part, plan.field, name, number  # type: ignore[return-value]

    def _recalled(self, item: Object, plan: Plan) -> Any:
        """The part that an object was written from, if it plainly says it; a copy without what other formats left on it."""
        part = self.origins.get(id(item))
        if part is None or id(part) in self.borrowed or not plan.check(item, part):
            return None
        if part.residue is not None:
            return copied(part, residue=None)
        self.borrowed.add(id(part))
        return part

    def own(self, part: Any) -> Any:
        """A part as it may be changed: itself, or a copy if it belongs to whoever had it written."""
        if id(part) not in self.borrowed:
            return part
        self.copies[id(part)] = made = copied(part)
        if id(part) in self.names:
            self.names[id(made)] = self.names[id(part)]
        return made

    def _basis(self, objects: Sequence[Any], types: Sequence[str | None]) -> str:
        """The id of the object that stands for an incident, where there is none."""
        for name in STANDS_FOR:
            if name in types:
                named = (item["id"] for item, kind in zip(objects, types, strict=True)
                         if kind == name and is_identifier(item.get("id"), name))  # fmt: skip
                if (found := next(named, None)) is not None:
                    return str(found)
        return "none"

    def _read(self, item: Any, number: int, place: int) -> Entry:
        """One object, member by member."""
        self.reader.trail = [] if self.form.wrapper == "object" else [*self.head, place]
        kind = kind_of(item, 0)
        field, part = self._part(item)
        return part, field, kind, number

    def _part(self, item: Any) -> tuple[str | None, Any]:
        """The field and the part of one object."""
        if type(item) is not dict:
            self.reader.invalid(item, "is no object")
            part = ForeignObject(format=FORMAT)
            remember(part, FORMAT, "item", item)
            return "foreign", part
        name, own_id = item.get("type"), item.get("id")
        if not is_identifier(own_id, name if type(name) is str else ""):
            return "foreign", self._misnamed(item, name, own_id)
        field = "" if name == "incident" else self.fields.get(name)  # type: ignore[arg-type]
        if field is None or field == "foreign":
            return "foreign", self._foreign(item, name, own_id)
        spec, shape = self.table.parts[name], tuple(item)  # type: ignore[index]
        part = self._native(item, spec)
        if name not in UNANCHORED:
            self.first.setdefault(own_id, part)  # type: ignore[arg-type]
        if field and (quick := self.reader.quick.get((name, shape))) is not None and is_usual(spec, shape):
            check = checker(spec, shape) if self.origins else unlike
            self.plans[name, *shape] = Plan(quick[0], check, quick[1], field, name not in UNANCHORED)
        return field or None, part

    def _native(self, item: dict[str, Any], spec: Spec) -> Any:
        loose = selectors_to_nothing(item) if MEMBER in item else ()
        memory = unfold(item) if spec.name in FOLDED else {}
        self.reader.aliases = {MEASURES: memory["measures"]} if "measures" in memory else {}
        part = self.reader.read(spec, item)
        for how, value in memory.items():
            if not (how == "measures" and value.endswith("-ext")):
                remember(part, FORMAT, how, value)
        if part.field_markings:
            keep_unresolved(self.reader.marked(part), FORMAT, loose)
            understand(part, spec)
        if spec.name == "marking-definition" and part.id in WORDS:
            self._contradiction(part)
        return part

    def _contradiction(self, part: Any) -> None:
        """A fixed marking must say what its id says (section 7.2.1.4)."""
        said = [(part.definition or {}).get("tlp")]
        said += [inner.get(name) for inner in (part.extensions or {}).values() if isinstance(inner, dict)
                 for name in ("tlp_2_0", "pap")]  # fmt: skip
        meant = WORDS[part.id].partition(":")[2]
        if any(word not in (None, meant) for word in said):
            raise ReadError(f"a marking that cannot be read: its id says {meant}", where=pointer(self.reader.trail))

    def _misnamed(self, item: dict[str, Any], name: Any, own_id: Any) -> ForeignObject:
        """An object without a type or an id that is one: kept as it is."""
        good = type(name) is str and TYPE_NAME.fullmatch(name) is not None
        member, raw = ("id", own_id) if good else ("type", name)
        reason = "is missing" if member not in item else f"is no {'id of its type' if good else 'type'}"
        where = pointer([*self.reader.trail, member])
        self.context.ledger.note(Kind.INVALID, "D201", where, f"{reason}: the object is kept as it stands", raw)
        return self._foreign(item, name if good else None, None)

    def _foreign(self, item: dict[str, Any], name: Any, own_id: Any) -> ForeignObject:
        """An object of a type that we do not know; its markings we do."""
        label = name or "foreign"
        if label not in self.foreign:
            self.foreign[label] = replace(self.table.parts["foreign"], name=f"*{label}")
        part: ForeignObject = self.reader.read(self.foreign[label], item)
        part.format, part.content, part.residue = FORMAT, item, None
        if name is not None:
            part.type = item.pop("type")
        if own_id is not None:
            part.id = item.pop("id")
        return self.reader.marked(part)  # type: ignore[no-any-return]

    def _fill(self, incidents: list[Incident]) -> None:
        """Puts the parts into the lists of their incidents."""
        lists: dict[tuple[int, str], list[Any]] = defaultdict(list)
        for part, name, _, number in self.entries:
            if name is not None:
                lists[number, name].append(part)
        for (number, field), parts in lists.items():
            held = [Assessment(impacts=parts)] if field == "assessments" else parts
            setattr(incidents[number], field, held)

    def _look(self, first: Incident) -> None:
        """Keeps on the first incident how the document was put."""
        naturals = {spec.name: (["type", "id"], list(MARKING_MEMBERS)) for spec in self.foreign.values()}
        looks, own = self.seen.looks(self.table.parts, naturals)
        looks.orders = self.form.looks.orders | looks.orders
        looks.absent = self.form.looks.absent | looks.absent
        for part, paths in own:
            remember(part, FORMAT, ABSENT, paths)
        ranks = {field: rank for rank, field in enumerate(dict.fromkeys(["", *self.fields.values()]))}
        places = [number * len(ranks) + ranks[field or ""] for _, field, _, number in self.entries]
        if any(map(gt, places, islice(places, 1, None))):
            self.form.order = sequence(kind(name, number) for _, _, name, number in self.entries)
        self.form.looks = looks
        self.form.keep(first)

    def stand_in(self, first: Incident) -> None:
        """The incident takes over what the object that stands for it says, and its cargo."""
        if first.basis in (None, "none"):
            return
        parts: list[Any] = [entry[0] for entry in self.entries]
        if self.copies:
            parts = [self.copies.get(id(part), part) for part in parts]
        part = raised(first, [part.id for part in parts])
        if part is not None and self.names.pop(id(part), None) is not None:
            self.names[id(first)] = part.id
