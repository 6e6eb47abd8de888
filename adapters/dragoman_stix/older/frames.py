"""Observables that stand alone in 2.1 have no place in 2.0: each gets an observed-data that is nothing but its frame.

A frame says in `x_dragoman_object_ref` which id the observable has in 2.1; it is taken off again on the way up, but only
when it still is what we would make.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dragoman_stix.cargo import SINCE
from dragoman_stix.ids import is_identifier, uid
from dragoman_stix.older.rows import Object, is_named

FRAMED = "x_dragoman_object_ref"
MARKINGS = ("object_marking_refs", "granular_markings")


def time_of(objects: Sequence[Any]) -> str:
    """The time that frames bear: of the first other object that has one which is not for fewer than the object."""
    open_ = (item for item in objects if isinstance(item, dict) and FRAMED not in item and not _is_marked(item, "created"))
    times = (item.get("created") for item in open_)
    return next((time for time in times if isinstance(time, str)), SINCE)


def _is_marked(item: Object, member: str) -> bool:
    """Whether a granular marking is for a member."""
    listed = item.get("granular_markings")
    found = [one.get("selectors") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return any(member in selectors for selectors in found if isinstance(selectors, list))


def frame(name: str, objects: Object, time: str, markings: Object) -> Object:
    """The observed-data around an observable, which stands under the key "0"."""
    made = uid("observed-data", name)
    new = f"{made[:-22]}4{made[-21:]}"
    head = {"type": "observed-data", "id": new, "created": time, "modified": time}
    seen = {"first_observed": time, "last_observed": time, "number_observed": 1}
    return {**head, **seen, "objects": objects, **markings, FRAMED: name}


def frames_in(objects: Sequence[Any], skipped: set[int]) -> dict[int, str]:
    """The places of frames, and the ids of what they frame."""
    time = time_of(objects)
    found: dict[int, str] = {}
    known: set[str] = set()
    for place, item in enumerate(objects):
        name = item.get(FRAMED) if place not in skipped and is_named(item) else None
        if isinstance(name, str) and name not in known and _is_frame(item, name, time):
            found[place] = name
            known.add(name)
    return found


def _is_frame(item: Object, name: str, time: str) -> bool:
    objects = item.get("objects")
    inner = objects.get("0") if isinstance(objects, dict) else None
    if not isinstance(objects, dict) or not isinstance(inner, dict) or not is_identifier(name, str(inner.get("type"))):
        return False
    markings = {key: item[key] for key in MARKINGS if key in item}
    return item == frame(name, objects, time, markings)
