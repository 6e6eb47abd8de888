"""Whom to talk to, and how to reach them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dragoman.model.parts import Described, Entity, Text, Words


@dataclass(slots=True, kw_only=True)
class ContactPoint(Described):
    """One way to reach somebody: a mail address, a number, a postal address, a registry handle or an account.

    type: the source's word (direct, hotline, mobile, mailing, ripe …).  ref: the id of the observable that holds it.
    """

    type: str | None = None
    value: str | None = None
    lang: str | None = None
    group: str | None = None
    classified: bool | None = None
    ref: str | None = None


@dataclass(slots=True, kw_only=True)
class Contact(Entity):
    """A person or an organisation; the base format's liaison is one."""

    role: str | None = None
    type: str | None = None
    names: Sequence[Words] = ()
    titles: Sequence[Words] = ()
    registry_handles: Sequence[ContactPoint] = ()
    postal_addresses: Sequence[ContactPoint] = ()
    emails: Sequence[ContactPoint] = ()
    phones: Sequence[ContactPoint] = ()
    accounts: Sequence[ContactPoint] = ()
    timezone: str | None = None
    contacts: Sequence[Contact] = ()
    zip: str | None = None
    city: str | None = None
    roles: Sequence[str] = ()
    identity_class: str | None = None
    sectors: Sequence[str] = ()
    contact_information: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    prefix: str | None = None
    suffix: str | None = None

    @property
    def label(self) -> str | None:
        """What to call them: some formats give one name, others several in their languages."""
        first = next(iter(self.names), None)
        return self.name or (first.value if isinstance(first, Text) else first)
