"""The hostile suite beside the checkout: no traceback, no hang, no connection, no file touched, and the right verdicts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from corpus import SHARED

SUITE = SHARED / "corpus" / "hostile"
pytestmark = pytest.mark.skipif(not SUITE.is_dir(), reason="the hostile suite does not stand beside the checkout")


def run(target: str, found: Path) -> subprocess.CompletedProcess[str]:
    """The suite against one target; the verdicts go to a file."""
    command = f"{sys.executable} -m dragoman translate --from {{format}} --to {target} --fail-on invalid {{file}} -o {{out}}/o"
    return subprocess.run(
        [
            sys.executable, str(SHARED / "tools" / "hostile_run.py"), "--suite", str(SUITE), "--cmd", command,
            "--target", target.partition("-")[0], "--format", "iodef-xml,stix21-json", "--json", str(found), "--no-server",
            "--map", "iodef-xml=iodef-2", "--map", "stix21-json=stix-2.1",
        ],
        capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip


def test_the_hostile_suite_holds_no_surprise(tmp_path: Path) -> None:
    """A surprise is an input of an attacker that does what nobody meant it to do.

    One target after the other: the suite watches one folder, and two runs at once would see each other there.
    """
    for target in ("stix-2.1", "iodef-2", "base"):
        done = run(target, tmp_path / target)
        results = json.loads((tmp_path / target).read_text())["results"]
        assert [result for result in results if result["status"] not in ("PASS", "PASS-ALT")] == [], done.stdout
        assert done.returncode == 0, done.stdout
