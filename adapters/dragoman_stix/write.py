"""From the parts of incidents to STIX objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dragoman.adapter import Context
from dragoman.errors import UsageError
from dragoman.ledger import Kind
from dragoman.mapping.adapter import CODES, REASONS
from dragoman.mapping.json import JsonWriter, form
from dragoman.mapping.looks import arranged, naturally
from dragoman.mapping.table import Spec, Table
from dragoman.model import ForeignObject, Incident
from dragoman_stix.basis import completed, lowered, stand_in
from dragoman_stix.codecs import precise
from dragoman_stix.custom import say
from dragoman_stix.form import FORMAT, Form, in_order, kind_of
from dragoman_stix.home import Extension, Home, is_defined
from dragoman_stix.ids import CONTRIBUTING, canonical, is_identifier, observable_id, uid
from dragoman_stix.loose import mend, named, parts_of
from dragoman_stix.markings import settle
from dragoman_stix.narrative import flatten, guarded, times
from dragoman_stix.read import fields_of
from dragoman_stix.shapes import FOLDED, SHAPES, fold

Object = dict[str, Any]


class Writing:
    """Writes the objects of one document.

    renamed: ids that are none in STIX -> those written instead.  origins: by the id() of an object the part it says.
    home: where custom fields stand together.
    """

    home: Home = Extension()

    def __init__(self, table: Table, context: Context, kept: Form) -> None:
        self.table, self.context, self.form = table, context, kept
        self.writer = JsonWriter(FORMAT, context.ledger, kept.looks)
        self.fields = list(dict.fromkeys(fields_of(table).values()))
        self.specs: dict[tuple[type, Any], Spec | None]
        self.specs = {(spec.cls, spec.preset.get("type")): spec for spec in table.parts.values()}
        self.defaults: dict[str, Any] = {}
        self.shape = asked_shape(context)
        self.renamed: dict[str, str] = {}
        self.origins: dict[int, Any] = {}
        self.loose = False
        self.custom = False
        self.number = 0

    def objects(self, incidents: Sequence[Incident]) -> list[Any]:
        """The objects of all incidents, in the order of the document they came from."""
        made: list[Any] = []
        numbers: list[int] = []
        for self.number, incident in enumerate(incidents):
            made += self.objects_of(incident)
            numbers += [self.number] * (len(made) - len(numbers))
        if self.form.order:
            made = in_order(list(zip(map(kind_of, made, numbers), made, strict=True)), self.form.order)
        for incident in incidents:
            if not self._left_out(stand_in(incident), "object_refs"):
                completed(made, incident)
        alone = self.form.wrapper == "object" and len(made) == 1
        return made + self.home.definitions() if self.custom and not (alone or is_defined(made)) else made

    def _left_out(self, part: Any, member: str) -> bool:
        """Whether the source of a part had no such member, though the standard demands it."""
        spec = None if part is None else self.spec_of(part)
        return spec is not None and member in self.writer.lacking(spec, part.residue or {})

    def objects_of(self, incident: Incident) -> list[Any]:
        """The objects of one incident: itself first, unless something else stands for it; then its parts."""
        flat = self._flat(incident) if incident.basis is None else guarded(incident)
        self._defaults(flat)
        self.renamed, self.loose = {}, False
        out = [self._object(self.table.parts["incident"], flat)] if flat.basis is None else []
        for field in self.fields:
            lent = set(map(id, parts_of(incident, field)))
            for place, part in enumerate(parts_of(flat, field)):
                if type(part) is ForeignObject:
                    out += self._foreign(part)
                elif (spec := self.spec_of(part)) is not None:
                    said = lowered(flat, part) if part.id == flat.basis else part
                    said = self._identified(said, spec, flat, field, place)
                    out.append(made := self._object(spec, said))
                    if said is part and id(part) in lent:  # what was only made to be written need not stay in memory
                        self.origins[id(made)] = part
            if flat is not incident:
                setattr(flat, field, ())  # a graph of our own: what is written need not stay in memory
        out = [self._mended(item) for item in out] if self.loose else out
        self.custom = say(flat, out, flat.basis, self.home, self.table.places) or self.custom
        return out

    def _flat(self, incident: Incident) -> Incident:
        """The graph of an incident; a name or time that its STIX source left out, or spoilt, is not made up."""
        filled: list[tuple[str, Any]] = []
        flat, residue = flatten(incident, filled), incident.residue or {}
        reason = REASONS[Kind.DEFAULTED].format("STIX 2.1")
        for path, value in filled:
            self.context.ledger.note(Kind.DEFAULTED, CODES[Kind.DEFAULTED], f"/{self.number}{path}", reason, value)
        lacking = self.writer.lacking(self.table.parts["incident"], residue)
        if incident.summary is None and ("name" in lacking or "name" in residue.get(FORMAT, ())):
            flat.summary = None
        if incident.created is None and "created" in lacking:
            flat.created, flat.modified = None, incident.modified
        return flat

    def _defaults(self, flat: Incident) -> None:
        """What the standard demands and nobody said: times are the incident's, references are to it."""
        hidden = {name for found in flat.field_markings if found.marking for name in found.fields}
        time = next((getattr(flat, name) for name in times() if getattr(flat, name) and name not in hidden), None)
        now = self.context.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z" if time is None else precise(time)
        own = flat.basis if flat.basis not in (None, "none") else f"incident--{flat.id}"
        self.writer.defaults = self.defaults = {"time": now, "modified": now, "incident": own, "incidents": [own]}

    def _identified(self, part: Any, spec: Spec, flat: Incident, field: str, place: int) -> Any:
        """A part with an id of its type: itself, or a copy that gets one; an observable may go without until it is written."""
        if is_identifier(part.id, spec.name) or (not part.id and spec.name in CONTRIBUTING):
            return part
        made, self.loose = named(part, spec.name, flat, field, place), True
        if part.id:
            self.renamed[part.id] = made.id
        return made

    def _mended(self, item: Any) -> Any:
        """An object whose references are ids; what the standard demands is the incident's instead."""
        if isinstance(item, dict) and mend(item, self.renamed):
            spec = self.table.parts.get(item.get("type", ""))
            if spec is not None and self.writer.complete(spec, item):
                return naturally(spec, item)
        return item

    def spec_of(self, part: Any) -> Spec | None:
        """The type of object that a part is; None when STIX has none for it."""
        known = (type(part), getattr(part, "type", None))
        try:
            return self.specs[known]
        except KeyError:
            found = self.specs[known] = self._by_class(*known)
            return found

    def _by_class(self, cls: type, word: Any) -> Spec | None:
        spec = self.specs.get((cls, None))
        return None if spec is not None and spec.name in CONTRIBUTING and spec.name != word else spec

    def _object(self, spec: Spec, part: Any) -> Object:
        if getattr(part, "modified", "") is None:  # then it was written when it was created
            self.defaults["modified"] = precise(part.created) if part.created else self.defaults["time"]
        out = self.writer.write(spec, part)
        if "id" not in out:
            out = self._named(spec, out)
        if spec.name in FOLDED:
            out = fold(out, form(part, FORMAT), self.shape)
        if part.field_markings:
            settle(out, part, spec, FORMAT)
        return out

    def _named(self, spec: Spec, out: Object) -> Object:
        """An observable, or an incident that nothing names, under the id that follows from what it says."""
        new = observable_id(spec.name, out) if spec.name in CONTRIBUTING else uid(spec.name, canonical(out))
        return arranged({**out, "id": new}, spec.orders[()])

    def _foreign(self, part: ForeignObject) -> Iterator[Any]:
        """An object that was kept as it stood; those of other formats have no place here."""
        if part.format != FORMAT:
            return
        kept = form(part, FORMAT)
        if "item" in kept:
            yield kept["item"]
            return
        head = {name: value for name, value in (("type", part.type), ("id", part.id)) if value is not None}
        out = head | (part.content or {}) | self.writer.write(self.table.parts["foreign"], part)
        yield self.form.looks.arranged(f"*{part.type or 'foreign'}", out)


def asked_shape(context: Context) -> str | None:
    """The shape of the incident extension that was asked for.  Raises UsageError for one there is not."""
    shape: str | None = context.setting("stix.shape")
    if shape is not None and shape not in SHAPES:
        raise UsageError(f"stix.shape is {shape!r}", fix=f"one of {', '.join(SHAPES)}")
    return shape
