"""What a message must say and nobody said: from the profile, or from the nearest thing that was said.

The fallbacks, in order: `defaults.PATH` of the profile; for an id a UUIDv5 of what the source calls the thing; for a
time another time of the incident, then the clock; for the impact the worst severity, then 0; for the summary the name
or the first line of the description; for any other text the empty one.  Under `strict` the profile is the only one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from dragoman.adapter import Context
from dragoman.mapping.codecs import joined
from dragoman.mapping.json import Object
from dragoman.mapping.table import Spec, Table
from dragoman.model.incident import Incident
from dragoman.model.parts import Text
from dragoman.model.plain import plain
from dragoman_base.forms import iso

NAMESPACE = uuid5(NAMESPACE_URL, "https://pypi.org/project/dragoman/base")
SEVERITY = {"low": 0.2, "medium": 0.5, "high": 0.9}  # inside the bands that the paper's prototype shows


def named(*names: Any) -> str:
    """The id of a thing that has none, always the same for the same names."""
    return str(uuid5(NAMESPACE, json.dumps(names, sort_keys=True, default=str)))


def as_uuid(text: str | None) -> str | None:
    """The UUID in an id of another format (incident--…), or None."""
    try:
        return str(UUID((text or "").rpartition("--")[2]))
    except ValueError:
        return None


class Fill:
    """Fills one message; `missing` lists the paths that a strict writer refuses to fill."""

    def __init__(self, table: Table, incident: Incident, context: Context) -> None:
        self.table, self.incident, self.context = table, incident, context
        self.provider = _provider(incident)
        self.message: str | None = None  # the id of the message
        self.missing: list[str] = []
        self.blank: list[str] = []

    def fill(self, spec: Spec, target: Object, path: str = "") -> Object:
        """The object with all its mandatory members, in the table's order."""
        for name in self.table.facts["parts"][spec.name].get("mandatory", ()):
            if name not in target:
                target[name] = self._value(spec, name, path + name, target)
        self.message = self.message or target["id"]
        for row in spec.rows:
            inner = target.get(row.path[0])
            if row.spec is not None and isinstance(inner, dict):
                target[row.path[0]] = self.fill(row.spec, inner, f"{path}{row.path[0]}.")
            elif row.spec is not None and isinstance(inner, list):
                places = enumerate(inner)
                target[row.path[0]] = [self._item(row.spec, item, f"{path}{row.path[0]}[{n}].") for n, item in places]
        order = [row.path[0] for row in spec.rows if row.path[0] in target]
        return {name: target[name] for name in order} | target

    def _item(self, spec: Spec, item: Any, path: str) -> Any:
        return self.fill(spec, item, path) if isinstance(item, dict) else item

    def _value(self, spec: Spec, name: str, path: str, target: Object) -> Any:
        said = self.context.setting(f"defaults.{path}")
        if said is not None:
            return float(said) if path == "impact" else said
        fallback = FALLBACKS.get(path, _nothing)(self.incident)
        row = next((row for row in spec.rows if row.path[0] == name), None)
        if fallback is None and row is not None and row.spec is not None:
            return {}  # its own members are filled next, and missed if need be
        if fallback is None and name.endswith("time"):
            fallback = self.context.now().isoformat().replace("+00:00", "Z")
        self.missing.append(path)
        if fallback is None:
            fallback = self._id(spec, path, target) if name == "id" else ""
            self.blank += [path] if fallback == "" else []
        return fallback

    def _id(self, spec: Spec, path: str, target: Object) -> str:
        """The id of a thing: two providers may call two things the same, and two messages have two instances of a field."""
        if spec.name == "custom_field":
            return named(spec.name, self.message, path)
        return named(spec.name, self.provider, target)


def _nothing(incident: Incident) -> Any:
    return None


def _times(incident: Incident, *names: str) -> str | None:
    """The first of these times that is one; then those of the first event and the report."""
    events = [t for e in incident.events[:1] for t in (e.start_time, e.detect_time)]
    candidates = [getattr(incident, name) for name in names] + events
    candidates += [incident.report_time, incident.generation_time, incident.created]
    return next((time for time in candidates if _is_time(time)), None)


def _is_time(text: Any) -> bool:
    try:
        iso(text)
    except ValueError:
        return False
    return True


def _provider(incident: Incident) -> str | None:
    """By whom the incident is, if somebody said so."""
    authority = incident.identifier.authority if incident.identifier else None
    return authority or incident.created_by


def _id(incident: Incident) -> str:
    known = incident.identifier
    if known is not None and known.value:
        return named("incident", known.authority, known.instance, known.value)
    return named("incident", plain(incident, Incident))


def _type(incident: Incident) -> Object:
    categories = [word for assessment in incident.assessments for word in assessment.categories]
    words = [word.value if isinstance(word, Text) else word for word in [*incident.incident_types, *categories]]
    name = next((word for word in words if word), "unspecified")
    return {"id": named("type", _provider(incident), name), "name": name}


def _type_id(incident: Incident) -> str:
    return named("type", _provider(incident), incident.type.name if incident.type else None)


def _impacts(incident: Incident) -> Iterator[float]:
    for assessment in incident.assessments:
        for impact in assessment.impacts:
            yield SEVERITY.get(impact.severity or "", 0.0)
            yield (impact.criticality or 0) / 100
    yield (incident.criticality or 0) / 100


def _summary(incident: Incident) -> str | None:
    first = (joined(incident.description) or "").strip().partition("\n")[0]
    return incident.name or first or None


def _language(incident: Incident) -> str:
    return incident.lang or (incident.header.lang if incident.header else None) or "und"


FALLBACKS: dict[str, Callable[[Incident], Any]] = {
    "id": _id,
    "type": _type,
    "type.id": _type_id,
    "language": _language,
    "status": lambda incident: "unresolved",
    "impact": lambda incident: min(1.0, max(0.0, *_impacts(incident), 0.0)),
    "summary": _summary,
    "description": lambda incident: incident.summary or _summary(incident),
    "occurrence_time": lambda incident: _times(incident, "detection_time"),
    "detection_time": lambda incident: _times(incident, "occurrence_time"),
    "tlp.schema": lambda incident: "US-CERT",
    "tlp.value": lambda incident: "Red",
}
