"""A whole document of STIX 2.0 as one of 2.1, and back.

What differs from what we would write is remembered on the objects (`rows.MEMORY`), so that any document comes back as
it was; the memory is made by writing what was read and comparing.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from dragoman_stix.form import bundle_id
from dragoman_stix.ids import is_identifier
from dragoman_stix.older.embedded import Embedding
from dragoman_stix.older.extracted import Extraction
from dragoman_stix.older.memory import compared, recalled
from dragoman_stix.older.names import custom_type, is_settled, lowered_names, raised_names, version_four
from dragoman_stix.older.objects import lowered, raised
from dragoman_stix.older.rows import AT, MEMORY, Object, is_kept, is_named, memory, remembering, rows

VERSION = "spec_version"
ALONE = "alone"


@dataclass(slots=True)
class Raised:
    """Objects of 2.1, and where each stood in the document of 2.0: the place, or the places and local keys of an observable."""

    objects: list[Any] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    inside: list[tuple[int, str]] = field(default_factory=list)


def raised_objects(objects: Sequence[Any]) -> list[Any]:
    """The objects of a document of 2.0 as 2.1 says them; the observables come last."""
    found = _raised(objects)
    if found.inside:
        _remember_inside(objects, found)
    _remember(objects, found)
    return found.objects


def _raised(objects: Sequence[Any]) -> Raised:
    skipped = {place for place, item in enumerate(objects) if not is_named(item) or MEMORY in item or is_kept(item)}
    extraction = Extraction(objects, skipped)
    rest, inside = extraction.run(), list(extraction.known.values())
    known = {item["id"] for item in objects if is_named(item)}
    items = [item if place in skipped or _is_ordinary(objects[place], known) else remembering(item, own=True)
             for place, item in rest]  # fmt: skip
    frames = {objects[place]["id"]: name for place, name in extraction.frames.items()}
    named = raised_names([*items, *(found.item for found in inside)], frames)
    out = Raised(places=[place for place, _ in rest], inside=[found.places[0] for found in inside])
    for place, item in zip(out.places, named, strict=False):
        out.objects.append(_kept(objects[place]) if place in skipped else _assuming(raised(item), item))
    for at, item in zip(out.inside, named[len(rest) :], strict=True):
        out.objects.append(remembering(item, **{AT: list(at)}))
    return out


def _is_ordinary(item: Object, known: Collection[str]) -> bool:
    """Whether an object of 2.0 is called, and calls others, as we would."""
    return is_settled(item, known) and custom_type(item) is None


def _assuming(item: Object, said: Object) -> Object:
    """The object, remembering what 2.1 demands and nobody said."""
    assumed = [name for name in rows().rule(item["type"]).assumed if name not in said and f"x_dragoman_{name}" not in said]
    return remembering(item, assumed=assumed) if assumed else item


def _kept(item: Any) -> Any:
    return remembering(item, kept=True) if is_named(item) else item


def lowered_objects(objects: Sequence[Any]) -> list[Any]:
    """The objects of a document of 2.1 as 2.0 says them."""
    kept = {place for place, item in enumerate(objects) if not is_named(item) or memory(item).get("kept")}
    down = [item if place in kept else lowered(item) for place, item in enumerate(objects)]
    embedding = Embedding(objects, down, kept)
    inside = embedding.run()
    whole = [remembering(item, own=True) if memory(item).get("kept") else item for item in inside]
    return _once([_forgetting(item) for item in lowered_names(whole, embedding.homes)])


def _forgetting(item: Any) -> Any:
    if not isinstance(item, dict) or MEMORY not in item:
        return item
    return recalled({key: value for key, value in item.items() if key != MEMORY}, memory(item))


def _once(objects: list[Any]) -> list[Any]:
    """The markings of TLP 2.0 that became one of TLP 1 stand there once."""
    seen: set[str] = set()
    out = []
    for item in objects:
        fixed = isinstance(item, dict) and item.get("id") in rows().tlp1 and item == rows().tlp1[item["id"]]
        if not fixed or item["id"] not in seen:
            out.append(item)
        if fixed:
            seen.add(item["id"])
    return out


def _remember_inside(objects: Sequence[Any], found: Raised) -> None:
    """What embedded observables said otherwise is remembered on them."""
    ours, first = _by_place(objects, lowered_objects(found.objects)), len(found.places)
    for number, (place, key) in enumerate(found.inside, first):
        inner = ours.get(place, {}).get("objects")
        if isinstance(inner, dict) and isinstance(inner.get(key), dict):
            kept = compared(objects[place]["objects"][key], inner[key])
            found.objects[number] = remembering(found.objects[number], **kept)


def _remember(objects: Sequence[Any], found: Raised) -> None:
    """What the other objects said otherwise is remembered on them."""
    ours = _by_place(objects, lowered_objects(found.objects))
    for number, place in enumerate(found.places):
        kept = compared(objects[place], ours[place]) if place in ours else None
        if kept:
            found.objects[number] = remembering(found.objects[number], **kept)


def _by_place(objects: Sequence[Any], ours: Sequence[Any]) -> dict[int, Object]:
    """Which of our objects stands for which of the document's: by their ids, in order."""
    waiting: dict[Any, deque[Object]] = defaultdict(deque)
    for item in ours:
        if is_named(item):
            waiting[item["id"]].append(item)
    found = {}
    for place, item in enumerate(objects):
        if is_named(item) and waiting[item["id"]]:
            found[place] = waiting[item["id"]].popleft()
    return found


def raised_document(tree: Any) -> Any:
    """A document of 2.0 as one of 2.1.  A bundle remembers as objects do."""
    if isinstance(tree, list):
        return raised_objects(tree)
    if tree.get("type") == "bundle":
        out = _raised_bundle(tree, raised_objects(tree.get("objects", [])))
        kept = compared(_head(tree), _head(lowered_document(out)))
        return remembering(out, **kept) if kept else out
    objects = raised_objects([tree])
    if len(objects) == 1:
        return objects[0]
    return [remembering(objects[0], **{ALONE: True}), *objects[1:]]


def _raised_bundle(tree: Object, objects: list[Any]) -> Object:
    out = {key: objects if key == "objects" else value for key, value in tree.items()}
    if tree.get(VERSION) == "2.0":
        del out[VERSION]
    natural = bundle_id(objects)
    if tree.get("id") == version_four(natural):
        out["id"] = natural
    return out


def _head(bundle: Object) -> Object:
    return {key: None if key == "objects" else value for key, value in bundle.items()}


def lowered_document(tree: Any) -> Any:
    """A document of 2.1 as one of 2.0."""
    if isinstance(tree, list):
        alone = any(memory(item).get(ALONE) for item in tree[:1])
        objects = lowered_objects(tree)
        return objects[0] if alone and len(objects) == 1 else objects
    if tree.get("type") != "bundle":
        objects = lowered_objects([tree])
        return objects[0] if len(objects) == 1 else objects
    return recalled(_lowered_bundle(tree), memory(tree))


def _lowered_bundle(tree: Object) -> Object:
    out: Object = {}
    for key, value in tree.items():
        if key == MEMORY:
            continue
        out[key] = lowered_objects(value) if key == "objects" and isinstance(value, list) else value
        if key == "id":
            out[key] = version_four(value) if is_identifier(value, "bundle") else value
            out[VERSION] = "2.0"
    return {**out, VERSION: "2.0"} if VERSION not in out else out
