"""The rows of attribute types (`mappings/misp-attributes.yaml`), compiled: from a value to parts and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from dragoman.mapping.table import facts
from dragoman.model.plain import classes
from dragoman_misp.growing import Growing
from dragoman_misp.patterns import Template
from dragoman_misp.shapes import Found, Shape
from dragoman_misp.values import CHECKS, Loose, Unfit, address_kind, is_digest

TABLE = "misp-attributes"
DATA = " and data"  # a type whose value has a file beside it
WORD = re.compile(r"[A-Za-z0-9_]+", re.ASCII)
Check = Callable[[str], bool]


@dataclass(slots=True)
class Row:
    """A type of attribute.

    sides: how many a value has.  checks: the form of each.  stands: the form that a value must
    have to be an observable.  shapes: of the observables, the main one first.  domain: of a
    domain object instead, with its list and the type of its id.  finds: the pattern of an indicator.  language: of values
    that are patterns themselves.
    """

    name: str
    sides: int = 1
    data: bool = False
    checks: Sequence[Check | None] = ()
    shapes: Sequence[Shape] = ()
    finds: Template | None = None
    language: str | None = None
    stands: Check | None = None
    domain: Shape | None = None
    holder: str = "observations"
    kind: str = "observed-data"

    def split(self, value: str, data: Any = None) -> Sequence[str]:
        """The sides of a value, then the file.  Raises Unfit for a value that the type cannot have."""
        found: tuple[str, ...] = (value,)
        if self.sides == 2:
            first, _, second = value.partition("|") if "|" not in self.name or self.name[0] != "f" else value.rpartition("|")
            found = (first, second)
        if not all(found) or not all(check is None or check(side) for check, side in zip(self.checks, found, strict=False)):
            raise Unfit
        return (found[0], found[-1], data) if self.data else found

    def make(self, sides: Sequence[str], growing: Growing) -> list[str]:
        """Adds the observables of a value; their ids, the main one first.  Raises Unfit, Loose."""
        if self.stands is not None and not self.stands(sides[0]):
            raise Loose
        if len(self.shapes) == 1:
            return [growing.observable(self.shapes[0].make(sides, ()))]
        ids = [""] * len(self.shapes)
        for place in range(len(ids) - 1, -1, -1):
            ids[place] = growing.observable(self.shapes[place].make(sides, ids))
        return ids

    def seen(self, parts: Sequence[Any]) -> Found | None:
        """The sides that observables say, the main one first; None when they are something else."""
        if len(parts) < len(self.shapes):
            return None
        ids = [part.id for part in parts]
        found: Found = {}
        if all(shape.take(part, found, ids) for shape, part in zip(self.shapes, parts, strict=False)):
            return found
        return None

    def pattern(self, sides: Sequence[str]) -> str:
        """The pattern that finds a value."""
        assert self.finds is not None
        return self.finds.filled(sides, address_kind(sides[0]) or "")

    def found_by(self, pattern: str) -> Found | None:
        """The sides that a pattern looks for, None when it is none of this type."""
        return self.finds.read(pattern) if self.finds is not None else None

    def value(self, found: Found) -> str | None:
        """The value of an attribute from its sides."""
        if any(place not in found for place in range(self.sides)):
            return None
        return found[0] if self.sides == 1 else f"{found[0]}|{found[1]}"


@cache
def rows() -> dict[str, Row]:
    """Every type of attribute that has a row."""
    raw = dict(facts(TABLE)["types"])
    stands = frozenset(facts(TABLE)["vocabulary"])
    for name, (algorithm, digits) in facts(TABLE)["hashes"].items():
        step = algorithm if WORD.fullmatch(algorithm) else f"'{algorithm}'"
        finds = f"file:hashes.{step} = "
        held = [{"type": "file", "hashes": {algorithm: "$1"}}] if algorithm in stands else []
        raw[name] = {"is": held, "finds": f"{finds}'$1'", "checks": [digits]}
        if known_type(f"filename|{name}"):
            pair = [{"type": "file", "name": "$1", "hashes": {algorithm: "$2"}}] if held else []
            finds = f"file:name = '$1' AND {finds}'$2'"
            raw[f"filename|{name}"] = {"is": pair, "finds": finds, "checks": [None, digits]}
    return {name: _row(name, row) for name, row in raw.items()}


def _row(name: str, raw: Mapping[str, Any]) -> Row:
    domain = Shape(classes()[raw["part"]], None, raw["fields"]) if "part" in raw else None
    return Row(
        name=name.removesuffix(DATA),
        sides=raw.get("sides", 2 if "|" in name else 1),
        data=name.endswith(DATA),
        checks=[_check(check) for check in raw.get("checks", ())],
        shapes=[Shape.observable(observable) for observable in raw.get("is", ())],
        finds=Template(raw["finds"]) if "finds" in raw else None,
        language=raw.get("language"),
        stands=_check(raw.get("stands")),
        domain=domain,
        holder=raw.get("list", "observations"),
        kind=raw.get("kind", "observed-data"),
    )


def _check(named: Any) -> Check | None:
    return is_digest(named) if isinstance(named, int) else CHECKS[named] if named else None


@cache
def category_of(kind: str) -> str:
    """The category that a type has unless somebody says another."""
    return _categories().get(kind, "Other")


@cache
def _categories() -> dict[str, str]:
    return {kind: category for category, kinds in facts(TABLE)["categories"].items() for kind in kinds}


@cache
def detects(kind: str) -> bool:
    """Whether attributes of a type are for detection unless somebody says otherwise."""
    return kind in facts(TABLE)["to_ids"]


@cache
def known_type(kind: str) -> bool:
    """Whether MISP has a type of attribute of this name."""
    return kind in _categories()
