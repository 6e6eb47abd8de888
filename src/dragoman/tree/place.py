"""Where a fault of a JSON text stands.  Only looked for once a document is refused, so plain rather than fast."""

from __future__ import annotations

import json
import re

from dragoman.text import visible

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_KEY_OR_BRACKET = re.compile(rf"({_STRING})[ \t\r\n]*+:|{_STRING}|[\[\]{{}}]", re.DOTALL)
_STRING_OR_WORD = re.compile(rf'{_STRING}|[^\s\[\]{{}},:"]++', re.DOTALL)


def place(source: str, text: str, offset: int) -> str:
    """`source:line:column` of a character, both counted from one."""
    line = text.count("\n", 0, offset) + 1
    return f"{visible(source)}:{line}:{offset - text.rfind(chr(10), 0, offset)}"


def of_word(text: str, word: str) -> int:
    """The offset of the first number or constant that is spelled `word`; strings do not count."""
    return next((m.start() for m in _STRING_OR_WORD.finditer(text) if m[0] == word), 0)


def of_depth(text: str, depth: int) -> int:
    """The offset of the first bracket that opens level `depth + 1`."""
    level = 0
    for found in _KEY_OR_BRACKET.finditer(text):
        level += (found[0] in "[{") - (found[0] in "]}")
        if level > depth:
            return found.start()
    return 0


def of_second_key(text: str) -> tuple[str, int]:
    """The first key that its object already has, and its offset.  Keys are compared after unescaping."""
    seen: list[set[str]] = [set()]
    for found in _KEY_OR_BRACKET.finditer(text):
        if found[0] in "[{":
            seen.append(set())
        elif found[0] in "]}":
            seen.pop()
        elif found[1] is not None:
            key = json.loads(found[1])
            if key in seen[-1]:
                return key, found.start()
            seen[-1].add(key)
    return "", 0
