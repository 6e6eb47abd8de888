"""Whether a document is valid STIX 2.0, beyond the types of its values, which the reader looks at.

What must stand together is in `mappings/stix-2.0-rules.yaml`; the words are those of `dragoman_stix.judge`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dragoman.tree.json import pointer
from dragoman_stix.form import Form
from dragoman_stix.ids import ONE_UUID
from dragoman_stix.judge import Object, Trail, of_object
from dragoman_stix.judge import faults as common
from dragoman_stix.older.rows import CARGO, is_kept, is_named

RULES = "stix-2.0-rules"
VERSION_FOUR = re.compile(r"[a-z0-9-]+--[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII)


def faults(tree: Any) -> Iterator[str]:
    """Each as "pointer: reason"; the document is as it was decoded."""
    form, head, objects = _parted(tree)
    if form.wrapper == "bundle" and tree.get("spec_version") != "2.0":
        yield "/spec_version: is missing" if "spec_version" not in tree else "/spec_version: is not 2.0"
    yield from (line for line in common(form, objects, RULES) if f"/{CARGO}/" not in line.partition(": ")[0])
    for place, item in enumerate(objects):
        trail = () if form.wrapper == "object" else (*head, place)
        for found, reason in _of_item(item):
            yield f"{pointer([*trail, *found])}: {reason}"


def _parted(tree: Any) -> tuple[Form, Trail, Sequence[Any]]:
    if isinstance(tree, list):
        return Form("list"), (), tree
    if tree.get("type") != "bundle":
        return Form("object"), (), [tree]
    return Form(), ("objects",), tree.get("objects", [])


def _of_item(item: Any) -> Iterator[tuple[Trail, str]]:
    if not is_named(item):
        return
    if is_kept(item) and "spec_version" not in item:
        yield (), f"2.0 has no objects of type {item['type']}"
    for key in ("id", *(key for key in item if key.endswith("_ref") and not key.startswith("x_"))):
        if isinstance(name := item.get(key), str) and _is_other(name):
            yield (key,), "is no UUID of version 4"
    inside = item.get("objects") if item["type"] == "observed-data" else None
    if isinstance(inside, dict):
        yield from _inside(inside)


def _is_other(name: str) -> bool:
    return ONE_UUID.fullmatch(name[-36:]) is not None and VERSION_FOUR.fullmatch(name) is None


def _inside(inside: Mapping[str, Any]) -> Iterator[tuple[Trail, str]]:
    """The faults of the observables in one observed-data; they may only name each other."""
    for key, item in inside.items():
        if not isinstance(item, dict):
            yield ("objects", key), "is no object"
            continue
        if "type" not in item:
            yield ("objects", key, "type"), "is missing"
        yield from ((("objects", key, *trail), reason) for trail, reason in of_object(item, RULES))
        yield from ((("objects", key, *trail), reason) for trail, reason in _links(item, inside))


def _links(item: Object, inside: Mapping[str, Any], trail: Trail = ()) -> Iterator[tuple[Trail, str]]:
    for key, value in item.items():
        here = (*trail, key)
        if key.endswith(("_ref", "_refs")) and not key.startswith("x_"):
            for ref in value if isinstance(value, list) else [value]:
                if isinstance(ref, str) and ref not in inside:
                    yield here, f"names {ref[:80]!r}, which is not in this observed-data"
        for place, inner in enumerate(value) if isinstance(value, list) else ():
            if isinstance(inner, dict):
                yield from _links(inner, inside, (*here, place))
        if isinstance(value, dict):
            yield from _links(value, inside, here)
