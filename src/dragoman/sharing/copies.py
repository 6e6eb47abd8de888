"""Finds copies of values that were taken out, however they are written, in what is left.

A copy may be in other letters (case, width, accents composed otherwise, invisible characters between), made harmless for
readers (evil[.]example), or encoded: in percent, base64, hexadecimal, in the escapes of JSON or XML, as an ACE name.
"""

from __future__ import annotations

import base64
import html
import json
import re
import unicodedata
from binascii import Error
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

from dragoman.mapping.yaml import shipped

SHORTEST = 4  # a shorter value ("high", "22") is no secret by itself, and stands in every text
WITHHELD = "[withheld]"
WORD = re.compile(r"[^\W_]+")
SCHEMES = frozenset({"http", "https"})  # no word to know an address by, and written in many ways


@cache
def facts() -> dict[str, Any]:
    """What `mappings/sharing/copies.yaml` says."""
    found: dict[str, Any] = shipped("sharing/copies.yaml")
    return found


class Copies:
    """Looks for some secrets in texts.  numbers: secrets that are copies in prose only, for other values hold many."""

    def __init__(self, secrets: Iterable[str], numbers: Iterable[str] = ()) -> None:
        self._by_word: dict[str, list[tuple[re.Pattern[str], bool]]] = {}
        marked = [(text, False) for text in secrets] + [(text, True) for text in numbers]
        for text, is_number in sorted(marked, key=lambda pair: (-len(pair[0]), pair)):
            plain = _plain(_armed(text))
            words = [word for word in WORD.findall(plain.casefold()) if word not in SCHEMES]
            if len(plain) >= SHORTEST and words:
                self._by_word.setdefault(max(words, key=len), []).append((_spelled(plain), is_number))

    def __bool__(self) -> bool:
        return bool(self._by_word)

    def blanked(self, text: str, prose: bool) -> str | None:
        """A text without the copies in it; None when there are none.  Only what is prose can hold numbers."""
        plain, found = _plain(text), False
        for pattern in self._near(plain, prose):
            plain, count = pattern.subn(WITHHELD, plain)
            found = found or count > 0
        for way in WAYS:
            if way.sign in plain.lower():
                plain, count = self._decoded(plain, prose, way)
                found = found or count > 0
        return plain if found else None

    def _near(self, plain: str, prose: bool) -> Iterator[re.Pattern[str]]:
        """The patterns whose longest word stands in a text: a document may have thousands of secrets and of texts."""
        words = dict.fromkeys(WORD.findall(plain.casefold()))
        yield from (p for word in words for p, number in self._by_word.get(word, ()) if prose or not number)

    def _decoded(self, plain: str, prose: bool, way: Way) -> tuple[str, int]:
        """A text in which words that say a secret when they are decoded are blanked, and how many there were.

        What they say only together goes whole.
        """
        count = 0

        def replaced(match: re.Match[str]) -> str:
            nonlocal count
            held = way.sign in match[0].lower() and self._says(way.decode(match[0]), prose)
            count += held
            return WITHHELD if held else match[0]

        left = way.words.sub(replaced, plain)
        return (WITHHELD, count + 1) if way.whole and self._says(way.decode(left), prose) else (left, count)

    def _says(self, text: str | None, prose: bool) -> bool:
        plain = _plain(text or "")
        return any(pattern.search(plain) for pattern in self._near(plain, prose))


def _plain(text: str) -> str:
    """A text without what two spellings may differ in and nobody sees; case stays, for the text goes on being read."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")


def _armed(text: str) -> str:
    """A text as it was before somebody made it harmless."""
    for real, others in facts()["spellings"].items():
        for other in sorted(others, key=len, reverse=True):
            if not other.isspace() and other.strip() == other:
                text = text.replace(other, real)
    return text


@cache
def _steps() -> tuple[re.Pattern[str], dict[str, str]]:
    """What of a text has several spellings, and the pattern for each."""
    known: dict[str, list[str]] = facts()["spellings"]
    longest = sorted(known, key=len, reverse=True)
    ways = {real: "(?:" + "|".join(map(re.escape, others)) + ")" for real, others in known.items()}
    return re.compile("|".join(map(re.escape, longest)), re.IGNORECASE), ways | {" ": r"\s+"}


def _spelled(text: str) -> re.Pattern[str]:
    """A pattern for a text in all its spellings, where it is no part of a longer word."""
    special, ways = _steps()
    made, at = "", 0
    for match in special.finditer(text):
        made += re.escape(text[at : match.start()]) + ways[match[0].lower()]
        at = match.end()
    made += re.escape(text[at:])
    before = r"(?<!\w)" if text[0].isalnum() else ""
    after = r"(?!\w)" if text[-1].isalnum() else ""
    return re.compile(before + made + after, re.IGNORECASE)


def _of_base64(token: str) -> str | None:
    data = token.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(data[: len(data) - (len(data) % 4 == 1)] + "===", validate=False).decode("utf-8", "ignore")
    except (Error, ValueError):
        return None


def _of_hex(token: str) -> str | None:
    digits = token.replace("\\x", "")
    return bytes.fromhex(digits[: len(digits) // 2 * 2]).decode("utf-8", "ignore")


def _of_ace(token: str) -> str | None:
    try:
        return token.lower().encode("ascii").decode("idna")
    except UnicodeError:
        return None


def _of_json(token: str) -> str | None:
    try:
        said = json.loads(f'"{token}"')
    except ValueError:
        return None
    return said if isinstance(said, str) else None


@dataclass(frozen=True, slots=True)
class Way:
    """How a text may be encoded: what shows that it is, the words that are, and whether they can be so in a row."""

    decode: Callable[[str], str | None]
    sign: str = ""
    words: re.Pattern[str] = re.compile(r"[^\s\"<>]+")  # takes no longer than its text is long, like all of these
    whole: bool = True


WAYS = (
    Way(unquote, "%"),
    Way(html.unescape, "&"),
    Way(_of_json, "\\"),
    Way(_of_ace, "xn--", re.compile(r"[\w.-]+", re.ASCII), False),
    Way(_of_hex, "", re.compile(r"(?<!\w)(?:[0-9A-Fa-f]{2}){4,}(?!\w)", re.ASCII), False),
    Way(_of_hex, "\\x", re.compile(r"(?:\\x[0-9A-Fa-f]{2}){4,}", re.ASCII), False),
    Way(_of_base64, "", re.compile(r"[A-Za-z0-9+/_-]{6,}={0,2}", re.ASCII), False),
)
