"""Flat STIX (indicator, observed data, observable, relationship and no tree) read and written again, against the floor.

This is the shape that platforms for indicators exchange: what a format of theirs becomes in STIX is written like this.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import iodef_stix
from documents import stix


def main() -> None:
    """Prints a row for each size: STIX to STIX, so both halves of the adapter; and to the base format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--observables", type=int, nargs="*", default=[1_000, 10_000, 20_000])
    iodef_stix.head()
    with tempfile.TemporaryDirectory() as folder:
        for size in parser.parse_args().observables:
            file = Path(folder) / f"{size}.json"
            file.write_bytes(stix(size))
            for target in ("stix-2.1", "base"):
                iodef_stix.compare(f"{size} x 4 objects to {target}", file, target, Path(folder) / "out")


if __name__ == "__main__":
    main()
