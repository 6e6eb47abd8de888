"""One document, there and back: what came back, what the report says of it, or why it was refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from dragoman import Context, DragomanError, report, translate
from dragoman.limits import UNLIMITED
from dragoman.translate import Translation
from dragoman.tree.leaves import Leaf, leaves, returned

LARGE = 500_000  # bytes above which a report takes too long for a table
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Trip:
    """How one document fared on the way to another format and back.

    first: the first leaf that is missing, or else was added.  refused: the message; then nothing else is known.
    kinds: what the report says of the leaves; `told` of them, `literal` letter by letter in what is not carried.
    """

    own: str
    other: str
    file: str
    leaves: int = 0
    kept: int = 0
    added: int = 0
    first: str = ""
    refused: str = ""
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def whole(self) -> bool:
        return not self.refused and not self.added and self.kept == self.leaves


def context(**settings: object) -> Context:
    """A context whose clock stands still: what is filled in from the clock is no difference."""
    return Context(now=lambda: NOW, **settings)  # type: ignore[arg-type]


def trip(own: str, other: str, file: Path, native: bool = False) -> Trip:
    """A document of one format to another and back.  native: ask the report, which costs some more translations."""
    data = file.read_bytes()
    try:
        there = translate(data, other, own, context())
        back = translate(there.data, own, other, context())
        found = returned(leaves(data, UNLIMITED), leaves(back.data, UNLIMITED))
        kinds = told(data, there) if native and len(data) < LARGE else Counter[str]()
    except DragomanError as error:
        return Trip(own, other, file.name, refused=str(error))
    except Exception as error:  # a fault of ours must stand in the table, and must not cost the other documents theirs
        return Trip(own, other, file.name, refused=f"a fault of ours: {type(error).__name__}: {error}")
    return Trip(own, other, file.name, found.leaves, found.kept, len(found.added), first(found.missing, found.added), "", kinds)


def first(missing: list[Leaf], added: list[Leaf]) -> str:
    """The first leaf that differs, for a line of text."""
    for word, some in (("gone", missing), ("added", added)):
        if some:
            return f"{word}: {some[0].spot} = {some[0].text:.80}"
    return ""


def told(data: bytes, there: Translation) -> Counter[str]:
    """Leaves by kind, as the report has them, and how many stand as they are spelled when nothing is carried."""
    account = report(data, there, context())
    kinds = Counter({kind: number for kind, number in account.counts().items() if kind != "defaulted"})
    bare = translate(data, there.target_format, there.source_format, context(carry="drop")).data
    text = " ".join(leaf.text for leaf in leaves(bare, UNLIMITED))
    kinds["told"] = len(account.fates)
    kinds["literal"] = sum(leaf.text in text for leaf in leaves(data, UNLIMITED))
    return kinds
