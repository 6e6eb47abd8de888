"""What is ours in a message that we derive: who sends it, whom to talk to, and our own incident types and fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dragoman.adapter import Context
from dragoman.errors import UsageError
from dragoman.model.incident import FieldType, IncidentType
from dragoman.model.people import Contact, ContactPoint
from dragoman.model.plain import copied
from dragoman.profile import Agreement, Profile, Sender

WORDS = ("name", "zip", "city")
POINTS = {"email": "emails", "phone": "phones", "address": "postal_addresses"}  # as the base message calls them


@dataclass(frozen=True, slots=True)
class Known:
    """Incident types and definitions of custom fields that are ours, by the name that both sides use."""

    types: Mapping[str, IncidentType] = field(default_factory=dict)
    fields: Mapping[str, FieldType] = field(default_factory=dict)

    @classmethod
    def of(cls, types: Iterable[IncidentType] = (), fields: Iterable[FieldType] = ()) -> Known:
        return cls({one.name: one for one in types if one.name}, {one.name: one for one in fields if one.name})

    def ids(self) -> list[str]:
        """The ids that are ours."""
        return [one.id for one in (*self.types.values(), *self.fields.values()) if one.id]

    def type(self, theirs: IncidentType) -> IncidentType:
        """Our type of that name; else one that has no id yet, so that it gets a new one."""
        ours = self.types.get(theirs.name or "")
        return copied(theirs, id=None) if ours is None else copied(ours)

    def custom(self, theirs: FieldType | None) -> FieldType | None:
        """Our definition of the field of that name; None when we have none."""
        ours = self.fields.get(theirs.name or "") if theirs is not None else None
        return None if ours is None else copied(ours)


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
