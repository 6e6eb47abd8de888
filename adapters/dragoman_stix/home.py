"""Where custom fields stand together on the object that bears them (`custom`): in 2.1, a property extension (section 7.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from dragoman.mapping.places import Place
from dragoman_stix.cargo import AUTHOR, SINCE, author
from dragoman_stix.ids import uid

Object = dict[str, Any]

# Frozen: the id that `uid` gives to this name.
EXTENSION = "extension-definition--f48c5008-f747-5e12-825b-529423c40296"
MEMBER = "custom_fields"


class Home(Protocol):
    """A place for all fields of an object, in one version of STIX.  selector: what granular markings call it."""

    selector: str

    def allows(self, place: Place) -> bool:
        """Whether the version has such a place for a single field."""

    def definitions(self) -> list[Object]:
        """The objects that say what the home is, at the end of every document that has it."""

    def said(self, item: Object) -> Any:
        """The fields that stand on an object; None when none do, or not in our form."""

    def put(self, item: Object, fields: list[Any]) -> bool:
        """Puts fields on an object, in place; whether there was room."""

    def clear(self, item: Object) -> None:
        """Takes them off again, in place."""


class Extension:
    """The property extension of STIX 2.1."""

    selector = f"extensions.{EXTENSION}"

    def allows(self, place: Place) -> bool:
        return True

    def definitions(self) -> list[Object]:
        return definitions()

    def said(self, item: Object) -> Any:
        extensions = item.get("extensions")
        raw = extensions.get(EXTENSION) if isinstance(extensions, dict) else None
        return raw.get(MEMBER) if isinstance(raw, dict) and raw == _extension(raw.get(MEMBER)) else None

    def put(self, item: Object, fields: list[Any]) -> bool:
        extensions = item.get("extensions", {})
        if not isinstance(extensions, dict) or EXTENSION in extensions:
            return False
        item["extensions"] = {**extensions, EXTENSION: _extension(fields)}
        return True

    def clear(self, item: Object) -> None:
        item["extensions"] = {name: value for name, value in item["extensions"].items() if name != EXTENSION}
        if not item["extensions"]:
            del item["extensions"]


def _extension(fields: Any) -> Object:
    return {"extension_type": "property-extension", MEMBER: fields}


def definitions() -> list[Object]:
    """The author and the definition of the extension."""
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


def is_defined(objects: list[Any]) -> bool:
    """Whether the definition is among the objects."""
    return EXTENSION in [item.get("id") for item in objects if isinstance(item, dict)]


def names() -> Iterator[tuple[str, str]]:
    """The frozen id and what it was made of, for the test that holds it."""
    yield EXTENSION, uid("extension-definition", "custom fields")
