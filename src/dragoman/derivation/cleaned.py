"""Files without what is written about them: who took a picture, where and with what; what a program noted beside it.

What we can clean with certainty is little, and everything else is refused: plain text (it holds no more than its words),
PNG (only the chunks that make the picture; PNG third edition, section 5) and JPEG (only the segments that make the picture,
the frame of JFIF and the colours of Adobe; ITU-T T.81, annex B).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

PNG = b"\x89PNG\r\n\x1a\n"
PICTURE = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"}
SIZES = {b"IHDR": 13, b"PLTE": 768, b"tRNS": 256, b"IEND": 0}  # bytes at most: longer ones hold something else
JPEG, SCAN, END = b"\xff\xd8", 0xDA, 0xD9
FRAME, COLOURS = 0xE0, 0xEE  # application segments that a picture may need: JFIF and Adobe
DRAWN = {*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD} - {0xC8}  # frames, tables, scans, lines, restarts
DOCUMENT = re.compile(r"\s*(?:<|%PDF|%!|\{\\rtf)")  # how markup, PDF, PostScript and RTF begin
SEGMENT = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # what ends the data of a scan


@dataclass(frozen=True, slots=True)
class Clean:
    """The bytes that are left, what they are, and the words in them that a person could read."""

    data: bytes
    media_type: str
    suffix: str
    text: str = ""


def cleaned(data: bytes) -> Clean | None:
    """A file without what is written about it; None for one of which we cannot say."""
    if data.startswith(PNG):
        found = b"".join(_chunks(data))
        return Clean(PNG + found, "image/png", ".png") if found.endswith(b"IEND\xaeB`\x82") else None
    if data.startswith(JPEG):
        return _jpeg(data)
    return _text(data)


def _chunks(data: bytes) -> Iterator[bytes]:
    """The chunks of a PNG that make its picture, up to its end; nothing after it."""
    at = len(PNG)
    while at + 12 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if kind in PICTURE and size <= SIZES.get(kind, size):
            yield data[at : at + 12 + size]
        if kind == b"IEND":
            return
        at += 12 + size


def _jpeg(data: bytes) -> Clean | None:
    """A JPEG up to its end: segment by segment, also between the scans; what stands behind it is none of the picture."""
    at, out = 2, [JPEG]
    while at + 4 <= len(data) and data[at] == 0xFF:
        kind, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if kind == END:
            break
        segment = data[at : at + 2 + size]
        at += 2 + size
        out.append(_picture(kind, segment))
        if kind == SCAN:
            end = SEGMENT.search(data, at)
            if end is None:
                return None
            out.append(data[at : end.start()])
            at = end.start()
    whole = data[at : at + 2] == bytes((0xFF, END)) and any(part[1:2] == bytes((SCAN,)) for part in out)
    return Clean(b"".join([*out, bytes((0xFF, END))]), "image/jpeg", ".jpg") if whole else None


def _picture(kind: int, segment: bytes) -> bytes:
    """What of a segment makes the picture: of JFIF the frame without its small picture, of Adobe the colours."""
    if kind == FRAME and segment[4:9] == b"JFIF\0" and len(segment) >= 18:
        return segment[:2] + b"\x00\x10" + segment[4:16] + b"\0\0"
    if kind == COLOURS and segment[4:9] == b"Adobe" and len(segment) >= 16:
        return segment[:2] + b"\x00\x0e" + segment[4:16]
    return segment if kind in DRAWN else b""


def _text(data: bytes) -> Clean | None:
    """Plain text in UTF-8, with one kind of line ends and one end: its digest is not that of what we had received.

    A document that is spelt in text is none: it says of itself who made it, and with what.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if DOCUMENT.match(text) or any(ord(character) < 32 and character not in "\t\r\n\f" for character in text):
        return None
    lines = [line.rstrip() for line in text.splitlines()]
    return Clean(("\n".join(lines) + "\n\n").encode(), "text/plain; charset=utf-8", ".txt", text)
