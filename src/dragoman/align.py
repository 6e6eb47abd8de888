"""Which item of one list is which of another: when a document is written, and when it comes back changed.

A *print* is a short fingerprint of a value.  Two lists are laid side by side at the prints that both have once, in
order; between those stand gaps, which their user closes as it sees fit.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import compress, repeat
from json.encoder import encode_basestring_ascii
from operator import is_not
from typing import Any
from zlib import crc32

from dragoman.model.plain import fields, is_part, values_of

Anchor = Callable[[Any], str | None]
Pair = tuple[int, int]
Gap = tuple[range, range]
WIDTH = 8  # characters of a print
MOST = 2_500  # pairs that are compared one by one


class Prints:
    """Fingerprints of native values.  A part with a name of its own is known by it, whatever it holds."""

    def __init__(self, anchor: Anchor) -> None:
        self.anchor = anchor
        self._known: dict[int, str] = {}

    def of(self, value: Any) -> str:
        """Eight hexadecimal digits."""
        if not is_part(value):
            return _digits(encode_basestring_ascii(value) if type(value) is str else json.dumps(value, default=str))
        found = self._known.get(id(value))
        if found is None:
            found = self._known[id(value)] = self._part(value)
        return found

    def all(self, values: Sequence[Any]) -> str:
        """The prints of a list, as one word."""
        return "".join(self.of(value) for value in values)

    def _part(self, part: Any) -> str:
        name = self.anchor(part)
        if name:
            return _digits(f"@{name}")
        cls: type = type(part)
        values = values_of(cls)(part)
        named = compress(zip(fields(cls), values, strict=True), map(is_not, values, repeat(None)))
        said = [(field, self._field(value)) for field, value in named if value != () and value != []]
        return _digits(f"{cls.__name__}{said}")

    def _field(self, value: Any) -> str:
        if type(value) is str:
            return _digits(encode_basestring_ascii(value))
        if isinstance(value, list | tuple) and any(is_part(item) for item in value):
            return self.all(value)
        return self.of(value)


def _digits(text: str) -> str:
    return f"{crc32(text.encode('utf-8', 'surrogatepass')):08x}"


def _set(value: Any) -> bool:
    return value is not None and not (isinstance(value, list | tuple) and not value)


def split(prints: Any) -> list[str]:
    """What `Prints.all` joined; of anything else, nothing."""
    if not isinstance(prints, str) or len(prints) % WIDTH:
        return []
    return [prints[start : start + WIDTH] for start in range(0, len(prints), WIDTH)]


def matches(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Pairs of equal prints that occur once on either side, in an order that both sides have."""
    once, other = _single(old), _single(new)
    pairs = [(place, other[word]) for word, place in once.items() if word in other]
    return [pairs[index] for index in _rising([j for _, j in pairs])]


def gaps(pairs: Sequence[Pair], old: int, new: int) -> Iterator[Gap]:
    """What stands between the pairs of two lists of these lengths."""
    last_i = last_j = 0
    for i, j in [*pairs, (old, new)]:
        if i > last_i or j > last_j:
            yield range(last_i, i), range(last_j, j)
        last_i, last_j = i + 1, j + 1


def _single(words: Sequence[str]) -> dict[str, int]:
    count = Counter(words)
    return {word: place for place, word in enumerate(words) if count[word] == 1}


def _rising(values: Sequence[int]) -> list[int]:
    """The places of a longest rising subsequence."""
    tails: list[int] = []
    places: list[int] = []
    before: list[int | None] = []
    for place, value in enumerate(values):
        at = bisect_left(tails, value)
        before.append(places[at - 1] if at else None)
        tails[at : at + 1], places[at : at + 1] = [value], [place]
    found: list[int] = []
    step = places[-1] if places else None
    while step is not None:
        found.append(step)
        step = before[step]
    return found[::-1]


def alike(one: Any, other: Any) -> int:
    """How much two items have in common; 0 when they cannot be the same thing."""
    if type(one) is not type(other):
        return 0
    if not is_part(one):
        return int(one == other)
    cls: type = type(one)
    same = sum(1 for name in fields(cls) if _set(value := getattr(one, name)) and value == getattr(other, name))
    known = getattr(one, "id", None)
    return 1 + same + (10 if known is not None and known == getattr(other, "id", None) else 0)


def closest(old: Sequence[Any], new: Sequence[Any]) -> list[Pair]:
    """Pairs of items, in order, that have most in common; of long lists simply the first with the first."""
    if len(old) * len(new) > MOST:
        return [(i, i) for i, (one, other) in enumerate(zip(old, new, strict=False)) if alike(one, other)]
    best = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    score = [[alike(one, other) for other in new] for one in old]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            together = best[i + 1][j + 1] + score[i][j] if score[i][j] else 0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    return list(_walk(best, score))


def _walk(best: list[list[int]], score: list[list[int]]) -> Iterator[Pair]:
    i = j = 0
    while i < len(score) and j < len(score[0]):
        if score[i][j] and best[i][j] == best[i + 1][j + 1] + score[i][j]:
            yield i, j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
