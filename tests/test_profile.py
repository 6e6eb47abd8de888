"""Profiles: what is checked before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from dragoman.cli.settings import profiled
from dragoman.errors import UsageError
from dragoman.profile import load

WHOLE = """
[sender]
name = "CSIRT of Example"

[agreements.acme]
formats = ["iodef-2", "stix-2.1"]
max_tlp = "AMBER"
hosts = ["files.acme.example"]

[stix]
shape = "C"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "team.toml"
    file.write_text(text)
    return file


def test_sections_and_options_stand_side_by_side(tmp_path: Path) -> None:
    """If it failed, an agreement would be taken for the option of a format, or the other way round."""
    file = written(tmp_path, WHOLE)
    assert load(file).agreement("acme").formats == ("iodef-2", "stix-2.1")
    assert profiled(str(file))[0] == {"stix.shape": "C"}


def test_paths_stand_relative_to_the_profile(tmp_path: Path) -> None:
    """If it failed, attachments would land in whatever folder the command was run from."""
    profile = load(written(tmp_path, '[store]\npath = "out"\n'))
    assert profile.path(profile.store.path) == tmp_path / "out"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[agreements.acme]\nformat = ['iodef-2']\n", "agreements.acme.format"),
        ("[personal]\ndefault = 'hide'\n", "personal.default"),
        ("[sender\n", "team.toml:1"),
        ("[agreements.acme]\nhosts = ['https://files.example.com/i']\n", "'https://files.example.com/i' is no host"),
        ("[agreements.acme]\nhosts = ['*.example.com']\n", "is no host"),
        ("[fetch]\nprivate_hosts = ['files.intranet ']\n", "is no host"),
        ("[fetch]\ntotal_seconds = inf\n", "fetch.total_seconds"),
        ("[fetch]\nidle_seconds = nan\n", "fetch.idle_seconds"),
        ("[fetch]\nconnect_seconds = 0\n", "fetch.connect_seconds"),
        ("[fetch]\nmax_bytes = -1\n", "fetch.max_bytes"),
        ("[fetch]\nredirects = -1\n", "fetch.redirects"),
    ],
)
def test_a_wrong_profile_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    """If it failed, a typing error would silently send what was not agreed."""
    with pytest.raises(UsageError) as error:
        load(written(tmp_path, text))
    assert said in str(error.value)


@pytest.mark.parametrize(
    "text", ["[personnal]\ndefault = 'block'\n", "[agreement.acme]\n", "[stix]\nshaep = 'C'\n", "max = 1\n"]
)
def test_a_section_that_nothing_reads_is_refused(tmp_path: Path, text: str) -> None:
    """If it failed, one letter would let out all that a section forbids."""
    with pytest.raises(UsageError, match=r"no section has it, .* \[personal\]"):
        profiled(str(written(tmp_path, text)))


def test_hosts_are_names_with_or_without_a_port(tmp_path: Path) -> None:
    """If it failed, a host that exists could not be agreed on."""
    text = "[agreements.acme]\nhosts = ['Files.example.com', 'localhost:8443', '192.0.2.1', '[2001:db8::1]:8443']\n"
    found = load(written(tmp_path, text)).agreement("acme").hosts
    assert found == ("files.example.com", "localhost:8443", "192.0.2.1", "[2001:db8::1]:8443")


@pytest.mark.requirement("AT-3")
def test_a_partner_without_an_agreement_is_refused(tmp_path: Path) -> None:
    """If it failed, somebody with whom nothing was agreed would get everything."""
    with pytest.raises(UsageError, match="acme"):
        load(written(tmp_path, WHOLE)).agreement("acm")
