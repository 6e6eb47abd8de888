"""Who and what is behind an incident, and what is written about it: the domain objects of STIX 2.1 (section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dragoman.model.parts import Entity, KillChainPhase, Part


@dataclass(slots=True, kw_only=True)
class Threat(Entity):
    """Common to everything hostile: other names and when it was seen."""

    aliases: Sequence[str] = ()
    first_seen: str | None = None
    last_seen: str | None = None
    kill_chain_phases: Sequence[KillChainPhase] = ()


@dataclass(slots=True, kw_only=True)
class Actor(Threat):
    """A threat actor or intrusion set (`type` tells which); `external_ids` are names others filed it under."""

    type: str = "threat-actor"
    external_ids: Sequence[str] = ()
    urls: Sequence[str] = ()
    actor_types: Sequence[str] = ()
    roles: Sequence[str] = ()
    goals: Sequence[str] = ()
    sophistication: str | None = None
    resource_level: str | None = None
    primary_motivation: str | None = None
    secondary_motivations: Sequence[str] = ()
    personal_motivations: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class Campaign(Threat):
    external_ids: Sequence[str] = ()
    urls: Sequence[str] = ()
    objective: str | None = None


@dataclass(slots=True, kw_only=True)
class Malware(Threat):
    malware_types: Sequence[str] = ()
    is_family: bool | None = None
    operating_system_refs: Sequence[str] = ()
    architecture_execution_envs: Sequence[str] = ()
    implementation_languages: Sequence[str] = ()
    capabilities: Sequence[str] = ()
    sample_refs: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class MalwareAnalysis(Entity):
    product: str | None = None
    version: str | None = None
    host_vm_ref: str | None = None
    operating_system_ref: str | None = None
    installed_software_refs: Sequence[str] = ()
    configuration_version: str | None = None
    modules: Sequence[str] = ()
    analysis_engine_version: str | None = None
    analysis_definition_version: str | None = None
    submitted: str | None = None
    analysis_started: str | None = None
    analysis_ended: str | None = None
    result_name: str | None = None
    result: str | None = None
    analysis_sco_refs: Sequence[str] = ()
    sample_ref: str | None = None


@dataclass(slots=True, kw_only=True)
class Tool(Threat):
    tool_types: Sequence[str] = ()
    tool_version: str | None = None


@dataclass(slots=True, kw_only=True)
class Technique(Threat):
    """A way of attacking (ATT&CK, CAPEC)."""


@dataclass(slots=True, kw_only=True)
class Vulnerability(Entity):
    """A hole; `content_id` is its id (CVE-…)."""


@dataclass(slots=True, kw_only=True)
class CourseOfAction(Entity):
    """What can be done about it."""


@dataclass(slots=True, kw_only=True)
class Location(Entity):
    latitude: float | None = None
    longitude: float | None = None
    precision: float | None = None
    region: str | None = None
    country: str | None = None
    administrative_area: str | None = None
    city: str | None = None
    street_address: str | None = None
    postal_code: str | None = None


@dataclass(slots=True, kw_only=True)
class Note(Entity):
    """What an analyst wrote about some objects."""

    abstract: str | None = None
    content: str | None = None
    authors: Sequence[str] = ()
    object_refs: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class Opinion(Entity):
    explanation: str | None = None
    authors: Sequence[str] = ()
    opinion: str | None = None
    object_refs: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class Report(Entity):
    """A collection of objects: published (`report`) or still being worked on (`grouping`)."""

    type: str = "report"
    report_types: Sequence[str] = ()
    context: str | None = None
    published: str | None = None
    object_refs: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class Observation(Entity):
    """That observables were seen together, when and how often."""

    first_observed: str | None = None
    last_observed: str | None = None
    number_observed: int | None = None
    object_refs: Sequence[str] = ()
    objects: dict[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class Sighting(Entity):
    first_seen: str | None = None
    last_seen: str | None = None
    count: int | None = None
    sighting_of_ref: str | None = None
    observed_data_refs: Sequence[str] = ()
    where_sighted_refs: Sequence[str] = ()
    summary: bool | None = None


@dataclass(slots=True, kw_only=True)
class Relation(Entity):
    """That one object has to do with another, by the source's own ids."""

    relation: str | None = None
    source_ref: str | None = None
    target_ref: str | None = None
    start_time: str | None = None
    stop_time: str | None = None


@dataclass(slots=True, kw_only=True)
class Translation(Entity):
    """The texts of another object in other languages."""

    object_ref: str | None = None
    object_modified: str | None = None
    contents: dict[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class MarkingDefinition(Entity):
    """A marking that is not one of the fixed TLP ones."""

    definition_type: str | None = None
    definition: dict[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class ExtensionDefinition(Entity):
    schema: str | None = None
    version: str | None = None
    extension_types: Sequence[str] = ()
    extension_properties: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class ForeignObject(Part):
    """An object of a type that we do not know: kept as it is, to go back to the format it came from."""

    format: str = ""
    type: str | None = None
    content: dict[str, Any] | None = None
