"""Observables under the id that follows from what they are (STIX 2.1 section 2.9, the id contributing properties)."""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import Any

from dragoman.model.plain import plain
from dragoman_stix.ids import observable_id, observable_uuid

CONTRIBUTING = {
    "artifact": ("hashes", "payload_bin"),
    "autonomous-system": ("number",),
    "directory": ("path",),
    "email-message": ("from_ref", "subject", "body"),
    "file": ("hashes", "name", "extensions", "parent_directory_ref"),
    "mutex": ("name",),
    "network-traffic": ("start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"),
    "software": ("name", "cpe", "swid", "vendor", "version"),
    "user-account": ("account_type", "user_id", "account_login"),
    "windows-registry-key": ("key", "values"),
    "x509-certificate": ("hashes", "serial_number"),
}
VALUE = '{"value":%s}'  # the canonical JSON of most observables


def contributing(part: Any) -> dict[str, Any]:
    """The properties of an observable that make its id."""
    names = CONTRIBUTING.get(part.type, ("value",))
    values = {name: getattr(part, name, None) for name in names}
    said = {name: value for name, value in values.items() if value is not None and value != ()}
    return said or {name: value for name, value in plain(part, type(part)).items() if name not in ("id", "markings")}


def identified(part: Any) -> Any:
    """The observable, in place, with the id that follows from its contributing properties."""
    if part.type not in CONTRIBUTING and part.value is not None:
        part.id = f"{part.type}--{observable_uuid(VALUE % encode_basestring(part.value))}"
        return part
    properties = contributing(part)
    part.id = observable_id(part.type, {name: list(v) if isinstance(v, tuple) else v for name, v in properties.items()})
    return part
