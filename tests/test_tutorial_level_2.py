"""The tutorial of Level 2 is true: its package is installed, its commands are run, and they print what it shows."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from stranger import TUTORIALS, installed, run

TUTORIAL = TUTORIALS / "first-level-2-message.md"
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each command of the tutorial prints, one run after the other."""
    home = installed(TUTORIAL, tmp_path_factory.mktemp("desk"))
    return {command: _printed(home, command) for command, _ in commands()}


def commands() -> list[tuple[str, str]]:
    """Every command with what the tutorial shows below it; what installs the package has been done."""
    text = "".join(CONSOLE.findall(TUTORIAL.read_text("utf-8")))
    blocks = [block.partition("\n") for block in text.split("$ ") if block]
    return [(command, shown) for command, _, shown in blocks if not command.startswith("pip")]


def _printed(home: Path, command: str) -> str:
    program, *arguments = shlex.split(command)
    if program == "cat":
        return "".join((home / name).read_text("utf-8") for name in arguments)
    assert program == "dragoman"
    return run(home, "-m", "dragoman", *arguments)


def test_every_command_prints_what_is_shown(walked: dict[str, str]) -> None:
    """A reader who sees something else believes to have done something wrong; … stands for what differs each time."""
    for command, shown in commands():
        pattern = re.escape(shown).replace("…", ".*")
        assert not shown or re.fullmatch(pattern, walked[command].rstrip("\n") + "\n"), walked[command]


def test_the_message_says_what_was_agreed_and_no_more(walked: dict[str, str]) -> None:
    [text] = [printed for command, printed in walked.items() if command.startswith("cat")]
    message = json.loads(text)
    assert message["summary"] == "Stolen laptop with a customer list"
    assert message["liaison"]["name"] == "Service Desk of Example"
    assert message["tlp"] == {"schema": "US-CERT", "value": "Amber"}
    assert message["impact"] == 0.9
    assert [item["format"] for item in message["attachments"]] == ["stix-2.1"]
    assert re.fullmatch(r"https://files\.desk\.example/i/[0-9a-f]{64}", message["attachments"][0]["uri"])
    assert "Kari" not in text
    assert "4711" not in text


def test_what_acme_sees_is_the_ticket_without_what_is_ours(walked: dict[str, str]) -> None:
    [text] = [printed for command, printed in walked.items() if "--to desk" in command]
    ticket = json.loads(TUTORIAL.read_text("utf-8").split('title="ticket.json"\n')[1].split("```")[0])
    seen = json.loads(text)
    ours = {"handled_by", "cost_centre"}
    assert {name: seen.get(name) for name in ticket} == {name: None if name in ours else ticket[name] for name in ticket}
    assert "Kari" not in text
