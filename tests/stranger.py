"""The package of a tutorial, written as it shows it and installed as a stranger's, and Pythons that know it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

TUTORIALS = Path(__file__).parents[1] / "docs" / "tutorials"
BLOCK = re.compile(r'^```\w+ title="(?P<name>[^"]+)"\n(?P<text>.*?)^```$', re.DOTALL | re.MULTILINE)


def installed(tutorial: Path, home: Path) -> Path:
    """The tutorial's files in a folder, with the metadata that pip would put beside them."""
    for block in BLOCK.finditer(tutorial.read_text("utf-8")):
        file = home / block["name"]
        file.parent.mkdir(exist_ok=True)
        file.write_text(block["text"], "utf-8")
    project = tomllib.loads((home / "pyproject.toml").read_text("utf-8"))["project"]
    metadata = home / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
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
