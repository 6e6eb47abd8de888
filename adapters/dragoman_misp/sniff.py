"""How an event is told from the beginning of a document."""

from __future__ import annotations

import re

from dragoman.adapter import Likeness

KEY = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:', re.DOTALL)
FIRST = re.compile(r'\s*[\[{]\s*(?:\{\s*)?"(?:Event"\s*:|response"\s*:\s*[\[{])', re.DOTALL)
OWN = frozenset({
    "threat_level_id", "orgc_id", "Orgc", "analysis", "object_relation", "to_ids", "publish_timestamp", "GalaxyCluster",
    "extends_uuid", "sharing_group_id", "disable_correlation",
})  # fmt: skip
ENOUGH = 4000  # members


def likeness(head: bytes) -> Likeness:
    """From the members that only MISP has: three of them are SURELY, in its wrapping one will do."""
    text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if text[:1] not in ("{", "["):
        return Likeness.NO
    keys = [match[1] for _, match in zip(range(ENOUGH), KEY.finditer(text), strict=False)]
    found = len(OWN & set(keys))
    wrapped = FIRST.match(text) is not None
    if found >= 3 or (wrapped and found):
        return Likeness.SURELY
    if found == 2 or wrapped:
        return Likeness.PROBABLY
    return Likeness.MAYBE if found else Likeness.NO
