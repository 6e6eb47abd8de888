"""Custom fields in a custom property (2.0 part 1, section 7): `x_dragoman_custom_fields`, with the member of the base message.

What holds for the extension of 2.1 (`dragoman_stix.custom`) holds for it: who bears it, what is read, what is not written.
The list does not stand on the object itself, for common validators take all things with an id and a type in such a list for
objects of STIX.
"""

from __future__ import annotations

from typing import Any

from dragoman.mapping.places import Place
from dragoman_stix.home import MEMBER
from dragoman_stix.older.rows import FIELDS, Object


class Property:
    """The property of STIX 2.0; a custom property needs no definition."""

    selector = FIELDS

    def allows(self, place: Place) -> bool:
        return len(place.path) == 1

    def definitions(self) -> list[Object]:
        return []

    def said(self, item: Object) -> Any:
        raw = item.get(FIELDS)
        return raw[MEMBER] if isinstance(raw, dict) and raw.keys() == {MEMBER} else None

    def put(self, item: Object, fields: list[Any]) -> bool:
        if FIELDS in item:
            return False
        item[FIELDS] = {MEMBER: fields}
        return True

    def clear(self, item: Object) -> None:
        del item[FIELDS]
