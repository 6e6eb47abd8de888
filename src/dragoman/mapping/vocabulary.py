"""A list of words: ours, and what a format has for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Our words to theirs.  Other words pass unchanged.

    A word marked `{as: x}` is written so and never read so; of several of theirs `[x, y]` the first is written and all
    are read.  A list holds words that are the same on both sides, and may hold such mappings.
    """

    write: Mapping[str, str]
    read: Mapping[str, str]
    words: frozenset[str] = frozenset()  # all words of theirs, where the list is closed
    exact: Mapping[str, str] = field(default_factory=dict)  # theirs to ours, of the words that come back as they were

    @classmethod
    def of(cls, listed: Any) -> Vocabulary:
        """From a mapping of words, or a list of words that are the same on both sides."""
        items = listed if isinstance(listed, list) else [listed]
        same = [item for item in items if not isinstance(item, dict)]
        pairs = [pair for item in items if isinstance(item, dict) for pair in item.items()]
        write: dict[str, str] = {}
        read: dict[str, str] = {}
        for ours, theirs in pairs:
            spellings = theirs if isinstance(theirs, list) else [theirs]
            write[ours] = spellings[0]["as"] if isinstance(spellings[0], dict) else spellings[0]
            read |= {word: ours for word in spellings if not isinstance(word, dict)}
        words = frozenset(same) | read.keys() | frozenset(write.values())
        words = frozenset() if "*" in words else words
        exact = {word: word for word in same} | {word: ours for word, ours in read.items() if write[ours] == word}
        return cls(write, read, words, exact)
