"""What survives: for every real document beside the checkout, what came back and how much of it was native.

    python benchmarks/there_and_back.py                    # IODEF to STIX and back, and the other pairs
    python benchmarks/there_and_back.py iodef-2:stix-2.1   # one pair

lost: leaves that did not come back.  native, carried, narrowed: what the report says of the source's leaves.
literal: values that stand letter by letter in the output when nothing is carried.
"""

from __future__ import annotations

import argparse
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from dragoman import Context, report, translate
from dragoman.limits import UNLIMITED
from dragoman.tree.leaves import Leaf, leaves

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
FILES = {"iodef-2": "iodef/v2-*.xml", "stix-2.1": "stix/*.json"}
PAIRS = ["iodef-2:stix-2.1", "stix-2.1:iodef-2", "iodef-2:base", "stix-2.1:base"]
COLUMNS = ("leaves", "lost", "native", "carried", "narrowed", "literal")
LARGE = 500_000  # bytes above which a report takes too long for a table
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def context(**settings: object) -> Context:
    """A context whose clock stands still."""
    return Context(now=lambda: NOW, **settings)  # type: ignore[arg-type]


def lost(before: list[Leaf], after: list[Leaf]) -> int:
    """How many leaves of the one are not among those of the other."""
    left = Counter((leaf.path, leaf.value) for leaf in before) - Counter((leaf.path, leaf.value) for leaf in after)
    return left.total()


def literal(before: list[Leaf], data: bytes) -> int:
    """How many values of the source stand in the target as they are spelled."""
    text = " ".join(leaf.text for leaf in leaves(data, UNLIMITED))
    return sum(leaf.text in text for leaf in before)


def row(file: Path, own: str, other: str) -> Counter[str]:
    """The figures of one document."""
    data = file.read_bytes()
    there = translate(data, other, own, context())
    back = translate(there.data, own, other, context())
    before = leaves(data, UNLIMITED)
    counts = Counter(leaves=len(before), lost=lost(before, leaves(back.data, UNLIMITED)))
    if len(data) < LARGE:
        kinds = report(data, there, context()).counts()
        counts.update(told=len(before), literal=literal(before, translate(data, other, own, context(carry="drop")).data))
        counts.update({kind: number for kind, number in kinds.items() if kind != "defaulted"})
    return counts


def table(own: str, other: str) -> None:
    """Prints a row for each document of a format, and their sum."""
    print(f"\n{own} -> {other} -> {own}")
    print(f"{'document':44}" + "".join(f"{name:>10}" for name in COLUMNS))
    total: Counter[str] = Counter()
    for file in sorted(CORPUS.glob(FILES[own])):
        if not file.name.startswith("playbook_viewer"):
            counts = row(file, own, other)
            total.update(counts)
            show(file.name[:44], counts)
    show("all", total)
    if total["told"]:
        native, literally = total["native"] / total["told"], total["literal"] / total["told"]
        print(f"{'of those reported':44}{'':20}{native:10.1%}{'':20}{literally:10.1%}")


def show(name: str, counts: Counter[str]) -> None:
    """One line."""
    print(f"{name:44}" + "".join(f"{counts[kind]:10}" for kind in COLUMNS))


def main() -> None:
    """Prints the tables of the pairs that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="*", default=PAIRS)
    chosen = parser.parse_args()
    if not CORPUS.is_dir():
        print("no corpus beside the checkout: nothing to measure")
        return
    for pair in chosen.pairs:
        table(*pair.split(":"))


if __name__ == "__main__":
    main()
