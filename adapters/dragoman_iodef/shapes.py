"""Parts that came from elsewhere, in the shape that IODEF wants, just before they are written.

Each function gets a part and the writer, and gives the part itself when it is IODEF's already: what it looks at, only
other formats set.  Nothing here needs a way back: whatever IODEF then says differs from the model, and so the model's
own word travels beside it.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from dragoman.mapping.table import vocabulary
from dragoman.mapping.xml import XmlWriter
from dragoman.model.narrative import Observed, Term
from dragoman.model.observable import Address, FuzzyHash, Hash, HashSet
from dragoman.model.parts import Additional, Identifier, Words
from dragoman.tree.xml import escape_text
from dragoman_iodef.addresses import FORMAT
from dragoman_iodef.hooks import NCNAME
from dragoman_iodef.patterns import term_of

DS = "http://www.w3.org/2000/09/xmldsig#"
ALGORITHMS = vocabulary("hash-algorithm", FORMAT).write
IMPACTS = vocabulary("impact-category", FORMAT).write
PERSON = ("individual",)


class Writer(XmlWriter):
    """A writer that knows what a profile says of values that nobody said, and the observables of the incident.

    authority: whose ids ours are.  time: when, for things that must say so.  seen: observables by their ids.
    """

    authority = "unknown.invalid"
    time = ""
    seen: dict[str, Any]


def changed(part: Any, **fields: Any) -> Any:
    """A copy of a part with other fields."""
    made = copy.copy(part)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


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
        emails=[point if point.value else changed(point, value=writer.seen[point.ref].value) for point in known],
        phones=[point for point in part.phones if point.value],
        postal_addresses=[point for point in part.postal_addresses if point.value],
    )


def actor(part: Any, writer: Writer) -> Any:
    """A threat actor or a campaign: its names are ids that somebody filed it under."""
    if part.name is None or part.external_ids:
        return part
    pages = [url for reference in part.references for url in reference.urls]
    return changed(part, external_ids=[part.name, *part.aliases], urls=[*part.urls, *pages])


def reference(part: Any, writer: Writer) -> Any:
    """A reference name is an entry of a registry; of those, only CVE is known to us by its looks."""
    if part.source_name is None and (part.external_id is None or part.spec_index is not None):
        return part
    known = (part.external_id or "").startswith("CVE-") and NCNAME.fullmatch(part.external_id)
    words = " ".join(word for word in (part.source_name, part.external_id) if word)
    return changed(part, external_id=part.external_id if known else None, description=[words, *part.description])


def event(part: Any, writer: Writer) -> Any:
    return changed(part, description=named(part)) if part.name else part


def history(part: Any, writer: Writer) -> Any:
    """A HistoryItem tells when; a task that does not say is told by when it was planned or written down."""
    if not (part.name or part.task_types or part.created or part.start_time):
        return part
    when = part.time or part.start_time or part.end_time or part.modified or part.created or writer.time
    action = part.action or next(iter(part.task_types), None)
    return changed(part, description=named(part), time=when, action=action)


def system(part: Any, writer: Writer) -> Any:
    """A Node has an address; of a system that has only a name, the name is it."""
    if part.name is None:
        return part
    addresses = part.addresses or [Address(type="name", value=part.name)]
    return changed(part, description=named(part), addresses=addresses)


def indicator(part: Any, writer: Writer) -> Any:
    if part.pattern is None and part.name is None and part.created is None:
        return part
    identifier = part.identifier or Identifier(value=xml_id(part.id), authority=writer.authority, version="1")
    term = part.term or (term_of(part.pattern) if part.pattern and part.pattern_type in (None, "stix") else None)
    return changed(part, identifier=identifier, description=named(part), term=term or _opaque(part))


def _opaque(part: Any) -> Term:
    """An indicator whose pattern IODEF has no terms for: the pattern itself."""
    shown = Additional(name="pattern", dtype="string", format_id=part.pattern_type, value=part.pattern or "")
    return Term(observed=Observed(additional=[shown] if part.pattern else []))


def xml_id(text: str | None) -> str:
    """An id as XML wants it: a letter or underscore first."""
    return text if text and NCNAME.fullmatch(text) else f"id-{text or 'unknown'}".replace(":", "-")


def phase(part: Any, writer: Writer) -> Any:
    if part.phase_name is None:
        return part
    return changed(part, phase_ids=[*part.phase_ids, f"{part.kill_chain_name}:{part.phase_name}"])


def assessment(part: Any, writer: Writer) -> Any:
    """An impact that is not one of IODEF's kinds becomes the nearest."""
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


def file(part: Any, writer: Writer) -> Any:
    if not part.hashes or part.hash_sets:
        return part
    exact = [Hash(algorithm=name, value=value) for name, value in part.hashes.items() if name in ALGORITHMS]
    fuzzy = [_fuzzy(name, value) for name, value in part.hashes.items() if name not in ALGORITHMS]
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
    if part.x509_data is not None:
        return part
    shown = f"<ds:X509SubjectName>{escape_text(part.subject or part.serial_number or 'unknown')}</ds:X509SubjectName>"
    return changed(part, x509_data=f'<ds:X509Data xmlns:ds="{DS}">{shown}</ds:X509Data>')


def mail(part: Any, writer: Writer) -> Any:
    if part.from_ref is None and part.sender_ref is None and not part.to_refs:
        return part
    sender = part.sender or next(iter(_values([part.from_ref, part.sender_ref], writer)), None)
    return changed(part, sender=sender, to=part.to or _values(part.to_refs, writer))


def _values(refs: Sequence[str | None], writer: Writer) -> list[str]:
    return [writer.seen[ref].value for ref in refs if ref in writer.seen and writer.seen[ref].value]


PREPARE = {
    "contact": contact,
    "actor": actor,
    "campaign": actor,
    "reference": reference,
    "event": event,
    "history": history,
    "expectation": history,
    "system": system,
    "indicator": indicator,
    "phase": phase,
    "assessment": assessment,
    "file": file,
    "registry-key": registry_key,
    "certificate": certificate,
    "email-message": mail,
}
