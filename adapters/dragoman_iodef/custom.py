"""Custom fields as additional data of the incident, at its end.

`name` is the name of the field, `dtype` its type, `meaning` its description, `formatid` the id of its definition as a URN
(RFC 7970 section 2.16: what refers to the format and semantics of the content), `observable-id` its own id.  v1 has neither
names nor ids for additional data: there the meaning is the name (RFC 5070 section 3.6).

Only what would be written exactly so is read as a custom field; all else stays additional data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dragoman.mapping.kinds import kind_of
from dragoman.model import Additional, CustomField, FieldType, Incident

DTYPES = {"string": "string", "int": "integer", "float": "real", "bool": "boolean", "datetime": "date-time", "uri": "url"}
KINDS = {dtype: kind for kind, dtype in DTYPES.items()}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
DEFINITION = "urn:uuid:"
OWN = "field-"  # an xs:ID begins with no digit


def as_additional(field: CustomField, named: bool) -> Additional:
    """What says a custom field.  named: whether additional data has names."""
    said = field.type or FieldType()
    markings = [*field.markings, *said.markings]
    own, definition = field.id or "", said.id or ""
    return Additional(
        id=OWN + own if named and UUID.fullmatch(own) else None,
        name=said.name if named else None,
        dtype=DTYPES.get(kind_of(said.type) or "", "string"),
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
    kind = FieldType(id=definition, name=name, description=description, type=KINDS.get(item.dtype or ""))
    own = item.id.removeprefix(OWN) if item.id else None
    field = CustomField(id=own, value=item.value, markings=item.markings, type=kind)
    return field if as_additional(field, named) == item else None


def settle(incident: Incident, named: bool) -> None:
    """Takes the custom fields at the end of an incident's additional data for what they are, in place."""
    found = list(_at_end(incident, named))
    if found:
        incident.custom_fields = found[::-1]
        incident.additional = list(incident.additional[: -len(found)]) or ()


def _at_end(incident: Incident, named: bool) -> Iterator[CustomField]:
    """From the last one backwards."""
    for item in reversed(incident.additional):
        field = as_custom(item, named)
        if field is None:
            return
        yield field
