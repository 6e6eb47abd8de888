"""Other ids for parts whose id was made from personal data: who guesses the value could check the guess.

STIX makes the ids of observables from what they say (section 2.9), and others name contacts and relations so.  An incident
keeps its id, whatever is taken out of it: without it nobody could follow the case.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import Any

from dragoman.ledger import Kind, Ledger
from dragoman.model.incident import Incident
from dragoman.model.intel import Relation
from dragoman.model.named import pointer
from dragoman.model.naming import CONTRIBUTING, contributing, identified, our_uuid
from dragoman.model.observable import Observable
from dragoman.model.people import Contact
from dragoman.model.plain import copied, fields, is_part
from dragoman.personal.places import Path
from dragoman.personal.rewrite import Rewritten, unused

UUID = re.compile(r"(.*--)?[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
NAMED_BY_CONTENT = (Observable, Contact, Relation)


def renamed(incident: Incident, done: Rewritten, at: str, ledger: Ledger) -> Incident:
    """An incident in which no id tells what was taken out, nor any reference to it; each new id is told."""
    parts = dict(reversed([(part.id, (part, path)) for part, path in _parts(incident, ())]))
    new: dict[str, str] = {}
    for old, spelt in done.spelt.items():
        new[old] = unused(spelt, parts.keys() | set(new.values()))
    for old in _made_from(set(done.touched) | set(new), parts):
        if old not in new:
            part, path = parts[old]
            taken = set(new.values()) | parts.keys()
            new[old] = _name(part, done.touched.get(old, True), taken, f"{incident.id} {pointer(path)}")
    if not new:
        return incident
    for old in new.keys() & parts.keys():
        ledger.note(Kind.NARROWED, "D415", f"{at}{pointer((*parts[old][1], 'id'))}", "it was made from personal data")
    found: Incident = _with_names(incident, new)
    return found


def _parts(value: Any, path: Path) -> Iterator[tuple[Any, Path]]:
    """Every part that has an id, with its path."""
    if is_part(value):
        cls: type = type(value)
        if getattr(value, "id", None):
            yield value, path
        for name in fields(cls):
            yield from _parts(getattr(value, name), (*path, name))
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _parts(item, (*path, number))


def _made_from(touched: set[str], parts: dict[str, tuple[Any, Path]]) -> Iterator[str]:
    """The ids that were made from what changed, or from such an id, in the order of the document."""
    holders: dict[str, list[str]] = {}
    for own, (part, _) in parts.items():
        if isinstance(part, NAMED_BY_CONTENT):
            for said in _says(part):
                holders.setdefault(said, []).append(own)
    todo, seen = deque(sorted(touched & parts.keys())), set[str]()
    while todo:
        own = todo.popleft()
        part, _ = parts[own]
        if own in seen or not (own in touched or _by_content(part)):
            continue
        seen.add(own)
        todo += holders.get(own, [])
    return (own for own in parts if own in seen and _by_content(parts[own][0]))


def _says(part: Any) -> Iterator[str]:
    """The texts that stand in a part itself."""
    cls: type = type(part)
    for name in fields(cls):
        value = getattr(part, name)
        if name != "id":
            yield from (item for item in (value if isinstance(value, list | tuple) else [value]) if isinstance(item, str))


def _by_content(part: Any) -> bool:
    """Whether the id of a part may follow from what it says."""
    found = UUID.fullmatch(part.id)
    return found is not None and (isinstance(part, Observable) or (isinstance(part, NAMED_BY_CONTENT) and found[2] == "5"))


def _name(part: Any, lost: bool, taken: set[str], place: str) -> str:
    """An observable that says a pseudonym is named after it, in every document; what lost something, after its place."""
    found = UUID.fullmatch(part.id)
    prefix = (found[1] or "") if found else ""
    if isinstance(part, Observable) and prefix and not lost and _plain(part):
        made: str = identified(copied(part)).id
        if made not in taken:
            return made
    return f"{prefix}{our_uuid(place)}"


def _plain(part: Observable) -> bool:
    """Whether the name of an observable follows from its own values, not from the names of others."""
    return part.type in CONTRIBUTING and not any(name.endswith(("_ref", "_refs")) for name in contributing(part))


def _with_names(value: Any, new: dict[str, str]) -> Any:
    if is_part(value):
        cls: type = type(value)
        return copied(value, **{name: _with_names(getattr(value, name), new) for name in fields(cls)})
    if isinstance(value, list | tuple):
        return [_with_names(item, new) for item in value] or value
    if isinstance(value, dict):
        return {new.get(key, key): _with_names(item, new) for key, item in value.items()}
    return new.get(value, value) if isinstance(value, str) else value
