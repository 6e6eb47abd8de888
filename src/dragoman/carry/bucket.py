"""What cargo looks like, for those who make it and those who read it; the package says what it means."""

from __future__ import annotations

from typing import Any

from dragoman.model.plain import is_part

Change = dict[str, Any]
Cargo = dict[str, Change]
SET, OF, ITEMS, DROP, MORE, AT = "=", "of", "items", "drop", "more", "at"


def no_anchor(part: Any) -> str | None:
    """For formats that carry everything in one place."""
    return None


def is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def has_parts(value: Any) -> bool:
    return isinstance(value, list | tuple) and any(is_part(item) for item in value)


def is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, list | tuple) and not value)
