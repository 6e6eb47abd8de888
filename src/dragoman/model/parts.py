"""What every part of the model shares, and the small parts that many others hold.

Parts are slotted dataclasses: cheap to make, plain to walk.  An empty list is the empty tuple.  Times are strings in
the spelling they came with (RFC 3339 or xs:dateTime); `dragoman.mapping.codecs` compares and converts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(slots=True, kw_only=True)
class Part:
    """Anything a document says something about.

    id: the source's own id of it inside the document.  markings: who may see it, as "scheme:word" (`model.marking`) or
    the id of a marking object.  field_markings: the same for single fields.  residue: by format, what its reader met
    and had no row for; it goes back to the same format as it was.
    """

    id: str | None = None
    markings: Sequence[str] = ()
    field_markings: Sequence[FieldMarking] = ()
    residue: dict[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class FieldMarking:
    """A marking, or a language, that holds for some fields only; `fields` are paths inside the part."""

    marking: str | None = None
    lang: str | None = None
    fields: Sequence[str] = ()
    residue: dict[str, Any] | None = None


@dataclass(slots=True)
class Text:
    """A text with its language; texts of one `group` translate each other (RFC 7970 section 2.4)."""

    value: str = ""
    lang: str | None = None
    group: str | None = None
    residue: dict[str, Any] | None = None


Words: TypeAlias = str | Text  # a text without a language of its own is a plain str


@dataclass(slots=True, kw_only=True)
class Described(Part):
    """A part that people describe."""

    description: Sequence[Words] = ()


@dataclass(slots=True, kw_only=True)
class Entity(Described):
    """A part with a life of its own in the exchange: it has an author, versions and references."""

    name: str | None = None
    created: str | None = None
    modified: str | None = None
    created_by: str | None = None
    revoked: bool | None = None
    labels: Sequence[str] = ()
    confidence_score: int | None = None  # 0 to 100
    lang: str | None = None
    references: Sequence[Reference] = ()
    extensions: dict[str, Any] | None = None
    additional: Sequence[Additional] = ()


@dataclass(slots=True, kw_only=True)
class Reference(Described):
    """A pointer to something outside: a page, a CVE, a ticket."""

    source_name: str | None = None
    external_id: str | None = None
    spec_index: str | None = None
    urls: Sequence[str] = ()
    hashes: dict[str, str] | None = None


@dataclass(slots=True, kw_only=True)
class Identifier(Part):
    """An id that somebody gave to an incident: `authority` says who."""

    value: str = ""
    authority: str | None = None
    instance: str | None = None
    version: str | None = None


@dataclass(slots=True, kw_only=True)
class IdentifierSet(Part):
    """Ids that others gave to the same thing."""

    identifiers: Sequence[Identifier] = ()


@dataclass(slots=True, kw_only=True)
class Confidence(Part):
    """How sure somebody is: a word (low, medium, high, numeric, unknown) or a number as written."""

    rating: str | None = None
    value: str | None = None


@dataclass(slots=True, kw_only=True)
class Counter(Part):
    """A count or rate of `unit` (byte, packet, event …), per `duration` when it is a rate; digits as written."""

    value: str = ""
    type: str | None = None
    unit: str | None = None
    meaning: str | None = None
    duration: str | None = None


@dataclass(slots=True, kw_only=True)
class Additional(Part):
    """A value that its format has no class for: `dtype` says how to read it; `xml` is markup, `value` text."""

    name: str | None = None
    dtype: str | None = None
    meaning: str | None = None
    format_id: str | None = None
    value: str | None = None
    xml: str | None = None


@dataclass(slots=True, kw_only=True)
class KillChainPhase(Part):
    """A step of an attack: of a named chain, or (IODEF AttackPhase) with ids, pages and words of its own."""

    kill_chain_name: str | None = None
    phase_name: str | None = None
    phase_ids: Sequence[str] = ()
    urls: Sequence[str] = ()
    description: Sequence[Words] = ()
    additional: Sequence[Additional] = ()


@dataclass(slots=True, kw_only=True)
class EntityCount(Part):
    """How many of a kind of entity (customer, individual, system …) were hit."""

    entity: str | None = None
    count: int | None = None
    precise_within: float | None = None


@dataclass(slots=True, kw_only=True)
class Score(Described):
    """A foreign severity: its name and number."""

    name: str | None = None
    value: float | None = None


@dataclass(slots=True, kw_only=True)
class StateChange(Part):
    """What an event or task changed: from one object to another."""

    change: str | None = None
    initial_ref: str | None = None
    result_ref: str | None = None


@dataclass(slots=True, kw_only=True)
class Software(Described):
    """A product: an operating system or an application, by reference (CPE, SWID …), pages and words."""

    spec_name: str | None = None
    spec_dtype: str | None = None
    spec_value: str | None = None
    spec_xml: str | None = None
    urls: Sequence[str] = ()
