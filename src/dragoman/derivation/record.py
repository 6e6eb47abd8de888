"""Writes down which messages were made from which document, before anybody gets them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from dragoman.adapter import Context
from dragoman.derivation.derive import Derived, Wish
from dragoman.derivation.provenance import Link, Provenance
from dragoman.derivation.rounding import written
from dragoman.profile import Profile


def store_of(profile: Profile) -> Provenance:
    """The provenance store of a profile."""
    return Provenance(profile.path(profile.provenance.path))


def record(
    made: Sequence[Derived], wish: Wish, profile: Profile, received: bytes, format: str, by: str, context: Context
) -> None:
    """Records derived messages.  received, format: the document they were made from.  Raises ReadError, OSError."""
    digest, now = hashlib.sha256(received).hexdigest(), written(context.now())
    store_of(profile).record([_link(one, wish, digest, format, by, now) for one in made])


def _link(one: Derived, wish: Wish, digest: str, format: str, by: str, now: str) -> Link:
    decisions = [f"{loss.code} {loss.path}" for loss in one.decisions]
    decisions += [f"own words: {name}" for name in wish.texts]
    if wish.max_tlp is not None:
        decisions.append(f"permitted up to {wish.max_tlp}: {wish.because}")
    return Link(
        derived=one.incident.id or "",
        parent_sender=one.parent.sender,
        parent_id=one.parent.id,
        parent_sha256=digest,
        parent_format=format,
        at=now,
        by=by,
        partner=wish.partner or "",
        fields=one.taken,
        decisions=tuple(decisions),
    )
