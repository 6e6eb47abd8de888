"""What MISP has no place for travels in an object `dragoman-cargo` of the event it belongs to.

The text is JSON in ASCII, cut into attributes that a server can store: their comments number them.  Nothing in it
correlates, nothing goes to detection, and it is tagged with the strictest marking of anything that travels in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dragoman.carry import Cargo, markings_in
from dragoman.model.marking import Level, strictest
from dragoman.model.naming import our_uuid
from dragoman_misp.exact import Object
from dragoman_misp.form import events_of
from dragoman_misp.tags import BY_LEVEL, said_in

TEMPLATE = "3f0aef83-5a4b-5b0f-8c3a-6e8f7c1d2b90"
NAME = "dragoman-cargo"
INHERITED = {"distribution": "5"}  # whoever gets the event gets it
HEAD: Object = {
    "name": NAME,
    "meta-category": "misc",
    "description": "Values of an incident that MISP has no place for, so that they come back.",
    "template_uuid": TEMPLATE,
    "template_version": "1",
    **INHERITED,
}
PIECE: Object = {
    "object_relation": "cargo",
    "type": "text",
    "category": "Other",
    "to_ids": False,
    "disable_correlation": True,
    **INHERITED,
}
OWN, DOCUMENT = "event", "document"  # what belongs to the event itself, and to the document
MOST = 60_000  # characters of a value: the column of a server holds 65,535 bytes


def loaded(tree: Any, cargo: Cargo) -> Any:
    """The document with the cargo in its events."""
    waiting = dict(cargo)
    whole = waiting.pop("", None)
    for place, event in enumerate(events_of(tree)):
        uuid = event.get("uuid")
        own = waiting.get(uuid) if isinstance(uuid, str) else None
        parts = {OWN: own, DOCUMENT: whole if place == 0 else None}
        held = {name: part for name, part in parts.items() if part is not None}
        if held:
            event["Object"] = [*event.get("Object", ()), _object(held, event)]
    return tree


def _object(held: Object, event: Object) -> Object:
    of, time = f"of {event.get('uuid')}", {"timestamp": str(event.get("timestamp", "0"))}
    strict = max(strictest_in(held), _inside(event))
    tagged = {"Tag": [{"name": BY_LEVEL[strict]}]} if strict > _strictest(event) else {}
    chunks = list(_chunks(json.dumps(held)))
    attributes = []
    for number, chunk in enumerate(chunks, 1):
        said = {"comment": f"{number} of {len(chunks)}", "value": chunk}
        attributes.append({"uuid": our_uuid(f"cargo {number} {of}"), **PIECE, **time, **said, **tagged})
    return {"uuid": our_uuid(f"cargo {of}"), **HEAD, **time, "Attribute": attributes}


def _chunks(text: str) -> Iterator[str]:
    """The text in pieces that begin and end with no blank, for servers strip them."""
    while len(text) > MOST:
        end = MOST
        while text[end - 1].isspace() or text[end].isspace():
            end -= 1
        yield text[:end]
        text = text[end:]
    yield text


def strictest_in(cargo: Any) -> Level:
    """The strictest marking of parts that are carried."""
    return strictest(markings_in(cargo)) or Level.CLEAR


def _inside(event: Object) -> Level:
    """The strictest marking of anything in an event: what is carried may come from there."""
    found, stack = Level.CLEAR, [*_listed(event.get("Attribute")), *_listed(event.get("Object"))]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            found = max(found, _strictest(item))
            stack += _listed(item.get("Attribute"))
    return found


def _strictest(item: Object) -> Level:
    """What the tags of an event or an attribute say of who may see it."""
    return strictest(said_in(item.get("Tag"))) or Level.CLEAR


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def unloaded(events: list[Object]) -> Cargo:
    """Takes the cargo out of the events of a document."""
    cargo: Cargo = {}
    for event in events:
        found = [item for item in _listed(event.get("Object")) if is_cargo(item)]
        held = _held(found[0]) if len(found) == 1 else None
        if held is None:
            continue
        event["Object"] = [item for item in event["Object"] if item is not found[0]]
        if not event["Object"]:
            del event["Object"]
        if isinstance(held.get(OWN), dict):
            cargo[str(event.get("uuid"))] = held[OWN]
        if isinstance(held.get(DOCUMENT), dict):
            cargo[""] = held[DOCUMENT]
    return cargo


def is_cargo(item: Any) -> bool:
    return isinstance(item, dict) and item.get("name") == NAME and item.get("template_uuid") == TEMPLATE


def _held(item: Object) -> Object | None:
    """What the attributes of a cargo object say together; None when it is nothing of ours."""
    pieces = [piece for piece in _listed(item.get("Attribute")) if isinstance(piece, dict)]
    try:
        ordered = sorted(pieces, key=lambda piece: int(piece["comment"].split()[0]))
        held = json.loads("".join(piece["value"] for piece in ordered))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError):
        return None
    return held if isinstance(held, dict) and any(isinstance(held.get(name), dict) for name in (OWN, DOCUMENT)) else None
