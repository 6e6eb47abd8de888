"""How long the command line takes to start: --help, and one small document, against a bare Python."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from documents import iodef


def median(command: list[str], rounds: int = 9) -> float:
    """The median wall time of a command in milliseconds, after a first round that fills the caches (`__pycache__`)."""
    times = []
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(rounds + 1):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True, env=environment)
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times[1:])


def main() -> None:
    """Prints a row for each command."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "small.xml"
        file.write_bytes(iodef(4))
        dragoman = [sys.executable, "-m", "dragoman"]
        for name, command in {
            "python -c pass": [sys.executable, "-c", "pass"],
            "dragoman --help": [*dragoman, "--help"],
            "dragoman translate small.xml --to stix-2.1": [*dragoman, "translate", str(file), "--to", "stix-2.1", "-q"],
            "... --from iodef-2": [*dragoman, "translate", str(file), "-f", "iodef-2", "--to", "stix-2.1", "-q"],
        }.items():
            print(f"{name:46} {median(command):7.0f} ms")


if __name__ == "__main__":
    main()
