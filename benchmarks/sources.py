"""Which documents are measured: real ones from a folder beside the checkout, else the project's own cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from dragoman.adapter import Can, Likeness
from dragoman.detect import HEAD, likelihoods
from dragoman.registry import adapter, formats

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"
CASES = ROOT / "fixtures" / "cases"
HOSTILE = "hostile"  # a folder of documents that are there to be refused
BOTH = Can.READ | Can.WRITE


def both_ways(names: Iterable[str] = ()) -> list[str]:
    """The formats that are read and written, of those named, or of all installed.  Raises UnknownFormat."""
    return [name for name in names or formats() if BOTH in adapter(name).format.can]


def textual(name: str) -> bool:
    """Whether the leaves of a format can be counted, which takes JSON or XML."""
    return any(word in kind for kind in adapter(name).format.media_types for word in ("json", "xml"))


def documents(folder: Path, wanted: Iterable[str]) -> dict[str, list[Path]]:
    """The documents of a folder by format.  Those of the project's own cases stand in for a format that has none."""
    found, ours = sorted_out(folder), sorted_out(CASES)
    return {name: found.get(name) or ours.get(name, []) for name in wanted}


def sorted_out(folder: Path) -> dict[str, list[Path]]:
    """Every file below a folder that exactly one format claims."""
    found: dict[str, list[Path]] = defaultdict(list)
    for file in files(folder):
        if name := claimed(file):
            found[name].append(file)
    return found


def files(folder: Path) -> Iterator[Path]:
    """The files below a folder that may be documents."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and HOSTILE not in file.relative_to(folder).parts:
            yield file


def claimed(file: Path) -> str | None:
    """The one format that is more than half sure of a file; a bare JSON object is nobody's."""
    with file.open("rb") as opened:
        ranked = list(likelihoods(opened.read(HEAD)).items())
    likely = [name for name, likeness in ranked if likeness >= Likeness.PROBABLY and likeness == ranked[0][1]]
    return likely[0] if len(likely) == 1 else None
