"""Single custom fields in an object of the partner's own template: `Object[data-theft]/records` is the attribute `records` of
an object `data-theft`.

An object is read as custom fields when a field has its place under each of its relations, and it says nothing besides what a
server keeps of every object; any other stays an object like all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dragoman.mapping.placed import fits
from dragoman.mapping.places import Place
from dragoman.model import CustomField, Incident
from dragoman.model.naming import our_uuid
from dragoman_misp.custom import is_open, is_text, row
from dragoman_misp.exact import Object, keep, kept, object_difference, object_restored
from dragoman_misp.rows import category_of

AT, PUT = "at", "placed-field"
Rows = dict[str, dict[str, Place]]  # by the name of an object, its relations


def rows(places: Sequence[Place]) -> Rows:
    """The places by object and relation."""
    found: Rows = {}
    for place in places:
        name, _, relation = place.at.removeprefix("Object[").partition("]/")
        found.setdefault(name, {})[relation] = place
    return found


def split(objects: list[Any], places: Sequence[Place]) -> tuple[list[tuple[int, Object]], list[Any]]:
    """The objects that say custom fields, with where they stood, and the others; of several with one name the first."""
    known = rows(places)
    found: dict[str, tuple[int, Object]] = {}
    for place, item in enumerate(objects):
        name = item.get("name") if isinstance(item, dict) else None
        if isinstance(name, str) and name in known and name not in found and _is_told(item, known[name]):
            found[name] = place, item
    taken = list(found.values())
    return taken, [item for item in objects if not any(item is other for _, other in taken)]


def _is_told(item: Object, relations: dict[str, Place]) -> bool:
    held = item.get("Attribute")
    if not isinstance(held, list) or not held or not all(is_text(said) and not said.get("Tag") for said in held):
        return False
    named = [said["object_relation"] for said in held]
    return len(set(named)) == len(named) and set(named) <= relations.keys() and isinstance(item.get("uuid"), str)


def take(items: Sequence[tuple[int, Object]], places: Sequence[Place], incident: Incident, event: Object) -> None:
    """Puts the fields of objects on the incident, before those that have an object each.  event: what we would write of it."""
    known, taken = rows(places), list[CustomField]()
    for place, item in items:
        relations = known[item["name"]]
        said = {attribute["object_relation"]: attribute["value"] for attribute in item["Attribute"]}
        held = {name: CustomField(value=text, type=relations[name].definition()) for name, text in said.items()}
        usual = {relation: held[relation] for relation in relations if relation in held}
        if how := object_difference(_told(item["name"], usual, event), item) | ({AT: place} if place else {}):
            keep(next(iter(held.values())), PUT, how)
        taken += held.values()
    if taken:
        incident.custom_fields = [*taken, *incident.custom_fields]


def give(
    incident: Incident, places: Sequence[Place], event: Object
) -> tuple[list[tuple[int, Object]], list[CustomField]]:
    """The objects of the fields that have places, each with where it stands, and the other fields."""
    rest, found = list(incident.custom_fields), []
    for name, relations in rows(places).items() if is_open(incident) else ():
        held = {relation: field for relation, where in relations.items() if (field := _of(rest, where)) is not None}
        if held:
            rest = [field for field in rest if not any(field is other for other in held.values())]
            found.append(_restored(_told(name, held, event), held))
    return sorted(found, key=lambda pair: pair[0]), rest


def _of(fields: Sequence[CustomField], where: Place) -> CustomField | None:
    """The field that a place is for, if a server would keep its value as it is."""
    fitting = (field for field in fields if fits(field, where))
    return next((field for field in fitting if row().texts(field).get("value") == field.value), None)


def _told(name: str, held: dict[str, CustomField], event: Object) -> Object:
    """The object of some fields, by their relations."""
    uuid, stamp = our_uuid(f"object {name} of {event.get('uuid')}"), event.get("timestamp")
    time = {"timestamp": stamp} if isinstance(stamp, str) else {}
    attributes = []
    for relation, field in held.items():
        kind = row().type_of("value", field.value or "", field)
        made = {"uuid": our_uuid(f"{relation} of {uuid}"), "object_relation": relation, "type": kind}
        attributes.append({**made, "category": category_of(kind), "to_ids": False, **time, "value": field.value})
    return {"uuid": uuid, "name": name, "meta-category": "misc", **time, "Attribute": attributes}


def _restored(made: Object, held: dict[str, CustomField]) -> tuple[int, Object]:
    """An object as it came and where it stood; at the beginning, when it is ours."""
    how = next((found for field in held.values() if isinstance(found := kept(field, PUT), dict)), {})
    place = how.get(AT, 0)
    return (place if isinstance(place, int) and place >= 0 else 0), object_restored(made, how)
