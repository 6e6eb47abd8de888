"""One file that holds a message and its attachments: for partners without a web server.

An attachment inside stands under a name of ours that the message points to as `cid:` (RFC 2392).  What an envelope
calls its parts is never a name on our disk.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from dragoman.attachments.store import unguessable
from dragoman.errors import ReadError
from dragoman.limits import Limits
from dragoman.model.incident import Attachment
from dragoman.profile import Fetch

DOMAIN = "attachments.invalid"  # RFC 2606: the names lead nowhere
MESSAGE_TYPE = "application/vnd.dragoman.base+json"
Kind = Literal["zip", "mime"]


def placed_inside(token: Callable[[], str] = unguessable) -> Callable[[bytes, str, str], str]:
    """What gives attachments their place inside: a new name each time, short enough for one line of a mail."""
    return lambda data, media_type, format_token: f"cid:{token()[:32]}@{DOMAIN}"


def inner_name(uri: str | None) -> str | None:
    """The name to which a `cid:` URI of ours points; None for any other URI."""
    found = re.fullmatch(rf"cid:([0-9A-Za-z_-]{{1,128}})@{re.escape(DOMAIN)}", uri or "")
    return found[1] if found else None


@dataclass(frozen=True, slots=True)
class Found:
    """A part of an envelope: its bytes, and the media type that the envelope gives it."""

    data: bytes
    media_type: str = ""


@dataclass(slots=True)
class Envelope:
    """A message, and what came with it.  part: finds what an attachment points to, None when it is not inside."""

    message: bytes
    part: Callable[[Attachment], Found | None] = field(default=lambda attachment: None)


def opened(data: bytes, limits: Limits, bounds: Fetch, source: str = "input") -> Envelope:
    """The envelope that bytes are: a zip, a mail, or the bare message.  Raises ReadError, LimitExceeded."""
    from dragoman.attachments import mail, zipped  # each has a parser of its own, and one of them is needed

    if data[:2] == b"PK":
        return zipped.opened(data, bounds, source)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return Envelope(data)
    if mail.looks_like(data):
        return mail.opened(data, source)
    what = "neither a base message nor a zip or mail that holds one"
    raise ReadError(what, where=source, fix="`dragoman translate` reads documents of other formats")
