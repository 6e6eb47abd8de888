"""Files without what is written about them: who took a picture, where and with what; what a program noted beside it.

What we can clean with certainty is little, and everything else is refused: plain text (it holds no more than its words),
PNG (only the chunks that make the picture; PNG third edition, section 5) and JPEG (no application segments but the frame
of JFIF and the colours of Adobe, no comments; ITU-T T.81, annex B).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

PNG = b"\x89PNG\r\n\x1a\n"
PICTURE = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"}
JPEG, SCAN, END = b"\xff\xd8", 0xDA, 0xD9
NOTED = {*range(0xE1, 0xEE), 0xEF, 0xFE}  # application segments, and comments


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
        if kind in PICTURE:
            yield data[at : at + 12 + size]
        if kind == b"IEND":
            return
        at += 12 + size


def _jpeg(data: bytes) -> Clean | None:
    """A JPEG up to the end of its last scan; what stands behind it is none of the picture."""
    at, out = 2, [JPEG]
    while at + 4 <= len(data) and data[at] == 0xFF:
        kind, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if kind == SCAN:
            end = data.find(bytes((0xFF, END)), at)
            return None if end < 0 else Clean(b"".join([*out, data[at : end + 2]]), "image/jpeg", ".jpg")
        if kind not in NOTED:
            out.append(data[at : at + 2 + size])
        at += 2 + size
    return None


def _text(data: bytes) -> Clean | None:
    """Plain text in UTF-8, with one kind of line ends and one end: its digest is not that of what we had received."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if any(ord(character) < 32 and character not in "\t\r\n\f" for character in text):
        return None
    lines = [line.rstrip() for line in text.splitlines()]
    return Clean(("\n".join(lines) + "\n\n").encode(), "text/plain; charset=utf-8", ".txt", text)
