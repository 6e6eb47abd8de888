"""What an object refers to, as relations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dragoman.model import Relation
from dragoman_misp.attributes import time_of
from dragoman_misp.exact import ADDED, Object, keep, kept
from dragoman_misp.growing import Growing
from dragoman_misp.labels import machine
from dragoman_misp.times import of_epoch, to_epoch
from dragoman_misp.told import BEYOND, Around, beyond, told_attribute, told_object

REFERENCES = "references"  # how the references of an object were put
SHOWN = {  # what MISP repeats of the one that is referred to
    "Attribute": ("distribution", "sharing_group_id", "uuid", "value", "type", "category", "to_ids"),
    "Object": ("distribution", "sharing_group_id", "uuid", "name", "meta-category"),
}


def finish_references(growing: Growing) -> None:
    """Adds the relations of all objects; what refers to nothing in the event is kept as it stands."""
    for main, local, listed in growing.references:
        entries = [_relation(item, main, local, growing) or [item] for item in listed]
        if any(isinstance(entry, list) for entry in entries) or not entries:
            keep(main, REFERENCES, entries)
    growing.references.clear()


def _relation(said: Any, main: Any, local: Any, growing: Growing) -> str | None:
    """Adds the relation of a reference; its id, or None when it refers to nothing in the event."""
    if type(said) is not dict or type(said.get("referenced_uuid")) is not str:
        return None
    target, word = growing.mains.get(said["referenced_uuid"]), said.get("relationship_type")
    if target is None or type(word) is not str or not word:
        return None
    link = Relation(relation=word, source_ref=main.id, target_ref=target, created_by=growing.creator)
    link.id = growing.main_id("relationship", said.get("uuid"), "ObjectReference")
    link.created = link.modified = time_of(said.get("timestamp"), of_epoch)
    if type(said.get("comment")) is str and said["comment"]:
        link.description = [said["comment"]]
    growing.add("relations", link)
    if found := beyond(_told(link, local, growing), growing.usual.reference.members, said):
        keep(link, BEYOND, found)
    return link.id


def _told(link: Relation, local: Any, around: Around) -> Object:
    """The members of a reference that its relation says.  local: the id of the object on its server."""
    found: Object = {"uuid": (link.id or "")[-36:], "referenced_uuid": (link.target_ref or "")[-36:]}
    found["relationship_type"] = link.relation
    if link.modified and (stamp := to_epoch(link.modified)) is not None:
        found["timestamp"] = stamp
    if link.description:
        text = link.description[0]
        found["comment"] = text if isinstance(text, str) else text.value
    order = around.usual.reference.order
    source = (link.source_ref or "")[-36:]
    more = {"object_uuid": source, "source_uuid": source, "object_id": local} | _shown(link, around)
    return found | {name: value for name, value in more.items() if name in order and value is not None}


def _shown(link: Relation, around: Around) -> Object:
    """What MISP repeats of the one that is referred to, and its local id."""
    target = around.parts.get(link.target_ref or "")
    if target is None:
        return {}
    kind = "Object" if "name" in machine(target.labels) else "Attribute"
    usual = (around.usual.object if kind == "Object" else around.usual.attribute).members
    whole = usual | (told_object(target, around) if kind == "Object" else told_attribute(target, around))
    added = (kept(target, BEYOND) or {}).get(ADDED)
    whole |= added if isinstance(added, dict) else {}
    found: Object = {kind: {name: whole[name] for name in SHOWN[kind] if name in whole}}
    return found | {"referenced_type": "1" if kind == "Object" else "0", "referenced_id": whole.get("id")}


def write_references(main: Any, links: Sequence[Relation], said: Object, around: Around) -> list[Any] | None:
    """The references of an object, in their order; None when it has none."""
    waiting = {link.id: link for link in links}
    entries = kept(main, REFERENCES)
    found: list[Any] = []
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, list) and entry:
            found.append(entry[0])
        elif isinstance(entry, str) and entry in waiting:
            found.append(_restored(waiting.pop(entry), said, around))
    found += [_restored(link, said, around) for link in waiting.values()]
    return found if found or entries == [] else None


def _restored(link: Relation, said: Object, around: Around) -> Object:
    return around.usual.reference.put(_told(link, said.get("id"), around), kept(link, BEYOND))
