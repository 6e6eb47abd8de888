"""Single custom fields in a place of their own: rows that two partners share (see `mapping.schema`).

A row `{core: custom_fields.records, FORMAT: x_records, field: {type: int}}` says that the field called `records` stands in
`x_records`.  The row's `field` is its definition; what a reader finds at the place is a custom field of that definition,
and a field of that name is written there.  What a place cannot say of a field (its own id) is carried like anything else.

Where a format has places for single fields is the fact `places` of its table, a regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dragoman.errors import MappingError
from dragoman.model.incident import FieldType

PREFIX = "custom_fields."
MEMBERS = "(?!dragoman)[^/]+(/[^/]+)*"  # in objects of JSON: any member that no other row has


@dataclass(frozen=True, slots=True)
class Place:
    """Where one custom field stands (`at`, in the way of its format), and its definition."""

    at: str
    name: str
    id: str | None = None
    description: str | None = None
    type: str | None = None

    @property
    def path(self) -> list[str]:
        """The members on the way, in formats whose places are members."""
        return self.at.split("/")

    def definition(self) -> FieldType:
        """What the row says of the field."""
        return FieldType(id=self.id, name=self.name, description=self.description, type=self.type)


def apart(table: Mapping[str, Any], members: str, where: str) -> tuple[dict[str, Any], list[Place]]:
    """A plugin's own table without its rows of custom fields, and the places that these say.

    members: where these may stand, unless the table says it.  Raises MappingError for a row that is wrong.
    """
    rest, theirs = dict[str, Any](), dict[str, Any]()
    for name, part in table["parts"].items():
        custom = [row for row in part["rows"] if str(row.get("core")).startswith(PREFIX)]
        rest[name] = part | {"rows": [row for row in part["rows"] if row not in custom]}
        theirs |= {name: {"rows": custom}} if custom else {}
    found = {**table, "parts": rest}
    if theirs:
        from dragoman.mapping.schema import check  # pydantic is imported when there is something to check

        check({"format": table["format"], "parts": theirs}, where)
    known = {"places": members, **found}
    return found, [place for name, part in theirs.items() for place in _places(part["rows"], known, name, where)]


def split(theirs: Mapping[str, Any], ours: Mapping[str, Any], where: str) -> tuple[dict[str, Any], list[Place]]:
    """A user's table without its rows of custom fields, and the places that these say.

    ours: the table of the format, as far as it is known.  Raises MappingError for a place that the format does not have.
    """
    places: list[Place] = []
    parts = {}
    for name, part in theirs["parts"].items():
        parts[name] = part | {"rows": [row for row in part["rows"] if not row["core"].startswith(PREFIX)]}
        rows = [row for row in part["rows"] if row["core"].startswith(PREFIX)]
        if rows and theirs["format"] == ours["format"]:
            places += _places(rows, ours, name, where)
    return {**theirs, "parts": parts}, places


def _places(rows: Sequence[Mapping[str, Any]], ours: Mapping[str, Any], part: str, where: str) -> Iterator[Place]:
    own = ours["format"]
    taken = {row[own] for row in ours["parts"].get(part, {}).get("rows", ())}
    for row in rows:
        at, name = row[own], row["core"].removeprefix(PREFIX)
        if "places" not in ours or ours["parts"].get(part, {}).get("part") != "Incident":
            what = f"{part}/{row['core']}: {own} has no places for single custom fields in {part!r}"
            raise MappingError(what, where=where, fix="leave the row out: custom fields go as they are")
        if not re.fullmatch(ours["places"], at) or _is_inside(at, taken):
            what = f"{part}/{row['core']}: {at!r} is no place for a custom field in {own}"
            raise MappingError(what, where=where, fix="the guide on incident types says where they may stand")
        taken.add(at)
        yield Place(at, name, **row.get("field", {}))


def _is_inside(at: str, taken: Collection[str]) -> bool:
    """Whether something stands at a place already, or around it as one thing into which no other row reaches."""
    above = ["/".join(at.split("/")[:end]) for end in range(1, at.count("/") + 1)]
    whole = (place for place in above if place in taken and not any(row.startswith(f"{place}/") for row in taken))
    return at in taken or any(row.startswith(f"{at}/") for row in taken) or any(whole)


def distinct(places: Sequence[Place], where: str) -> tuple[Place, ...]:
    """All places, one of each field.  Raises MappingError for a field with two."""
    names = [place.name for place in places]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise MappingError(f"the custom field {twice!r} has two places", where=where, fix="keep one of them")
    return tuple(places)
