"""From the graph to the tree: every member that hangs on its owner by a name that follows from its place goes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, TypeAlias

from dragoman.model import Incident, Part, Relation, Sighting
from dragoman.model.plain import copied
from dragoman_stix.narrative import happenings, impacts, indicators, notes, observing, people, systems
from dragoman_stix.narrative.flatten import default_title
from dragoman_stix.narrative.labels import unlabel
from dragoman_stix.narrative.markings import foreign_markings, statements_in
from dragoman_stix.narrative.paths import OBSERVABLE_ID, UUID, incident_uuid, link_name, member_id
from dragoman_stix.narrative.references import identified_by
from dragoman_stix.narrative.values import brief

LISTS = (
    "contacts", "systems", "events", "history", "indicators", "actors", "campaigns", "techniques", "vulnerabilities",
    "courses_of_action", "observables", "observations", "notes", "locations",
)  # fmt: skip
ID, SOURCE, TARGET = attrgetter("id"), attrgetter("source_ref"), attrgetter("target_ref")
UUID_LENGTH = 36
NONE: Iterator[Any] = iter(())


Before: TypeAlias = tuple[str, tuple[str, ...]]


class Assembling:
    """The flat parts of one incident by id, and what of them has been taken into the tree.

    names: id() of a part -> the id of the object that it stands in, for the cargo (`dragoman.carry`).
    owned: a part as it may be changed.
    """

    def __init__(self, incident: Incident, names: dict[int, str], owned: Callable[[Any], Any]) -> None:
        self.incident, self.names, self.owned_part = incident, names, owned
        self.key = incident.id or ""
        self.created: str | None = None
        self.markings: tuple[str, ...] = ()
        self.parts: dict[str, Any] = {}
        impacts = [impact for assessment in incident.assessments for impact in assessment.impacts]
        for parts in reversed([*(getattr(incident, field) for field in LISTS), impacts]):  # of equal ids the first counts
            self.parts.update(zip(map(ID, reversed(parts)), reversed(parts), strict=True))
        links: list[Relation | Sighting] = [*incident.relations, *incident.sightings]
        self.links = {(link.id or "")[-UUID_LENGTH:]: link for link in links}
        self.statements = statements_in(incident)
        self.owner = self.whole = f"incident--{incident.id}"  # whose members are asked for
        # How many links an owner has that is the target, or the source.
        self.owned = {True: Counter(map(TARGET, incident.relations)), False: Counter(map(SOURCE, incident.relations))}
        for event in incident.events:
            self.owned[False][event.id or ""] = len(event.sighting_refs)
        self.taken: set[int] = set()
        self.placed: dict[str, list[Any]] = {}  # what stands at the top of the tree, by field

    def members(self, path: str, owned_by_target: bool = False, kind: type = object) -> Iterator[tuple[Any, Any, str]]:
        """What of a kind hangs at path/0, path/1 … as (relationship, part, its path), until one is missing."""
        return self._members(path, owned_by_target, kind) if self.owned[owned_by_target].get(self._core(self.owner)) else NONE

    def _members(self, path: str, owned_by_target: bool, kind: type) -> Iterator[tuple[Any, Any, str]]:
        place = 0
        while found := self.member(f"{path}/{place}", owned_by_target, kind):
            yield *found, f"{path}/{place}"
            place += 1

    def member(self, path: str, owned_by_target: bool = False, kind: type = object) -> tuple[Any, Any] | None:
        """What of a kind hangs at a path: what ties it to its owner and its part, both taken out of the graph."""
        owner = self._core(self.owner)
        owned = self.owned[owned_by_target]
        if not owned.get(owner):
            return None
        link = self.links.get(link_name(self.key, path))
        if link is None:
            return None
        found, member = _ends(link, owned_by_target)
        if not member or not isinstance(self.parts.get(member), kind) or (found is not None and found != owner):
            return None
        owned[owner] -= 1
        self.taken.add(id(link))
        return link, self.use(member)

    def is_left(self, ref: str) -> bool:
        """Whether nobody has taken the link of that id."""
        link = self.links.get(ref.partition("--")[2])
        return link is None or id(link) not in self.taken

    def _core(self, owner: str) -> str:
        """The end of an owner's relationships: that of a task is the incident."""
        return self.whole if owner.startswith("task--") else owner

    @contextmanager
    def as_incident(self) -> Iterator[None]:
        """While contacts of an event are asked for, which are tied to the incident."""
        before, self.owner = self.owner, self.whole
        yield
        self.owner = before

    def own(self, type_name: str, path: str) -> Any | None:
        """The part whose id follows from its place, for members that need no relationship."""
        return self.use(member_id(type_name, self.key, path))

    def use(self, ref: str | None) -> Any | None:
        """A part that another one refers to; it is taken, for it stands in the tree inside that one."""
        part = self.parts.get(ref or "")
        if part is None or id(part) in self.taken:
            return part
        self.parts[str(ref)] = own = self.owned_part(part)
        self.taken |= {id(part), id(own)}
        return own

    def owned_by_place(self, type_name: str, path: str) -> Iterator[tuple[Any, str]]:
        """The parts at path/0, path/1 … whose ids follow from there, as (part, its path), until one is missing."""
        place = 0
        while (part := self.own(type_name, f"{path}/{place}")) is not None:
            yield part, f"{path}/{place}"
            place += 1

    def enter(self, flat: Any, type_name: str, path: str) -> Before:
        """Undoes what every object gets: id, times, markings; it is the owner now.  Returns what `leave` needs."""
        before, inherited = (self.owner, self.markings), self.markings
        self.owner = str(flat.id)
        local = [ref for ref in flat.references if ref.source_name == OBSERVABLE_ID]
        if flat.id == member_id(type_name, self.key, path):
            flat.id = local[0].external_id if local else None
        else:
            flat.id = str(flat.id).partition("--")[2]
        flat.references = [ref for ref in flat.references if ref not in local] or ()
        if flat.created == self.created:
            flat.created = None
        if flat.modified == self.created:
            flat.modified = None
        self.markings = tuple(flat.markings)
        flat.markings = self.unmarked(flat.markings, inherited)
        return before

    def leave(self, before: Before) -> None:
        """Back to the owner's owner and its markings."""
        self.owner, self.markings = before

    def unmarked(self, markings: Any, inherited: tuple[str, ...]) -> Any:
        """A member's own markings, in the words of its scheme; none when they are just the owner's."""
        if tuple(markings) == inherited:
            return ()
        return foreign_markings(markings, self.statements, inherited) or ()

    def plain(self, part: Part, inherited: tuple[str, ...]) -> Part:
        """A copy of a shared observable as its owner has it: no id, no markings of the owner."""
        return copied(part, id=None, markings=self.unmarked(part.markings, inherited))


