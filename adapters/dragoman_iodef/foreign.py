"""An incident that came from elsewhere, with what IODEF demands and in the places that IODEF has.

The incident itself is not changed.  What an incident of IODEF says already is left alone: all that is looked at here,
only other formats set, or IODEF demands it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from dragoman.adapter import Context
from dragoman.model import (
    Additional,
    Address,
    Assessment,
    Certificate,
    CertificateSet,
    Contact,
    ContactPoint,
    Discovery,
    DomainName,
    EmailMessage,
    Event,
    File,
    FileSet,
    Flow,
    Identifier,
    IdentifierSet,
    Impact,
    Incident,
    Method,
    NetworkTraffic,
    Record,
    RecordSet,
    Reference,
    RegistryChange,
    RegistryKey,
    RelatedActivity,
    Service,
    System,
    Task,
)
from dragoman.model.by_field import by_field
from dragoman.model.plain import plain
from dragoman_iodef.addresses import accepts
from dragoman_iodef.custom import unsettled
from dragoman_iodef.hooks import NCNAME
from dragoman_iodef.shapes import Writer, changed, is_time, lacks, pages, shared

PROTOCOLS = {"icmp": "1", "tcp": "6", "udp": "17", "sctp": "132"}
# An observable that IODEF has no class for, and its most telling field.
TELLING = {
    "process": "command_line",
    "user-account": "account_login",
    "software": "name",
    "directory": "path",
    "artifact": "url",
}


def settled(incident: Incident, writer: Writer) -> Incident:
    """The incident to write; what nobody said and no profile says either is noted in `writer.missing`."""
    writer.authority = writer.context.setting("defaults.authority", "unknown.invalid")
    writer.time = _time(incident, writer.context)
    writer.seen = {item.id: item for item in incident.observables if item.id}
    return _complete(_placed(by_field(incident), writer), writer, writer.context)


def _complete(incident: Incident, writer: Writer, context: Context) -> Incident:
    """With what IODEF demands of every incident (section 3.2)."""
    made: dict[str, Any] = {}
    if lacks(incident, "identifier", "IncidentID", writer):
        made["identifier"] = Identifier(value=incident.id or _name(incident), authority=writer.authority)
        writer.missing += [] if context.setting("defaults.authority") else ["IncidentID/@name"]
    time, step = writer.moment
    if lacks(incident, time, step, writer) or not is_time(getattr(incident, time) or writer.time):
        made[time] = writer.time
        writer.missing += [] if incident.created or incident.report_time else [step]
    if lacks(incident, "contacts", "Contact", writer):
        made["contacts"] = [_contact(context)]
        writer.missing += [] if context.setting("defaults.contact.name") else ["Contact"]
    return changed(incident, **made) if made else incident


def _time(incident: Incident, context: Context) -> str:
    said = (incident.generation_time, incident.modified, incident.created, incident.report_time)
    known = [*said, incident.detection_time, incident.occurrence_time, incident.end_time]
    return next(filter(is_time, known), None) or context.now().strftime("%Y-%m-%dT%H:%M:%SZ")


def _name(incident: Incident) -> str:
    """An id for an incident that has none, the same every time."""
    said = json.dumps(plain(incident, Incident), sort_keys=True, ensure_ascii=False, default=str)
    return f"dragoman-{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _contact(context: Context) -> Contact:
    """Somebody to talk to, from the profile."""
    mail = context.setting("defaults.contact.email")
    return Contact(
        role=context.setting("defaults.contact.role", "creator"),
        type=context.setting("defaults.contact.type", "organization"),
        names=[context.setting("defaults.contact.name", "unknown")],
        emails=[ContactPoint(value=mail)] if mail else [],
    )


def _placed(incident: Incident, writer: Writer) -> Incident:
    """With what other formats say, in the places that IODEF has for it."""
    made = {
        "description": [*([incident.summary] if incident.summary else []), *incident.description],
        "markings": incident.markings or _labels(incident),
        "alternatives": _alternatives(incident, writer),
        "related": [*incident.related, *_related(incident)],
        "discoveries": [*incident.discoveries, *(Discovery(source=word) for word in incident.detection_methods)],
        "assessments": _assessments(incident),
        "methods": [*incident.methods, *_methods(incident)],
        "events": [*incident.events, *_events(incident)],
        "additional": unsettled(incident, _additional(incident), writer),
    }
    made = {name: value for name, value in made.items() if (value or None) != (getattr(incident, name) or None)}
    return changed(incident, **made) if made else incident


def _labels(incident: Incident) -> list[str]:
    """The base format's label; a stricter one of a single field counts for the whole."""
    if incident.tlp is None:
        return []
    values = [incident.tlp.value, *(field.value for field in incident.tlp.fields)]
    return [f"{incident.tlp.schema}:{value}".lower() for value in values if value]


def _alternatives(incident: Incident, writer: Writer) -> IdentifierSet | None:
    named = [item for item in incident.references if item.external_id]
    if incident.alternatives is not None and not lacks(incident.alternatives, "identifiers", "IncidentID", writer):
        return incident.alternatives
    if not named:
        return None
    numbers = [Identifier(value=item.external_id or "", authority=item.source_name, **_held(item)) for item in named]
    return IdentifierSet(identifiers=numbers)


