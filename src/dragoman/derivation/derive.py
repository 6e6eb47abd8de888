"""`derive`: a message of ours made from one that we received."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dragoman.adapter import Context
from dragoman.derivation.chosen import chosen, withheld
from dragoman.derivation.ours import Known, ids_of_ours, liaison, sender
from dragoman.derivation.renaming import NewId, Renaming, random_id
from dragoman.derivation.rounding import rounding, written
from dragoman.derivation.rules import rules
from dragoman.derivation.taking import Taking, Tree
from dragoman.derivation.traces import Traces
from dragoman.errors import ForbiddenLoss, UsageError
from dragoman.incident_types.definitions import Types
from dragoman.incident_types.definitions import load as load_types
from dragoman.incident_types.fit import typed
from dragoman.ledger import Kind, Ledger, Loss
from dragoman.model.incident import Attachment, Incident
from dragoman.model.marking import Level
from dragoman.model.parts import Identifier
from dragoman.model.people import Contact
from dragoman.model.plain import fields, holders, leaves, parts
from dragoman.personal import personal_of, treated
from dragoman.profile import Agreement, Profile
from dragoman.sharing.copies import Copies
from dragoman.sharing.levels import level_of
from dragoman.sharing.policy import load as load_policy
from dragoman.sharing.redact import Gate, copies_in, redacted, up_to
from dragoman.sharing.sieve import Leaf, labelled

MOST = Level.AMBER  # TLP 2.0: what is stricter stays in the house that received it, or with the person
TO_REWRITE = ("D401", "D402", "D403", "D702")
STAYS = "D414"
PERSONS = ("D411", "D412", "D413", "D415")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for.

    keep: fields to take over; texts: own ones, by field; attachments: of ours.
    max_tlp: what is marked so may be passed on, against the rule, because its author permitted it: `because` says how.
    """

    keep: tuple[str, ...] = ()
    partner: str | None = None
    max_tlp: str | None = None
    because: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Parent:
    """The received incident, as its sender called it."""

    sender: str
    id: str


@dataclass(frozen=True, slots=True)
class Derived:
    """A message of ours: where it came from, which fields were taken over, and what became of the others."""

    incident: Incident
    parent: Parent
    taken: tuple[str, ...]
    decisions: tuple[Loss, ...]

    @property
    def persons(self) -> list[Loss]:
        """What was personal data and did not go out as it stood."""
        return [loss for loss in self.decisions if loss.code in PERSONS]

    @property
    def to_rewrite(self) -> list[Loss]:
        """What was chosen and could not be taken over: somebody has to say it in our own words."""
        return [loss for loss in self.decisions if loss.code in TO_REWRITE]


def derive(
    received: Sequence[Incident], wish: Wish, profile: Profile, context: Context, new_id: NewId = random_id
) -> list[Derived]:
    """Messages of ours, one for each received incident; the received ones stay as they are.

    new_id: makes random UUIDs.  Raises UsageError for a profile that does not say who we are or cannot be applied,
    ForbiddenLoss where nothing is left to say, where our own words name the upstream and for personal data that is blocked,
    MappingError, OSError for a file of the profile.
    """
    agreement = profile.agreement(wish.partner) if wish.partner is not None else None
    traces = Traces(received, profile.derivation.names, profile.derivation.harmless)
    _check_words(wish.texts, traces)
    types = load_types(profile.path(file) for file in profile.types.files)
    work = _Work(wish, profile, agreement, context, traces, chosen(wish.keep, agreement, profile), types)
    ledgers = [Ledger() for _ in received]
    fitted = [typed(one, types, context.aside()) for one in received]
    work.look_at(fitted)
    taken = tied([work.taken(one, number, ledgers[number]) for number, one in enumerate(fitted)])
    renaming = Renaming(new_id, ids_of_ours(types, received))
    renaming.meet(taken)
    made = []
    for number, (old, new, ledger) in enumerate(zip(received, taken, ledgers, strict=True)):
        ours = work.without_persons(work.ours(renaming.renamed(new), new_id), old, number, ledger)
        context.ledger.losses += ledger.losses
        made.append(Derived(ours, parent(old), tuple(n for n in _said(new) if n in _said(ours)), tuple(ledger)))
    return made


def strictest(wish: Wish, profile: Profile) -> Level:
    """The strictest marking that may be passed on.  Raises UsageError for more than anybody permitted."""
    if wish.max_tlp is not None and not wish.because:
        raise UsageError("who permitted it?", fix='--max-tlp goes with --because "its author permitted it, by mail"')
    most = level_of(profile.derivation.max_tlp)
    if most > MOST:
        raise UsageError(f"[derivation] max_tlp = {most.name}", fix="AMBER or less: more takes a permission each time")
    if wish.max_tlp is not None:
        most = level_of(wish.max_tlp)
    agreed = profile.agreement(wish.partner).max_tlp if wish.partner is not None else None
    return most if agreed is None else min(most, level_of(agreed))


def parent(received: Incident) -> Parent:
    """Who sent an incident and how they called it, as far as it says so."""
    known = received.identifier
    people = {contact.id: contact.label for contact in received.contacts}
    by = people.get(received.created_by) if received.created_by else None
    first = received.liaison.label if received.liaison is not None else None
    sender = (known.authority if known is not None else None) or by or received.created_by or first
    return Parent(sender or "", received.id or (known.value if known is not None else ""))


