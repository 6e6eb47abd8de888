"""New ids for observables that lost what their ids were made of (D402)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dragoman.ledger import Kind, Ledger
from dragoman.model.incident import Incident
from dragoman.model.naming import contributing, identified, uid
from dragoman.model.observable import Observable
from dragoman.model.plain import copied, fields, is_part, leaves, parts


def renamed(after: Incident, before: Incident, path: str, ledger: Ledger) -> Incident:
    """The incident with new ids for observables that lost what their ids were made of: who guesses it could prove it."""
    where = {value: place for place, value in leaves(before) if place.endswith("/id")}
    told = {part.id: contributing(part) for part in parts([before]) if isinstance(part, Observable) and part.id}
    while new := dict(_new_ids(after, told)):
        after = _with_ids(after, new)
        for id_ in filter(where.get, new):
            ledger.note(Kind.DROPPED, "D402", path + where[id_], "it was made of what was taken out: there is a new one")
        told = {new.get(id_, id_): said for id_, said in told.items()}
        told |= {part.id: contributing(part) for part in parts([after]) if part.id in new.values()}
    return after


def _new_ids(incident: Incident, told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    taken = {part.id for part in parts([incident]) if getattr(part, "id", None)}
    for n, part in enumerate(parts([incident])):
        if isinstance(part, Observable) and part.id in told and contributing(part) != told[part.id]:
            made = str(identified(copied(part, id=None)).id)
            made = uid(part.type, f"{n} of {incident.id}") if made in taken else made
            taken.add(made)
            yield part.id, made


def _with_ids(value: Any, new: dict[str, str]) -> Any:
    if is_part(value):
        cls: type = type(value)
        return copied(value, **{name: _with_ids(getattr(value, name), new) for name in fields(cls)})
    if isinstance(value, list | tuple):
        return [_with_ids(item, new) for item in value] if value else value
    if isinstance(value, dict):
        return {key: _with_ids(item, new) for key, item in value.items()}
    return new.get(value, value) if isinstance(value, str) else value
