"""Copies of what was taken out, taken out of what is left (D403)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dragoman.ledger import Kind, Ledger
from dragoman.model.parts import Text
from dragoman.model.plain import copied, fields, is_part
from dragoman.sharing.copies import Copies, facts
from dragoman.sharing.sieve import GONE, Leaf, Sieve, unset

NAMES_OF_FIELDS = ("id", "tlp", "markings", "field_markings", "history_markings")  # no prose, and nothing that was taken out


def copies_of(sieves: Sequence[Sieve]) -> Copies:
    """What looks for copies of all that was taken out of the incidents of a document.

    A value that may pass elsewhere in its own right is no secret, nor is one that only stood beside a secret.
    """
    gone = {id_ for sieve in sieves for id_ in sieve.ids}
    open_ones = {str(leaf.value) for sieve in sieves for leaf in sieve.kept} - gone
    said = [leaf for sieve in sieves for leaf in sieve.removed if leaf.category != "residue" or leaf.path in sieve.named]
    values = [value for leaf in said if not _is_word(leaf) for value in _texts(leaf.value)]
    values += [text for id_ in gone for text in (id_, id_.rpartition("--")[2])]
    shown = {id_.rpartition("--")[2] for id_ in open_ones if "--" in id_}
    secret = set(values) - open_ones - shown
    numbers = {text for text in secret if text.isdecimal()}
    numbers |= {str(leaf.value) for leaf in said if type(leaf.value) is int} - open_ones
    return Copies(secret - numbers, numbers)


def _is_word(leaf: Leaf) -> bool:
    """Whether a leaf says a word of its format, which is none of its author's."""
    steps = [step for step in leaf.path.split("/") if not step.isdecimal()]
    return steps[-1] in facts()["words"]


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


@dataclass(frozen=True, slots=True)
class Blanking:
    """Takes copies out of what is left: in prose a copy is blanked; any other value that holds one (a pattern, an address)
    is taken out, for half of it would be wrong."""

    copies: Copies
    ledger: Ledger

    def blanked(self, value: Any, path: str, name: str = "") -> Any:
        """A value without copies."""
        if value is None or value is GONE:
            return value
        if is_part(value):
            cls: type = type(value)
            prose = name if isinstance(value, Text) else ""  # a text is prose where the field that holds it is
            names = [n for n in fields(cls) if n not in NAMES_OF_FIELDS]
            changes = {n: self.blanked(getattr(value, n), f"{path}/{n}", prose or n) for n in names}
            return copied(value, **{n: unset(cls, n) if new is GONE else new for n, new in changes.items()})
        if isinstance(value, list | tuple):
            return [self.blanked(item, f"{path}/{n}", name) for n, item in enumerate(value)] if value else value
        if isinstance(value, dict):
            members = {key: self.blanked(item, f"{path}/{key}", key) for key, item in value.items()}
            return {key: new for key, new in members.items() if new is not GONE and not self.copies.blanked(key, prose=False)}
        return self._text(value, path, name) if isinstance(value, str) else value

    def _text(self, text: str, path: str, name: str) -> Any:
        prose = name in facts()["prose"]
        found = self.copies.blanked(text, prose)
        if found is None:
            return text
        self.ledger.note(Kind.DROPPED, "D403", path, "it repeats what was taken out")
        return found if prose else GONE
