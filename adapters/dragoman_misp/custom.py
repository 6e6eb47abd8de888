"""Custom fields of an incident, each an object `custom-field` of a template of our own, for whoever opens the event.

`mappings/misp-story.yaml` has its relations.  Only what would be written so is read as a custom field, beside what a server
keeps of every object (ids, distribution, times, tags); what says more, or otherwise, stays an object like any other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from dragoman.mapping.kinds import kind_of
from dragoman.mapping.table import facts
from dragoman.model import CustomField, FieldType, Incident
from dragoman.model.marking import strictest
from dragoman.model.naming import our_uuid
from dragoman_misp import tags
from dragoman_misp.exact import Object, keep, kept, object_difference, object_restored
from dragoman_misp.rows import category_of

TABLE, NAME, SPELLED = "misp-story", "custom-field", "custom-field"
BLANKS = " \t\n\r\0\x0b"  # what a server strips from both ends of a value
TEXT, OF_TYPE = "text", "type/"


@dataclass(slots=True)
class Row:
    """The row of the table: what stands under a relation, which must be there, and the types of values by kind.

    most: bytes of a value that a server can hold.  beyond: members under which more is said than a custom field can say.
    """

    about: Mapping[str, str]
    says: Mapping[str, str]
    need: frozenset[str]
    forms: Mapping[str, tuple[str, re.Pattern[str]]]
    most: int
    beyond: Sequence[str]

    def texts(self, field: CustomField) -> dict[str, str]:
        """What a field says under each relation, as a server keeps it."""
        kind = field.type or FieldType()
        said = {name: getattr(kind if place.startswith(OF_TYPE) else field, _name(place)) for name, place in self.says.items()}
        stripped = {name: (text or "").strip(BLANKS) for name, text in said.items()}
        return {name: text for name, text in stripped.items() if text.strip() and self._has_room(text)}

    def _has_room(self, text: str) -> bool:
        return len(text.encode("utf-8", "surrogatepass")) <= self.most

    def field(self, texts: Mapping[str, str], markings: Sequence[str]) -> CustomField:
        """The field that says these texts."""
        said = {self.says[name]: text for name, text in texts.items()}
        of_type: dict[str, Any] = {_name(place): text for place, text in said.items() if place.startswith(OF_TYPE)}
        own: dict[str, Any] = {place: text for place, text in said.items() if not place.startswith(OF_TYPE)}
        return CustomField(**own, type=FieldType(**of_type), markings=markings or ())

    def type_of(self, relation: str, text: str, field: CustomField) -> str:
        """The type of an attribute: that of the field's kind where a server takes the value as it is, else text."""
        kind = kind_of(field.type.type) if field.type is not None else None
        found, form = self.forms.get(kind or "", (TEXT, None))
        return found if relation == "value" and form is not None and form.fullmatch(text) else TEXT

    def can_say(self, field: CustomField) -> bool:
        """Whether a field has a name and a value, and no markings but those of the whole."""
        kind = field.type or FieldType()
        return self.need <= self.texts(field).keys() and not (field.field_markings or kind.markings or kind.field_markings)


@cache
def row() -> Row:
    """The row, compiled."""
    raw = facts(TABLE)[NAME]
    forms = {kind: (name, re.compile(form, re.ASCII)) for kind, (name, form) in raw["forms"].items()}
    return Row(raw["template"], raw["say"], frozenset(raw["need"]), forms, raw["most"], raw["beyond"])


def _name(place: str) -> str:
    """The name of a field, of a custom field or of its type."""
    return place.removeprefix(OF_TYPE)


def read(item: Object) -> CustomField | None:
    """The custom field that an object says; None when it says none, or what a custom field cannot."""
    held = _held(item)
    if held is None:
        return None
    field = row().field({name: said["value"] for name, said in held.items()}, list(_markings(held)))
    usual = {made["object_relation"]: made["type"] for made in _told(field, "", {})["Attribute"]}
    alike = held.keys() == usual.keys() and all(said.get("type") in (usual[name], TEXT) for name, said in held.items())
    return field if alike and row().can_say(field) else None


