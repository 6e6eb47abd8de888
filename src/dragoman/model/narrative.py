"""How an incident went: people, events, systems, records, what it cost, what was done (RFC 7970 section 3 and the
incident, event, impact and task extensions of STIX 2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dragoman.model.intel import Actor, Campaign
from dragoman.model.observable import AnyObservable, Certificate, EmailMessage, File, RegistryKey
from dragoman.model.parts import (
    Additional,
    Confidence,
    Counter,
    Described,
    Entity,
    EntityCount,
    Identifier,
    KillChainPhase,
    Part,
    Reference,
    Software,
    StateChange,
    Words,
)
from dragoman.model.people import Contact as Contact
from dragoman.model.people import ContactPoint as ContactPoint


@dataclass(slots=True, kw_only=True)
class NodeRole(Described):
    """What a system is for (www, c2-server, honeypot …)."""

    category: str | None = None


@dataclass(slots=True, kw_only=True)
class Service(Part):
    """A service that a system offers or uses."""

    ip_protocol: str | None = None
    iana_name: str | None = None
    name_urls: Sequence[str] = ()
    name_description: Sequence[Words] = ()
    port: str | None = None
    portlist: str | None = None
    proto_code: str | None = None
    proto_type: str | None = None
    proto_field: str | None = None
    header_fields: Sequence[Additional] = ()
    email: EmailMessage | None = None
    application: Software | None = None


@dataclass(slots=True, kw_only=True)
class System(Entity):
    """A machine or network in an incident (IODEF System with its Node, STIX infrastructure)."""

    category: str | None = None
    interface: str | None = None
    spoofed: str | None = None
    virtual: str | None = None
    ownership: str | None = None
    addresses: Sequence[AnyObservable] = ()
    postal_addresses: Sequence[ContactPoint] = ()
    locations: Sequence[Words] = ()
    node_counters: Sequence[Counter] = ()
    roles: Sequence[NodeRole] = ()
    services: Sequence[Service] = ()
    operating_systems: Sequence[Software] = ()
    counters: Sequence[Counter] = ()
    asset_ids: Sequence[str] = ()
    infrastructure_types: Sequence[str] = ()
    aliases: Sequence[str] = ()
    first_seen: str | None = None
    last_seen: str | None = None
    kill_chain_phases: Sequence[KillChainPhase] = ()


@dataclass(slots=True, kw_only=True)
class Flow(Part):
    """Systems that talked to each other."""

    systems: Sequence[System] = ()


@dataclass(slots=True, kw_only=True)
class DetectionPattern(Described):
    """A rule, signature or setting of an application that finds it."""

    application: Software | None = None
    configurations: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class Discovery(Described):
    """How it was found."""

    source: str | None = None
    contacts: Sequence[Contact] = ()
    patterns: Sequence[DetectionPattern] = ()


@dataclass(slots=True, kw_only=True)
class StructuredInfo(Part):
    """An attack pattern, vulnerability or weakness in a registered format (RFC 7203)."""

    spec_id: str | None = None
    ext_spec_id: str | None = None
    content_id: str | None = None
    raw_data: Sequence[str] = ()
    references: Sequence[str] = ()
    platforms: Sequence[str] = ()
    scorings: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class Method(Described):
    """How it was done."""

    references: Sequence[Reference] = ()
    attack_patterns: Sequence[StructuredInfo] = ()
    vulnerabilities: Sequence[StructuredInfo] = ()
    weaknesses: Sequence[StructuredInfo] = ()
    additional: Sequence[Additional] = ()


@dataclass(slots=True, kw_only=True)
class Impact(Entity):
    """One consequence.

    kind: system, business, intended, time, monetary (IODEF); category: availability, confidentiality, external,
    integrity, monetary, physical, traceability (STIX).  measures: the numbers and words of that category.
    """

    kind: str | None = None
    type: str | None = None
    severity: str | None = None
    completion: str | None = None
    value: str | None = None
    metric: str | None = None
    duration: str | None = None
    currency: str | None = None
    category: str | None = None
    measures: dict[str, Any] | None = None
    criticality: int | None = None
    start_time: str | None = None
    start_time_fidelity: str | None = None
    end_time: str | None = None
    end_time_fidelity: str | None = None
    impacted_counts: Sequence[EntityCount] = ()
    impacted_refs: Sequence[str] = ()
    recoverability: str | None = None
    superseded_by_ref: str | None = None


@dataclass(slots=True, kw_only=True)
class Assessment(Part):
    """What it did, and how sure we are."""

    occurrence: str | None = None
    categories: Sequence[Words] = ()
    impacts: Sequence[Impact] = ()
    counters: Sequence[Counter] = ()
    mitigating_factors: Sequence[Words] = ()
    causes: Sequence[Words] = ()
    confidence: Confidence | None = None
    additional: Sequence[Additional] = ()


@dataclass(slots=True, kw_only=True)
class Task(Entity):
    """Something done or to be done: a history item (`time`), an expectation (`start_time` to `end_time`), a task."""

    action: str | None = None
    time: str | None = None
    severity: str | None = None
    identifier: Identifier | None = None
    contact: Contact | None = None
    courses_of_action: Sequence[str] = ()
    outcome: str | None = None
    changed_objects: Sequence[StateChange] = ()
    task_types: Sequence[str] = ()
    start_time: str | None = None
    start_time_fidelity: str | None = None
    end_time: str | None = None
    end_time_fidelity: str | None = None
    error: str | None = None
    impacted_counts: Sequence[EntityCount] = ()
    priority: int | None = None
    subtasks: Sequence[Any] = ()


@dataclass(slots=True, kw_only=True)
class RecordPattern(Part):
    """Where in a log the trace stands."""

    value: str = ""
    type: str | None = None
    offset: str | None = None
    offset_unit: str | None = None
    instance: str | None = None


@dataclass(slots=True, kw_only=True)
class FileSet(Part):
    """Files that belong together."""

    files: Sequence[File] = ()


@dataclass(slots=True, kw_only=True)
class RegistryChange(Part):
    """Registry keys that were touched together."""

    keys: Sequence[RegistryKey] = ()


@dataclass(slots=True, kw_only=True)
class CertificateSet(Part):
    """Certificates that belong together."""

    certificates: Sequence[Certificate] = ()


@dataclass(slots=True, kw_only=True)
class Record(Described):
    """Evidence: log lines, files, registry keys, certificates."""

    time: str | None = None
    application: Software | None = None
    patterns: Sequence[RecordPattern] = ()
    items: Sequence[Additional] = ()
    urls: Sequence[str] = ()
    files: Sequence[FileSet] = ()
    registry: Sequence[RegistryChange] = ()
    certificates: Sequence[CertificateSet] = ()
    additional: Sequence[Additional] = ()


@dataclass(slots=True, kw_only=True)
class RecordSet(Part):
    """The records of one event."""

    records: Sequence[Record] = ()


@dataclass(slots=True, kw_only=True)
class Event(Entity):
    """A step of the incident; what stands here holds for the events below."""

    status: str | None = None
    detect_time: str | None = None
    start_time: str | None = None
    start_time_fidelity: str | None = None
    end_time: str | None = None
    end_time_fidelity: str | None = None
    recovery_time: str | None = None
    report_time: str | None = None
    contacts: Sequence[Contact] = ()
    discoveries: Sequence[Discovery] = ()
    assessment: Assessment | None = None
    methods: Sequence[Method] = ()
    flows: Sequence[Flow] = ()
    expectations: Sequence[Task] = ()
    record: RecordSet | None = None
    events: Sequence[Event] = ()
    changed_objects: Sequence[StateChange] = ()
    event_types: Sequence[str] = ()
    goal: str | None = None
    sighting_refs: Sequence[str] = ()
    subevents: Sequence[Any] = ()
    next_event_refs: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class RelatedActivity(Described):
    """Other incidents, actors and campaigns that this one has to do with."""

    identifiers: Sequence[Identifier] = ()
    urls: Sequence[str] = ()
    actors: Sequence[Actor] = ()
    campaigns: Sequence[Campaign] = ()
    indicators: Sequence[Identifier] = ()
    confidence: Confidence | None = None
    additional: Sequence[Additional] = ()
