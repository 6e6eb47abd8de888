"""An object as parts: its observables seen together, an indicator of them, a domain object, or a group of its attributes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dragoman.model import Indicator, Note, Relation
from dragoman_misp.attributes import YES, based_on, comment_on, observation, read_attribute, time_of
from dragoman_misp.drafts import Drafts, pattern_of
from dragoman_misp.exact import Object, keep
from dragoman_misp.growing import Growing, derived
from dragoman_misp.labels import label
from dragoman_misp.members import keep_members
from dragoman_misp.order import ORDERS, runs
from dragoman_misp.references import finish_references
from dragoman_misp.templates import ObjectRow, templates
from dragoman_misp.times import of_epoch
from dragoman_misp.told import BEYOND, COMMENT, HOLLOW, PART, beyond, told_object
from dragoman_misp.values import Unfit

UNNAMED = "object"  # what an object is called that says no name


def read_object(said: Object, growing: Growing) -> str:
    """Adds the parts of an object; the id of the main one."""
    name, listed = said.get("name"), said.get("Attribute")
    sound = type(listed) is list and all(type(item) is dict for item in listed)
    items: list[Object] = listed if sound else []  # type: ignore[assignment]
    row = templates().get(name) if type(name) is str and sound else None
    main = _of_row(row, said, items, growing) if row is not None else None
    if main is None:
        main = _group(said, items, growing)
    if sound:
        del said["Attribute"]
    elif "Attribute" not in said:
        keep(main, HOLLOW, True)
    growing.order["object"].append(growing.holders[main.id])
    usual = growing.usual.object.members
    references = said.get("ObjectReference")
    if type(references) is list and (references or "ObjectReference" not in usual):
        usual = {name: value for name, value in usual.items() if name != "ObjectReference"}
        growing.references.append((main, said.get("id"), said.pop("ObjectReference")))
    if kept := beyond(told_object(main, growing), usual, said):
        keep(main, BEYOND, kept)
    return main.id  # type: ignore[no-any-return]


def finish(growing: Growing) -> None:
    """What can be said of attributes and objects only when the whole event is read: references, and the order."""
    finish_references(growing)
    for kind, name in ORDERS.items():
        if found := runs(growing.order[kind]):
            keep(growing.incident, name, found)


def _of_row(row: ObjectRow, said: Object, items: list[Object], growing: Growing) -> Any:
    """The main part by the row of the template; None when the object says too little for it."""
    try:
        drafts = Drafts.of(row, items)
        main = _domain(row, drafts, said, growing) if row.domain else _observed(row, drafts, said, items, growing)
    except Unfit:
        return None
    own = [item if slot is None else None for item, slot in zip(items, drafts.used, strict=True)]
    others = [None if item is None else _part(item, main, growing, said) for item in own]
    for item, other in zip(items, others, strict=True):
        if other is None:
            _comment(item, main, growing)
    keep_members(row, main, items, others, growing, said)
    return main


def _domain(row: ObjectRow, drafts: Drafts, said: Object, growing: Growing) -> Any:
    main = drafts.domain()
    _added(main, row.holder, row.kind, said, growing)
    if isinstance(main, Indicator):
        main.start_time = main.created
    return main


def _observed(row: ObjectRow, drafts: Drafts, said: Object, items: Sequence[Object], growing: Growing) -> Any:
    seen = observation(drafts.observables(growing), said)
    parts = [growing.parts[found] for found in seen.object_refs]
    pairs = zip(items, drafts.used, strict=True)
    sought = {(slot, str(item["value"])) for item, slot in pairs if slot is not None and item.get("to_ids") in YES}
    pattern = pattern_of(row, parts, sought) if sought else None
    if pattern is None:
        _added(seen, "observations", "observed-data", said, growing)
        return seen
    main = Indicator(pattern=pattern, pattern_type="stix", pattern_version="2.1", start_time=seen.first_observed)
    _added(main, "indicators", "indicator", said, growing, describes=True)
    based_on(main, seen, growing)
    return main


def _part(item: Object, main: Any, growing: Growing, said: Object) -> str:
    """An attribute that the row has no field for: a part of its own, about the object."""
    found = _inside(item, growing, said)
    part = growing.parts[found]
    if isinstance(part, Note):
        part.object_refs = [main.id]
    else:
        link = Relation(id=derived("relationship", PART, found), relation="related-to", source_ref=found, target_ref=main.id)
        link.created, link.modified, link.created_by = part.created, part.modified, part.created_by
        growing.add("relations", link)
    return found


def _inside(item: Object, growing: Growing, said: Object) -> str:
    relation = item.get("object_relation")
    return read_attribute(item, growing, relation if type(relation) is str else "", growing.usual.within(said, relation))


def _comment(item: Object, main: Any, growing: Growing) -> None:
    """What is remarked on an attribute that has no part of its own."""
    comment, uuid = item.get("comment"), item.get("uuid")
    if type(comment) is str and comment and type(uuid) is str:
        note = Note(id=derived("note", COMMENT, uuid), content=comment, object_refs=[main.id])
        note.created, note.modified, note.created_by = main.created, main.modified, main.created_by
        if note.id not in growing.parts:
            growing.add("notes", note)


def _group(said: Object, items: Sequence[Object], growing: Growing) -> Any:
    """An object that we have no parts for: a note about its attributes, or about the event when it has none.

    A grouping would say the same, but readers of MISP's own STIX take every grouping for an event.
    """
    name = said.get("name")
    refs = [_inside(item, growing, said) for item in items] or [growing.report_id]
    main = Note(abstract=name if type(name) is str else None, content=str(said.get("description") or name or UNNAMED))
    main.object_refs = refs
    return _added(main, "notes", "note", said, growing)


def _added(main: Any, holder: str, kind: str, said: Object, growing: Growing, describes: bool = False) -> Any:
    """The main part with what every object says, added; its comment beside it."""
    main.id = growing.main_id(kind, said.get("uuid"), "Object")
    main.created = main.modified = time_of(said.get("timestamp"), of_epoch)
    main.created_by = growing.creator
    name, category = said.get("name"), said.get("meta-category")
    main.labels = [label("name", name if type(name) is str else UNNAMED)]
    if type(category) is str:
        main.labels.append(label("meta-category", category))
    if said.get("deleted") is True:
        main.revoked = True
    comment = said.get("comment")
    growing.add(holder, main)
    if type(comment) is str and comment:
        comment_on(main, comment, growing, describes)
    return main
