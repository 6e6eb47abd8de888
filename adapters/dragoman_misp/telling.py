"""The attributes and objects that an incident's parts are told as, in the order in which they came."""

from __future__ import annotations

from typing import Any

from dragoman.adapter import Context
from dragoman.model import Incident
from dragoman_misp import tags
from dragoman_misp.exact import Object, kept, restored
from dragoman_misp.labels import machine, others
from dragoman_misp.told import BEYOND, told_attribute
from dragoman_misp.usual import Manner, Usual

HOLDERS = ("observations", "indicators", "notes", "vulnerabilities", "campaigns", "actors")


class Telling:
    """Tells the parts of one incident."""

    def __init__(self, incident: Incident, context: Context) -> None:
        self.incident, self.context = incident, context
        self.told: set[str] = set()
        self.usual = Usual.kept(kept(incident, "usual"))
        known = kept(incident, "known-tags")
        self.tags: dict[str, Object] = known if isinstance(known, dict) else {}
        listed = ("observables", *HOLDERS, "relations", "reports")
        self.parts: dict[str, Any] = {part.id: part for name in listed for part in getattr(incident, name) if part.id}

    def attributes(self) -> list[Object]:
        """The attributes of the event."""
        mains = [part for name in HOLDERS for part in getattr(self.incident, name) if "type" in machine(part.labels)]
        return [self.attribute(main, self.usual.attribute) for main in mains]

    def objects(self) -> list[Object]:
        """The objects of the event."""
        return []

    def attribute(self, main: Any, manner: Manner) -> Object:
        """The attribute that a part is the main one of."""
        said = told_attribute(main, self)
        if (tagged := tags.give(main, self.tags, others(main.labels))) is not None:
            said["Tag"] = tagged
        return restored(manner.put(said), kept(main, BEYOND))