@dataclass(slots=True)
class _Work:
    """What holds for all incidents of one document."""

    wish: Wish
    profile: Profile
    agreement: Agreement | None
    context: Context
    traces: Traces
    chosen: Tree
    types: Types
    copies: Copies | None = None

    def look_at(self, received: Sequence[Incident]) -> None:
        """What one incident may not say, no other may either."""
        gates = [self._gate(one) for one in received]
        self.copies = copies_in(received, gates, level_of(self.profile.derivation.unmarked))

    def taken(self, received: Incident, number: int, ledger: Ledger) -> Incident:
        """What may be taken over, under its old ids.  Raises ForbiddenLoss when nothing is left to say."""
        unmarked = level_of(self.profile.derivation.unmarked)
        passing = self._passing(received, number, unmarked, ledger)
        labels = {leaf.path: leaf.label.level for leaf in labelled(passing, unmarked)}
        said = self.profile.derivation
        least = None if said.marking is None else level_of(said.marking)
        rounded, kept_back = rounding(said.round), withheld(self.agreement)
        known = Known.of(self.types, received.type)
        taking = Taking(self.traces, rounded, known, labels, ledger, kept_back, least)
        found = taking.incident(passing, self.chosen, f"/{number}")
        if not _said(found) and not self.wish.texts and not self.wish.attachments:
            raise ForbiddenLoss("nothing of it may be passed on", where=f"/{number}", fix="say it in your own words: --summary")
        return found

    def _passing(self, received: Incident, number: int, unmarked: Level, ledger: Ledger) -> Incident:
        """The incident without what its markings keep here; of that, what was chosen is told."""
        aside = Ledger()
        try:
            [found] = redacted([received], self._gate(received), aside, unmarked, self.copies)
        except ForbiddenLoss:
            ledger.note(Kind.DROPPED, "D401", f"/{number}", "its marking lets nothing of it be passed on")
            return Incident()
        for loss in aside:
            place = loss.path.split("/", 2)[2]  # after the number of the one incident
            if place.partition("/")[0] in set(self.chosen) - set(self.wish.texts):
                ledger.note(loss.kind, loss.code, f"/{number}/{place}", loss.reason)
        return found

    def _gate(self, received: Incident) -> Gate:
        """What may be passed on at all, to the partner if there is one.  Raises UsageError."""
        marked = up_to(strictest(self.wish, self.profile))
        if self.agreement is None or self.agreement.perimeter is None:
            return marked
        agreed = load_policy(self.profile.policy_file).gate(self.agreement.perimeter, received, self.context.now())

        def gate(leaf: Leaf) -> str | None:
            return marked(leaf) or agreed(leaf)

        return gate

    def ours(self, incident: Incident, new_id: NewId) -> Incident:
        """The incident as our own: our id, sender, liaison, words, times and marking."""
        who, now = sender(self.profile), written(self.context.now())
        incident.id = new_id()
        incident.identifier = Identifier(value=incident.id, authority=who.name)
        incident.created = incident.modified = incident.generation_time = now
        author = Contact(id=f"identity--{who.id}" if who.id else None, name=who.name, role="creator", type="organization")
        incident.created_by = author.id
        incident.contacts = [liaison(self.agreement, self.context), author]
        incident.attachments = self.wish.attachments
        for name, text in self.wish.texts.items():
            setattr(incident, name, [text] if name == "description" else text)
        kinds = [incident.type, *incident.custom_fields, *(one.type for one in incident.custom_fields)]
        for one in kinds:
            if one is not None and one.id is None:
                one.id = new_id()
        return incident

    def without_persons(self, incident: Incident, received: Incident, number: int, ledger: Ledger) -> Incident:
        """Without the personal data that may not go out: that which stands in it, and copies of what only they said.

        That our own contacts stay is no decision on what we received.
        """
        aside = self.context.aside()
        personal = personal_of(self.profile, self.agreement)
        found = treated(incident, personal, aside, at=f"/{number}", beside=(received,))
        ours = f"/{number}/contacts/"
        ledger.losses += [loss for loss in aside.ledger if not (loss.code == STAYS and loss.path.startswith(ours))]
        return found


def tied(incidents: list[Incident]) -> list[Incident]:
    """The incidents without parts that only say something of parts which are not there."""
    while True:
        ids = {part.id for part in parts(incidents) if getattr(part, "id", None)}
        loose = {id(part) for part in parts(incidents) if not _holds(part, ids)}
        if not loose:
            return incidents
        for incident in incidents:
            for name in holders(Incident):
                value = getattr(incident, name)
                if isinstance(value, list | tuple):
                    setattr(incident, name, [item for item in value if id(item) not in loose] or ())


def _holds(part: Any, ids: set[str]) -> bool:
    """Whether a part refers to something that is there, if it means nothing without."""
    needs = [n for n in rules().needs.get(type(part).__name__, ()) if n.endswith(("_ref", "_refs")) and "|" not in n]
    return all(any(ref in ids for _, ref in leaves(getattr(part, name))) for name in needs)


def _check_words(texts: Mapping[str, str], traces: Traces) -> None:
    """Raises ForbiddenLoss for words of ours that name the upstream."""
    for name, text in texts.items():
        if (said := traces.found(text)) is not None:
            fix = "say it without, or list the word in [derivation] harmless"
            raise ForbiddenLoss(f"--{name} says {said!r}, a name of whom we had it from", fix=fix)


def _said(incident: Incident) -> tuple[str, ...]:
    """The fields that an incident has."""
    return tuple(name for name in fields(Incident) if name != "markings" and getattr(incident, name) not in (None, ()))
