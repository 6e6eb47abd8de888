"""One event as one incident: what it says of itself, and in which order its attributes, objects and galaxies stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dragoman.adapter import Context
from dragoman.ledger import Kind
from dragoman.mapping.table import Table
from dragoman.model import Incident
from dragoman.model.by_field import by_field
from dragoman.model.plain import copied
from dragoman.tree.json import pointer
from dragoman_misp import galaxies, guarding, placed, reports, story, tags
from dragoman_misp.attributes import read_attribute
from dragoman_misp.envelope import Envelope
from dragoman_misp.exact import Object, keep, kept
from dragoman_misp.growing import Growing
from dragoman_misp.inheritance import mark_event
from dragoman_misp.objects import finish, read_object
from dragoman_misp.reports import read_report
from dragoman_misp.telling import Telling
from dragoman_misp.usual import Usual

ITEMS = ("Attribute", "Object", "EventReport")
ORDER, STRAYS, TAGS, USUAL = "order", "strays", "known-tags", "usual"


class EventReader:
    """Reads the events of one document."""

    def __init__(self, table: Table, context: Context) -> None:
        self.context, self.envelope, self.places = context, Envelope(table, context), table.places

    def read(self, event: Object, trail: Sequence[str | int]) -> Incident:
        """The incident of an event; the event is used up."""
        order, natural = list(event), self._natural(event)
        lists = {name: event.pop(name) for name in ITEMS if type(event.get(name)) is list}
        agreed, lists["Object"] = placed.split(lists.get("Object", []), self.places)
        told, lists["Object"] = story.split(lists["Object"])
        usual = Usual.of(lists)
        tagged, clustered = _said(event, "Tag"), _said(event, "Galaxy")
        opened = self.envelope.read(event, trail)
        incident = opened.incident
        growing = Growing(incident, self.context, opened.report, opened.creator, usual)
        names = galaxies.take(clustered, growing, incident) if clustered is not None else []
        self._tags(tagged, names, growing, trail)
        mark_event(growing)
        told.take(growing, opened.made)
        placed.take(agreed, self.places, incident, opened.made)
        self.envelope.settle(opened)
        self._items(lists, "Attribute", read_attribute, growing, trail)
        self._items(lists, "Object", read_object, growing, trail)
        self._items(lists, "EventReport", read_report, growing, trail)
        finish(growing)
        galaxies.settle(growing)
        if order != natural:
            keep(incident, ORDER, order)
        _remember(incident, growing)
        return incident

    def _natural(self, event: Object) -> list[str]:
        """The members of an event that we would write too, in our order."""
        return [name for name in self.envelope.order if name in event and event[name] != []]

    def _tags(self, tagged: Any, names: list[str], growing: Growing, trail: Sequence[str | int]) -> None:
        if not tags.take(tagged, growing.incident, growing.tags, names):
            self._invalid([*trail, "Tag"], "holds tags without a name of their own", tagged)

    def _items(
        self, lists: Object, name: str, read: Callable[[Any, Growing], Any], growing: Growing, trail: Sequence[str | int]
    ) -> None:
        """Reads the items of a list; those that are no objects are kept with their places."""
        strays = []
        for place, item in enumerate(lists.get(name, ())):
            if type(item) is dict:
                read(item, growing)
            else:
                self._invalid([*trail, name, place], "is no object", item)
                strays.append([place, item])
        if strays:
            known = kept(growing.incident, STRAYS) or {}
            keep(growing.incident, STRAYS, {**known, name: strays})

    def _invalid(self, trail: Sequence[str | int], reason: str, raw: Any) -> None:
        self.context.ledger.note(Kind.INVALID, "D201", pointer(trail), f"{reason}: kept as it stands", raw)


def _said(event: Object, name: str) -> Any:
    """A member that is taken; null says nothing and stays."""
    return event.pop(name) if event.get(name) is not None else None


def _remember(incident: Incident, growing: Growing) -> None:
    """What most parts of the event say alike, kept once."""
    if known := {name: tag for name, tag in growing.tags.items() if len(tag) > 1}:
        keep(incident, TAGS, known)
    if usual := growing.usual.as_json():
        keep(incident, USUAL, usual)


def write_event(incident: Incident, table: Table, context: Context) -> Object:
    """The event of an incident."""
    marked = by_field(incident)
    incident = marked if marked.field_markings == incident.field_markings else incident  # no field of an event has tags
    incident = copied(incident, markings=incident.unsaid) if incident.unsaid else incident
    envelope = Envelope(table, context)
    made = envelope.made(incident)
    event = envelope.write(incident, made)
    agreed, left = placed.give(incident, table.places, made)
    told = story.give(copied(incident, custom_fields=left or ()) if agreed else incident, made)
    incident = story.lowered(incident, (item for _, item in told))
    telling = Telling(incident, context)
    clustered, names = telling.galaxies.give(incident)
    lists: Object = {
        "Tag": tags.give(incident, telling.tags, elsewhere=names),
        "Attribute": telling.attributes(),
        "Object": _placed(_placed(telling.objects(), told), agreed),
        "Galaxy": [] if clustered is None else clustered,
        "EventReport": reports.give(incident, table, telling.told),
    }
    guarding.add(lists, guarding.needed(telling.untagged(), incident.markings))
    return _assembled(event, lists, incident, envelope.order)


def _assembled(event: Object, lists: Object, incident: Incident, usual: Sequence[str]) -> Object:
    """The event with its lists, in the order of members that it came in; values that were no objects at their places."""
    strays, order = kept(incident, STRAYS), kept(incident, ORDER)
    order = [name for name in order if isinstance(name, str)] if isinstance(order, list) else []
    for name, items in lists.items():
        whole = _with_strays(items, strays.get(name) if isinstance(strays, dict) else None)
        if whole is not None and (whole != [] or name in order):
            event.setdefault(name, whole)
    return {name: event[name] for name in [*(order or usual), *event] if name in event}


def _placed(objects: list[Any], told: list[tuple[int, Any]]) -> list[Any]:
    """The objects with those of the story at their places."""
    for place, item in told:
        objects.insert(place, item)
    return objects


def _with_strays(items: Any, strays: Any) -> Any:
    """A list with the values that were no objects at their places."""
    if not isinstance(strays, list) or not isinstance(items, list):
        return items
    whole = list(items)
    for pair in strays:
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], int):
            whole.insert(pair[0], pair[1])
    return whole
