"""The manner in which a message says what can be said in several: undone on reading, done again on writing.

A type may be its UUID alone, an attachment may have `url` for `uri`, a list may be empty instead of absent, a member of
the liaison may be an empty text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dragoman.mapping.json import Object, form, remember
from dragoman.model.incident import Incident
from dragoman.model.narrative import Contact

NAME = "base"


@dataclass(slots=True)
class Manner:
    """bare: the type was a UUID.  aliased: attachments with `url`.  empty, unlabelled: empty lists of the message and
    of its label.  blank: members of the liaison that are empty texts."""

    bare: bool = False
    aliased: list[int] = field(default_factory=list)
    empty: Object = field(default_factory=dict)
    unlabelled: Object = field(default_factory=dict)
    blank: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, source: Object) -> Manner:
        """Turns a message into the manner that the table knows."""
        found = cls(bare=isinstance(source.get("type"), str))
        if found.bare:
            source["type"] = {"id": source["type"]}
        found.aliased = [place for place, item in enumerate(_objects(source.get("attachments"))) if _renamed(item)]
        found.empty = _without_empty(source, "attachments", "custom_fields")
        found.unlabelled = _without_empty(source.get("tlp"), "fields")
        liaison = source.get("liaison")
        found.blank = [name for name, value in liaison.items() if value == ""] if isinstance(liaison, dict) else []
        return found

    def keep(self, incident: Incident, liaison: Any) -> None:
        """Remembers it on the parts of the incident."""
        if self.bare and incident.type is not None:
            remember(incident.type, NAME, "type", "uuid")
        for place in self.aliased if incident.attachments else ():
            remember(incident.attachments[place], NAME, "uri", "url")
        if self.blank and isinstance(liaison, Contact):
            remember(liaison, NAME, "blank", self.blank)
        for part, left in ((incident, self.empty), (incident.tlp, self.unlabelled)):
            if part is not None and left:
                part.residue = part.residue or {}
                part.residue.setdefault(NAME, {}).update(left)


def again(target: Object, incident: Incident) -> Object:
    """Says it in the manner in which it came."""
    kind = incident.type
    if kind is not None and form(kind, NAME).get("type") == "uuid" and list(target["type"]) == ["id"]:
        target["type"] = target["type"]["id"]
    for part, item in zip(incident.attachments, _objects(target.get("attachments")), strict=False):
        if form(part, NAME).get("uri") == "url" and "url" not in item:
            item["url"] = item.pop("uri")
    return target


def blanks(incident: Incident, target: Object) -> None:
    """Puts back the members of the liaison that were said to be empty."""
    names = form(incident.liaison, NAME).get("blank") if incident.liaison is not None else None
    if isinstance(target.get("liaison"), dict) and isinstance(names, list):
        for name in names:
            target["liaison"].setdefault(name, "")


def _objects(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _renamed(item: Any) -> bool:
    if not isinstance(item, dict) or "url" not in item or "uri" in item:
        return False
    item["uri"] = item.pop("url")
    return True


def _without_empty(source: Any, *names: str) -> Object:
    if not isinstance(source, dict):
        return {}
    return {name: source.pop(name) for name in names if source.get(name) == []}
