"""The tables of the comparison: survival, stops, types, incidents, speed.  A column for each side that is measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

from comparison import Fate, Passage
from measure import Runs, Speed
from sides import SIDES
from tables import Table

Fates = dict[str, list[Fate]]  # by side; the n-th of each is of the same event
WIDE = 50  # characters of a file's name


def each(names: Sequence[str], word: str) -> list[str]:
    """A head for each side."""
    return [f"{SIDES[name].name} {word}" for name in names]


def finished(found: Fates) -> list[tuple[Fate, ...]]:
    """The events that no side stops at, each with its fate on each side."""
    return [line for line in zip(*found.values(), strict=True) if not any(fate.stopped for fate in line)]


def survival(found: Fates) -> Iterator[Table]:
    """What is lost of each event and in all, and of what kinds are the values that are lost."""
    names, done = list(found), finished(found)
    rows = [survival_row(line[0].document, line) for line in zip(*found.values(), strict=True)]
    if done:
        rows.append(survival_row(f"all that finish ({len(done)})", [summed(some) for some in zip(*done, strict=True)]))
    heads = ["event", "attributes", "leaves", *each(names, "lost"), "values", *each(names, "lost")]
    yield Table("MISP -> STIX 2.1 -> MISP: leaves, and values of the analyst", heads, rows)
    kinds = [added_up([fate.kinds_lost for fate in some]) for some in zip(*done, strict=True)]
    body = [[kind, *(f"{some[kind]:,}" for some in kinds)] for kind, _ in added_up(kinds).most_common()]
    yield Table("Values lost, by kind", ["kind", *each(names, "lost")], body)


def survival_row(name: str, line: Sequence[Fate]) -> list[str]:
    """How many leaves and values there were, and how many each side lost; it says (+n) of values that were not there before."""
    same = line[0]
    lost = ["stops" if fate.stopped else f"{fate.lost:,}" for fate in line]
    values = ["stops" if fate.stopped else f"{fate.values_lost:,} (+{fate.values_added:,})" for fate in line]
    return [name[:WIDE], f"{same.attributes:,}", f"{same.leaves:,}", *lost, f"{same.values:,}", *values]


def summed(some: Sequence[Fate]) -> Fate:
    """The numbers of several events."""
    numbers = [field.name for field in fields(Fate) if field.type == "int"]
    return Fate("", **{name: sum(getattr(fate, name) for fate in some) for name in numbers})


def added_up(counts: Sequence[dict[str, int]]) -> Counter[str]:
    whole: Counter[str] = Counter()
    for some in counts:
        whole.update(some)
    return whole


def stops(found: Fates) -> Iterator[Table]:
    """What each side refuses, and how much it says of what it does not."""
    yield refusals("Events that stop", found)
    told = [[SIDES[name].name, f"{sum(fate.told for fate in some):,}"] for name, some in found.items()]
    yield Table("Messages about content, over all events", ["side", "messages"], told)


def refusals(title: str, found: Mapping[str, Sequence[Fate | Passage]]) -> Table:
    """The messages with which each side refused a document."""
    stopped = [(name, each) for name, some in found.items() for each in some if each.stopped]
    rows = [[SIDES[name].name, each.document[:WIDE], each.stopped[:160]] for name, each in stopped]
    return Table(title, ["side", "document", "message"], rows or [["none", "", ""]], texts=3)


def types(found: Fates) -> Iterator[Table]:
    """STIX objects by type, for each event and in all."""
    whole = [added_up([fate.types for fate in some]) for some in found.values()]
    lines = zip(*found.values(), strict=True)
    rows = [row for line in lines for row in types_rows(line[0].document, [fate.types for fate in line])]
    heads = ["event", "type", *each(list(found), "objects")]
    yield Table("STIX objects by type", heads, rows + types_rows("all", whole), texts=2)


def types_rows(name: str, line: Sequence[dict[str, int]]) -> list[list[str]]:
    return [[name[:WIDE], kind, *(str(some.get(kind, "-")) for some in line)] for kind in sorted(added_up(line))]


def incidents(found: dict[str, list[Passage]]) -> Iterator[Table]:
    """Bundles over MISP and back: objects and incidents that came back under their id, and leaves that were lost."""
    names, rows = list(found), [incidents_row(line) for line in zip(*found.values(), strict=True)]
    heads = ["bundle", "incidents", *each(names, "back"), "objects", *each(names, "back"), "leaves", *each(names, "lost")]
    yield Table("STIX 2.1 incidents -> MISP -> STIX 2.1", heads, rows)
    yield refusals("Bundles that stop", found)


def incidents_row(line: Sequence[Passage]) -> list[str]:
    numbers = []
    for whole, part in (("incidents", "incidents_back"), ("objects", "objects_back"), ("leaves", "lost")):
        numbers += [getattr(line[0], whole), *(getattr(way, part) for way in line)]
    return [line[0].document[:WIDE], *(f"{number:,}" for number in numbers)]


def speed(found: list[Speed], synthetic: list[Speed], rounds: int) -> Iterator[Table]:
    """Seconds and memory on real events, on all of them, and on synthetic ones."""
    whole = [together(found)] if found else []
    names = list((found + synthetic)[0].runs)
    heads = ["event", "attributes", "MB", *each(names, "ms"), *each(names, "attributes/s"), "ratio", *each(names, "+MB")]
    rows = [speed_row(one) for one in [*found, *whole, *synthetic]]
    yield Table(f"MISP -> STIX 2.1, file to file, median of {rounds} interleaved rounds", heads, rows)
    spreads = [[SIDES[name].name, f"{max(one.runs[name].spread for one in found + synthetic):.0%}"] for name in names]
    yield Table("How far rounds lie apart, at most, as a share of their median", ["side", "spread"], spreads)


def together(found: list[Speed]) -> Speed:
    """All events one after the other; of memory the most that one of them took."""
    return Speed(f"all {len(found)}", sum(one.attributes for one in found), sum(one.size for one in found),
                 {name: added_runs([one.runs[name] for one in found]) for name in found[0].runs})  # fmt: skip


def added_runs(some: list[Runs]) -> Runs:
    return Runs([sum(runs.median for runs in some)], [max(runs.most for runs in some)])


def speed_row(one: Speed) -> list[str]:
    sides = list(one.runs.values())
    ratio = f"{sides[0].median / sides[1].median:.1f}" if len(sides) == 2 else "-"
    rates = [f"{one.attributes / runs.median:,.0f}" for runs in sides]
    size = [one.event[:WIDE], f"{one.attributes:,}", f"{one.size / 1e6:.3f}"]
    return [*size, *(f"{runs.median * 1e3:,.1f}" for runs in sides), *rates, ratio, *(f"{runs.most:,.0f}" for runs in sides)]
