"""Every code that a document can meet is explained, and every explanation is of a code that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dragoman import errors
from dragoman.codes import CODES, explained
from dragoman.errors import DragomanError, UsageError

ROOT = Path(__file__).parents[1]
LOSS = re.compile(r'"(D\d{3})"')


def used() -> set[str]:
    files = [
        file for folder in ("src", "adapters") for file in (ROOT / folder).rglob("*.py") if file.name != "codes.py"
    ]
    return {code for file in files for code in LOSS.findall(file.read_text("utf-8"))}


def test_every_code_in_the_source_is_explained() -> None:
    assert used() - CODES.keys() == set()


def test_no_explanation_is_of_a_code_that_nobody_uses() -> None:
    assert {code for code in CODES if code.startswith("D")} - used() == set()


def test_every_exit_status_is_explained() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DragomanError)]
    assert {f"E{kind.exit_status}" for kind in kinds} <= CODES.keys()


def test_a_code_is_found_however_it_is_written() -> None:
    assert explained(" d101 ")[0] == "D101"
    assert explained("4")[0] == "E4"
    with pytest.raises(UsageError, match="no code"):
        explained("D999")


@pytest.mark.parametrize("code", CODES)
def test_an_entry_says_what_and_what_to_do_in_sentences(code: str) -> None:
    entry = CODES[code]
    assert entry.meaning.endswith(".")
    assert entry.fix.endswith(".")
    assert not entry.title.endswith(".")
