"""From the tree to the graph: every member becomes an object of its own, tied to its owner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from dragoman.model import Identifier, Incident, Part, Reference, Relation, Sighting
from dragoman.model.marking import AS_AGREED
from dragoman.model.naming import identified
from dragoman.model.plain import copied
from dragoman_stix.narrative import happenings, impacts, indicators, notes, observing, people, systems
from dragoman_stix.narrative.guarding import guarded
from dragoman_stix.narrative.labels import label
from dragoman_stix.narrative.markings import level_of, stix_markings
from dragoman_stix.narrative.paths import OBSERVABLE_ID, STIX_ID, UUID, incident_uuid, link_name, member_id
from dragoman_stix.narrative.references import identifying, sound_all
from dragoman_stix.narrative.values import UNNAMED, base_time, first_line, language

RELATED = "related-to"
BETWEEN_EXTENSIONS = {"participated-in"}


class Flattening:
    """The graph of one incident while it grows: lists of flat parts by the incident's own field names."""

    def __init__(self, incident: Incident) -> None:
        self.incident = incident
        self.key = incident_uuid(incident)
        self.whole = f"incident--{self.key}"
        self.sighted: dict[str, list[str]] = defaultdict(list)  # by event, what it has sighted
        self.filled: list[tuple[str, Any]] = []  # by path, what STIX demands and nobody said
        self.lists: dict[str, list[Any]] = defaultdict(list)
        self.seen: dict[str, Any] = {}  # observables by id: one object for one value
        self.markings: tuple[str, ...] = ()  # those of the nearest owner: STIX objects inherit nothing

    def fill(self, path: str, value: Any) -> Any:
        """A value that STIX demands and nobody said: it is told.  Reading takes it off again, so comparing cannot tell."""
        self.filled.append((path, value))
        return value

    def id_of(self, part: Part, type_name: str, path: str) -> str:
        """The STIX id of a member: its own where it is one, else one that follows from its place."""
        if part.id and STIX_ID.fullmatch(part.id):
            return part.id
        if part.id and UUID.fullmatch(part.id):
            return f"{type_name}--{part.id}"
        return member_id(type_name, self.key, path)

    def local(self, part: Part) -> list[Reference]:
        """A document's own id for a part, where it is no UUID, as an external reference."""
        if part.id is None or UUID.fullmatch(part.id) or STIX_ID.fullmatch(part.id):
            return []
        return [Reference(source_name=OBSERVABLE_ID, external_id=part.id)]

    def effective(self, part: Part) -> list[str]:
        """The markings of a part, or of the nearest owner that has some."""
        if not part.markings:
            return [*self.markings]
        own = [marking for marking in part.markings if marking != AS_AGREED]
        return stix_markings(self, part.markings) if own else [*self.markings, *stix_markings(self, part.markings)]

    def stricter(self, part: Part) -> bool:
        """Whether fewer people may see a part than the object in which it would stand; if so it must not stand there."""
        return level_of(self.effective(part)) > level_of(self.markings)

    def add(self, field: str, part: Any) -> str:
        """Puts a flat part into the incident's list of that name."""
        if getattr(part, "references", ()):
            part.references = sound_all(part.references)
        parts = self.lists[field]
        if getattr(part, "name", None) == UNNAMED:
            self.fill(f"/{field}/{len(parts)}/name", UNNAMED)
        parts.append(part)
        return str(part.id)

    def observe(self, observable: Any, markings: Sequence[str] | None = None) -> str:
        """Puts an observable into the graph once, under the id that follows from its value."""
        made = identified(observable)
        known = self.seen.get(made.id)
        wanted = self.markings if markings is None else markings
        if known is None:
            made.markings = [*wanted] or ()
            self.seen[made.id] = made
            self.add("observables", made)
        elif missing := [marking for marking in wanted if marking not in known.markings]:
            known.markings = [*known.markings, *missing]
        return str(made.id)

    def link(
        self, path: str, source: str, relation: str, target: str,
        references: Sequence[Reference] = (), labels: Sequence[str] = (), markings: Sequence[str] | None = None,
    ) -> None:  # fmt: skip
        """Ties the member at `path` to its owner.

        By a relationship; what an event owns it has sighted instead, for a relationship to an object that an extension
        defines is refused by strict readers.  For the same reason what a task owns is tied to the incident.
        """
        name = link_name(self.key, path)
        made: Relation | Sighting
        if source.startswith("event--"):
            made = self._sighting(name, source, target)
        else:
            relation = RELATED if relation in BETWEEN_EXTENSIONS else relation
            source, target = self.core(source), self.core(target)
            made = Relation(id=f"relationship--{name}", relation=relation, source_ref=source, target_ref=target)
        made.references, made.labels = [*references] or (), [*labels] or ()
        made.markings = [*(self.markings if markings is None else markings)] or ()
        self.add("relations" if type(made) is Relation else "sightings", made)

    def core(self, end: str) -> str:
        """The end of a relationship: the incident for an event or a task."""
        return self.whole if end.startswith(("event--", "task--")) else end

    def _sighting(self, name: str, event: str, member: str) -> Sighting:
        """What an event owns: an object that was sighted, or the incident by observed data."""
        made = Sighting(id=f"sighting--{name}", sighting_of_ref=member)
        if member.startswith("observed-data--"):
            made.sighting_of_ref, made.observed_data_refs = self.whole, [member]
        self.sighted[event].append(f"sighting--{name}")
        return made


