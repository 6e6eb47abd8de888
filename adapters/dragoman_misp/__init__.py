"""MISP: events of the core format, alone, in lists, in answers of a server, and the manifest of a feed.

`envelope` says what an event is as an incident; `attributes` and `objects` what is in it, by the tables
`mappings/misp*.yaml`; `tags` and `galaxies` what it is about; `exact` how something was put; `cargo` where the rest travels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, BinaryIO

from dragoman.adapter import Can, Context, Format, Likeness
from dragoman.carry import Anchor, Cargo
from dragoman.mapping.adapter import TableAdapter
from dragoman.model import Incident
from dragoman.tree import json
from dragoman_misp.cargo import loaded, unloaded
from dragoman_misp.event import EventReader, write_event
from dragoman_misp.form import Form, opened
from dragoman_misp.sniff import likeness
from dragoman_misp.tables import table


class Misp(TableAdapter):
    """MISP core format."""

    format = Format(
        name="misp",
        title="MISP event",
        version="2.4",
        suffixes=(".misp.json", ".misp"),
        media_types=("application/vnd.misp+json", "application/json"),
        specification="MISP core format, draft-dulaunoy-misp-core-format",
        can=Can.READ | Can.WRITE | Can.MANY | Can.CARRY,
    )

    rereads = True
    judges_values = False

    def sniff(self, head: bytes) -> Likeness:
        return likeness(head)

    def parse(self, data: bytes, context: Context) -> Any:
        """The decoded document.  Raises ReadError for what is no MISP event, LimitExceeded."""
        tree = json.decode(data, context.limits, context.source)
        opened(tree, context.source)
        return tree

    def reparse(self, data: bytes, context: Context) -> Any:
        return json.redecode(data)

    def faults(self, data: bytes, context: Context) -> list[str]:
        """What the core format demands and a document does not do, each as "pointer: reason".  Raises as `parse` does."""
        from dragoman_misp.judge import faults

        form, events = opened(json.decode(data, context.limits, context.source), context.source)
        kind = "summary" if form.wrapper == "manifest" else "event"
        return [line for place, event in enumerate(events) for line in faults(event, kind, (*form.trail(place, event),))]

    def render(self, tree: Any) -> bytes:
        return json.compact(tree)

    def hand_over(self, data: bytes, sink: BinaryIO) -> None:
        sink.write(json.indented(data))
        sink.write(b"\n")

    def take(self, tree: Any, context: Context) -> tuple[list[Incident], Anchor]:
        """The incidents of a document; the cargo of each is found by the uuid of its event."""
        form, events = opened(tree, context.source)
        names = [event.get("uuid") for event in events]
        often = Counter(name for name in names if isinstance(name, str))
        reader = EventReader(table(context.tables), context)
        incidents = [reader.read(event, form.trail(place, event)) for place, event in enumerate(events)]
        form.keep(incidents[0])
        known = {id(part): name for part, name in zip(incidents, names, strict=True) if _is_one(name, often)}

        def anchor(part: Any) -> str | None:
            return known.get(id(part))

        return incidents, anchor

    def give(self, incidents: list[Incident], context: Context) -> Any:
        """The document that says natively what MISP can of the incidents."""
        events = [write_event(incident, table(context.tables), context) for incident in incidents]
        return Form.of(incidents).document(events)

    def lay_out(self, incidents: list[Incident], like: Sequence[Incident]) -> None:
        """Gives incidents the wrapping of the document that others came from, in place."""
        if incidents and like:
            Form.of(list(like)).keep(incidents[0])

    def load(self, tree: Any, cargo: Cargo, context: Context) -> Any:
        return loaded(tree, cargo)

    def unload(self, tree: Any, context: Context) -> Cargo:
        return unloaded(opened(tree, context.source)[1])


def _is_one(name: Any, often: Counter[str]) -> bool:
    return isinstance(name, str) and often[name] == 1


adapter = Misp()
