"""Takes out of incidents what may not pass, once and for every format: fields, parts, references to them, and copies in text.

What was taken out is told in the ledger (D401); what was a copy or a reference is told as such (D402, D403).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from dragoman.errors import ForbiddenLoss, UsageError
from dragoman.ledger import Kind, Ledger
from dragoman.model.incident import Attachment, Incident
from dragoman.model.marking import Level
from dragoman.model.parts import Text
from dragoman.model.plain import copied, fields, is_part
from dragoman.sharing.labels import SHARED, marked_alone
from dragoman.sharing.sieve import GONE, Leaf, Sieve, unset

Gate = Callable[[Leaf], str | None]
"""Says of a leaf why it may not pass; None when it may."""

LEVEL_WORDS = {
    "clear": Level.CLEAR, "white": Level.CLEAR, "green": Level.GREEN, "amber": Level.AMBER,
    "amber+strict": Level.AMBER_STRICT, "red": Level.RED,
}  # fmt: skip
NAMES = {level: f"TLP:{level.name.replace('_', '+')}" for level in Level}
WITHHELD = "[withheld]"
NAMES_OF_FIELDS = ("id", "tlp", "field_markings")  # no prose, and nothing that was taken out
FILES = "/attachments/"  # where an incident lists files
SHORTEST = 4  # a shorter value ("high", "22") is no secret by itself, and stands in every text
PROSE = frozenset({"summary", "description", "name", "content", "abstract", "explanation", "body", "message", "subject"})


def level_of(word: str) -> Level:
    """The level that somebody asked for: "GREEN", "TLP:AMBER+STRICT".  Raises UsageError."""
    found = LEVEL_WORDS.get(word.lower().removeprefix("tlp:"))
    if found is None:
        raise UsageError(f"{word!r} is no TLP level", fix="one of CLEAR, GREEN, AMBER, AMBER+STRICT, RED")
    return found


def up_to(limit: Level) -> Gate:
    """A gate for what is marked no stricter than a level."""

    def gate(leaf: Leaf) -> str | None:
        found = leaf.label
        return None if found.level <= limit else f"{NAMES[found.level]} ({found}) is above {NAMES[limit]}"

    return gate


def redacted(
    incidents: Iterable[Incident], gate: Gate, ledger: Ledger, default: Level = SHARED, first: int = 0
) -> list[Incident]:
    """The incidents with nothing in them that the gate refuses.

    first: the number of the first of them in its document, for the ledger.  Raises ForbiddenLoss for an incident of which
    nothing at all may pass: an empty message tells that there is one.
    """
    return [_one(incident, number, gate, ledger, default) for number, incident in enumerate(incidents, first)]


def _one(incident: Incident, number: int, gate: Gate, ledger: Ledger, default: Level) -> Incident:
    reasons: dict[str, str] = {}

    def passes(leaf: Leaf) -> bool:
        reason = gate(leaf)
        if reason is not None:
            reasons[leaf.path] = reason
        return reason is None

    sieve = Sieve(passes, default)
    found = sieve.sifted(incident)
    if not sieve.removed:
        return found
    files = _files(found, incident, sieve)
    if not [leaf for leaf in sieve.kept if leaf.path != "/id" and (files or not leaf.path.startswith(FILES))]:
        raise ForbiddenLoss("nothing of the incident may pass", where=f"/{number}", fix="send nothing, or ask its author")
    for leaf in sieve.removed:
        reason = reasons.get(leaf.path, f"stands beside what was taken out: {leaf.label}")
        ledger.note(Kind.DROPPED, "D401", f"/{number}{leaf.path}", reason)
    for _ in range(len(found.attachments) - len(files)):
        ledger.note(Kind.DROPPED, "D401", f"/{number}/attachments", "the file may repeat what was taken out")
    found = without_references(copied(found, attachments=files), sieve.ids, f"/{number}", ledger)
    blanked: Incident = Copies(sieve, ledger).blanked(found, f"/{number}")
    return blanked


def _files(found: Incident, incident: Incident, sieve: Sieve) -> Sequence[Attachment]:
    """Which of the files that it lists may stay: one without a marking of its own may repeat what was taken out beside it."""
    if all(leaf.path.startswith(FILES) for leaf in sieve.removed):
        return found.attachments
    alone = marked_alone(incident)
    return [one for one in found.attachments if one.uri is None or one.uri in alone] or ()


# ---- References to what is gone -----------------------------------------------------------------------------------

ENDS = {"Relation": ("source_ref", "target_ref"), "Sighting": ("sighting_of_ref",)}


def without_references(value: Any, ids: set[str], path: str, ledger: Ledger) -> Any:
    """A value in which nothing refers to parts that are gone; a relation without one of its ends is gone as well."""
    if is_part(value):
        ends = ENDS.get(type(value).__name__, ())
        if any(getattr(value, end) in ids for end in ends):
            ledger.note(Kind.DROPPED, "D402", path, "it ties something to what was taken out")
            return GONE
        cls: type = type(value)
        changes = {n: without_references(getattr(value, n), ids, f"{path}/{n}", ledger) for n in fields(cls)}
        return copied(value, **{name: unset(cls, name) if new is GONE else new for name, new in changes.items()})
    if isinstance(value, list | tuple):
        items = [without_references(item, ids, f"{path}/{n}", ledger) for n, item in enumerate(value)]
        return [item for item in items if item is not GONE] or (() if value else value)
    if isinstance(value, dict):
        members = {key: without_references(item, ids, f"{path}/{key}", ledger) for key, item in value.items()}
        return {key: item for key, item in members.items() if item is not GONE}
    if isinstance(value, str) and value in ids:
        ledger.note(Kind.DROPPED, "D402", path, "it refers to what was taken out")
        return GONE
    return value


# ---- Copies in text -----------------------------------------------------------------------------------------------


class Copies:
    """Finds copies of values that were taken out in what is left.

    A value that may pass elsewhere in its own right is no secret.  In prose a copy is blanked; any other value that
    holds one (a pattern, an address) is taken out, for half of it would be wrong.
    """

    def __init__(self, sieve: Sieve, ledger: Ledger) -> None:
        self.ledger = ledger
        open_ones = {leaf.value for leaf in sieve.kept if isinstance(leaf.value, str)}
        secret = {text for leaf in sieve.removed for text in _texts(leaf.value)} - open_ones
        found = sorted((text for text in secret if len(text) >= SHORTEST), key=lambda text: (-len(text), text))
        self.pattern = re.compile("|".join(_whole(text) for text in found)) if found else None

    def blanked(self, value: Any, path: str, name: str = "") -> Any:
        """A value without copies."""
        if self.pattern is None or value is None:
            return value
        if is_part(value):
            cls: type = type(value)
            prose = name if isinstance(value, Text) else ""  # a text is prose where the field that holds it is
            names = [n for n in fields(cls) if n not in NAMES_OF_FIELDS]
            changes = {n: self.blanked(getattr(value, n), f"{path}/{n}", prose or n) for n in names}
            return copied(value, **{n: unset(cls, n) if new is GONE else new for n, new in changes.items()})
        if isinstance(value, list | tuple):
            items = [self.blanked(item, f"{path}/{n}", name) for n, item in enumerate(value)]
            return [item for item in items if item is not GONE] or ()
        if isinstance(value, dict):
            members = {key: self.blanked(item, f"{path}/{key}", key) for key, item in value.items()}
            return {key: item for key, item in members.items() if item is not GONE}
        return self._text(value, path, name) if isinstance(value, str) else value

    def _text(self, text: str, path: str, name: str) -> Any:
        assert self.pattern is not None
        if not self.pattern.search(text):
            return text
        self.ledger.note(Kind.DROPPED, "D403", path, "it repeats what was taken out")
        return self.pattern.sub(WITHHELD, text) if name in PROSE else GONE


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _whole(text: str) -> str:
    """A pattern for a text that is no part of a longer word."""
    before = r"(?<!\w)" if text[0].isalnum() else ""
    after = r"(?!\w)" if text[-1].isalnum() else ""
    return before + re.escape(text) + after
