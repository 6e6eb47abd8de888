"""Selectors of granular markings: what they point at has another name in the other version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dragoman_stix.cargo import EXTENSION
from dragoman_stix.older.rows import CARGO, Object, Rule

LABELS = "labels"


def changed(granular: Sequence[Any], change: Callable[[str], list[str]]) -> list[Any]:
    """Granular markings with each selector as one or more others; what is no granular marking stays for the reader."""
    return [_changed(found, change) for found in granular]


def _changed(found: Any, change: Callable[[str], list[str]]) -> Any:
    words = found.get("selectors") if isinstance(found, dict) else None
    if not isinstance(words, list):
        return found
    new = [other for word in words for other in (change(word) if isinstance(word, str) else [word])]
    return {**found, "selectors": list(dict.fromkeys(new)) if all(isinstance(word, str) for word in new) else new}


def division(item: Object, rule: Rule) -> tuple[list[int], list[int]]:
    """The places of those labels of 2.0 that say of what type a thing is, and of the others."""
    labels = item.get(LABELS)
    if rule.types is None or rule.types in item or not isinstance(labels, list):
        return [], []
    types = [place for place, word in enumerate(labels) if _is_word(word, rule)]
    return types, [place for place in range(len(labels)) if place not in set(types)]


def raised(word: str, item: Object, rule: Rule) -> list[str]:
    """The selectors in 2.1 for one of 2.0."""
    head, _, rest = word.partition(".")
    if head == LABELS and rule.types is not None:
        return _labels_raised(rest, item, rule) or [word]
    if head == CARGO:
        return [_joined("extensions", EXTENSION, rest)]
    for extension, members in rule.lifted.items():
        if head in members:
            return [_joined("extensions", extension, head, rest)]
    return [_joined(rule.up.get(head, head), rest)]


def _labels_raised(rest: str, item: Object, rule: Rule) -> list[str]:
    types, labels = division(item, rule)
    name = rule.types or ""
    if not rest:
        return ([name] if types else []) + ([LABELS] if labels else [])
    for member, places in ((name, types), (LABELS, labels)):
        for new, old in enumerate(places):
            if rest == f"[{old}]":
                return [f"{member}.[{new}]"]
    return []


def lowered(word: str, item: Object, rule: Rule) -> list[str]:
    """The selectors in 2.0 for one of 2.1."""
    head, _, rest = word.partition(".")
    if rule.types is not None and head in (LABELS, rule.types):
        return _labels_lowered(head, rest, item, rule)
    if head == "extensions":
        return [_extension_lowered(word, rest, rule)]
    return [_joined(rule.down.get(head, head), rest)]


def union(item: Object, rule: Rule) -> list[tuple[str, int]]:
    """The types and the labels of 2.1 as the labels of 2.0, each by its member and place: the words of the list first."""
    members = [name for name in (rule.types, LABELS) if name is not None and isinstance(item.get(name), list)]
    places = [(name, place) for name in members for place in range(len(item[name]))]
    return sorted(places, key=lambda one: not _is_word(item[one[0]][one[1]], rule))


def collapsed(granular: Sequence[Any], item: Object, rule: Rule) -> list[Any]:
    """Granular markings of 2.0 in which all labels together are selected as such."""
    every = [f"{LABELS}.[{place}]" for place in range(len(union(item, rule)))]
    return [_collapsed(found, every) for found in granular]


def _collapsed(found: Any, every: Sequence[str]) -> Any:
    words = found.get("selectors") if isinstance(found, dict) else None
    if not every or not isinstance(words, list) or not all(word in words for word in every):
        return found
    first = min(words.index(word) for word in every)
    left = [LABELS if place == first else word for place, word in enumerate(words) if place == first or word not in every]
    return {**found, "selectors": list(dict.fromkeys(left))}


def _is_word(value: Any, rule: Rule) -> bool:
    return isinstance(value, str) and value in rule.words


def _labels_lowered(head: str, rest: str, item: Object, rule: Rule) -> list[str]:
    places = union(item, rule)
    found = [f"{LABELS}.[{new}]" for new, (name, old) in enumerate(places) if name == head and rest in ("", f"[{old}]")]
    return [LABELS] if not rest and len(found) == len(places) else found or [_joined(LABELS, rest)]


def _extension_lowered(word: str, rest: str, rule: Rule) -> str:
    name, _, inner = rest.partition(".")
    if name == EXTENSION:
        return _joined(CARGO, inner)
    if name in rule.lifted and inner.partition(".")[0] in rule.lifted[name]:
        return inner
    return _joined(rule.down.get("extensions", "extensions"), rest)


def _joined(*steps: str) -> str:
    return ".".join(step for step in steps if step)
