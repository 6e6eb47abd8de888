"""An incident laid over the type that it says it is of: custom fields by their definitions, values in canonical form.

The same for what comes in and what goes out.  Nothing is taken away but a consequence that the type withholds; what does
not fit is kept as it stands and told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dragoman.adapter import Context
from dragoman.incident_types.definitions import FieldDefinition, TypeDefinition, Types, load
from dragoman.ledger import Kind, Ledger
from dragoman.mapping.kinds import canonical, kind_of
from dragoman.model import Additional, CustomField, FieldType, Incident, IncidentType, Text
from dragoman.model.plain import copied, fields
from dragoman.profile import Profile
from dragoman.translate import Step

CUSTOM = "custom_fields"
UNSAID: tuple[Any, ...] = (None, ())


def typed(incident: Incident, types: Types, context: Context) -> Incident:
    """The incident as its type has it; the one that was given stays as it was, and the ledger tells what became of it.

    Additional data of a format that is called like a field of the type becomes that field.
    """
    fitting = Fitting(types.of(incident.type) or _by_category(incident, types), context.ledger)
    if incident.type is not None and fitting.type is None:
        word = incident.type.name or incident.type.id or ""
        context.ledger.note(Kind.INVALID, "D506", "/type", "is none of the incident types that are defined", word)
    additional, taken = fitting.divided(incident)
    own = [fitting.field(field, f"/{CUSTOM}/{place}") for place, field in enumerate(incident.custom_fields)]
    fitting.tell_missing([*own, *taken])
    made = copied(incident, type=fitting.of(incident.type), custom_fields=[*own, *taken] or (), additional=additional or ())
    names = {_name(old): _name(new) for old, new in zip(incident.custom_fields, own, strict=True)}
    return copied(made, **_relabelled(made, names))


def _by_category(incident: Incident, types: Types) -> TypeDefinition | None:
    """Of an incident that says no type, the first of its categories that is one: IODEF has no other word for it."""
    if incident.type is not None:
        return None
    words = [*incident.incident_types, *(word for one in incident.assessments for word in one.categories)]
    said = (IncidentType(name=word.value if isinstance(word, Text) else word) for word in words)
    return next((found for found in map(types.of, said) if found is not None), None)


def step(profile: Profile) -> Step | None:
    """What a profile does to every incident that is read or written; None when it has no types.

    Raises UsageError naming file and place, MappingError, OSError.
    """
    if not profile.types.files:
        return None
    types = load(profile.path(file) for file in profile.types.files)
    return lambda incident, context: typed(incident, types, context)


@dataclass(frozen=True, slots=True)
class Fitting:
    """Lays one incident over its type; without one, values are checked by the kind that their fields say themselves."""

    type: TypeDefinition | None
    ledger: Ledger

    def of(self, said: IncidentType | None) -> IncidentType | None:
        """The incident's type with what its definition says besides; without a consequence that is withheld."""
        if said is None or self.type is None:
            return said
        if said.name in self.type.aliases:
            self._told("/type/name", f"is called {self.type.name!r} by the incident type", said.name)
            said = copied(said, name=self.type.name)
        made: IncidentType = self._filled(said, self.type.shown(), "/type")
        if self.type.withhold_consequence and made.consequence is not None:
            self.ledger.note(Kind.DROPPED, "D505", "/type/consequence", "the incident type withholds it")
            made = copied(made, consequence=None)
        return made

    def divided(self, incident: Incident) -> tuple[list[Additional], list[CustomField]]:
        """Additional data that stays, and custom fields made of what is called like one."""
        stays: list[Additional] = []
        taken: list[CustomField] = []
        for place, item in enumerate(incident.additional):
            definition = self._meant(item)
            if definition is None:
                stays.append(item)
                continue
            self._told(f"/additional/{place}", f"is the custom field {definition.name!r} of the incident type", item.value)
            field = CustomField(value=item.value, markings=item.markings, field_markings=item.field_markings)
            number = len(incident.custom_fields) + len(taken)
            taken.append(self._defined(field, FieldType(), definition, f"/custom_fields/{number}"))
        return stays, taken

    def _meant(self, item: Additional) -> FieldDefinition | None:
        """The definition of additional data that is no more than a name and a value."""
        if self.type is None or item.value is None or item.xml is not None or item.residue:
            return None
        return self.type.called(item.name)

    def field(self, field: CustomField, path: str) -> CustomField:
        """A custom field as its definition has it; as it stands when there is none."""
        said = field.type or FieldType()
        definition = None if self.type is None else self.type.field(field.type)
        if definition is not None:
            return self._defined(field, said, definition, path)
        if self.type is not None:
            self.ledger.note(Kind.INVALID, "D501", path, f"{self.type.name!r} does not define it: kept", said.name or "")
        kind = kind_of(said.type or "string")
        if kind is None:
            reason = "is no type of custom fields: read as a string"
            self._wrong("D202", f"{path}/type/type", reason, said.type)
        return self._valued(field, kind or "string", path)

    def _defined(self, field: CustomField, said: FieldType, definition: FieldDefinition, path: str) -> CustomField:
        made = self._valued(field, definition.type, path)
        if said.name not in (None, definition.name):
            self._told(f"{path}/type/name", f"is called {definition.name!r} by the incident type", said.name)
            said = copied(said, name=definition.name)
        if said.type is not None and kind_of(said.type) != definition.type:
            self._told(f"{path}/type/type", f"is {definition.type!r} by the incident type", said.type)
            said = copied(said, type=definition.type)
        return copied(made, type=self._filled(said, definition.shown(), f"{path}/type"))

    def _valued(self, field: CustomField, kind: str, path: str) -> CustomField:
        """With its value in canonical form; one that is not of its kind as it stands."""
        if field.value is None:
            return field
        try:
            value = canonical(kind, field.value)
        except ValueError as error:
            self._wrong("D201", f"{path}/value", f"{error}: kept as it stands", field.value)
            return field
        if value == field.value:
            return field
        self._told(f"{path}/value", f"is {value!r} in canonical form", field.value)
        return copied(field, value=value)

    def tell_missing(self, fields: list[CustomField]) -> None:
        """Tells of every field that the type requires and nobody filled in."""
        if self.type is None:
            return
        there = {definition.id for field in fields if (definition := self.type.field(field.type)) and field.value is not None}
        for definition in self.type.fields:
            if definition.required and definition.id not in there:
                reason = f"{definition.name!r} is missing, which {self.type.name!r} asks for"
                self.ledger.note(Kind.INVALID, "D502", "/custom_fields", reason)

    def _filled(self, said: Any, known: Any, path: str) -> Any:
        """A part with what is known of it where it says nothing; each such value is told."""
        cls: type = type(known)
        news = ((name, getattr(known, name)) for name in fields(cls) if getattr(said, name) in UNSAID)
        made = {name: value for name, value in news if value not in UNSAID}
        for name, value in made.items():
            self.ledger.note(Kind.DEFAULTED, "D503", f"{path}/{name}", "taken from the incident type", value)
        return copied(said, **made) if made else said

    def _wrong(self, code: str, path: str, reason: str, was: str | None) -> None:
        self.ledger.note(Kind.INVALID, code, path, reason, was or "")

    def _told(self, path: str, reason: str, was: str | None) -> None:
        self.ledger.note(Kind.NARROWED, "D504", path, reason, was or "")


def _name(field: CustomField) -> str:
    return (field.type.name if field.type is not None else None) or ""


def _relabelled(incident: Incident, names: Mapping[str, str]) -> dict[str, Any]:
    """The incident's markings of single custom fields under the names that the fields have now."""
    paths = {f"{CUSTOM}.{old}": f"{CUSTOM}.{new}" for old, new in names.items() if old != new}
    changes: dict[str, Any] = {
        "field_markings": [
            copied(one, fields=[paths.get(name, name) for name in one.fields]) for one in incident.field_markings
        ]
    }
    if incident.tlp is not None:
        said = [copied(one, field=paths.get(one.field or "", one.field)) for one in incident.tlp.fields]
        changes["tlp"] = copied(incident.tlp, fields=said or ())
    return {name: value or () for name, value in changes.items()} if paths else {}
