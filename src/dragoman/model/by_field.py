"""The paper's label as markings of single fields, for formats that have those.

Readers give a message the strictest marking of its label, for few formats mark single fields.  Here the main value marks the
whole again, and each stricter value of a field the field that it names, or the part.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dragoman.model.incident import Incident
from dragoman.model.marking import level
from dragoman.model.named import Path, resolved
from dragoman.model.parts import FieldMarking
from dragoman.model.plain import copied, is_part


def by_field(incident: Incident) -> Incident:
    """The incident with its label on what it is of.

    It is given back as it is when it has other markings than those of its label, or when a field of the label is not there:
    then the strictest holds for all.
    """
    tlp = incident.tlp
    if tlp is None or not tlp.fields or tlp.value is None:
        return incident
    whole, *others = (f"{tlp.schema}:{value}".lower() for value in (tlp.value, *(one.value for one in tlp.fields)))
    places = [resolved(incident, one.field or "") for one in tlp.fields]
    if not {whole, *others} >= set(incident.markings) or None in places:
        return incident
    found = copied(incident, markings=[whole])
    for place, word in zip(places, others, strict=True):
        if place and level(word) > level(whole):
            found = _marked(found, place, word)
    return found


def _marked(part: Any, path: Path, word: str) -> Any:
    """The part with the marking on what a path leads to: on a part there, else on the field of the part around it."""
    if not path:
        return copied(part, markings=[*part.markings, word])
    name, *rest = path
    value = getattr(part, str(name))
    if is_part(value):
        return copied(part, **{str(name): _marked(value, tuple(rest), word)})
    if isinstance(value, list | tuple) and value and all(map(is_part, value)):
        chosen = range(len(value)) if not rest else [rest[0]]
        items = [_marked(item, tuple(rest[1:]), word) if n in chosen else item for n, item in enumerate(value)]
        return copied(part, **{str(name): items})
    return copied(part, field_markings=[*part.field_markings, FieldMarking(marking=word, fields=[_selector(path)])])


def _selector(path: Sequence[str | int]) -> str:
    return ".".join(f"[{step}]" if isinstance(step, int) else step for step in path)
