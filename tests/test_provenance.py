"""Provenance: the link to the parent is kept, whole and secret, and an auditor can check it (REQUIREMENTS PR-4, PR-8)."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dragoman.derivation.export import checked, exported, private_key, public_key
from dragoman.derivation.provenance import Link, Provenance
from dragoman.errors import ReadError, UsageError
from runner import Outcome, run

CASES = Path(__file__).parent.parent / "fixtures" / "cases"
RECEIVED = str(CASES / "ransomware" / "stix-2.1.json")
NOW = datetime(2026, 11, 22, tzinfo=UTC)
PROFILE = """
[sender]
name = "CSIRT of Ours"

[defaults.liaison]
name = "Our Desk"

[provenance]
path = "trail/provenance.db"
key_file = "provenance.key"
"""


def link(derived: str, parent: str) -> Link:
    return Link(derived, "CERT Alpha", parent, "ab" * 32, "base", "2026-11-22T09:30:00.000Z", "jo", fields=("status",))


@pytest.fixture
def store(tmp_path: Path) -> Provenance:
    """Three links: c from b, b from a, and one of another trail between them."""
    made = Provenance(tmp_path / "trail" / "provenance.db")
    made.record([link("b", "incident--a"), link("y", "x")])
    made.record([link("c", "b")])
    return made


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a profile and its key."""
    (tmp_path / "mine.toml").write_text(PROFILE)
    made = Ed25519PrivateKey.generate()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (tmp_path / "provenance.key").write_bytes(made.private_bytes(pem, pkcs8, serialization.NoEncryption()))
    (tmp_path / "provenance.key").chmod(0o600)
    public = made.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "provenance.pub").write_bytes(public)
    return tmp_path


def tampered(store: Provenance, statement: str) -> None:
    """What somebody does to the file who can write it."""
    with sqlite3.connect(store.path) as file:
        file.executescript(f"DROP TRIGGER no_change; DROP TRIGGER no_removal; {statement}")
    file.close()


def test_the_trail_is_walked_link_by_link(store: Provenance) -> None:
    """PR-4: if it failed, an auditor would be told of one step and not of those before."""
    assert [(step.derived, step.parent_id) for step in store.trail("incident--c")] == [("c", "b"), ("b", "incident--a")]
    assert list(store.trail("a")) == []


def test_a_trail_in_a_circle_ends(tmp_path: Path) -> None:
    """If it failed, a parent that claims to be our own message would hang the auditor."""
    store = Provenance(tmp_path / "p.db")
    store.record([link("a", "b"), link("b", "a")])
    assert [step.derived for step in store.trail("a")] == ["a", "b"]


def test_only_its_owner_reads_the_store(store: Provenance) -> None:
    """If it failed, everybody on the machine would know our upstreams."""
    assert [file.stat().st_mode & 0o077 for file in store.path.parent.iterdir()] == [0] * len(list(store.path.parent.iterdir()))


def test_rows_are_only_added(store: Provenance) -> None:
    """If it failed, a slip in a shell would rewrite the trail."""
    for statement in ("UPDATE links SET derived = 'z'", "DELETE FROM links"):
        with pytest.raises(sqlite3.IntegrityError), sqlite3.connect(store.path) as file:
            file.execute(statement)
    assert store.faults() == []


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("DELETE FROM links WHERE number = 2", "row 2 is gone"),
        ("DELETE FROM links WHERE number = 3", "row 3 is gone"),
        ("DELETE FROM links", "rows 1 to 3 are gone"),
        ("UPDATE links SET content = replace(content, 'Alpha', 'Beta') WHERE number = 1", "row 1 was changed"),
        ("UPDATE links SET number = 9 WHERE number = 3", "rows 3 to 8 are gone"),
        ("UPDATE links SET content = X'ff00' WHERE number = 2", "row 2 was changed"),
        ("UPDATE links SET content = '[]' WHERE number = 2", "row 2 was changed"),
        ("UPDATE links SET derived = 'z' WHERE number = 2", "row 2 stands under another message"),
        ("UPDATE links SET number = -number; UPDATE links SET number = 4 + number", "row 1 was changed"),
        ("DELETE FROM sqlite_sequence", "the count of the rows was changed"),
        ("DELETE FROM links WHERE number = 3; UPDATE sqlite_sequence SET seq = 1", "the count of the rows was changed"),
    ],
)
def test_what_was_done_to_the_store_shows(store: Provenance, statement: str, fault: str) -> None:
    """If it failed, somebody could take back which message came from which, and nobody would see."""
    tampered(store, statement)
    assert fault in store.faults()


