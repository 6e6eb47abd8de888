"""Observables under the id that follows from what they are (STIX 2.1 section 2.9, the id contributing properties)."""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import Any

from dragoman.model.plain import plain
from dragoman_stix.ids import CONTRIBUTING, observable_id, observable_uuid

VALUE_ONLY = ("value",)
VALUE = '{"value":%s}'  # the canonical JSON of most observables


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
