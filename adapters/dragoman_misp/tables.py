"""The compiled table of the event and of clusters."""

from __future__ import annotations

from functools import cache

from dragoman.mapping.table import Table, load
from dragoman_misp.codecs import CODECS
from dragoman_misp.exact import FORMAT


@cache
def table(tables: tuple[str, ...] = ()) -> Table:
    """Our table, with the user's own over it.  Raises MappingError."""
    return load(FORMAT, CODECS, tables)
