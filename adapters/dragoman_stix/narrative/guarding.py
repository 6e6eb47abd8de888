"""Nothing stands in a STIX object for more people than may see it: what is marked inside one counts for the whole of it.

`mappings/stix-2.1-words.yaml` says which parts are no objects, and which times of an incident its objects bear.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from dragoman.mapping.table import facts
from dragoman.model import ForeignObject, Incident, Part
from dragoman.model.by_field import by_field
from dragoman.model.hardened import restated
from dragoman.model.plain import classes, copied
from dragoman_stix.narrative.paths import STIX_ID


def guarded(incident: Incident) -> Incident:
    """The incident with markings that hold for whole objects."""
    incident = by_field(incident)
    found: Incident = restated(incident, lambda part: not isinstance(part, Part) or _stands_alone(part), _is_object)
    marks = [one.marking for one in incident.field_markings if one.marking and {*times()}.intersection(one.fields)]
    return copied(found, markings=[*found.markings, *marks]) if marks else found


@cache
def times() -> tuple[str, ...]:
    """The times of an incident that stand on every object which is made of it, in the order in which they are looked for."""
    return tuple(facts("stix-2.1-words")["times"])


def _stands_alone(part: Part) -> bool:
    """Whether a part is a STIX object as it is, and so can have markings of its fields."""
    return isinstance(part, ForeignObject) or bool(STIX_ID.fullmatch(part.id or ""))


def _is_object(part: Any) -> bool:
    """Whether a part becomes an object of its own, or stands in another one only where its marking lets it."""
    return not isinstance(part, _inline())


@cache
def _inline() -> tuple[type, ...]:
    return tuple(classes()[name] for name in facts("stix-2.1-words")["inline"])
