"""The body of a response, byte for byte and never more of it than was agreed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from http.client import HTTPResponse

from dragoman.attachments.connection import BUFFER
from dragoman.errors import PeerError, ReadError

FREE = 2**20  # decoded bytes before their ratio to what was sent counts
RATIO = 100
DEFLATED = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # window bits of zlib


def encoding(response: HTTPResponse) -> str:
    """How the body is packed, "" when it is not.  Raises ReadError for a way that we do not unpack."""
    said = (response.headers.get("Content-Encoding") or "").strip().lower()
    if said in ("", "identity"):
        return ""
    if said not in DEFLATED:
        raise ReadError(f"packed as {said[:40]!r}, which was not asked for")
    return said


def collect(response: HTTPResponse, into: bytearray, most: int) -> None:
    """Adds the body, decoded, to what is there already.

    What came stays there when the connection is cut.  Raises ReadError when the whole grows beyond `most` or out of all
    proportion to what was sent, PeerError when the connection ends early.
    """
    packed = encoding(response)
    if not packed:
        refuse_length(response, most - len(into))
    for piece in _inflated(response, packed, most) if packed else _pieces(response):
        into += piece
        if len(into) > most:
            raise ReadError(f"more than {most} bytes")


def refuse_length(response: HTTPResponse, most: int) -> None:
    """Raises ReadError for a body that says of itself that it is too long."""
    if response.length is not None and response.length > most:
        raise ReadError(f"{response.length} bytes, more than the {most} that it may have")


def _pieces(response: HTTPResponse) -> Iterator[bytes]:
    while piece := response.read1(BUFFER):
        yield piece
    if response.length:
        raise PeerError(f"the connection was cut {response.length} bytes before the end")


def _inflated(response: HTTPResponse, packed: str, most: int) -> Iterator[bytes]:
    """What a packed body holds, in pieces of at most `BUFFER` bytes; packing may make it longer, but not much."""
    sent = given = 0
    engine = zlib.decompressobj(DEFLATED[packed])
    for piece in _pieces(response):
        sent += len(piece)
        if sent > most + FREE:
            raise ReadError(f"more than {most} bytes, packed")
        while piece:
            try:
                out = engine.decompress(piece, BUFFER)
            except zlib.error as error:
                raise ReadError(f"cannot be unpacked: {error}") from None
            given += len(out)
            if given > FREE and given > RATIO * sent:
                raise ReadError(f"grows to more than {RATIO} times its size when it is unpacked")
            yield out
            piece = engine.unconsumed_tail or engine.unused_data
            if engine.eof and piece:
                engine = zlib.decompressobj(DEFLATED[packed])
    if not engine.eof:
        raise PeerError("the packed body ends early")
