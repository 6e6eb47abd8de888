"""Words without a property of their own stand among an object's labels as "name:word"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def label(name: str, word: str) -> str:
    """A label that says of what it is the word."""
    return f"{name}:{word}"


def labelled(part: Any, names: dict[str, str]) -> list[str]:
    """The labels of a part for those of its fields (`names`: field -> label name) that are set."""
    return [label(name, getattr(part, field)) for field, name in names.items() if getattr(part, field) is not None]


def unlabel(part: Any, names: dict[str, str]) -> None:
    """Moves the labels that `labelled` made back into their fields."""
    if not part.labels:
        part.labels = ()
        return
    left = []
    by_name = {name: field for field, name in names.items()}
    for word in part.labels:
        name, _, value = word.partition(":")
        field = by_name.get(name)
        if field is not None and value and getattr(part, field) is None:
            setattr(part, field, value)
        else:
            left.append(word)
    part.labels = left or ()


def words(labels: Sequence[str], names: dict[str, str]) -> dict[str, str]:
    """What labels say of fields (`names`: field -> label name)."""
    by_name = {name: field for field, name in names.items()}
    pairs = [word.partition(":") for word in labels]
    return {by_name[name]: value for name, _, value in pairs if name in by_name and value}


def take(labels: Sequence[str], name: str) -> tuple[list[str], list[str]]:
    """The words of one name, and the labels that are left."""
    if not labels:
        return [], []
    mine = [word.removeprefix(name + ":") for word in labels if word.startswith(name + ":")]
    return mine, [word for word in labels if not word.startswith(name + ":")]
