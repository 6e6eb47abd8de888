"""What has to be done to an incident, by place: what goes whole, what a text says instead, what a member is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from dragoman.personal.find import Finding
from dragoman.personal.places import Path
from dragoman.personal.pseudonym import BLANK, PLAIN, Pseudonyms
from dragoman.personal.rows import words

Piece: TypeAlias = tuple[int, int, str]


@dataclass(slots=True)
class Edits:
    """gone: paths that go whole.  texts: new values.  pieces, keys: stretches of a text, of the name of a member, and what
    stands there instead.  on_the_way: every path that leads to one of these."""

    gone: set[Path] = field(default_factory=set)
    texts: dict[Path, str] = field(default_factory=dict)
    pieces: dict[Path, list[Piece]] = field(default_factory=dict)
    keys: dict[Path, list[Piece]] = field(default_factory=dict)
    on_the_way: set[Path] = field(default_factory=set)

    def add(self, one: Finding, pseudonyms: Pseudonyms | None) -> None:
        """What a finding asks for."""
        pseudonym = None
        if one.treatment == "pseudonymise" and pseudonyms is not None:
            pseudonym = ", ".join(pseudonyms.of(one.kind, value) for value in one.several or (one.value,))
        if one.leaf is not None and pseudonym is not None:
            self.texts[one.leaf] = pseudonym
        elif one.leaf is not None or (pseudonym is None and one.where in words("whole")):
            self.gone.add(one.path)
        else:
            plain = one.of_key or one.of_id or one.where in words("plain")
            said = pseudonym or (PLAIN if plain else BLANK)
            (self.keys if one.of_key else self.pieces).setdefault(one.path, []).append((one.start, one.end, said))
        for path in (one.path, one.leaf or ()):
            self.on_the_way |= {path[:length] for length in range(len(path) + 1)}


def edits(found: Sequence[Finding], pseudonyms: Pseudonyms | None) -> Edits:
    """What all findings ask for."""
    made = Edits()
    for one in found:
        made.add(one, pseudonyms)
    return made


def applied(text: str, pieces: Sequence[Piece]) -> str:
    """A text with other words in some stretches, which lie apart."""
    out, end = [], 0
    for start, stop, said in sorted(pieces):
        out += [text[end:start], said]
        end = stop
    return "".join([*out, text[end:]])
