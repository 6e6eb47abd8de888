"""Goes through an incident and says where personal data can stand: fields that hold it by definition or by name, and texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from dragoman.model.incident import CustomField
from dragoman.model.parts import Additional
from dragoman.model.people import Contact
from dragoman.model.plain import fields, is_part
from dragoman.personal.checks import is_role
from dragoman.personal.rows import FieldRow, field_rows, letters, named, table, words

Path: TypeAlias = tuple[str | int, ...]
PERSONS = ("person", "individual")


@dataclass(frozen=True, slots=True)
class Field:
    """A value that is personal as a whole.

    path: what goes when it is taken out.  leaf: where the value itself stands.  where: "Contact.emails", or the name that
    somebody gave to the field.  person: whether the contact says that it is one.
    """

    path: Path
    leaf: Path
    where: str
    kind: str
    value: str
    by_name: bool = False
    person: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """A text in which personal data may stand.  of_key: it is the name of the member at this path.  of_id: it is an id."""

    path: Path
    where: str
    text: str
    of_key: bool = False
    of_id: bool = False


Place: TypeAlias = Field | Written


def places(value: Any, path: Path = (), where: str = "") -> Iterator[Place]:
    """Every place of a value in which personal data can stand."""
    if is_part(value):
        yield from _of_part(value, path, where)
    elif isinstance(value, dict):
        yield from _of_members(value, path, where)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from places(item, (*path, number), where)
    elif isinstance(value, str):
        yield Written(path, where, value)


def _of_part(part: Any, path: Path, where: str) -> Iterator[Place]:
    cls: type = type(part)
    found = _by_own_name(part, path)
    if found is not None:
        yield found
    if getattr(part, "id", None):
        yield Written((*path, "id"), f"{cls.__name__}.id", part.id, of_id=True)
    for name in fields(cls):
        value = getattr(part, name)
        if value is None or value == () or name in words("machine_made"):
            continue
        here = where if cls.__name__ in ("Text", "ContactPoint") and where else f"{cls.__name__}.{name}"
        row = _row(part, name)
        if row is not None:
            yield from _by_definition(value, (*path, name), here, row, _says_person(part))
        yield from places(value, (*path, name), here)


def _row(part: Any, name: str) -> FieldRow | None:
    """The row that holds for a field of a part."""
    rows = field_rows().get((type(part).__name__, name), ())
    return next((row for row in rows if _holds(row, part)), None)


def _holds(row: FieldRow, part: Any) -> bool:
    if row.person and is_organisation(part):
        return False
    return all(getattr(part, name) in said for name, said in row.conditions.items())


def is_organisation(contact: Contact) -> bool:
    """Whether a contact says that it is no single person."""
    said: Mapping[str, list[str]] = table("fields")["organisations"]
    return any(getattr(contact, name) in known for name, known in said.items())


def _says_person(part: Any) -> bool:
    return isinstance(part, Contact) and (part.type in PERSONS or part.identity_class in PERSONS)


def _by_definition(value: Any, path: Path, where: str, row: FieldRow, person: bool) -> Iterator[Field]:
    if isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _by_definition(item, (*path, number), where, row, person)
        return
    said, leaf = (getattr(value, "value", None), (*path, "value")) if is_part(value) else (value, path)
    if isinstance(said, str) and _is_personal(row.kind, said, by_name=False):
        yield Field(path, leaf, where, row.kind, said, person=person)


def _by_own_name(part: Any, path: Path) -> Field | None:
    """A custom field or a piece of additional data whose name says that it is personal."""
    if isinstance(part, CustomField) and part.type is not None:
        return _named(part.type.name, part.value, path, (*path, "value"))
    if isinstance(part, Additional):
        member = "xml" if part.value is None else "value"
        return _named(part.name or part.meaning, getattr(part, member), path, (*path, member))
    return None


def _of_members(members: Mapping[Any, Any], path: Path, where: str) -> Iterator[Place]:
    for key, value in members.items():
        here = (*path, key)
        if isinstance(key, str):
            yield Written(here, where, key, of_key=True)
            found = _named(key, value, here, here)
            if found is not None:
                yield found
        yield from places(value, here, where)


def _named(name: str | None, value: Any, path: Path, leaf: Path) -> Field | None:
    kind = named().get(letters(name or ""))
    said = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if kind is None or not _is_personal(kind, said, by_name=True):
        return None
    return Field(path, leaf, name or "", kind, said, by_name=True)


def _is_personal(kind: str, value: str, by_name: bool) -> bool:
    """Whether a value in a personal field is one: no role, nobody's account and, by name only, no count."""
    said = value.strip()
    if not said or (by_name and said.isdecimal() and kind in ("name", "account")):
        return False
    if kind == "account":
        return said.casefold() not in words("accounts_of_nobody")
    if kind != "mail":
        return True
    local, at, _ = said.casefold().removeprefix("mailto:").rpartition("@")
    return not (by_name and not at) and not (at and is_role(local.rpartition("<")[2]))
