"""The one strict JSON decoder, in front of every JSON format, and the one encoder behind them.

Two readers of one document must never see two documents.  So what parsers disagree on is refused: equal keys (most
keep the last, which can widen a marking), numbers that only some can hold, half characters, other encodings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from dragoman.errors import InvalidOutput, LimitExceeded, ReadError
from dragoman.limits import Limits
from dragoman.text import visible
from dragoman.tree import place, scan, strict


def decode(data: bytes, limits: Limits, source: str = "input") -> Any:
    """The one value that `data` holds, as dicts, lists, str, int, float, bool and None.

    data: UTF-8, a byte order mark is skipped (RFC 8259 section 8.1).  source: what errors call the document.
    Raises ReadError for what is not strict JSON and LimitExceeded for what is too much of it, and nothing else.
    """
    return _decoded(data, strict.decoder(limits, source), limits, source)


def _decoded(data: bytes, decoder: json.JSONDecoder, limits: Limits, source: str) -> Any:
    try:
        text = _text(data, limits, source)
        _check_extent(data, text, limits, source)
        value = decoder.decode(text)
    except json.JSONDecodeError as error:
        raise _syntax_fault(error, source) from None
    except strict.EqualKeysError:
        raise _key_fault(text, source) from None
    except strict.BadNumberError as error:
        raise _number_fault(text, str(error), source) from None
    except (RecursionError, MemoryError):
        raise LimitExceeded("the document takes more memory than there is", where=visible(source)) from None
    if scan.may_hold_longer(data, limits.string):
        strict.check_strings(value, limits, source)
    return value


def decode_embedded(texts: Iterable[str], limits: Limits, source: str = "input") -> Iterator[Any]:
    """The values of JSON texts that stand in one document; None for one that is not strict JSON.

    The limits hold for each text, that on members for all together.  Raises LimitExceeded.
    """
    values, decoder = 0, strict.decoder(limits, source)
    for text in texts:
        data = text.encode()
        values += scan.values(data)
        if values > limits.members:
            raise _too_many(limits, source)
        try:
            yield _decoded(data, decoder, limits, source)
        except LimitExceeded:
            raise  # what is too large to be looked at cannot be passed over in silence
        except ReadError:
            yield None


def redecode(data: bytes) -> Any:
    """What `encode` wrote, read back: the checks of `decode` would find nothing in it."""
    return msgspec.json.decode(data)


def items_of(data: bytes, name: str, members: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]] | None:
    """An object that `encode` wrote, the items of its member `name` not decoded, and of each item some members.

    `redecode` decodes such an item, and it is written as it stands.  members: by their types; they stand as attributes, empty
    where there are none.  None for a value that is no such object.
    """
    glance: Any = msgspec.defstruct("Glance", [(member, cls, cls()) for member, cls in members.items()])
    try:
        whole = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        found = msgspec.json.decode(whole[name], type=list[glance])
    except (msgspec.ValidationError, KeyError):
        return None
    out = {key: msgspec.json.decode(value) for key, value in whole.items() if key != name}
    items = msgspec.json.decode(whole[name], type=list[msgspec.Raw])
    return {key: items if key == name else out[key] for key in whole}, found


def encode(value: Any, *, indent: bool = True) -> bytes:
    """`value` as UTF-8 JSON that ends in a newline: keys in the order given, nothing escaped that need not be.

    Integers of any size are written exactly.  A float that is no number would become null: codecs let none through.
    Raises InvalidOutput if a text holds half a character, or if the value nests too deeply to be written.
    """
    return (indented(compact(value)) if indent else compact(value)) + b"\n"


def compact(value: Any) -> bytes:
    """`value` as `encode` writes it, in one line."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError as error:
        raise InvalidOutput(f"half a character in the text '{visible(str(error.object), 80)}'") from None
    except RecursionError:
        raise InvalidOutput("the output nests too deeply to be written as JSON") from None


def indented(data: bytes) -> bytes:
    """JSON laid out for people."""
    return msgspec.json.format(data, indent=2)


def pointer(parts: Iterable[str | int]) -> str:
    """The JSON pointer (RFC 6901) to a value, from the keys and indices that lead to it."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _text(data: bytes, limits: Limits, source: str) -> str:
    """The document without its byte order mark; raises if it is too large or not UTF-8."""
    if len(data) > limits.bytes:
        what = f"the document has {len(data):,} bytes; the limit is {limits.bytes:,}"
        raise LimitExceeded(what, where=visible(source), fix="split it, or raise the limit on bytes")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        where = place.place(source, before, len(before))
        raise ReadError("not UTF-8 from here on", where=where, fix="convert the document to UTF-8") from None


def _check_extent(data: bytes, text: str, limits: Limits, source: str) -> None:
    """Refuse what is too much or too deep, before anything is decoded, and half characters."""
    # In this order: the time that measuring the depth takes grows with the number of brackets.
    if scan.more_values_than(data, limits.members):
        raise _too_many(limits, source)
    if scan.deeper_than(data, limits.json_depth):
        where = place.place(source, text, place.of_depth(text, limits.json_depth))
        what = f"objects and lists nest deeper than {limits.json_depth} levels"
        raise LimitExceeded(what, where=where, fix="raise the limit on depth if you trust the document")
    if (offset := scan.half_character(text)) is not None:
        what = f"{text[offset : offset + 6]} is half a character"
        raise ReadError(what, where=place.place(source, text, offset), fix="write both halves, or neither")


def _too_many(limits: Limits, source: str) -> LimitExceeded:
    what = f"more than {limits.members:,} members and items"
    return LimitExceeded(what, where=visible(source), fix="split the document, or raise the limit on members")


def _syntax_fault(error: json.JSONDecodeError, source: str) -> ReadError:
    """The decoder's own complaint, with our words for the two that puzzle people."""
    what = {
        "Extra data": "a second value follows the first",
        "Expecting value": "a value is missing here, or is not JSON",
    }.get(error.msg, error.msg.removesuffix(" at"))
    where = place.place(source, error.doc, error.pos)
    return ReadError(what, where=where, fix="a document is one value of strict JSON, RFC 8259")


def _key_fault(text: str, source: str) -> ReadError:
    key, offset = place.of_second_key(text)
    what = f"the key '{visible(key, 80)}' stands twice in one object"
    return ReadError(what, where=place.place(source, text, offset), fix="keep the one that is meant")


def _number_fault(text: str, number: str, source: str) -> ReadError:
    what = f"the number {visible(number, 40)} is not finite, or an integer of more than 63 bits"
    fix = "write it as a string"
    return ReadError(what, where=place.place(source, text, place.of_word(text, number)), fix=fix)
