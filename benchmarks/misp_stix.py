"""Side by side with misp-stix, in one run: what is lost, where each stops, how fast, how much memory, of what types.

    pip install -e '.[bench]'
    python benchmarks/misp_stix.py                       # the events beside the checkout, else generated ones
    python benchmarks/misp_stix.py EVENTS --bundles STIX # other folders
    python benchmarks/misp_stix.py --only speed --rounds 9 --json figures.json

survival   MISP -> STIX 2.1 -> MISP: of all leaves, and of the values of the analyst (`analyst.py` says which), how many are
           lost.  A leaf is lost if its path (without positions) or its JSON value is not there again.  In brackets: values
           that came back and had not been there.
stops      events that one of them refuses, with its message; and how many messages about content it gave on the way.
types      STIX objects by type.
incidents  STIX 2.1 bundles that hold an incident, over MISP and back.
speed      attributes per second from file to file, in interleaved rounds, the median; megabytes added at the peak.

How misp-stix is called stands in `sides.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import parts
from comparison import over_misp, over_stix, sized, tells_incidents
from events import event
from measure import Speed, interleaved
from sides import SIDES
from sources import CASES, CORPUS
from tables import Table, show

OF_EVENTS = {"survival": parts.survival, "stops": parts.stops, "types": parts.types}
PARTS = (*OF_EVENTS, "incidents", "speed")
GENERATED = ["10", "100+objects", "500+objects"]  # instead of real events
SYNTHETIC = ["2000", "5000+objects", "20000"]


@dataclass(frozen=True)
class Run:
    """What is measured: the sides that are there, the events, the bundles, a folder to work in."""

    names: list[str]
    events: list[Path]
    bundles: list[Path]
    folder: Path


def generated(sizes: Iterable[str], folder: Path) -> list[Path]:
    """Events of our own, by size; `+objects` puts six in ten attributes into objects."""
    files = []
    for size in sizes:
        number, _, objects = size.partition("+")
        files.append(folder / f"{size} attributes.json")
        files[-1].write_bytes(event(int(number), bool(objects)))
    return files


def over_events(run: Run) -> parts.Fates:
    """Every event over STIX and back, by each side."""
    return {name: [over_stix(SIDES[name], file, run.folder) for file in run.events] for name in run.names}


def speeds(run: Run, files: Iterable[Path], rounds: int) -> list[Speed]:
    """Every file by each side, to STIX."""
    (warm_up,) = generated(["10+objects"], run.folder)
    return [
        Speed(file.stem, sized(file).attributes, file.stat().st_size, interleaved(run.names, warm_up, file, run.folder, rounds))
        for file in files
    ]


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    packages = {key: value for side in SIDES.values() for key, value in side.versions().items()}
    load = [round(each, 1) for each in os.getloadavg()]
    return {"python": platform.python_version(), "cores": os.cpu_count(), "load": load, **packages}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("events", type=Path, nargs="?", default=CORPUS / "misp", help="a folder of MISP events")
    parser.add_argument("--bundles", type=Path, default=CORPUS / "stix" if CORPUS.is_dir() else CASES, metavar="DIR")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--synthetic", nargs="*", default=SYNTHETIC, metavar="N", help="attributes: 2000, or 5000+objects")
    parser.add_argument("--markdown", action="store_true", help="tables in Markdown")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    return parser.parse_args()


def prepared(chosen: argparse.Namespace, folder: Path) -> Run:
    """What there is to measure, and with whom."""
    events = sorted(chosen.events.glob("*.json")) or generated(GENERATED, folder)
    bundles = [file for file in sorted(chosen.bundles.rglob("*.json")) if tells_incidents(file)]
    return Run([name for name, side in SIDES.items() if not side.missing()], events, bundles, folder)


def measured(run: Run, chosen: argparse.Namespace) -> dict[str, Any]:
    """Prints the tables that were asked for.  Returns their figures."""

    def tell(tables: Iterable[Table]) -> None:
        for table in tables:
            show(table, chosen.markdown)

    figures: dict[str, Any] = {}
    if set(chosen.only) != {"incidents"}:
        figures["events"] = over_events(run)
    for name, tables in OF_EVENTS.items():
        if name in chosen.only:
            tell(tables(figures["events"]))
    if "incidents" in chosen.only:
        figures["incidents"] = {name: [over_misp(SIDES[name], file, run.folder) for file in run.bundles] for name in run.names}
        tell(parts.incidents(figures["incidents"]))
    if "speed" in chosen.only:
        finish = {line[0].document for line in parts.finished(figures["events"])}
        real = speeds(run, [file for file in run.events if file.name in finish], chosen.rounds)
        synthetic = speeds(run, generated(chosen.synthetic, run.folder), chosen.rounds)
        figures["speed"] = {"real": real, "synthetic": synthetic}
        tell(parts.speed(real, synthetic, chosen.rounds))
    return figures


def main() -> int:
    """Prints the tables.  Returns the exit status: 2 if misp-stix is not there."""
    chosen = arguments()
    if message := SIDES["peer"].missing():
        print(f"misp_stix: {message}", file=sys.stderr)
        return 2
    if message := SIDES["ours"].missing():
        print(f"misp_stix: {message}: only misp-stix is measured", file=sys.stderr)
    before = machine()
    print(*(f"{key} {value}" for key, value in before.items()), sep=", ")
    with tempfile.TemporaryDirectory() as folder:
        figures = measured(prepared(chosen, Path(folder)), chosen)
    print(f"\nLoad before {before['load']}, after {machine()['load']}: other work slows both down, so trust the ratios.")
    if chosen.json:
        chosen.json.write_text(json.dumps({"machine": before, **figures}, indent=1, default=asdict))
    return 0


if __name__ == "__main__":
    sys.exit(main())
