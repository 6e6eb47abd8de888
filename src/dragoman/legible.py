"""The leaves of a document in any format.  A binary format shows its documents as JSON: `legible(data, context)`."""

from __future__ import annotations

from dragoman.adapter import Context
from dragoman.limits import Limits
from dragoman.registry import adapter
from dragoman.tree.leaves import Leaf, leaves


def leaves_of(data: bytes, format: str, limits: Limits) -> list[Leaf]:
    """All leaves of a document of that format.  Raises UnknownFormat, ReadError."""
    shown = getattr(adapter(format), "legible", None)
    return leaves(data if shown is None else shown(data, Context(limits=limits)), limits)
