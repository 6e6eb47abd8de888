"""What the documents show is true: their Python runs, their profile and table are read, their links lead somewhere."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from dragoman import Context, read, write
from dragoman.cli.settings import settings

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
GUIDES = ROOT / "docs" / "guides"
SAMPLE = ROOT / "fixtures" / "cases" / "phishing" / "iodef-2.xml"


def blocks(file: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", file.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("file", [ROOT / "README.md", GUIDES / "library.md"], ids=lambda file: file.stem)
def test_the_python_runs(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "fixtures" / "cases" / "phishing"
    home.mkdir(parents=True)
    shutil.copy(SAMPLE, home)
    shutil.copy(SAMPLE, tmp_path / "incident.xml")
    code = blocks(file, "python")[0].replace('open("incident.xml", "rb").read()', "Path('incident.xml').read_bytes()")
    exec(compile(f"from pathlib import Path\n{code}", str(file), "exec"), {})


def test_the_profile_and_the_mapping_do_what_the_guide_says(tmp_path: Path) -> None:
    guide = GUIDES / "profiles-and-mappings.md"
    (tmp_path / "team.toml").write_text(blocks(guide, "toml")[0])
    (tmp_path / "our-words.yaml").write_text(blocks(guide, "yaml")[0])
    chosen = settings(profile=str(tmp_path / "team.toml"))
    context = Context(settings=chosen.values, tables=chosen.tables)
    message = write(read(SAMPLE.read_bytes(), context=Context()), "base", context).decode()
    assert '"phone": "+47 00 00 00 00"' in message
    assert '"status": "working"' in message


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.stem)
def test_links_lead_somewhere(file: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", file.read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (file.parent / link).exists()] == []
