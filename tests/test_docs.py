"""What the documents show is true: their Python runs, their profile and table are read, their links lead somewhere."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from dragoman import Context, Incident, read, write
from dragoman.cli.settings import settings
from dragoman.outgoing import prepared
from dragoman.personal import personal_of, treated
from dragoman.profile import Fetch, load

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
GUIDES = ROOT / "docs" / "guides"
RUN = [ROOT / "README.md", GUIDES / "library.md", GUIDES / "send-and-receive.md", GUIDES / "personal-data.md"]
DESIGN = ROOT / "docs" / "design" / "0006-level-2-messages.md"
SAMPLE = ROOT / "fixtures" / "cases" / "phishing" / "iodef-2.xml"


def blocks(file: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", file.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("file", RUN, ids=lambda file: file.stem)
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


def test_the_profiles_of_both_sides_are_read(tmp_path: Path) -> None:
    """A profile that the guide shows and we refuse would be the first that a reader tries."""
    for number, text in enumerate(blocks(GUIDES / "send-and-receive.md", "toml")):
        (tmp_path / f"{number}.toml").write_text(text.replace("\n# ca", "\nca").replace("\n# private", "\nprivate"))
    provider, subscriber = (load(tmp_path / f"{number}.toml") for number in range(2))
    assert prepared(Incident(), provider.agreement("acme").model_copy(update={"mappings": ()}), provider, Context()).contacts
    assert subscriber.fetch == Fetch(ca_file=Path("their-ca.pem"), private_hosts=("files.intranet",))


def test_the_profile_on_personal_data_is_one_that_can_be_applied(tmp_path: Path) -> None:
    """If it failed, the first profile that a reader copies would be refused."""
    (tmp_path / "team.toml").write_text(blocks(GUIDES / "personal-data.md", "toml")[0])
    (tmp_path / "personal.key").write_bytes(b"0123456789abcdef" * 2)
    profile = load(tmp_path / "team.toml")
    for agreement in (None, profile.agreement("acme")):
        context = Context()
        treated(read(SAMPLE.read_bytes())[0], personal_of(profile, agreement), context)
        assert {loss.code for loss in context.ledger} & {"D411", "D412"}


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(test_\w+)(?:\.py)?`", DESIGN.read_text("utf-8")))))
def test_the_tests_that_the_design_names_are_there(name: str) -> None:
    """A promise whose test is gone is a promise that nobody keeps."""
    tests = Path(__file__).parent
    assert (tests / f"{name}.py").exists() or any(f"def {name}(" in file.read_text("utf-8") for file in tests.glob("*.py"))


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.stem)
def test_links_lead_somewhere(file: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", file.read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (file.parent / link).exists()] == []
