"""The attributes and objects that an incident's parts are told as, in the order in which they came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from dragoman.adapter import Context
from dragoman.model import Incident, Indicator, Note, Observable, Observation, Relation, Report
from dragoman.model.marking import strictest
from dragoman_misp import guarding, reports, tags
from dragoman_misp.exact import Object, kept
from dragoman_misp.foreign import Foreign
from dragoman_misp.galaxies import Galaxies
from dragoman_misp.growing import derived
from dragoman_misp.labels import machine, others
from dragoman_misp.members import write_members
from dragoman_misp.natural import refs_of
from dragoman_misp.order import LISTS, ORDERS, arranged
from dragoman_misp.references import write_references
from dragoman_misp.sightings import Sightings
from dragoman_misp.templates import templates
from dragoman_misp.told import BEYOND, COMMENT, FOUND, HOLLOW, PART, told_attribute, told_object
from dragoman_misp.usual import Manner, Usual

TOLD = (*LISTS, "relations")


class Telling:
    """Tells the parts of one incident.

    told: the ids of the parts that attributes and objects say.  mixed: whether anything is for fewer than the incident.
    """

    def __init__(self, incident: Incident, context: Context) -> None:
        self.incident, self.context = incident, context
        self.galaxies = Galaxies(incident, context.tables)
        self.sightings = Sightings(incident, context.tables)
        self.told: set[str] = self.galaxies.told | self.sightings.told | {incident.created_by or ""}
        self.usual = Usual.kept(kept(incident, "usual"))
        known = kept(incident, "known-tags")
        self.tags: dict[str, Object] = known if isinstance(known, dict) else {}
        self.parts: dict[str, Any] = {part.id: part for name in TOLD for part in getattr(incident, name) if part.id}
        self._brought: set[str] = set(self._brought_along())
        self._about: dict[str, list[str]] = defaultdict(list)
        self.remarks: dict[str, Any] = {}
        self.within: dict[str, Sequence[Any]] = {}
        self._links: dict[str, list[Relation]] = defaultdict(list)
        self._sort()
        self.mixed = bool(guarding.needed([incident], incident.markings))
        self._observed: dict[str, list[Observation]] | None = None
        self._done: tuple[list[Object], list[Object]] | None = None

    def _brought_along(self) -> Iterator[str]:
        """The ids of what indicators are based on, and of the comments on parts."""
        for indicator in self.incident.indicators:
            if indicator.id:
                yield derived("observed-data", FOUND, indicator.id[-36:])
                yield derived("relationship", FOUND, indicator.id[-36:])

    def _sort(self) -> None:
        """What is about an object, and what it refers to."""
        for note in self.incident.notes:
            about = note.object_refs[0] if note.object_refs else ""
            if note.id and "relation" in machine(note.labels):
                self._about[about].append(note.id)
            elif note.id == derived("note", COMMENT, about[-36:]):
                self.remarks[about] = note
        for link in self.incident.relations:
            source, target = link.source_ref or "", link.target_ref or ""
            if link.relation == "related-to" and link.id == derived("relationship", PART, source) and source in self.parts:
                self._about[target].append(source)
            elif link.id not in self._brought and hasattr(self.parts.get(target), "modified"):
                self._links[source].append(link)

    def _mains(self, name: str) -> Iterator[Any]:
        """The parts that machine tags call attributes (`type`) or objects (`name`); not indicators of nothing."""
        for holder in LISTS:
            for part in getattr(self.incident, holder):
                if part.id in self._brought or part.id in self.told or (isinstance(part, Indicator) and not part.pattern):
                    continue
                if name in machine(getattr(part, "labels", ())):
                    yield part

    def attributes(self) -> list[Object]:
        """The attributes of the event."""
        return self._tell_all()[0]

    def objects(self) -> list[Object]:
        """The objects of the event."""
        return self._tell_all()[1]

    def _tell_all(self) -> tuple[list[Object], list[Object]]:
        """Objects first, for attributes stand in them; then what is left, which only other formats said."""
        if self._done is None:
            objects = {main.id: self.object(main) for main in self._mains("name")}
            attributes = {main.id: self.attribute(main, self.usual.attribute) for main in self._mains("type")}
            for ref in self._brought & self.parts.keys():
                self.told.add(ref)
                self._told_parts(getattr(self.parts[ref], "object_refs", ()))
            foreign = Foreign(self.incident, self, self.told)
            foreign.tell()
            self.within = foreign.within
            attributes |= {main.id: self._tagged(main, said, self.usual.attribute) for main, said in foreign.attributes}
            for main, said in foreign.objects:
                objects[main.id] = self._linked(main, self._inside_tagged(main, self._tagged(main, said, self.usual.object)))
            self._done = self._arranged(attributes, "attribute"), self._arranged(objects, "object")
        return self._done

    def _arranged(self, told: dict[str, Object], kind: str) -> list[Object]:
        held = [(holder, part.id) for holder in LISTS for part in getattr(self.incident, holder) if part.id in told]
        standing = {found for _, found in held}
        found = [told[ref] for ref in arranged(held, kept(self.incident, ORDERS[kind]))]
        return found + [said for ref, said in told.items() if ref not in standing]

    def attribute(self, main: Any, manner: Manner) -> Object:
        """The attribute that a part is the main one of."""
        self._tell(main)
        return self._tagged(main, told_attribute(main, self), manner)

    def _tagged(self, main: Any, said: Object, manner: Manner) -> Object:
        """What a part is told as, with its galaxies and tags, and what was kept of it."""
        clustered, names = self.galaxies.give(main)
        if clustered is not None:
            said["Galaxy"] = clustered
        if (seen := self.sightings.give(main)) is not None:
            said["Sighting"] = seen
        if (
            tagged := tags.give(main, self.tags, others(getattr(main, "labels", ())), names, self.incident.markings)
        ) is not None:
            said["Tag"] = tagged
        if self.mixed:
            guarding.add(said, guarding.needed(self._beside(main), main.markings or self.incident.markings))
        return manner.put(said, kept(main, BEYOND))

    def _inside_tagged(self, main: Any, said: Object) -> Object:
        """An object has no tags: they are those of its attributes."""
        names = [tag["name"] for tag in said.pop("Tag", ())]
        for attribute in said.get("Attribute", ()):
            if names:
                attribute["Tag"] = [{"name": name} for name in names]
        return said

    def _beside(self, main: Any) -> Iterator[Any]:
        """What an attribute says with a part: itself, what it brought along, and the observables that nobody else marked."""
        uuid = (main.id or "")[-36:]
        brought = [main, self.parts.get(derived("observed-data", FOUND, uuid)), self.remarks.get(main.id)]
        yield from (part for part in brought if part is not None)
        yield from self.sightings.told_with(main)
        yield from self.within.get(main.id, ())
        for part in brought:
            for ref in getattr(part, "object_refs", ()) if isinstance(part, Observation) else ():
                if isinstance(self.parts.get(ref), Observable) and not self._is_shared(ref, part):
                    yield self.parts[ref]

    def _is_shared(self, ref: str, seen: Observation) -> bool:
        """Whether two attributes say an observable, and it is as strict as it is for the other one."""
        own = strictest(self.parts[ref].markings)
        others = (part for part in self._seen().get(ref, ()) if part is not seen)
        return "type" in machine(seen.labels) and any(strictest(other.markings) == own for other in others)

    def _seen(self) -> dict[str, list[Observation]]:
        """The observations of each observable."""
        if self._observed is None:
            self._observed = defaultdict(list)
            for part in self.incident.observations:
                for ref in part.object_refs:
                    self._observed[ref].append(part)
        return self._observed

    def untagged(self) -> Iterator[Any]:
        """The parts that stand in the event without tags of their own."""
        yield from (part for _, part in self.galaxies.parts.values())
        yield from reports.standing(self.incident, self.told)
        yield from (part for assessment in self.incident.assessments for part in assessment.impacts)
        yield from (part for part in self.incident.contacts if part.id and part.id == self.incident.created_by)
        yield from (part for part in [self.incident.liaison] if part is not None and part.label)
        yield from (part for part in self.incident.reports if part.id == self.incident.basis)

    def object(self, main: Any) -> Object:
        """The object that a part is the main one of."""
        self._tell(main)
        said = self.usual.object.put(told_object(main, self), kept(main, BEYOND))
        row = templates().get(machine(main.labels).get("name", ""))
        if "Attribute" not in said and not kept(main, HOLLOW):
            in_parts = row is not None and row.told_by(main)
            said["Attribute"] = self._in_parts(main, row, said) if in_parts else self._grouped(main, said)
        if self.mixed:
            guarding.add_inside(said, guarding.needed([main], self.incident.markings))
        return self._linked(main, said)

    def _linked(self, main: Any, said: Object) -> Object:
        """An object with its references, in the usual order."""
        if (references := write_references(main, self._links.get(main.id, ()), said, self)) is not None:
            said["ObjectReference"] = references
        return {name: said[name] for name in self.usual.object.order if name in said} | said

    def _in_parts(self, main: Any, row: Any, said: Object) -> list[Object]:
        about = [other for other in self._about.get(main.id, ()) if other not in self.told]
        return write_members(row, main, about, self, said)

    def _grouped(self, main: Any, said: Object) -> list[Object]:
        refs = main.object_refs if isinstance(main, Note | Report) else ()
        return [self.inside(self.parts[ref], said) for ref in refs if ref in self.parts and ref != self.incident.basis]

    def inside(self, main: Any, said: Object) -> Object:
        """The attribute, inside an object, that a part is the main one of."""
        return self.attribute(main, self.usual.within(said, machine(main.labels).get("relation")))

    def _tell(self, main: Any) -> None:
        """Remembers that a part is told, with those that it brought along."""
        self.told.add(main.id)
        uuid = main.id[-36:]
        if isinstance(main, Indicator):
            self.told |= {derived("observed-data", FOUND, uuid), derived("relationship", FOUND, uuid)}
            main = self.parts.get(derived("observed-data", FOUND, uuid), main)
        else:
            self.told.add(derived("note", COMMENT, uuid))
        if isinstance(main, Observation):
            self._told_parts(main.object_refs)

    def _told_parts(self, refs: Sequence[str]) -> None:
        """Observables that are told, with those that they refer to."""
        for ref in refs:
            if ref in self.parts and ref not in self.told:
                self.told.add(ref)
                self._told_parts(list(refs_of(self.parts[ref])))
