"""STIX patterns of values: made and read by one template, such as "file:hashes.MD5 = '$1'" (STIX 2.1 section 9)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dragoman_misp.values import CODECS

SLOT = re.compile(r"'\$(\w+)'|\$(\w+)(?: ([a-z-]+))?")
LITERAL = r"'((?:[^'\\]|\\.)*)'"
NUMBER = r"'?(0|[1-9][0-9]{0,9})'?"  # some write a number as a text
LONGEST = 100_000  # characters of a pattern that we look into
PLACES = {"1": 0, "2": 1, "data": 2, "kind": 3}
KIND = 3


def escaped(value: str) -> str:
    """A value between the quotes of a pattern (section 9.2)."""
    return value.replace("\\", "\\\\").replace("'", "\\'") if "\\" in value or "'" in value else value


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL) if "\\" in text else text


class Template:
    """A pattern with slots: '$1', '$2' and '$data' are texts, $1 is a number, $kind the type of an address."""

    __slots__ = ("_pieces", "_shape", "_slots", "example")

    def __init__(self, text: str) -> None:
        self.example = SLOT.sub(lambda slot: "''" if slot[1] else "0", f"[{text}]")
        found = SLOT.findall(f"[{text}]")
        pieces = SLOT.sub("\0", f"[{text}]").split("\0")
        self._slots = [(PLACES[quoted or bare], CODECS[codec or "integer"] if bare else None) for quoted, bare, codec in found]
        shapes = [*(LITERAL if quoted else NUMBER for quoted, _, _ in found), ""]
        self._shape = re.compile("".join(map(str.__add__, map(re.escape, pieces), shapes)), re.DOTALL)
        self._pieces = _quoted(pieces, [bool(quoted) for quoted, _, _ in found])

    def filled(self, sides: Sequence[str], kind: str = "") -> str:
        """The pattern that finds a value of these sides.  Raises Unfit when a number is none."""
        found = [self._pieces[0]]
        for (place, codec), piece in zip(self._slots, self._pieces[1:], strict=True):
            value = kind if place == KIND else sides[place]
            found += (escaped(value) if codec is None else str(codec[0](value)), piece)
        return "".join(found)

    def read(self, pattern: str) -> dict[int, str] | None:
        """The sides of a value that a pattern looks for; None when it is another one, or a side is two things."""
        match = self._shape.fullmatch(pattern) if len(pattern) < LONGEST else None
        if match is None:
            return None
        found: dict[int, str] = {}
        for (place, codec), text in zip(self._slots, match.groups(), strict=True):
            value = unescaped(text) if codec is None else codec[1](int(text))
            if found.setdefault(place, value) != value:
                return None
        found.pop(KIND, None)
        return found


def _quoted(pieces: list[str], quotes: list[bool]) -> list[str]:
    """The fixed pieces of a pattern, with the quotes that stand around the slots between them."""
    marks = ["'" if quoted else "" for quoted in quotes]
    return ["".join(piece) for piece in zip(["", *marks], pieces, [*marks, ""], strict=True)]
