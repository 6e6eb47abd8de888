"""The report of a translation as one HTML file: no network, no frame, nothing of the document acts in it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from dragoman.codes import CODES
from dragoman.ledger import Kind
from dragoman.render import SIGNS, Group, grouped
from dragoman.render.outline import Row, outline
from dragoman.report import Report
from dragoman.text import visible

LONGEST = 500  # characters of a value that are shown
MOST_LOSSES, OPEN_LOSSES = 2000, 40  # rows of a table of losses, and of one that is open at first
MOST_SEARCHED = 50_000_000  # characters that looking for values inside cargo may cost

MEANINGS = {
    Kind.NATIVE: "stands where the target's own standard puts it, and comes back from there",
    Kind.CARRIED: "travels in the target's extension mechanism",
    Kind.NARROWED: "stands there with less; what it was is carried beside it",
    Kind.DEFAULTED: "the target demands it, nobody said it",
    Kind.INVALID: "could not be understood; kept as it stands and carried",
    Kind.DROPPED: "is not in the output",
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One line of a tree.  kind: empty for lines without a value and for the target's own words.

    links: the lines of the other side where the same text stands.
    """

    row: Row
    kind: str
    sign: str
    links: str


@dataclass(frozen=True, slots=True)
class Share:
    """One kind in the bar and the legend."""

    kind: str
    sign: str
    meaning: str
    count: int
    percent: float


@dataclass(frozen=True, slots=True)
class Section:
    """One document of the page."""

    name: str
    report: Report
    shares: list[Share]
    source: list[Leaf]
    target: list[Leaf]
    groups: list[Group]


def page(reports: Iterable[tuple[str, Report]]) -> str:
    """The page for reports and the names of their documents."""
    home = files("dragoman.render")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["visible"] = lambda text, limit=LONGEST: visible(str(text), limit)
    style, script = (home.joinpath(name).read_text("utf-8") for name in ("report.css", "report.js"))
    return environment.from_string(home.joinpath("report.html.j2").read_text("utf-8")).render(
        sections=[_section(name, report) for name, report in reports],
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
        signs=SIGNS,
        codes=CODES,
        most_losses=MOST_LOSSES,
        open_losses=OPEN_LOSSES,
    )


def _hash(text: str) -> str:
    """What the page's own policy calls this script or style: no other one runs."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _section(name: str, report: Report) -> Section:
    source = outline((fate.path, fate.text) for fate in report.fates)
    target = outline((spot, text) for spot, text in report.target_leaves)
    kinds = {fate.path: fate.kind for fate in report.fates}
    source_at, target_at = _lines(source), _lines(target)
    forth: dict[str, list[int]] = {}
    back: dict[str, list[int]] = {}
    for path, spot in _links(report):
        forth.setdefault(path, []).append(target_at[spot])
        back.setdefault(spot, []).append(source_at[path])
    return Section(
        name=name,
        report=report,
        shares=list(_shares(report)),
        source=list(_leaves(source, kinds, forth)),
        target=list(_leaves(target, report.target_kinds, back)),
        groups=grouped(report.losses),
    )


def _links(report: Report) -> Iterator[tuple[str, str]]:
    """Which leaf of the source stands at which of the target: by itself, or as a part of a text that carries many."""
    loads = [(spot, text) for spot, text in report.target_leaves if len(text) > LONGEST and text[0] in "{["]
    if len(report.fates) * sum(len(text) for _, text in loads) > MOST_SEARCHED:
        loads = []
    for fate in report.fates:
        quoted = json.dumps(fate.text, ensure_ascii=False)
        spots = fate.targets or [spot for spot, text in loads if quoted in text or fate.text == text]
        yield from ((fate.path, spot) for spot in spots)


def _lines(rows: list[Row]) -> dict[str, int]:
    return {row.spot: number for number, row in enumerate(rows) if row.spot is not None}


def _leaves(rows: list[Row], kinds: Mapping[str, Kind], links: Mapping[str, list[int]]) -> Iterator[Leaf]:
    for row in rows:
        kind = kinds.get(row.spot) if row.spot is not None else None
        linked = " ".join(str(number) for number in dict.fromkeys(links.get(row.spot or "", ())))
        yield Leaf(row, kind.value if kind else "", SIGNS[kind] if kind else "", linked if row.spot is not None else "")


def _shares(report: Report) -> Iterator[Share]:
    """The source's values by kind, and what was filled in."""
    counts = report.counts()
    total = max(1, sum(counts.values()))
    for kind, meaning in MEANINGS.items():
        yield Share(kind.value, SIGNS[kind], meaning, counts[kind.value], round(100 * counts[kind.value] / total, 2))
