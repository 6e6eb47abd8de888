"""What personal data is and looks like, as rows: `mappings/personal/*.yaml`, loaded and compiled once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from dragoman.mapping.yaml import shipped


@dataclass(frozen=True, slots=True)
class KindRow:
    """A kind of personal data; `kinds.yaml` says what its members mean."""

    title: str
    pseudonym: str = ""
    copies: bool = True
    secret: bool = False
    also: bool = False


@dataclass(frozen=True, slots=True)
class FieldRow:
    """Fields of a class of the model that are personal by definition."""

    part: str
    kind: str
    fields: tuple[str, ...]
    person: bool = False
    conditions: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a kind of personal data looks like in a text."""

    name: str
    kind: str
    sure: str
    pattern: re.Pattern[str]
    check: str = ""
    not_after: re.Pattern[str] | None = None
    not_in: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class NationalId:
    """The identity number of a country: its form, and what knows its check digits."""

    module: str
    pattern: re.Pattern[str]
    near: re.Pattern[str] | None = None


@cache
def table(name: str) -> Any:
    """One of our files, as plain data."""
    return shipped(f"personal/{name}.yaml")


@cache
def kinds() -> dict[str, KindRow]:
    return {name: KindRow(**row) for name, row in table("kinds").items()}


@cache
def field_rows() -> dict[tuple[str, str], tuple[FieldRow, ...]]:
    """The rows by class and field; of several the first whose conditions hold counts."""
    found: dict[tuple[str, str], tuple[FieldRow, ...]] = {}
    for raw in table("fields")["fields"]:
        conditions = {name: tuple(words) for name, words in raw.pop("if", {}).items()}
        row = FieldRow(**(raw | {"fields": tuple(raw["fields"])}), conditions=conditions)
        for name in row.fields:
            found[row.part, name] = (*found.get((row.part, name), ()), row)
    return found


@cache
def of_persons_only() -> frozenset[tuple[str, str]]:
    """Class.field and kind of what is personal only when it is that of a person: of an organisation it is none."""
    rows = (row for found in field_rows().values() for row in found if row.person)
    return frozenset((f"{row.part}.{name}", row.kind) for row in rows for name in row.fields)


@cache
def words(name: str) -> frozenset[str]:
    """A list of words in the file of fields."""
    return frozenset(table("fields")[name])


@cache
def named() -> dict[str, str]:
    """Names of fields, letters only, and the kind of what stands in them."""
    return {letters(name): kind for kind, names in table("fields")["named"].items() for name in names}


def letters(name: str) -> str:
    """The name of a field without what different hands write differently."""
    return "".join(c for c in name[:80].casefold() if c.isalnum())


@cache
def patterns() -> tuple[Pattern, ...]:
    return tuple(_pattern(row) for row in table("patterns")["patterns"])


def _pattern(row: Mapping[str, Any]) -> Pattern:
    not_after = row.get("not_after")
    compiled = {"pattern": re.compile(row["pattern"]), "not_after": re.compile(not_after) if not_after else None}
    lists = {name: frozenset(row[name]) for name in ("not_in", "needs") if name in row}
    return Pattern(**{**row, **compiled, **lists})


@cache
def signs() -> tuple[str, ...]:
    """What some pattern needs; one that names nothing needs a digit."""
    return tuple(sorted({sign for row in patterns() for sign in row.needs}))


@cache
def not_numbers() -> re.Pattern[str]:
    """Everything that has digits and is no number of a person."""
    return re.compile("|".join(table("patterns")["not_numbers"]))


@cache
def national_phone() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The form of a number as a country writes it, and the words that say that one follows."""
    row = table("patterns")["phone"]
    return re.compile(row["pattern"]), _near(row["near"])


@cache
def national_ids() -> dict[str, tuple[NationalId, ...]]:
    """The rows of countries."""
    listed = {country: rows if isinstance(rows, list) else [rows] for country, rows in table("countries").items()}
    return {country: tuple(map(_national_id, rows)) for country, rows in listed.items()}


def _national_id(row: Mapping[str, Any]) -> NationalId:
    form = re.compile(rf"(?<![\w.+-])(?:{row['pattern']})(?![\w-])")
    return NationalId(row["module"], form, _near(row["near"]) if "near" in row else None)


def _near(said: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b{re.escape(word)}" for word in said), re.IGNORECASE)
