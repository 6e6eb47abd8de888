"""What a JSON text would cost, told from its bytes before anything is built or recursed into.

Each function is linear and works by passes of C over the whole text.  They hold for text that is no JSON too: up to
its first fault they see what the decoder sees, and the decoder does not go past that.
"""

from __future__ import annotations

import re
from functools import cache

_AFTER_BACKSLASH = b'"\\/bfnrtu'
_QUOTED = re.compile(rb'"[^"]*+"')
_SQUARE = bytes.maketrans(b"{}", b"[]")
_MAYBE_HALF = re.compile(r"\\u[dD]")
_HALVES = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


def outside_strings(data: bytes, keep: bytes) -> bytes:
    """The bytes of `keep` that stand outside the strings of a JSON text, in order."""
    kept = _quotes_and(data, keep)
    # Two quotes side by side may close one string and open the next: taking both away still leaves every other byte
    # inside or outside, as it was.
    return _QUOTED.sub(b"", kept.replace(b'""', b""))


def _quotes_and(data: bytes, keep: bytes) -> bytes:
    """The bytes of `keep`, inside strings too, and the quotes that open or close a string."""
    if b"\\" in data:
        # Thinned out first, but not of what may follow a backslash: nothing may move up behind one.
        data = data.translate(None, _all_but(keep + b'"' + _AFTER_BACKSLASH))
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    return data.translate(None, _all_but(keep + b'"'))


@cache
def _all_but(keep: bytes) -> bytes:
    return bytes(set(range(256)) - set(keep))


def deeper_than(data: bytes, limit: int) -> bool:
    """Whether objects and lists nest deeper than `limit`, by taking the innermost pairs away again and again."""
    if len(data) <= limit:
        return False
    brackets = outside_strings(data, b"[]{}").translate(_SQUARE)
    for depth in range(limit + 1):
        rest = brackets.replace(b"[]", b"")
        if len(rest) == len(brackets):
            # Brackets that nothing closes count as well: the decoder goes into them before it knows.
            return depth + rest.count(b"[") > limit
        brackets = rest
    return True


def more_values_than(data: bytes, limit: int) -> bool:
    """Whether there are more members and items than `limit`: each follows a comma or an opening bracket."""
    if len(data) <= 2 * limit:  # a value takes a byte as well
        return False
    kept = _quotes_and(data, b",[{")
    # A member has a key and may have a text: four quotes.  More need no closer look, which would cost memory.
    return kept.count(b'"') > 4 * limit + 2 or values(data) > limit


def values(data: bytes) -> int:
    """How many members and items there are: each follows a comma or an opening bracket."""
    return len(outside_strings(data, b",[{"))


def may_hold_longer(data: bytes, limit: int) -> bool:
    """Whether a key or a text may have more characters than `limit`: where no quote is escaped, the bytes between two
    quotes show that none has."""
    if len(data) <= limit:
        return False
    return b'\\"' in data or re.search(rb'"[^"]{%d}' % (limit + 1), data) is not None


def half_character(text: str) -> int | None:
    r"""The offset of the first escaped half of a character (\ud83d without its \ude00), if there is one."""
    if "\\" not in text or not _MAYBE_HALF.search(text):
        return None
    return next((found.start() for found in _HALVES.finditer(text) if found[1]), None)
