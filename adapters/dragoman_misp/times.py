"""Times in MISP: seconds since 1970 in a string, and moments with six digits of a second."""

from __future__ import annotations

import re
from calendar import timegm
from functools import lru_cache
from time import gmtime, strptime

from dragoman.mapping.codecs import to_utc

SECONDS = re.compile(r"0|[1-9][0-9]{0,10}", re.ASCII)
MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{6})\+00:?00", re.ASCII)
ZULU = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z", re.ASCII)
KNOWN = 10_000  # times of an event mostly repeat
LAST = 253402300799  # the last second of the year 9999


@lru_cache(KNOWN)
def of_epoch(seconds: str) -> str | None:
    """RFC 3339 of seconds since 1970, to the millisecond as STIX wants it (section 3.2); None for what is none."""
    if not SECONDS.fullmatch(seconds) or int(seconds) > LAST:
        return None
    t = gmtime(int(seconds))
    return f"{t.tm_year:04}-{t.tm_mon:02}-{t.tm_mday:02}T{t.tm_hour:02}:{t.tm_min:02}:{t.tm_sec:02}.000Z"


@lru_cache(KNOWN)
def to_epoch(moment: str) -> str | None:
    """Seconds since 1970 of a time of the model, fractions cut off; None for what is no time."""
    found = ZULU.fullmatch(moment) or ZULU.fullmatch(_utc(moment))
    if found is None:
        return None
    try:
        seconds = timegm(strptime(found[1], "%Y-%m-%dT%H:%M:%S"))
    except ValueError:
        return None
    return str(seconds) if seconds >= 0 else None


def _utc(moment: str) -> str:
    try:
        return to_utc(moment)
    except ValueError:
        return ""


@lru_cache(KNOWN)
def of_seen(moment: str) -> str | None:
    """RFC 3339 of first_seen or last_seen; None for what is no time."""
    found = MOMENT.fullmatch(moment)
    if found is None:
        return moment if to_epoch(moment) is not None else None
    fraction = found[2].rstrip("0")
    return f"{found[1]}.{fraction}Z" if fraction else f"{found[1]}Z"


@lru_cache(KNOWN)
def to_seen(moment: str) -> str:
    """first_seen or last_seen as MISP writes it."""
    found = ZULU.fullmatch(moment) or ZULU.fullmatch(_utc(moment))
    return f"{found[1]}.{found[2] or '':0<6}+00:00" if found else moment


def to_moment(moment: str) -> str:
    """The value of an attribute of type datetime as MISP writes it."""
    found = to_seen(moment)
    return found.removesuffix("+00:00") + "+0000" if found.endswith("+00:00") else found
