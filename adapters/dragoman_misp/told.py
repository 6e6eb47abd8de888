"""An attribute written from its parts; the reader uses the same to know what the parts do not say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from dragoman.model import Indicator, Note, Observable, Observation
from dragoman_misp.exact import ADDED, GONE, SPELLED, Object, same
from dragoman_misp.growing import derived
from dragoman_misp.labels import machine
from dragoman_misp.natural import attribute_of, refs_of, sought_attribute
from dragoman_misp.rows import DATA, Row, rows
from dragoman_misp.templates import templates
from dragoman_misp.times import to_epoch, to_seen
from dragoman_misp.usual import Usual

BEYOND = "beyond"  # what is kept of an attribute or object beyond its parts
FOUND, COMMENT, PART = "indicator", "comment", "part"  # what parts brought along are of
HOLLOW = "hollow"  # that an object has no list of attributes at all
BARE = "observable"  # what an attribute is of that says an observable and nothing else
UNSAID = object()


class Around(Protocol):
    """What stands around a part while it is read or written."""

    parts: dict[str, Any]
    usual: Usual
    remarks: dict[str, Any]


def uuid_of(main: Any) -> str:
    """The uuid in the id of a main part."""
    return (main.id or "")[-36:]


def told_attribute(main: Any, around: Around) -> Object:
    """The members of an attribute that its parts say, without tags."""
    if isinstance(main, Observable):
        return bare_attribute(main, around)
    words = machine(main.labels)
    if type(main) is Indicator:
        found = _of_indicator(main, words, around)
    elif type(main) is Observation:
        found = _of_observation(main, words, around)
    elif type(main) is Note:
        found = {"type": words.get("type") or main.abstract or "other", "to_ids": False, "value": main.content}
    else:
        found = _of_domain(main, words)
    return _common(main, found, words, around)


def bare_attribute(main: Observable, around: Around) -> Object:
    """The attribute that says an observable and nothing else."""
    parts = [main, *(around.parts[ref] for ref in refs_of(main) if ref in around.parts)]
    found = attribute_of(parts) or attribute_of([main]) or {}
    return {"to_ids": False, "uuid": derived("attribute", BARE, main.id or "")[-36:]} | found


def _common(main: Any, found: Object, words: Mapping[str, str], around: Around) -> Object:
    found["uuid"] = main.id[-36:]
    if "category" in words:
        found["category"] = words["category"]
    if "to_ids" in words:
        found["to_ids"] = words["to_ids"] == "True"
    if "relation" in words:
        found["object_relation"] = words["relation"]
    if main.modified is not None and (stamp := to_epoch(main.modified)) is not None:
        found["timestamp"] = stamp
    if comment := comment_of(main, around, not isinstance(main, Observation | Note)):
        found["comment"] = comment
    if main.revoked:
        found["deleted"] = True
    return found


def comment_of(main: Any, around: Around, describes: bool) -> str | None:
    """The first description of a part, or the note about it."""
    if describes:
        text = main.description[0] if main.description else None
        return text if text is None or isinstance(text, str) else text.value
    note = around.remarks.get(main.id)
    return note.content if note is not None else None


def told_object(main: Any, around: Around) -> Object:
    """The members of an object that its main part says, without its attributes and references."""
    words = machine(main.labels)
    name = words.get("name", "")
    row = templates().get(name)
    found: Object = {"name": name} | (dict(row.template) if row else {}) | around.usual.templates.get(name, {})
    found["uuid"] = main.id[-36:]
    if "meta-category" in words:
        found["meta-category"] = words["meta-category"]
    if main.modified is not None and (stamp := to_epoch(main.modified)) is not None:
        found["timestamp"] = stamp
    describes = type(main) is Indicator and not (row and row.domain)
    if comment := comment_of(main, around, describes):
        found["comment"] = comment
    if main.revoked:
        found["deleted"] = True
    seen = main if type(main) is Observation else around.parts.get(derived("observed-data", FOUND, uuid_of(main)))
    return found if seen is None else found | times_of(seen)


def _of_indicator(main: Indicator, words: Mapping[str, str], around: Around) -> Object:
    seen = around.parts.get(derived("observed-data", FOUND, uuid_of(main)))
    found = sought(main, words.get("type"))
    found["to_ids"] = True
    if seen is not None:
        found |= times_of(seen)
    elif main.start_time and main.start_time != main.modified:
        found["first_seen"] = to_seen(main.start_time)
    return found


def sought(main: Indicator, kind: str | None) -> Object:
    """Type and value of what a pattern looks for; the pattern itself when it is more than one value."""
    pattern = main.pattern or ""
    if main.pattern_type not in ("stix", None):
        return {"type": _of_language(main.pattern_type, kind), "value": pattern}
    for row in (rows().get(f"{kind}{DATA}"), rows().get(kind or "")):
        if row is not None and (sides := row.found_by(pattern)) is not None and (value := row.value(sides)) is not None:
            return {"type": row.name, "value": value} | ({"data": sides[2]} if 2 in sides else {})
    simple = sought_attribute(pattern) if kind is None else None
    return simple or {"type": "stix2-pattern", "value": pattern}


def _of_language(language: str | None, kind: str | None) -> str:
    row = rows().get(kind or "")
    if row is not None and row.language == language:
        return row.name
    return next((name for name, row in rows().items() if row.language == language), "other")


def _of_observation(main: Observation, words: Mapping[str, str], around: Around) -> Object:
    kind = words.get("type")
    found: Object = {"type": kind, "to_ids": False}
    parts = [around.parts.get(ref) for ref in main.object_refs]
    if parts and all(isinstance(part, Observable) for part in parts):
        for row in (rows().get(f"{kind}{DATA}"), rows().get(kind or "")):
            if row is not None and (sides := row.seen(parts)) is not None:
                found |= {"type": row.name, "value": row.value(sides)} | ({"data": sides[2]} if 2 in sides else {})
                break
        if kind is None:
            found |= attribute_of(parts) or {}
    return found | times_of(main)


def times_of(seen: Observation) -> Object:
    """first_seen and last_seen; what is just the time of writing was not said."""
    first, last = seen.first_observed, seen.last_observed
    found = {}
    if first and first != seen.modified:
        found["first_seen"] = to_seen(first)
    if last and last not in (seen.modified, first):
        found["last_seen"] = to_seen(last)
    return found


def _of_domain(main: Any, words: Mapping[str, str]) -> Object:
    row: Row | None = rows().get(words.get("type", ""))
    if row is None or row.domain is None or type(main) is not row.domain.cls:
        row = next((row for row in rows().values() if row.domain is not None and row.domain.cls is type(main)), None)
    return {"type": row.name if row else "other", "to_ids": False, "value": main.name}


def beyond(written: Object, usual: Mapping[str, Any], said: Object) -> Object:
    """What makes `said` of what is written and what is usual, as `exact.restored` reads it; empty when nothing does."""
    more: Object = {}
    spelled: Object = {}
    for name, value in said.items():
        made = written.get(name, UNSAID)
        if made is UNSAID:
            made = usual.get(name, UNSAID)
            if made is UNSAID:
                more[name] = value
                continue
        if made is not value and not (made == value if type(made) is str is type(value) else same(made, value)):
            spelled[name] = [made, value]
    found: Object = {}
    if more:
        found[ADDED] = more
    if spelled:
        found[SPELLED] = spelled
    if not (said.keys() >= written.keys() and said.keys() >= usual.keys()):
        found[GONE] = {name: value for name, value in (usual | written).items() if name not in said}  # type: ignore[operator]
    return found
