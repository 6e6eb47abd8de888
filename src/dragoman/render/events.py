"""The events of an incident and the systems in them, as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from dragoman.model import Event, Incident, System
from dragoman.render.observables import label
from dragoman.render.words import SOFT, cell, joined, rest, said, title


def all_events(events: Sequence[Event]) -> Iterator[Event]:
    """Events and those inside them, from the top."""
    for event in events:
        yield event
        yield from all_events(event.events)


def events(incident: Incident, rows: int) -> RenderableType | None:
    if not (incident.events or incident.systems):
        return None
    root = Tree("", hide_root=True, guide_style=SOFT)
    _grow(root, incident.events, rows)
    for system in incident.systems[:rows]:
        _system(root, system)
    return Group(root, *rest(len(incident.systems), rows))


def _grow(tree: Tree, events: Sequence[Event], rows: int) -> None:
    for number, event in enumerate(events[:rows], 1):
        when = joined([event.start_time or event.detect_time, event.end_time], " to ")
        named = cell(title(event, f"event {number}"))
        branch = tree.add(Text.assemble(named, (f"  {cell(when)}" if when else "", SOFT)))
        for flow in event.flows:
            for system in flow.systems[:rows]:
                _system(branch, system)
        _grow(branch, event.events, rows)
    if len(events) > rows:
        tree.add(Text(f"… and {len(events) - rows:,} more (--all shows them)", style=SOFT))


def _system(tree: Tree, system: System) -> None:
    role = system.category or joined(system.infrastructure_types) or "system"
    where = joined([system.name, *map(label, system.addresses)]) or "no address"
    branch = tree.add(Text.assemble((f"{cell(role)} ", "cyan"), cell(where)))
    for service in system.services:
        port = service.port or service.portlist
        words = joined([service.iana_name, f"protocol {service.ip_protocol}" if service.ip_protocol else None])
        about = [f"port {port}" if port else None, words, *map(said, service.name_description)]
        branch.add(cell(joined(about) or "service"))
    notes = joined([*(role.category for role in system.roles), said(*system.description)])
    if notes:
        branch.add(Text(str(cell(notes)), style=SOFT))
