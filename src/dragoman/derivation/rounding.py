"""Times rounded, so that no fraction of a second, no zone and no minute of somebody else's clock is passed on."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from dragoman.errors import UsageError
from dragoman.mapping.codecs import TIME, moment

STEP = re.compile(r"([1-9]\d{0,3})([smhd])")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
START = datetime(1970, 1, 1, tzinfo=UTC)

Rounded = Callable[[str, bool], str | None]
"""A time as it is passed on; None for what is none.  The second argument: rounded up, as an end is."""


def rounding(step: str) -> Rounded:
    """Rounds to multiples of a step such as 15m, 1h or 1d, in UTC.  Raises UsageError."""
    found = STEP.fullmatch(step)
    if found is None:
        raise UsageError(f"round = {step!r} is no step", fix="a number and s, m, h or d: 15m, 1h, 1d")
    wide = timedelta(seconds=int(found[1]) * SECONDS[found[2]])

    def rounded(text: str, up: bool = False) -> str | None:
        when = instant(text)
        if when is None:
            return None
        over = (when - START) % wide
        try:
            made = when - over + (wide if up and over else timedelta(0))
        except OverflowError:
            return None
        return written(made)

    return rounded


def instant(text: str) -> datetime | None:
    """The instant of a timestamp; one without a zone is taken as UTC."""
    match = TIME.fullmatch(text)
    return moment(text if match is None or match[8] else f"{text}Z")


def written(when: datetime) -> str:
    """A time as we write it: whole seconds in UTC, with the three zeros that some formats want."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
