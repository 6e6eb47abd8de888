"""The attributes of an object that stands in parts: told from them, and what they say beyond that kept by comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from dragoman_misp.drafts import told_members
from dragoman_misp.exact import ADDED, GONE, Object, keep, kept
from dragoman_misp.growing import Growing, derived
from dragoman_misp.templates import ObjectRow
from dragoman_misp.times import to_epoch
from dragoman_misp.told import COMMENT, FOUND, Around, beyond
from dragoman_misp.usual import Manner, Usual

MEMBERS, UNSAID = "members", "unsaid"  # how the attributes of an object were put; which of ours were not there


class Tells(Around, Protocol):
    """Who tells the parts that attributes of an object have of their own."""

    usual: Usual

    def inside(self, main: Any, said: Object) -> Object: ...


def keep_members(
    row: ObjectRow, main: Any, items: Sequence[Object], others: Sequence[str | None], growing: Growing, said: Object
) -> None:
    """Keeps what the attributes of an object say beyond its parts.  others: the ids of those that are parts of their own."""
    natural = natural_members(row, main, growing, growing.usual)
    usual = growing.usual.within(said).members
    waiting = list(range(len(natural)))
    entries: list[Any] = []
    for item, other in zip(items, others, strict=True):
        entries.append(other if other is not None else _entry(item, natural, waiting, usual, main))
    if waiting:
        keep(main, UNSAID, [[natural[place]["object_relation"], natural[place]["value"]] for place in waiting])
    plain = [[made["object_relation"]] for made in natural] + [other for other in others if other is not None]
    if entries != plain:
        keep(main, MEMBERS, entries)


def natural_members(row: ObjectRow, main: Any, around: Around, usual: Usual) -> list[Object]:
    """The attributes that the parts of an object say, as is usual for their relations."""
    parts, finds = parts_of(main, row, around)
    found = told_members(row, parts, finds)
    known = usual.relations.get(row.name, {})
    stamp = to_epoch(main.modified) if main.modified else None
    for made in found:
        made |= known.get(made["object_relation"], {})
        if stamp is not None:
            made["timestamp"] = stamp
    return found


def parts_of(main: Any, row: ObjectRow, around: Around) -> tuple[list[Any], bool]:
    """The parts that the attributes of an object stand in, and whether they are looked for."""
    if row.domain:
        return [main], row.kind == "indicator"
    seen = main
    if row.kind == "observed-data" and main.id.startswith("indicator"):
        seen = around.parts.get(derived("observed-data", FOUND, main.id[-36:]))
    refs = seen.object_refs if seen is not None else ()
    return [around.parts[ref] for ref in refs if ref in around.parts], seen is not main


def _entry(item: Object, natural: list[Object], waiting: list[int], usual: Object, main: Any) -> list[Any]:
    """Which natural attribute one is, and what it says beyond; taken from those that wait."""
    place = _place(item, natural, waiting)
    if place is None:  # the same said twice
        return ["", {ADDED: item}]
    waiting.remove(place)
    made = natural[place]
    stamped = made if item.get("timestamp") == made.get("timestamp") else {k: v for k, v in made.items() if k != "timestamp"}
    found = beyond(stamped | _remarked(item), usual, item)
    ours = _uuid(main, made, place)
    if "uuid" not in item:
        found.setdefault(GONE, {})["uuid"] = ours
    elif item["uuid"] == ours:
        found.get(ADDED, {}).pop("uuid", None)
        found = {name: members for name, members in found.items() if members}
    return [made["object_relation"], found] if found else [made["object_relation"]]


def _place(item: Object, natural: list[Object], waiting: list[int]) -> int | None:
    relation, value = item.get("object_relation"), str(item.get("value"))
    near = [place for place in waiting if natural[place]["object_relation"] == relation]
    exact = next((place for place in near if natural[place]["value"] == value), None)
    if exact is not None:
        return exact
    alike = next((place for place in waiting if natural[place]["value"] == value), None)
    return alike if alike is not None else next(iter(near), None)


def _remarked(item: Object) -> Object:
    """The comment of an attribute is a note about the object, when there is a uuid to find it by."""
    comment, uuid = item.get("comment"), item.get("uuid")
    return {"comment": comment} if type(comment) is str and comment and type(uuid) is str else {}


def _uuid(main: Any, made: Object, place: int) -> str:
    return derived("attribute", f"{made['object_relation']} {place}", main.id[-36:])[-36:]


def write_members(row: ObjectRow, main: Any, others: Sequence[str], around: Tells, said: Object) -> list[Object]:
    """The attributes of an object, as they came where they still say the same."""
    natural = natural_members(row, main, around, around.usual)
    waiting, left = list(range(len(natural))), list(others)
    manner = around.usual.within(said)
    found: list[Object] = []
    for entry in _listed(kept(main, MEMBERS)):
        if isinstance(entry, str) and entry in left:
            left.remove(entry)
            found.append(around.inside(around.parts[entry], said))
        elif isinstance(entry, list) and entry and isinstance(entry[0], str):
            found += _restored(entry, natural, waiting, manner, main, around)
    unsaid = _listed(kept(main, UNSAID))
    new = [place for place in waiting if [natural[place]["object_relation"], natural[place]["value"]] not in unsaid]
    found += [_whole(natural[place], place, {}, manner, main, around) for place in new]
    return found + [around.inside(around.parts[other], said) for other in left]


def _restored(
    entry: list[Any], natural: list[Object], waiting: list[int], manner: Manner, main: Any, around: Around
) -> list[Object]:
    how = entry[1] if len(entry) > 1 and isinstance(entry[1], dict) else {}
    if not entry[0]:
        return [dict(how[ADDED])] if isinstance(how.get(ADDED), dict) else []
    place = next((place for place in waiting if natural[place]["object_relation"] == entry[0]), None)
    if place is None:
        return []  # taken out of the part since
    waiting.remove(place)
    return [_whole(natural[place], place, how, manner, main, around)]


def _whole(made: Object, place: int, how: Object, manner: Manner, main: Any, around: Around) -> Object:
    more = how.get(ADDED)
    uuid = more["uuid"] if isinstance(more, dict) and "uuid" in more else _uuid(main, made, place)
    made["uuid"] = uuid
    if isinstance(more, dict) and "timestamp" in more:
        made.pop("timestamp", None)
    note = around.parts.get(derived("note", COMMENT, uuid)) if isinstance(uuid, str) else None
    if note is not None:
        made["comment"] = note.content
    return manner.put(made, how)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
