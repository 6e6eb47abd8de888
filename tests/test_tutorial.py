"""The tutorial is true: its files are written as it shows them, installed as a stranger's package, and used."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TUTORIAL = ROOT / "docs" / "tutorials" / "add-a-format.md"
BLOCK = re.compile(r'^```\w+ title="(?P<name>[^"]+)"\n(?P<text>.*?)^```$', re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial's files in a folder, with the metadata that pip would put beside them."""
    home = tmp_path_factory.mktemp("ticketeer")
    for block in BLOCK.finditer(TUTORIAL.read_text("utf-8")):
        file = home / block["name"]
        file.parent.mkdir(exist_ok=True)
        file.write_text(block["text"], "utf-8")
    project = tomllib.loads((home / "pyproject.toml").read_text("utf-8"))["project"]
    metadata = home / f"dragoman_ticketeer-{project['version']}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    points = [
        f"[{group}]\n" + "".join(f"{n} = {v}\n" for n, v in p.items()) for group, p in project["entry-points"].items()
    ]
    (metadata / "entry_points.txt").write_text("\n".join(points))
    return home


def run(home: Path, *arguments: str) -> str:
    """What a Python of its own prints, with the package beside those that are installed."""
    path = os.pathsep.join([str(home), *(entry for entry in sys.path if entry)])
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=home,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


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
