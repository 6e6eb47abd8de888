"""The provider's side: one incident as a small message and the attachments that go with it.

The message says Table 1 and carries nothing else as long as an attachment holds the whole incident; so it stays what people
read.  Which times only the clock knew is all that it says of itself, so that a reader does not take them for facts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from dragoman.adapter import Can, Context, Likeness
from dragoman.attachments.store import digest_of
from dragoman.detect import likelihoods
from dragoman.errors import ForbiddenLoss, UsageError
from dragoman.ledger import Kind, Ledger
from dragoman.model.incident import Attachment, Incident
from dragoman.model.plain import copied, fields
from dragoman.profile import Agreement
from dragoman.registry import adapter, formats
from dragoman.translate import read, write

MESSAGE = "base"  # the format of the message itself
BYTES = "octet-stream"  # the token of a file whose format nobody knows
ANOTHER_TIME = datetime(1970, 1, 1, tzinfo=UTC)

Place = Callable[[bytes, str, str], str]  # bytes, media type, format -> the URI under which others find them


@dataclass(frozen=True, slots=True)
class File:
    """A file to attach as it is.  name: for people; nothing is ever written under it.  ledger: what became of it before."""

    name: str
    data: bytes
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def format(self) -> str:
        """The token of its format, as far as an adapter is sure of it."""
        asked = likelihoods(self.data)
        best = [name for name, likeness in asked.items() if likeness >= Likeness.PROBABLY]
        return best[0] if best and list(asked.values()).count(asked[best[0]]) == 1 else BYTES


@dataclass(frozen=True, slots=True)
class Piece:
    """One attachment: what the message says of it, its bytes, and what became of the values in it."""

    about: Attachment
    data: bytes
    ledger: Ledger = field(default_factory=Ledger)


@dataclass(frozen=True, slots=True)
class Packed:
    """A message with its attachments.  id: of the message, a UUID."""

    id: str
    message: bytes
    pieces: list[Piece]


def check_agreed(agreement: Agreement, name: str, tokens: Sequence[str]) -> None:
    """Raises ForbiddenLoss for an attachment in a format that was not agreed on."""
    for token in tokens:
        if token not in agreement.formats:
            agreed = ", ".join(agreement.formats) or "none"
            raise ForbiddenLoss(f"{name} did not agree to attachments in {token}", fix=f"agreed: {agreed}")


def pack(
    incident: Incident, wanted: Sequence[str], files: Sequence[File], place: Place, context: Context | None = None
) -> Packed:
    """A message about an incident, with attachments.

    wanted: the formats to attach it in.  files: what else to attach, as it is (`files.ready` prepares them before).
    place: puts an attachment where others find it.
    Of the message the ledger of the context tells what had to be filled in, of each piece its own what became of values.
    Raises UnknownFormat, UsageError, InvalidOutput, ForbiddenLoss under `strict`, and what `place` raises.
    """
    context = _at_one_moment(context or Context())
    for name in wanted:
        check_writable(name)
    native = _said(incident, context)
    written = [_written(incident, name, native, place, context) for name in dict.fromkeys(wanted)]
    pieces = written + [_attached(file, place) for file in files]
    whole = any(Can.CARRY in adapter(name).format.can for name in wanted) and context.carry == "extension"
    listed = [*incident.attachments, *(piece.about for piece in pieces)]
    subject = native if whole else incident
    aside = replace(context, ledger=Ledger())
    message = write([copied(subject, attachments=listed)], MESSAGE, aside)
    _tell(aside.ledger, context.ledger)
    return Packed(str(native.id), message, pieces)


def _at_one_moment(context: Context) -> Context:
    """Message and attachments are of one time."""
    moment = context.now()
    return replace(context, now=lambda: moment)


def check_writable(name: str) -> None:
    """Raises UnknownFormat for a format that is not there, UsageError for one that cannot be written."""
    if Can.WRITE not in adapter(name).format.can:
        raise UsageError(f"{name} can only be read", fix=f"attach one of {', '.join(sorted(formats()))}")


def _said(incident: Incident, context: Context) -> Incident:
    """What a message natively says of the incident, without the times that only the clock knew."""
    now, then = _native(incident, context), _native(incident, replace(context, now=lambda: ANOTHER_TIME, ledger=Ledger()))
    made_up = [name for name in fields(Incident) if getattr(now, name) != getattr(then, name)]
    blanks: dict[str, Any] = {name: None for name in made_up if isinstance(getattr(now, name), str) and name != "id"}
    return copied(now, **blanks)


def _native(incident: Incident, context: Context) -> Incident:
    aside = replace(context, ledger=Ledger(), carry="drop")
    message = write([copied(incident, attachments=())], MESSAGE, aside)
    _tell(aside.ledger, context.ledger)
    return read(message, MESSAGE, context.aside())[0]


def _tell(told: Ledger, ledger: Ledger) -> None:
    """Of the message only what was filled in is news, and that once: all else stands in the attachments."""
    known = set(ledger)
    news = [loss for loss in told if loss.kind is Kind.DEFAULTED and "/residue/" not in loss.path]
    ledger.losses += [loss for loss in news if loss not in known]


def _written(incident: Incident, name: str, native: Incident, place: Place, context: Context) -> Piece:
    about = adapter(name).format
    inner = replace(context, ledger=Ledger())
    data = write([incident], name, inner)
    return _piece(data, name, about.media_types[0], f"{native.id}.{about.suffixes[0].lstrip('.')}", place, inner.ledger)


def _attached(file: File, place: Place) -> Piece:
    token = file.format
    media_type = adapter(token).format.media_types[0] if token != BYTES else "application/octet-stream"
    return _piece(file.data, token, media_type, file.name, place, file.ledger)


def _piece(data: bytes, token: str, media_type: str, filename: str, place: Place, ledger: Ledger) -> Piece:
    uri = place(data, media_type, token)
    about = Attachment(format=token, uri=uri, media_type=media_type, size=len(data), sha256=digest_of(data), filename=filename)
    return Piece(about, data, ledger)
