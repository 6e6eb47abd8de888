"""Takes out of incidents what may not pass, once and for every format: fields, parts, references to them, and copies in text.

What was taken out is told in the ledger (D401); what was a copy or a reference is told as such (D402, D403).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dragoman.errors import ForbiddenLoss
from dragoman.ledger import Kind, Ledger
from dragoman.model.incident import Attachment, Incident
from dragoman.model.marking import Level
from dragoman.model.plain import copied
from dragoman.sharing.blanking import Blanking, copies_of
from dragoman.sharing.copies import Copies
from dragoman.sharing.ids import renamed
from dragoman.sharing.labels import SHARED, marked_alone
from dragoman.sharing.levels import NAMES
from dragoman.sharing.references import unreferenced, without_definitions, without_translations
from dragoman.sharing.sieve import GONE, Leaf, Sieve, pressed

Gate = Callable[[Leaf], str | None]
"""Says of a leaf why it may not pass; None when it may."""

FILES = "/attachments/"


def up_to(limit: Level) -> Gate:
    """A gate for what is marked no stricter than a level."""

    def gate(leaf: Leaf) -> str | None:
        found = leaf.label
        return None if found.level <= limit else f"{NAMES[found.level]} ({found}) is above {NAMES[limit]}"

    return gate


def redacted(
    incidents: Sequence[Incident], gate: Gate | Sequence[Gate], ledger: Ledger, default: Level = SHARED,
    copies: Copies | None = None,
) -> list[Incident]:  # fmt: skip
    """The incidents with nothing in them that the gate refuses.  gate: one for all, or one for each.

    copies: what looks for copies, where these are not all incidents of their document (see `copies_in`). Raises
    ForbiddenLoss for an incident of which nothing at all may pass: an empty message tells that there is one.
    """
    gates = [gate] * len(incidents) if callable(gate) else gate
    work = [Work(incident, f"/{number}", gates[number], ledger, default) for number, incident in enumerate(incidents)]
    found = copies or copies_of([one.sieve for one in work])
    return [one.done(found) for one in work]


def copies_in(incidents: Sequence[Incident], gates: Sequence[Gate], default: Level) -> Copies:
    """What looks for copies of all that gates refuse of the incidents of a document, one gate for each."""
    sieves = [Sieve(lambda leaf, gate=gate: gate(leaf) is None, default) for gate in gates]  # type: ignore[misc]
    for sieve, incident in zip(sieves, incidents, strict=True):
        sieve.held(incident)
    return copies_of(sieves)


class Work:
    """One incident of a document: what the gate refuses is out, and what that leaves behind goes next."""

    def __init__(self, incident: Incident, place: str, gate: Gate, ledger: Ledger, default: Level) -> None:
        self.before, self.place, self.ledger, self.reasons = incident, place, ledger, dict[str, str]()
        self.gate = gate
        self.sieve = Sieve(self._passes, default)
        self.found = self.sieve.held(incident)
        if self.sieve.removed:
            files = _files(self.found, incident, self.sieve)
            self._check(any(one is not GONE for one in files))
            self._tell(files)
            self.found = copied(self.found, attachments=files)

    def _check(self, files: bool) -> None:
        """Raises ForbiddenLoss when nothing is left."""
        if not [leaf for leaf in self.sieve.kept if leaf.path != "/id" and (files or not leaf.path.startswith(FILES))]:
            why = next((f": {reason}" for reason in self.reasons.values()), "")
            fix = "send nothing, or ask its author"
            raise ForbiddenLoss(f"nothing of the incident may pass{why}", where=self.place, fix=fix)

    def _tell(self, files: Sequence[Attachment]) -> None:
        for leaf in self.sieve.removed:
            reason = self.reasons.get(leaf.path, f"stands beside what was taken out: {leaf.label}")
            self.ledger.note(Kind.DROPPED, "D401", self.place + leaf.path, reason)
        for number, (before, after) in enumerate(zip(self.found.attachments, files, strict=True)):
            if before is not after:
                place = f"{self.place}{FILES}{number}"
                self.ledger.note(Kind.DROPPED, "D401", place, "the file may repeat what was taken out")

    def _passes(self, leaf: Leaf) -> bool:
        reason = self.gate(leaf)
        if reason is not None:
            self.reasons[leaf.path] = reason
        return reason is None

    def done(self, copies: Copies) -> Incident:
        """The incident without references to what is gone, translations and copies of it."""
        found: Any = self.found
        if self.sieve.removed:
            found = without_translations(found, self.sieve, self.place, self.ledger)
            found = unreferenced(found, self.sieve.ids, self.place, self.ledger)
        if copies:
            found = Blanking(copies, self.ledger).blanked(found, self.place)
        found = pressed(found)
        if self.sieve.removed:
            found = renamed(without_definitions(self.before, found), self.before, self.place, self.ledger)
        return found  # type: ignore[no-any-return]


def _files(found: Incident, incident: Incident, sieve: Sieve) -> Sequence[Attachment]:
    """Which of the files that it lists may stay: one without a marking of its own may repeat what was taken out beside it."""
    if all(leaf.path.startswith(FILES) or leaf.category == "residue" for leaf in sieve.removed):
        return found.attachments
    alone = marked_alone(incident)
    return [one if one is GONE or one.uri is None or one.uri in alone else GONE for one in found.attachments]
