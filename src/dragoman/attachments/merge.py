"""Several accounts of one incident become one: what agrees is said once, what differs is told, and somebody wins.

Who wins is an order that the partners agreed on; a label is not up for it, the stricter one holds (and markings add up).
"""

from __future__ import annotations

import typing
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from dragoman.carry import Comparison, same_value
from dragoman.ledger import Kind, Ledger
from dragoman.model.incident import Incident, Tlp
from dragoman.model.marking import PAPER_WORDS, Level, strictest
from dragoman.model.parts import Text
from dragoman.model.people import Contact
from dragoman.model.plain import copied, fields, hints, is_part
from dragoman.text import visible

FEW = 200  # items without a name that are compared each with each
# Fields by which two parts are known to speak of one thing, the surest first.
NAMING = ("id", "name", "names", "value", "emails", "identifier", "external_id", "urls", "instance")


@dataclass(frozen=True, slots=True)
class Account:
    """What one source says of the incident: "base" is the message itself, others are called by their format."""

    source: str
    incident: Incident


def equal(one: Incident, other: Incident) -> bool:
    """Whether two incidents say the same, leaf for leaf."""
    return not Comparison().documents([one], [other])


def merged(accounts: Sequence[Account], ledger: Ledger) -> Incident:
    """One incident of all accounts that say something; the earlier one wins.  The ledger is told where they differ (D603)."""
    whole, *others = [account for account in accounts if not equal(account.incident, Incident())] or accounts
    others = [other for other in others if not equal(whole.incident, other.incident)]
    if others:
        whole = Account(whole.source, stated(whole.incident))
    for other in others:
        both = Merge(whole.source, other.source, ledger)
        whole = Account(whole.source, both.part(whole.incident, stated(other.incident), ""))
    return whole.incident


def stated(incident: Incident) -> Incident:
    """The incident with the marking that holds although nobody said it: beside another account it would be lost."""
    return copied(incident, markings=incident.unsaid) if incident.unsaid else incident


def beyond(said: Incident, echo: Incident) -> Incident:
    """What a base message says beyond what a base message of the attachment would say anyhow: the rest is agreement.

    said: the message as it was read.  echo: what such a message says of the attachment.  The liaison is compared field
    by field, so that one more number of a known person does not make two persons.
    """
    agreed = {name for name in fields(Incident) if _same(getattr(said, name), getattr(echo, name))}
    changes: dict[str, Any] = {name: _nothing(name) for name in agreed - {"contacts"}}
    return copied(said, **changes, contacts=_contacts(said, echo))


def _contacts(said: Incident, echo: Incident) -> Sequence[Contact]:
    if not (said.contacts and echo.contacts) or not one_thing(said.contacts[0], echo.contacts[0]):
        return said.contacts
    liaison, known = said.contacts[0], echo.contacts[0]
    if _same(liaison, known):
        return said.contacts[1:]
    agreed = {name for name in fields(Contact) if _same(getattr(liaison, name), getattr(known, name))}
    return [copied(liaison, **dict.fromkeys(agreed - set(NAMING))), *said.contacts[1:]]


def _nothing(name: str) -> Any:
    return Incident.__dataclass_fields__[name].default


@dataclass(frozen=True, slots=True)
class Merge:
    """Two sources, of which the first wins.

    around: the markings that hold around the parts of either, for those that have none of their own.
    """

    winner: str
    loser: str
    ledger: Ledger
    around: tuple[Sequence[str], Sequence[str]] = ((), ())

    def part(self, ours: Any, theirs: Any, path: str) -> Any:
        """One part of two that speak of the same thing."""
        cls: type = type(ours)
        changes: dict[str, Any] = {}
        holding = _holding(ours, self.around[0]), _holding(theirs, self.around[1])
        inside = replace(self, around=holding)
        for name in fields(cls):
            before, after = getattr(ours, name), getattr(theirs, name)
            found = inside.value(before, after, f"{path}/{name}", cls, name)
            if found is not before:
                changes[name] = found
        if marks := _stricter_around(ours, theirs, holding):
            changes["markings"] = marks
        if isinstance(ours, Incident) and (tlp := _guarded(changes.get("tlp", ours.tlp), ours, theirs)) is not None:
            changes["tlp"] = tlp
        return copied(ours, **changes) if changes else ours

    def value(self, ours: Any, theirs: Any, path: str, cls: type, name: str) -> Any:
        """What both together say in one field."""
        if _is_empty(theirs) or _same(ours, theirs):
            return ours
        if _is_empty(ours):
            return theirs
        if isinstance(ours, Tlp) and isinstance(theirs, Tlp):
            return self.stricter(ours, theirs, path)
        if is_part(ours) and type(ours) is type(theirs):
            return self.part(ours, theirs, path)
        if isinstance(ours, dict) and isinstance(theirs, dict):
            return self.table(ours, theirs, path)
        if isinstance(ours, list | tuple) and isinstance(theirs, list | tuple) and name not in _texts(cls):
            return self.items(ours, theirs, path)
        self.tell(theirs, path)
        return ours

    def items(self, ours: Sequence[Any], theirs: Sequence[Any], path: str) -> list[Any]:
        """Both lists in one: items that speak of the same thing become one, in the place that they have in ours."""
        whole, known = list(ours), Known(ours)
        for item in theirs:
            place = known.place(item)
            if place is None:
                whole.append(item)
            elif is_part(item):
                whole[place] = self.part(whole[place], item, f"{path}/{place}")
        return whole

    def table(self, ours: dict[str, Any], theirs: dict[str, Any], path: str) -> dict[str, Any]:
        """Both tables in one."""
        for key in ours.keys() & theirs.keys():
            if not _same(ours[key], theirs[key]):
                self.tell(theirs[key], f"{path}/{key}")
        return theirs | ours

    def stricter(self, ours: Tlp, theirs: Tlp, path: str) -> Tlp:
        """The label that lets fewer people see it, with the fields of both."""
        kept, other = (theirs, ours) if _strictness(theirs) > _strictness(ours) else (ours, theirs)
        reason = f"{self.winner} and {self.loser} say different labels: the stricter holds"
        self.ledger.note(Kind.DROPPED, "D603", f"{path}/value", reason, f"{other.schema} {other.value}")
        named = {field.field: field for field in (*other.fields, *kept.fields)}
        held = [copied(field, value=max(_of_field(kept, name), _of_field(other, name), key=lambda word: _level(kept, word)))
                for name, field in named.items()]  # fmt: skip
        return copied(kept, fields=held or ())

    def tell(self, lost: Any, path: str) -> None:
        """Notes what the loser said."""
        shown = visible(_shown(lost), 120)
        self.ledger.note(Kind.DROPPED, "D603", path, f"{self.loser} says otherwise than {self.winner}, which wins", shown)


