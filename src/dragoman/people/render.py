"""Renders an incident for people: view, facts, clock, template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dragoman.model import Incident
from dragoman.people.catalogue import Template, facts, notice
from dragoman.people.sandbox import rendered
from dragoman.people.view import view


@dataclass(frozen=True, slots=True)
class Rendered:
    """The text; what it needed and nobody said; of a notice, when it is due."""

    text: str
    gaps: list[str]
    due: str | None = None
    late: bool = False


def render(incident: Incident, template: Template, said: Mapping[str, str], now: datetime) -> Rendered:
    """The text that a template makes of an incident.

    said: facts that the incident has no field for (`aware_at` …).  What nobody said is marked in the text and listed; it is
    never made up.  Raises UsageError for a template that cannot be rendered.
    """
    known = view(incident)
    data: dict[str, Any] = {"incident": known, "facts": dict(said), "asks": {}, "notice": {}}
    if template.regime is not None:
        data["facts"] = facts(template.regime, known, said)
        data["notice"] = notice(template, data["facts"], now)
        late = data["notice"]["late"]
        asked = {name: how["ask"] for name, how in template.regime.facts.items() if late or how.get("only") != "late"}
        data["asks"] = asked
    text, gaps = rendered(template.text, data, template.kind, template.name)
    return Rendered(text, gaps, data["notice"].get("due"), data["notice"].get("late", False))
