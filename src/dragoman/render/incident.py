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
from dragoman.render.words import HEADING, SOFT, cell, joined, rest, said, table, title

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
    found = table("", "Code", "Where", "Why", "Value")
    for loss in ledger.losses[:rows]:
        found.add_row(SIGNS[loss.kind], loss.code, cell(loss.path), cell(loss.reason), cell(loss.value, 60))
    heading = Text(f"Met while reading: {counted(ledger.counts())}", style=HEADING)
    return Group(heading, found, *rest(len(ledger), rows))


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
    facts = table("", "", show_header=False)
    for name, value in pairs.items():
        if value:
            facts.add_row(Text(name, style=SOFT), cell(value))
    if marking := _marking(incident):
        facts.add_row(Text("marking", style=SOFT), marking)
    return Group(cell(title(incident), style="bold"), facts)


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
    if not contacts:
        return None
    found = table("Role", "Name", "Mail", "Telephone")
    for contact in contacts[:rows]:
        person = joined([contact.first_name, contact.middle_name, contact.last_name], " ")
        names = [contact.name, *map(said, contact.names), person]
        roles = joined([contact.role, *contact.roles]) or contact.identity_class or contact.type
        mails, phones = (joined(point.value for point in points) for points in (contact.emails, contact.phones))
        found.add_row(cell(roles), cell(joined(names)), cell(mails or contact.contact_information), cell(phones))
    return Group(found, *rest(len(contacts), rows))


def _impacts(incident: Incident, rows: int) -> RenderableType | None:
    nested = [event.assessment for event in all_events(incident.events) if event.assessment]
    impacts = [impact for assessment in [*incident.assessments, *nested] for impact in assessment.impacts]
    if not impacts:
        return None
    found = table("Kind", "Type", "Severity", "Completion", "Value", "Description")
    for impact in impacts[:rows]:
        found.add_row(*map(cell, _impact(impact)))
    return Group(found, *rest(len(impacts), rows))


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
        lines.append(("indicator", joined(indicator.indicator_types) or "", indicator_term(indicator), about))
    if not lines:
        return None
    found = table("", "Type", "Value", "About")
    for line in lines[:rows]:
        found.add_row(*map(cell, line))
    return Group(found, *rest(len(lines), rows))


def _tasks(incident: Incident, rows: int) -> RenderableType | None:
    expected: list[Task] = [task for event in all_events(incident.events) for task in event.expectations]
    tasks = [("expected", task) for task in expected] + [("done", task) for task in incident.history]
    if not tasks:
        return None
    found = table("", "When", "What", "Description")
    for state, task in tasks[:rows]:
        when = task.time or joined([task.start_time, task.end_time], " to ")
        what, about = task.action or joined(task.task_types), task.name or said(*task.description)
        found.add_row(state, cell(when), cell(what), cell(about))
    return Group(found, *rest(len(tasks), rows))


def _extras(incident: Incident, rows: int) -> RenderableType | None:
    lines: list[tuple[str, str | None]] = []
    for file in incident.attachments:
        lines.append((file.filename or "attachment", joined([file.format, file.uri])))
    for custom in incident.custom_fields:
        lines.append(((custom.type.name if custom.type else None) or custom.id or "field", custom.value))
    if not lines:
        return None
    found = table("Name", "Value")
    for line in lines[:rows]:
        found.add_row(*map(cell, line))
    return Group(found, *rest(len(lines), rows))


def _others(incident: Incident) -> RenderableType | None:
    found = table("", "", "", show_header=False)
    for name in OTHERS:
        parts = getattr(incident, name)
        if parts:
            named = [getattr(part, "name", None) for part in parts[:8]]
            found.add_row(str(len(parts)), name.replace("_", " "), cell(joined(named)))
    return found if found.rows else None
