"""Ids that follow from what a thing is, the same each time.

The model names observables as STIX 2.1 does, so their ids follow the rule of that standard (section 2.9): a UUIDv5 of the
id contributing properties.  Every format that says the same address says it under the same id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring
from typing import Any
from uuid import UUID

from dragoman.model.plain import plain

OURS = UUID("89d84fe1-43ec-57c8-9bb9-1c657ffb31d9")  # UUIDv5 of https://dragoman.invalid/ns/stix: frozen
OBSERVABLES = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")  # the standard's own, for observables only

# The properties that make the id of an observable (section 6); types without any get an id as other objects do.
CONTRIBUTING: dict[str, tuple[str, ...]] = {
    "artifact": ("hashes", "payload_bin"),
    "autonomous-system": ("number",),
    "directory": ("path",),
    "domain-name": ("value",),
    "email-addr": ("value",),
    "email-message": ("from_ref", "subject", "body"),
    "file": ("hashes", "name", "extensions", "parent_directory_ref"),
    "ipv4-addr": ("value",),
    "ipv6-addr": ("value",),
    "mac-addr": ("value",),
    "mutex": ("name",),
    "network-traffic": ("start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"),
    "process": (),
    "software": ("name", "cpe", "swid", "vendor", "version"),
    "url": ("value",),
    "user-account": ("account_type", "user_id", "account_login"),
    "windows-registry-key": ("key", "values"),
    "x509-certificate": ("hashes", "serial_number"),
}
UNTOLD = frozenset({"id", "type", "spec_version", "object_marking_refs"})
BEST_HASHES = ("MD5", "SHA-1", "SHA-256", "SHA-512")
VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))  # RFC 9562 section 4.1: the upper two bits of a digit
VALUE_ONLY = ("value",)
VALUE = '{"value":%s}'  # the canonical JSON of most observables


def _namer(namespace: UUID, version: int = 5) -> Callable[[str], str]:
    """A function that makes UUIDs of names as `uuid.uuid5` does, five times as fast; they say that they are `version`."""
    start = hashlib.sha1(namespace.bytes, usedforsecurity=False)

    def name(text: str) -> str:
        state = start.copy()
        state.update(text.encode("utf-8", "surrogatepass"))
        digest = state.hexdigest()
        return f"{digest[:8]}-{digest[8:12]}-{version}{digest[13:16]}-{VARIANT[digest[16]]}{digest[17:20]}-{digest[20:32]}"

    return name


our_uuid = _namer(OURS)
observable_uuid = _namer(OBSERVABLES)
contentwise_uuid = _namer(OURS, 4)


def uid(type_name: str, name: str) -> str:
    """The id of an object of ours: the same for the same type and name."""
    return f"{type_name}--{our_uuid(f'{type_name} {name}')}"


def digest_of(type_name: str, start: str) -> Any:
    """The digest that the ids of `uid` begin with, as far as the start of a name takes it."""
    return hashlib.sha1(OURS.bytes + f"{type_name} {start}".encode("utf-8", "surrogatepass"), usedforsecurity=False)


def observable_id(type_name: str, properties: Mapping[str, Any]) -> str:
    """The id that follows from what an observable says (section 3.3): UUIDv5 of its contributing properties.

    Without any of them the standard wants UUIDv4.  A random one would differ each time, so it has only the looks of one
    and follows from all that the observable says.
    """
    said = {key: properties[key] for key in CONTRIBUTING.get(type_name, ()) if key in properties}
    if not said:
        whole = canonical({key: value for key, value in properties.items() if key not in UNTOLD})
        return f"{type_name}--{contentwise_uuid(f'{type_name} {whole}')}"
    if "hashes" in said:
        said["hashes"] = best_hash(said["hashes"])
    return f"{type_name}--{observable_uuid(canonical(said))}"


def best_hash(hashes: Mapping[str, str]) -> dict[str, str]:
    """The one hash that counts for the id: MD5, SHA-1, SHA-256, SHA-512, else the first by name."""
    chosen = next((name for name in BEST_HASHES if name in hashes), None) or min(hashes, default=None)
    return {} if chosen is None else {chosen: hashes[chosen]}


def canonical(value: Any) -> str:
    """JSON as RFC 8785 has it: no blanks, members sorted by UTF-16 code units, numbers as ECMAScript writes them."""
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, Mapping):
        members = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{encode_basestring(key)}:{canonical(item)}" for key, item in members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return number(value) if isinstance(value, float) else str(value)


def number(value: float) -> str:
    """A float in the shortest form of ECMAScript (RFC 8785 section 3.2.2.3)."""
    if abs(value) < 2**53 and value == int(value):
        return str(int(value))
    sign, text = ("-", repr(-value)) if value < 0 else ("", repr(value))
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits, point = whole + (fraction if fraction != "0" else ""), int(exponent or 0)
    if not exponent:
        return sign + text.removesuffix(".0")
    if 0 < point < 21:
        return sign + digits.ljust(point + 1, "0")
    if -7 < point < 0:
        return f"{sign}0.{'0' * (-point - 1)}{digits}"
    return f"{sign}{mantissa.removesuffix('.0')}e{point:+d}"


def contributing(part: Any) -> dict[str, Any]:
    """The properties of an observable that make its id."""
    names = CONTRIBUTING.get(part.type, VALUE_ONLY)
    values = {name: getattr(part, name, None) for name in names}
    said = {name: value for name, value in values.items() if value is not None and value != ()}
    return said or {name: value for name, value in plain(part, type(part)).items() if name not in ("id", "markings")}


def identified(part: Any) -> Any:
    """The observable, in place, with the id that follows from its contributing properties."""
    if part.value is not None and CONTRIBUTING.get(part.type, VALUE_ONLY) == VALUE_ONLY:
        part.id = f"{part.type}--{observable_uuid(VALUE % encode_basestring(part.value))}"
        return part
    properties = contributing(part)
    part.id = observable_id(part.type, {name: list(v) if isinstance(v, tuple) else v for name, v in properties.items()})
    return part
