"""What objects are called: STIX 2.0 has ids of UUIDv4 only, and other types; so ids change, and every reference to them.

An id keeps all of its digits but the one that says its version.  Where the old one does not follow from the new one it
stands on the object, in `x_dragoman_id`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from dragoman_stix.cargo import EXTENSION
from dragoman_stix.ids import UUID_TEXT, is_identifier
from dragoman_stix.older.rows import CARGO, MEMORY, OWN_ID, Object, is_named, is_observable, memory, rows

REFERENCE = re.compile(rf"([a-z][a-z0-9-]*)--({UUID_TEXT})", re.ASCII)
SKIPPED = frozenset({CARGO, EXTENSION, MEMORY, OWN_ID, "x_dragoman_object_ref", "x_dragoman_object_refs"})


def version_four(name: str) -> str:
    """An id whose UUID says that it is of version 4."""
    return f"{name[:-22]}4{name[-21:]}"


def lower_ref(ref: str) -> str:
    """What an id of 2.1 is in 2.0, as far as one can tell without its object."""
    match = REFERENCE.fullmatch(ref)
    if match is None:
        return ref
    if ref in rows().tlp:
        return rows().tlp[ref]
    name = match[1]
    return version_four(f"{rows().custom[name] if name in rows().usual else name}--{match[2]}")


def raise_ref(ref: str) -> str:
    """What an id of 2.0 is in 2.1, as far as one can tell without its object."""
    name, _, rest = ref.partition("--")
    return f"{_plain(name)}--{rest}" if name in _types() else ref


def _types() -> Mapping[str, str]:
    return {custom: name for name, custom in rows().custom.items()}


def _plain(name: str) -> str:
    return _types().get(name, name)


def is_settled(item: Object, known: Collection[str]) -> bool:
    """Whether all ids in an object of 2.0 are such as 2.0 has them.  known: the ids of the document's objects."""
    refs = [ref for ref in references(item) if ref not in known and REFERENCE.fullmatch(ref)]
    own = item["id"]
    return version_four(own) == own and own not in rows().tlp and all(lower_ref(raise_ref(ref)) == ref for ref in refs)


def references(value: Any) -> Iterator[str]:
    """All ids that an object names in its references; what only we say of it, the cargo above all, is none of it."""
    todo = [value]
    while todo:
        value = todo.pop()
        if isinstance(value, list):
            todo += value
        elif isinstance(value, dict):
            said = {key: inner for key, inner in value.items() if key not in SKIPPED}
            for key, inner in said.items():
                if _refers(key):
                    yield from (ref for ref in (inner if isinstance(inner, list) else [inner]) if isinstance(ref, str))
            todo += said.values()


def _refers(key: str) -> bool:
    return key.endswith(("_ref", "_refs"))


def raised_names(objects: Sequence[Any], frames: Mapping[str, str]) -> list[Any]:
    """Objects of 2.0 under the ids and types of 2.1, and what refers to them.

    frames: the id of an observed-data that only framed an observable -> the id of that observable.
    """
    known = {item["id"]: _raised_id(item) for item in objects if is_named(item)} | dict(frames)
    return [_raised(item, known) if is_named(item) else item for item in objects]


def _raised_id(item: Object) -> str:
    own = item.get(OWN_ID)
    return own if isinstance(own, str) and is_identifier(own) and item["id"] in _possible(own) else raise_ref(item["id"])


def _possible(own: str) -> set[str]:
    """The ids that 2.0 may have for one of 2.1."""
    name, _, rest = own.partition("--")
    names = {name, rows().custom.get(name, name), rows().nearest.get(name, name)}
    return {version_four(f"{other}--{rest}") for other in names}


def _raised(item: Object, known: Mapping[str, str]) -> Object:
    new = _raised_id(item)
    out: Object = {**_renamed(item, known, raise_ref), "id": new, "type": new.partition("--")[0]}
    if item.get(OWN_ID) == new:
        del out[OWN_ID]
    return out


def lowered_names(objects: Sequence[Any], homes: Mapping[str, str]) -> list[Any]:
    """Objects of 2.1 under the ids and types of 2.0, and what refers to them.

    homes: the id of an observable -> the id of the observed-data that frames it.
    """
    known = dict(homes)
    own: set[int] = set()
    for place, item in enumerate(objects):
        if is_named(item):
            if memory(item).get("own"):
                own.add(place)
                known.setdefault(item["id"], item["id"])
            else:
                known[item["id"]] = _lowered_id(item)
    return [_lowered(item, known, place in own) if is_named(item) else item for place, item in enumerate(objects)]


def _lowered_id(item: Object) -> str:
    name, _, rest = item["id"].partition("--")
    nearest = rows().nearest.get(name)
    if nearest is not None:
        return version_four(f"{nearest}--{rest}")
    if item["id"] in rows().tlp:
        return rows().tlp[item["id"]]
    return version_four(f"{custom_type(item) or name}--{rest}")


def custom_type(item: Object) -> str | None:
    """The custom type that an object of 2.1 becomes, if it becomes one."""
    name = item["type"]
    fits = name == "indicator" and item.get("pattern_type", "stix") == "stix"
    fits = fits or (name == "observed-data" and "objects" in item)
    return None if fits else rows().custom.get(name)


def _lowered(item: Object, known: Mapping[str, str], own: bool) -> Object:
    out: Object = _renamed(item, known, None if own else lower_ref)
    new = known[item["id"]]
    if own or new == item["id"] or item["id"] in rows().tlp or is_observable(item):
        return out
    out = {**out, "id": new, "type": new.partition("--")[0]}
    if raise_ref(new) == item["id"]:
        return out
    return {key: value for name, given in out.items() for key, value in
            ([(name, given), (OWN_ID, item["id"])] if name == "id" else [(name, given)])}  # fmt: skip


def _renamed(value: Any, known: Mapping[str, str], other: Any) -> Any:
    """A value with its references renamed: those to objects of the document, and by `other` those to elsewhere."""
    if isinstance(value, list):
        return [_renamed(inner, known, other) for inner in value]
    if not isinstance(value, dict):
        return value
    return {key: inner if key in SKIPPED else _named(inner, known, other) if _refers(key) else _renamed(inner, known, other)
            for key, inner in value.items()}  # fmt: skip


def _named(value: Any, known: Mapping[str, str], other: Any) -> Any:
    if isinstance(value, list):
        return [_named(inner, known, other) for inner in value]
    if not isinstance(value, str):
        return _renamed(value, known, other)
    return known[value] if value in known else other(value) if other is not None else value
