"""Files that go with a message: prepared as the message is wherever anything may be kept from its receiver, or vouched for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dragoman.adapter import Can, Context
from dragoman.attachments.pack import BYTES, File
from dragoman.errors import ForbiddenLoss
from dragoman.ledger import Kind, Ledger
from dragoman.model.incident import Attachment, Incident
from dragoman.model.plain import copied
from dragoman.registry import adapter
from dragoman.translate import Step, read, write


def ready(file: File, number: int, prepare: Step, context: Context) -> File:
    """A file of incidents as it may go out: read, prepared, and written again in its own format under a name of ours.

    It is written again even if nothing had to be taken out, so that nothing goes that no reader has seen.
    Raises ForbiddenLoss for one that cannot be read and written again, or of which nothing may pass, ReadError,
    InvalidOutput.
    """
    token = file.format
    if token == BYTES or Can.WRITE not in adapter(token).format.can:
        what = "it cannot be read, so nothing can be taken out of it"
        raise ForbiddenLoss(what, where=file.name, fix=f"--vouch {file.name} attaches it as it is")
    inner = replace(context, ledger=Ledger(), source=file.name)
    try:
        incidents = [prepare(incident, inner) for incident in read(file.data, token, inner)]
    except ForbiddenLoss as error:
        raise ForbiddenLoss(error.what, where=f"{file.name}: {error.where}".removesuffix(": "), fix=error.fix) from None
    data = write(incidents, token, inner)
    inner.ledger.note(Kind.NATIVE, "D604", "", f"{file.name} was prepared as the message is, and written again")
    suffix = adapter(token).format.suffixes[0].lstrip(".")
    return File(f"attachment-{number}.{suffix}", data, inner.ledger)


def vouched(file: File) -> File:
    """A file that goes out as it is, because somebody answers for all that is in it; it is told."""
    ledger = Ledger()
    ledger.note(Kind.NATIVE, "D605", "", f"{file.name} is attached as it is: who named it vouches for it")
    return replace(file, ledger=ledger)


def without(incident: Incident, links: Sequence[str], ledger: Ledger) -> tuple[Incident, list[Attachment]]:
    """An incident without the listed files that somebody vouches for, and these, which no step has to look at."""
    kept = [one for one in incident.attachments if one.uri in links]
    for one in kept:
        ledger.note(Kind.NATIVE, "D605", "/attachments", f"{one.uri} is listed as it is: who named it vouches for it")
    return copied(incident, attachments=[one for one in incident.attachments if one not in kept] or ()), kept
