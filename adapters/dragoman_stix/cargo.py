"""What STIX has no place for travels in a property extension of ours on the object it belongs to (section 7.3).

It stands there as JSON text: STIX has no null and no empty list (section 2.10), its lists are of one type and its keys
of few letters (section 2.4), and cargo says whatever another format may say.  A long text is cut, for readers.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from dragoman.carry import Cargo, Change, markings_in
from dragoman.limits import Limits
from dragoman.model.marking import TLP_2_WORDS, Level, is_about_sharing, level
from dragoman.tree.json import compact, decode_embedded, items_of, redecode
from dragoman_stix.codecs import TLP
from dragoman_stix.ids import CONTRIBUTING, is_identifier, uid

# Frozen: the ids that `uid` gives to these names.
EXTENSION = "extension-definition--7d4c3f90-f11d-57cf-8117-eabc84835b1f"
AUTHOR = "identity--0f3eb6f8-28d6-5f2a-8f0c-f9217b0d5553"
SINCE = "2026-01-01T00:00:00.000Z"
KEPT, WHOLE = "cargo", "document"  # what belongs to the object itself; what belongs to the document
LENGTH = 1_000_000  # characters of one text
MARKINGS, GRANULAR = "object_marking_refs", "granular_markings"
SELECTORS = [f"extensions.{EXTENSION}"]
WORDS_LEVEL = {ref: level(word) for word, ref in TLP.items()}
LOOKED_AT: dict[str, Any] = {"type": str, "id": str, MARKINGS: tuple[str, ...], GRANULAR: list}
UNFIT = {*CONTRIBUTING, "marking-definition", "extension-definition", "language-content", "bundle"}


def author() -> dict[str, Any]:
    """Who defines our extensions."""
    common = {"spec_version": "2.1", "created": SINCE, "modified": SINCE}
    return {"type": "identity", "id": AUTHOR, **common, "name": "Dragoman", "identity_class": "system"}


def definition() -> list[dict[str, Any]]:
    """The extension's definition and its author, for every document that carries something."""
    extension = {
        "type": "extension-definition",
        "id": EXTENSION,
        "spec_version": "2.1",
        "created": SINCE,
        "modified": SINCE,
        "created_by_ref": AUTHOR,
        "name": "Dragoman cargo",
        "description": "Values of an incident that STIX has no property for, so that they come back.",
        "schema": "https://dragoman.invalid/schemas/stix-2.1/cargo-1.json",
        "version": "1.1.0",
        "extension_types": ["property-extension"],
    }
    return [author(), extension]


def loaded(tree: Any, cargo: Cargo) -> Any:
    """The document with the cargo on its objects; the objects are changed in place."""
    objects = _objects(tree)
    decoded = [item for item in objects if isinstance(item, dict)]
    waiting, strict = dict(cargo), strictest_around(decoded, cargo)
    whole = waiting.pop("", None)
    for item in decoded:
        own = waiting.pop(item.get("id", ""), None) if _fit(item) else None
        if own is not None:
            _extend(item, {KEPT: texts(own)}, strict)
    added = [] if isinstance(tree, dict) and tree.get("type") != "bundle" else _new(definition(), decoded)
    if whole is not None:
        _extend(_bearer(decoded, added) or objects[0], {WHOLE: texts(whole)}, strict)
    return _with(tree, added)


def texts(bucket: Change) -> list[str]:
    """What belongs to one object, as JSON in texts that no reader finds too long."""
    text = compact(bucket).decode()
    return [text[at : at + LENGTH] for at in range(0, len(text), LENGTH)]


def reopened(data: bytes, cargo: Cargo) -> Any:
    """A bundle of which those objects are decoded that `loaded` looks at; None for other documents.

    These are the objects that bear cargo, the incidents, our author, those that mark properties, and one with each marking.
    """
    opened = items_of(data, "objects", LOOKED_AT)
    if opened is None:
        return None
    tree, glances = opened
    objects, wanted = tree["objects"], {*cargo, AUTHOR}
    marked = {one.object_marking_refs: place for place, one in enumerate(glances)}
    named = [place for place, one in enumerate(glances) if one.id in wanted or one.type == "incident" or one.granular_markings]
    for place in {*marked.values(), *named}:
        objects[place] = redecode(objects[place])
    if "" in cargo and not any(_fit(item) and item["type"] == "incident" for item in objects):
        _decode_first_fit(objects)
    return tree


def _decode_first_fit(objects: list[Any]) -> None:
    """Decodes objects until there is one that can bear an extension, in place."""
    for place, item in enumerate(objects):
        objects[place] = item if isinstance(item, dict) else redecode(item)
        if _fit(objects[place]):
            return


def strictest_around(objects: list[dict[str, Any]], cargo: Cargo) -> Level:
    """The strictest marking in a document: what is carried takes it, for it may come from any part of it."""
    refs = {ref for item in objects for ref in (*_listed(item.get(MARKINGS)), *_granular(item))}
    carried = markings_in(cargo) if b"marking" in compact(cargo) else ()  # most cargo has none, and much of it takes long
    words = (word for word in carried if ":" in word and is_about_sharing(word))
    return max(_level(tuple(refs)), max(map(level, words), default=Level.CLEAR))


