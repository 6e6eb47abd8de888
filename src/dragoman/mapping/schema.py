"""What a mapping table of a user's own may say: a closed schema, checked before anything runs.

A table is data of people who are trusted less than the operator: files are shared between teams.  It names fields,
places, codecs and words; it cannot name code, a file or the environment, and it cannot say who may see a thing.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dragoman.errors import MappingError
from dragoman.mapping.kinds import CANONICAL, kind_of
from dragoman.mapping.places import PREFIX
from dragoman.text import visible

GUARDED = frozenset({"markings", "field_markings", "history_markings", "tlp"})
NOT_OF_CUSTOM = frozenset({"codec", "vocab", "part", "required", "many"})  # its type says how it is read and written
Word: TypeAlias = str | dict[Literal["as"], str] | list[str]
PLACE = "at"  # what the format's own name stands for in the schema


class Closed(BaseModel):
    """No member that we do not know."""

    model_config = ConfigDict(extra="forbid", strict=True)


class UserField(Closed):
    """The definition of a custom field, as both partners have it."""

    id: str | None = Field(None, description="the id of the definition, a UUID")
    description: str | None = None
    type: str | None = Field(None, description=f"one of {', '.join(CANONICAL)}, or another word for one")


class UserRow(Closed):
    """A row: a field of the model, and where it stands in the format."""

    core: str = Field(description="a field of the model; custom_fields.NAME is the custom field of that name")
    at: str = Field(description="where it stands; the member is called like the format", min_length=1)
    codec: str | None = Field(None, description="how a scalar is read and written")
    vocab: str | dict[str, Word] | list[str] | None = Field(None, description="our words to theirs, or the name of a list")
    part: str | None = Field(None, description="the part that stands there, by its name in our table")
    required: str | int | float | bool | None = Field(None, description="what the format demands when nobody said it")
    many: bool = Field(False, description="whether there may be several")
    doc: str | None = None
    field: UserField | None = Field(None, description="of a custom field: its definition")


class UserPart(Closed):
    rows: list[UserRow]


class UserTable(Closed):
    """A table over one of ours."""

    format: str
    parts: dict[str, UserPart]


def check(raw: Any, where: str) -> None:
    """Raises MappingError naming the place when a table is not what it may be."""
    try:
        UserTable.model_validate(_renamed(raw))
    except ValidationError as error:
        fault = error.errors()[0]
        place = "/".join(map(str, fault["loc"]))
        what = visible(f"{place}: {fault['msg']}".removeprefix(": "))
        raise MappingError(what, where=where, fix="see the guide on mappings") from None
    for name, part in raw["parts"].items():
        for row in part["rows"]:
            _check_row(row, f"{name}/{row['core']}", where)


def _check_row(row: dict[str, Any], place: str, where: str) -> None:
    """Raises MappingError for what the shape of a row does not show."""
    if row["core"] in GUARDED:
        raise MappingError(f"{place}: a mapping cannot say who may see a thing", where=where, fix="leave the row out")
    custom = row["core"].startswith(PREFIX)
    if strange := sorted(row.keys() & (NOT_OF_CUSTOM if custom else {"field"})):
        whom = "of a custom field" if custom else "of any other field"
        raise MappingError(f"{place}: {strange[0]!r} is not for a row {whom}", where=where, fix="leave it out")
    if custom and row["core"] == PREFIX:
        raise MappingError(f"{place}: which custom field?", where=where, fix=f"core: {PREFIX}NAME")
    word = row.get("field", {}).get("type")
    if word is not None and kind_of(word) is None:
        raise MappingError(f"{place}: no type {word!r}", where=where, fix=f"one of {', '.join(CANONICAL)}")


def _renamed(raw: Any) -> Any:
    """The table with the member that is called like its format under a name that the schema knows."""
    if not isinstance(raw, dict) or not isinstance(raw.get("parts"), dict):
        return raw
    own = raw.get("format")
    parts = {
        name: part | {"rows": [_row(row, own) for row in part["rows"]]}
        if isinstance(part, dict) and isinstance(part.get("rows"), list) else part
        for name, part in raw["parts"].items()
    }  # fmt: skip
    return raw | {"parts": parts}


def _row(row: Any, own: Any) -> Any:
    if not isinstance(row, dict) or own not in row:
        return row
    return {PLACE if key == own else key: value for key, value in row.items()}


def schema() -> dict[str, Any]:
    """The JSON Schema of a table, for editors."""
    made: dict[str, Any] = UserTable.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
