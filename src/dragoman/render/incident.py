"""An incident as a person wants to see it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from dragoman.ledger import Ledger
from dragoman.model import Contact, Impact, Incident, Task
from dragoman.render import SIGNS, counted
from dragoman.render.events import all_events, events
from dragoman.render.observables import indicator_term, label
from dragoman.render.timeline import timeline
from dragoman.render.words import HEADING, SOFT, cell, grid, joined, said, title

ROWS = 30  # of a table, unless all are asked for

TLP_STYLES = {"red": "bold red", "amber": "yellow", "amber+strict": "yellow", "green": "green"}

# Collections that `inspect` shows only by name.
OTHERS = (
    "actors", "campaigns", "malware", "malware_analyses", "tools", "techniques", "vulnerabilities", "courses_of_action",
    "locations", "notes", "opinions", "reports", "observations", "sightings", "relations", "related", "foreign",
)  # fmt: skip


def view(incident: Incident, rows: int = ROWS) -> RenderableType:
    """The incident from what matters at once to what is only counted.  rows: at most so many of each table."""
    sections = [
        _facts(incident),
        _prose(incident),
        *_section("Timeline", timeline(incident, rows)),
        *_section("Contacts", _contacts(incident.contacts, rows)),
        *_section("Impacts", _impacts(incident, rows)),
        *_section("Events", events(incident, rows)),
        *_section("Observables and indicators", _observables(incident, rows)),
        *_section("To do and done", _tasks(incident, rows)),
        *_section("Attachments and custom fields", _extras(incident, rows)),
        *_section("Other", _others(incident)),
    ]
    return Group(*[section for section in sections if section is not None])


def losses(ledger: Ledger, rows: int = ROWS) -> RenderableType | None:
    """What the reader could not take as it stands."""
    if not len(ledger):
        return None
    lines = [(SIGNS[loss.kind], loss.code, loss.path, loss.reason, cell(loss.value, 60)) for loss in ledger]
    heading = Text(f"\nMet while reading: {counted(ledger.counts())}", style=HEADING)
    return Group(heading, grid(("", "Code", "Where", "Why", "Value"), lines, rows))


def _section(heading: str, body: RenderableType | None) -> Iterator[RenderableType]:
    if body is not None:
        yield Text(f"\n{heading}", style=HEADING)
        yield body


def _facts(incident: Incident) -> RenderableType:
    """Title, ids, status and marking."""
    identifier = incident.identifier
    others = incident.alternatives.identifiers if incident.alternatives else ()
    kind = incident.type.name if incident.type else None
    pairs = {
        "id": incident.id,
        "number": f"{identifier.value} ({identifier.authority or 'nobody named'})" if identifier else None,
        "also": joined(f"{other.value} ({other.authority or '?'})" for other in others),
        "type": joined([kind, *incident.incident_types]),
        "status": incident.status,
        "purpose": incident.purpose,
        "impact": None if incident.impact is None else str(incident.impact),
        "criticality": None if incident.criticality is None else str(incident.criticality),
        "language": incident.language or incident.lang,
        "labels": joined(incident.labels),
        "next update": incident.next_update,
    }
    facts: list[tuple[Text, object]] = [(Text(name, style=SOFT), value) for name, value in pairs.items() if value]
    if marking := _marking(incident):
        facts.append((Text("marking", style=SOFT), marking))
    return Group(cell(title(incident), style="bold"), grid(("", ""), facts, len(facts)))


def _marking(incident: Incident) -> Text | None:
    words = [f"{incident.tlp.schema or 'tlp'}:{incident.tlp.value}"] if incident.tlp and incident.tlp.value else []
    words += list(incident.markings)
    if not words:
        return None
    return Text(" ").join(Text(f" {cell(word)} ", style=_marking_style(word)) for word in words)


def _marking_style(word: str) -> str:
    colour = TLP_STYLES.get(word.rpartition(":")[2].lower(), "")
    return f"{colour} reverse" if colour else "reverse"


def _prose(incident: Incident) -> RenderableType | None:
    words = [text for text in [incident.summary, *map(said, incident.description)] if text and text != title(incident)]
    return Padding(cell("\n\n".join(dict.fromkeys(words)), 2000, lines=True), (1, 2, 0, 2)) if words else None


def _contacts(contacts: Sequence[Contact], rows: int) -> RenderableType | None:
    lines = [_contact(contact) for contact in contacts]
    return grid(("Role", "Name", "Mail", "Telephone"), lines, rows) if lines else None


def _contact(contact: Contact) -> tuple[str | None, ...]:
    person = joined([contact.first_name, contact.middle_name, contact.last_name], " ")
    names = joined([contact.name, *map(said, contact.names), person])
    roles = joined([contact.role, *contact.roles]) or contact.identity_class or contact.type
    mails, phones = (joined(point.value for point in points) for points in (contact.emails, contact.phones))
    return roles, names, mails or contact.contact_information, phones


def _impacts(incident: Incident, rows: int) -> RenderableType | None:
    nested = [event.assessment for event in all_events(incident.events) if event.assessment]
    lines = [_impact(impact) for assessment in [*incident.assessments, *nested] for impact in assessment.impacts]
    return grid(("Kind", "Type", "Severity", "Completion", "Value", "Description"), lines, rows) if lines else None


def _impact(impact: Impact) -> tuple[str | None, ...]:
    measured = [impact.value, impact.currency, impact.metric, impact.duration]
    measures = [f"{name}: {value}" for name, value in (impact.measures or {}).items()]
    value = joined([" ".join(filter(None, measured)), *measures])
    kind, about = impact.kind or impact.category, said(*impact.description)
    return kind, impact.type, impact.severity, impact.completion, value, about


def _observables(incident: Incident, rows: int) -> RenderableType | None:
    lines = [("observable", item.type, label(item), item.category) for item in incident.observables]
    for indicator in incident.indicators:
        about = indicator.name or said(*indicator.description)
        lines.append(("indicator", joined(indicator.indicator_types), indicator_term(indicator), about))
    return grid(("", "Type", "Value", "About"), lines, rows) if lines else None


def _tasks(incident: Incident, rows: int) -> RenderableType | None:
    expected = [("expected", task) for event in all_events(incident.events) for task in event.expectations]
    lines = [_task(state, task) for state, task in expected + [("done", task) for task in incident.history]]
    return grid(("", "When", "What", "Description"), lines, rows) if lines else None


def _task(state: str, task: Task) -> tuple[str | None, ...]:
    when = task.time or joined([task.start_time, task.end_time], " to ")
    return state, when, task.action or joined(task.task_types), task.name or said(*task.description)


def _extras(incident: Incident, rows: int) -> RenderableType | None:
    lines: list[tuple[str, str | None]] = []
    for file in incident.attachments:
        lines.append((file.filename or "attachment", joined([file.format, file.uri])))
    for custom in incident.custom_fields:
        lines.append(((custom.type.name if custom.type else None) or custom.id or "field", custom.value))
    return grid(("Name", "Value"), lines, rows) if lines else None


def _others(incident: Incident) -> RenderableType | None:
    lines = []
    for name in OTHERS:
        parts = getattr(incident, name)
        named = joined(getattr(part, "name", None) for part in parts[:8])
        if parts:
            lines.append((str(len(parts)), name.replace("_", " "), named))
    return grid(("", "", ""), lines, len(OTHERS)) if lines else None