def _ends(link: Relation | Sighting, owned_by_target: bool) -> tuple[str | None, str | None]:
    """The owner and the member of a link; a sighting names its owner on the event only."""
    if isinstance(link, Sighting):
        return None, link.observed_data_refs[0] if link.observed_data_refs else link.sighting_of_ref
    ends = (link.source_ref, link.target_ref)
    return ends[::-1] if owned_by_target else ends


def assemble(incident: Incident, names: dict[int, str], owned: Callable[[Any], Any]) -> Incident:
    """The tree that `flatten` made a graph of, in place; what it did not make stays flat.

    names: id() of a part -> the id of its object; parts that are made here are added.  owned: a part as it may be changed.
    """
    work = Assembling(incident, names, owned)
    _identity(work)
    owner_markings = tuple(incident.markings)
    work.markings = owner_markings
    _times(work)
    work.placed["contacts"] = people.assembled(work, "")
    people.assemble_related(work, incident)
    happenings.assemble_incident(work)
    impacts.assemble_incident(work)
    indicators.assemble_indicators(work)
    systems.assemble_incident(work)
    observing.assemble_loose(work)
    incident.additional = notes.assemble_notes(work, "")
    incident.markings = foreign_markings(owner_markings, work.statements) or ()
    unlabel(incident, {"purpose": "purpose"})
    if incident.summary == default_title(incident.description, incident.identifier):
        incident.summary = None
    _forget_members(work)
    _leftovers(work)
    return incident


def _forget_members(work: Assembling) -> None:
    """The core extension need not name what stands in the tree."""
    if not work.taken:
        return
    taken = {name for name, part in work.parts.items() if id(part) in work.taken}
    for field in ("event_refs", "task_refs", "impact_refs"):
        left = [ref for ref in getattr(work.incident, field) if not isinstance(ref, str) or ref not in taken]
        setattr(work.incident, field, left or ())


def _identity(work: Assembling) -> None:
    """The identifier of an incident whose id follows from it."""
    incident = work.incident
    named = next(identified_by(incident.references), None)
    if named is not None and incident.id == incident_uuid(Incident(identifier=named)):
        incident.identifier, incident.id = named, None
        incident.references = list(incident.references[1:]) or ()
    own = [ref for ref in incident.references if ref.source_name == OBSERVABLE_ID and ref.external_id]
    if own and (incident.identifier or incident.id == incident_uuid(Incident(id=own[0].external_id))):
        incident.id = own[0].external_id
        incident.references = [ref for ref in incident.references if ref is not own[0]] or ()


def _times(work: Assembling) -> None:
    incident = work.incident
    work.created = incident.created
    if incident.id is None or not UUID.fullmatch(incident.id):
        incident.generation_time, incident.created, incident.modified = brief(incident.created), None, None


def _leftovers(work: Assembling) -> None:
    """What was taken leaves the flat lists; statements that stand for words of another scheme too."""
    incident = work.incident
    for field in (*LISTS, "relations", "sightings"):
        left = getattr(incident, field)
        if work.taken:
            left = [part for part in left if id(part) not in work.taken]
        setattr(incident, field, [*work.placed.get(field, ()), *left] or ())
    made = [md for md in incident.marking_definitions if md.id not in work.statements]
    incident.marking_definitions = made or ()
    if incident.lang is not None and incident.id is None:
        from dragoman.model import Header

        if incident.header is None:
            incident.header = Header()
        incident.header.lang, incident.lang = incident.lang, None
