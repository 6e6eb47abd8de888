"""How a document was put: one event, several, in which wrapping; kept on the first incident."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dragoman.errors import ReadError
from dragoman.model import Incident
from dragoman_misp.exact import Object, forget, keep, kept
from dragoman_misp.growing import UUID

WRAPPERS = ("event", "bare", "response", "response-one", "list", "manifest")
TELLING = frozenset({"info", "Attribute", "Object", "Orgc", "analysis", "threat_level_id", "orgc_id"})
FORM = "document"


@dataclass(slots=True)
class Form:
    """wrapper: one of WRAPPERS.  members: of the document beside its events.

    bare: places of events in a list that stand without "Event".  beside: by place, members beside "Event".
    named: places of events of a manifest that say their uuid themselves, too.
    """

    wrapper: str = "event"
    members: Object = field(default_factory=dict)
    bare: list[int] = field(default_factory=list)
    beside: Object = field(default_factory=dict)
    named: list[int] = field(default_factory=list)

    def keep(self, incident: Incident) -> None:
        """Puts it on an incident, unless it is how we write on our own."""
        found = {name: getattr(self, name) for name in self.__slots__ if getattr(self, name)}
        if found != {"wrapper": "event"}:
            keep(incident, FORM, found)
        else:
            forget(incident, FORM)

    @classmethod
    def of(cls, incidents: list[Incident]) -> Form:
        """How to put these incidents: as their document was, as far as it still can be."""
        value = kept(incidents[0], FORM) if incidents else None
        value = value if isinstance(value, dict) else {}
        defaults = cls()
        found = cls(**{n: v for n, v in value.items() if n in cls.__slots__ and type(v) is type(getattr(defaults, n))})
        single = found.wrapper in ("event", "bare", "response-one") or found.wrapper not in WRAPPERS
        if single and len(incidents) != 1:
            return cls("response")
        return found if found.wrapper in WRAPPERS else cls()

    def trail(self, place: int, event: Object) -> list[str | int]:
        """Where an event stands in the document."""
        if self.wrapper == "manifest":
            return [event["uuid"]]
        heads: dict[str, list[str | int]] = {"response": ["response", place], "response-one": ["response"], "list": [place]}
        head = heads.get(self.wrapper, [])
        return head if self.wrapper == "bare" or place in self.bare else [*head, "Event"]

    def document(self, events: list[Object]) -> Any:
        """The document of these events."""
        if self.wrapper == "bare":
            return events[0]
        if self.wrapper == "manifest":
            return {str(e["uuid"]): e if n in self.named else _unnamed(e) for n, e in enumerate(events)} | self.members
        wrapped = [self._wrapped(place, event) for place, event in enumerate(events)]
        if self.wrapper == "list":
            return wrapped
        if self.wrapper == "event":
            return wrapped[0]
        return {"response": wrapped[0] if self.wrapper == "response-one" else wrapped} | self.members

    def _wrapped(self, place: int, event: Object) -> Object:
        if place in self.bare:
            return event
        beside = self.beside.get(str(place))
        return {"Event": event} | (beside if isinstance(beside, dict) else {})


def opened(tree: Any, source: str) -> tuple[Form, list[Object]]:
    """The form of a document and its events.  Raises ReadError for what is no MISP event."""
    if isinstance(tree, dict) and "response" in tree:
        form = Form("response" if isinstance(tree["response"], list) else "response-one")
        form.members = {key: value for key, value in tree.items() if key != "response"}
        held = tree["response"] if isinstance(tree["response"], list) else [tree["response"]]
    elif isinstance(tree, list):
        form, held = Form("list"), tree
    elif isinstance(tree, dict) and is_manifest(tree):
        return _manifest(tree)
    else:
        form, held = Form("event" if isinstance(tree, dict) and "Event" in tree else "bare"), [tree]
    events = [_event(item, place, form, source) for place, item in enumerate(held)]
    if not events:
        raise ReadError("there is no MISP event in it", where=source)
    return form, events


def _event(item: Any, place: int, form: Form, source: str) -> Object:
    """One event out of its wrapping."""
    inner = item.get("Event") if isinstance(item, dict) else None
    if isinstance(inner, dict):
        if beside := {key: value for key, value in item.items() if key != "Event"}:
            form.beside[str(place)] = beside
        return inner
    if not isinstance(item, dict) or not TELLING & item.keys() or "Event" in item:
        fix = 'an event, {"Event": …}, {"response": […]}, a list of these, or the manifest of a feed'
        raise ReadError("no MISP event", where=source, fix=fix)
    if form.wrapper != "bare":
        form.bare.append(place)
    return item


def is_manifest(tree: Object) -> bool:
    """Whether a document is the manifest of a feed: what each event is about, by its uuid."""
    return bool(tree) and all(UUID.fullmatch(key.lower()) and _tells(key, value) for key, value in tree.items())


def _tells(uuid: str, value: Any) -> bool:
    return isinstance(value, dict) and bool(TELLING & value.keys()) and value.get("uuid", uuid) == uuid


def _manifest(tree: Object) -> tuple[Form, list[Object]]:
    form = Form("manifest", named=[place for place, event in enumerate(tree.values()) if "uuid" in event])
    return form, [{"uuid": uuid, **event} for uuid, event in tree.items()]


def _unnamed(event: Object) -> Object:
    return {key: value for key, value in event.items() if key != "uuid"}


def events_of(tree: Any) -> Iterator[Object]:
    """The events of a document that we made."""
    if isinstance(tree, list):
        for item in tree:
            yield from events_of(item)
    elif "response" in tree:
        yield from events_of(tree["response"])
    elif "Event" in tree:
        yield tree["Event"]
    else:
        yield from tree.values() if is_manifest(tree) else [tree]
