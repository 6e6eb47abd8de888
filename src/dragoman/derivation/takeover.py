"""Files that came with a received incident, taken over: cleaned, under a new name, from our own store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dragoman.adapter import Context
from dragoman.attachments.store import Store
from dragoman.derivation.cleaned import Clean, cleaned
from dragoman.derivation.traces import Traces
from dragoman.detect import HEAD, detect
from dragoman.errors import ForbiddenLoss, UnknownFormat, UsageError
from dragoman.model.incident import Attachment, Incident
from dragoman.profile import Profile

BYTES = "octet-stream"


def taken_over(
    files: Mapping[str, bytes], received: Sequence[Incident], profile: Profile, store: Store, base_uri: str, context: Context
) -> tuple[Attachment, ...]:
    """Attachments of ours for files that we had received.

    files: by the name they have here, which goes nowhere.  base_uri: where the public folder of the store is served.
    Raises UsageError for an address that is not https and for an incident document (that is derived, not attached),
    ForbiddenLoss for a file that cannot be cleaned or that names whom we had it from, OSError.
    """
    if not base_uri.startswith("https://"):
        raise UsageError("where will the files be?", fix="--base-uri https://…")
    traces = Traces(received, profile.derivation.names, profile.derivation.harmless)
    found = [_clean(name, data, traces, context) for name, data in files.items()]
    return tuple(_kept(one, number, store, base_uri) for number, one in enumerate(found, 1))


def _clean(name: str, data: bytes, traces: Traces, context: Context) -> Clean:
    if (known := _format(data, name)) is not None:
        raise UsageError(f"is {known}: an incident is derived, not attached", where=name, fix="dragoman derive FILE")
    found = cleaned(data)
    if found is None:
        fix = "plain text, PNG and JPEG can be; print or redraw the file, so that it is yours"
        raise ForbiddenLoss("cannot be cleaned of what is written about it", where=name, fix=fix)
    if (said := traces.found(found.text)) is not None:
        fix = "take it out, or list the word in [derivation] harmless"
        raise ForbiddenLoss(f"says {said!r}, a name of whom we had it from", where=name, fix=fix)
    return found


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
