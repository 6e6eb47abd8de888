"""From the parts of incidents to STIX objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dragoman.adapter import Context
from dragoman.errors import UsageError
from dragoman.mapping.json import JsonWriter, form
from dragoman.mapping.table import Spec, Table
from dragoman.model import ForeignObject, Incident
from dragoman_stix.codecs import precise
from dragoman_stix.form import FORMAT, Form, in_order, kind_of
from dragoman_stix.ids import CONTRIBUTING, ONE_UUID, canonical, is_identifier, observable_id, uid
from dragoman_stix.narrative import flatten
from dragoman_stix.read import fields_of
from dragoman_stix.shapes import FOLDED, SHAPES, fold

Object = dict[str, Any]
TIMES = ("created", "generation_time", "modified", "report_time", "detection_time", "occurrence_time")


class Writing:
    """Writes the objects of one document; `renamed`: ids that are none in STIX -> those written instead."""

    def __init__(self, table: Table, context: Context, kept: Form) -> None:
        self.table, self.context, self.form = table, context, kept
        self.writer = JsonWriter(FORMAT, context.ledger, kept.looks)
        self.fields = list(dict.fromkeys(fields_of(table).values()))
        self.specs = {(spec.cls, spec.preset.get("type")): spec for spec in table.parts.values()}
        self.observables = {name: spec for name, spec in table.parts.items() if name in CONTRIBUTING}
        self.shape = asked_shape(context)
        self.renamed: dict[str, str] = {}

    def objects(self, incidents: Sequence[Incident]) -> list[Any]:
        """The objects of all incidents, in the order of the document they came from."""
        items = []
        for number, incident in enumerate(incidents):
            items += [(kind_of(item, number), item) for item in self.objects_of(incident)]
        if self.renamed:
            for _, item in items:
                _rename(item, self.renamed)
        return in_order(items, self.form.order)

    def objects_of(self, incident: Incident) -> list[Any]:
        """The objects of one incident: itself first, unless something else stands for it; then its parts."""
        flat = flatten(incident) if incident.basis is None else incident
        self._defaults(flat)
        out = [self._object(self.table.parts["incident"], flat)] if flat.basis is None else []
        for field in self.fields:
            parts = getattr(flat, field)
            for part in _impacts(parts) if field == "assessments" else parts:
                out += self._part(part)
        return out

    def _defaults(self, flat: Incident) -> None:
        """What the standard demands and nobody said: times are the incident's, references are to it."""
        time = next((getattr(flat, name) for name in TIMES if getattr(flat, name)), None)
        now = self.context.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z" if time is None else precise(time)
        own = flat.basis if flat.basis not in (None, "none") else f"incident--{flat.id}"
        self.writer.defaults = {"time": now, "modified": now, "incident": own, "incidents": [own]}

    def _part(self, part: Any) -> Iterator[Any]:
        if isinstance(part, ForeignObject):
            yield from self._foreign(part)
        elif (spec := self.spec_of(part)) is not None:
            yield self._object(spec, part)

    def spec_of(self, part: Any) -> Spec | None:
        """The type of object that a part is; None when STIX has none for it."""
        word = getattr(part, "type", None)
        return self.specs.get((type(part), word)) or self._by_class(part, word)

    def _by_class(self, part: Any, word: Any) -> Spec | None:
        spec = self.specs.get((type(part), None))
        return None if spec is not None and spec.name in self.observables and spec.name != word else spec

    def _object(self, spec: Spec, part: Any) -> Object:
        created = getattr(part, "created", None)
        if created:
            self.writer.defaults = {**self.writer.defaults, "modified": precise(created)}
        out = self.writer.write(spec, part)
        if not is_identifier(out.get("id"), spec.name):
            out = self._named(out, spec.name)
        if created:
            self.writer.defaults = {**self.writer.defaults, "modified": self.writer.defaults["time"]}
        return fold(out, form(part, FORMAT), self.shape) if spec.name in FOLDED else out

    def _named(self, out: Object, name: str) -> Object:
        """The object under an id of its type: that of its UUID, or one that follows from its name or content."""
        old = out.pop("id", None)
        if isinstance(old, str) and ONE_UUID.fullmatch(old):
            new = f"{name}--{old}"
        elif old:
            new = uid(name, old)
        else:
            new = observable_id(name, out) if name in CONTRIBUTING else uid(name, canonical(out))
        if old:
            self.renamed[old] = new
        head = {key: out[key] for key in ("type", "spec_version") if key in out}
        return head | {"id": new} | out

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


def _impacts(assessments: Sequence[Any]) -> Iterator[Any]:
    for assessment in assessments:
        yield from assessment.impacts


def asked_shape(context: Context) -> str | None:
    """The shape of the incident extension that was asked for.  Raises UsageError for one there is not."""
    shape = context.setting("stix.shape")
    if shape is not None and shape not in SHAPES:
        raise UsageError(f"stix.shape is {shape!r}", fix=f"one of {', '.join(SHAPES)}")
    return shape


def _rename(node: Any, renamed: dict[str, str]) -> None:
    """Puts the new ids where the old ones are referred to."""
    todo = [node]
    while todo:
        node = todo.pop()
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            if isinstance(value, dict | list):
                todo.append(value)
            elif isinstance(value, str) and value in renamed and _is_ref(key, node):
                node[key] = renamed[value]


def _is_ref(key: Any, node: Any) -> bool:
    return isinstance(node, list) or str(key).endswith("_ref")