@pytest.mark.parametrize("content", ["X'ff00'", "'[]'", "'{}'", "'not json'", "'{\"derived\": 1}'"])
def test_a_row_that_is_none_of_ours_is_told_in_one_line(store: Provenance, content: str) -> None:
    """If it failed, a store that somebody damaged would end in a traceback, and not in what is wrong with it."""
    tampered(store, f"UPDATE links SET content = {content} WHERE number = 3")
    with pytest.raises(ReadError, match="row 3 is none of ours"):
        list(store.trail("c"))
    assert store.faults() == ["row 3 was changed"]


def test_a_store_that_is_not_good_is_not_exported(home: Path) -> None:
    """If it failed, our signature would stand under what somebody else wrote."""
    profile = str(home / "mine.toml")
    assert run("derive", RECEIVED, "--profile", profile, "--summary", "Mail is down").status == 0
    tampered(Provenance(home / "trail" / "provenance.db"), "UPDATE links SET content = X'00'")
    outcome = run("provenance", "export", "--profile", profile)
    assert outcome.status == 4
    assert outcome.out == ""
    assert "row 1 was changed" in outcome.err


def test_no_store_is_a_fault(tmp_path: Path) -> None:
    """If it failed, removing the file would be the way to remove the trail."""
    assert Provenance(tmp_path / "none.db").faults() == ["there is no store"]
    assert not (tmp_path / "none.db").exists()


def test_a_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    """If it failed, a broken file would end in a traceback."""
    (tmp_path / "p.db").write_bytes(b"no database" * 100)
    with pytest.raises(ReadError):
        Provenance(tmp_path / "p.db").record([link("a", "b")])


def test_an_export_is_good_until_it_is_changed(store: Provenance, key: Ed25519PrivateKey) -> None:
    """If it failed, an auditor could not tell our word from somebody else's."""
    data = exported(store.rows(), None, key, "jo", NOW)
    assert len(checked(data, key.public_key(), "export")) == 3
    for changed in (data.replace(b"Alpha", b"Omega", 1), data.replace(b'"by": "jo"', b'"by": "al"')):
        with pytest.raises(ReadError):
            checked(changed, key.public_key(), "export")
    with pytest.raises(ReadError, match="another key"):
        checked(data, Ed25519PrivateKey.generate().public_key(), "export")


@pytest.mark.parametrize("change", ["take out", "content"])
def test_a_trail_that_was_changed_before_it_was_signed_shows(store: Provenance, key: Ed25519PrivateKey, change: str) -> None:
    """If it failed, whoever has the key could sign a trail with a link missing."""
    rows = store.rows()
    rows = rows[:1] + rows[2:] if change == "take out" else [*rows[:2], replace(rows[2], content=rows[1].content)]
    with pytest.raises(ReadError):
        checked(exported(rows, None, key, "jo", NOW), key.public_key(), "export")


def test_an_export_shows_only_what_the_audit_is_about(store: Provenance, key: Ed25519PrivateKey) -> None:
    """If it failed, one audit would hand out all of our upstreams."""
    data = exported(store.rows(), {"c", "b"}, key, "jo", NOW)
    rows = checked(data, key.public_key(), "export")
    assert [json.loads(row["content"])["derived"] if "content" in row else None for row in rows] == ["b", None, "c"]


@pytest.mark.parametrize("data", [b"{}", b"[]", b"no json", b'{"export": "dragoman provenance export 1", "signature": 1}'])
def test_what_is_no_export_is_refused(key: Ed25519PrivateKey, data: bytes) -> None:
    """If it failed, a wrong file would end in a traceback."""
    with pytest.raises(ReadError):
        checked(data, key.public_key(), "export")


