"""Fetching one attachment from a partner, who may be hostile or broken into.

https only; only hosts that the agreement names, on every hop; the address judged and pinned (`connection`); redirects,
time and bytes bounded (`[fetch]` of the profile); the credential only for the host that it was asked for.  What is cut off
goes on where it stopped (RFC 9110 sections 13.1.5 and 14.2), and what came once is not fetched again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

from dragoman.attachments.body import collect, encoding
from dragoman.attachments.connection import Clock, Resolve, Target, addresses_for, asked, resolved
from dragoman.attachments.store import Blobs, digest_of, write
from dragoman.errors import DragomanError, PeerError, ReadError, UsageError
from dragoman.model.incident import Attachment
from dragoman.profile import Agreement, Fetch, Profile
from dragoman.text import visible

AGENT = "dragoman"  # says nothing of who runs it
REDIRECTS = (301, 302, 303, 307, 308)
GENERIC = frozenset({"", "application/octet-stream", "binary/octet-stream"})
SYNTAXES = {"application/json": "json", "text/json": "json", "application/xml": "xml", "text/xml": "xml"}


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms we fetch from one partner.  hosts: "name" (port 443) or "name:port".  resolve: names to addresses."""

    hosts: tuple[str, ...]
    bounds: Fetch = field(default_factory=Fetch)
    token: str | None = None
    ca_file: Path | None = None
    resolve: Resolve = resolved

    def target(self, uri: str) -> Target:
        """Where a URI leads.  Raises ReadError for one that we do not follow, PeerError for an address that is barred."""
        parts = parts_of(uri)
        host, port = parts.hostname or "", parts.port or 443
        if not _named(host, port, self.hosts):
            raise ReadError(f"the agreement names no host {visible(host)}:{port}")
        may = _named(host, port, self.bounds.private_hosts)
        addresses = addresses_for(host, port, may, self.resolve, self.bounds.connect_seconds)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Target(host, port, path, addresses)

    def tls(self) -> ssl.SSLContext:
        """The partners' certificates are checked against the file of the profile, or against the system's."""
        try:
            return ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        except ssl.SSLError:
            fix = "it is a file of certificates in PEM"
            raise UsageError("ca_file cannot be read", where=str(self.ca_file), fix=fix) from None
        except OSError as error:  # in which the standard library names no file
            raise OSError(error.errno, error.strerror, str(self.ca_file)) from None


def terms(agreement: Agreement, profile: Profile, environment: Callable[[str], str | None] = os.environ.get) -> Terms:
    """The terms of an agreement.

    Raises UsageError for a credential that is not there or is none, and for certificates that are none, OSError.
    """
    token = None
    if agreement.token_file is not None:
        token = profile.path(agreement.token_file).read_text("utf-8", "replace").strip()
    elif agreement.token_env is not None:
        token = environment(agreement.token_env)
        if token is None:
            raise UsageError(f"{agreement.token_env} is not set", fix="token_env names a variable of the environment")
    if token is not None and not re.fullmatch(r"[\x21-\x7e]+", token):
        raise UsageError("the credential is no token", fix="one line of visible ASCII, without spaces")
    ca_file = profile.fetch.ca_file
    made = Terms(agreement.hosts, profile.fetch, token, profile.path(ca_file) if ca_file else None)
    if ca_file is not None:
        made.tls()  # a slip in it is not the fault of an attachment
    return made


def fetched(attachment: Attachment, terms: Terms, cache: Path) -> bytes:
    """The bytes of an attachment, checked: from the cache, or from where its URI leads.

    Raises ReadError for what must not be used, PeerError for what did not come, OSError for the disk of ours.
    """
    blobs = Blobs(cache / "blobs")
    if attachment.sha256 and (known := blobs.get(attachment.sha256.lower())) is not None:
        check(attachment, known)
        return known
    partial = Partial.of(attachment, cache)
    try:
        _follow(attachment, terms, partial)
        check(attachment, bytes(partial.data))
    except (PeerError, KeyboardInterrupt):
        partial.keep()
        raise
    except DragomanError:
        partial.forget()
        raise
    partial.forget()
    data = bytes(partial.data)
    blobs.put(data)
    return data


def check(attachment: Attachment, data: bytes) -> None:
    """Raises ReadError when the bytes are not those that the message speaks of."""
    if attachment.size is not None and len(data) != attachment.size:
        raise ReadError(f"{len(data)} bytes, where the message says {attachment.size}")
    if attachment.sha256 is not None and digest_of(data) != attachment.sha256.lower():
        raise ReadError("its SHA-256 is not the one that the message says")


def check_media_type(served: str, agreed: str | None) -> None:
    """Raises ReadError when what is served says that it is something else: a page to log in, for instance.

    A server that only knows "some JSON" or "some XML" is believed for every format that is one.
    """
    said, wanted = _essence(served), _essence(agreed or "")
    if said in GENERIC or wanted in GENERIC or said == wanted:
        return
    if said not in SYNTAXES or SYNTAXES[said] != SYNTAXES.get(wanted, wanted.rpartition("+")[2]):
        raise ReadError(f"is called {visible(said, 60)}, where the message says {visible(wanted, 60)}")


