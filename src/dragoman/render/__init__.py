"""What people look at: the summary and the tables of the terminal, the report page of the browser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dragoman.ledger import Kind, Ledger, Loss
from dragoman.text import visible
from dragoman.tree import json

if TYPE_CHECKING:
    from dragoman.report import Report
    from dragoman.translate import Translation

REPORTS = (".html", ".json")
GRAVITY = list(Kind)  # they stand in this order

# A sign beside each colour: nobody should have to tell the kinds apart by colour alone.
SIGNS = {
    Kind.NATIVE: "✓",
    Kind.CARRIED: "→",
    Kind.NARROWED: "≈",
    Kind.DEFAULTED: "+",
    Kind.INVALID: "!",
    Kind.DROPPED: "✗",
}


def summary(name: str, made: Translation, account: Report | None, verbose: bool) -> Iterator[str]:
    """Lines that say how a translation went; none if everything is native and no report was asked for.

    account: the report, for counts of all values.  verbose: also a line for each loss.
    """
    between = f"{visible(name)}: {made.source_format} to {made.target_format}"
    told = counted(made.ledger.counts())
    if account is not None:
        yield f"{between}: {len(account.fates)} values: {counted(account.counts())}"
    elif told:
        yield f"{between}: {told}{'' if verbose else ' (-v lists them)'}"
    if verbose:
        yield from listed(made.ledger)


def listed(ledger: Ledger) -> Iterator[str]:
    """A line for each loss, under its reason."""
    for group in grouped(ledger):
        yield f"  {SIGNS[group.kind]} {len(group.losses)} {group.kind} ({group.code}): {visible(group.reason)}"
        for loss in group.losses:
            yield f"      {visible(loss.path)}" + (f" = {visible(loss.value, 80)}" if loss.value else "")


@dataclass(frozen=True, slots=True)
class Group:
    """Losses of one reason."""

    kind: Kind
    code: str
    reason: str
    losses: list[Loss]


def grouped(losses: Iterable[Loss]) -> list[Group]:
    """Losses under their reasons, the gravest kinds first."""
    groups: dict[tuple[Kind, str, str], Group] = {}
    for loss in losses:
        key = (loss.kind, loss.code, loss.reason)
        groups.setdefault(key, Group(*key, [])).losses.append(loss)
    return sorted(groups.values(), key=lambda group: -GRAVITY.index(group.kind))


def counted(counts: Mapping[Kind, int] | Mapping[str, int]) -> str:
    """ "12 carried, 1 narrowed": kinds without any are left out."""
    return ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)


def accounts(reports: list[tuple[str, Report]], suffix: str) -> bytes:
    """Reports with the names of their documents as one file: `.html` or `.json`."""
    if suffix == ".html":
        from dragoman.render.html import page

        return page(reports).encode("utf-8", "backslashreplace")
    documents = [{"document": name} | report.as_json() for name, report in reports]
    return json.encode(documents[0] if len(documents) == 1 else {"documents": documents})
