"""Message and attachments as one zip with a manifest.

Reading keeps to what is promised for archives: nothing is extracted, bytes are counted as they come out, of two members
with one name neither is overlooked, a broken member does not take the others down.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from dragoman.attachments.envelope import MESSAGE_TYPE, Envelope, Found, inner_name
from dragoman.attachments.pack import Piece
from dragoman.attachments.store import digest_of
from dragoman.errors import LimitExceeded, ReadError
from dragoman.limits import Limits
from dragoman.model.incident import Attachment
from dragoman.profile import Fetch
from dragoman.text import visible
from dragoman.tree import json as strict_json

MANIFEST, MESSAGE, FOLDER = "manifest.json", "message.json", "attachments"
VERSION = 1
MEMBERS = 10_000
ARCHIVE = 2**28  # bytes of all that is read out of one archive
FREE, RATIO = 10 * 2**20, 100  # beyond so many bytes, at most so many times what they take in the archive
ENTRY = b"PK\x01\x02"  # of the archive's directory
# What `zipfile` raises for archives that are broken, or made to break it.
BROKEN = (BadZipFile, NotImplementedError, RuntimeError, ValueError, LookupError, EOFError, OSError, zlib.error, struct.error)


def write(message: bytes, pieces: Sequence[Piece]) -> bytes:
    """A zip of both; the same input gives the same bytes."""
    sink = BytesIO()
    members = {piece.about.uri or "": f"{FOLDER}/{inner_name(piece.about.uri)}" for piece in pieces}
    manifest = {
        "dragoman": VERSION,
        "message": {"file": MESSAGE, "media_type": MESSAGE_TYPE, "sha256": digest_of(message)},
        "attachments": [_listed(piece, members[piece.about.uri or ""]) for piece in pieces],
    }
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        _add(archive, MANIFEST, strict_json.encode(manifest))
        _add(archive, MESSAGE, message)
        for piece in pieces:
            _add(archive, members[piece.about.uri or ""], piece.data)
    return sink.getvalue()


def _listed(piece: Piece, file: str) -> dict[str, Any]:
    about = piece.about
    return {"file": file, "uri": about.uri, "format": about.format, "media_type": about.media_type,
            "size": about.size, "sha256": about.sha256}  # fmt: skip


def _add(archive: ZipFile, name: str, data: bytes) -> None:
    member = ZipInfo(name)  # of 1980: the time of packing is nobody's business
    member.compress_type = ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    archive.writestr(member, data)


def opened(data: bytes, bounds: Fetch, source: str) -> Envelope:
    """The message and what finds its attachments.  Raises ReadError, LimitExceeded."""
    archive = Archive(data, bounds, source)
    manifest = strict_json.decode(archive.only(MANIFEST), Limits(bytes=2**20), f"{source}/{MANIFEST}")
    if not isinstance(manifest, dict) or manifest.get("dragoman") != VERSION:
        raise ReadError(f"{MANIFEST} is none of ours", where=source, fix="unpack the message and its attachments alone")
    listed = manifest.get("attachments")
    files = {item["uri"]: item for item in listed if _is_entry(item)} if isinstance(listed, list) else {}

    def part(attachment: Attachment) -> Found | None:
        entry = files.get(attachment.uri)
        if entry is None:
            return None
        said = entry.get("media_type")
        return Found(archive.one(entry["file"], attachment.sha256), said if isinstance(said, str) else "")

    return Envelope(archive.only(MESSAGE), part)


def _is_entry(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("uri"), str) and isinstance(item.get("file"), str)


class Archive:
    """A zip from outside, read member by member within a budget."""

    def __init__(self, data: bytes, bounds: Fetch, source: str) -> None:
        self.source, self.most, self.left = source, bounds.max_bytes, ARCHIVE
        if data.count(ENTRY) > MEMBERS:
            raise LimitExceeded(f"more than {MEMBERS} members", where=source)
        try:
            self.archive = ZipFile(BytesIO(data))
        except BROKEN as error:
            raise ReadError(f"no zip that can be read: {error}", where=source) from None

    def only(self, name: str) -> bytes:
        """The one member of that name.  Raises ReadError when there is none, or when there are two."""
        found = self._called(name)
        if len(found) != 1:
            raise ReadError(f"{len(found) or 'no'} members are called {name}", where=self.source)
        return self._read(found[0])

    def one(self, name: str, sha256: str | None) -> bytes:
        """The member of that name; of several, the one with that digest.  Raises ReadError."""
        found = self._called(name)
        if len(found) > 1 and sha256 is not None:
            fitting = [data for data in map(self._read, found) if digest_of(data) == sha256.lower()]
            if fitting:
                return fitting[0]
        return self.only(name)

    def _called(self, name: str) -> list[ZipInfo]:
        return [member for member in self.archive.infolist() if member.filename == name and not member.is_dir()]

    def _read(self, member: ZipInfo) -> bytes:
        where = f"{self.source}/{visible(member.filename, 80)}"
        if member.flag_bits & 1:
            raise ReadError("is encrypted", where=where)
        if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise ReadError(f"is compressed by method {member.compress_type}, which is not read", where=where)
        most = min(self.most, self.left, max(FREE, RATIO * member.compress_size))
        try:
            with self.archive.open(member) as file:
                data = file.read(most + 1)
        except BROKEN as error:
            raise ReadError(f"is broken: {visible(str(error))}", where=where) from None
        if len(data) > most:
            raise LimitExceeded(f"holds more than {most} bytes", where=where)
        self.left -= len(data)
        return data
