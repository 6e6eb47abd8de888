"""How to find it: indicators and what they look for (RFC 7970 section 3.29, STIX 2.1 section 4.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dragoman.model.narrative import (
    Assessment,
    CertificateSet,
    Contact,
    ContactPoint,
    DetectionPattern,
    Event,
    FileSet,
    NodeRole,
    Record,
    RegistryChange,
    Service,
    System,
    Task,
)
from dragoman.model.observable import AnyObservable, Hash
from dragoman.model.parts import (
    Additional,
    Confidence,
    Entity,
    Identifier,
    IdentifierSet,
    KillChainPhase,
    Part,
    Reference,
)

if TYPE_CHECKING:
    from dragoman.model.incident import Incident


@dataclass(slots=True, kw_only=True)
class Bulk(Part):
    """Many observables of one kind, one a line in `lines`, or as markup in `lines_xml`."""

    type: str | None = None
    lines: str = ""
    lines_xml: str | None = None
    hash: Hash | None = None
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
    incident: Incident | None = None
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
    alternatives: Sequence[IdentifierSet] = ()
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