def _held(item: Object) -> dict[str, Object] | None:
    """The attributes of an object of our template by their relations; None when they are others than a field has."""
    listed = item.get("Attribute")
    ours = (item.get("name"), item.get("template_uuid")) == (NAME, row().about["template_uuid"])
    if not ours or not _is_plain(item) or type(listed) is not list or not all(map(is_text, listed)):
        return None
    held = {said["object_relation"]: said for said in listed}
    return held if len(held) == len(listed) and held.keys() <= row().says.keys() else None


def is_text(said: Any) -> bool:
    """Whether an attribute says a text under a relation, and no more than that."""
    if type(said) is not dict or not all(type(said.get(name)) is str for name in ("object_relation", "type", "value")):
        return False
    return _is_plain(said) and isinstance(said.get("Tag"), list | None)


def _is_plain(said: Object) -> bool:
    """Whether nothing stands under the members that say more."""
    return all(said.get(name) in ("", "0", None, False, [], {}) for name in row().beyond)


def _markings(held: Mapping[str, Object]) -> Iterator[str]:
    """The markings of a field: those of all its attributes, each once."""
    yield from dict.fromkeys(marking for said in held.values() for marking in tags.said_in(said.get("Tag")))


def take(items: Sequence[Object], incident: Incident, event: Object) -> None:
    """Puts the fields of objects on the incident.  event: what we would write of the event itself."""
    fields = [field for item in items if (field := read(item)) is not None]
    for field, item in zip(fields, items, strict=True):
        if _is_wider(item["Attribute"], incident.markings):
            field.markings = ()
    for field, item, made in zip(fields, items, _all_told(fields, event), strict=True):
        if found := object_difference(made, item):
            keep(field, SPELLED, found)
    if fields:
        incident.custom_fields = fields


def _is_wider(listed: Sequence[Object], event: Sequence[str]) -> bool:
    """Whether the tags of some attributes let more people see a field than its event does, which holds for the others."""
    said = [strictest(_markings({"": one})) for one in listed]
    around = strictest(event)
    return around is not None and None in said and max((one for one in said if one is not None), default=around) < around


def give(incident: Incident, event: Object) -> list[Object]:
    """The objects of the fields that may and can stand in the event, as they came."""
    fields = [field for field in incident.custom_fields if row().can_say(field)] if is_open(incident) else []
    told = _all_told(fields, event)
    return [object_restored(made, kept(field, SPELLED)) for field, made in zip(fields, told, strict=True)]


def is_open(incident: Incident) -> bool:
    """Whether no label of the paper's marks the custom fields of an incident whose event has no marking for the whole."""
    labels = incident.tlp.fields if incident.tlp and not incident.markings else ()
    return not any((label.field or "").startswith("custom_fields") for label in labels)


def _all_told(fields: Sequence[CustomField], event: Object) -> list[Object]:
    """The objects of fields as we write them; each has a uuid that stays when others come or go."""
    stamp = event.get("timestamp")
    time, often, found = {"timestamp": stamp} if isinstance(stamp, str) else {}, Counter[str](), []
    for field in fields:
        name = field.id or row().texts(field)["name"]
        often[name] += 1
        found.append(_told(field, our_uuid(f"custom field {name} {often[name]} of {event.get('uuid')}"), time))
    return found


def _told(field: CustomField, uuid: str, time: Object) -> Object:
    """The object of a field.  time: what it and its attributes say of when they were written."""
    more: Object = {"to_ids": False, "disable_correlation": True} | time
    if tagged := tags.give(field, {}, labels=()):
        more["Tag"] = tagged
    attributes = []
    for relation, text in row().texts(field).items():
        kind = row().type_of(relation, text, field)
        head = {"uuid": our_uuid(f"{relation} of {uuid}"), "object_relation": relation, "type": kind}
        attributes.append(head | {"category": category_of(kind)} | more | {"value": text})
    return {"uuid": uuid, "name": NAME, **row().about, **time, "Attribute": attributes}
