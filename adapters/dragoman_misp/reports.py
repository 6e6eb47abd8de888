"""The reports of an event as notes: longer texts, in Markdown.  One of ours holds the description of the incident."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dragoman.ledger import Ledger
from dragoman.mapping.codecs import joined
from dragoman.mapping.json import JsonReader, JsonWriter
from dragoman.mapping.table import Table
from dragoman.model import Incident, Note
from dragoman.model.naming import our_uuid
from dragoman_misp.clusters import type_of
from dragoman_misp.exact import FORMAT, Object, difference, keep, kept, restored
from dragoman_misp.growing import UUID, Growing, derived
from dragoman_misp.labels import machine
from dragoman_misp.tables import table

SPELLED, DESCRIPTION, COMMENT = "report", "Description", "comment"


def read_report(said: Object, growing: Growing) -> None:
    """Adds the note that a report is; of the description, its text goes to the incident."""
    incident = growing.incident
    if said == _description(incident.id, said.get("content"), said.get("timestamp")):
        incident.description = [said["content"]]
        return
    spec = table(growing.context.tables).parts["event-report"]
    source = {name: value for name, value in said.items() if name != "uuid"}
    note: Note = JsonReader(FORMAT, growing.context.ledger).read(spec, source)
    note.id = growing.main_id("note", said.get("uuid"), "EventReport")
    note.created, note.created_by, note.object_refs = note.modified, growing.creator, [growing.report_id]
    if note.content is None:
        note.content = note.abstract or ""
    if found := difference(_told(note, table(growing.context.tables)), said):
        keep(note, SPELLED, found)
    growing.add("notes", note)


def _told(note: Note, tables: Table) -> Object:
    return {"uuid": str(note.id)[-36:], **JsonWriter(FORMAT, Ledger()).plainly(tables.parts["event-report"], note)}


def _description(id_: str | None, content: Any, stamp: Any) -> Object:
    """The report that holds the description of an incident."""
    head = {"uuid": our_uuid(f"description of {id_}"), "name": DESCRIPTION, "content": content}
    return head if stamp is None else {**head, "timestamp": stamp}


def give(incident: Incident, tables: Table, told: set[str]) -> list[Object]:
    """The reports of an event.  told: ids of the notes that are told elsewhere."""
    found = [restored(_told(note, tables), kept(note, SPELLED)) for note in standing(incident, told)]
    text = joined(incident.description) if incident.basis is not None else None
    return [*found, _description(incident.id, text, None)] if text else found


def standing(incident: Incident, told: set[str]) -> Iterator[Note]:
    """The notes that are reports of the event: not attributes, comments or clusters."""
    for note in incident.notes:
        uuid = str(note.id).partition("--")[2]
        if note.id not in told and UUID.fullmatch(uuid) and (note.content or kept(note, SPELLED)) and not _is_part(note):
            yield note


def _is_part(note: Note) -> bool:
    """Whether a note belongs to an attribute, or is a cluster."""
    if machine(note.labels) or type_of(note) is not None:
        return True
    return any(note.id == derived("note", COMMENT, ref[-36:]) for ref in note.object_refs)
