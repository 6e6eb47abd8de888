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
    Text,
    Words,
)


@dataclass(slots=True, kw_only=True)
class ContactPoint(Described):
    """One way to reach somebody: a mail address, a number, a postal address, a registry handle or an account.

    type: the source's word (direct, hotline, mobile, mailing, ripe …).  ref: the id of the observable that holds it.
    """

    type: str | None = None
    value: str | None = None
    lang: str | None = None
    group: str | None = None
    classified: bool | None = None
    ref: str | None = None


@dataclass(slots=True, kw_only=True)
class Contact(Entity):
    """A person or an organisation; the base format's liaison is one."""

    role: str | None = None
    type: str | None = None
    names: Sequence[Words] = ()
    titles: Sequence[Words] = ()
    registry_handles: Sequence[ContactPoint] = ()
    postal_addresses: Sequence[ContactPoint] = ()
    emails: Sequence[ContactPoint] = ()
    phones: Sequence[ContactPoint] = ()
    accounts: Sequence[ContactPoint] = ()
    timezone: str | None = None
    contacts: Sequence[Contact] = ()
    zip: str | None = None
    city: str | None = None
    roles: Sequence[str] = ()
    identity_class: str | None = None
    sectors: Sequence[str] = ()
    contact_information: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    prefix: str | None = None
    suffix: str | None = None

    @property
    def label(self) -> str | None:
        """What to call them: some formats give one name, others several in their languages."""
        first = next(iter(self.names), None)
        return self.name or (first.value if isinstance(first, Text) else first)


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


@dataclass(slots=True, kw_only=True)
class Bulk(Part):
    """Many observables of one kind, one a line in `lines`, or as markup in `lines_xml`."""

    type: str | None = None
    lines: str = ""
    lines_xml: str | None = None
    hash: Any = None
    format_additional: Sequence[Additional] = ()
    additional: Sequence[Additional] = ()


@dataclass(slots=True, kw_only=True)
class Observed(Part):
    """What an indicator looks for: exactly one of its fields is set (RFC 7970 section 3.29.3)."""

    system: System | None = None
    observable: AnyObservable | None = None
    service: Service | None = None
    registry: RegistryChange | None = None
    files: FileSet | None = None
    certificates: CertificateSet | None = None
    registry_handle: ContactPoint | None = None
    record: Record | None = None
    event: Event | None = None
    incident: Any = None
    expectation: Task | None = None
    reference: Reference | None = None
    assessment: Assessment | None = None
    detection_pattern: DetectionPattern | None = None
    history_item: Task | None = None
    bulk: Bulk | None = None
    additional: Sequence[Additional] = ()


@dataclass(slots=True, kw_only=True)
class Expression(Part):
    """Terms of an indicator, joined by one operator (and, or, xor, not)."""

    operator: str | None = None
    terms: Sequence[Term] = ()


@dataclass(slots=True, kw_only=True)
class Term(Part):
    """One term: an expression, something observed, or a reference to either; with its own confidence."""

    expression: Expression | None = None
    observed: Observed | None = None
    observable_ref: str | None = None
    indicator_ref: IndicatorReference | None = None
    confidence: Confidence | None = None
    additional: Sequence[Additional] = ()


@dataclass(slots=True, kw_only=True)
class IndicatorReference(Part):
    """Another indicator, in this document (`uid`) or elsewhere (`euid`, `version`)."""

    uid: str | None = None
    euid: str | None = None
    version: str | None = None


@dataclass(slots=True, kw_only=True)
class Indicator(Entity):
    """How to find it: a STIX pattern, or terms."""

    identifier: Identifier | None = None
    alternatives: Sequence[Any] = ()
    start_time: str | None = None  # valid from
    end_time: str | None = None  # valid until
    confidence: Confidence | None = None
    contacts: Sequence[Contact] = ()
    term: Term | None = None
    roles: Sequence[NodeRole] = ()
    phases: Sequence[KillChainPhase] = ()
    indicator_types: Sequence[str] = ()
    pattern: str | None = None
    pattern_type: str | None = None
    pattern_version: str | None = None
