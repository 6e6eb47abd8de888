"""What an auditor gets: the trail with a signature (Ed25519), and only those links that the audit is about.

Of the other rows stands the digest alone, so that the chain can still be checked.  The signature is Ed25519 (RFC 8032) over
the canonical JSON (RFC 8785) of the export without it: whoever has our public key can check it, and cannot make one.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dragoman.derivation.provenance import Row, broken, digest_of
from dragoman.derivation.rounding import written
from dragoman.errors import ReadError, UsageError
from dragoman.limits import Limits
from dragoman.model.naming import canonical
from dragoman.tree import json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KIND = "dragoman provenance export 1"
MAKE_KEY = "openssl genpkey -algorithm ed25519 -out provenance.key"


def exported(rows: Sequence[Row], only: Collection[str] | None, key: Ed25519PrivateKey, by: str, now: datetime) -> bytes:
    """A signed export.  only: our ids whose links are shown; None shows all."""
    shown = [_row(row, only is None or row.link.derived in only) for row in rows]
    body: dict[str, Any] = {"export": KIND, "made": written(now), "by": by, "rows": shown, "key": fingerprint(key.public_key())}
    signature = key.sign(canonical(body).encode())
    return json.encode({**body, "signature": base64.b64encode(signature).decode()})


def _row(row: Row, shown: bool) -> dict[str, Any]:
    head = {"number": row.number, "digest": row.digest, "seal": row.seal}
    return {**head, "content": row.content} if shown else head


def checked(data: bytes, key: Ed25519PublicKey, source: str) -> list[dict[str, Any]]:
    """The rows of an export that is what we signed.

    Raises ReadError for one that is none, that somebody else signed or changed, or whose chain does not hold.
    """
    from cryptography.exceptions import InvalidSignature

    found = json.decode(data, Limits(), source)
    if not isinstance(found, dict) or found.get("export") != KIND or not isinstance(found.get("signature"), str):
        raise ReadError("is no export of a provenance store", where=source)
    signature = found.pop("signature")
    if found.get("key") != fingerprint(key):
        raise ReadError(f"was signed with another key: {found.get('key')!r:.40}", where=source)
    try:
        key.verify(base64.b64decode(signature), canonical(found).encode())
    except (InvalidSignature, ValueError):
        raise ReadError("the signature is not good: it was changed after it was signed", where=source) from None
    _check_chain(found["rows"], source)
    return list(found["rows"])


def _check_chain(rows: Sequence[Mapping[str, Any]], source: str) -> None:
    faults = list(broken((row["number"], row["digest"], row["seal"]) for row in rows))
    faults += [f"row {row['number']} is not what its digest says" for row in rows if "content" in row and _differs(row)]
    if faults:
        raise ReadError("; ".join(faults), where=source, fix="rows were changed or taken out before it was signed")


def _differs(row: Mapping[str, Any]) -> bool:
    return bool(digest_of(str(row["content"])) != row["digest"])


def private_key(path: Path | None) -> Ed25519PrivateKey:
    """The key that signs: PEM, PKCS 8, readable by its owner alone.  Raises UsageError, OSError."""
    if path is None:
        raise UsageError("the profile names no key to sign with", fix=f"[provenance] key_file; {MAKE_KEY}")
    if path.stat().st_mode & 0o077:
        raise UsageError("others can read the key", where=str(path), fix="chmod 600")
    _check_package()
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519

    try:
        key: object = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise UsageError("is no Ed25519 key", where=str(path), fix=MAKE_KEY)
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """The key that checks: PEM, of the public half or of both.  Raises UsageError, OSError."""
    _check_package()
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519

    data = path.read_bytes()
    if b"PRIVATE KEY" in data:
        return private_key(path).public_key()
    try:
        key: object = serialization.load_pem_public_key(data)
    except ValueError:
        key = None
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise UsageError("is no public Ed25519 key", where=str(path), fix="openssl pkey -in provenance.key -pubout")
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """The SHA-256 of a public key, to tell keys apart."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


def _check_package() -> None:
    """Raises UsageError where the extra is not installed."""
    if find_spec("cryptography") is None:
        raise UsageError("signing needs the cryptography package", fix="pip install 'dragoman[sign]'")
