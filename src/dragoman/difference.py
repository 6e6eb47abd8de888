"""What differs between two lists of incidents, in the model's terms: for people, where cargo is for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dragoman.align import Pair, Prints, closest, gaps, matches
from dragoman.carry import no_anchor, same_value
from dragoman.model.incident import Incident
from dragoman.model.plain import fields, is_part, leaves


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs.  path: in the second list where it stands there, else in the first; None is nothing."""

    path: str
    before: Any
    after: Any

    @property
    def sign(self) -> str:
        """+ is only in the second, - only in the first, ~ in both."""
        return "+" if self.before is None else "-" if self.after is None else "~"


def differences(before: Sequence[Incident], after: Sequence[Incident]) -> Iterator[Difference]:
    """Every value that differs, in the order of the second list; spelling of times and white space does not count."""
    yield from _lists(before, after, "")


def _values(before: Any, after: Any, path: str) -> Iterator[Difference]:
    if is_part(before) and type(before) is type(after):
        cls: type = type(before)
        for name in fields(cls):
            yield from _values(getattr(before, name), getattr(after, name), f"{path}/{name}")
    elif isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _values(before.get(key), after.get(key), f"{path}/{key}")
    elif _has_parts(before) or _has_parts(after):
        yield from _lists(before or (), after or (), path)
    else:
        yield from _leaf(before, after, path)


def _leaf(before: Any, after: Any, path: str) -> Iterator[Difference]:
    """Values that are not compared any deeper: one line if both are simple, else one for each of their leaves."""
    before, after = _plain(before), _plain(after)
    if before is None:
        yield from (Difference(place, None, value) for place, value in leaves(after, path))
    elif after is None:
        yield from (Difference(place, value, None) for place, value in leaves(before, path))
    elif not same_value(before, after):
        yield Difference(path, before, after)


def _lists(before: Any, after: Any, path: str) -> Iterator[Difference]:
    if not (isinstance(before, list | tuple) and isinstance(after, list | tuple)):
        yield from _leaf(before, after, path)
        return
    pairs = dict(_pairs(before, after))
    for i, item in enumerate(before):
        if i not in pairs:
            yield from _leaf(item, None, f"{path}/{i}")
    back = {j: i for i, j in pairs.items()}
    for j, item in enumerate(after):
        if j not in back:
            yield from _leaf(None, item, f"{path}/{j}")
        elif before[back[j]] != item:
            yield from _values(before[back[j]], item, f"{path}/{j}")


def _pairs(before: Sequence[Any], after: Sequence[Any]) -> Iterator[Pair]:
    """Which item of one list is which of the other: equal ones first, between them those that have most in common."""
    prints = Prints(no_anchor)
    pairs = matches([prints.of(item) for item in before], [prints.of(item) for item in after])
    yield from pairs
    for old, new in gaps(pairs, len(before), len(after)):
        for i, j in closest([before[i] for i in old], [after[j] for j in new]):
            yield old[i], new[j]


def _has_parts(value: Any) -> bool:
    return isinstance(value, list | tuple) and any(map(is_part, value))


def _plain(value: Any) -> Any:
    """Nothing, however it is said, is None; tuples and lists are one."""
    if isinstance(value, list | tuple):
        return list(value) or None
    return value
