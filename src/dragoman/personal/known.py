"""Values that stand in a field of personal data, found again in any text, whatever the capitals and the spaces.

A text is read once, word by word; how many values are looked for does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dragoman.personal.spans import Span

ALONE = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"  # scripts without spaces between words
TOKEN = re.compile(rf"[{ALONE}]|(?:(?![{ALONE}])\w)+|[^\w\s]")
SHORTEST = 3  # a shorter value says nothing by itself and stands in every text
FEWEST_DIGITS = 7  # nor does a short number: a port, a line, a count
LONGEST = 64  # tokens: a longer value is a text, not a name


@dataclass(slots=True)
class Node:
    """A place in the tree of values: what may follow, and the value that ends here."""

    then: dict[str, Node] = field(default_factory=dict)
    ends: tuple[str, str, str] | None = None  # kind, value, why


@dataclass(slots=True)
class Known:
    """The values that are looked for."""

    root: Node = field(default_factory=Node)

    def add(self, value: str, kind: str, why: str, surname: bool = False) -> None:
        """A value, and the other ways to write it.  surname: its last word is one, and is looked for as well."""
        self._add(value, value, kind, why)
        said = value.split()
        if kind == "name" and len(said) > 1 and "," not in value:
            first, last = " ".join(said[:-1]), said[-1]
            self._add(f"{last}, {first}", value, kind, why)
            self._add(f"{last} {first}", value, kind, why)
            if surname:
                self._add(last, last, kind, why)

    def _add(self, text: str, value: str, kind: str, why: str) -> None:
        tokens = TOKEN.findall(text.casefold())
        short = len(text.strip()) < SHORTEST and not re.search(f"[{ALONE}]", text)
        if not tokens or short or len(tokens) > LONGEST or (text.isdigit() and len(text) < FEWEST_DIGITS):
            return
        node = self.root
        for token in tokens:
            node = node.then.setdefault(token, Node())
        node.ends = node.ends or (kind, value, why)

    def found(self, text: str) -> Iterator[Span]:
        """Where the values stand in a text: the longest at each place."""
        if not self.root.then or self.root.then.keys().isdisjoint(TOKEN.findall(text.casefold())):
            return
        places = [(found[0].casefold(), found.start(), found.end()) for found in TOKEN.finditer(text)]
        end = 0
        for number, (token, start, _) in enumerate(places):
            if start >= end and token in self.root.then and (span := self._from(text, places, number)) is not None:
                end = span.end
                yield span

    def _from(self, text: str, places: list[tuple[str, int, int]], first: int) -> Span | None:
        node, start, best = self.root, places[first][1], None
        for token, _, end in places[first : first + LONGEST]:
            if token not in node.then:
                break
            node = node.then[token]
            if node.ends and _as_written(node.ends, text[start:end]):
                kind, value, why = node.ends
                best = Span(start, end, kind, "likely", why, value)
        return best


def _as_written(ends: tuple[str, str, str], text: str) -> bool:
    """Whether a single word is the name and not the noun: Young, not young."""
    kind, value, _ = ends
    return kind != "name" or " " in value or text == value or text.isupper()
