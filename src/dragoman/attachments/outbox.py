"""Where packed messages are put: the message for the partner, its attachments for the web server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dragoman.attachments import mail, zipped
from dragoman.attachments.envelope import Kind, placed_inside
from dragoman.attachments.fetch import parts_of
from dragoman.attachments.mail import Heading
from dragoman.attachments.pack import Packed, Place
from dragoman.attachments.store import Store, unguessable, write
from dragoman.errors import ReadError, UsageError
from dragoman.profile import Profile

FOLDER = "attachments"
SUFFIXES = {"zip": ".zip", "mime": ".eml"}


def check_base_uri(uri: str) -> str:
    """The URI below which attachments are served, with a slash at its end.  Raises UsageError."""
    try:
        parts = parts_of(uri)
        sound = not (parts.query or parts.fragment)
    except ReadError:
        sound = False
    if not sound:
        fix = "https://HOST/FOLDER in ASCII: partners follow nothing else"
        raise UsageError(f"--base-uri {uri!r:.80} cannot be served from", fix=fix)
    return uri.rstrip("/") + "/"


@dataclass(frozen=True, slots=True)
class Outbox:
    """A folder for messages.  base_uri: where the web server serves `store.public`; embed: one file instead."""

    folder: Path
    store: Store
    base_uri: str | None = None
    embed: Kind | None = None
    token: Callable[[], str] = unguessable

    def place(self) -> Place:
        """What puts attachments where others find them.  Raises UsageError when nobody could."""
        if self.embed is not None:
            return placed_inside(self.token)
        if self.base_uri is None:
            raise UsageError("nobody could fetch the attachments", fix="--base-uri https://…, or --embed zip")
        base = check_base_uri(self.base_uri)
        return lambda data, media_type, token: base + self.store.add(data, media_type, token).name

    def put(self, packed: Packed, heading: Heading, now: datetime, number: int = 1) -> Path:
        """Writes the message under its id, readable for the owner only.

        number: the how manieth of this id it is, for a document may hold several.  Raises UsageError, OSError.
        """
        again = f"-{number}" if number > 1 else ""
        path = self.folder / f"{packed.id}{again}{SUFFIXES.get(self.embed or '', '.json')}"
        if self.embed == "zip":
            data = zipped.write(packed.message, packed.pieces)
        else:
            data = mail.write(packed, heading, now) if self.embed else packed.message
        write(path, data)
        return path


def store_of(profile: Profile, folder: Path, token: Callable[[], str] = unguessable) -> Store:
    """The store that the profile names, else one in the folder."""
    return Store(profile.path(profile.store.path) if profile.says("store") else folder / FOLDER, token)