def test_a_key_that_others_can_read_is_refused(home: Path) -> None:
    """If it failed, anybody on the machine could sign in our name."""
    (home / "provenance.key").chmod(0o644)
    with pytest.raises(UsageError, match="others"):
        private_key(home / "provenance.key")


@pytest.mark.parametrize("read", [private_key, public_key])
def test_what_is_no_key_is_refused(tmp_path: Path, read: Any) -> None:
    """If it failed, a wrong file would end in a traceback."""
    (tmp_path / "key").write_text("no key")
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(UsageError, match="Ed25519"):
        read(tmp_path / "key")


# ---- On the command line ------------------------------------------------------------------------------------------


def derive(home: Path, *more: str, received: str = RECEIVED) -> Outcome:
    return run("derive", received, "--profile", str(home / "mine.toml"), "--summary", "Files are gone", "--by", "jo", *more)


def provenance(home: Path, *arguments: str) -> Outcome:
    return run("provenance", *arguments, "--profile", str(home / "mine.toml"))


def test_from_message_to_audit(home: Path) -> None:
    """PR-4, PR-8: if it failed, a step of the chain from what we sent to what an auditor checks would be missing."""
    one, two = home / "one.json", home / "two.json"
    assert derive(home, "--keep", "observables", "-o", str(one)).status == 0
    assert derive(home, "--to", "base", "-o", str(two), received=str(one)).status == 0
    traced = provenance(home, "trace", json.loads(two.read_text())["id"], "--json")
    steps = json.loads(traced.out)
    assert [(step["parent_sender"], step["fields"]) for step in steps] == [
        ("CSIRT of Ours", []), ("CERT of Example", ["observables"]),
    ]  # fmt: skip
    assert steps[0]["parent_id"] == steps[1]["derived"]
    audit = home / "audit.json"
    assert provenance(home, "export", steps[1]["derived"], "-o", str(audit)).status == 0
    good = run("provenance", "verify", str(audit), "--key", str(home / "provenance.pub"))
    assert (good.status, good.out) == (0, f"{audit}: good: 2 rows, 1 shown\n")
    assert provenance(home, "verify", str(audit)).status == 0


def test_a_store_that_lost_what_was_exported_shows(home: Path) -> None:
    """If it failed, an export would prove nothing about the store."""
    derive(home)
    audit = home / "audit.json"
    provenance(home, "export", "-o", str(audit))
    (home / "trail" / "provenance.db").unlink()
    derive(home)
    found = provenance(home, "verify", str(audit))
    assert (found.status, found.err) == (4, "row 1 is no longer in the store\n")


def test_nothing_is_written_that_could_not_be_recorded(home: Path) -> None:
    """PR-8: if it failed, a message would go out whose origin nobody can find."""
    (home / "trail").write_text("in the way")
    found = derive(home, "-o", str(home / "out.json"))
    assert (found.status, (home / "out.json").exists()) == (7, False)


def test_the_store_is_in_no_message(home: Path) -> None:
    """PR-8: if it failed, the parent would go out with the message."""
    found = derive(home)
    assert "8c1e3b7a-5d4f-4e55-a1d2-6e7f8a9b0c02" in provenance(home, "list").out
    assert "8c1e3b7a-5d4f-4e55-a1d2-6e7f8a9b0c02" not in found.out + found.err


def test_signing_without_the_package_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If it failed, whoever left out the extra would meet a traceback."""
    monkeypatch.setattr("dragoman.derivation.export.find_spec", lambda name: None)
    with pytest.raises(UsageError, match="cryptography"):
        private_key(home / "provenance.key")


@pytest.mark.parametrize(
    "arguments",
    [
        ("provenance", "verify"),
        ("provenance", "verify", "x.json"),
        ("provenance", "trace", "x", "--profile", ""),
        ("derive", RECEIVED),
    ],
)
def test_what_is_missing_is_told(arguments: tuple[str, ...], home: Path) -> None:
    """If it failed, a command without what it needs would guess or break."""
    given = [str(home / "mine.toml") if word == "" else word for word in arguments]
    assert run(*given).status == 2
