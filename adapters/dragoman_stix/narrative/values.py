"""Small conversions that several shapes need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dragoman.mapping.codecs import joined
from dragoman.mapping.table import facts
from dragoman.model import Incident, Text
from dragoman_stix.codecs import precise

UNNAMED = "unnamed"  # the name of what must have one and nobody named


def base_time(incident: Incident) -> str | None:
    """The time that objects without one of their own take from their incident, in UTC."""
    for time in (incident.created, incident.generation_time, incident.modified, incident.report_time,
                 incident.detection_time, incident.occurrence_time):  # fmt: skip
        if time:
            exact = precise(time)
            return exact if "." in exact else exact.replace("Z", ".000Z")
    return None


def brief(time: str | None) -> str | None:
    """A time without the milliseconds that STIX wants and most others leave out."""
    return time.replace(".000Z", "Z") if time else time


def language(tag: str | None, incident: Incident) -> str | None:
    """A language as STIX knows it; others stay where STIX wrote them, and nowhere else."""
    return tag if tag in facts("stix-2.1-words")["languages"].split() or tag == incident.lang else None


def first_line(texts: Sequence[Any], limit: int = 120) -> str | None:
    """The first line of a description, cut at a word."""
    whole = joined(texts)
    line = whole.strip().split("\n")[0] if whole else ""
    return line if len(line) <= limit else line[:limit].rsplit(" ", 1)[0] + " …"


def text_of(text: Any) -> str:
    """A text without its language."""
    return text.value if isinstance(text, Text) else str(text)


def tagged(name: str, text: Any) -> str:
    """A readable line for a text: its name, in brackets its language and the group that it translates, the text."""
    tags = [tag or "" for tag in (text.lang, text.group)] if isinstance(text, Text) else []
    return f"{name} [{' '.join(tags)}]: {text.value}" if any(tags) else f"{name}: {text_of(text)}"


def untagged(line: str) -> tuple[str, Any]:
    """The name and the text of a line that `tagged` made."""
    head, _, value = line.partition(": ")
    name, bracket, tags = head.removesuffix("]").partition(" [")
    if not bracket:
        return head, value
    lang, _, group = tags.partition(" ")
    return name, Text(value, lang or None, group or None)


def number(word: str | None, scale: dict[str, int]) -> int | None:
    """A word on a scale."""
    return scale.get(word) if word is not None else None


def word(value: int | None, scale: dict[str, int]) -> str | None:
    """The word that stands exactly at a number of a scale."""
    return next((name for name, at in scale.items() if at == value), None)
