"""From a document to the messages in the outbox: what `dragoman pack` does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dragoman.adapter import Context
from dragoman.attachments.files import ready, vouched, without
from dragoman.attachments.mail import Heading
from dragoman.attachments.outbox import Outbox
from dragoman.attachments.pack import File, Packed, check_agreed, check_writable, pack
from dragoman.errors import ForbiddenLoss, UsageError
from dragoman.incident_types.fit import step
from dragoman.ledger import Kind, Ledger
from dragoman.model.incident import Incident
from dragoman.model.plain import copied
from dragoman.outgoing import prepared, restricts
from dragoman.personal import untreated
from dragoman.profile import Agreement, Profile
from dragoman.registry import formats
from dragoman.translate import Step, read, stepped


@dataclass(frozen=True, slots=True)
class Order:
    """What to pack.

    attach: names of formats or of files; vouch: of files that go as they are, and URIs of files that the incident lists.
    partner: whose agreement holds; None: nobody's.
    """

    attach: Sequence[str] = ()
    profile: Profile = field(default_factory=Profile)
    partner: str | None = None
    heading: Heading = field(default_factory=Heading)
    vouch: Sequence[str] = ()

    @property
    def agreement(self) -> Agreement | None:
        """What was agreed.  Raises UsageError for a partner with whom nothing was."""
        return self.profile.agreement(self.partner) if self.partner else None

    @property
    def named(self) -> Sequence[str]:
        """What to attach: what was asked for, else the formats that were agreed on, as far as there are any of that name."""
        return self.attach or [name for name in (self.agreement.formats if self.agreement else ()) if name in formats()]

    @property
    def links(self) -> Sequence[str]:
        """The URIs among what somebody vouches for."""
        return [name for name in self.vouch if "://" in name]

    @property
    def terms(self) -> Agreement | None:
        """What holds for all that goes out: the agreement, else what the profile says of personal data; None: nothing."""
        return self.agreement or (Agreement() if self.profile.says("personal") else None)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message in the outbox, and what became of the values on their way into it.

    persons: how many pieces of personal data are in it that nobody decided on.
    """

    path: Path
    message: Packed
    told: Ledger
    persons: int = 0


def packed(data: bytes, source_format: str | None, order: Order, outbox: Outbox, context: Context) -> list[Sent]:
    """A message for each incident of a document, written; with what became of the values.

    None is written unless all of them may be.
    Raises UsageError, ReadError, ForbiddenLoss for what the agreement does not allow and for a file that cannot be prepared,
    InvalidOutput, OSError.
    """
    prepare = _preparing(order)
    wanted, files = asked_for([name for name in order.named if name not in order.vouch])
    untouched = [vouched(_file(name)) for name in order.vouch if name not in order.links]
    context = _agreed(order, [*wanted, *(file.format for file in (*files, *untouched))], context)
    for name in wanted:
        check_writable(name)
    if order.terms is not None and restricts(order.terms, order.profile):
        files = [ready(file, number, prepare, context) for number, file in enumerate(files, 1)]
    place, incidents = outbox.place(), read(data, source_format, context)
    _check_listed(order.links, incidents)
    done: list[Sent] = []
    called = Counter[str]()
    for incident, told in list(_prepared(incidents, prepare, context)):
        message = pack(incident, wanted, [*files, *untouched], place, told)
        called[message.id] += 1
        path = outbox.put(message, order.heading, context.now(), called[message.id])
        done.append(Sent(path, message, told.ledger, 0 if order.terms is not None else untreated(incident)))
    return done


def _prepared(incidents: Sequence[Incident], prepare: Step, context: Context) -> Iterator[tuple[Incident, Context]]:
    """Each incident as it may go, with a ledger of its own; the first has what the reader could not understand.

    Raises what `prepare` does, with the number of the incident.
    """
    for number, incident in enumerate(incidents):
        told = replace(context, ledger=Ledger(context.ledger.of({Kind.INVALID}) if number == 0 else []))
        try:
            yield prepare(incident, told), told
        except ForbiddenLoss as error:
            if len(incidents) > 1:
                error.where = f"/{number}{error.where.removeprefix('/0')}"
            raise


def _agreed(order: Order, tokens: Sequence[str], context: Context) -> Context:
    """The context with the mappings of the agreement.  Raises ForbiddenLoss for a format that was not agreed on."""
    agreement = order.agreement
    if agreement is None:
        return context
    check_agreed(agreement, order.partner or "", tokens)
    own = (str(order.profile.path(table)) for table in agreement.mappings)
    return replace(context, tables=(*context.tables, *own))


def _preparing(order: Order) -> Step:
    """What is done to every incident before it goes out.  Raises UsageError, MappingError, OSError."""
    fit, terms = step(order.profile), order.terms

    def prepare(incident: Incident, context: Context) -> Incident:
        [incident] = [incident] if fit is None else stepped([incident], fit, context)
        if terms is None:
            return incident
        rest, kept = without(incident, order.links, context.ledger)
        found = prepared(rest, terms, order.profile, context)
        return copied(found, attachments=[*found.attachments, *kept] or ())

    return prepare


def _check_listed(links: Sequence[str], incidents: Sequence[Incident]) -> None:
    """Raises UsageError for a URI that no incident lists: a typing error would leave out what somebody vouched for."""
    listed = {one.uri for incident in incidents for one in incident.attachments}
    for link in links:
        if link not in listed:
            raise UsageError(f"no incident lists {link!r:.80}", fix="--vouch takes a file, or a URI of `attachments`")


def asked_for(names: Sequence[str]) -> tuple[list[str], list[File]]:
    """Which names are formats, and the files that the others name.  Raises UsageError, OSError."""
    wanted = [name for name in dict.fromkeys(names) if name in formats()]
    return wanted, [_file(name) for name in dict.fromkeys(names) if name not in formats()]


def _file(name: str) -> File:
    if not Path(name).exists():
        raise UsageError(f"{name!r:.80} is neither a format nor a file", fix="`dragoman formats` lists the formats")
    return File(Path(name).name, Path(name).read_bytes())
