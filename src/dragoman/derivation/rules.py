"""What may be taken over at all, and where an upstream shows: `mappings/sharing/derivation.yaml`, compiled once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from dragoman.errors import MappingError
from dragoman.mapping.table import vocabulary
from dragoman.mapping.yaml import shipped
from dragoman.model.plain import classes
from dragoman.model.plain import fields as fields_of

NAME = "sharing/derivation.yaml"


@dataclass(frozen=True, slots=True)
class Rules:
    """fields: of each class, those that may be taken over; no other class may.  needs: what a part means nothing without.

    times, ends: names of fields that hold times; words: what a field may hold at most; kinds: types of objects that show
    in their ids; registers: lists that everybody knows, and the ids in them; out: by class and field, words whose parts are
    out; names: where an upstream shows by name; kept_names: the same in what a reader keeps, as ends of paths.
    """

    default: tuple[str, ...]
    fields: dict[str, tuple[str, ...]]
    needs: dict[str, tuple[str, ...]]
    times: frozenset[str]
    ends: frozenset[str]
    words: dict[str, re.Pattern[str]]
    kinds: frozenset[str]
    registers: dict[str, re.Pattern[str]]
    out: dict[str, dict[str, list[str]]]
    names: dict[str, tuple[str, ...]]
    kept_names: tuple[str, ...]
    nobody: frozenset[str]
    anybody: frozenset[str]

    def allows(self, cls: str, field: str, text: str) -> bool:
        """Whether a word may stand in a field: any may where no list closes it."""
        pattern = self.words.get(f"{cls}.{field}") or self.words.get(field)
        return pattern is None or pattern.fullmatch(text) is not None

    def refuses(self, part: Any) -> bool:
        """Whether a part may not be taken over, whatever it says."""
        words = self.out.get(type(part).__name__, {})
        return any(getattr(part, name) in listed for name, listed in words.items())

    def keeps_name(self, place: str) -> bool:
        """Whether an upstream shows by name at a place in what a reader kept."""
        said = "/".join(step for step in place.split("/") if not step.isdecimal())
        return any(f"/{said}".endswith(f"/{end}") for end in self.kept_names)

    def registered(self, source: Any, id: Any) -> bool:
        """Whether a reference is to a list that everybody knows."""
        pattern = self.registers.get(source.lower()) if isinstance(source, str) else None
        return pattern is not None and isinstance(id, str) and pattern.fullmatch(id) is not None


@cache
def rules() -> Rules:
    """The rules that ship with us.  Raises MappingError for a class or field that the model does not have."""
    raw = shipped(NAME)
    for section in ("fields", "needs", "names"):
        raw[section] = {cls: tuple(names) for cls, names in raw[section].items()}
        _check(section, raw[section])
    raw["words"] |= {name: _any_of(lists) for name, lists in raw.pop("vocabularies").items()}
    for section in ("words", "registers"):
        raw[section] = {name: re.compile(text) for name, text in raw[section].items()}
    for section in ("times", "ends", "kinds", "nobody", "anybody"):
        raw[section] = frozenset(raw[section])
    return Rules(**raw | {name: tuple(raw[name]) for name in ("default", "kept_names")})


def _any_of(lists: list[str]) -> str:
    """A pattern for our words of some vocabularies."""
    found = [vocabulary(name, "iodef-2") for name in lists]
    return "|".join(sorted(re.escape(word) for known in found for word in {*known.write, *known.exact.values()}))


def _check(section: str, named: dict[str, tuple[str, ...]]) -> None:
    for cls, names in named.items():
        known = fields_of(classes()[cls]) if cls in classes() else ()
        for name in (one for words in names for one in words.split("|")):
            if name not in known:
                raise MappingError(f"{cls} has no field {name!r}", where=f"{NAME}: {section}")
