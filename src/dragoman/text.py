"""Text from a document, made safe to show: on a terminal, in a log, inside an error message."""

from __future__ import annotations

import re
from unicodedata import category

# Format (bidi, zero-width, tags), line and paragraph separators, controls, surrogates and code points without a
# character all have a general category that says so.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"})

# Letters and marks that are drawn as nothing, as the Unicode property Default_Ignorable_Code_Point lists them, and the
# empty braille pattern.  U+FE0F stays: it only picks the emoji form of a character.
_HIDDEN_LETTERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0e\uffa0\U000e0100-\U000e01ef]"
)


def visible(s: str, limit: int = 200) -> str:
    r"""One line of at most `limit` characters in which nothing hides and nothing acts on a terminal.

    Controls, escape codes, bidi, tag, zero-width and other undrawn characters and lone surrogates become escapes as
    Python writes them (\x1b, \u202e); what does not fit ends in an ellipsis.  Raises nothing.
    """
    if len(s) <= limit and s.isascii() and s.isprintable():
        return s
    # Each character gives at least one, so no more than these can be shown.
    shown = [_shown(c) for c in s[: limit + 1]]
    whole = "".join(shown)
    return whole if len(whole) <= limit else _cut(shown, limit)


def _shown(character: str) -> str:
    """The character itself if it is drawn, its escape if not."""
    if category(character) in _HIDDEN_CATEGORIES or _HIDDEN_LETTERS.match(character):
        return character.encode("unicode_escape").decode("ascii")
    return character


def _cut(shown: list[str], limit: int) -> str:
    """As many whole pieces as leave room for the ellipsis: half an escape would mislead."""
    room = limit - 1
    for count, piece in enumerate(shown):
        room -= len(piece)
        if room < 0:
            return "".join(shown[:count]) + "…"
    return "".join(shown)