@lru_cache(maxsize=1024)
def _level(refs: tuple[str, ...]) -> Level:
    """The strictest of some markings."""
    return max((WORDS_LEVEL.get(ref, Level.CLEAR) for ref in refs), default=Level.CLEAR)


def _granular(item: dict[str, Any]) -> list[str]:
    """The markings of single properties."""
    listed = item.get(GRANULAR)
    found = [one.get("marking_ref") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [ref for ref in found if isinstance(ref, str)]


def _listed(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _bearer(objects: list[dict[str, Any]], added: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The object that bears what belongs to the document: the first incident, else the first that can."""
    fit = [item for item in objects if _fit(item)]
    first = next((item for item in fit if item["type"] == "incident"), None)
    return first or next(iter(fit or added), None)


def _fit(item: Any) -> bool:
    """Whether an object can bear an extension without becoming another one: an observable's id depends on it."""
    if not isinstance(item, dict) or not isinstance(item.get("type"), str) or item["type"] in UNFIT:
        return False
    known = is_identifier(item.get("id"), item["type"]) and "created" in item  # what lacks it is an observable
    return known and isinstance(item.get("extensions", {}), dict)


def _extend(item: dict[str, Any], members: dict[str, Any], strict: Level) -> None:
    own = _level(tuple(_listed(item.get(MARKINGS))))
    if own < strict and not any(found.get("selectors") == SELECTORS for found in item.get(GRANULAR, ())):
        item[GRANULAR] = [*item.get(GRANULAR, ()), {"marking_ref": TLP[TLP_2_WORDS[strict]], "selectors": SELECTORS}]
    extensions = item.get("extensions") or {}
    known = extensions.get(EXTENSION) or {"extension_type": "property-extension"}
    item["extensions"] = {**extensions, EXTENSION: {**known, **members}}


def _new(added: list[dict[str, Any]], objects: list[Any]) -> list[dict[str, Any]]:
    """What is not there yet: another extension of ours brings the author along."""
    return [item for item in added if item["id"] != AUTHOR or item not in objects]


def _with(tree: Any, added: list[dict[str, Any]]) -> Any:
    if isinstance(tree, list):
        return [*tree, *added]
    return {**tree, "objects": [*tree.get("objects", []), *added]} if added else tree


def unloaded(tree: Any, limits: Limits, source: str) -> Cargo:
    """Takes the cargo out of a document, and the definition that came with it; both only if they are ours.

    Raises LimitExceeded.
    """
    cargo: Cargo = {}
    objects = _objects(tree)
    bearers = [item for item in objects if type(item) is dict and _extension(item)]
    said = [(item, name, _extension(item)[name]) for item in bearers for name in (KEPT, WHOLE) if name in _extension(item)]
    values = decode_embedded((_joined(text) for _, _, text in said), limits, source)
    for (item, name, text), value in zip(said, values, strict=True):
        bucket = text if isinstance(text, dict) else value  # before version 1.1 it stood there as it is
        if isinstance(bucket, dict):
            cargo["" if name == WHOLE else item["id"]] = bucket
            _strip(item)
    if cargo:
        others = any(isinstance(item, dict) and item.get("created_by_ref") == AUTHOR and not _is_ours(item) for item in objects)
        ours = [EXTENSION] if others else [EXTENSION, AUTHOR]
        objects[:] = [item for item in objects if not (_is_ours(item) and item["id"] in ours)]
        if isinstance(tree, dict) and tree.get("type") == "bundle" and not objects:
            tree.pop("objects", None)
    return cargo


def _extension(item: dict[str, Any]) -> dict[str, Any]:
    """Our extension of an object; empty when it has none that can be ours."""
    extensions = item.get("extensions")
    found = extensions.get(EXTENSION) if isinstance(extensions, dict) else None
    return found if isinstance(found, dict) and isinstance(item.get("id"), str) else {}


def _joined(said: Any) -> str:
    """The text that `texts` cut; of anything else, none."""
    return "".join(said) if isinstance(said, list) and all(isinstance(text, str) for text in said) else ""


def _strip(item: dict[str, Any]) -> None:
    """Takes our extension off an object, with the marking of it."""
    extensions = item.get("extensions", {})
    extensions.pop(EXTENSION, None)
    if not extensions:
        item.pop("extensions", None)
    granular = item.get(GRANULAR)
    if isinstance(granular, list):
        item[GRANULAR] = [one for one in granular if not isinstance(one, dict) or one.get("selectors") != SELECTORS]
        if not item[GRANULAR]:
            del item[GRANULAR]


def _is_ours(item: Any) -> bool:
    return isinstance(item, dict) and item.get("id") in (EXTENSION, AUTHOR) and item.get("created") == SINCE


def _objects(tree: Any) -> list[Any]:
    if isinstance(tree, list):
        return tree
    if tree.get("type") != "bundle":
        return [tree]
    found = tree.get("objects")
    return found if isinstance(found, list) else []


def names() -> Iterator[tuple[str, str]]:
    """The frozen ids and what they were made of, for the test that holds them."""
    yield EXTENSION, uid("extension-definition", "cargo")
    yield AUTHOR, uid("identity", "Dragoman")
