"""What reaches a terminal or a log: nothing hidden, nothing acted on, one line."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.text import visible

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("two\nlines\r\n", r"two\nlines\r\n"),
        ("a\tb\x00\x07\x7f", r"a\tb\x00\x07\x7f"),
        ("\x9b31m", r"\x9b31m"),
        ("\u202egpj.exe\u202c", r"\u202egpj.exe\u202c"),
        ("\u2066x\u2069\u200f", r"\u2066x\u2069\u200f"),
        ("in\u200bvis\ufeffible\u00ad", r"in\u200bvis\ufeffible\xad"),
        ("\U000e0041\U000e007f", r"\U000e0041\U000e007f"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\ud83d!", r"\ud83d!"),
        ("\u3164\u115f\u034f\ufe00\U000e0100", r"\u3164\u115f\u034f\ufe00\U000e0100"),
        ("\uffff\U0010ffff\ue000", r"\uffff\U0010ffff\ue000"),
    ],
)
def test_the_hidden_is_shown(hostile: str, shown: str) -> None:
    """If this fails, an attacker's string can move the cursor, forge a line or reverse the text of a message."""
    assert visible(hostile) == shown


@pytest.mark.parametrize(
    "plain", ["", "plain", "naïve café", "日本語", "عربي", "😀", "l'été\u00a0: 5\u202f%", "❤\ufe0f"]
)
def test_what_is_drawn_stays(plain: str) -> None:
    """If this fails, ordinary text in any language becomes unreadable in messages."""
    assert visible(plain) == plain


@given(ANY_TEXT, st.integers(1, 300))
def test_always_one_short_printable_line(s: str, limit: int) -> None:
    """If this fails, some string breaks out of its line, or floods the terminal."""
    shown = visible(s, limit)
    assert len(shown) <= limit
    assert len(shown.splitlines()) <= 1
    assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in shown)
    shown.encode("utf-8")


def test_a_long_text_ends_in_an_ellipsis() -> None:
    """If this fails, the reader cannot tell a cut text from a whole one."""
    assert visible("x" * 201) == "x" * 199 + "…"
    assert visible("x" * 200) == "x" * 200


def test_an_escape_is_never_cut_in_half() -> None:
    r"""If this fails, a cut `\x1b` shows as `\x1`, which names another character."""
    assert visible("ab\x1b\x1b", 8) == r"ab\x1b…"


def test_a_huge_text_is_cut_before_it_is_read() -> None:
    """If this fails, an error about a text of 10 MiB takes seconds to print."""
    assert visible("\x1b" * (10 * 2**20), 10) == r"\x1b\x1b…"
