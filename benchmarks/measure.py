"""Seconds and memory of one translation, each run in a process of its own that has loaded its libraries before.

    python benchmarks/measure.py SIDE WARM-UP SOURCE TARGET      what `run` starts

The collector is as each has it: on for misp-stix, which does not touch it; this project pauses it around a document by itself.
"""

from __future__ import annotations

import gc
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sides import SIDES

SHORTEST = 0.2  # seconds that the repetitions in one run take at least


@dataclass(slots=True)
class Runs:
    """The runs of one side on one file: seconds, and the megabytes that the first translation of each run added."""

    seconds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def most(self) -> float:
        return max(self.memory)

    @property
    def spread(self) -> float:
        """How far the rounds lie apart, as a share of their median."""
        return (max(self.seconds) - min(self.seconds)) / self.median


@dataclass(slots=True)
class Speed:
    """The runs of every side on one event of so many attributes and bytes."""

    event: str
    attributes: int
    size: int
    runs: dict[str, Runs]


def interleaved(names: Iterable[str], warm_up: Path, source: Path, folder: Path, rounds: int) -> dict[str, Runs]:
    """All sides in turn, round by round, so that a noisy minute hits all."""
    found = {name: Runs() for name in names}
    for _ in range(rounds):
        for name, runs in found.items():
            seconds, memory = run(name, warm_up, source, folder / f"{name}.json")
            runs.seconds.append(seconds)
            runs.memory.append(memory)
    return found


def run(name: str, *files: Path) -> tuple[float, float]:
    """One run in a fresh process."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, __file__, name, *map(str, files)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, env=environment)
    seconds, memory = json.loads(done.stdout)
    return seconds, memory


def child(name: str, warm_up: Path, source: Path, target: Path) -> tuple[float, float]:
    """The median of the repetitions, and what the first one added to the peak of libraries, tables and a small event."""
    side = SIDES[name]
    side.to_stix([warm_up], target)
    before = peak()
    seconds = [timed(name, source, target)]
    added = peak() - before
    while sum(seconds) < SHORTEST:
        seconds.append(timed(name, source, target))
    return statistics.median(seconds), added


def timed(name: str, source: Path, target: Path) -> float:
    """Seconds from file to file; what an earlier round left behind is collected before, untimed."""
    gc.collect()
    start = time.perf_counter()
    outcome = SIDES[name].to_stix([source], target)
    seconds = time.perf_counter() - start
    if outcome.stopped:
        raise SystemExit(f"{name} stops at {source.name}: {outcome.stopped}")
    return seconds


def peak() -> float:
    """The most memory that this process ever had, in megabytes.

    Linux lets `ru_maxrss` start at the peak of the process that started this one; VmHWM is of this one alone.
    """
    status = Path("/proc/self/status")
    own = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    kilobytes = int(own[1]) if own else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes * 1024 / 1e6


if __name__ == "__main__":
    print(json.dumps(child(sys.argv[1], *map(Path, sys.argv[2:5]))))
