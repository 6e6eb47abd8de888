"""What IODEF has no place for travels as JSON in AdditionalData at the end of the document, for Dragoman to read.

The type is `string`: the schema printed in RFC 7970 has no `json`.  A long cargo is cut in several, so that no single
text is longer than readers take; they are joined in the order of the document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from dragoman.adapter import Context
from dragoman.carry import Cargo, markings_in
from dragoman.model.marking import Level, level
from dragoman.tree.json import decode_embedded
from dragoman.tree.xml import escape_text
from dragoman_iodef.hooks import word_of

NAME = "dragoman-cargo"
MEANING = "what the source said and IODEF has no place for"
LENGTH = 1_000_000
NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Hold:
    """Where a version of IODEF keeps cargo: what the elements say of themselves, which ones they are in a document, and
    the restriction for a level."""

    attributes: str
    find: Callable[[Any], Iterable[Any]]
    word: Callable[[Level], str]


def _find(root: Any) -> list[Any]:
    """Of v2: at the end of the document, by their name."""
    tag = "{urn:ietf:params:xml:ns:iodef-2.0}AdditionalData"
    return [element for element in root.iterchildren(tag) if element.get("name") == NAME]


HOLD = Hold(f'name="{NAME}" dtype="string" meaning="{MEANING}" formatid="application/json"', _find, word_of)


def pack(cargo: Cargo, strictest: Level | None, hold: Hold = HOLD) -> str:
    """The elements that hold a cargo, marked as strictly as anything around or in it."""
    word = restriction(cargo, strictest, hold.word)
    shown = f' restriction="{word}"' if word else ""
    start = f"<AdditionalData {hold.attributes}{shown}>"
    return "".join(f"{start}{escape_text(piece)}</AdditionalData>\n" for piece in pieces(cargo))


def pieces(cargo: Cargo) -> list[str]:
    """A cargo as texts that XML can hold and no reader finds too long."""
    text = json.dumps(cargo, ensure_ascii=False, separators=(",", ":"))
    text = NO_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return [text[at : at + LENGTH] for at in range(0, len(text), LENGTH)]


def restriction(cargo: Cargo, strictest: Level | None, word: Callable[[Level], str] = word_of) -> str | None:
    """The word for the strictest of all around or in a cargo; None when nobody marked anything."""
    levels = [level(marking) for marking in markings_in(cargo)] + ([] if strictest is None else [strictest])
    return word(max(levels)) if levels else None


def unpack(root: Any, context: Context, hold: Hold = HOLD) -> Cargo:
    """Takes the cargo out of a document; what is none after all stays, as additional data like any other."""
    holders = [element for element in hold.find(root) if not len(element)]
    if not holders:
        return {}
    [cargo] = decode_embedded(["".join(element.text or "" for element in holders)], context.limits, context.source)
    if not isinstance(cargo, dict) or not all(isinstance(bucket, dict) for bucket in cargo.values()):
        return {}
    for element in holders:
        element.getparent().remove(element)
    return cargo

