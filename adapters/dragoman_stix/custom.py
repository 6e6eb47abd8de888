"""Custom fields in a property extension of their own (section 7.3), for people and programs that know nothing of cargo.

It stands on the incident, or on what stands for it: `{"custom_fields": [{"id", "value", "type": {"id", "name", …}}]}`, the
members as the base message has them (`home`).  Only what would be written exactly so is read; all else stays an extension like
any other.  Fields with a marking of their own are not written here: an extension is seen by whoever sees the object.  How
another format put a field is no business of whoever reads it here: that is carried.  Fields with a place of their own stand
there instead (`placed`).

STIX 2.0, which has no extensions, has another home for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from dragoman.mapping.places import Place
from dragoman.model import CustomField, FieldType, Incident
from dragoman.model.plain import build, plain
from dragoman_stix import placed
from dragoman_stix.cargo import GRANULAR
from dragoman_stix.home import MEMBER, Home, is_defined
from dragoman_stix.ids import is_identifier
from dragoman_stix.reach import strings

Object = dict[str, Any]


def say(incident: Incident, objects: list[Any], basis: str | None, home: Home, places: Sequence[Place]) -> bool:
    """Puts the custom fields of an incident on its object, if they may and can stand there; whether some came home.

    objects: of the incident, itself first unless `basis` is the id of what stands for it.  places: of single fields.
    """
    named = (item for item in objects if isinstance(item, dict) and item.get("id") == basis)
    bearer = objects[0] if basis is None else next(named, None)
    if bearer is None or not incident.custom_fields or not _is_open(incident):
        return False
    left = placed.put(bearer, incident.custom_fields, _open_places(bearer, home, places))
    fields = [field for field in left if _is_plain(field)]  # the others are carried, under their markings
    if not fields or _is_selected(bearer, home.selector):
        return False
    return home.put(bearer, _said(fields))


def _said(fields: Iterable[CustomField]) -> list[Any]:
    bare = (replace(field, residue=None, type=field.type and replace(field.type, residue=None)) for field in fields)
    return [plain(field, CustomField) for field in bare]


def _is_plain(field: CustomField) -> bool:
    """Whether a field has a name and a value and no marking, which the object does not show."""
    kind = field.type
    if field.value is None or kind is None or not kind.name:
        return False
    return not (_is_marked(field) or _is_marked(kind))


def _is_marked(part: CustomField | FieldType) -> bool:
    return bool(part.markings or part.field_markings)


def _is_open(incident: Incident) -> bool:
    """Whether no single field of the incident's custom fields is marked: an object shows all or none."""
    marked = [name for one in incident.field_markings for name in one.fields]
    marked += [one.field or "" for one in (incident.tlp.fields if incident.tlp else ()) if not incident.markings]
    return not any(name.startswith(MEMBER) for name in marked)


def _is_selected(item: Object, selector: str) -> bool:
    """Whether a granular marking says something of what stands under a selector, in it or around it."""
    words = strings(item.get(GRANULAR))
    return any(f"{selector}.".startswith(f"{word}.") or word.startswith(f"{selector}.") for word in words)


def _open_places(item: Object, home: Home, places: Sequence[Place]) -> list[Place]:
    """The places of single fields that an object can have, and of which no granular marking says anything."""
    return [place for place in places if home.allows(place) and not _is_selected(item, ".".join(place.path))]


def taken(objects: list[Any], basis: str, home: Home, places: Sequence[Place], alone: bool) -> dict[str, list[CustomField]]:
    """Takes the custom fields out of a document, by the id of the object that bears them; those with places come first.

    objects: of the document, changed in place.  basis: the id of what stands for an incident that has no object.
    places: of single fields.  alone: whether the document is a single object, which has no room for a definition.
    """
    bearers = _alone(objects, basis) if places else ()
    single = {item["id"]: placed.taken(item, _open_places(item, home, places)) for item in bearers}
    together = _together(objects, basis, home, alone)
    return {name: [*single.get(name, ()), *together.get(name, ())] for name in [*single, *together]}


def _together(objects: list[Any], basis: str, home: Home, alone: bool) -> dict[str, list[CustomField]]:
    """The fields that stand at home.

    What defines it goes with them from where we write it; elsewhere it stays an object like any other.
    """
    last = max(len(objects) - len(home.definitions()), 0)
    ours = objects[last:] == home.definitions()
    if not (alone or ours or is_defined(objects)):
        return {}
    found: dict[str, list[CustomField]] = {}
    for item in _alone(objects, basis):
        if fields := _understood(item, home):
            found[item["id"]] = fields
            home.clear(item)
    if found and ours:
        del objects[last:]
    return found


def _alone(objects: list[Any], basis: str) -> list[Object]:
    """The objects that can bear custom fields, but for those of which there are several with one id."""
    bearers = list(_bearers(objects, basis))
    often = Counter(item["id"] for item in bearers)
    return [item for item in bearers if often[item["id"]] == 1]


def _bearers(objects: list[Any], basis: str) -> Iterator[Object]:
    incidents = [item for item in objects if isinstance(item, dict) and is_identifier(item.get("id"), "incident")]
    named = [item for item in objects if isinstance(item, dict) and item.get("id") == basis]
    yield from (item for item in incidents if item.get("type") == "incident") if incidents else named


def _understood(item: Object, home: Home) -> list[CustomField]:
    """The fields that stand on an object; none when they are not as we would write them, or marked apart from it."""
    raw = home.said(item)
    try:
        fields = build(raw, CustomField) if isinstance(raw, list) and not _is_selected(item, home.selector) else []
    except ValueError:
        return []
    right = all(isinstance(field, CustomField) and _is_plain(field) for field in fields)
    return fields if right and _said(fields) == raw else []
