"""Incident types as files: what a type and its fields are (the paper's Table 2 and section 5), read and checked.

How a type is released belongs to the provider: it stands in the file and is never written into an incident.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from dragoman.errors import UsageError
from dragoman.mapping.kinds import CANONICAL, kind_of
from dragoman.mapping.yaml import load_yaml
from dragoman.model import FieldType, IncidentType


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldDefinition(Section):
    """One custom field: `aliases` are names by which partners call it; `required` is told when it is missing."""

    id: UUID
    name: str = Field(min_length=1)
    description: str = ""
    type: str = Field(description=f"one of {', '.join(CANONICAL)}, or another word for one")
    aliases: tuple[str, ...] = ()
    required: bool = True

    @field_validator("type")
    @classmethod
    def _kind(cls, word: str) -> str:
        kind = kind_of(word)
        if kind is None:
            raise ValueError(f"{word!r} is none of {', '.join(CANONICAL)}")
        return kind

    @property
    def names(self) -> tuple[str, ...]:
        """Its own name, and what others call it."""
        return self.name, *self.aliases

    def shown(self) -> FieldType:
        """The definition as an incident has it."""
        return FieldType(id=str(self.id), name=self.name, description=self.description or None, type=self.type)


class TypeDefinition(Section):
    """A kind of incident: `aliases` are names by which partners call it.

    consequence: the provider's estimate of the damage, 0 to 1; it may show where somebody is weak, so withhold_consequence
    keeps it at home.  release: whether incidents of the type are pushed or wait for a person; sharing: how and when they
    may be shared, in words.
    """

    id: UUID
    name: str = Field(min_length=1)
    description: str = ""
    consequence: float | None = Field(default=None, ge=0, le=1)
    withhold_consequence: bool = False
    release: Literal["approve", "push"] = "approve"
    sharing: str = ""
    aliases: tuple[str, ...] = ()
    fields: tuple[FieldDefinition, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Its own name, and what others call it."""
        return self.name, *self.aliases

    @model_validator(mode="after")
    def _apart(self) -> TypeDefinition:
        _refuse_equal((str(field.id) for field in self.fields), "fields with the id")
        _refuse_equal((name for field in self.fields for name in field.names), "fields called")
        return self

    def shown(self) -> IncidentType:
        """The type as an incident has it: the four members of Table 2, without a consequence that is withheld."""
        consequence = None if self.withhold_consequence else self.consequence
        return IncidentType(id=str(self.id), name=self.name, description=self.description or None, consequence=consequence)

    def field(self, said: FieldType | None) -> FieldDefinition | None:
        """The definition that a field means: by its id, else by a name.  None when the type does not define it."""
        return _meant(self.fields, said)

    def called(self, name: str | None) -> FieldDefinition | None:
        """The definition of a name."""
        return next((field for field in self.fields if name in field.names), None)


D = TypeVar("D", FieldDefinition, TypeDefinition)


class Types(Section):
    """All types that we know."""

    types: tuple[TypeDefinition, ...] = ()

    @model_validator(mode="after")
    def _apart(self) -> Types:
        _refuse_equal((str(one.id) for one in self.types), "types with the id")
        _refuse_equal((name for one in self.types for name in one.names), "types called")
        return self

    def of(self, said: IncidentType | None) -> TypeDefinition | None:
        """The type that an incident means: by its id, else by a name."""
        return _meant(self.types, said)

    def named(self, word: str) -> TypeDefinition:
        """The type of a name or id.  Raises UsageError for one that there is not."""
        found = next((one for one in self.types if word in (one.name, str(one.id))), None)
        if found is None:
            known = ", ".join(one.name for one in self.types) or "none"
            raise UsageError(f"no incident type {word!r}", fix=f"there are: {known}")
        return found


def load(files: Iterable[Path]) -> Types:
    """The types of all files, YAML or TOML.  Raises UsageError naming file and place, MappingError, OSError."""
    found: list[TypeDefinition] = []
    for file in files:
        found += checked(_parsed(file), str(file)).types
        checked({"types": [one.model_dump() for one in found]}, str(file))  # two files may not say the same twice
    return Types(types=tuple(found))


def checked(raw: Any, where: str) -> Types:
    """The types that decoded data says.  Raises UsageError naming the place."""
    if not isinstance(raw, dict):
        raise UsageError("no file of incident types: it holds no `types`", where=where, fix="it is YAML or TOML")
    try:
        return Types.model_validate(raw)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(step) for step in fault["loc"])
        what = f"{place}: {fault['msg']}".removeprefix(": ").replace("Value error, ", "")
        raise UsageError(what, where=where, fix="`dragoman types show --schema` says what may stand there") from None


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a file of incident types."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Types.model_json_schema()}


def _parsed(file: Path) -> Any:
    try:
        text = file.read_text("utf-8")
        return tomllib.loads(text) if file.suffix == ".toml" else load_yaml(text, str(file))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"no file of incident types: {error}", where=str(file), fix="it is YAML or TOML") from None


def _meant(known: Sequence[D], said: FieldType | IncidentType | None) -> D | None:
    if said is None:
        return None
    id_ = as_id(said.id)
    by_id = (one for one in known if id_ is not None and one.id == id_)
    by_name = (one for one in known if said.name in one.names)
    return next(by_id, None) or next(by_name, None)


def as_id(text: str | None) -> UUID | None:
    """A UUID in any spelling; None for what is none."""
    try:
        return UUID(text)
    except (ValueError, TypeError, AttributeError):
        return None


def _refuse_equal(words: Iterable[str], what: str) -> None:
    """Raises ValueError for a word that stands twice: nobody could tell which is meant."""
    twice = next(_twice(words), None)
    if twice is not None:
        raise ValueError(f"two {what} {twice!r}")


def _twice(words: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for word in words:
        if word in seen:
            yield word
        seen.add(word)
