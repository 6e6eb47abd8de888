"""What spoke of something that was taken out goes with it: references, translations, definitions of markings.

Each is told in the ledger (D402), but for definitions: those say nothing of an incident.
"""

from __future__ import annotations

from typing import Any

from dragoman.ledger import Kind, Ledger
from dragoman.model.hardened import markings_within
from dragoman.model.incident import Incident
from dragoman.model.plain import copied, fields, is_part, parts
from dragoman.sharing.sieve import GONE, Sieve, pressed, unset

ENDS = {"Relation": ("source_ref", "target_ref"), "Sighting": ("sighting_of_ref",), "Translation": ("object_ref",)}


def without_references(value: Any, ids: set[str], path: str, ledger: Ledger) -> Any:
    """A value in which nothing refers to parts that are gone; a relation without one of its ends is gone as well."""
    return pressed(unreferenced(value, ids, path, ledger))


def unreferenced(value: Any, ids: set[str], path: str, ledger: Ledger) -> Any:
    """The same with GONE for each item of a list that is out, so that the others keep their places."""
    if is_part(value):
        ends = ENDS.get(type(value).__name__, ())
        if any(getattr(value, end) in ids for end in ends):
            ledger.note(Kind.DROPPED, "D402", path, "it ties something to what was taken out")
            return GONE
        cls: type = type(value)
        changes = {n: unreferenced(getattr(value, n), ids, f"{path}/{n}", ledger) for n in fields(cls)}
        return copied(value, **{name: unset(cls, name) if new is GONE else new for name, new in changes.items()})
    if isinstance(value, list | tuple):
        return [unreferenced(item, ids, f"{path}/{n}", ledger) for n, item in enumerate(value)] if value else value
    if isinstance(value, dict):
        members = {key: unreferenced(item, ids, f"{path}/{key}", ledger) for key, item in value.items()}
        return {key: item for key, item in members.items() if item is not GONE}
    if isinstance(value, str) and value in ids:
        ledger.note(Kind.DROPPED, "D402", path, "it refers to what was taken out")
        return GONE
    return value


def without_translations(incident: Incident, sieve: Sieve, path: str, ledger: Ledger) -> Incident:
    """The incident without the translations of texts that are gone: in another language they tell the same.

    A member that is no field of ours may be any: of a part that lost something, it is out.
    """
    known = {part.id: part for part in parts([incident]) if getattr(part, "id", None)}
    made = []
    for n, one in enumerate(incident.translations):
        lost = sieve.lost.get(one.object_ref or "") if one is not GONE else None
        if lost is not None:
            place = f"{path}/translations/{n}"
            one = copied(one, contents=_untold(one.contents, lost, known.get(one.object_ref), place, ledger))
        made.append(one if one is GONE or one.contents or lost is None else GONE)
    return copied(incident, translations=made or ())


def _untold(contents: Any, lost: set[str], part: Any, path: str, ledger: Ledger) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for lang, members in (contents or {}).items():
        for name, text in members.items() if isinstance(members, dict) else ():
            if name in lost or getattr(part, name, None) in (None, ()):
                ledger.note(Kind.DROPPED, "D402", f"{path}/contents/{lang}/{name}", "it translates what was taken out")
            else:
                out.setdefault(lang, {})[name] = text
    return out


def without_definitions(before: Incident, after: Incident) -> Incident:
    """The incident without definitions of markings that nothing has any more: they would tell of what had them."""
    had, has = {*markings_within([before])}, {*markings_within([after])}
    left = [one for one in after.marking_definitions if one.id not in had or one.id in has]
    return copied(after, marking_definitions=left or ())
