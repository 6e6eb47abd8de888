"""How a MISP object was put, beside what our writer makes of its parts: kept as differences, so that edits show.

The reader makes the object again with the writer's function and keeps what is not the same.  A member that was spelled
otherwise is kept with what it stands for: when the part is edited, the edit is written and the old spelling is not.
"""

from __future__ import annotations

from typing import Any

from dragoman.mapping.json import form, remember

FORMAT = "misp"
HEAD, MEMBERS = "object", "members"  # of an object with attributes: what differs in itself, and in each by its relation
ADDED, SPELLED, GONE = "more", "as", "not"  # members beyond ours, members spelled otherwise, ours that were not there

Object = dict[str, Any]


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1, and "1" is neither."""
    if type(one) is not type(other):
        return False
    if type(one) is dict:
        return one.keys() == other.keys() and all(same(item, other[key]) for key, item in one.items())
    if type(one) is list:
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def difference(made: Object, said: Object) -> Object:
    """What `restored` needs to make `said` of `made`; empty when nothing differs."""
    found: Object = {}
    if more := {key: value for key, value in said.items() if key not in made}:
        found[ADDED] = more
    if spelled := {key: [made[key], value] for key, value in said.items() if key in made and not same(made[key], value)}:
        found[SPELLED] = spelled
    if gone := {key: value for key, value in made.items() if key not in said}:
        found[GONE] = gone
    return found


def restored(made: Object, kept: Any) -> Object:
    """The object as it was said, in place; what was edited since stays as it is made."""
    if not isinstance(kept, dict):
        return made
    for key, value in _members(kept, GONE):
        if key in made and same(made[key], value):
            del made[key]
    for key, pair in _members(kept, SPELLED):
        if isinstance(pair, list) and len(pair) == 2 and key in made and same(made[key], pair[0]):
            made[key] = pair[1]
    for key, value in _members(kept, ADDED):
        made.setdefault(key, value)
    return made


def object_difference(made: Object, said: Object) -> Object:
    """What `object_restored` needs to make `said` of `made`, two objects whose attributes have one relation each."""
    usual = {attribute["object_relation"]: attribute for attribute in made["Attribute"]}
    named = [(attribute["object_relation"], attribute) for attribute in said["Attribute"]]
    entries = [[name, difference(usual[name], attribute)] for name, attribute in named]
    head = difference(made | {"Attribute": said["Attribute"]}, said)
    found = {HEAD: head} if head else {}
    return found if entries == [[name, {}] for name in usual] else found | {MEMBERS: entries}


def object_restored(made: Object, kept: Any) -> Object:
    """An object as it was said: its attributes in their order, those that are not made any more left out."""
    how = kept if isinstance(kept, dict) else {}
    waiting = {attribute["object_relation"]: attribute for attribute in made["Attribute"]}
    entries, found = how.get(MEMBERS), []
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str) and entry[0] in waiting:
            found.append(restored(waiting.pop(entry[0]), entry[1]))
    return restored(made, how.get(HEAD)) | {"Attribute": [*found, *waiting.values()]}


def _members(kept: Object, name: str) -> list[tuple[str, Any]]:
    found = kept.get(name)
    return list(found.items()) if isinstance(found, dict) else []


def kept(part: Any, name: str) -> Any:
    """What `keep` kept, or None; it may come from anywhere, so it is looked at before it is used."""
    return form(part, FORMAT).get(name)


def keep(part: Any, name: str, value: Any) -> None:
    """Keeps on a part how MISP said something, where that carries no meaning."""
    remember(part, FORMAT, name, value)


def forget(part: Any, name: str) -> None:
    """Takes back what `keep` kept."""
    residue = part.residue or {}
    form(part, FORMAT).pop(name, None)
    part.residue = {place: value for place, value in residue.items() if value} or None
