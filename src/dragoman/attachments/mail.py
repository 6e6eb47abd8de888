"""Message and attachments as one mail (RFC 2045 to 2047, RFC 2183, RFC 2392): for people with nothing but a mailbox."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import format_datetime
from functools import cache

from dragoman.adapter import Likeness
from dragoman.attachments.envelope import DOMAIN, MESSAGE_TYPE, Envelope, Found, inner_name
from dragoman.attachments.pack import MESSAGE, Packed
from dragoman.attachments.store import digest_of
from dragoman.detect import HEAD
from dragoman.errors import LimitExceeded, ReadError, UsageError
from dragoman.model.incident import Attachment
from dragoman.registry import adapter

PARTS = 1000
OURS = "message."  # how the name of the part begins that is the message itself
HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:[ \t\r\n]|Return-Path:<|From ", re.IGNORECASE)
TEXT = "The message about the incident is attached as JSON that people can read, with {count} attachment(s) for machines.\n"


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands on the outside of a mail.  `subject` without one says the id of the message and nothing of the incident."""

    sender: str | None = None
    recipient: str | None = None
    subject: str | None = None

    def check(self) -> None:
        """Raises UsageError for a value that would begin a header of its own."""
        for name in ("sender", "recipient", "subject"):
            value = getattr(self, name)
            if value is not None and not value.isprintable():
                raise UsageError(f"the {name} of a mail is one line of text", fix="leave out line breaks and controls")


def write(packed: Packed, heading: Heading, now: datetime) -> bytes:
    """The mail of a message.  Raises UsageError for a heading that is none."""
    heading.check()
    mail = EmailMessage(policy=policy.SMTP)
    mail["Subject"] = heading.subject or f"Incident message {packed.id}"
    for name, value in (("From", heading.sender), ("To", heading.recipient)):
        if value is not None:
            _address(mail, name, value)
    mail["Date"] = format_datetime(now.astimezone(UTC))
    mail["Message-ID"] = f"<{packed.id}@{DOMAIN}>"
    mail.set_content(TEXT.format(count=len(packed.pieces)))
    _attach(mail, packed.message, MESSAGE_TYPE, f"{packed.id}.json", f"{OURS}{packed.id}")
    for piece in packed.pieces:
        about = piece.about
        filename = "".join(c if c.isprintable() else "_" for c in about.filename or "attachment")
        _attach(mail, piece.data, about.media_type or "", filename, inner_name(about.uri) or digest_of(piece.data))
    mail.set_boundary(f"=_{digest_of(packed.message)[:32]}")  # short, or it is folded as few programs can read it
    return mail.as_bytes()


def _address(mail: EmailMessage, name: str, value: str) -> None:
    """Adds a header of addresses.  Raises UsageError unless mail can go to all of them."""
    try:
        mail[name] = value
        found = mail[name].addresses
    except (ValueError, IndexError):  # of the standard library's own parser of addresses
        found = ()
    if not found or not all(one.username and one.domain and one.addr_spec.isascii() for one in found):
        raise UsageError(f"{value!r:.80} is no mail address", fix="such as soc@example.com, in ASCII")


def _attach(mail: EmailMessage, data: bytes, media_type: str, filename: str, name: str) -> None:
    """Adds a part, in base64 so that no relay changes it; parameters of the media type go along."""
    essence, _, parameters = media_type.partition(";")
    maintype, _, subtype = essence.strip().partition("/")
    given = dict(re.findall(r"([\w-]+)=\"?([\w.+-]+)\"?", parameters))
    mail.add_attachment(data, maintype, subtype, filename=filename, cid=f"<{name}@{DOMAIN}>", params=given)


def looks_like(data: bytes) -> bool:
    """Whether bytes begin as a mail does."""
    return HEADER.match(data) is not None


def opened(data: bytes, source: str) -> Envelope:
    """The message and what finds its attachments.  Raises ReadError, LimitExceeded."""
    parts = _parts(data, source)
    messages = _messages(parts)
    if len(messages) != 1:
        raise ReadError(f"a mail with {len(messages) or 'no'} parts that are {MESSAGE_TYPE}", where=source)

    @cache
    def by_digest() -> dict[str, Message]:
        return {digest_of(_body(part)): part for part in parts}

    def part(attachment: Attachment) -> Found | None:
        name = inner_name(attachment.uri)
        if name is None:
            return None
        found = [part for part in parts if _called(part) == f"<{name}@{DOMAIN}>"]
        if len(found) > 1:
            raise ReadError(f"{len(found)} parts are called {name}", where=source)
        one = found[0] if found else by_digest().get((attachment.sha256 or "").lower())
        return None if one is None else Found(_body(one), one.get_content_type())

    return Envelope(_body(messages[0]), part)


def _parts(data: bytes, source: str) -> list[Message]:
    """The parts of a mail that hold no others.  Raises LimitExceeded."""
    try:
        parts = [part for part in message_from_bytes(data, policy=policy.compat32).walk() if not part.is_multipart()]
    except RecursionError:
        raise LimitExceeded("parts nest in each other deeper than can be followed", where=source) from None
    if len(parts) > PARTS:
        raise LimitExceeded(f"more than {PARTS} parts", where=source)
    return parts


def _messages(parts: Iterable[Message]) -> list[Message]:
    """The parts that may be the message.  A program that passes a mail on may name and type its parts anew."""
    typed = [part for part in parts if part.get_content_type() == MESSAGE_TYPE]
    named = [part for part in typed or parts if _called(part).startswith(f"<{OURS}")]
    return named or typed or [part for part in parts if _is_base(part)]


def _is_base(part: Message) -> bool:
    return adapter(MESSAGE).sniff(_body(part)[:HEAD]) >= Likeness.PROBABLY


def _called(part: Message) -> str:
    return str(part["Content-ID"] or "").strip()


def _body(part: Message) -> bytes:
    body = part.get_payload(decode=True)
    return body if isinstance(body, bytes) else b""
