"""How the base message spells values: what is accepted, what it means, and how it was put."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from dragoman.mapping.codecs import CODECS, Codec
from dragoman.mapping.json import form, remember
from dragoman.mapping.kinds import canonical_time
from dragoman.model.marking import LEVELS
from dragoman.model.narrative import ContactPoint

SCHEMAS = {"enisa": "ENISA", "us-cert": "US-CERT"}
WORDS = {"red": "Red", "amber": "Amber", "green": "Green", "white": "White"}


def uuid(value: Any) -> str:
    """A UUID in any spelling; the spelling is kept."""
    string(value)
    try:
        UUID(value)
    except ValueError:
        raise ValueError("is no UUID") from None
    return str(value)


def finite(value: Any) -> float:
    """A number that is one."""
    number: float = CODECS["number"].decode(value)
    if not math.isfinite(number):
        raise ValueError("is no finite number")
    return number


def iso(value: Any) -> str:
    """A date and time of ISO 8601; the spelling is kept."""
    canonical_time(string(value))
    return str(value)


def string(value: Any) -> str:
    return str(CODECS["string"].decode(value))


def canonical_language(text: str) -> str:
    """BCP 47 also of the `en_US` that the prototype writes."""
    return text.replace("_", "-") if re.fullmatch(r"[A-Za-z]{2,3}_[A-Za-z0-9]{2,8}", text) else text


def _point(value: Any) -> Sequence[ContactPoint]:
    return [ContactPoint(value=string(value))] if value != "" else ()


def _first(points: Any) -> str | None:
    return next((point.value for point in points if point.value), None)


CODECS_OF_OURS = {
    "uuid": Codec(uuid, str),
    "finite": Codec(finite, lambda value: value),
    "iso": Codec(iso, str),
    "filled": Codec(lambda value: string(value) or None, lambda value: value or None),
    "point": Codec(_point, _first),
}

Rules = Mapping[str, Callable[[str], str]]
INCIDENT: Rules = {
    "language": canonical_language,
    "occurrence_time": canonical_time,
    "detection_time": canonical_time,
    "next_update": canonical_time,
}
TLP: Rules = {
    "schema": lambda text: SCHEMAS.get(text.lower(), text),
    "value": lambda text: WORDS.get(text.lower(), text),
}
TLP_FIELD: Rules = {"value": TLP["value"]}


def canonise(part: Any, rules: Rules, format_name: str) -> None:
    """Puts the canonical form into a part and remembers the one that stood there."""
    for name, canonical in rules.items():
        spelled = getattr(part, name)
        if spelled is not None and canonical(spelled) != spelled:
            remember(part, format_name, name, spelled)
            setattr(part, name, canonical(spelled))


def spelled(part: Any, rules: Rules, format_name: str) -> Any:
    """The part with the spelling it came with, where that still means the same."""
    kept = form(part, format_name)
    return replace(part, **{name: kept[name] for name in rules if _means(rules[name], kept.get(name), part, name)})


def _means(canonical: Callable[[str], str], text: Any, part: Any, name: str) -> bool:
    try:
        return isinstance(text, str) and canonical(text) == getattr(part, name)
    except ValueError:
        return False


def readable(schema: Any, value: Any) -> bool:
    """Whether the two words are a label that we know."""
    return f"{schema}:{value}".lower() in LEVELS and str(schema).lower() in SCHEMAS