def flatten(incident: Incident, filled: list[tuple[str, Any]] | None = None) -> Incident:
    """The incident as the flat graph that the table of STIX can write: a new incident; the one given is not touched.

    What came from STIX is flat already and stays as it is.  filled: takes what had to be filled in, by path.
    """
    work = Flattening(guarded(incident))
    flat = _incident(work)
    for field, parts in work.lists.items():
        setattr(flat, field, [*_own(flat, field), *parts])
    if list(flat.references) != list(incident.references):
        flat.references = sound_all(flat.references)
    _name_members(flat, work)
    if filled is not None:
        filled += work.filled
    return flat


def _name_members(flat: Incident, work: Flattening) -> None:
    """The incident's core extension names the events, tasks and impacts that were made for it."""
    made = {"event_refs": work.lists["events"], "task_refs": work.lists["history"]}
    for field, parts in made.items():
        setattr(flat, field, [*_own(flat, field), *(part.id for part in parts)] or ())
    own = {impact.id for assessment in work.incident.assessments for impact in assessment.impacts}
    held = [impact.id or "" for assessment in flat.assessments for impact in assessment.impacts]
    flat.impact_refs = [*flat.impact_refs, *(ref for ref in held if ref not in own)] or ()


def _own(flat: Incident, field: str) -> Iterable[Any]:
    held: Iterable[Any] = getattr(flat, field)
    return held


def _incident(work: Flattening) -> Incident:
    incident = work.incident
    flat = copied(incident, id=work.key)
    work.markings = tuple(work.effective(_labelled(incident)))
    flat.markings = list(work.markings) or ()
    _names(work, flat)
    owner = f"incident--{flat.id}"
    people.flatten_contacts(work, incident, flat, owner, "")
    happenings.flatten_incident(work, incident, flat, owner)
    impacts.flatten_incident(work, incident, flat)
    systems.flatten_incident(work, incident, flat)
    people.flatten_related(work, incident, flat, owner)
    indicators.flatten_indicators(work, incident, flat)
    observing.flatten_loose(work, incident, flat)
    notes.flatten_notes(work, incident.additional, owner, "")
    flat.additional = ()
    return flat


def _labelled(incident: Incident) -> Part:
    """The incident's own marking; the paper's label and the default of RFC 7970 count where there is none."""
    if incident.markings:
        return incident
    if incident.tlp is not None and incident.tlp.value:
        return Part(markings=[f"{(incident.tlp.schema or 'enisa').lower()}:{incident.tlp.value.lower()}"])
    return Part(markings=["iodef:unsaid"]) if incident.unsaid else incident


def _names(work: Flattening, flat: Incident) -> None:
    """Title, language, purpose, ids and times of the incident object itself."""
    incident = work.incident
    hidden = {name.partition(".")[0] for one in incident.field_markings if one.marking for name in one.fields}
    named = incident.identifier if incident.identifier and not work.stricter(incident.identifier) else None
    if incident.summary is None:
        flat.summary = default_title(() if "description" in hidden else incident.description, named)
    if incident.purpose is not None:
        flat.labels = [*incident.labels, label("purpose", incident.purpose)]
    if named is not None:
        flat.references = [identifying(named), *work.local(incident), *incident.references]
    elif incident.id is not None:
        flat.references = [*work.local(incident), *incident.references]
    said = incident.lang or incident.language or (incident.header.lang if incident.header else None)
    flat.lang = incident.lang if said is None else language(said, incident)
    if incident.created is None and not (incident.residue or {}).get("stix-2.1"):
        flat.created = flat.modified = base_time(incident)


def default_title(description: Sequence[Any], named: Identifier | None) -> str | None:
    """A title from what was said: the first line of the description, or the identifier."""
    return first_line(description) or (named.value if named else None)
