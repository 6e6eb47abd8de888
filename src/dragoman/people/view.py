"""An incident as plain data for templates: texts, numbers, lists and tables of these, and nothing that can act.

Where nobody said something, the value is None; a template asks for it with the filter `needed`, which marks the gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from dragoman.mapping.codecs import moment
from dragoman.model import Contact, CustomField, Event, Incident
from dragoman.model.parts import Text
from dragoman.render.observables import indicator_term, label
from dragoman.render.timeline import moments
from dragoman.render.words import joined, said, title
from dragoman.sharing.labels import SHARED, Meanings, whole
from dragoman.sharing.levels import NAMES
from dragoman.sharing.sieve import labelled

BANDS = ((0.8, "high"), (0.4, "medium"))  # of the paper's prototype (REQUIREMENTS A7)
LATEST = datetime.max.replace(tzinfo=UTC)


def view(incident: Incident) -> dict[str, Any]:
    """What a template may know of an incident."""
    return {
        "id": incident.id,
        "number": incident.identifier.value if incident.identifier else None,
        "type": incident.type.name if incident.type else joined(incident.incident_types) or None,
        "status": incident.status,
        "impact": incident.impact,
        "impact_band": band(incident.impact),
        "summary": incident.summary or _maybe(title(incident, "")),
        "description": "\n\n".join(_texts(incident.description)) or None,
        "language": incident.language or incident.lang,
        "occurrence_time": incident.occurrence_time,
        "detection_time": incident.detection_time,
        "end_time": incident.end_time,
        "recovery_time": incident.recovery_time,
        "report_time": incident.report_time,
        "next_update": incident.next_update,
        "tlp": tlp(incident),
        "liaison": contact(incident.liaison),
        "contacts": [contact(one) for one in incident.contacts],
        "timeline": timeline(incident),
        "observables": [{"type": one.type, "value": label(one)} for one in incident.observables],
        "indicators": [{"name": title(one, "") or None, "term": indicator_term(one)} for one in incident.indicators],
        "actors": _names(incident.actors),
        "malware": _names(incident.malware),
        "techniques": _names(incident.techniques),
        "vulnerabilities": _names(incident.vulnerabilities),
        "systems": _systems(incident),
        "impacts": _impacts(incident),
        "counts": [{"entity": one.entity, "count": one.count} for one in incident.impacted_counts],
        "actions": [{"time": task.time or task.start_time, "what": title(task, task.action or "done")}
                    for task in incident.history],
        "attachments": [{"format": one.format, "uri": one.uri, "filename": one.filename} for one in incident.attachments],
        "custom": custom(incident.custom_fields),
    }  # fmt: skip


def custom(fields: Iterable[CustomField]) -> dict[str, str | None]:
    """The custom fields by their names, else their ids; of one name all values, a line each."""
    found: dict[str, list[str]] = {}
    for one in fields:
        name = (one.type and (one.type.name or one.type.id)) or one.id
        if name:
            found.setdefault(name, []).extend([one.value] if one.value is not None else [])
    return {name: "\n".join(values) if values else None for name, values in found.items()}


def band(impact: float | None) -> str | None:
    """A word for an impact between 0 and 1."""
    if impact is None:
        return None
    return next((word for least, word in BANDS if impact >= least), "low")


def tlp(incident: Incident) -> str | None:
    """The strictest marking of anything in the incident, for a text shows all of it, in the words of TLP 2.0.

    What nobody marked counts as it does elsewhere; None when nobody marked the whole, nor anything in it more strictly.
    """
    found = ((leaf.label.level, leaf.label.by_nobody) for leaf in labelled(incident))
    level, by_nobody = max(found, default=(SHARED, True))
    own = Meanings([incident]).label(whole(incident), ())
    return None if by_nobody and own is None else NAMES[level]


def contact(found: Contact | None) -> dict[str, str | None] | None:
    """How to reach somebody."""
    if found is None:
        return None
    address = [point.value for point in found.postal_addresses]
    return {
        "name": found.label,
        "role": found.role or joined(found.roles) or None,
        "email": joined(point.value for point in found.emails) or None,
        "phone": joined(point.value for point in found.phones) or None,
        "address": joined([*address, joined([found.zip, found.city], " ")]) or None,
    }


def timeline(incident: Incident) -> list[dict[str, str]]:
    """All times in their order; those without a zone come last."""
    found = sorted(moments(incident), key=lambda entry: moment(entry[0]) or LATEST)
    return [{"time": time, "what": what, "of": of} for time, what, of in found]


def _systems(incident: Incident) -> list[dict[str, str | None]]:
    held = [*incident.systems, *(system for event in _all(incident.events) for flow in event.flows for system in flow.systems)]
    return [{"name": joined(label(address) for address in one.addresses) or title(one), "role": one.category} for one in held]


def _all(events: Sequence[Event]) -> Iterable[Event]:
    for event in events:
        yield event
        yield from _all(event.events)


def _impacts(incident: Incident) -> list[dict[str, Any]]:
    found = [one for assessment in incident.assessments for one in assessment.impacts]
    return [{"kind": one.kind or one.category, "type": one.type, "severity": one.severity,
             "description": said(*one.description) or None} for one in found]  # fmt: skip


def _names(parts: Iterable[Any]) -> list[str]:
    return [title(part) for part in parts]


def _texts(words: Iterable[Any]) -> list[str]:
    return [word.value if isinstance(word, Text) else word for word in words]


def _maybe(text: str) -> str | None:
    return text or None