def _related(incident: Incident) -> Iterable[RelatedActivity]:
    """Actors and campaigns, and the pages that the incident refers to."""
    if incident.actors or incident.campaigns:
        yield RelatedActivity(actors=incident.actors, campaigns=incident.campaigns)
    for reference in incident.references:
        if urls := pages([reference]):
            yield RelatedActivity(urls=urls, description=reference.description, **_held(reference))


def _assessments(incident: Incident) -> list[Assessment]:
    """The kinds of incident are categories of the first assessment, which needs an impact."""
    kind = incident.type.name if incident.type and incident.type.name else None
    words = [*([kind] if kind else []), *incident.incident_types]
    if not words:
        return list(incident.assessments)
    first, *others = incident.assessments or [Assessment(impacts=[Impact(kind="system", type="unknown")])]
    held = shared(first, [incident.type] if incident.type else [])
    return [changed(first, categories=[*first.categories, *words], field_markings=held), *others]


def _methods(incident: Incident) -> Iterable[Method]:
    """Malware, tools, techniques and holes: each a reference with its name and its pages."""
    used = [*incident.malware, *incident.tools, *incident.techniques, *incident.vulnerabilities]
    if used:
        yield Method(references=[_reference(part) for part in used])


def _reference(part: Any) -> Reference:
    hole = part.name if part.name and part.name.startswith("CVE-") and NCNAME.fullmatch(part.name) else None
    known = [item.external_id for item in part.references if item.external_id]
    words = [" ".join([*known[:1], part.name or ""]).strip()] if part.name != hole else []
    return Reference(
        id=part.id,
        **_held(part),
        spec_index="1" if hole else None,
        external_id=hole,
        urls=pages(part.references),
        description=[*words, *part.description],
    )


def _events(incident: Incident) -> Iterable[Event]:
    """Systems and observables that stand alone, and what can be done."""
    systems = [*incident.systems, *_systems(incident)]
    record = _record(incident)
    steps = [_step(part) for part in incident.courses_of_action]
    others = [item for item in map(_plain, incident.observables) if item is not None]
    if systems or record or steps or others:
        flows = [Flow(systems=systems)] if systems else []
        yield Event(flows=flows, expectations=steps, record=record, additional=others)


def _step(part: Any) -> Task:
    """What can be done, as something to be done."""
    words = [part.name or "", *part.description]
    return Task(action="other", description=words, **_held(part))


def _systems(incident: Incident) -> Iterable[System]:
    seen = {item.id: item for item in incident.observables if item.id}
    for item in incident.observables:
        if isinstance(item, DomainName) or accepts(item):
            yield System(addresses=[item])
        elif isinstance(item, EmailMessage):
            node = Address(type="email-message", value=item.message_id or item.subject or "unknown")
            sender = seen.get(item.from_ref or "")
            ends = [changed(sender, id=None) if sender else node]
            yield System(addresses=ends, services=[Service(email=item)], **_held(item))
        elif isinstance(item, NetworkTraffic):
            yield from _ends(item, seen)


def _ends(traffic: NetworkTraffic, seen: dict[str, Any]) -> Iterable[System]:
    """Both ends of a connection, as far as they are known."""
    number = next((PROTOCOLS[word] for word in reversed(traffic.protocols) if word in PROTOCOLS), None)
    for category, ref, port in (
        ("source", traffic.src_ref, traffic.src_port),
        ("target", traffic.dst_ref, traffic.dst_port),
    ):
        end = seen.get(ref or "")
        if isinstance(end, Address | DomainName):
            service = Service(ip_protocol=number, port=None if port is None else str(port))
            yield System(category=category, addresses=[changed(end, id=None)], services=[service], **_held(traffic))


def _record(incident: Incident) -> RecordSet | None:
    """Files, registry keys and certificates."""
    files = [item for item in incident.observables if isinstance(item, File)]
    keys = [item for item in incident.observables if isinstance(item, RegistryKey)]
    certificates = [item for item in incident.observables if isinstance(item, Certificate)]
    if not (files or keys or certificates):
        return None
    record = Record(
        files=[FileSet(files=files)] if files else [],
        registry=[RegistryChange(keys=keys)] if keys else [],
        certificates=[CertificateSet(certificates=certificates)] if certificates else [],
    )
    return RecordSet(records=[record])


def _plain(item: Any) -> Additional | None:
    """An observable that IODEF has no class for, by its most telling word."""
    if item.type not in TELLING:
        return None
    value = getattr(item, TELLING[item.type], None) or getattr(item, "user_id", None) or item.type
    return _shown(item, name=item.type, value=str(value))


def _shown(part: Any, **said: Any) -> Additional:
    """What a part says as plain text, for those who may see the part."""
    return Additional(dtype="string", **_held(part), **said)


def _held(part: Any) -> dict[str, Any]:
    """Who may see what shows a part elsewhere: whoever may see the part."""
    return {"markings": part.markings, "field_markings": part.field_markings}


def _additional(incident: Incident) -> Iterable[Additional]:
    """Notes and attachments."""
    for note in incident.notes:
        yield _shown(note, name="note", meaning=note.abstract, value=note.content)
    for file in incident.attachments:
        yield Additional(name="attachment", dtype="url", meaning=file.format, value=file.uri, **_held(file))
