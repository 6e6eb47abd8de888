"""What is ours in a message that we derive: who sends it, whom to talk to, and our own incident types and fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dragoman.adapter import Context
from dragoman.errors import UsageError
from dragoman.incident_types.definitions import FieldDefinition, TypeDefinition, Types, as_id
from dragoman.mapping.kinds import kind_of
from dragoman.model.incident import FieldType, Incident, IncidentType
from dragoman.model.people import Contact, ContactPoint
from dragoman.model.plain import copied, leaves
from dragoman.profile import Agreement, Profile, Sender

WORDS = ("name", "zip", "city")
LONGEST = 90  # characters: an id is no longer, with the type of its object before it
POINTS = {"email": "emails", "phone": "phones", "address": "postal_addresses"}  # as the base message calls them


@dataclass(frozen=True, slots=True)
class Known:
    """What our incident types say of an incident of theirs.  own: the one that it is of; None when it is none of ours."""

    types: Types
    own: TypeDefinition | None = None

    @classmethod
    def of(cls, types: Types, theirs: IncidentType | None) -> Known:
        return cls(types, types.of(theirs))

    def type(self, theirs: IncidentType) -> IncidentType:
        """Our type; else one of their name that has no id yet, so that it gets a new one."""
        return copied(theirs, id=None) if self.own is None else self.own.shown()

    def field(self, theirs: FieldType | None) -> FieldDefinition | None:
        """Our definition of a field of theirs: of our type, else the only one that any type has; None when there is none."""
        if self.own is not None:
            return self.own.field(theirs)
        found = [definition for one in self.types.types if (definition := one.field(theirs)) is not None]
        return found[0] if len(found) == 1 else None


def renewed(theirs: FieldType | None) -> FieldType:
    """A definition of theirs by its name alone, with no id and none of their words besides."""
    return FieldType(name=theirs.name, type=kind_of(theirs.type) or "string") if theirs is not None else FieldType()


def ids_of_ours(types: Types, received: Iterable[Incident]) -> list[str]:
    """The ids of our types and fields that are ours alone.

    One that stands in what we received came from a file that we share with its sender, and would lead there.
    """
    own = {*(one.id for one in types.types), *(field.id for one in types.types for field in one.fields)}
    said = (text for incident in received if own for _, text in leaves(incident) if isinstance(text, str))
    shared = {as_id(text.rpartition("--")[2]) for text in said if len(text) < LONGEST}
    return sorted(str(id_) for id_ in own - shared)


def sender(profile: Profile) -> Sender:
    """Who sends.  Raises UsageError for a profile that does not say."""
    if not profile.sender.name:
        raise UsageError("the profile does not say who sends", fix='[sender] name = "CSIRT of Example"')
    return profile.sender


def liaison(agreement: Agreement | None, context: Context) -> Contact:
    """Whom to talk to: as agreed with the partner, else [defaults.liaison].  Raises UsageError when nobody is named."""
    said = dict(agreement.liaison) if agreement is not None and agreement.liaison else _default(context)
    if not said.get("name"):
        raise UsageError("the profile names no liaison of ours", fix='[defaults.liaison] name = "…" and email = "…"')
    made = Contact(role="liaison", id=said.get("id"))
    for name in WORDS:
        setattr(made, name, said.get(name))
    for name, points in POINTS.items():
        setattr(made, points, [ContactPoint(value=said[name])] if said.get(name) else ())
    return made


def _default(context: Context) -> dict[str, str]:
    names = ("id", *WORDS, *POINTS)
    return {name: str(value) for name in names if (value := context.setting(f"defaults.liaison.{name}")) is not None}
