"""Files that came with a received incident, taken over: cleaned, under a new name, from our own store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dragoman.adapter import Context
from dragoman.attachments.store import Store, digest_of
from dragoman.derivation.cleaned import Clean, cleaned
from dragoman.derivation.derive import Wish, strictest
from dragoman.derivation.traces import Traces
from dragoman.detect import HEAD, detect
from dragoman.errors import ForbiddenLoss, UnknownFormat, UsageError
from dragoman.model.incident import Attachment, Incident
from dragoman.model.marking import Level
from dragoman.personal import personal_of, treated
from dragoman.profile import Profile
from dragoman.sharing.labels import Meanings, whole
from dragoman.sharing.levels import NAMES, level_of
from dragoman.sharing.sieve import labelled

BYTES = "octet-stream"


def taken_over(
    files: Mapping[str, bytes], received: Sequence[Incident], wish: Wish, profile: Profile, store: Store, base_uri: str,
    context: Context,
) -> tuple[Attachment, ...]:  # fmt: skip
    """Attachments of ours for files that we had received.

    files: by the name they have here, which goes nowhere.  base_uri: where the public folder of the store is served.
    Raises UsageError for an address that is not https and for an incident document (that is derived, not attached),
    ForbiddenLoss for a file that cannot be cleaned, that may not be passed on or that names whom we had it from, OSError.
    """
    if not base_uri.startswith("https://"):
        raise UsageError("where will the files be?", fix="--base-uri https://…")
    desk = _Desk(received, wish, profile, context)
    found = [desk.clean(name, data) for name, data in files.items()]
    return tuple(_kept(one, number, store, base_uri) for number, one in enumerate(found, 1))


@dataclass(frozen=True, slots=True)
class _Desk:
    """Looks into one file after the other."""

    received: Sequence[Incident]
    wish: Wish
    profile: Profile
    context: Context

    def clean(self, name: str, data: bytes) -> Clean:
        """A file of which nothing leads to whom we had it from.  Raises UsageError, ForbiddenLoss."""
        if (known := _format(data, name)) is not None:
            raise UsageError(f"is {known}: an incident is derived, not attached", where=name, fix="dragoman derive FILE")
        self._check_marking(name, data)
        found = cleaned(data)
        if found is None:
            fix = "plain text, PNG and JPEG can be; print or redraw the file, so that it is yours"
            raise ForbiddenLoss("cannot be cleaned of what is written about it", where=name, fix=fix)
        said = self.profile.derivation
        if (word := Traces(self.received, said.names, said.harmless).found(found.text)) is not None:
            fix = "take it out, or list the word in [derivation] harmless"
            raise ForbiddenLoss(f"says {word!r}, a name of whom we had it from", where=name, fix=fix)
        return self._without_persons(name, found)

    def _check_marking(self, name: str, data: bytes) -> None:
        """Raises ForbiddenLoss for a file whose own marking, or that of the message it came with, lets nobody have it."""
        unmarked, digest = level_of(self.profile.derivation.unmarked), digest_of(data)
        level = max((level_of_file(incident, digest, unmarked) for incident in self.received), default=unmarked)
        if level > strictest(self.wish, self.profile):
            fix = 'if its author permits it: --max-tlp LEVEL --because "…"'
            raise ForbiddenLoss(f"came with a message whose marking keeps it here: {NAMES[level]}", where=name, fix=fix)

    def _without_persons(self, name: str, found: Clean) -> Clean:
        """A text without the personal data that may not go out; what a picture shows nobody here can see."""
        if not found.text:
            return found
        agreement = self.profile.agreement(self.wish.partner) if self.wish.partner is not None else None
        aside = self.context.aside()
        text = Incident(description=[found.text])
        left = treated(text, personal_of(self.profile, agreement), aside, at=name, beside=self.received)
        for loss in aside.ledger:
            self.context.ledger.note(loss.kind, loss.code, name, loss.reason)
        return cleaned(str(left.description[0]).encode()) or found


def level_of_file(incident: Incident, digest: str, unmarked: Level) -> Level:
    """The level of a file that came with an incident: that of the attachment with this digest, else that of the incident."""
    numbers = [n for n, one in enumerate(incident.attachments) if (one.sha256 or "").lower() == digest]
    places = tuple(f"/attachments/{number}/" for number in numbers)
    listed = [leaf.label.level for leaf in labelled(incident, unmarked) if places and leaf.path.startswith(places)]
    label = Meanings([incident]).label(whole(incident), ())
    return max(listed, default=unmarked if label is None else label.level)


def _format(data: bytes, name: str) -> str | None:
    try:
        return detect(data[:HEAD], name)
    except UnknownFormat:
        return None


def _kept(found: Clean, number: int, store: Store, base_uri: str) -> Attachment:
    entry = store.add(found.data, found.media_type, BYTES)
    return Attachment(
        format=BYTES, uri=f"{base_uri.rstrip('/')}/{entry.name}", media_type=entry.media_type, size=entry.size,
        sha256=entry.sha256, filename=f"attachment-{number}{found.suffix}",
    )  # fmt: skip
