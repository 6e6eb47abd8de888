"""With whom a subscriber deals, as the profile says it."""

from __future__ import annotations

from pathlib import Path

from dragoman.attachments.fetch import Terms, terms
from dragoman.attachments.unpack import Partner
from dragoman.profile import Profile

RECEIVED = "received"


def partner_of(profile: Profile, name: str | None, keep: Path | None = None) -> Partner:
    """The partner of that name, or nobody: then nothing is fetched.

    keep: where bytes are kept, instead of in the profile's store.  Raises UsageError for a partner without an agreement
    or without its credential, OSError.
    """
    named = "store" in profile.model_fields_set or name is not None
    cache = keep or (profile.path(profile.store.path) / RECEIVED if named else None)
    if name is None:
        return Partner(None, Terms(hosts=(), bounds=profile.fetch), cache)
    agreement = profile.agreement(name)
    return Partner(agreement, terms(agreement, profile), cache)
