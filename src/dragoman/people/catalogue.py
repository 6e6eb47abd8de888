"""The templates that there are, and of notices what they ask for and when they are due (`mappings/people`)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from dragoman.errors import UsageError
from dragoman.mapping.codecs import moment
from dragoman.mapping.yaml import home, shipped

SUFFIXES = {".html": "html", ".htm": "html", ".md": "markdown", ".markdown": "markdown"}


@dataclass(frozen=True, slots=True)
class Regime:
    """A law: the fact since when its clock runs, for how long, and the facts it asks for (name -> what to call it)."""

    law: str
    since: str
    hours: int = 0
    months: int = 0
    facts: Mapping[str, Mapping[str, str]] = ()  # type: ignore[assignment]

    def due(self, facts: Mapping[str, Any]) -> datetime | None:
        """When the notice is due; None while nobody said since when.  Raises UsageError for a time that is none."""
        said = facts.get(self.since)
        if said in (None, ""):
            return None
        start = moment(str(said))
        if start is None:
            raise UsageError(f"{self.since}: {said!r:.80} is no time with a zone", fix="2026-11-22T10:00:00+01:00")
        try:
            return (later(start, self.months) + timedelta(hours=self.hours)).astimezone(UTC)
        except (OverflowError, ValueError):
            raise UsageError(f"{self.since}: {said!r:.80} is beyond the calendar") from None


def later(start: datetime, months: int) -> datetime:
    """The same day some months later, or the last of that month (Regulation (EEC, Euratom) 1182/71, article 3(2)(c))."""
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return start.replace(year=year, month=month + 1, day=min(start.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Template:
    """A template: its text, how values in it are escaped, and the law that it serves."""

    name: str
    text: str
    kind: str
    suffix: str
    title: str
    regime: Regime | None = None


@cache
def _raw() -> dict[str, Any]:
    found: dict[str, Any] = shipped("people/catalogue.yaml")
    return found


def titles() -> dict[str, str]:
    """What the templates of ours are, by name."""
    return {name: one["title"] for name, one in _raw()["templates"].items()}


def template(name: str) -> Template:
    """A template of ours by its name, or one in a file.  Raises UsageError, OSError."""
    known = _raw()["templates"]
    if name in known:
        one = known[name]
        text = home().joinpath("people/templates").joinpath(one["file"]).read_text("utf-8")
        regime = Regime(**_raw()["regimes"][one["regime"]]) if "regime" in one else None
        return Template(name, text, one["kind"], one["suffix"], one["title"], regime)
    file = Path(name)
    if not file.exists():
        raise UsageError(f"no template {name!r}", fix=f"a file, or one of {', '.join(known)}")
    suffix = file.with_suffix("").suffix if file.suffix in (".j2", ".jinja", ".jinja2") else file.suffix
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        raise UsageError("is no text in UTF-8", where=name) from None
    return Template(name, text, SUFFIXES.get(suffix, "text"), suffix or ".txt", file.name)


def facts(regime: Regime, incident: Mapping[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    """What is known of what a law asks for: what was said, else the custom field of that name, else what the incident says."""
    found: dict[str, Any] = {}
    for name, how in regime.facts.items():
        own = said.get(name, incident["custom"].get(name))
        found[name] = own if own is not None else words(incident.get(how.get("from", "")))
    return found | {name: value for name, value in said.items() if name not in found}


def words(value: Any) -> Any:
    """A value of the view as one text; None when it says nothing."""
    if isinstance(value, list):
        return "\n".join(str(words(one)) for one in value) or None
    if isinstance(value, dict):
        return ", ".join(" ".join(str(one).split()) for one in value.values() if one) or None  # a line, whatever it says
    return value


def notice(found: Template, known: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What a template of a notice may know besides the incident: the law, the deadline, and whether it has passed."""
    assert found.regime is not None
    due = found.regime.due(known)
    return {"title": found.title, "law": found.regime.law, "now": spelled(now), "due": due and spelled(due),
            "late": due is not None and now > due}  # fmt: skip


def spelled(time: datetime) -> str:
    """A time as notices write it, in UTC and to the minute."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
