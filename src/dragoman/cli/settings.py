"""What the user set: profile, options and limits, as the context in which adapters work."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Literal

from dragoman.adapter import Context
from dragoman.errors import UsageError
from dragoman.files import called
from dragoman.limits import Limits
from dragoman.registry import adapters

_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the command line says about how to read and write; `context` makes a fresh one for each document."""

    values: Mapping[str, Any] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    tables: tuple[str, ...] = ()
    carry: Literal["extension", "drop"] = "extension"
    strict: bool = False
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def context(self, source: str) -> Context:
        """For one document."""
        return Context(
            source=called(source),
            now=self.now,
            limits=self.limits,
            carry=self.carry,
            strict=self.strict,
            settings=self.values,
            tables=self.tables,
        )


def settings(
    profile: str | None = None,
    options: tuple[str, ...] = (),
    limits: tuple[str, ...] = (),
    tables: tuple[str, ...] = (),
    carry: Literal["extension", "drop"] = "extension",
    strict: bool = False,
) -> Settings:
    """From the words of the command line; an option wins over the profile.

    The clock stands still at SOURCE_DATE_EPOCH where that is set.  Raises UsageError, OSError."""
    values, own_tables = profiled(profile) if profile else ({}, ())
    values |= dict(_option(text) for text in options)
    return Settings(values, _limits(limits), own_tables + tables, carry, strict, _clock())


def profiled(file: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """A profile's values by dotted name ("stix.shape"), and its mapping tables, which stand relative to it.

    Raises UsageError naming the line, OSError.
    """
    from dragoman.profile import SECTIONS, parsed  # pydantic: only who has a profile pays for it

    raw = {name: value for name, value in parsed(file).items() if name not in SECTIONS}
    tables = raw.pop("mappings", [])
    if not isinstance(tables, list) or not all(isinstance(table, str) for table in tables):
        raise UsageError("mappings is a list of file names", where=file, fix='mappings = ["mine.yaml"]')
    values = dict(_flat(raw, ""))
    sections = ("defaults", *SECTIONS)
    unknown = next((name for name in _leaves(raw, "") if name.partition(".")[0] not in sections and not _is_known(name)), None)
    if unknown is not None:
        there = ", ".join(f"[{name}]" for name in sections)
        raise UsageError(f"{unknown}: no section has it, and no format such an option", where=file, fix=f"sections: {there}")
    return values, tuple(str(Path(file).parent / table) for table in tables)


def _flat(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value.isoformat() if isinstance(value, date | time) else value


def _leaves(table: Mapping[str, Any], prefix: str) -> Iterator[str]:
    """The dotted names of all values, and of sections in which there is nothing."""
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def _option(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise UsageError(f"-O {text}", fix="an option is NAME=VALUE: -O stix.shape=C")
    _check_known(name)
    return name, {"true": True, "false": False}.get(value, value)


def _check_known(name: str) -> None:
    """Raises UsageError for an option that no format has: a typing error must not pass unseen."""
    if not _is_known(name):
        raise UsageError(f"-O {name}: no format has such an option", fix=f"there are {', '.join(sorted(_known()))}")


def _is_known(name: str) -> bool:
    """Whether a format has an option of that name, in which a word in capitals stands for any (defaults.PATH)."""
    return any(re.fullmatch(re.sub("[A-Z]+", ".+", re.escape(option)), name) for option in _known())


def _known() -> set[str]:
    return {option for found in adapters().values() for option in found.format.options}


def _limits(texts: tuple[str, ...]) -> Limits:
    return Limits(**dict(_limit(text) for text in texts))


def _limit(text: str) -> tuple[str, int]:
    known = [limit.name for limit in fields(Limits)]
    found = re.fullmatch(r"(\w+)=(\d{1,15})([kmg]?)", text, re.IGNORECASE)
    if not found or found[1] not in known:
        raise UsageError(f"--limit {text}", fix=f"a limit is NAME=N: {', '.join(known)}; bytes=1G works")
    return found[1], int(found[2]) * _UNITS[found[3].lower()]


def _clock() -> Callable[[], datetime]:
    """The time of day, or the moment that SOURCE_DATE_EPOCH names.  Raises UsageError."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return lambda: datetime.now(UTC)
    try:
        moment = datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"SOURCE_DATE_EPOCH={epoch}", fix="it is a number of seconds since 1970") from None
    return lambda: moment
