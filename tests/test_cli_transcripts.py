"""The transcripts in tests/cli/*.md: commands and what they print.

A block begins with `% dragoman …`.  Lines up to `^D`, if it has one, are standard input; the others are what is
expected: standard output, then standard error after `2> `, then `=> STATUS` unless it is 0.  `% cat FILE` shows what a
command wrote.  The formats are those of `toys`, or ours where the transcript begins with `<!-- our formats -->`.
`pytest tests/test_cli_transcripts.py --accept` writes down what is printed now; read the difference before you commit it.
"""

from __future__ import annotations

import contextlib
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from unittest.mock import patch
from uuid import UUID

import pytest

import toys
from runner import Outcome, run

HOME = Path(__file__).parent / "cli"
OURS = "<!-- our formats -->"
BLOCK = re.compile(r"(?<=^```\n)% .*?(?=^```$)", re.MULTILINE | re.DOTALL)


def replayed(transcript: str) -> str:
    """The transcript with what its commands print now, run one after the other in a folder of their own."""
    formats = contextlib.nullcontext() if transcript.startswith(OURS) else toys.installed()
    with tempfile.TemporaryDirectory() as name, formats, patch("uuid.uuid4", side_effect=_numbered()):
        folder = Path(name) / "files"
        shutil.copytree(HOME / "files", folder)
        with contextlib.chdir(folder):
            return BLOCK.sub(lambda block: _replayed(block[0]), transcript)


def _numbered() -> Iterator[UUID]:
    """Ids in place of random ones, so that a transcript can be compared."""
    return (UUID(int=number, version=4) for number in count(1))


def _replayed(block: str) -> str:
    head, _, _ = block.rpartition("^D\n")
    command, _, stdin = (head or block).partition("\n")
    shown = command + "\n" + (f"{stdin}^D\n" if head else "")
    return shown + _told(_outcome(command[2:], stdin if head else ""))


def _outcome(command: str, stdin: str) -> Outcome:
    program, *arguments = shlex.split(command)
    if program == "cat":
        return Outcome(0, "".join(Path(name).read_text("utf-8") for name in arguments), "")
    assert program == "dragoman", command
    return run(*arguments, stdin=stdin)


def _told(outcome: Outcome) -> str:
    lines = [line.rstrip() for line in outcome.out.splitlines()]
    lines += [f"2> {line}".rstrip() for line in outcome.err.splitlines()]
    lines += [f"=> {outcome.status}"] if outcome.status else []
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize("name", sorted(path.name for path in HOME.glob("*.md")))
def test_the_command_line_prints_what_the_transcript_says(name: str, accept: bool) -> None:
    transcript = (HOME / name).read_text("utf-8")
    now = replayed(transcript)
    if accept:
        (HOME / name).write_text(now, "utf-8")
    assert accept or now == transcript
