"""Which adapters there are: entry points, our own among them.  Nothing is imported before it is used."""

from __future__ import annotations

import warnings
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from dragoman.adapter import Adapter
from dragoman.errors import UnknownFormat

GROUP = "dragoman.adapters"


@cache
def formats() -> dict[str, EntryPoint]:
    """Every installed adapter's entry point by the name of its format.

    Two packages that claim one name are an error that names both: raises UnknownFormat.
    """
    found: dict[str, EntryPoint] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        other = found.setdefault(point.name, point)
        if other.value != point.value:
            raise UnknownFormat(
                f"{point.name!r} is claimed by both {other.value} and {point.value}", fix="uninstall one of them"
            )
    return found


@cache
def adapter(name: str) -> Adapter:
    """The adapter for a format.  Raises UnknownFormat, which lists the formats there are."""
    point = formats().get(name)
    if point is None:
        raise UnknownFormat(f"no format {name!r}", fix=f"there are {', '.join(formats())}")
    try:
        loaded = point.load()
    except (ImportError, AttributeError) as error:
        raise UnknownFormat(f"the adapter for {name!r} cannot be loaded: {error}", where=point.value) from error
    if not isinstance(loaded, Adapter) or loaded.format.name != name:
        raise UnknownFormat(f"{point.value} is no adapter called {name!r}")
    return loaded


def adapters() -> dict[str, Adapter]:
    """Every adapter that loads; a broken one of a third party warns and is left out."""
    found = {}
    for name in formats():
        try:
            found[name] = adapter(name)
        except UnknownFormat as error:
            warnings.warn(str(error), stacklevel=2)
    return found
