"""Which losses a user forbids, and whether a translation has any of them."""

from __future__ import annotations

from collections.abc import Collection

from dragoman.errors import ForbiddenLoss
from dragoman.ledger import Kind, Ledger
from dragoman.text import visible

STRICT = frozenset(Kind) - {Kind.NATIVE, Kind.CARRIED}


def check(ledger: Ledger, forbidden: Collection[Kind], where: str) -> None:
    """Raises ForbiddenLoss, which counts the forbidden losses and names the first, if there are any."""
    found = ledger.of(forbidden)
    if not found:
        return
    counts = ", ".join(f"{count} {kind}" for kind, count in ledger.counts().items() if kind in forbidden)
    first = visible(f"{found[0].path}: {found[0].code}, {found[0].reason}")
    raise ForbiddenLoss(f"not written: {counts}; the first at {first}", where=where, fix="-v lists all")
