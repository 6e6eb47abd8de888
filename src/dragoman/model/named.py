"""Where a field is that somebody named: in the paper's label, in a marking of single fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias
from uuid import UUID

from dragoman.model.incident import Incident
from dragoman.model.plain import is_part

Path: TypeAlias = tuple[str | int, ...]
DOT = "\0"  # in a step, a dot that belongs to a name: "stix-2.1"
OTHERWISE = {"email": "emails", "phone": "phones", "address": "postal_addresses"}  # Table 1 and the model


def pointer(path: Iterable[str | int]) -> str:
    """A path as the ledger writes it."""
    return "".join(f"/{step}" for step in path)


def resolved(part: Any, field: str) -> Path | None:
    """Where a field is that somebody named ("summary", "liaison.email", "labels.[1]", "custom_fields.users")."""
    path: Path = ()
    value: Any = part
    for step in field.split("."):
        found = _step(value, step)
        if found is None:
            return None
        path += found[0]
        value = found[1]
    return path


def _step(value: Any, step: str) -> tuple[Path, Any] | None:
    if isinstance(value, Incident) and step == "liaison":
        place = next((n for n, contact in enumerate(value.contacts) if contact is value.liaison), None)
        return None if place is None else (("contacts", place), value.contacts[place])
    if is_part(value):
        name = step if hasattr(value, step) else OTHERWISE.get(step, "")
        return ((name,), getattr(value, name)) if name and _said(getattr(value, name, None)) else None
    if isinstance(value, dict):
        step = step.replace(DOT, ".")
        return ((step,), value[step]) if step in value else None
    if isinstance(value, list | tuple):
        return _item(value, step)
    return None


def _said(value: Any) -> bool:
    return value is not None and value != () and not callable(value)


def _item(items: Any, step: str) -> tuple[Path, Any] | None:
    """An item of a list by its place ("[1]", "1"), its id or its name."""
    plain = step.removeprefix("[").removesuffix("]")
    if plain.isdecimal():
        place = int(plain)
        return ((place,), items[place]) if place < len(items) else None
    return next((((n,), item) for n, item in enumerate(items) if any(_same(step, name) for name in _names(item))), None)


def _names(item: Any) -> list[Any]:
    kind = getattr(item, "type", None)
    return [getattr(item, "id", None), getattr(item, "name", None), getattr(kind, "name", None)]


def _same(step: str, name: Any) -> bool:
    """Whether somebody meant this name; ids are UUIDs, of which there are several spellings."""
    return step == name or (isinstance(name, str) and _uuid(step) is not None and _uuid(step) == _uuid(name))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
