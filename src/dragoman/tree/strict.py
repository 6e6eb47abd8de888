"""The standard library's JSON decoder with its leniencies closed.

It calls these hooks while it builds the tree, so none of the checks needs a walk of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from math import isfinite
from typing import Any, NoReturn

from dragoman.errors import LimitExceeded
from dragoman.limits import Limits
from dragoman.text import visible

_LARGEST = 2**63 - 1  # what the integers of every language, database and format of ours can hold
_LONGEST = len("-9223372036854775807")


class EqualKeysError(Exception):
    """An object has two equal keys."""


class BadNumberError(Exception):
    """A number that cannot be held as it is written; its text."""


def decoder(limits: Limits, source: str) -> json.JSONDecoder:
    """A decoder of JSON text that raises EqualKeysError, BadNumberError or LimitExceeded where `json` looks away."""
    return json.JSONDecoder(
        object_pairs_hook=_objects(limits.keys, source),
        parse_int=_integer,
        parse_float=_float,
        parse_constant=_constant,
    )


def check_strings(value: Any, limits: Limits, source: str) -> None:
    """Raise LimitExceeded if a key or a text in `value` is too long.  A walk: only for large documents."""
    todo = [value]
    while todo:
        part = todo.pop()
        if isinstance(part, dict):
            todo.extend(part)
            todo.extend(part.values())
        elif isinstance(part, list):
            todo.extend(part)
        elif isinstance(part, str) and len(part) > limits.string:
            what = f"a text of {len(part):,} characters, '{visible(part, 40)}'; the limit is {limits.string:,}"
            raise LimitExceeded(what, where=visible(source), fix="raise the limit on strings, or attach it as a file")


def _objects(most: int, source: str) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    """What makes an object of its members."""

    def make(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            raise EqualKeysError
        if len(made) > most:
            what = f"an object of {len(made):,} members, from '{visible(pairs[0][0], 80)}' on; the limit is {most:,}"
            raise LimitExceeded(what, where=visible(source), fix="raise the limit on keys if you trust the document")
        return made

    return make


def _integer(text: str) -> int:
    """The exact integer.  Its length goes first: thousands of digits take long, or raise ValueError."""
    if len(text) <= _LONGEST and -_LARGEST <= (value := int(text)) <= _LARGEST:
        return value
    raise BadNumberError(text)


def _float(text: str) -> float:
    """The float, where `json` would make infinity of 1e400."""
    value = float(text)
    if isfinite(value):
        return value
    raise BadNumberError(text)


def _constant(text: str) -> NoReturn:
    """NaN and the infinities, which `json` accepts and JSON does not have."""
    raise BadNumberError(text)
