"""From a document to the messages in the outbox: what `dragoman pack` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dragoman.adapter import Context
from dragoman.attachments.mail import Heading
from dragoman.attachments.outbox import Outbox
from dragoman.attachments.pack import File, Packed, check_agreed, check_writable, pack
from dragoman.errors import UsageError
from dragoman.incident_types.fit import step
from dragoman.ledger import Kind, Ledger
from dragoman.outgoing import prepared
from dragoman.profile import Profile
from dragoman.registry import formats
from dragoman.translate import read


@dataclass(frozen=True, slots=True)
class Order:
    """What to pack.  attach: names of formats or of files.  partner: whose agreement holds; None: nobody's."""

    attach: Sequence[str] = ()
    profile: Profile = field(default_factory=Profile)
    partner: str | None = None
    heading: Heading = field(default_factory=Heading)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message in the outbox, and what became of the values on their way into it."""

    path: Path
    message: Packed
    told: Ledger


def packed(data: bytes, source_format: str | None, order: Order, outbox: Outbox, context: Context) -> list[Sent]:
    """A message for each incident of a document, written; with what became of the values.

    Raises UsageError, ReadError, ForbiddenLoss for what the agreement does not allow, InvalidOutput, OSError.
    """
    agreement = order.profile.agreement(order.partner) if order.partner else None
    wanted, files = asked_for(order.attach or (agreement.formats if agreement else ()))
    if agreement is not None:
        check_agreed(agreement, order.partner or "", [*wanted, *(file.format for file in files)])
        own = (str(order.profile.path(table)) for table in agreement.mappings)
        context = replace(context, tables=(*context.tables, *own))
    for name in wanted:
        check_writable(name)
    done: list[Sent] = []
    place, fit = outbox.place(), step(order.profile)
    for incident in read(data, source_format, context):
        told = replace(context, ledger=Ledger(context.ledger.of({Kind.INVALID}) if not done else []))
        incident = incident if fit is None else fit(incident, told)
        if agreement is not None:
            incident = prepared(incident, agreement, order.profile, told)
        message = pack(incident, wanted, files, place, told)
        done.append(Sent(outbox.put(message, order.heading, context.now()), message, told.ledger))
    return done


def asked_for(names: Sequence[str]) -> tuple[list[str], list[File]]:
    """Which names are formats, and the files that the others name.  Raises UsageError, OSError."""
    wanted = [name for name in dict.fromkeys(names) if name in formats()]
    files = []
    for name in dict.fromkeys(names):
        if name not in formats():
            if not Path(name).exists():
                raise UsageError(f"{name!r:.80} is neither a format nor a file", fix="`dragoman formats` lists the formats")
            files.append(File(Path(name).name, Path(name).read_bytes()))
    return wanted, files
