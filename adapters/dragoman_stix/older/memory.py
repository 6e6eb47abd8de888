"""What a document of 2.0 says in another way than we would: found by comparison, and put back where nobody changed it."""

from __future__ import annotations

import hashlib
from typing import Any

from dragoman.mapping.looks import arranged
from dragoman_stix.ids import canonical
from dragoman_stix.older.rows import Object

SET, OF, AFTER = "=", "of", "after"
WAS, ORDER = "was", "order"  # in a memory: the members that differ; all members, where their order does


def compared(was: Object, ours: Object) -> Object:
    """What to remember of an object, so that `recalled` makes it of ours; nothing if both are alike."""
    found = differences(was, ours)
    kept: Object = {WAS: found} if found else {}
    return kept if list(restored(ours, found)) == list(was) else kept | {ORDER: list(was)}


def recalled(ours: Object, kept: Object) -> Object:
    """An object as it was."""
    out = restored(ours, kept.get(WAS))
    order = kept.get(ORDER)
    return arranged(out, (key for key in order if isinstance(key, str))) if isinstance(order, list) else out


def differences(was: Object, ours: Object) -> Object:
    """The members of an object that differ from what we would write: what they were, and a print of ours.

    Of a member that we would not write it says after which one it stood.
    """
    found: Object = {}
    before = ""
    for key, value in was.items():
        if key not in ours:
            found[key] = {SET: value, AFTER: before}
        elif not _same(value, ours[key]):
            found[key] = {SET: value, OF: _print(ours[key])}
        before = key
    return found | {key: {OF: _print(value)} for key, value in ours.items() if key not in was}


def restored(ours: Object, was: Any) -> Object:
    """An object with its members as they were; a member that was changed since is left alone."""
    if not isinstance(was, dict):
        return ours
    changes = {key: change for key, change in was.items() if isinstance(change, dict)}
    out: Object = {}
    for key, value in ours.items():
        change = changes.get(key, {})
        if OF not in change or change[OF] != _print(value):
            out[key] = value
        elif SET in change:
            out[key] = change[SET]
    for key, change in changes.items():
        if key not in ours and OF not in change and SET in change:
            out = _inserted(out, key, change[SET], change.get(AFTER))
    return out


def _inserted(item: Object, new: str, value: Any, after: Any) -> Object:
    """The object with one member more: first, after another one, or last when that is gone."""
    members = list(item.items())
    names = list(item)
    place = 0 if after == "" else names.index(after) + 1 if after in names else len(names)
    return dict([*members[:place], (new, value), *members[place:]])


def _same(one: Any, other: Any) -> bool:
    """Equal, and of the same types throughout: 1 is not true, and not 1.0."""
    return one is other or (one == other and canonical(one) == canonical(other))


def _print(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()[:16]
