"""The tutorial is true: its files are written as it shows them, installed as a stranger's package, and used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stranger import TUTORIALS, installed, run


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial's package."""
    return installed(TUTORIALS / "add-a-format.md", tmp_path_factory.mktemp("ticketeer"))


def test_the_laws_hold_for_it(package: Path) -> None:
    assert "2 passed" in run(package, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_ticketeer.py")


def test_it_prints_what_the_tutorial_says(package: Path) -> None:
    assert run(package, "use.py").startswith((package / "use.txt").read_text("utf-8"))


def test_the_command_line_knows_it_and_it_comes_back(package: Path) -> None:
    assert "ticketeer" in run(package, "-m", "dragoman", "formats")
    for name, target in (("ticket.json", "base"), ("message.json", "ticketeer")):
        out = "message.json" if target == "base" else "again.json"
        run(package, "-m", "dragoman", "translate", name, "--to", target, "-o", out)
    assert json.loads((package / "again.json").read_text("utf-8")) == json.loads(
        (package / "ticket.json").read_text("utf-8")
    )
