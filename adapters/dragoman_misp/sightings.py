"""That an attribute was seen again, or is no sign of anything: sightings and opinions about its part.

The organisation that saw it is a contact.  What says neither (an expiry, an odd value) is kept as it stands, with its place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from dragoman.ledger import Ledger
from dragoman.mapping.json import JsonReader, JsonWriter
from dragoman.model import Contact, Incident, Opinion, Sighting
from dragoman_misp.exact import FORMAT, Object, difference, keep, kept, restored
from dragoman_misp.growing import UUID, Growing
from dragoman_misp.tables import table
from dragoman_misp.times import to_epoch

SPELLED, OTHERS, MIXED, ORGANISATION = "sighting", "other-sightings", "sighting-types", "Organisation"
PARTS = {"0": ("sighting", "sightings"), "1": ("false-positive", "opinions")}
KINDS = {Sighting: "sighting", Opinion: "false-positive"}


def take(listed: Any, growing: Growing, main: Any) -> None:
    """Adds the parts of the sightings of an attribute or object, which `main` stands for."""
    others, kinds = [], []
    for place, said in enumerate(listed if type(listed) is list else ()):
        if type(said) is dict and str(said.get("type")) in PARTS and type(said.get("type")) in (str, int):
            _add(said, growing, main)
            kinds.append(str(said["type"]))
        else:
            others.append([place, said])
    if kinds != sorted(kinds):
        keep(main, MIXED, kinds)
    if others or type(listed) is not list:
        keep(main, OTHERS, others if type(listed) is list else listed)


def _add(said: Object, growing: Growing, main: Any) -> None:
    name, holder = PARTS[str(said["type"])]
    tables = growing.context.tables
    source = {key: value for key, value in said.items() if key not in ("uuid", ORGANISATION)}
    part = JsonReader(FORMAT, Ledger()).read(table(tables).parts[name], source)
    part.markings = main.markings
    part.id = growing.main_id("sighting" if isinstance(part, Sighting) else "opinion", said.get("uuid"), "Sighting")
    by = _organisation(said.get(ORGANISATION), growing, main)
    if isinstance(part, Sighting):
        part.first_seen = part.created = part.modified = part.last_seen
        part.sighting_of_ref, part.where_sighted_refs = main.id, [by] if by else ()
    else:
        part.created, part.object_refs, part.created_by = part.modified, [main.id], by
    if found := difference(told(part, {by: growing.parts.get(by or "")}, tables), said):
        keep(part, SPELLED, found)
    growing.add(holder, part)


def _organisation(said: Any, growing: Growing, main: Any) -> str | None:
    """The id of the contact that is an organisation, which is added when it is new: for those who may see `main`."""
    uuid = said.get("uuid") if type(said) is dict else None
    if type(uuid) is not str or not UUID.fullmatch(uuid):
        return None
    id_ = f"identity--{uuid}"
    known = growing.parts.get(id_) or next((contact for contact in growing.incident.contacts if contact.id == id_), None)
    if known is None:
        name = said.get("name")
        known = Contact(id=id_, name=name if type(name) is str else None, identity_class="organization")
        growing.add("contacts", known)
        known.markings = main.markings
    growing.parts[id_] = known
    return id_


def told(part: Any, contacts: dict[str | None, Any], tables: tuple[str, ...]) -> Object:
    """The sighting that a part is."""
    spec = table(tables).parts[KINDS[type(part)]]
    out: Object = {"uuid": str(part.id)[-36:], **JsonWriter(FORMAT, Ledger()).plainly(spec, part)}
    if "date_sighting" not in out and (stamp := to_epoch(_moment(part))) is not None:
        out["date_sighting"] = stamp
    by = contacts.get(sighted_by(part))
    if by is not None:
        out[ORGANISATION] = {"uuid": str(by.id)[-36:]} | ({"name": by.name} if by.name is not None else {})
    return out


def _moment(part: Any) -> str:
    """When it was seen, as nearly as is known."""
    return (part.first_seen if isinstance(part, Sighting) else None) or part.modified or part.created or ""


def sighted_by(part: Any) -> str | None:
    """The id of the organisation that saw it."""
    return next(iter(part.where_sighted_refs), None) if isinstance(part, Sighting) else part.created_by


class Sightings:
    """Tells the sightings of an incident, by the part that they are about.  told: ids of what is told once they are."""

    def __init__(self, incident: Incident, tables: tuple[str, ...]) -> None:
        self.tables = tables
        self.contacts = {contact.id: contact for contact in incident.contacts if _is_organisation(contact)}
        self.about: dict[str, list[Any]] = defaultdict(list)
        for part in incident.sightings:
            if part.sighting_of_ref and _is_named(part):
                self.about[part.sighting_of_ref].append(part)
        for opinion in incident.opinions:
            if opinion.opinion == "strongly-disagree" and len(opinion.object_refs) == 1 and _is_named(opinion):
                self.about[opinion.object_refs[0]].append(opinion)
        seers = (sighted_by(part) for parts in self.about.values() for part in parts)
        self.told: set[str] = {by for by in seers if by is not None and by in self.contacts}

    def told_with(self, main: Any) -> Iterator[Any]:
        """What the sightings of a part say: themselves, and who saw it."""
        for part in self.about.get(main.id, ()):
            yield part
            if (by := self.contacts.get(sighted_by(part))) is not None:
                yield by

    def give(self, main: Any) -> Any:
        """The sightings of a part, None when it has none."""
        others = kept(main, OTHERS)
        parts = self.about.get(main.id)
        if parts is None and others is None:
            return None
        ordered = _mixed(parts or (), kept(main, MIXED))
        found = [restored(told(part, self.contacts, self.tables), kept(part, SPELLED)) for part in ordered]
        if others is not None and not isinstance(others, list):
            return found or others
        for pair in others or ():
            if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], int):
                found.insert(pair[0], pair[1])
        return found or None


def _mixed(parts: Sequence[Any], kinds: Any) -> list[Any]:
    """Parts in the order in which their types came; sightings before opinions where that is not known."""
    order = [kind for kind in kinds if isinstance(kind, str)] if isinstance(kinds, list) else []
    waiting = {kind: [part for part in parts if PARTS[kind][0] == KINDS[type(part)]] for kind in PARTS}
    found = [waiting[kind].pop(0) for kind in order if waiting.get(kind)]
    return [*found, *(part for kind in PARTS for part in waiting[kind])]


def _is_organisation(contact: Contact) -> bool:
    return contact.id is not None and UUID.fullmatch(contact.id.removeprefix("identity--")) is not None


def _is_named(part: Any) -> bool:
    return part.id is not None and UUID.fullmatch(part.id.partition("--")[2]) is not None
