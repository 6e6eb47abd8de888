"""In which order the attributes and objects of an event stood: to which lists of the incident they came, how many in a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

ORDERS = {"attribute": "attribute-order", "object": "object-order"}  # under which names they are kept
LISTS = (
    "observations", "indicators", "notes", "vulnerabilities", "campaigns", "actors", "reports", "malware", "malware_analyses",
    "techniques", "courses_of_action", "locations", "contacts", "observables",
)  # fmt: skip


def runs(holders: Iterable[str]) -> list[list[Any]]:
    """The names of lists with how many in a row; nothing when they stand in our own order."""
    found = [[name, len(list(group))] for name, group in groupby(holders)]
    places = [LISTS.index(name) for name, _ in found]
    return found if places != sorted(set(places)) else []


def arranged(parts: Sequence[tuple[str, Any]], kept: Any) -> Iterator[Any]:
    """Parts, each with the name of its list, in the order that `runs` tells; those beyond it come last."""
    waiting = {name: iter([part for holder, part in parts if holder == name]) for name in LISTS}
    for run in kept if isinstance(kept, list) else ():
        if isinstance(run, list) and len(run) == 2 and run[0] in waiting and isinstance(run[1], int):
            yield from (part for _, part in zip(range(run[1]), waiting[run[0]], strict=False))
    for left in waiting.values():
        yield from left
