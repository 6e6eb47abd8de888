"""The reference says what the code and the tables say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
PRINT = "import json, sys; sys.path.insert(0, sys.argv[1]); import generate; print(json.dumps(generate.pages()))"


def test_the_reference_is_fresh() -> None:
    """A stale page would tell people of rows and options that are gone: run `make reference`."""
    done = subprocess.run([sys.executable, "-c", PRINT, str(DOCS)], capture_output=True, text=True, check=True)
    pages = json.loads(done.stdout)
    for name, text in pages.items():
        assert (DOCS / "reference" / name).read_text("utf-8") == text, name
    assert {file.name for file in (DOCS / "reference").glob("*.md")} == set(pages)