def _essence(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


@dataclass(slots=True)
class Partial:
    """What came before a connection was cut.  validator: by which the server knows whether it is still the same."""

    file: Path
    data: bytearray = field(default_factory=bytearray)
    validator: str = ""

    @classmethod
    def of(cls, attachment: Attachment, cache: Path) -> Partial:
        """What is left of an earlier try.  Raises OSError."""
        key = json.dumps([attachment.uri, attachment.sha256]).encode()
        found = cls(cache / "partial" / hashlib.sha256(key).hexdigest())
        if found.file.exists():
            validator, _, data = found.file.read_bytes().partition(b"\n")
            found.validator, found.data = validator.decode("latin-1"), bytearray(data)
        return found

    def headers(self) -> dict[str, str]:
        """What asks for the rest."""
        if not (self.data and self.validator):
            return {}
        return {"Range": f"bytes={len(self.data)}-", "If-Range": self.validator}

    def begin(self, response: HTTPResponse) -> None:
        """Goes on behind what is there if the server does, else from the start.  Raises ReadError."""
        if response.status == 206:
            start = re.match(r"bytes (\d+)-", response.headers.get("Content-Range") or "")
            tag = response.headers.get("ETag") or self.validator
            other = self.validator.startswith('"') and tag != self.validator  # RFC 9110 section 15.3.7.3: of another one
            if start is None or int(start[1]) != len(self.data) or encoding(response) or other:
                raise ReadError("answered with another part than was asked for")
            return
        self.data.clear()
        self.validator = "" if encoding(response) else _validator(response)

    def keep(self) -> None:
        """For the next try, if there is something to go on from.  Raises OSError."""
        if self.data and self.validator:
            write(self.file, self.validator.encode("latin-1") + b"\n" + self.data)

    def forget(self) -> None:
        self.file.unlink(missing_ok=True)


def _validator(response: HTTPResponse) -> str:
    tag = response.headers.get("ETag") or ""
    found = tag if re.fullmatch(r'"[\x21\x23-\x7e]*"', tag) else response.headers.get("Last-Modified") or ""
    return found if re.fullmatch(r"[\x20-\x7e]*", found) else ""


def _follow(attachment: Attachment, terms: Terms, partial: Partial) -> None:
    """Asks, follows redirects, and collects the body."""
    bounds, tls = terms.bounds, terms.tls()
    clock = Clock(bounds.idle_seconds, time.monotonic() + bounds.total_seconds)
    uri = attachment.uri or ""
    first = parts_of(uri).netloc
    for _ in range(bounds.redirects + 1):
        target = terms.target(uri)
        headers = _headers(terms, partial, parts_of(uri).netloc == first)
        with asked(target, headers, tls, clock, bounds.connect_seconds) as response:
            if response.status not in REDIRECTS:
                _take(response, attachment, bounds, partial)
                return
            uri = _joined(uri, response.headers.get("Location") or "")
    raise PeerError(f"redirected more than {bounds.redirects} times")


def _joined(uri: str, location: str) -> str:
    """Where a redirect leads.  Raises ReadError."""
    try:
        return urljoin(uri, location)
    except ValueError as error:
        raise ReadError(f"its redirect cannot be read: {error}") from None


def _headers(terms: Terms, partial: Partial, own: bool) -> dict[str, str]:
    headers = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
    if own and terms.token:
        headers["Authorization"] = f"Bearer {terms.token}"
    return headers | partial.headers()


def _take(response: HTTPResponse, attachment: Attachment, bounds: Fetch, partial: Partial) -> None:
    if response.status not in (200, 206) or (response.status == 206 and not partial.headers()):
        raise _answered(response.status, partial)
    check_media_type(response.headers.get("Content-Type") or "", attachment.media_type)
    partial.begin(response)
    most = bounds.max_bytes if attachment.size is None else min(bounds.max_bytes, attachment.size)
    collect(response, partial.data, most)


def _answered(status: int, partial: Partial) -> DragomanError:
    if status == 416:  # what we have is not the beginning of what is there
        partial.validator = ""
    fix = "the credential is token_env or token_file of the agreement" if status in (401, 403) else ""
    return PeerError(f"the server answered {status}", fix=fix)


def parts_of(uri: str) -> SplitResult:
    """The parts of a URI that we follow.  Raises ReadError for any other."""
    if not re.fullmatch(r"[\x21-\x5b\x5d-\x7e]+", uri):
        raise ReadError("its URI holds characters that no URI has")
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError as error:
        raise ReadError(f"its URI cannot be read: {error}") from None
    if parts.scheme != "https":
        raise ReadError(f"only https is fetched, not {visible(parts.scheme or uri, 40)}")
    if parts.username is not None or not parts.hostname:
        raise ReadError("its URI holds a user or no host")
    return parts


def _named(host: str, port: int, names: tuple[str, ...]) -> bool:
    known = {name.lower().replace("[", "").replace("]", "") for name in names}
    return f"{host}:{port}" in known or (port == 443 and host in known)
