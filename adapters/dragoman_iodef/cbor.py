"""CBOR to the objects of RFC 8727 and back: names are numbers, dates and addresses of pages are tagged, bytes are bytes.

The library is imported when it is used: `pip install 'dragoman[cbor]'`.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Iterator
from functools import cache
from typing import Any

from dragoman.adapter import Context
from dragoman.errors import LimitExceeded, ReadError, UsageError
from dragoman.ledger import Kind
from dragoman.mapping.table import facts
from dragoman.text import visible
from dragoman_iodef.cborscan import BYTES_AS, DATE, SELF, URI, Scan
from dragoman_iodef.grammar import Grammar, Member, Shape

FORMAT = "iodef-cbor"
EXACT = 2**63  # what the strict reader of JSON takes
Object = dict[str, Any]


def library() -> Any:
    """Raises UsageError when the extra is not installed."""
    try:
        import cbor2
    except ImportError:
        raise UsageError("CBOR needs the package cbor2", fix="pip install 'dragoman[cbor]'") from None
    return cbor2


@cache
def numbers(first: int) -> dict[int, str]:
    """The names of members by their numbers, of which the first is given."""
    return dict(enumerate(facts(FORMAT)["members"], first))


# ---- reading ---------------------------------------------------------------------------------------------------------


def decode(data: bytes, context: Context) -> Any:
    """The one value that `data` holds, as a JSON decoder would give it.

    Raises ReadError for what is no CBOR or none that we take, LimitExceeded for too much, UsageError without the library.
    """
    Scan(data, context.limits, context.source).check()
    return redecode(data, context)


def redecode(data: bytes, context: Context) -> Any:
    """The same for what `encode` wrote, in which the scan would find nothing.  Raises as `decode` does."""
    cbor2 = library()
    tagged = {tag: _as_text(BYTES_AS.get(tag, "base64")) for tag in (DATE, URI, SELF, *BYTES_AS)}
    try:
        value = cbor2.loads(data, allow_duplicate_keys=False, max_depth=2000, semantic_decoders=tagged)
    except (cbor2.CBORDecodeError, ValueError, TypeError) as error:
        said = visible(str(error.__cause__ or error), 160)
        raise ReadError(f"this is no CBOR that we take: {said}", where=visible(context.source)) from None
    except (RecursionError, MemoryError):
        raise LimitExceeded("the document takes more memory than there is", where=visible(context.source)) from None
    return Names(value, context).plain(value)


def _as_text(encoding: str) -> Any:
    """A decoder for what is tagged: bytes as JSON has them, all else as it stands."""

    def decoded(value: Any, immutable: bool) -> Any:
        return _encoded(value, encoding) if isinstance(value, bytes) else value

    return decoded


def _encoded(value: bytes, encoding: str = "base64") -> str:
    if encoding == "base16":
        return value.hex().upper()
    if encoding == "base64url":
        return base64.urlsafe_b64encode(value).decode().rstrip("=")
    return base64.b64encode(value).decode()


class Names:
    """Puts names for numbers, in the numbering of one document."""

    def __init__(self, root: Any, context: Context) -> None:
        self.source = context.source
        said = facts(FORMAT)
        keys = set(root) if isinstance(root, dict) else set()
        place = said["members"].index("Incident")
        draft = said["first"] + place not in keys and said["draft"] + place in keys
        self.names = numbers(said["draft" if draft else "first"])
        if draft:
            self._told(context, "its names have the numbers of old drafts")
        elif "Incident" in keys:
            self._told(context, "its names are texts, as in old drafts")

    def plain(self, value: Any) -> Any:
        """Raises ReadError for what JSON could not hold."""
        if isinstance(value, dict):
            return self._object(value)
        if isinstance(value, list | tuple):
            return [self.plain(item) for item in value]
        if isinstance(value, bytes):
            return _encoded(value)
        if isinstance(value, float) and not math.isfinite(value):
            raise self._fault(f"the number {value} is not finite")
        if isinstance(value, int) and not isinstance(value, bool) and not -EXACT <= value < EXACT:
            raise self._fault("an integer of more than 63 bits")
        return value

    def _object(self, value: dict[Any, Any]) -> Object:
        found: Object = {}
        for key, item in value.items():
            if isinstance(key, bool) or not isinstance(key, int | str):
                raise self._fault("a name that is neither a number nor a text")
            name = self.names.get(key, str(key)) if isinstance(key, int) else key
            if name in found:
                raise self._fault(f"the name '{visible(name, 80)}' stands twice in one map")
            found[name] = self.plain(item)
        return found

    def _told(self, context: Context, reason: str) -> None:
        context.ledger.note(Kind.INVALID, "D201", "/", f"{reason}: read all the same")

    def _fault(self, what: str) -> ReadError:
        return ReadError(what, where=visible(self.source), fix="a document holds what JSON can hold (RFC 8727)")


# ---- writing ---------------------------------------------------------------------------------------------------------


def encode(tree: Object, grammar: Grammar) -> bytes:
    """A document in definite lengths, marked as CBOR (RFC 8949 section 3.4.6).  Raises UsageError without the library."""
    cbor2 = library()
    made: bytes = cbor2.dumps(cbor2.CBORTag(SELF, Tagged(cbor2).object(tree, grammar.root)))
    return made


class Tagged:
    """Puts numbers for names, and tags on the values whose type has one."""

    def __init__(self, library: Any) -> None:
        said = facts(FORMAT)
        self.tag, self.tags = library.CBORTag, said["tags"]
        self.keys = {name: number for number, name in numbers(said["first"]).items()}

    def object(self, value: Object, shape: Shape | None) -> dict[Any, Any]:
        return dict(self._members(value, shape))

    def _members(self, value: Object, shape: Shape | None) -> Iterator[tuple[Any, Any]]:
        for name, item in value.items():
            member = shape.members.get(name) if shape is not None else None
            yield self.keys.get(name, name), self._value(item, member)

    def _value(self, value: Any, member: Member | None) -> Any:
        if isinstance(value, list):
            return [self._value(item, member) for item in value]
        if isinstance(value, dict):
            gathers = member.gathers if member is not None else None
            inner = Shape("", dict(gathers)) if gathers is not None else member.shape if member is not None else None
            return self.object(value, inner)
        number = self.tags.get(member.type) if member is not None and isinstance(value, str) else None
        if number is None:
            return value
        return self._bytes(value, number) if number in BYTES_AS else self.tag(number, value)

    def _bytes(self, value: str, number: int) -> Any:
        """Bytes for the text that JSON has in their place; a text that is none stays as it is."""
        try:
            raw = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            return value
        return self.tag(number, raw) if _encoded(raw, BYTES_AS[number]) == value else value


# ---- recognising -----------------------------------------------------------------------------------------------------


def looks_like_a_document(head: bytes) -> bool:
    """Whether bytes begin with a small map whose first name is one of a document's."""
    head = head.removeprefix(b"\xd9\xd9\xf7")
    if not head or head[0] not in range(0xA1, 0xB8) or len(head) < 3:
        return False
    return head[1:].startswith(_starts())


@cache
def _starts() -> tuple[bytes, ...]:
    """How a name of a document's own member can begin, each with the first byte of its value where that is telling."""
    said = facts(FORMAT)
    names = said["members"][: said["members"].index("AdditionalData") + 1]
    texts = [bytes([0x60 + len(name)]) + name.encode() for name in names]
    firsts = [said["first"], said["draft"]]
    keys = [first + place for first in firsts for place in range(len(names))]
    return (*texts, *(_head(key) for key in keys))


def _head(key: int) -> bytes:
    return bytes([key if key >= 0 else 0x20 + (-1 - key)])
