"""Parts that came from elsewhere, in the shape that IODEF wants, just before they are written.

Each function gets a part and the writer, and gives the part itself when it is IODEF's already: what it looks at, only
other formats set.  Nothing here needs a way back: whatever IODEF then says differs from the model, and so the model's
own word travels beside it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dragoman.adapter import Context
from dragoman.mapping.table import vocabulary
from dragoman.mapping.xml import XmlWriter
from dragoman.model import (
    Additional,
    Address,
    FieldMarking,
    FuzzyHash,
    Hash,
    HashSet,
    Identifier,
    Impact,
    Observed,
    Reference,
    Software,
    Term,
    Words,
)
from dragoman.tree.xml import escape_text
from dragoman_iodef.addresses import FORMAT
from dragoman_iodef.hooks import NCNAME, written_digest, xml_time
from dragoman_iodef.patterns import term_of

DS = "http://www.w3.org/2000/09/xmldsig#"
ALGORITHMS = vocabulary("hash-algorithm", FORMAT).write
IMPACTS = vocabulary("impact-category", FORMAT).write
PERSON = ("individual",)
# An xs:anyURI as validators take it: a path before any colon, and brackets only around the address of a host.
PAGE = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]*:|(?![^/?#]*:))(?://(?:[^/?#\[\]@]*@)?(?:\[[0-9A-Fa-f:.]+\])?[^/?#\[\]]*)?"
    r"(?:[^?#%\[\]]|%[0-9A-Fa-f]{2})*(?:\?(?:[^#%\[\]]|%[0-9A-Fa-f]{2})*)?(?:#(?:[^#%\[\]]|%[0-9A-Fa-f]{2})*)?"
)


class Writer(XmlWriter):
    """A writer that knows what a profile says of values that nobody said, and the observables of the incident.

    authority: whose ids ours are.  time: when, for things that must say so.  seen: the incident's observables by id.
    moment: the time that every incident must have, as the model and as IODEF calls it.  named: whether additional data
    has names.
    """

    moment = ("generation_time", "GenerationTime")
    named = True

    context = Context()
    authority = "unknown.invalid"
    time = ""
    seen: Mapping[str, Any] = {}
    facts: Mapping[str, Any] = {}


def changed(part: Any, **fields: Any) -> Any:
    """A copy of a part with other fields."""
    made = copy.copy(part)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def lacks(part: Any, field: str, step: str, writer: Writer) -> bool:
    """Whether IODEF demands a child that a part does not have; one that came from IODEF without it may go back so."""
    return not getattr(part, field) and step not in own(part, writer)


def own(part: Any, writer: Writer) -> Mapping[str, Any]:
    """What the reader of the format that is written once met in a part and had no row for."""
    found: Mapping[str, Any] = (part.residue or {}).get(writer.format, {})
    return found


def is_time(text: Any) -> bool:
    """Whether a text is a time as XML wants it."""
    try:
        return bool(xml_time(text))
    except ValueError:
        return False


def pages(references: Iterable[Reference]) -> list[str]:
    """The addresses of references that IODEF can hold as such."""
    return [url for reference in references for url in reference.urls if PAGE.fullmatch(url)]


def named(part: Any) -> list[Words]:
    """The description of a part that has a name, for a class that has none."""
    return [*([part.name] if part.name else []), *part.description]


def contact(part: Any, writer: Writer) -> Any:
    if part.name is None and not part.roles and part.identity_class is None:
        return part
    known = [point for point in part.emails if point.value or point.ref in writer.seen]
    return changed(
        part,
        names=part.names or ([part.name] if part.name else []),
        role=part.role or next(iter(part.roles), "unknown"),
        type=part.type or ("person" if part.identity_class in PERSON else "organization"),
        emails=[point if point.value else _reached(point, writer.seen[point.ref or ""]) for point in known],
        phones=[point for point in part.phones if point.value],
        postal_addresses=[point for point in part.postal_addresses if point.value],
    )


def _reached(part: Any, address: Any) -> Any:
    """A way to reach somebody with the address that it refers to."""
    return changed(part, value=address.value, field_markings=shared(part, [address]))


def shared(part: Any, others: Iterable[Any]) -> list[FieldMarking]:
    """The markings inside a part that shows what others say: theirs hold there too."""
    held = [word for one in others for word in (*one.markings, *(field.marking for field in one.field_markings)) if word]
    return [*part.field_markings, *(FieldMarking(marking=word) for word in held)]


def point(step: str) -> Callable[[Any, Writer], Any]:
    """A way to reach somebody without the address itself: an empty one is at least valid."""
    return lambda part, writer: changed(part, value="") if lacks(part, "value", step, writer) else part


def actor(part: Any, writer: Writer) -> Any:
    """A threat actor or a campaign: its names are ids that somebody filed it under."""
    if part.external_ids or (part.name is None and part.id is None):
        return part
    names = [*([part.name] if part.name else []), *part.aliases]
    return changed(part, external_ids=names or [part.id], urls=[*part.urls, *pages(part.references)])


def reference(part: Any, writer: Writer) -> Any:
    """A reference name is an entry of a registry; of those, only CVE is known to us by its looks."""
    if part.source_name is None and (part.external_id is None or part.spec_index is not None):
        return part
    known = (part.external_id or "").startswith("CVE-") and NCNAME.fullmatch(part.external_id)
    words = " ".join(word for word in (part.source_name, part.external_id) if word)
    return changed(part, external_id=part.external_id if known else None, description=[words, *part.description])


def event(part: Any, writer: Writer) -> Any:
    return changed(part, description=named(part)) if part.name else part


def expectation(part: Any, writer: Writer) -> Any:
    if not part.name and not part.task_types:
        return part
    return changed(part, description=named(part), action=part.action or next(iter(part.task_types), None))


def history(part: Any, writer: Writer) -> Any:
    """A HistoryItem tells when; a task that does not say is told by when it was planned or written down."""
    part = expectation(part, writer)
    if is_time(part.time) or "DateTime" in own(part, writer):
        return part
    known = (part.start_time, part.end_time, part.modified, part.created)
    return changed(part, time=next(filter(is_time, known), writer.time))


def system(part: Any, writer: Writer) -> Any:
    """A Node has an address; of a system that has only a name, the name is it."""
    part = changed(part, description=named(part)) if part.name else part
    if not lacks(part, "addresses", "Node", writer):
        return part
    return changed(part, addresses=[Address(type="name", value=part.name or part.id or "unknown")])


def indicator(part: Any, writer: Writer) -> Any:
    made: dict[str, Any] = {"description": named(part)} if part.name else {}
    if lacks(part, "identifier", "IndicatorID", writer):
        made["identifier"] = Identifier(value=xml_id(part.id), authority=writer.authority, version="1")
    if lacks(part, "term", "Observable", writer):
        readable = part.pattern and part.pattern_type in (None, "stix")
        made["term"] = (term_of(part.pattern) if readable else None) or _opaque(part)
    return changed(part, **made) if made else part


def indicator_id(part: Any, writer: Writer) -> Any:
    """An xs:ID; one that came from IODEF and is none goes back as it stood."""
    left = own(part, writer)
    if NCNAME.fullmatch(part.value) or "text()" in left or (left and not part.value):
        return part
    return changed(part, value=xml_id(part.value))


def _opaque(part: Any) -> Term:
    """An indicator whose pattern IODEF has no terms for: the pattern itself."""
    shown = Additional(name="pattern", dtype="string", format_id=part.pattern_type, value=part.pattern or "")
    return Term(observed=Observed(additional=[shown] if part.pattern else []))


def xml_id(text: str | None) -> str:
    """An id as XML wants it: a letter or underscore first."""
    return text if text and NCNAME.fullmatch(text) else "id-" + re.sub(r"[^\w.-]", "-", text or "unknown")


def phase(part: Any, writer: Writer) -> Any:
    if part.phase_name is None:
        return part
    return changed(part, phase_ids=[*part.phase_ids, f"{part.kill_chain_name}:{part.phase_name}"])


def assessment(part: Any, writer: Writer) -> Any:
    """An impact that is not one of IODEF's kinds becomes the nearest; there is at least one."""
    if lacks(part, "impacts", "SystemImpact", writer):
        return changed(part, impacts=[Impact(kind="system", type="unknown")])
    if all(impact.kind for impact in part.impacts):
        return part
    return changed(part, impacts=[impact if impact.kind else _impact(impact) for impact in part.impacts])


