"""The marking that holds for each value of an incident: the nearest one, whoever said it (REQUIREMENTS TLP-3, A25).

A part's own markings hold for all that is in it, until something inside says otherwise; a marking of a single field holds
for that field and below.  What nobody marked has the default.  A marking that we cannot read is the strictest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dragoman.model.incident import Incident, Tlp
from dragoman.model.intel import ForeignObject, MarkingDefinition
from dragoman.model.marking import LEVELS, Level, is_about_sharing, level
from dragoman.model.named import DOT, Path, pointer, resolved

NOBODY = "nobody"
SHARED = Level.AMBER  # what nobody marked, unless the profile says otherwise (REQUIREMENTS A23)


@dataclass(frozen=True, slots=True)
class Label:
    """A level, the word that says so and the path of what it was said of."""

    level: Level
    word: str
    path: str = ""

    @property
    def by_nobody(self) -> bool:
        """Whether it is what counts where nobody said anything."""
        return self.word == NOBODY

    def __str__(self) -> str:
        return "nobody marked it" if self.by_nobody else f"{self.word} of {self.path or 'the incident'}"


class Meanings:
    """What the markings of a document mean; definitions say it of those that are no fixed words."""

    def __init__(self, incidents: Iterable[Incident]) -> None:
        self.definitions = {d.id: d for incident in incidents for d in incident.marking_definitions if d.id}

    def label(self, markings: Iterable[str], path: Path) -> Label | None:
        """The strictest of some markings; None when none of them says who may see it."""
        found = [(level, word) for word in markings if (level := self.level(word)) is not None]
        if not found:
            return None
        level, word = max(found)
        return Label(level, word, pointer(path))

    def level(self, marking: str) -> Level | None:
        """What one marking says of sharing."""
        if not is_about_sharing(marking):
            return None
        if marking in LEVELS or marking not in self.definitions:
            return LEVELS.get(marking, Level.RED)
        return _defined(self.definitions[marking])


def _defined(found: MarkingDefinition) -> Level | None:
    """The level of a marking that a document defines; a statement (a copyright) says nothing of sharing."""
    said = [("tlp-1", (found.definition or {}).get("tlp"))]
    members = [inner for inner in (found.extensions or {}).values() if isinstance(inner, dict)]
    said += [("tlp-2", inner.get("tlp_2_0")) for inner in members]
    levels = [LEVELS.get(f"{scheme}:{word}", Level.RED) for scheme, word in said if word is not None]
    if levels:
        return max(levels)
    harmless = found.definition_type == "statement" or any("pap" in inner for inner in members)
    return None if harmless else Level.RED


def whole(part: Any) -> list[str]:
    """The markings that hold for all of a part: of the paper's label the main value (REQUIREMENTS TLP-3).

    Readers put the strictest value of a label among the markings as well, for formats that mark no single fields; what a
    single field says is no marking of the whole.
    """
    words, tlp = list(getattr(part, "markings", ())), getattr(part, "tlp", None)
    return words if tlp is None else [_word(tlp, tlp.value), *(word for word in words if word not in _of_fields(tlp))]


def summed(part: Any, left: Tlp) -> list[str]:
    """The markings of a part of whose label only this is left."""
    said = {_word(part.tlp, part.tlp.value), *_of_fields(part.tlp)}
    words = [word for word in part.markings if word not in said]
    if len(words) == len(part.markings):
        return words
    return [*words, max((_word(left, left.value), *_of_fields(left)), key=level)]


def _of_fields(tlp: Tlp) -> list[str]:
    return [_word(tlp, field.value) for field in tlp.fields]


def _word(tlp: Tlp, value: str | None) -> str:
    return f"{tlp.schema}:{value}".lower()


def overrides(part: Any, path: Path, meanings: Meanings) -> Iterator[tuple[Path, Label]]:
    """The fields of a part that have a marking of their own: their paths and labels.

    A field that is not there cannot be marked alone: the label then comes for the whole part.
    """
    for found in getattr(part, "field_markings", ()):
        if found.marking is not None and (label := meanings.label([found.marking], path)):
            for field in found.fields:
                yield path + (resolved(part, field) or _beside(part, field) or ()), label
    if label := meanings.label(getattr(part, "history_markings", ()), path):
        yield (*path, "history"), label
    tlp = getattr(part, "tlp", None)
    if tlp is not None:
        for one in tlp.fields:
            label = meanings.label([_word(tlp, one.value)], path)
            if label is not None:
                yield path + (resolved(part, one.field or "") or ()), label


def marked_alone(incident: Incident) -> set[str]:
    """The URIs of the listed files that have a marking of their own: somebody said of each who may see it."""
    meanings = Meanings([incident])
    places = {path for path, _ in overrides(incident, (), meanings)}
    named = [{("attachments",), ("attachments", number)} & places for number, _ in enumerate(incident.attachments)]
    files = zip(incident.attachments, named, strict=True)
    return {one.uri for one, said in files if one.uri and (said or meanings.label(one.markings, ()) is not None)}


def _beside(part: Any, field: str) -> Path | None:
    """Where a field is that the model has no name for: in an object of a foreign type, or in what a reader kept."""
    if isinstance(part, ForeignObject):
        return resolved(part, f"content.{field}")
    formats = getattr(part, "residue", None) or {}
    return next((found for name in formats if (found := resolved(part, f"residue.{name.replace('.', DOT)}.{field}"))), None)
