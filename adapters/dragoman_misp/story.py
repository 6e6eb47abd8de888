"""Objects that tell the incident itself: what it was (`incident`), what it cost (`availability-impact` and its like), and the
fields that partners agreed on (`custom-field`).

An event with an `incident` object is an incident; without one the event stands as a report.  `mappings/misp-story.yaml`
has the relations of each object.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from dragoman.mapping.table import facts, vocabulary
from dragoman.mapping.vocabulary import Vocabulary
from dragoman.model import Assessment, Impact, Incident
from dragoman.model.marking import Level, is_about_sharing, level, strictest
from dragoman.model.naming import our_uuid
from dragoman.model.plain import classes, copied
from dragoman_misp import custom, tags
from dragoman_misp.exact import Object, difference, keep, kept, restored
from dragoman_misp.growing import UUID, Growing
from dragoman_misp.paths import Path
from dragoman_misp.rows import category_of
from dragoman_misp.times import of_epoch, to_epoch
from dragoman_misp.values import Unfit

TABLE = "misp-story"
INCIDENT, NAME, STATUS = "incident", "name", "investigation_status"
DEFAULT = "new"  # as in the extension of STIX
COST = 1
RANKS = {INCIDENT: 0, custom.NAME: 2}
SPELLED, PLACES, RAISED = "story", "story-places", "story-raised"


@dataclass(slots=True)
class Template:
    """An object of the story: what its relations say of a part."""

    name: str
    cls: type
    says: Mapping[str, Path]
    types: Mapping[str, str]
    preset: Mapping[str, Any]
    about: Mapping[str, str]

    def read(self, item: Object) -> dict[str, Any]:
        """The fields of a part that an object says; what cannot be understood is left out."""
        fields: dict[str, Any] = {}
        for attribute in item["Attribute"]:
            relation, value = attribute.get("object_relation"), attribute.get("value")
            path = self.says.get(relation) if type(relation) is str else None
            if path is not None and type(value) is str and value:
                try:
                    path.put(fields, value)
                except Unfit:
                    continue
        return fields

    def members(self, part: Any, more: Sequence[tuple[str, str]] = ()) -> Iterator[tuple[str, str]]:
        """Relation and value of the attributes that say a part."""
        yield from more
        for relation, path in self.says.items():
            yield from ((relation, value) for value in path.get(part))

    def told(self, pairs: Iterator[tuple[str, str]], uuid: str, stamp: str | None) -> Object:
        """The object with these attributes."""
        time = {"timestamp": stamp} if stamp is not None else {}
        attributes = [self._attribute(place, *pair, uuid) | time for place, pair in enumerate(pairs)]
        head = {"uuid": uuid, "name": self.name, "meta-category": "misc", **self.about}
        return head | time | {"Attribute": attributes}

    def _attribute(self, place: int, relation: str, value: str, uuid: str) -> Object:
        kind = self.types.get(relation, "text")
        own = our_uuid(f"{relation} {place} of {uuid}")
        head = {"uuid": own, "object_relation": relation, "type": kind, "category": category_of(kind)}
        return head | {"to_ids": False, "value": value}


@cache
def templates() -> dict[str, Template]:
    """The objects of the story, by name."""
    return {name: _template(name, raw) for name, raw in facts(TABLE)["objects"].items()}


def _template(name: str, raw: Mapping[str, Any]) -> Template:
    shared = facts(TABLE)["common"].get(raw.get("include"), {"say": {}, "types": {}})
    says = {relation: Path(place) for relation, place in (shared["say"] | raw["say"]).items()}
    types = shared["types"] | raw.get("types", {})
    return Template(name, classes()[raw["part"]], says, types, raw.get("preset", {}), raw["template"])


@cache
def statuses() -> Vocabulary:
    """The words of the incident extension for the state of an investigation."""
    return vocabulary("status", "stix-2.1")


@dataclass(slots=True)
class Story:
    """The objects of the story among those of an event, with their places."""

    items: list[Object]
    places: list[int]

    def take(self, growing: Growing, event: Object) -> None:
        """Puts them on the incident.  event: what we would write of the event itself."""
        incident = growing.incident
        impacts = [_impact(item, growing) for item in self.items if _rank(item) == COST]
        for item in self.items:
            if item["name"] == INCIDENT:
                _incident(item, growing, event)
        if impacts:
            incident.assessments = [Assessment(impacts=impacts)]
        custom.take([item for item in self.items if item["name"] == custom.NAME], incident, event)
        _raise(incident, strictest_of(item for item in self.items if item["name"] != custom.NAME))
        places = [place for _, place in sorted(zip(self.items, self.places, strict=True), key=lambda pair: _rank(pair[0]))]
        if places != list(range(len(places))):
            keep(incident, PLACES, places)


def strictest_of(items: Iterable[Object]) -> str | None:
    """The strictest marking among the tags of the attributes of objects."""
    held = (tag for item in items for said in item["Attribute"] for tag in said.get("Tag") or () if type(tag) is dict)
    found = (tags.marking_of(tag["name"]) for tag in held if type(tag.get("name")) is str)
    return max((word for word in found if word is not None and is_about_sharing(word)), key=level, default=None)


def _raise(incident: Incident, word: str | None) -> None:
    """Marks an incident as strictly as what tells it: of its fields none is for more people than its attribute was."""
    own = strictest(incident.markings)
    if word is not None and (own is None or level(word) > own):
        event = list(incident.markings)
        incident.markings = [*(other for other in event if not is_about_sharing(other)), word]
        keep(incident, RAISED, [incident.markings, event])


def lowered(incident: Incident, told: Iterable[Object]) -> Incident:
    """The incident with the markings of its event, if its objects still say by themselves who may see them."""
    known, word = kept(incident, RAISED), strictest_of(told)
    sound = isinstance(known, list) and len(known) == 2 and known[0] == list(incident.markings) and isinstance(known[1], list)
    if not sound or word is None or level(word) < (strictest(incident.markings) or Level.CLEAR):
        return incident
    return copied(incident, markings=[item for item in known[1] if isinstance(item, str)] or ())


def _rank(item: Object) -> int:
    """We write the incident first, then what it cost, then its fields."""
    return RANKS.get(item["name"], COST)


def split(objects: list[Any]) -> tuple[Story, list[Any]]:
    """The objects of the story, and the others."""
    names = [_named(item) for item in objects]
    uuids = Counter(item["uuid"] for name, item in zip(names, objects, strict=True) if name)
    alone = names.count(INCIDENT) == 1
    story, others = Story([], []), []
    for place, (name, item) in enumerate(zip(names, objects, strict=True)):
        if name is not None and (alone or name != INCIDENT) and uuids[item["uuid"]] == 1:
            story.items.append(item)
            story.places.append(place)
        else:
            others.append(item)
    return story, others


def _named(item: Any) -> str | None:
    """The name of an object of the story; None for any other, and for one that nobody could find again."""
    name = item.get("name") if type(item) is dict else None
    uuid = item.get("uuid") if type(name) is str and _is_told(name, item) else None
    return name if type(uuid) is str and UUID.fullmatch(uuid) else None


def _is_told(name: str, item: Object) -> bool:
    """Whether an object of this name says what the story says."""
    if name == custom.NAME:
        return custom.read(item) is not None
    held = item.get("Attribute") if name in templates() else None
    return type(held) is list and bool(held) and all(type(inner) is dict for inner in held)


def _incident(item: Object, growing: Growing, event: Object) -> None:
    """The event is an incident: it does not stand as a report."""
    incident, template = growing.incident, templates()[INCIDENT]
    growing.mains[item["uuid"]] = f"incident--{incident.id}"
    for name, value in template.read(item).items():
        setattr(incident, name, value)
    word = next((inner.get("value") for inner in item["Attribute"] if inner.get("object_relation") == STATUS), None)
    if type(word) is str and word:
        incident.status = statuses().read.get(word, word)
    incident.basis, incident.reports = None, ()
    if found := difference(_told_incident(incident, event), item):
        keep(incident, SPELLED, found)


def _impact(item: Object, growing: Growing) -> Impact:
    template = templates()[item["name"]]
    part: Impact = template.cls(**template.preset, **template.read(item))
    stamp = item.get("timestamp")
    part.id, part.created = f"impact--{item['uuid']}", of_epoch(stamp) if type(stamp) is str else None
    part.modified = part.created
    growing.mains[item["uuid"]] = part.id
    if found := difference(_told_impact(part, template), item):
        keep(part, SPELLED, found)
    return part


def _told_incident(incident: Incident, event: Object) -> Object:
    """The object of the incident, which says again what its event is called."""
    info, stamp = event.get("info"), event.get("timestamp")
    said = [(NAME, info)] if isinstance(info, str) and info else []
    status = incident.status or DEFAULT
    said.append((STATUS, statuses().write.get(status, status)))
    template, uuid = templates()[INCIDENT], our_uuid(f"incident object of {event.get('uuid')}")
    return template.told(template.members(incident, said), uuid, stamp if isinstance(stamp, str) else None)


def _told_impact(part: Impact, template: Template) -> Object:
    return template.told(template.members(part), str(part.id).partition("--")[2], to_epoch(part.modified or ""))


def give(incident: Incident, event: Object) -> list[tuple[int, Object]]:
    """The objects of the story, each with its place in the list of objects.  event: as in `take`."""
    found = []
    if incident.basis is None:
        found.append(restored(_told_incident(incident, event), kept(incident, SPELLED)))
    for part in _impacts(incident):
        template = templates()[f"{part.category}-impact"]
        found.append(restored(_told_impact(part, template), kept(part, SPELLED)))
    found += custom.give(incident, event)
    places = kept(incident, PLACES)
    sound = isinstance(places, list) and len(places) == len(found) and all(isinstance(place, int) for place in places)
    return sorted(zip(places if sound else range(len(found)), found, strict=True), key=lambda pair: pair[0])


def _impacts(incident: Incident) -> Iterator[Impact]:
    """The consequences that have an object."""
    for assessment in incident.assessments:
        for part in assessment.impacts:
            uuid = str(part.id).partition("--")[2]
            if f"{part.category}-impact" in templates() and UUID.fullmatch(uuid) and next(_said(part), None):
                yield part


def _said(part: Impact) -> Iterator[tuple[str, str]]:
    return templates()[f"{part.category}-impact"].members(part)
