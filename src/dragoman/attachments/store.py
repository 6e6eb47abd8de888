"""Where attachments are kept: by what they are, and for others under names that nobody can guess.

    blobs/<sha-256>      the bytes, once
    index/<sha-256>      what is known of them: public name, size, media type, format
    public/<name>        the same bytes for the web server, under 256 random bits

No name is ever taken from an attachment.  Whatever appears, appears whole: written beside, synchronised, renamed.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from dragoman.errors import UsageError

DIGEST = re.compile(r"[0-9a-f]{64}")


def unguessable() -> str:
    """256 random bits as 64 hexadecimal digits: no option on a command line begins like it, no file system folds it."""
    return secrets.token_hex(32)


def digest_of(data: bytes) -> str:
    """The SHA-256 of bytes, as attachments state it."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """One attachment that others may fetch."""

    name: str
    sha256: str
    size: int
    media_type: str
    format: str


class Blobs:
    """Bytes by their SHA-256; files 0600, folders 0700."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes) -> str:
        """Keeps the bytes; returns their digest.  Raises OSError."""
        digest = digest_of(data)
        if self.get(digest) is None:  # also when the disk forgot some of it
            write(self.path(digest), data)
        return digest

    def get(self, digest: str) -> bytes | None:
        """The bytes of a digest, if they are here and still what they were.  Raises OSError."""
        if not DIGEST.fullmatch(digest):
            return None
        try:
            data = self.path(digest).read_bytes()
        except FileNotFoundError:
            return None
        return data if digest_of(data) == digest else None

    def path(self, digest: str) -> Path:
        return self.folder / digest


class Store:
    """What was packed.  token: makes public names, another one each time."""

    def __init__(self, folder: Path, token: Callable[[], str] = unguessable) -> None:
        self.folder, self.token = folder, token
        self.blobs = Blobs(folder / "blobs")

    def add(self, data: bytes, media_type: str, format: str) -> Entry:
        """Keeps an attachment; the same bytes keep the name they have.  Raises OSError."""
        digest = self.blobs.put(data)
        with self._alone():
            entry = self._entry(digest)
            if entry is None:
                entry = Entry(self.token(), digest, len(data), media_type, format)
                write(self.folder / "index" / digest, json.dumps(asdict(entry)).encode())
            if not self.public(entry).exists():
                _publish(self.blobs.path(digest), self.public(entry))
        return entry

    def public(self, entry: Entry) -> Path:
        """The file that the web server serves."""
        return self.folder / "public" / entry.name

    def entries(self) -> Iterator[Entry]:
        """All attachments, by digest.  Raises UsageError for an index that is none of ours, OSError."""
        folder = self.folder / "index"
        for file in sorted(folder.iterdir()) if folder.is_dir() else ():
            if DIGEST.fullmatch(file.name) and (entry := self._entry(file.name)):
                yield entry

    def remove(self, name: str) -> Entry:
        """Takes an attachment back: from then on nobody can fetch it.  Raises UsageError for a name that is not there."""
        entry = next((entry for entry in self.entries() if name in (entry.name, entry.sha256)), None)
        if entry is None:
            raise UsageError(f"no attachment {name!r:.80}", where=str(self.folder), fix="`dragoman store list` names them")
        for file in (self.public(entry), self.folder / "index" / entry.sha256, self.blobs.path(entry.sha256)):
            file.unlink(missing_ok=True)
        return entry

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps others out who would give the same bytes another name meanwhile."""
        private(self.folder)
        with open(os.open(self.folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _entry(self, digest: str) -> Entry | None:
        file = self.folder / "index" / digest
        try:
            return Entry(**json.loads(file.read_text("utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            raise UsageError("is no entry of a store", where=str(file), fix="remove it and pack again") from None


def write(path: Path, data: bytes) -> None:
    """The bytes under that name, whole, synchronised and for the owner only.  Raises OSError."""
    private(path.parent)
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:  # made 0600
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.replace(file.name, path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
    _synchronise(path.parent)


def private(folder: Path) -> None:
    """Makes a folder, and those above it that are missing, for the owner only.  Raises OSError."""
    if not folder.is_dir():
        private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _publish(blob: Path, public: Path) -> None:
    """A second name for the same file; a copy where the file system has no such thing."""
    private(public.parent)
    try:
        os.link(blob, public)
    except OSError:
        write(public, blob.read_bytes())
    else:
        _synchronise(public.parent)


def _synchronise(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
