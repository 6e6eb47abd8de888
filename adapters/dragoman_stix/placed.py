"""Single custom fields in places that two partners agreed on: a custom property, or a member of an extension of theirs.

Sections 11.1 and 7.3 of STIX 2.1.  The definition of their extension is theirs: we write that a member belongs to it, and
no definition object.  A member of what does not say that it is a property extension stays where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dragoman.mapping import placed as located
from dragoman.mapping.places import Place
from dragoman.model import CustomField
from dragoman_stix.form import FORMAT

Object = dict[str, Any]

PROPERTY = {"extension_type": "property-extension"}


def put(bearer: Object, fields: Sequence[CustomField], places: Sequence[Place]) -> list[CustomField]:
    """Writes fields into their places in an object; those that have none, or do not fit, come back."""
    left = located.put(bearer, fields, places, FORMAT)
    extensions = bearer.get("extensions")
    said = extensions if isinstance(extensions, dict) else {}
    if inside := _extensions(places) & said.keys():
        bearer["extensions"] = said | {name: PROPERTY | said[name] for name in inside}
    return left


def taken(bearer: Object, places: Sequence[Place]) -> list[CustomField]:
    """Takes the fields that have places out of an object; an extension that only said that it is one goes too."""
    extensions = bearer.get("extensions")
    said = extensions if isinstance(extensions, dict) else {}
    sound = {name for name, held in said.items() if isinstance(held, dict) and PROPERTY.items() <= held.items()}
    found = located.taken(bearer, [place for place in places if len(place.path) == 1 or place.path[1] in sound], FORMAT)
    emptied = {name for name in _extensions(places) & said.keys() if said[name] == PROPERTY} if found else set()
    for name in emptied:
        del said[name]
    if emptied and not said:
        del bearer["extensions"]
    return found


def _extensions(places: Sequence[Place]) -> frozenset[str]:
    return frozenset(place.path[1] for place in places if len(place.path) > 1)
