"""An attribute as parts: something observed, an indicator with what it is based on, a domain object, or a note.

`mappings/misp-attributes.yaml` says what each type is.  What the parts do not say again when they are written is kept on the
main one, by comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dragoman.ledger import Kind
from dragoman.model import Indicator, Note, Observation, Relation
from dragoman_misp import galaxies, sightings, tags
from dragoman_misp.exact import Object, keep
from dragoman_misp.growing import Growing, derived
from dragoman_misp.inheritance import spread
from dragoman_misp.labels import label
from dragoman_misp.rows import DATA, Row, rows
from dragoman_misp.times import of_epoch, of_seen
from dragoman_misp.told import BARE, BEYOND, COMMENT, FOUND, beyond, told_attribute
from dragoman_misp.usual import Manner
from dragoman_misp.values import Loose, Unfit

YES = (True, 1, "1", "true", "True")
NOTE, MISFIT = Row("", holder="notes", kind="note"), "is no {0}: it stands as a text"


def read_attribute(said: Object, growing: Growing, relation: str | None = None, manner: Manner | None = None) -> str:
    """Adds the parts of an attribute; the id of the main one.

    relation: what the attribute is in its object, when it is one of a group.  manner: what is usual there.
    """
    tagged = said.pop("Tag") if said.get("Tag") is not None else None
    clustered = said.pop("Galaxy") if said.get("Galaxy") else None
    seen = said.pop("Sighting") if said.get("Sighting") else None
    main = _main(said, growing, relation)
    if relation is None:
        growing.order["attribute"].append(growing.holders[main.id])
    names = galaxies.take(clustered, growing, main) if clustered else ()
    if tagged is not None or names:
        tags.take(tagged, main, growing.tags, names, growing.markings)
        if main.markings is not growing.markings:
            spread(main, growing)
    if seen:  # now that it is known who may see it
        sightings.take(seen, growing, main)
    finish(main, said, growing, manner or growing.usual.attribute)
    return main.id  # type: ignore[no-any-return]


def finish(main: Any, said: Object, growing: Growing, manner: Manner) -> None:
    """Keeps on the main part what an attribute says beyond its parts."""
    if kept := beyond(told_attribute(main, growing), manner.members, said):
        keep(main, BEYOND, kept)


def _main(said: Object, growing: Growing, relation: str | None) -> Any:
    """The main part of an attribute, added with the parts that it brings along."""
    kind, value = said.get("type"), said.get("value")
    row = _row(kind, said)
    if row is not None and type(value) is str:
        try:
            return _of_row(row, row.split(value, said.get("data")), said, growing, relation)
        except Loose:
            pass
        except Unfit:
            growing.context.ledger.note(Kind.INVALID, "D201", "/Attribute/value", MISFIT.format(kind), value)
    return _note(said, growing, relation)


def _row(kind: Any, said: Object) -> Row | None:
    """The row of a type; that with the file when there is one."""
    if type(kind) is not str:
        return None
    if type(said.get("data")) is str and said["data"]:
        return rows().get(kind + DATA) or rows().get(kind)
    return rows().get(kind)


def _of_row(row: Row, sides: Any, said: Object, growing: Growing, relation: str | None) -> Any:
    if row.language is not None:
        return _rule(row, sides[0], said, growing, relation)
    if row.domain is not None:
        main = row.domain.make(sides, ())
        return _added(main, row, said, growing, _labels(said, relation, said.get("to_ids") in YES))
    detects = said.get("to_ids") in YES
    if detects and row.finds is not None:
        return _indicator(row, sides, said, growing, relation)
    if not row.shapes:
        return _note(said, growing, relation)
    ids = row.make(sides, growing)
    if is_bare(said, ids[0]):
        return growing.parts[ids[0]]
    main = observation(ids, said)
    return _added(main, row, said, growing, _labels(said, relation, detects))


def is_natural(said: Object) -> bool:
    """Whether an attribute leaves its category open, as ours do for what other formats said: it needs no machine tags."""
    return "category" not in said and "object_relation" not in said


def is_bare(said: Object, id: str) -> bool:
    """Whether an attribute says an observable and nothing else: its uuid follows from the observable."""
    uuid = said.get("uuid")
    if type(uuid) is not str or uuid[14:15] != "5" or "category" in said or said.get("to_ids") is not False:
        return False
    return uuid == derived("attribute", BARE, id)[-36:]


def observation(ids: list[str], said: Object) -> Observation:
    """That observables were seen, when the attribute says; else when it was written."""
    stamp = time_of(said.get("timestamp"), of_epoch)
    first, last = time_of(said.get("first_seen"), of_seen) or stamp, time_of(said.get("last_seen"), of_seen) or stamp
    if first and last and last < first:
        last = first  # section 4.14 of STIX demands it
    return Observation(first_observed=first, last_observed=last, number_observed=1, object_refs=ids)


def time_of(value: Any, read: Callable[[str], str | None]) -> str | None:
    """A time that an attribute or object says, None when it is none."""
    return read(value) if type(value) is str else None


def _indicator(row: Row, sides: Any, said: Object, growing: Growing, relation: str | None) -> Indicator:
    """How to find a value, and what was seen of it."""
    main = Indicator(pattern=row.pattern(sides), pattern_type="stix", pattern_version="2.1")
    seen = _seen(row, sides, said, growing)
    main.start_time = seen.first_observed if seen else time_of(said.get("first_seen"), of_seen)
    _added(main, INDICATOR, said, growing, _labels(said, relation, None))
    main.start_time = main.start_time or main.created
    if seen is not None:
        based_on(main, seen, growing)
    return main


def _seen(row: Row, sides: Any, said: Object, growing: Growing) -> Observation | None:
    """What an indicator is based on; None when the value cannot stand as an observable."""
    try:
        return observation(row.make(sides, growing), said) if row.shapes else None
    except Loose:
        return None


INDICATOR = Row("", holder="indicators", kind="indicator")


def based_on(main: Any, seen: Observation, growing: Growing) -> None:
    """Adds what an indicator is based on, under ids that follow from its own."""
    uuid = main.id[11:]
    seen.id = derived("observed-data", FOUND, uuid)
    seen.created, seen.modified, seen.created_by = main.created, main.modified, main.created_by
    seen.labels = main.labels
    growing.add("observations", seen)
    link = Relation(id=derived("relationship", FOUND, uuid), relation="based-on", source_ref=main.id, target_ref=seen.id)
    link.created, link.modified, link.created_by = main.created, main.modified, main.created_by
    growing.add("relations", link)


def _rule(row: Row, rule: str, said: Object, growing: Growing, relation: str | None) -> Indicator:
    main = Indicator(pattern=rule, pattern_type=row.language)
    _added(main, INDICATOR, said, growing, _labels(said, relation, None if said.get("to_ids") in YES else False))
    main.start_time = time_of(said.get("first_seen"), of_seen) or main.created
    return main


def _note(said: Object, growing: Growing, relation: str | None) -> Note:
    """What has no class of its own, as a text about the event."""
    kind, value = said.get("type"), said.get("value")
    main = Note(abstract=kind if type(kind) is str and kind else None, content=value if type(value) is str else str(value))
    main.object_refs = [growing.report_id]
    return _added(main, NOTE, said, growing, _labels(said, relation, said.get("to_ids") in YES))  # type: ignore[no-any-return]


def _labels(said: Object, relation: str | None, detects: bool | None) -> list[str]:
    """The machine tags of an attribute."""
    kind, category = said.get("type"), said.get("category")
    kind = kind if type(kind) is str else "other"
    found = [label("type", kind)]
    if type(category) is str:
        found.append(label("category", category))
    if detects is not None and (detects or (kind in rows() and rows()[kind].language)):
        found.append(label("to_ids", str(detects)))
    if relation is not None:
        found.append(label("relation", relation))
    return found


def _added(main: Any, row: Row, said: Object, growing: Growing, labels: list[str]) -> Any:
    """The main part with what every attribute says, added; its comment beside it."""
    main.id = growing.main_id(row.kind, said.get("uuid"), "Attribute")
    if isinstance(main, Observation | Indicator) and is_natural(said):
        labels = labels[1:]
    main.created = main.modified = time_of(said.get("timestamp"), of_epoch)
    main.created_by = growing.creator
    main.labels = labels
    if said.get("deleted") is True:
        main.revoked = True
    comment = said.get("comment")
    if type(comment) is str and comment:
        comment_on(main, comment, growing, not isinstance(main, Observation | Note))
    growing.add(row.holder, main)
    return main


def comment_on(main: Any, comment: str, growing: Growing, describes: bool) -> None:
    """A comment is the description of a part that may have one for it, else a note about it."""
    if describes:
        main.description = [comment]
        return
    note = Note(id=derived("note", COMMENT, main.id[-36:]), content=comment, object_refs=[main.id])
    note.created, note.modified, note.created_by = main.created, main.modified, main.created_by
    growing.add("notes", note)
    growing.remarks[main.id] = note
