"""The whole way on the command line: a provider packs, a web server serves, a subscriber unpacks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dragoman import read, write
from dragoman.attachments.merge import equal
from https_server import Site, certificates, serving
from runner import run

SOURCE = Path(__file__).parents[1] / "fixtures" / "cases" / "phishing" / "iodef-2.xml"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


@pytest.fixture
def profiles(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the profiles of both sides."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "provider.toml").write_text('[store]\npath = "out"\n[agreements.acme]\nformats = ["iodef-2", "stix-2.1"]\n')
    (tmp_path / "subscriber.toml").write_text(
        f'[agreements.provider]\nformats = ["stix-2.1"]\nhosts = ["{site.host}"]\ntoken_env = "PROVIDER_TOKEN"\n'
        f'[fetch]\nca_file = "{certificates()[0]}"\nprivate_hosts = ["{site.host}"]\n'
    )
    return tmp_path


def test_pack_serve_unpack(site: Site, profiles: Path) -> None:
    """If it failed, the two commands would not belong together."""
    made = run("pack", str(SOURCE), "--for", "acme", "--profile", "provider.toml", "--base-uri", f"{site.uri}/i")
    assert made.status == 0, made.err
    for file in (profiles / "out" / "public").iterdir():
        site.pages[f"/i/{file.name}"] = file.read_bytes()
    token = [("PROVIDER_TOKEN", "s3cret")]
    arguments = ["unpack", made.out.strip(), "--from-partner", "provider", "--profile", "subscriber.toml", "-t", "iodef-2"]
    done = run(*arguments, "-o", "back.xml", environment=token)
    assert done.status == 0, done.err
    assert "attachment in iodef-2: left: iodef-2 was not agreed on" in done.err
    assert "attachment in stix-2.1: read" in done.err
    assert [seen.headers["authorization"] for seen in site.seen] == ["Bearer s3cret"]
    back = read((profiles / "back.xml").read_bytes())[0]
    assert [about.format for about in back.attachments] == ["iodef-2"]
    back.attachments = ()
    assert equal(back, read(SOURCE.read_bytes())[0])
    site.pages.clear()
    again = run(*arguments, environment=token)
    assert again.status == 0, "what came once is taken from the cache"
    assert len(list((profiles / "attachments" / "received" / "blobs").iterdir())) == 1


def test_a_refusal_is_one_line_and_status_6(site: Site, profiles: Path) -> None:
    made = run("pack", str(SOURCE), "-a", "stix-2.1", "--base-uri", site.uri, "-q")
    done = run(
        "unpack", made.out.strip(), "--from-partner", "provider", "--profile", "subscriber.toml",
        "-q", "-o", "m.json", "--json",
        environment=[("PROVIDER_TOKEN", "s3cret")],
    )  # fmt: skip
    assert (done.status, done.err) == (6, "")
    told = json.loads(done.out)
    assert told["attachments"][0]["state"] == "refused"
    assert told["attachments"][0]["reason"] == "the server answered 404"
    assert json.loads((profiles / "m.json").read_text())["attachments"][0]["format"] == "stix-2.1"


def test_without_the_credential_nothing_is_tried(site: Site, profiles: Path) -> None:
    made = run("pack", str(SOURCE), "-a", "stix-2.1", "--base-uri", site.uri, "-q")
    done = run("unpack", made.out.strip(), "--from-partner", "provider", "--profile", "subscriber.toml")
    assert done.status == 2
    assert "PROVIDER_TOKEN is not set" in done.err
    assert site.seen == []


def test_pack_says_for_machines_what_it_wrote(profiles: Path) -> None:
    made = run("pack", str(SOURCE), "-a", "stix-2.1", "-a", str(SOURCE), "--base-uri", "https://f.example", "--json", "-q")
    [message] = json.loads(made.out)
    written = json.loads(Path(message["message"]).read_text())
    assert written["attachments"] == [
        {key: value for key, value in item.items() if key != "part"} for item in message["attachments"]
    ]
    assert {loss["kind"] for loss in message["losses"]} == {"defaulted"}


def several(folder: Path, *levels: str) -> str:
    """A file of messages of these levels, which their summaries say as well."""
    one = json.loads(write(read(SOURCE.read_bytes()), "base"))
    messages = [
        one | {"id": f"{n:08}-f8d0-41d3-ba46-27d986094ac3", "summary": word, "tlp": {"schema": "US-CERT", "value": word}}
        for n, word in enumerate(levels)
    ]
    (folder / "several.json").write_text(json.dumps(messages))
    return "several.json"


def test_unless_all_may_go_nothing_is_written(profiles: Path) -> None:
    """If it failed, a part of the file would be out, and nobody would have been told which."""
    acme = profiles / "provider.toml"
    acme.write_text(acme.read_text().replace("[agreements.acme]", '[agreements.acme]\nmax_tlp = "AMBER"'))
    file = several(profiles, "Green", "Red")
    made = run("pack", file, "--for", "acme", "--profile", "provider.toml", "--base-uri", "https://f.example")
    assert (made.status, made.out) == (3, "")
    assert made.err.startswith("dragoman: /1: nothing of the incident may pass: TLP:RED")
    assert not (profiles / "outbox").exists()
    assert run("store", "list", "--profile", "provider.toml").out == ""


def test_two_incidents_with_one_id_are_two_messages(profiles: Path) -> None:
    """If it failed, the second would be written over the first, and one incident be lost in silence."""
    [one] = json.loads((profiles / several(profiles, "Green")).read_text())
    (profiles / "several.json").write_text(json.dumps([one, one | {"summary": "another"}]))
    made = run("pack", "several.json", "-a", "misp", "--embed", "zip", "-q")
    said = [json.loads(run("unpack", name, "-q").out)["summary"] for name in made.out.splitlines()]
    assert said == ["Green", "another"]


def test_a_policy_is_explained_for_each_of_several_incidents(profiles: Path) -> None:
    """If it failed, nobody could tell of which incident a value is withheld, nor ask for the level that is shown."""
    shown = run("policy", "explain", several(profiles, "Green", "Amber"), "--for", "members", "--json")
    levels = {row["path"].split("/")[1]: row["level"] for row in json.loads(shown.out) if row["path"].endswith("/summary")}
    assert levels == {"0": "GREEN", "1": "AMBER+STRICT"}
    assert " AMBER+STRICT " in run("policy", "explain", "several.json", "--for", "members").out


def test_what_was_packed_can_be_listed_and_taken_back(profiles: Path) -> None:
    run("pack", str(SOURCE), "--for", "acme", "--profile", "provider.toml", "--base-uri", "https://f.example", "-q")
    listed = json.loads(run("store", "list", "--profile", "provider.toml", "--json").out)
    assert [entry["format"] for entry in sorted(listed, key=lambda entry: entry["format"])] == ["iodef-2", "stix-2.1"]
    gone = run("store", "remove", listed[0]["name"], "--profile", "provider.toml")
    assert gone.out.startswith(f"removed {listed[0]['name']}")
    assert listed[0]["name"] not in run("store", "list", "--profile", "provider.toml").out
    assert [file.name for file in (profiles / "out" / "public").iterdir()] == [listed[1]["name"]]


def test_a_subject_cannot_begin_another_header(profiles: Path) -> None:
    made = run("pack", str(SOURCE), "-a", "stix-2.1", "--embed", "mime", "--subject", "a\r\nBcc: b@example.com")
    assert made.status == 2
    assert made.err.startswith("dragoman: the subject of a mail is one line of text")
    assert not list((profiles / "outbox").glob("*.eml"))
