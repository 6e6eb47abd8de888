"""Single custom fields in their places in objects of JSON: a value there has the kind that its definition says.

An integer is a number, a boolean is one, a `json` is what it says.  A value that no reader would get back as it is does not
stand there; one that stood otherwise (the number as a text) goes back as it came.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from dragoman.errors import InvalidOutput
from dragoman.mapping.json import Object, form, remember
from dragoman.mapping.kinds import canonical, kind_of
from dragoman.mapping.places import Place
from dragoman.model.incident import CustomField
from dragoman.tree import json as strict_json

RAW = "raw"  # how a value stood that we would write otherwise
LARGEST = 2**63  # integers beyond are refused by our own reader


def put(target: Object, fields: Sequence[CustomField], places: Sequence[Place], format_name: str) -> list[CustomField]:
    """Writes the fields that have a place into an object; those that have none, or do not fit, come back."""
    rest = list(fields)
    for place in places:
        field = next((field for field in rest if fits(field, place)), None)
        if field is None or (raw := _raw(field, place, format_name)) is None or not _set(target, place.path, raw):
            continue
        rest = [other for other in rest if other is not field]
    return rest


def taken(source: Object, places: Sequence[Place], format_name: str) -> list[CustomField]:
    """Takes the fields that have a place out of an object; an object that is left empty on the way goes too."""
    found = []
    for place in places:
        raw = _get(source, place.path)
        if raw is None:
            continue
        value = said(raw)
        field = CustomField(value=value, type=place.definition())
        if (again := encoded(place.type, value)) != raw or type(again) is not type(raw):
            remember(field, format_name, RAW, raw)
        found.append(field)
        _pop(source, place.path)
    return found


def fits(field: CustomField, place: Place) -> bool:
    """Whether a field is the one that a place is for; one with a marking of its own goes where that can be said."""
    kind = field.type
    if field.value is None or kind is None or kind.name != place.name:
        return False
    return not (field.markings or field.field_markings or kind.markings or kind.field_markings)


def _raw(field: CustomField, place: Place, format_name: str) -> Any:
    """The value as it goes into JSON: as it came, if it still means the same; None when no reader would get it back."""
    kept = form(field, format_name).get(RAW)
    if kept is not None and said(kept) == field.value:
        return kept
    raw = encoded(place.type, field.value or "")
    return raw if raw is not None and said(raw) == field.value else None


def encoded(word: str | None, text: str) -> Any:
    """The text of a value as JSON has values of its kind; None where that cannot be done without loss."""
    kind = kind_of(word) or "string"
    if kind not in ("int", "float", "bool", "json"):
        return text
    try:
        value = json.loads(canonical(kind, text))
    except (ValueError, RecursionError):
        return None
    return None if isinstance(value, int) and abs(value) >= LARGEST else value


def said(raw: Any) -> str:
    """The text of a value of JSON, in the canonical form of its kind."""
    if isinstance(raw, str):
        return raw
    try:
        text = strict_json.compact(raw).decode()
    except InvalidOutput:
        return json.dumps(raw)
    return canonical("float", text) if isinstance(raw, float) else text


def _get(source: Any, path: Iterable[str]) -> Any:
    for step in path:
        source = source.get(step) if isinstance(source, dict) else None
    return source


def _set(target: Object, path: Sequence[str], value: Any) -> bool:
    """Sets a value where nothing stands yet, in copies of the objects on the way; whether it could."""
    first, *rest = path
    if not rest:
        return first not in target and target.setdefault(first, value) is value
    inner = target.get(first, {})
    made = {**inner} if isinstance(inner, dict) else {}
    if not isinstance(inner, dict) or not _set(made, rest, value):
        return False
    target[first] = made
    return True


def _pop(source: Object, path: Sequence[str]) -> None:
    if len(path) > 1:
        _pop(source[path[0]], path[1:])
        if source[path[0]]:
            return
    del source[path[0]]

