"""Custom fields as additional data of the incident, at its end.

`name` is the name of the field, `dtype` its type, `meaning` its description, `formatid` the id of its definition as a URN
(RFC 7970 section 2.16: what refers to the format and semantics of the content), `observable-id` its own id.  v1 has neither
names nor ids for additional data: there the meaning is the name (RFC 5070 section 3.6).

Only what would be written exactly so is read as a custom field; all else stays additional data.

Where two partners agreed on a name for a single field, that is its `name`, and it may stand anywhere among the additional
data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from dragoman.mapping.json import form, remember
from dragoman.mapping.kinds import kind_of
from dragoman.mapping.places import Place
from dragoman.mapping.table import vocabulary
from dragoman.mapping.vocabulary import Vocabulary
from dragoman.model import Additional, CustomField, FieldType, Incident

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
DEFINITION = "urn:uuid:"
AT = "at"  # where among the additional data a custom field stood
OWN = "field-"  # an xs:ID begins with no digit


@cache
def _dtypes() -> Vocabulary:
    """The kinds of fields and the types of additional data, which are the same in both versions."""
    return vocabulary("field-type", "iodef-2")


def _dtype(kind: FieldType) -> str:
    return _dtypes().write.get(kind_of(kind.type) or "", "string")


def as_additional(field: CustomField, named: bool) -> Additional:
    """What says a custom field.  named: whether additional data has names."""
    said = field.type or FieldType()
    markings = [*field.markings, *said.markings]
    own, definition = field.id or "", said.id or ""
    return Additional(
        id=OWN + own if named and UUID.fullmatch(own) else None,
        name=said.name if named else None,
        dtype=_dtype(said),
        meaning=said.description if named else said.name,
        format_id=DEFINITION + definition if UUID.fullmatch(definition) else None,
        value=field.value,
        markings=markings or (),
        field_markings=field.field_markings,
    )


def as_custom(item: Additional, named: bool) -> CustomField | None:
    """The custom field that additional data says; None when it says none, or what a custom field cannot."""
    definition = (item.format_id or "").removeprefix(DEFINITION)
    if item.format_id != DEFINITION + definition or not UUID.fullmatch(definition) or item.residue:
        return None
    name, description = (item.name, item.meaning) if named else (item.meaning, None)
    kind = FieldType(id=definition, name=name, description=description, type=_dtypes().read.get(item.dtype or ""))
    own = item.id.removeprefix(OWN) if item.id else None
    field = CustomField(id=own, value=item.value, markings=item.markings, type=kind)
    return field if as_additional(field, named) == item else None


def as_placed(field: CustomField, named: bool, places: Iterable[Place]) -> Additional | None:
    """What says a custom field under the name that was agreed on for it; None when there is none."""
    said = field.type or FieldType()
    name = next((_name(place) for place in places if place.name == said.name), None)
    if name is None or field.value is None:
        return None
    return Additional(
        name=name if named else None,
        meaning=None if named else name,
        dtype=_dtype(said),
        value=field.value,
        markings=[*field.markings, *said.markings] or (),
        field_markings=field.field_markings,
    )


def as_agreed(item: Additional, named: bool, places: Iterable[Place]) -> CustomField | None:
    """The custom field that stands under a name that was agreed on; None for any other additional data."""
    place = next((place for place in places if _name(place) == (item.name if named else item.meaning)), None)
    if place is None or item.residue:
        return None
    kind = place.definition()
    if _dtype(kind) != item.dtype:
        kind.type = _dtypes().read.get(item.dtype or "")
    field = CustomField(value=item.value, markings=item.markings, field_markings=item.field_markings, type=kind)
    return field if as_placed(field, named, [place]) == item else None


def _name(place: Place) -> str:
    """What additional data at a place is called: AdditionalData[NAME]."""
    return place.at.partition("[")[2][:-1]


def settle(incident: Incident, named: bool, places: Sequence[Place], format_name: str) -> None:
    """Takes the custom fields among an incident's additional data for what they are, in place.

    At its end all that say one; before that those under a name that was agreed on, which remember where they stood.
    """
    found = list(_at_end(incident, named, places))[::-1]
    others: list[Additional | None] = list(incident.additional[: len(incident.additional) - len(found)])
    agreed = ((place, as_agreed(item, named, places)) for place, item in enumerate(others) if item is not None)
    among = [(place, field) for place, field in agreed if field is not None]
    for place, field in among:
        remember(field, format_name, AT, place)
        others[place] = None
    if found or among:
        incident.custom_fields = [*(field for _, field in among), *found]
        incident.additional = [item for item in others if item is not None] or ()


def unsettled(incident: Incident, more: Iterable[Additional], writer: Any) -> list[Additional]:
    """The additional data of an incident: its own, then `more`, and its custom fields at the end or where they stood."""
    made, last = list(incident.additional), []
    for field in incident.custom_fields:
        item = as_placed(field, writer.named, writer.places) or as_additional(field, writer.named)
        place = form(field, writer.format).get(AT)
        if isinstance(place, int) and as_agreed(item, writer.named, writer.places):
            made.insert(place, item)
        else:
            last.append(item)
    return [*made, *more, *last]


def _at_end(incident: Incident, named: bool, places: Sequence[Place]) -> Iterator[CustomField]:
    """From the last one backwards."""
    for item in reversed(incident.additional):
        field = as_agreed(item, named, places) or as_custom(item, named)
        if field is None:
            return
        yield field
