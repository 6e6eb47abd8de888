"""Upwards: the observables inside of observed-data become objects of their own, with ids (2.0 part 4; 2.1 section 6).

Equal observables become one object, as 2.1 wants it; two that differ never do.  The ids follow from what an observable
says, unless it brings its own (`x_dragoman_id`) or two would collide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dragoman_stix.ids import CONTRIBUTING, TYPE_NAME, is_identifier, observable_id, uid
from dragoman_stix.older.frames import FRAMED, frames_in
from dragoman_stix.older.objects import GRANULAR, raised
from dragoman_stix.older.rows import MEMORY, OWN_ID, Object, is_observable, remembering

MARKED, OBJECTS, REFS, ALL_REFS = "object_marking_refs", "objects", "object_refs", "x_dragoman_object_refs"
Raw = Mapping[str, Object]


@dataclass(slots=True)
class Found:
    """One observable: as 2.1 says it, and as 2.0 said it with ids for local keys; two are one if both are equal."""

    item: Object
    said: Object
    places: list[tuple[int, str]] = field(default_factory=list)  # of the observed-data, and the local key

    def marked_like(self, other: Found) -> Found:
        """The same with the markings of another one."""
        kept = {name: other.item[name] for name in (MARKED, GRANULAR) if name in other.item}
        bare = {name: value for name, value in self.item.items() if name not in (MARKED, GRANULAR)}
        return Found({**bare, **kept}, other.said if _bare(self.said) == _bare(other.said) else self.said)

    def equals(self, other: Found) -> bool:
        return self.item == other.item and self.said == other.said


def _bare(said: Object) -> Object:
    return {name: value for name, value in said.items() if name != OWN_ID}


class Extraction:
    """The observables of one document, by id, in the order in which they were met."""

    def __init__(self, objects: Sequence[Any], skipped: set[int]) -> None:
        self.objects, self.skipped = objects, skipped
        self.frames = frames_in(objects, skipped)
        self.known: dict[str, Found] = {}
        self.framed = {name: self._framed(place) for place, name in self.frames.items()}

    def run(self) -> list[tuple[int, Any]]:
        """All other objects with their places; what was taken out of them they refer to.  What is framed comes last."""
        out = []
        for place, item in enumerate(self.objects):
            raw = None if place in self.skipped else embedded(item)
            if place not in self.frames:
                out.append((place, item if raw is None else self._emptied(place, item, raw)))
        for place in self.frames:
            self._settle(place, self.objects[place], self.objects[place][OBJECTS])
        return out

    def _framed(self, place: int) -> Found:
        item = self.objects[place]
        raw = embedded(item) or {}
        ids = _Ids(item, raw, {"0": item[FRAMED]}).all()
        return self._made(item, raw, ids, "0")

    def _emptied(self, place: int, item: Object, raw: Raw) -> Object:
        """An observed-data without what it holds."""
        ids = self._settle(place, item, raw)
        refs = _refs(item, raw, ids)
        rest = {key: value for key, value in item.items() if key != ALL_REFS}
        out = {REFS if key == OBJECTS else key: refs if key == OBJECTS else value for key, value in rest.items()}
        if GRANULAR in item:
            out[GRANULAR] = list(_own_granular(item[GRANULAR], raw))
            if not out[GRANULAR]:
                del out[GRANULAR]
        count = [str(number) for number in range(len(raw))]
        keys = {name: key for key, name in ids.items()}
        return out if list(raw) == count else remembering(out, keys=keys)

    def _settle(self, place: int, item: Object, raw: Raw) -> dict[str, str]:
        """Takes all observables of one observed-data in; their ids by local key."""
        fixed = {"0": item[FRAMED]} if place in self.frames else {}
        for attempt in range(len(raw) + 1):
            ids = _Ids(item, raw, fixed).all()
            made = {key: self._made(item, raw, ids, key) for key in raw}
            clashing = list(self._clashing(ids, made))
            if not clashing:
                break
            for key in clashing if attempt < 2 else [key for key in raw if key not in fixed]:
                fixed[key] = self._another(item, raw, key, attempt)
        for key, name in ids.items():
            self.known.setdefault(name, made[key]).places.append((place, key))
        return ids

    def _clashing(self, ids: Mapping[str, str], made: Mapping[str, Found]) -> Iterator[str]:
        """The keys whose ids belong to something else already."""
        taken: set[str] = set()
        for key, name in ids.items():
            framed = self.framed.get(name)
            if framed is not None and not made[key].equals(framed):
                made[key].item = made[key].marked_like(framed).item
                made[key].said = made[key].marked_like(framed).said
            other = framed or self.known.get(name)
            if name in taken or (other is not None and not made[key].equals(other)):
                yield key
            taken.add(name)

    def _another(self, item: Object, raw: Raw, key: str, attempt: int) -> str:
        """An id that follows from where an observable stands, since that which it says is taken."""
        place = f"{item.get('id')}/{key}" + (f"/{attempt}" if attempt else "")
        count, name = 0, uid(raw[key]["type"], place)
        while name in self.known:
            count += 1
            name = uid(raw[key]["type"], f"{place}/{count}")
        return name

    def _made(self, item: Object, raw: Raw, ids: Mapping[str, str], key: str) -> Found:
        """One observable with its id, its references as ids and the markings that held for it."""
        said = {name: value for name, value in linked(raw[key], ids).items() if name != OWN_ID}
        own = raised(raw[key])
        own.pop(OWN_ID, None)
        rest = {name: value for name, value in linked(own, ids).items() if name not in ("type", "spec_version", "id")}
        made: Object = {"type": own["type"], "spec_version": "2.1", "id": ids[key], **rest}
        markings, granular = _markings(item, raw, key)
        if markings:
            made[MARKED] = markings
        if granular:
            renamed = raised({"type": own["type"], GRANULAR: granular, **raw[key]})
            made[GRANULAR] = renamed[GRANULAR]
        return Found(made, said)


def embedded(item: Any) -> Raw | None:
    """What stands inside of an observed-data of 2.0, if all of it can stand alone."""
    raw = item.get(OBJECTS) if isinstance(item, dict) and item.get("type") == "observed-data" else None
    if not isinstance(raw, dict) or not raw or REFS in item:
        return None
    return raw if all(_can_stand_alone(inner) for inner in raw.values()) else None


def _can_stand_alone(inner: Any) -> bool:
    name = inner.get("type") if isinstance(inner, dict) else None
    if not isinstance(name, str) or TYPE_NAME.fullmatch(name) is None or MEMORY in inner:
        return False
    return is_observable(raised(inner)) and not {"id", "spec_version", MARKED, GRANULAR} & inner.keys()


def _refs(item: Object, raw: Raw, ids: Mapping[str, str]) -> list[str]:
    """What an observed-data refers to: all that was inside, or what it says itself where it has been more, or less."""
    listed = item.get(ALL_REFS)
    if not isinstance(listed, list) or not all(isinstance(ref, str) for ref in listed):
        return list(ids.values())
    inner = {name for one in raw.values() for name in _local(one)}
    known = set(listed)
    return [*listed, *(name for key, name in ids.items() if name not in known and key not in inner)]


def _local(value: Any) -> Iterator[str]:
    """The local keys that an observable names."""
    if isinstance(value, list):
        for inner in value:
            yield from _local(inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key.endswith(("_ref", "_refs")):
                yield from (ref for ref in (inner if isinstance(inner, list) else [inner]) if isinstance(ref, str))
            if isinstance(inner, dict | list):
                yield from _local(inner)


def linked(value: Any, ids: Mapping[str, str]) -> Any:
    """A value with its references under other names, where those are known."""
    if isinstance(value, list):
        return [linked(inner, ids) for inner in value]
    if not isinstance(value, dict):
        return value
    return {key: _link(inner, ids) if key.endswith(("_ref", "_refs")) else linked(inner, ids) for key, inner in value.items()}


def _link(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_link(inner, ids) for inner in value]
    return ids.get(value, value) if isinstance(value, str) else linked(value, ids)


def _split(selector: Any, raw: Raw) -> tuple[str, str] | None:
    """The local key and the rest of a selector that reaches into what an observed-data holds."""
    head, _, rest = selector.partition(".") if isinstance(selector, str) else ("", "", "")
    key, _, rest = rest.partition(".")
    return (key, rest) if head == OBJECTS and key in raw else None


def _own_granular(granular: Any, raw: Raw) -> Iterator[Any]:
    """The granular markings of an observed-data that stay on it."""
    for found in granular if isinstance(granular, list) else ():
        words = found.get("selectors") if isinstance(found, dict) else None
        if not isinstance(words, list):
            yield found
            continue
        left = [REFS if word == OBJECTS else word for word in words if _split(word, raw) is None]
        if left or not words:
            yield {**found, "selectors": left}


def _markings(item: Object, raw: Raw, key: str) -> tuple[list[Any], list[Object]]:
    """Who may see one observable: the markings of what it stood in, those of all of it, and those of parts of it."""
    whole, parts = list(item.get(MARKED, ())) if isinstance(item.get(MARKED), list) else [], []
    granular = item.get(GRANULAR)
    for found in granular if isinstance(granular, list) else ():
        words = found.get("selectors") if isinstance(found, dict) else None
        split = [_split(word, raw) for word in words] if isinstance(words, list) else []
        rest = [pair[1] for pair in split if pair is not None and pair[0] == key]
        if "" in rest or (isinstance(words, list) and OBJECTS in words):
            whole.append(found.get("marking_ref"))
        if inner := [word for word in rest if word]:
            parts.append({**found, "selectors": inner})
    return list(dict.fromkeys(whole)) if all(isinstance(ref, str) for ref in whole) else whole, parts


class _Ids:
    """The ids of what one observed-data holds: each follows from what it says, and so from the ids of what it names."""

    def __init__(self, item: Object, raw: Raw, fixed: Mapping[str, str]) -> None:
        self.item, self.raw = item, raw
        self.ids = dict(fixed)
        self.open: set[str] = set()

    def all(self) -> dict[str, str]:
        for key in self.raw:
            self._id(key)
        return {key: self.ids[key] for key in self.raw}

    def _id(self, key: str) -> str | None:
        """The id of one; None while it is being made, which is where a circle of references ends."""
        if key in self.ids:
            return self.ids[key]
        if key in self.open:
            return None
        self.open.add(key)
        self.ids[key] = self._made(key, self.raw[key])
        return self.ids[key]

    def _made(self, key: str, inner: Object) -> str:
        own = inner.get(OWN_ID)
        if is_identifier(own, inner["type"]):
            return str(own)
        said = raised(inner)
        names = CONTRIBUTING.get(inner["type"]) or tuple(said)
        telling = {name: said[name] for name in names if name in said}
        ids = {ref: name for ref in _local(telling) if ref in self.raw and (name := self._id(ref)) is not None}
        if any(ref in self.raw and ref not in ids for ref in _local(telling)):
            return uid(inner["type"], f"{self.item.get('id')}/{key}")
        return observable_id(inner["type"], linked(said, ids))
