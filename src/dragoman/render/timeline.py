"""When what happened: all times of an incident in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from rich.console import RenderableType

from dragoman.mapping.codecs import moment
from dragoman.model import Event, Incident
from dragoman.render.words import grid, joined, said, title

TIMES = {
    "occurrence_time": "happened", "detection_time": "detected", "end_time": "over", "recovery_time": "recovered",
    "report_time": "reported", "generation_time": "document made", "created": "created", "modified": "changed",
    "next_update": "next update due",
}  # fmt: skip
EVENT_TIMES = {
    "start_time": "began", "detect_time": "detected", "end_time": "over", "recovery_time": "recovered",
    "report_time": "reported",
}  # fmt: skip
LAST = datetime.max.replace(tzinfo=UTC)


def timeline(incident: Incident, rows: int) -> RenderableType | None:
    """A table of times, the earliest first; those without a zone come last, in the document's order."""
    found = sorted(moments(incident), key=lambda entry: moment(entry[0]) or LAST)
    if not found:
        return None
    return grid(("When", "What", ""), found, rows)


def moments(incident: Incident) -> Iterator[tuple[str, str, str]]:
    """Every time that an incident tells, what happened then, and to what."""
    for name, what in TIMES.items():
        if when := getattr(incident, name):
            yield when, what, ""
    for task in incident.history:
        if when := task.time or task.start_time:
            yield when, task.action or joined(task.task_types) or "done", task.name or said(*task.description)
    yield from _events(incident.events)


def _events(events: Sequence[Event]) -> Iterator[tuple[str, str, str]]:
    for number, event in enumerate(events, 1):
        for name, what in EVENT_TIMES.items():
            if when := getattr(event, name):
                yield when, f"event {what}", title(event, f"event {number}")
        yield from _events(event.events)
