"""IODEF to STIX and back against the floor: ratios and peak memory, each measured in a process of its own."""

from __future__ import annotations

import argparse
import json
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
ROUNDS = 3


def floor(source: bytes, target: bytes) -> Callable[[], object]:
    """Parsing the source and serialising the target, with nothing between them."""
    import msgspec
    from lxml import etree

    if source.lstrip()[:1] == b"<":
        tree = json.loads(target)
        return lambda: (etree.fromstring(source), msgspec.json.format(msgspec.json.encode(tree), indent=2))
    root = etree.fromstring(target)
    return lambda: (json.loads(source), etree.tostring(root))


def measured(work: Callable[[], object]) -> float:
    """The best of some rounds, in seconds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def child(what: str, source_file: str, target_format: str, target_file: str) -> None:
    """One measurement: prints seconds and the memory that the work added, in MB."""
    source, target = Path(source_file).read_bytes(), Path(target_file)
    if what == "floor":
        work = floor(source, target.read_bytes())
    else:
        from dragoman import Context, translate

        def now() -> datetime:
            return datetime(2026, 1, 1, tzinfo=UTC)

        work = lambda: target.write_bytes(translate(source, target_format, context=Context(now=now)).data)  # noqa: E731
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = measured(work)
    print(json.dumps([seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024]))


def run(what: str, *arguments: str) -> tuple[float, float]:
    """A measurement in a fresh process."""
    command = [sys.executable, __file__, "--child", what, *arguments]
    seconds, memory = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return seconds, memory


def compare(name: str, source: Path, target_format: str, target: Path) -> None:
    """One row of the table."""
    ours, memory = run("translate", str(source), target_format, str(target))
    lowest, _ = run("floor", str(source), target_format, str(target))
    size = source.stat().st_size
    print(f"{name:44} {size / 1e6:8.3f} {lowest * 1e3:10.2f} {ours * 1e3:10.2f} {ours / lowest:7.1f} {memory:8.0f} "
          f"{memory * 2**20 / size:7.1f}")  # fmt: skip


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
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        child(*chosen.child)
        return
    if not CORPUS.is_dir():
        print("no corpus beside the checkout: only the generated documents")
    print(f"{'document':44} {'MB':>8} {'floor ms':>10} {'ours ms':>10} {'ratio':>7} {'+MB':>8} {'x bytes':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for name, file, target_format in documents(chosen.observables, Path(folder)):
            target = Path(folder) / "out"
            compare(name, file, target_format, target)
            if file.parent == Path(folder):
                back = Path(folder) / f"{file.stem}.json"
                back.write_bytes(target.read_bytes())
                compare(f"{name}, back", back, "iodef-2", Path(folder) / "out2")


if __name__ == "__main__":
    main()
