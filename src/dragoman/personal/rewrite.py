"""Puts blanks and pseudonyms in the place of what was found, and marks what has to go whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dragoman.ledger import Kind, Ledger
from dragoman.model.incident import Incident
from dragoman.model.named import pointer
from dragoman.model.plain import copied, fields, is_part
from dragoman.personal.edits import Edits, applied
from dragoman.personal.places import Path
from dragoman.sharing.sieve import APART


class Removed(str):
    """A value that has to go: a sieve takes it out."""

    __slots__ = ()


@dataclass(slots=True)
class Rewritten:
    """The incident; the ids of the parts in which something changed, and whether something went whole there; ids that
    spell personal data, and how they are spelt now."""

    incident: Incident
    touched: dict[str, bool] = field(default_factory=dict)
    spelt: dict[str, str] = field(default_factory=dict)


def rewritten(incident: Incident, edits: Edits, at: str, ledger: Ledger) -> Rewritten:
    """A copy of an incident in which the edits were made; what goes whole is only marked (`Removed`).

    What a reader kept verbatim goes with everything that changed in it or beside it: it may repeat it.
    """
    writer = Rewriter(edits, at, ledger)
    found: Incident = writer.value(incident, ())
    return Rewritten(found, writer.touched, writer.spelt)


@dataclass(slots=True)
class Rewriter:
    edits: Edits
    at: str
    ledger: Ledger
    touched: dict[str, bool] = field(default_factory=dict)
    spelt: dict[str, str] = field(default_factory=dict)
    owner: str | None = None
    changes: int = 0

    def value(self, value: Any, path: Path) -> Any:
        """A value with the edits of its path and below."""
        if path in self.edits.gone:
            self._touch(lost=True)
            return removed(value)
        if path not in self.edits.on_the_way:
            return value
        if is_part(value):
            return self._part(value, path)
        if isinstance(value, list | tuple):
            return [self.value(item, (*path, number)) for number, item in enumerate(value)]
        if isinstance(value, dict):
            return self._members(value, path)
        return self._leaf(value, path)

    def _leaf(self, value: Any, path: Path) -> Any:
        if path in self.edits.texts:
            self._touch(lost=False)
            return self.edits.texts[path]
        if path not in self.edits.pieces:
            return value
        self._touch(lost=True)
        return applied(value, self.edits.pieces[path])

    def _part(self, part: Any, path: Path) -> Any:
        outer, before = self.owner, self.changes
        own = getattr(part, "id", None)
        self.owner = own or outer
        if own and (pieces := self.edits.pieces.get((*path, "id"))):
            self.spelt[own] = applied(own, pieces)
        cls: type = type(part)
        changed = {name: self.value(getattr(part, name), (*path, name)) for name in fields(cls) if name != "id"}
        self.owner = outer
        if self.changes > before and getattr(part, "residue", None) is not None:
            changed["residue"] = None
            self.ledger.note(Kind.DROPPED, "D413", f"{self.at}{pointer((*path, 'residue'))}", "it may repeat personal data")
        return copied(part, **changed)

    def _members(self, members: dict[Any, Any], path: Path) -> dict[Any, Any]:
        out: dict[Any, Any] = {}
        for key, value in members.items():
            here = (*path, key)
            name = key
            if here in self.edits.keys:
                self._touch(lost=True)
                name = unused(applied(key, self.edits.keys[here]), out.keys() | members.keys())
            out[name] = self.value(value, here)
        return out

    def _touch(self, lost: bool) -> None:
        self.changes += 1
        if self.owner is not None:
            self.touched[self.owner] = self.touched.get(self.owner, False) or lost


def removed(value: Any) -> Any:
    """A value of which every leaf is marked as gone; what a part is, and what is said of it, stays for the sieve to see."""
    if is_part(value):
        cls: type = type(value)
        kept = {"id", *APART} | ({"type"} if isinstance(getattr(value, "type", None), str) else set())
        changes = {name: removed(getattr(value, name)) for name in fields(cls) if name not in kept}
        return copied(value, **changes, **({"residue": None} if "residue" in fields(cls) else {}))
    if isinstance(value, list | tuple):
        return [removed(item) for item in value] or value
    if isinstance(value, dict):
        return {key: removed(item) for key, item in value.items()}
    return value if value is None else Removed(value)


def unused(name: str, taken: Any) -> str:
    """A name that is not taken: of two persons each keeps a place."""
    number = 1
    while name in taken:
        number += 1
        name = f"{name.removesuffix(f'-{number - 1}')}-{number}"
    return name
