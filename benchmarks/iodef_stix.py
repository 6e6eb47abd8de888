"""IODEF to STIX and back against the floor: speed, ratio and peak memory, each measured in a process of its own.

The floor is what no translation can go below: parsing the same source and serialising the same output, nothing else.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from documents import iodef

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
SHORTEST = 0.2  # seconds that the rounds of one measurement take at least
ROUNDS = 3
COLUMNS = (("MB in", 8), ("MB out", 8), ("floor ms", 10), ("ours ms", 10), ("ratio", 7), ("MB/s", 7), ("+MB", 6), ("x in", 6))


def floor(source: bytes, target: bytes) -> Callable[[], object]:
    """Parsing the source and serialising the target, with nothing between them, as fast as our libraries can."""
    import msgspec
    from lxml import etree

    read: Callable[[bytes], object] = etree.fromstring if _is_xml(source) else json.loads
    if _is_xml(target):
        root = etree.fromstring(target)
        return lambda: (read(source), etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
    tree = msgspec.json.decode(target)
    return lambda: (read(source), msgspec.json.format(msgspec.json.encode(tree), indent=2))


def _is_xml(data: bytes) -> bool:
    return data.lstrip()[:1] == b"<"


def translation(source: bytes, target_format: str) -> Callable[[], bytes]:
    """A translation in memory, with a fixed clock and room for large documents."""
    from dragoman import Context, Limits, translate

    def context() -> Context:
        limits = Limits(bytes=2**40, nodes=2**40, members=2**40, string=2**40)
        return Context(now=lambda: datetime(2026, 1, 1, tzinfo=UTC), limits=limits)

    return lambda: translate(source, target_format, context=context()).data


def measured(work: Callable[[], object]) -> float:
    """The best of some rounds, in seconds; the garbage of one round is not collected in the next."""
    times: list[float] = []
    while len(times) < ROUNDS or sum(times) < SHORTEST:
        gc.collect()
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def peak() -> float:
    """The most memory this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def child(what: str, source_file: str, target_format: str, target_file: str) -> None:
    """One measurement: prints seconds, and the memory that the first round added to what the libraries and input take."""
    source, target = Path(source_file).read_bytes(), Path(target_file)
    if what == "floor":
        print(json.dumps([measured(floor(source, target.read_bytes())), 0]))
        return
    translation(iodef(2), "stix-2.1")()  # libraries and tables are loaded, and memory that they need is taken
    work, before = translation(source, target_format), peak()
    target.write_bytes(work())
    after = peak()
    print(json.dumps([measured(work), after - before]))


def run(what: str, *arguments: str) -> tuple[float, float]:
    """A measurement in a fresh process."""
    command = [sys.executable, __file__, "--child", what, *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, env=environment)
    seconds, memory = json.loads(done.stdout)
    return seconds, memory


def compare(name: str, source: Path, target_format: str, target: Path) -> None:
    """One row of the table."""
    ours, memory = run("translate", str(source), target_format, str(target))
    lowest, _ = run("floor", str(source), target_format, str(target))
    size, made = source.stat().st_size / 1e6, target.stat().st_size / 1e6
    print(f"{name:44} {size:8.3f} {made:8.3f} {lowest * 1e3:10.2f} {ours * 1e3:10.2f} {ours / lowest:7.1f} "
          f"{size / ours:7.2f} {memory:6.0f} {memory * 1.048576 / size:6.1f}", flush=True)  # fmt: skip


def head() -> None:
    """The names of the columns."""
    print(f"{'document':44}", *(f"{name:>{width}}" for name, width in COLUMNS))


def documents(sizes: list[int], folder: Path) -> Iterator[tuple[str, Path, str]]:
    """What is measured: (name, file, target format)."""
    for place, target, pattern in (("iodef", "stix-2.1", "v2-*.xml"), ("stix", "iodef-2", "*.json")):
        for file in sorted(CORPUS.joinpath(place).glob(pattern)):
            if "playbook" not in file.name:
                yield file.name[:44], file, target
    for size in sizes:
        file = folder / f"{size}.xml"
        file.write_bytes(iodef(size))
        yield f"{size} observables", file, "stix-2.1"


def main() -> None:
    """Prints the table; says when the corpus is not there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--observables", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--generated", action="store_true", help="only the generated documents")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        child(*chosen.child)
        return
    if not CORPUS.is_dir():
        print("no corpus beside the checkout: only the generated documents")
    head()
    with tempfile.TemporaryDirectory() as folder:
        for name, file, target_format in documents(chosen.observables, Path(folder)):
            if chosen.generated and file.parent != Path(folder):
                continue
            target = Path(folder) / "out"
            compare(name, file, target_format, target)
            if file.parent == Path(folder):
                back = target.rename(Path(folder) / f"{file.stem}.json")
                compare(f"{name}, back", back, "iodef-2", Path(folder) / "out2")


if __name__ == "__main__":
    main()
