"""Custom fields in a property extension of their own (section 7.3), for people and programs that know nothing of cargo.

It stands on the incident, or on what stands for it: `{"custom_fields": [{"id", "value", "type": {"id", "name", …}}]}`, the
members as the base message has them.  Only what would be written exactly so is read; all else stays an extension like any
other.  Fields with a marking of their own are not written here: an extension is seen by whoever sees the object.  How another
format put a field is no business of whoever reads it here: that is carried.  Fields with a place of their own stand there
instead (`placed`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from dragoman.mapping.places import Place
from dragoman.model import CustomField, FieldType, Incident
from dragoman.model.plain import build, plain
from dragoman_stix import placed
from dragoman_stix.cargo import AUTHOR, SINCE, author
from dragoman_stix.ids import is_identifier, uid

Object = dict[str, Any]

# Frozen: the id that `uid` gives to this name.
EXTENSION = "extension-definition--f48c5008-f747-5e12-825b-529423c40296"
MEMBER = "custom_fields"


def definitions() -> list[Object]:
    """The author and the definition of the extension, at the end of every document that has it."""
    extension = {
        "type": "extension-definition",
        "id": EXTENSION,
        "spec_version": "2.1",
        "created": SINCE,
        "modified": SINCE,
        "created_by_ref": AUTHOR,
        "name": "Custom fields",
        "description": "Fields that provider and subscriber agreed on for an incident: id, value, and type with id, name, "
        "description and type (string, int, float, bool, datetime, uri or json).",
        "schema": "https://dragoman.invalid/schemas/stix-2.1/custom-fields-1.json",
        "version": "1.0.0",
        "extension_types": ["property-extension"],
    }
    return [author(), extension]


def say(incident: Incident, objects: list[Any], basis: str | None, places: Sequence[Place]) -> bool:
    """Puts the custom fields of an incident on its object, if they may and can stand there; whether the extension does.

    objects: of the incident, itself first unless `basis` is the id of what stands for it.  places: of single fields.
    """
    named = (item for item in objects if isinstance(item, dict) and item.get("id") == basis)
    bearer = objects[0] if basis is None else next(named, None)
    if bearer is None or not incident.custom_fields or not _is_open(incident):
        return False
    fields = placed.put(bearer, incident.custom_fields, places)
    extensions = bearer.get("extensions", {})
    if EXTENSION in extensions or not fields or not all(map(_is_plain, fields)):
        return False
    bearer["extensions"] = {**extensions, EXTENSION: _said(fields)}
    return True


def _said(fields: list[CustomField]) -> Object:
    bare = [replace(field, residue=None, type=field.type and replace(field.type, residue=None)) for field in fields]
    return {"extension_type": "property-extension", MEMBER: [plain(field, CustomField) for field in bare]}


def _is_plain(field: CustomField) -> bool:
    """Whether a field has a name and a value and no marking, which the extension does not show."""
    kind = field.type
    if field.value is None or kind is None or not kind.name:
        return False
    return not (_is_marked(field) or _is_marked(kind))


def _is_marked(part: CustomField | FieldType) -> bool:
    return bool(part.markings or part.field_markings)


def _is_open(incident: Incident) -> bool:
    """Whether no single field of the incident's custom fields is marked: the extension shows all or none."""
    marked = [name for one in incident.field_markings for name in one.fields]
    marked += [one.field or "" for one in (incident.tlp.fields if incident.tlp else ()) if not incident.markings]
    return not any(name.startswith(MEMBER) for name in marked)


def taken(objects: list[Any], basis: str, alone: bool, places: Sequence[Place]) -> dict[str, list[CustomField]]:
    """Takes the custom fields out of a document, by the id of the object that bears them; those with places come first.

    places: of single fields.  The rest as in `_extended`.
    """
    single = {item["id"]: placed.taken(item, places) for item in _alone(objects, basis)} if places else {}
    extended = _extended(objects, basis, alone)
    return {name: [*single.get(name, ()), *extended.get(name, ())] for name in [*single, *extended]}


def _extended(objects: list[Any], basis: str, alone: bool) -> dict[str, list[CustomField]]:
    """What stands in the extension.

    The definition goes with them from where we write it; one that stands elsewhere stays an object like any other.
    objects: of the document, changed in place.  basis: the id of what stands for an incident that has no object.  alone:
    whether the document is a single object, which has no room for the definition.
    """
    ours = objects[-2:] == definitions()
    if not (alone or ours or is_defined(objects)):
        return {}
    found: dict[str, list[CustomField]] = {}
    for item in _alone(objects, basis):
        if fields := _understood(item):
            found[item["id"]] = fields
            item["extensions"] = {name: value for name, value in item["extensions"].items() if name != EXTENSION}
            if not item["extensions"]:
                del item["extensions"]
    if found and ours:
        del objects[-2:]
    return found


def is_defined(objects: list[Any]) -> bool:
    """Whether the definition is among the objects."""
    return any(isinstance(item, dict) and item.get("id") == EXTENSION for item in objects)


def _alone(objects: list[Any], basis: str) -> list[Object]:
    """The objects that can bear custom fields, but for those of which there are several with one id."""
    bearers = list(_bearers(objects, basis))
    often = Counter(item["id"] for item in bearers)
    return [item for item in bearers if often[item["id"]] == 1]


def _bearers(objects: list[Any], basis: str) -> Iterator[Object]:
    incidents = [item for item in objects if isinstance(item, dict) and is_identifier(item.get("id"), "incident")]
    named = [item for item in objects if isinstance(item, dict) and item.get("id") == basis]
    yield from (item for item in incidents if item.get("type") == "incident") if incidents else named


def _understood(item: Object) -> list[CustomField]:
    """The fields of an object's extension; none when it is not as we would write it."""
    extensions = item.get("extensions")
    raw = extensions.get(EXTENSION) if isinstance(extensions, dict) else None
    try:
        fields = build(raw[MEMBER], CustomField) if isinstance(raw, dict) and isinstance(raw.get(MEMBER), list) else []
    except ValueError:
        return []
    right = all(isinstance(field, CustomField) and _is_plain(field) for field in fields)
    return fields if fields and right and _said(fields) == raw else []


def names() -> Iterator[tuple[str, str]]:
    """The frozen id and what it was made of, for the test that holds it."""
    yield EXTENSION, uid("extension-definition", "custom fields")
