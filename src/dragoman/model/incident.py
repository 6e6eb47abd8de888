"""The incident: the base message of the paper (Table 1) under its own names, and what richer formats add to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dragoman.model.indicator import Indicator
from dragoman.model.intel import (
    Actor,
    Campaign,
    CourseOfAction,
    ExtensionDefinition,
    ForeignObject,
    Location,
    Malware,
    MalwareAnalysis,
    MarkingDefinition,
    Note,
    Observation,
    Opinion,
    Relation,
    Report,
    Sighting,
    Technique,
    Tool,
    Translation,
    Vulnerability,
)
from dragoman.model.narrative import (
    Assessment,
    Contact,
    Discovery,
    Event,
    Method,
    RelatedActivity,
    System,
    Task,
)
from dragoman.model.observable import AnyObservable
from dragoman.model.parts import Additional, Entity, EntityCount, Identifier, IdentifierSet, KillChainPhase, Part, Score


@dataclass(slots=True, kw_only=True)
class IncidentType(Part):
    """A kind of incident that provider and subscriber agreed on (Table 2); `consequence` is 0 to 1."""

    name: str | None = None
    description: str | None = None
    consequence: float | None = None


@dataclass(slots=True, kw_only=True)
class Attachment(Part):
    """A file to fetch: never the bytes."""

    format: str | None = None
    uri: str | None = None
    media_type: str | None = None
    size: int | None = None
    sha256: str | None = None
    filename: str | None = None


@dataclass(slots=True, kw_only=True)
class FieldType(Part):
    """The definition of a custom field: `type` is string, int, float, bool, datetime, uri or json."""

    name: str | None = None
    description: str | None = None
    type: str | None = None


@dataclass(slots=True, kw_only=True)
class CustomField(Part):
    value: str | None = None
    type: FieldType | None = None


@dataclass(slots=True, kw_only=True)
class Tlp(Part):
    """The paper's label: a value under a scheme (ENISA or US-CERT), and other values for single fields."""

    schema: str | None = None
    value: str | None = None
    fields: Sequence[TlpField] = ()


@dataclass(slots=True, kw_only=True)
class TlpField(Part):
    field: str | None = None
    value: str | None = None


@dataclass(slots=True, kw_only=True)
class Header(Part):
    """What a document says of itself, apart from its incidents."""

    version: str | None = None
    lang: str | None = None
    format_id: str | None = None
    private_enum_name: str | None = None
    private_enum_id: str | None = None
    additional: Sequence[Additional] = ()


@dataclass(slots=True, kw_only=True)
class Incident(Entity):
    """One incident and all that was said about it.

    Table 1: id (a UUID), type, language, status, impact, summary, description, occurrence_time, detection_time,
    liaison (the contact to talk to: see `liaison`), attachments, custom_fields, tlp, next_update.
    header: of the document, on its first incident.  basis: the id of the object that stands for the incident when the
    source has no incident object (a report, a grouping, a campaign), or "none".
    """

    type: IncidentType | None = None
    language: str | None = None
    status: str | None = None
    impact: float | None = None
    summary: str | None = None
    occurrence_time: str | None = None
    detection_time: str | None = None
    attachments: Sequence[Attachment] = ()
    custom_fields: Sequence[CustomField] = ()
    tlp: Tlp | None = None
    next_update: str | None = None

    end_time: str | None = None
    recovery_time: str | None = None
    report_time: str | None = None
    generation_time: str | None = None
    purpose: str | None = None
    identifier: Identifier | None = None
    alternatives: IdentifierSet | None = None
    related: Sequence[RelatedActivity] = ()
    discoveries: Sequence[Discovery] = ()
    assessments: Sequence[Assessment] = ()
    methods: Sequence[Method] = ()
    contacts: Sequence[Contact] = ()
    events: Sequence[Event] = ()
    indicators: Sequence[Indicator] = ()
    history: Sequence[Task] = ()
    history_markings: Sequence[str] = ()

    determination: str | None = None
    criticality: int | None = None
    detection_methods: Sequence[str] = ()
    recoverability: str | None = None
    incident_types: Sequence[str] = ()
    scores: Sequence[Score] = ()
    impacted_counts: Sequence[EntityCount] = ()
    kill_chain_phases: Sequence[KillChainPhase] = ()
    event_refs: Sequence[Any] = ()
    task_refs: Sequence[Any] = ()
    impact_refs: Sequence[str] = ()

    systems: Sequence[System] = ()
    observables: Sequence[AnyObservable] = ()
    observations: Sequence[Observation] = ()
    sightings: Sequence[Sighting] = ()
    actors: Sequence[Actor] = ()
    campaigns: Sequence[Campaign] = ()
    malware: Sequence[Malware] = ()
    malware_analyses: Sequence[MalwareAnalysis] = ()
    tools: Sequence[Tool] = ()
    techniques: Sequence[Technique] = ()
    vulnerabilities: Sequence[Vulnerability] = ()
    courses_of_action: Sequence[CourseOfAction] = ()
    locations: Sequence[Location] = ()
    notes: Sequence[Note] = ()
    opinions: Sequence[Opinion] = ()
    reports: Sequence[Report] = ()
    relations: Sequence[Relation] = ()
    translations: Sequence[Translation] = ()
    marking_definitions: Sequence[MarkingDefinition] = ()
    extension_definitions: Sequence[ExtensionDefinition] = ()
    foreign: Sequence[ForeignObject] = ()

    header: Header | None = None
    basis: str | None = None

    @property
    def unsaid(self) -> Sequence[str]:
        """The marking that holds although nobody said one: an incident of IODEF (only it has a purpose) is private.

        RFC 7970 section 3.2, RFC 5070 section 3.2.
        """
        said = self.markings or (self.tlp is not None and self.tlp.value)
        return () if said or self.purpose is None else ("iodef:private",)

    @property
    def liaison(self) -> Contact | None:
        """The contact to talk to: the one with that role, else the first whose role fits best."""
        order = ("liaison", "irt", "creator", "reporter", "admin", "tech")
        known = [c for c in self.contacts if c.role in order]
        ranked = sorted(known, key=lambda c: order.index(c.role or ""))
        return next(iter(ranked or self.contacts), None)