class Known:
    """The items of a list by what they are called, so that long lists are not compared each with each."""

    def __init__(self, items: Sequence[Any]) -> None:
        self.items = items
        self.left = set(range(len(items)))
        self.named: dict[tuple[str, str], list[int]] = {}
        for place, item in enumerate(items):
            for _, word in _names(item):
                self.named.setdefault((type(item).__name__, word), []).append(place)
        nameless = [place for place, item in enumerate(items) if not any(_names(item))]
        self.nameless = nameless if len(nameless) <= FEW else []

    def place(self, item: Any) -> int | None:
        """The place of the item that speaks of the same thing, for one item only; None when there is none."""
        called = [self.named.get((type(item).__name__, word), []) for _, word in _names(item)]
        places = [*(place for found in called for place in found), *self.nameless]
        place = next((n for n in places if n in self.left and one_thing(self.items[n], item)), None)
        self.left.discard(-1 if place is None else place)
        return place


def one_thing(one: Any, other: Any) -> bool:
    """Whether two items speak of the same.

    They are called the same by the first naming field that both have; when they have none in common, one says only what
    the other says too.
    """
    if type(one) is not type(other):
        return False
    mine, theirs = _called(one), _called(other)
    both = next((name for name in mine if name in theirs), None)
    if both is not None:
        return not mine[both].isdisjoint(theirs[both])
    return _same(one, other) or (is_part(one) and (_within(one, other) or _within(other, one)))


def _called(item: Any) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, word in _names(item):
        found.setdefault(name, set()).add(word)
    return found


def _names(item: Any) -> Iterator[tuple[str, str]]:
    """What an item is called, and in which field; a scalar is called what it is."""
    if not is_part(item):
        yield "", repr(item)
        return
    for name in NAMING:
        for value in _listed(getattr(item, name, None)):
            word = getattr(value, "value", value)
            if isinstance(word, str) and word:
                yield "name" if name == "names" else name, word


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple) else () if value is None else (value,)


def _within(less: Any, more: Any) -> bool:
    cls: type = type(less)
    return all(_is_empty(v := getattr(less, name)) or _same(v, getattr(more, name)) for name in fields(cls))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return same_value(one, other)


def _is_empty(value: Any) -> bool:
    return value is None or value in ((), [], {}, "")


def _strictness(tlp: Tlp) -> Level:
    return _level(tlp, tlp.value)


def _level(tlp: Tlp, word: str | None) -> Level:
    return strictest([f"{tlp.schema}:{word}".lower()]) or Level.CLEAR


def _of_field(tlp: Tlp, name: str | None) -> str | None:
    """What a label says of a field: of it, of the nearest around it that is named, or of the whole."""
    around = [one for one in tlp.fields if one.field and (name == one.field or (name or "").startswith(f"{one.field}."))]
    return max(around, key=lambda one: len(one.field or "")).value if around else tlp.value


def _guarded(tlp: Tlp | None, *accounts: Incident) -> Tlp | None:
    """The label whose fields are no wider than an account that has no label; None when it is fine as it is."""
    needed = strictest(word for account in accounts if account.tlp is None for word in account.markings)
    if tlp is None or needed is None or all(_level(tlp, one.value) >= needed for one in tlp.fields):
        return None
    word = PAPER_WORDS[needed]
    return copied(tlp, fields=[one if _level(tlp, one.value) >= needed else copied(one, value=word) for one in tlp.fields])


def _holding(part: Any, around: Sequence[str]) -> Sequence[str]:
    """The markings that hold for a part: its own, or those around it."""
    own: Sequence[str] = getattr(part, "markings", ())
    return own if strictest(own) is not None else around


def _stricter_around(ours: Any, theirs: Any, holding: tuple[Sequence[str], Sequence[str]]) -> Sequence[str]:
    """The markings of a part that only one account marks, and that is for fewer by what holds around it in the other."""
    marked = [strictest(getattr(part, "markings", ())) for part in (ours, theirs)]
    if (marked[0] is None) == (marked[1] is None):
        return ()
    said, unsaid = holding if marked[1] is None else holding[::-1]
    needed = strictest(unsaid)
    return [*said, *unsaid] if needed is not None and needed > (strictest(said) or Level.CLEAR) else ()


@cache
def _texts(cls: type) -> frozenset[str]:
    """The fields whose lists are one text in several languages or pieces: two of them are not to be strung together."""
    return frozenset(name for name, hint in hints(cls).items() if Text in _within_hint(hint))


def _within_hint(hint: Any) -> Iterator[Any]:
    yield hint
    for inner in typing.get_args(hint):
        yield from _within_hint(inner)


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(map(_shown, value))
    return str(value.value if isinstance(value, Text) else value)
