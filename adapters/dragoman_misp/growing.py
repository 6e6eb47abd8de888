"""An incident while its MISP event is read: where parts are added, observables stand once, and ids never clash."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from dragoman.adapter import Context
from dragoman.ledger import Kind
from dragoman.model import Incident
from dragoman.model.naming import identified, uid
from dragoman_misp.usual import Usual

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@lru_cache(1 << 14)  # each is asked for several times, shortly after each other
def derived(kind: str, role: str, uuid: str) -> str:
    """The id of a part that an attribute or object brings along, such as what an indicator is based on."""
    return uid(kind, f"{role} of {uuid}")


@dataclass(slots=True)
class Growing:
    """The incident of one event.

    report_id: the id under which the event itself stands.  creator: the id of its organisation.  usual: what most
    attributes and objects of the event say alike.  tags, galaxies: what is known of each tag name
    and type of galaxy.  markings: what the event's tags say, for all its parts.  parts: all parts by id.
    holders: the list in which each stands.  references: what objects refer to.  order: the lists to which attributes and
    objects came.
    remarks: the comments on parts, by their ids.  mains: the id of the part that stands for an attribute or object, by
    its uuid.
    """

    incident: Incident
    context: Context
    report_id: str
    creator: str | None = None
    usual: Usual = field(default_factory=Usual)
    tags: dict[str, Any] = field(default_factory=dict)
    galaxies: dict[str, Any] = field(default_factory=dict)
    markings: Sequence[str] = ()
    parts: dict[str, Any] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, Any] = field(default_factory=dict)
    mains: dict[str, str] = field(default_factory=dict)
    references: list[tuple[Any, Any, list[Any]]] = field(default_factory=list)
    order: dict[str, list[str]] = field(default_factory=lambda: {"attribute": [], "object": []})

    def add(self, holder: str, part: Any) -> str:
        """Adds a part to a list of the incident; its id."""
        held = getattr(self.incident, holder)
        if type(held) is not list:
            held = list(held)
            setattr(self.incident, holder, held)
        held.append(part)
        if self.markings and not part.markings:
            part.markings = self.markings
        self.parts[part.id] = part
        self.holders[part.id] = holder
        return part.id  # type: ignore[no-any-return]

    def observable(self, part: Any) -> str:
        """The id of an observable, which is added when the incident does not have it yet."""
        identified(part)
        known = self.parts.get(part.id)
        if known is None:
            return self.add("observables", part)
        part.markings = known.markings
        if known == part:
            return part.id  # type: ignore[no-any-return]
        part.markings = ()
        part.id = uid(part.type, repr(part))  # the same id, but something else is said beside it: both stand
        return part.id if part.id in self.parts else self.add("observables", part)

    def main_id(self, kind: str, uuid: Any, what: str) -> str:
        """The id of the part that stands for an attribute or object with this uuid; one of our own when it cannot be used."""
        found = f"{kind}--{uuid}"
        if type(uuid) is str and UUID.fullmatch(uuid) and uuid not in self.mains:
            self.mains[uuid] = found
            return found
        return self._own_id(kind, uuid, what)

    def _own_id(self, kind: str, uuid: Any, what: str) -> str:
        lowered = uuid.lower() if type(uuid) is str else ""
        if UUID.fullmatch(lowered) and lowered not in self.mains:
            found = f"{kind}--{lowered}"
        else:
            found = uid(kind, f"{what} {len(self.mains)} of {self.report_id}")
            if uuid is not None:
                reason = "a uuid that cannot be used, or that another one has: kept as it stands"
                self.context.ledger.note(Kind.INVALID, "D201", f"/{what}/uuid", reason, uuid)
        self.mains[found.partition("--")[2]] = found
        return found
