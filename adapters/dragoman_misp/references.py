"""What an object refers to, as relations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dragoman.model import Relation
from dragoman_misp.exact import Object, keep, kept, restored
from dragoman_misp.growing import Growing
from dragoman_misp.times import of_epoch, to_epoch
from dragoman_misp.told import BEYOND, beyond

REFERENCES = "references"  # how the references of an object were put


def read_references(listed: list[Any], main: Any, growing: Growing) -> None:
    """Remembers what an object refers to, until the whole event is read and everything has its id."""
    growing.references.append((main, listed))


def finish_references(growing: Growing) -> None:
    """Adds the relations of all objects; what refers to nothing in the event is kept as it stands."""
    for main, listed in growing.references:
        entries = [_relation(item, main, growing) or [item] for item in listed]
        if any(isinstance(entry, list) for entry in entries) or not entries:
            keep(main, REFERENCES, entries)
    growing.references.clear()


def _relation(said: Any, main: Any, growing: Growing) -> str | None:
    """Adds the relation of a reference; its id, or None when it refers to nothing in the event."""
    if type(said) is not dict or type(said.get("referenced_uuid")) is not str:
        return None
    target = growing.mains.get(said["referenced_uuid"])
    if target is None or type(said.get("relationship_type")) is not str or not said["relationship_type"]:
        return None
    link = Relation(id=growing.main_id("relationship", said.get("uuid"), "ObjectReference"), relation=said["relationship_type"])
    link.source_ref, link.target_ref, link.created_by = main.id, target, growing.creator
    stamp = said.get("timestamp")
    link.created = link.modified = of_epoch(stamp) if type(stamp) is str else None
    if type(said.get("comment")) is str and said["comment"]:
        link.description = [said["comment"]]
    growing.add("relations", link)
    if found := beyond(_told(link), {}, said):
        keep(link, BEYOND, found)
    return link.id


def _told(link: Relation) -> Object:
    found: Object = {"uuid": (link.id or "")[-36:], "referenced_uuid": (link.target_ref or "")[-36:]}
    found["relationship_type"] = link.relation
    if link.modified and (stamp := to_epoch(link.modified)) is not None:
        found["timestamp"] = stamp
    if link.description:
        text = link.description[0]
        found["comment"] = text if isinstance(text, str) else text.value
    return found


def write_references(main: Any, links: Sequence[Relation]) -> list[Any] | None:
    """The references of an object, in their order; None when it has none."""
    waiting = {link.id: link for link in links}
    entries = kept(main, REFERENCES)
    found: list[Any] = []
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, list) and entry:
            found.append(entry[0])
        elif isinstance(entry, str) and entry in waiting:
            found.append(_restored(waiting.pop(entry)))
    found += [_restored(link) for link in waiting.values()]
    return found if found or entries == [] else None


def _restored(link: Relation) -> Object:
    return restored(_told(link), kept(link, BEYOND))
