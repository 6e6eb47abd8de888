"""Events as events, what was or is to be done as tasks, how it was done as attack patterns.

Times that IODEF gives to an incident or event and STIX only to tasks become tasks of that type (detected, reported,
recovery); the span of the incident is an event of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dragoman.model import (
    CourseOfAction,
    Discovery,
    Event,
    Incident,
    Method,
    Part,
    Reference,
    Task,
    Technique,
)
from dragoman.model.plain import copied
from dragoman_stix.narrative import evidence, impacts, notes, people, structured, systems
from dragoman_stix.narrative.labels import label, take
from dragoman_stix.narrative.paths import member_id
from dragoman_stix.narrative.values import first_line, number, word
from dragoman_stix.wellformed import web_address

if TYPE_CHECKING:
    from dragoman_stix.narrative.assemble import Assembling
    from dragoman_stix.narrative.flatten import Flattening

TIMES = {"detected": "detection_time", "reported": "report_time", "recovery": "recovery_time"}
EVENT_TIMES = TIMES | {"detected": "detect_time"}
PENDING = "pending"
PRIORITIES = {"low": 15, "medium": 50, "high": 85}


def flatten_incident(work: Flattening, incident: Incident, flat: Incident, owner: str) -> None:
    """Times, events, history, discoveries and methods of the incident itself."""
    flat.events = [event for event in incident.events if people.is_flat(event, "event")] or ()
    flat.history = [task for task in incident.history if people.is_flat(task, "task")] or ()
    _times(work, incident, TIMES, "")
    if incident.occurrence_time or incident.end_time:
        span = Event(id=member_id("event", work.key, "/span"), status="occurred", name="the incident")
        span.start_time, span.end_time, span.markings = incident.occurrence_time, incident.end_time, work.markings
        work.add("events", span)
    for place, event in enumerate(e for e in incident.events if not people.is_flat(e, "event")):
        flatten_event(work, event, f"/events/{place}")
    before, work.markings = work.markings, tuple(work.effective(Part(markings=incident.history_markings)))
    for place, task in enumerate(t for t in incident.history if not people.is_flat(t, "task")):
        _task(work, task, f"/history/{place}", "successful")
    work.markings = before
    _discoveries(work, incident.discoveries, "")
    _methods(work, incident.methods, owner, "")
    words = [found.source for found in incident.discoveries if found.source]
    if words and not incident.detection_methods and not any(map(work.stricter, incident.discoveries)):
        flat.detection_methods = words
    flat.discoveries = flat.methods = ()
    flat.detection_time = flat.report_time = flat.recovery_time = flat.occurrence_time = flat.end_time = None


def _times(work: Flattening, part: Any, fields: dict[str, str], path: str) -> None:
    for kind, field in fields.items():
        time = getattr(part, field)
        if time:
            made = member_id("task", work.key, f"{path}/time/{kind}")
            work.add("history", Task(id=made, task_types=[kind], outcome="successful", end_time=time, markings=work.markings))


def flatten_event(work: Flattening, event: Event, path: str) -> str:
    """One event with all that hangs on it; returns its id."""
    before, work.markings = work.markings, tuple(work.effective(event))
    flat = copied(
        event, id=work.id_of(event, "event", path), markings=work.markings, status=event.status or "occurred",
        references=[*work.local(event), *event.references], contacts=(), discoveries=(), assessment=None, methods=(),
        flows=(), expectations=(), record=None, events=(), detect_time=None, report_time=None, recovery_time=None,
    )  # fmt: skip
    flat.additional = ()
    made = work.add("events", flat)
    notes.flatten_notes(work, event.additional, made, path)
    _times(work, event, EVENT_TIMES, path)
    people.flatten_contacts(work, event, flat, made, path)
    _discoveries(work, event.discoveries, path)
    if event.assessment is not None:
        impacts.flatten_assessment(work, event.assessment, f"{path}/assessment")
    _methods(work, event.methods, made, path)
    systems.flatten_flows(work, event, made, path)
    for place, task in enumerate(event.expectations):
        here = f"{path}/expectations/{place}"
        _task(work, task, here, PENDING)
    evidence.flatten_records(work, event, made, path)
    for place, inner in enumerate(event.events):
        here = f"{path}/events/{place}"
        flatten_event(work, inner, here)
    flat.sighting_refs = [*event.sighting_refs, *work.sighted.pop(made, ())] or ()
    work.markings = before
    return made


def _discoveries(work: Flattening, found: Sequence[Discovery], path: str) -> None:
    for place, discovery in enumerate(found):
        here = f"{path}/discoveries/{place}"
        labels = [label("discovery", discovery.source)] if discovery.source else ()
        before, work.markings = work.markings, tuple(work.effective(discovery))
        made = Task(
            id=member_id("task", work.key, here), task_types=["detected"], outcome="successful", labels=labels,
            description=discovery.description, markings=work.markings,
        )  # fmt: skip
        work.add("history", made)
        for index, contact in enumerate(discovery.contacts):
            below = f"{here}/contacts/{index}"
            work.link(below, people.flatten_contact(work, contact, below), "participated-in", str(made.id))
        work.markings = before


def _methods(work: Flattening, found: Sequence[Method], owner: str, path: str) -> None:
    for place, method in enumerate(found):
        here = f"{path}/methods/{place}"
        before, work.markings = work.markings, tuple(work.effective(method))
        technique = Technique(
            id=member_id("attack-pattern", work.key, here), name=_method_name(method), markings=work.markings,
            description=method.description, references=[_outside(ref) for ref in method.references] or (),
        )  # fmt: skip
        work.link(here, owner, "related-to", work.add("techniques", technique))
        structured.flatten_structured(work, method, str(technique.id), here)
        notes.flatten_notes(work, method.additional, str(technique.id), here)
        work.markings = before


def _method_name(method: Method) -> str:
    described = [first_line(ref.description) or ref.source_name or "" for ref in method.references]
    return next(filter(None, [first_line(method.description), *described]), "unnamed")


def _outside(reference: Reference) -> Reference:
    """A reference as STIX wants it: a source name, and one page."""
    urls = [url for text in reference.urls if (url := web_address(text))]
    other = next((text for text in reference.urls if web_address(text) != text), None)
    return copied(
        reference, source_name=reference.source_name or "reference", id=None, residue=None, urls=urls[:1] or (),
        external_id=reference.external_id or other,
    )  # fmt: skip


def _inside(reference: Reference) -> Reference:
    """A reference as it was before `_outside`."""
    source = None if reference.source_name == "reference" else reference.source_name
    spelled, urls = reference.external_id, reference.urls
    if spelled and (web_address(spelled) in urls if urls else not source):
        return copied(reference, source_name=source, urls=[spelled], external_id=None)
    return copied(reference, source_name=source)


def _outcome(work: Flattening, task: Task, usual: str, path: str) -> str:
    """An expectation is pending; whether what was done succeeded, nobody said."""
    return task.outcome or (usual if usual == PENDING else str(work.fill(f"{path}/outcome", usual)))


def _task(work: Flattening, task: Task, path: str, outcome: str) -> str:
    before, work.markings = work.markings, tuple(work.effective(task))
    flat = copied(
        task, id=work.id_of(task, "task", path), markings=work.markings, outcome=_outcome(work, task, outcome, path),
        references=[*work.local(task), *task.references], identifier=None, contact=None, courses_of_action=(),
        task_types=[task.action, *task.task_types] if task.action else task.task_types, action=None, severity=None,
        priority=number(task.severity, PRIORITIES) or task.priority, end_time=task.time or task.end_time, time=None,
    )  # fmt: skip
    if task.identifier is not None and not work.stricter(task.identifier):
        flat.references = [*flat.references, people._related(task.identifier.authority, task.identifier.value)]
    flat.additional = ()
    made = work.add("history", flat)
    notes.flatten_notes(work, task.additional, made, path)
    if task.contact is not None:
        here = f"{path}/contact"
        work.link(here, people.flatten_contact(work, task.contact, here), "participated-in", made)
    for place, name in enumerate(task.courses_of_action):
        below = f"{path}/courses_of_action/{place}"
        course = CourseOfAction(id=member_id("course-of-action", work.key, below), name=name, markings=work.markings)
        work.link(below, made, "uses", work.add("courses_of_action", course))
    work.markings = before
    return made


def assemble_incident(work: Assembling) -> None:
    """What `flatten_incident` spread out, back under the incident."""
    incident = work.incident
    _take_times(work, incident, TIMES, "")
    span = work.own("event", "/span")
    if span is not None:
        incident.occurrence_time, incident.end_time = span.start_time, span.end_time
    events = work.owned_by_place("event", "/events")
    work.placed["events"] = [_event(work, event, here) for event, here in events]
    tasks = work.owned_by_place("task", "/history")
    work.placed["history"] = [_untask(work, task, here, "successful", past=True) for task, here in tasks]
    incident.discoveries = _undiscovered(work, "")
    if list(incident.detection_methods) == [d.source for d in incident.discoveries if d.source]:
        incident.detection_methods = ()
    incident.methods = _unmethod(work, "")


def _take_times(work: Assembling, part: Any, fields: dict[str, str], path: str) -> None:
    for kind, field in fields.items():
        here = f"{path}/time/{kind}"
        task = work.own("task", here)
        if task is not None:
            setattr(part, field, task.end_time)


def _event(work: Assembling, flat: Event, path: str) -> Event:
    before = work.enter(flat, "event", path)
    if flat.status == "occurred":
        flat.status = None
    _take_times(work, flat, EVENT_TIMES, path)
    with work.as_incident():
        flat.contacts = people.assembled(work, path) or ()
    flat.discoveries = _undiscovered(work, path)
    flat.assessment = impacts.assemble_assessment(work, f"{path}/assessment")
    flat.methods = _unmethod(work, path)
    flat.flows = systems.assemble_flows(work, path)
    flat.expectations = [
        _untask(work, task, here, PENDING, past=False)
        for task, here in work.owned_by_place("task", f"{path}/expectations")
    ] or ()
    flat.record = evidence.assemble_records(work, path)
    flat.events = [_event(work, inner, here) for inner, here in work.owned_by_place("event", f"{path}/events")] or ()
    flat.sighting_refs = [ref for ref in flat.sighting_refs if work.is_left(ref)] or ()
    flat.additional = notes.assemble_notes(work, path)
    work.leave(before)
    return flat


def _undiscovered(work: Assembling, path: str) -> Any:
    found = []
    for task, here in work.owned_by_place("task", f"{path}/discoveries"):
        name = str(task.id)
        before = work.enter(task, "task", here)
        words, _ = take(task.labels, "discovery")
        made = Discovery(source=words[0] if words else None, description=task.description, markings=task.markings)
        members = work.members(f"{here}/contacts", owned_by_target=True)
        made.contacts = [people.assemble_contact(work, contact, below) for _, contact, below in members] or ()
        work.names[id(made)] = name
        work.leave(before)
        found.append(made)
    return found or ()


def _unmethod(work: Assembling, path: str) -> Any:
    found = []
    for _, technique, here in work.members(f"{path}/methods"):
        name = str(technique.id)
        before = work.enter(technique, "attack-pattern", here)
        references = [_inside(reference) for reference in technique.references]
        made = Method(description=technique.description, references=references or (), markings=technique.markings)
        structured.assemble_structured(work, made, here)
        made.additional = notes.assemble_notes(work, here)
        work.names[id(made)] = name
        work.leave(before)
        found.append(made)
    return found or ()


def _untask(work: Assembling, flat: Task, path: str, outcome: str, past: bool) -> Task:
    before = work.enter(flat, "task", path)
    if flat.outcome == outcome:
        flat.outcome = None
    if flat.task_types:
        flat.action, flat.task_types = flat.task_types[0], list(flat.task_types[1:]) or ()
    severity = word(flat.priority, PRIORITIES)
    if severity is not None:
        flat.severity, flat.priority = severity, None
    if past:
        flat.time, flat.end_time = flat.end_time, None
        _unidentify(flat)
    contact = work.member(f"{path}/contact", owned_by_target=True)
    if contact is not None:
        flat.contact = people.assemble_contact(work, contact[1], f"{path}/contact")
    flat.courses_of_action = [course.name for _, course, _ in work.members(f"{path}/courses_of_action")] or ()
    flat.additional = notes.assemble_notes(work, path)
    work.leave(before)
    return flat


def _unidentify(flat: Task) -> None:
    named = [ref for ref in flat.references if list(ref.description) == [people.RELATED]]
    if named:
        flat.identifier = people._identifier(named[0])
        flat.references = [ref for ref in flat.references if ref not in named] or ()


__all__ = ["assemble_incident", "flatten_event", "flatten_incident"]
