"""The subscriber's side: a message, its attachments as far as the agreement goes, and one incident of all of it.

Whatever is wrong with an attachment is told in one line; the message remains usable.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from dragoman.adapter import Can, Context
from dragoman.attachments.envelope import Envelope, Found, opened
from dragoman.attachments.fetch import Terms, check, check_media_type, fetched
from dragoman.attachments.merge import Account, beyond, merged
from dragoman.attachments.pack import MESSAGE
from dragoman.attachments.store import Blobs
from dragoman.errors import DragomanError, PeerError, ReadError, UsageError
from dragoman.ledger import Kind, Ledger
from dragoman.model.incident import Attachment, Incident
from dragoman.model.plain import copied
from dragoman.profile import Agreement
from dragoman.registry import adapter, formats
from dragoman.text import visible
from dragoman.translate import read, write

MOST = 100  # attachments that are asked for
TIMES = 10  # as long as one attachment may take, all may take together: many slow ones are slow as well


class State(StrEnum):
    """What became of an attachment."""

    READ = "read"  # what it says is in the incident
    KEPT = "kept"  # nobody here reads its format; its bytes are kept
    LEFT = "left"  # not asked for: the agreement does not go so far
    REFUSED = "refused"  # it did not come, or must not be used


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attachment, and why.  Its URI is not told to people: who knows it may fetch what is there."""

    about: Attachment
    state: State
    reason: str
    incidents: tuple[Incident, ...] = ()

    def __str__(self) -> str:
        return visible(f"attachment in {self.about.format}: {self.state}: {self.reason}", 400)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The incidents of a message, and what became of each attachment."""

    incidents: list[Incident]
    outcomes: list[Outcome]

    @property
    def refused(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.state is State.REFUSED]


@dataclass(frozen=True, slots=True)
class Partner:
    """With whom we deal.  agreement: None when nobody is named, so that nothing is fetched.  cache: where bytes are kept."""

    agreement: Agreement | None = None
    terms: Terms = field(default_factory=lambda: Terms(hosts=()))
    cache: Path | None = None

    def until(self) -> float:
        """When nothing more is asked for, if fetching begins now (monotonic)."""
        return time.monotonic() + TIMES * self.terms.bounds.total_seconds


def unpack(data: bytes, partner: Partner | None = None, context: Context | None = None) -> Unpacked:
    """The incidents of a message, with what its attachments say.

    data: a base message (or a list of them), or a zip or mail that holds one.  The ledger of the context tells where
    sources differ (D603) and which attachments were not read (D602).
    Raises ReadError, LimitExceeded for a message that cannot be used itself; OSError for the disk of ours.
    """
    partner, context = partner or Partner(), context or Context()
    envelope = opened(data, context.limits, partner.terms.bounds, context.source)
    messages = read(envelope.message, MESSAGE, context)
    outcomes: list[Outcome] = []
    incidents: list[Incident] = []
    until = partner.until()
    for number, message in enumerate(messages):
        told = replace(context, ledger=Ledger())
        most = max(0, MOST - len(outcomes))
        found = [_outcome(about, envelope, partner, until, told) for about in message.attachments[:most]]
        found += [Outcome(about, State.REFUSED, f"beyond the first {MOST}") for about in message.attachments[most:]]
        incidents += _whole(message, found, partner, told)
        _tell(found, told.ledger)
        where = f"/{number}" if len(messages) > 1 else ""
        context.ledger.losses += [replace(loss, path=where + loss.path) for loss in told.ledger]
        outcomes += found
    return Unpacked(incidents, outcomes)


def _tell(outcomes: Sequence[Outcome], ledger: Ledger) -> None:
    for place, outcome in enumerate(outcomes):
        if outcome.state is not State.READ:
            kind = Kind.DROPPED if outcome.state is State.REFUSED else Kind.CARRIED
            ledger.note(kind, "D602", f"/attachments/{place}", str(outcome))


def _outcome(about: Attachment, envelope: Envelope, partner: Partner, until: float, context: Context) -> Outcome:
    try:
        return _taken(about, envelope, partner, until, context)
    except DragomanError as error:
        return Outcome(about, State.REFUSED, f"{error.what}{f' ({error.fix})' if error.fix else ''}")


def _taken(about: Attachment, envelope: Envelope, partner: Partner, until: float, context: Context) -> Outcome:
    """One attachment: from the envelope or the network, checked and read.  Raises DragomanError for one to refuse."""
    token = _token(about)
    known = token in formats() and Can.READ in adapter(token).format.can
    if known:
        _check_kind(about.media_type or "", token)
    inside = envelope.part(about)
    if (reason := _not_asked_for(token, inside, partner)) is not None:
        return Outcome(about, State.LEFT, reason)
    data = _bytes(about, inside, partner, until)
    if not known:
        kept = f"as {_keep(data, partner.cache)}" if partner.cache else "in the message that it came with"
        return Outcome(about, State.KEPT, f"no adapter reads {token!r}; {len(data)} bytes are kept {kept}")
    told = replace(context, ledger=Ledger(), source=f"{context.source}: {about.format}")
    found = tuple(read(data, token, told))
    if not found:
        raise ReadError("it holds no incident")
    context.ledger.losses += list(told.ledger)
    checked = "" if about.sha256 else ", whose digest the message does not state"
    return Outcome(about, State.READ, f"{len(data)} bytes{checked}", found)


def _token(about: Attachment) -> str:
    return (about.format or "").strip().lower()


def _not_asked_for(token: str, inside: Found | None, partner: Partner) -> str | None:
    """Why an attachment stays where it is; None when it is to be read."""
    agreement = partner.agreement
    if agreement is None:
        return None if inside is not None else "nothing is fetched unless a partner is named (--from-partner)"
    if token not in agreement.formats and (inside is None or token in formats()):
        return f"{token} was not agreed on"
    return None


def _bytes(about: Attachment, inside: Found | None, partner: Partner, until: float) -> bytes:
    if inside is None:
        if partner.cache is None:
            raise UsageError("there is no folder for what is fetched", fix="a store in the profile, or --keep DIR")
        if time.monotonic() > until:
            raise PeerError("those before it took too long together", fix="unpack it again: what came is kept")
        return fetched(about, partner.terms, partner.cache)
    check_media_type(inside.media_type, about.media_type)
    check(about, inside.data)
    return inside.data


def _check_kind(media_type: str, token: str) -> None:
    """Raises ReadError when the message itself calls an attachment something that its format never is."""
    refusals = []
    for agreed in adapter(token).format.media_types:
        try:
            check_media_type(media_type, agreed)
        except ReadError as error:
            refusals.append(error)
        else:
            return
    raise refusals[0]


def _keep(data: bytes, cache: Path) -> str:
    blobs = Blobs(cache / "blobs")
    return str(blobs.path(blobs.put(data)))


def _whole(message: Incident, outcomes: Sequence[Outcome], partner: Partner, context: Context) -> list[Incident]:
    """One incident of the message and what was read; incidents of which the message does not speak stand beside it."""
    accounts, others = [], []
    for outcome in (outcome for outcome in outcomes if outcome.state is State.READ):
        own = _own(message, outcome.incidents, context)
        accounts.append(Account(_token(outcome.about), outcome.incidents[own]))
        others += [incident for place, incident in enumerate(outcome.incidents) if place != own]
    unread = [outcome.about for outcome in outcomes if outcome.state is not State.READ]
    if not accounts:
        return [copied(message, attachments=unread or ())]
    rank = _rank(partner.agreement.order if partner.agreement else ())
    whole = merged(sorted(accounts, key=rank), context.ledger)
    own_words = copied(beyond(message, _echo(whole, context)), attachments=())
    both = [Account("base", own_words), Account("/".join(dict.fromkeys(a.source for a in accounts)), whole)]
    done = merged(_ordered(both, accounts, rank), context.ledger)
    known = {about.uri for about in message.attachments}
    left = [about for about in done.attachments if about.uri not in known] + unread
    return [copied(done, attachments=left or ()), *others]


def _ordered(both: list[Account], accounts: Sequence[Account], rank: Callable[[Account], int]) -> list[Account]:
    """The message before the attachments only where the order says so."""
    return both if rank(both[0]) < min(map(rank, accounts)) else both[::-1]


def _rank(order: Sequence[str]) -> Callable[[Account], int]:
    """Who wins: as the order says, then the attachments, which say it more exactly, then the message."""
    places = {name: place for place, name in enumerate(order)}
    return lambda account: places.get(account.source, len(order) + (account.source == "base"))


def _own(message: Incident, incidents: Sequence[Incident], context: Context) -> int:
    """Which of several incidents in one attachment the message speaks of: the one that would have its id, else the first."""
    if len(incidents) == 1:
        return 0
    return next((n for n, incident in enumerate(incidents) if _echo(incident, context).id == message.id), 0)


def _echo(incident: Incident, context: Context) -> Incident:
    """What a base message would natively say of an incident."""
    aside = replace(context.aside(), carry="drop", strict=False)
    return read(write([copied(incident, attachments=())], MESSAGE, aside), MESSAGE, aside)[0]
