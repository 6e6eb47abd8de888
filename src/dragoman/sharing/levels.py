"""Levels as people name them: in options, profiles and policies, whichever version of TLP the word is of."""

from __future__ import annotations

from dragoman.errors import UsageError
from dragoman.model.marking import LEVELS, Level

LEVEL_WORDS = {word.partition(":")[2]: level for word, level in LEVELS.items() if word.startswith("tlp-")}
NAMES = {level: f"TLP:{level.name.replace('_', '+')}" for level in Level}


def level_of(word: str) -> Level:
    """The level that somebody asked for: "GREEN", "TLP:AMBER+STRICT".  Raises UsageError."""
    found = LEVEL_WORDS.get(word.lower().removeprefix("tlp:"))
    if found is None:
        raise UsageError(f"{word!r} is no TLP level", fix="one of CLEAR, GREEN, AMBER, AMBER+STRICT, RED")
    return found


def level_name(level: Level) -> str:
    """A level as options and tables call it: "AMBER+STRICT"."""
    return NAMES[level].removeprefix("TLP:")
