"""Which adapter reads these bytes: every adapter says how sure it is, the surest one is it."""

from __future__ import annotations

from dragoman.adapter import Can, Likeness
from dragoman.errors import UnknownFormat
from dragoman.registry import adapters

HEAD = 64 * 1024  # bytes an adapter gets to see


def likelihoods(head: bytes) -> dict[str, Likeness]:
    """How sure each adapter that can read is, the surest first."""
    asked = {name: found.sniff(head[:HEAD]) for name, found in adapters().items() if Can.READ in found.format.can}
    return dict(sorted(asked.items(), key=lambda item: -item[1]))


def detect(head: bytes, source: str = "input") -> str:
    """The format of a document from its first bytes (`HEAD` of them are enough).

    Raises UnknownFormat when no adapter knows it or when two are equally sure.
    """
    ranked = likelihoods(head)
    best = max(ranked.values(), default=Likeness.NO)
    names = [name for name, likeness in ranked.items() if likeness is best]
    if best is Likeness.NO:
        raise UnreadableFormat("none of the installed formats", where=source, fix=f"say which with --from: {_all()}")
    if len(names) > 1:
        raise UnreadableFormat(f"could be {' or '.join(names)}", where=source, fix="say which with --from")
    return names[0]


def _all() -> str:
    return ", ".join(adapters())


class UnreadableFormat(UnknownFormat):
    """The bytes belong to no format that we know: bad input rather than a wrong call."""

    exit_status = 4
