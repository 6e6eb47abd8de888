"""XML as UTF-8, whatever it came in: decided here once, so that nothing later can read the bytes another way."""

from __future__ import annotations

import codecs
import re

from dragoman.errors import ReadError
from dragoman.text import visible
from dragoman.tree.place import place

# What a declaration may say, and the codec that it means.  Every other name is refused: some codecs hide markup
# (utf-7, unicode_escape), and no incident format needs one.
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-16",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
}
_FIX = "save the document as UTF-8"
_HEAD = 1024  # bytes within which a declaration must end
_DECLARATION = re.compile(r"<\?xml\s")
_ENCODING = re.compile(r"""\sencoding\s*=\s*["']([^"']*)["']""")


def as_utf8(data: bytes, source: str) -> bytes:
    """The document in UTF-8, its byte order mark gone; its declaration keeps the old name, which is then untrue.

    Raises ReadError if the encoding is not one of those above, if the byte order mark and the declaration (XML 1.0
    section 4.3.3) do not agree, or if the bytes are not in the encoding they claim.
    """
    codec = _agreed(data, source)
    if codec == "utf-8":
        return data.removeprefix(codecs.BOM_UTF8)  # the parser refuses bytes that are not UTF-8, and says where
    try:
        return data.decode(codec).encode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(codec, "replace")
        where = place(source, before, len(before))
        raise ReadError(f"declared {codec}, but not so from here on", where=where, fix=_FIX) from None


def _agreed(data: bytes, source: str) -> str:
    """The codec that the byte order mark and the declaration agree on."""
    marked = _marked(data, source)
    declared = _declared(data, marked, source)
    codec = _CODECS.get(declared.lower()) if declared else marked or "utf-8"
    if codec is None:
        what = f"the encoding '{visible(declared, 40)}' is not accepted"
    elif marked and codec != marked:
        what = f"the byte order mark says {marked} and the declaration '{visible(declared, 40)}'"
    elif codec == "utf-16" and not marked:
        what = "declared UTF-16, but there is no byte order mark"
    else:
        return codec
    raise ReadError(what, where=f"{visible(source)}:1:1", fix=_FIX)


def _marked(data: bytes, source: str) -> str | None:
    """The codec that the byte order mark tells; None without one."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8"
    # The mark of UTF-32 begins as that of UTF-16 does.
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not data.startswith(codecs.BOM_UTF32_LE):
        return "utf-16"
    if b"\0" in data[:4]:
        raise ReadError("UTF-32, or UTF-16 without a byte order mark", where=f"{visible(source)}:1:1", fix=_FIX)
    return None


def _declared(data: bytes, marked: str | None, source: str) -> str:
    """The encoding named in the XML declaration; empty if none is."""
    head = data[:_HEAD].decode(marked or "iso-8859-1", "replace").removeprefix("\ufeff")
    if not _DECLARATION.match(head):
        return ""
    declaration, end, _ = head.partition("?>")
    if not end:
        what = "the XML declaration has no end"
        raise ReadError(what, where=f"{visible(source)}:1:1", fix="end it with ?>")
    found = _ENCODING.search(declaration)
    return found[1] if found else ""