def _impact(part: Any) -> Any:
    said = part.measures or {}
    amount = said.get("max_amount") or said.get("min_amount")
    severity = None if part.criticality is None else ("low", "medium", "high")[min(max(part.criticality, 0) // 34, 2)]
    if part.category == "monetary" and isinstance(amount, int | float) and amount > 0:
        return changed(part, kind="monetary", value=str(amount), currency=said.get("currency"), severity=severity)
    kind, _, word = IMPACTS.get(part.category or "", "system unknown").partition(" ")
    return changed(part, kind=kind, type=word, severity=severity, description=named(part))


def detection_pattern(part: Any, writer: Writer) -> Any:
    return changed(part, application=Software()) if lacks(part, "application", "Application", writer) else part


def file(part: Any, writer: Writer) -> Any:
    if not part.hashes or part.hash_sets:
        return part
    known = {name for name, value in part.hashes.items() if name in ALGORITHMS and written_digest(value)}
    exact = [Hash(algorithm=name, value=value) for name, value in part.hashes.items() if name in known]
    fuzzy = [_fuzzy(name, value) for name, value in part.hashes.items() if name not in known]
    return changed(part, hash_sets=[HashSet(scope="file-contents", hashes=exact, fuzzy=fuzzy)])


def _fuzzy(name: str, value: str) -> FuzzyHash:
    return FuzzyHash(values=[Additional(name=name, dtype="string", value=value)])


def registry_key(part: Any, writer: Writer) -> Any:
    """IODEF knows one value of a key: the first."""
    if part.data is not None or not part.values:
        return part
    first = part.values[0]
    name, data = first.get("name"), first.get("data")
    key = f"{part.key}\\{name}" if name else part.key
    return changed(part, key=key, data=None if data is None else str(data))


def certificate(part: Any, writer: Writer) -> Any:
    if part.x509_data is not None or (part.residue or {}).get(writer.format):
        return part
    shown = f"<ds:X509SubjectName>{escape_text(part.subject or part.serial_number or 'unknown')}</ds:X509SubjectName>"
    return changed(part, x509_data=f'<ds:X509Data xmlns:ds="{DS}">{shown}</ds:X509Data>')


def mail(part: Any, writer: Writer) -> Any:
    if part.from_ref is None and part.sender_ref is None and not part.to_refs:
        return part
    senders, to = _addresses([part.from_ref, part.sender_ref], writer)[:1], _addresses(part.to_refs, writer)
    return changed(
        part,
        sender=part.sender or next((one.value for one in senders), None),
        to=part.to or [one.value for one in to],
        field_markings=shared(part, [*senders, *to]),
    )


def _addresses(refs: Sequence[str | None], writer: Writer) -> list[Any]:
    return [writer.seen[ref] for ref in refs if ref and ref in writer.seen and writer.seen[ref].value]


PREPARE = {
    "contact": contact,
    "postal-address": point("PAddress"),
    "email": point("EmailTo"),
    "telephone": point("TelephoneNumber"),
    "actor": actor,
    "campaign": actor,
    "reference": reference,
    "event": event,
    "history": history,
    "expectation": expectation,
    "system": system,
    "indicator": indicator,
    "indicator-id": indicator_id,
    "phase": phase,
    "detection-pattern": detection_pattern,
    "assessment": assessment,
    "file": file,
    "registry-key": registry_key,
    "certificate": certificate,
    "email-message": mail,
}
