"""The matrix of pairs: every document of every format, to every other format and back.  What came back?

    python benchmarks/pairs.py                           # the corpus beside the checkout, else the project's own cases
    python benchmarks/pairs.py --formats iodef-2,misp    # some formats only
    python benchmarks/pairs.py --native                  # and how much stands natively in the target

A row is the format that the documents are of, a column the format that they went through; a cell says how many of their
leaves came back, at their path and with their value, of how many.  Every document that did not come back as it was is listed
below, with its first leaf that differs, and every one that was refused, with the message.  The exit status is 1 if a leaf is
missing or was added, else 0.

--native asks the report too: `native` leaves stand where the target's own standard puts them, `literal` ones stand there
letter by letter when nothing is carried.  It leaves out documents above 500,000 bytes.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from sources import CASES, CORPUS, both_ways, documents, textual
from survival import Trip, trip
from tables import Table, show

from dragoman import DragomanError

Task = tuple[str, str, Path, bool]
Cells = dict[tuple[str, str], list[Trip]]


def tasks(found: dict[str, list[Path]], formats: list[str], native: bool) -> list[Task]:
    """Every document with every format to go through, the largest first so that no core waits for one at the end."""
    wanted = [(own, other, file, native) for own, some in found.items() for file in some for other in formats]
    return sorted(wanted, key=lambda task: -task[2].stat().st_size)


def trips(wanted: list[Task], jobs: int) -> Iterator[Trip]:
    """The result of each task, as they come."""
    if jobs == 1:
        yield from (trip(*task) for task in wanted)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        for done in as_completed([pool.submit(trip, *task) for task in wanted]):
            yield done.result()


def watched(results: Iterable[Trip], total: int) -> Iterator[Trip]:
    """The same results, with a bar on standard error if that is a terminal."""
    if not sys.stderr.isatty():
        yield from results
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(results, "there and back", total, console=Console(stderr=True))


def by_pair(results: Iterable[Trip]) -> Cells:
    """The trips of each pair of formats."""
    cells: Cells = defaultdict(list)
    for each in sorted(results, key=lambda each: (each.own, each.other, each.file)):
        cells[each.own, each.other].append(each)
    return cells


def cell(some: list[Trip]) -> str:
    """Kept of all leaves, and what else there is to say of a pair."""
    kept, leaves = sum(each.kept for each in some), sum(each.leaves for each in some)
    asides = {"added": sum(each.added for each in some), "refused": sum(bool(each.refused) for each in some)}
    return "".join([f"{kept:,} / {leaves:,}", *(f", {number} {word}" for word, number in asides.items() if number)])


def shares(some: list[Trip]) -> str:
    """How much of what the report was asked about is native, and literally so."""
    kinds: Counter[str] = Counter()
    for each in some:
        kinds.update(each.kinds)
    return f"{kinds['native'] / kinds['told']:.0%}, {kinds['literal'] / kinds['told']:.0%}" if kinds["told"] else "-"


def matrix(title: str, cells: Cells, say: Callable[[list[Trip]], str]) -> Table:
    """The table of all pairs.  say: what stands in a cell, from the trips of its pair."""
    columns = sorted({other for _, other in cells})
    rows = [
        [f"{own} ({len(cells[own, columns[0]])})", *(say(cells[own, other]) for other in columns)]
        for own in sorted({own for own, _ in cells})
    ]
    return Table(title, ["of \\ through", *columns], rows)


def differing(cells: Cells) -> Iterator[str]:
    """A line for each document that did not come back as it was; one that every format refuses is one line."""
    columns = {other for _, other in cells}
    refusals: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for each in (each for some in cells.values() for each in some if not each.whole):
        if each.refused:
            refusals[each.own, each.file, each.refused].append(each.other)
        else:
            gone = each.leaves - each.kept
            yield f"{each.own} -> {each.other}  {each.file}: {gone} missing, {each.added} added; {each.first}"
    for (own, file, message), others in refusals.items():
        through = "any format" if set(others) == columns else ", ".join(others)
        yield f"{own} -> {through}  {file}: refused: {message}"


def stand_ins(found: dict[str, list[Path]], folder: Path) -> list[str]:
    """The formats whose documents are not from the folder."""
    return [name for name, some in found.items() if some and not some[0].is_relative_to(folder)]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS if CORPUS.is_dir() else CASES, metavar="DIR")
    parser.add_argument("--formats", type=lambda text: text.split(","), default=[], metavar="A,B,…")
    parser.add_argument("--native", action="store_true", help="a second table: native and literal shares")
    parser.add_argument("--markdown", action="store_true", help="tables in Markdown")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes; 1 works in this one")
    return parser.parse_args()


def main() -> int:
    """Prints the tables.  Returns the exit status."""
    chosen = arguments()
    try:
        formats = both_ways(chosen.formats)
        found = documents(chosen.corpus, filter(textual, formats))
    except DragomanError as error:
        print(f"pairs: {error}", file=sys.stderr)
        return error.exit_status
    wanted = tasks(found, formats, chosen.native)
    if not wanted:
        print(f"pairs: no document of these formats in {chosen.corpus}", file=sys.stderr)
        return 2
    cells = by_pair(watched(trips(wanted, chosen.jobs), len(wanted)))
    show(matrix("Leaves that came back / leaves, of documents of one format through another", cells, cell), chosen.markdown)
    if chosen.native:
        show(matrix("Native, and literally native", cells, shares), chosen.markdown)
    lines = list(differing(cells)) or ["Every document came back, and nothing was added."]
    if own := stand_ins(found, chosen.corpus):
        lines.append(f"Of {', '.join(own)} there is no document in {chosen.corpus.name}/: the project's own cases stand in.")
    print("", *lines, sep="\n")
    return int(any(not each.whole and not each.refused for some in cells.values() for each in some))


if __name__ == "__main__":
    sys.exit(main())
