"""Machine tags on a part that say what it was in MISP, as its users know them: misp:type="md5"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

MACHINE = re.compile(r'misp:(type|category|to_ids|name|meta-category|relation)="(.*)"', re.DOTALL)


@lru_cache(4096)
def label(name: str, value: str) -> str:
    return f'misp:{name}="{value}"'


@lru_cache(4096)
def _machine(text: str) -> tuple[str, str] | None:
    found = MACHINE.fullmatch(text)
    return None if found is None else (found[1], found[2])


def machine(labels: Iterable[str]) -> dict[str, str]:
    """What the machine tags among labels say, by name; the first of a name counts."""
    found: dict[str, str] = {}
    for text in labels:
        pair = _machine(text)
        if pair is not None:
            found.setdefault(*pair)
    return found


def others(labels: Iterable[str]) -> list[str]:
    """The labels that are tags of people."""
    return [text for text in labels if _machine(text) is None]
