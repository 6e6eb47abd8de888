"""Takes out of incidents what may not pass, once and for every format: fields, parts, references to them, and copies in text.

What was taken out is told in the ledger (D401); what was a copy or a reference is told as such (D402, D403).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dragoman.errors import ForbiddenLoss, UsageError
from dragoman.ledger import Kind, Ledger
from dragoman.model.incident import Attachment, Incident
from dragoman.model.marking import Level
from dragoman.model.naming import contributing, identified, uid
from dragoman.model.observable import Observable
from dragoman.model.parts import Text
from dragoman.model.plain import copied, fields, is_part, leaves, parts
from dragoman.sharing.copies import Copies, facts
from dragoman.sharing.labels import SHARED, marked_alone
from dragoman.sharing.sieve import GONE, Leaf, Sieve, pressed, unset

Gate = Callable[[Leaf], str | None]
"""Says of a leaf why it may not pass; None when it may."""

LEVEL_WORDS = {
    "clear": Level.CLEAR, "white": Level.CLEAR, "green": Level.GREEN, "amber": Level.AMBER,
    "amber+strict": Level.AMBER_STRICT, "red": Level.RED,
}  # fmt: skip
NAMES = {level: f"TLP:{level.name.replace('_', '+')}" for level in Level}
FILES = "/attachments/"
NAMES_OF_FIELDS = ("id", "tlp", "markings", "field_markings", "history_markings")  # no prose, and nothing that was taken out


def level_of(word: str) -> Level:
    """The level that somebody asked for: "GREEN", "TLP:AMBER+STRICT".  Raises UsageError."""
    found = LEVEL_WORDS.get(word.lower().removeprefix("tlp:"))
    if found is None:
        raise UsageError(f"{word!r} is no TLP level", fix="one of CLEAR, GREEN, AMBER, AMBER+STRICT, RED")
    return found


def level_name(level: Level) -> str:
    """A level as options and tables call it: "AMBER+STRICT"."""
    return NAMES[level].removeprefix("TLP:")


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
            found = _without_references(found, self.sieve.ids, self.place, self.ledger)
        if copies:
            found = Blanking(copies, self.ledger).blanked(found, self.place)
        found = pressed(found)
        if self.sieve.removed:
            found = renamed(without_labels(self.before, found), self.before, self.place, self.ledger)
        return found  # type: ignore[no-any-return]


def _files(found: Incident, incident: Incident, sieve: Sieve) -> Sequence[Attachment]:
    """Which of the files that it lists may stay: one without a marking of its own may repeat what was taken out beside it."""
    if all(leaf.path.startswith(FILES) or leaf.category == "residue" for leaf in sieve.removed):
        return found.attachments
    alone = marked_alone(incident)
    return [one if one is GONE or one.uri is None or one.uri in alone else GONE for one in found.attachments]


# ---- References to what is gone -----------------------------------------------------------------------------------

ENDS = {"Relation": ("source_ref", "target_ref"), "Sighting": ("sighting_of_ref",), "Translation": ("object_ref",)}


def without_references(value: Any, ids: set[str], path: str, ledger: Ledger) -> Any:
    """A value in which nothing refers to parts that are gone; a relation without one of its ends is gone as well."""
    return pressed(_without_references(value, ids, path, ledger))


def _without_references(value: Any, ids: set[str], path: str, ledger: Ledger) -> Any:
    if is_part(value):
        ends = ENDS.get(type(value).__name__, ())
        if any(getattr(value, end) in ids for end in ends):
            ledger.note(Kind.DROPPED, "D402", path, "it ties something to what was taken out")
            return GONE
        cls: type = type(value)
        changes = {n: _without_references(getattr(value, n), ids, f"{path}/{n}", ledger) for n in fields(cls)}
        return copied(value, **{name: unset(cls, name) if new is GONE else new for name, new in changes.items()})
    if isinstance(value, list | tuple):
        return [_without_references(item, ids, f"{path}/{n}", ledger) for n, item in enumerate(value)] if value else value
    if isinstance(value, dict):
        members = {key: _without_references(item, ids, f"{path}/{key}", ledger) for key, item in value.items()}
        return {key: item for key, item in members.items() if item is not GONE}
    if isinstance(value, str) and value in ids:
        ledger.note(Kind.DROPPED, "D402", path, "it refers to what was taken out")
        return GONE
    return value


# ---- Translations of what is gone ---------------------------------------------------------------------------------


def without_translations(incident: Incident, sieve: Sieve, path: str, ledger: Ledger) -> Incident:
    """The incident without the translations of texts that are gone: in another language they tell the same.

    A member that is no field of ours may be any: of a part that lost something, it is out.
    """
    known = {part.id: part for part in parts([incident]) if getattr(part, "id", None)}
    made = []
    for n, one in enumerate(incident.translations):
        lost = sieve.lost.get(one.object_ref or "") if one is not GONE else None
        if lost is not None:
            place = f"{path}/translations/{n}"
            one = copied(one, contents=_untold(one.contents, lost, known.get(one.object_ref), place, ledger))
        made.append(one if one is GONE or one.contents or lost is None else GONE)
    return copied(incident, translations=made or ())


def _untold(contents: Any, lost: set[str], part: Any, path: str, ledger: Ledger) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for lang, members in (contents or {}).items():
        for name, text in members.items() if isinstance(members, dict) else ():
            if name in lost or getattr(part, name, None) in (None, ()):
                ledger.note(Kind.DROPPED, "D402", f"{path}/contents/{lang}/{name}", "it translates what was taken out")
            else:
                out.setdefault(lang, {})[name] = text
    return out


# ---- Labels and ids -----------------------------------------------------------------------------------------------


def without_labels(before: Incident, after: Incident) -> Incident:
    """The incident without definitions of markings that nothing has any more: they would tell of what had them."""
    had, has = _said_markings(before), _said_markings(after)
    left = [one for one in after.marking_definitions if one.id not in had or one.id in has]
    return copied(after, marking_definitions=left or ())


def _said_markings(incident: Incident) -> set[str]:
    found = list(parts([incident]))
    return {word for part in found for word in getattr(part, "markings", ())} | {
        one.marking for part in found for one in getattr(part, "field_markings", ()) if one.marking
    }


def renamed(after: Incident, before: Incident, path: str, ledger: Ledger) -> Incident:
    """The incident with new ids for observables that lost what their ids were made of: who guesses it could prove it."""
    where = {value: place for place, value in leaves(before) if place.endswith("/id")}
    told = {part.id: contributing(part) for part in parts([before]) if isinstance(part, Observable) and part.id}
    while new := dict(_new_ids(after, told)):
        after = _with_ids(after, new)
        for id_ in new.keys() & where.keys():
            ledger.note(Kind.DROPPED, "D402", path + where[id_], "it was made of what was taken out: there is a new one")
        told = {new.get(id_, id_): said for id_, said in told.items()}
        told |= {part.id: contributing(part) for part in parts([after]) if part.id in new.values()}
    return after


def _new_ids(incident: Incident, told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    taken = {part.id for part in parts([incident]) if getattr(part, "id", None)}
    for n, part in enumerate(parts([incident])):
        if isinstance(part, Observable) and part.id in told and contributing(part) != told[part.id]:
            made = str(identified(copied(part, id=None)).id)
            made = uid(part.type, f"{n} of {incident.id}") if made in taken else made
            taken.add(made)
            yield part.id, made


def _with_ids(value: Any, new: dict[str, str]) -> Any:
    if is_part(value):
        cls: type = type(value)
        return copied(value, **{name: _with_ids(getattr(value, name), new) for name in fields(cls)})
    if isinstance(value, list | tuple):
        return [_with_ids(item, new) for item in value] if value else value
    if isinstance(value, dict):
        return {key: _with_ids(item, new) for key, item in value.items()}
    return new.get(value, value) if isinstance(value, str) else value


# ---- Copies -------------------------------------------------------------------------------------------------------


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
