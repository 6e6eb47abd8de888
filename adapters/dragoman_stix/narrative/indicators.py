"""Indicators: the pattern says the structure, observed data on which it is based holds what it looks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from dragoman.mapping.codecs import moment, to_utc
from dragoman.mapping.table import facts
from dragoman.model import (
    Address,
    Bulk,
    CertificateSet,
    Expression,
    File,
    FileSet,
    Identifier,
    Incident,
    Indicator,
    NodeRole,
    Observed,
    Part,
    Reference,
    RegistryChange,
    RegistryKey,
    System,
    Term,
)
from dragoman.model import DomainName as Domain
from dragoman.model.marking import Level
from dragoman.model.plain import copied, fields, is_part, leaves
from dragoman_stix.narrative import evidence, impacts, notes, patterns
from dragoman_stix.narrative.labels import label, take
from dragoman_stix.narrative.markings import level_of
from dragoman_stix.narrative.people import is_flat
from dragoman_stix.narrative.values import base_time, word

if TYPE_CHECKING:
    from dragoman_stix.narrative.assemble import Assembling
    from dragoman_stix.narrative.flatten import Flattening

SETS = {"files": ("files", FileSet), "registry": ("keys", RegistryChange), "certificates": ("certificates", CertificateSet)}
VERSION = "version"
IN_WORDS = "iodef"  # the pattern type of what is said for people only
LONGEST = 2000
Known: TypeAlias = dict[str, tuple[str, Level]]
EVER = "1970-01-01T00:00:00.000Z"  # of what has ended, and nobody said since when it was


def flatten_indicators(work: Flattening, incident: Incident, flat: Incident) -> None:
    """Indicators of the tree as patterns with observed data; flat ones stay."""
    flat.indicators = [found for found in incident.indicators if is_flat(found, "indicator")] or ()
    told = [found for found in incident.indicators if not is_flat(found, "indicator")]
    known = dict(identified(work, incident)) if told else {}
    for place, indicator in enumerate(told):
        _indicator(work, indicator, f"/indicators/{place}", known)


def identified(work: Flattening | None, part: Any) -> Iterator[tuple[str, tuple[str, Level]]]:
    """The bracket for every observable of a tree that has an id of its own, by that id; and who may see it (`work`)."""
    before = work.markings if work else ()
    for item in _inside(part):
        if work and isinstance(item, Part):
            work.markings = tuple(work.effective(item))
        if isinstance(item, Part) and item.id and (text := _bracket_of(item)):
            yield item.id, (text, level_of(work.markings) if work else Level.CLEAR)
        yield from identified(work, item)
        if work:
            work.markings = before


def _inside(part: Any) -> Iterator[Any]:
    """The parts in the fields of a part."""
    cls: type = type(part)
    for name in fields(cls):
        value = getattr(part, name)
        for item in value if isinstance(value, list | tuple) else (value,):
            if is_part(item):
                yield item


def _bracket_of(part: Any) -> str | None:
    members = evidence_members(part)
    found = [text for member in members if (text := patterns.comparison(member))]
    return patterns.bracket(found) if found else None


def evidence_members(part: Any) -> list[Any]:
    """The observables that a part consists of."""
    for member, cls in SETS.values():
        if isinstance(part, cls):
            return list(getattr(part, member))
    if isinstance(part, System):
        return list(part.addresses)
    return [part] if hasattr(part, "type") and hasattr(part, "defanged") else []


def _indicator(work: Flattening, indicator: Indicator, path: str, known: Known) -> None:
    before, work.markings = work.markings, tuple(work.effective(indicator))
    named = indicator.identifier
    references = [Reference(source_name=named.authority or "indicator", external_id=named.value)] if named else []
    labels = [label(VERSION, named.version)] if named and named.version else []
    made = work.id_of(indicator, "indicator", path)
    pattern = _pattern(work, indicator.term, f"{path}/term", made, known) if indicator.term else None
    confidence = indicator.confidence
    flat = copied(
        indicator, id=made, markings=work.markings, identifier=None, term=None, roles=(), contacts=(), confidence=None,
        references=[*references, *work.local(indicator), *indicator.references] or (),
        labels=[*labels, *(label("role", role.category or "") for role in indicator.roles), *indicator.labels] or (),
        pattern=indicator.pattern or pattern or _in_words(indicator.term),
        pattern_type=indicator.pattern_type or ("stix" if pattern or indicator.pattern else IN_WORDS),
        **_validity(work, indicator, path), phases=(), alternatives=(),
        confidence_score=impacts._score(confidence) if confidence else indicator.confidence_score,
    )  # fmt: skip
    flat.additional = ()
    work.add("indicators", flat)
    notes.flatten_notes(work, indicator.additional, made, path)
    work.markings = before


def _validity(work: Flattening, indicator: Indicator, path: str) -> dict[str, str | None]:
    """From when to when it is valid: STIX demands the first, and that it is the earlier one."""
    start, end = indicator.start_time, indicator.end_time
    if start is None:
        known = base_time(work.incident)
        start = work.fill(f"{path}/start_time", EVER if _is_over(known, end) else known)
    return {"start_time": start, "end_time": None if _is_over(start, end) else end}


def _is_over(start: str | None, end: str | None) -> bool:
    """Whether something ended before it began."""
    first, last = moment(to_utc(start or "")), moment(to_utc(end or ""))
    return first is not None and last is not None and last <= first


def _in_words(term: Term | None) -> str:
    """What a term looks for that no STIX pattern can say, for people; nothing of it that fewer may see."""
    said = list(leaves(term)) if term else []
    if not said or any("/markings/" in path for path, _ in said):
        return "terms of IODEF that no STIX pattern says"
    text = "; ".join(f"{path.split('/')[-1]} {value}" for path, value in said if not path.endswith("/type"))
    return text if len(text) <= LONGEST else text[:LONGEST] + " …"


def _pattern(work: Flattening, term: Term, path: str, owner: str, known: Known) -> str | None:
    if work.stricter(term):
        return None
    if term.observable_ref is not None:
        text, least = known.get(term.observable_ref, (None, Level.CLEAR))
        return text if least <= level_of(work.markings) else None
    if term.expression is not None:
        return _joined(work, term.expression, path, owner, known)
    return _observed(work, term.observed, path, owner) if term.observed is not None else None


def _joined(work: Flattening, expression: Expression, path: str, owner: str, known: Known) -> str | None:
    """The pattern of an expression; None where it would say something else: for not, for xor, for half of an and."""
    parts = []
    for place, term in enumerate(expression.terms):
        text = _pattern(work, term, f"{path}/terms/{place}", owner, known)
        if text is not None:
            parts.append(f"({text})" if term.expression is not None else text)
    operator = patterns.OPERATORS.get(expression.operator or "and")
    if operator is None or (operator == "AND" and len(parts) < len(expression.terms)):
        return None
    return f" {operator} ".join(parts) or None


def _observed(work: Flattening, found: Observed, path: str, owner: str) -> str | None:
    part, members = _seen(found)
    if work.stricter(part) or work.stricter(found):
        return None
    brackets = [text for member in members if (text := patterns.comparison(member))]
    if not brackets:
        return None
    made = evidence.observation(work, members, part, path)
    observation = work.lists["observations"][-1]
    observation.labels = [*observation.labels, *_kind(found)] or ()
    work.link(path, owner, "based-on", made)
    return patterns.bracket(brackets)


def _seen(found: Observed) -> tuple[Any, list[Any]]:
    if found.bulk is not None:
        return found.bulk, _bulk(found.bulk)
    for name in ("observable", "files", "registry", "certificates", "system"):
        part = getattr(found, name)
        if part is not None:
            return part, evidence_members(part)
    return found, []


def _kind(found: Observed) -> list[str]:
    """The word of a bulk list, or the finer word of an address, that an observable's type does not say."""
    if found.bulk is not None:
        return [label("bulk", found.bulk.type or "")]
    category = getattr(found.observable, "category", None)
    return [label("category", category)] if category else []


def _bulk(bulk: Bulk) -> list[Any]:
    words: dict[str, str] = facts("stix-2.1-words")["bulk"]
    kind = words.get(bulk.type or "", "domain-name")
    lines = [line.strip() for line in bulk.lines.splitlines() if line.strip()]
    made: Any = Domain if kind == "domain-name" else Address
    return [made(type=kind, name=line) if kind == "mutex" else made(type=kind, value=line) for line in lines]


def assemble_indicators(work: Assembling) -> None:
    """Indicators as terms again, by the structure of the pattern and the observed data at its brackets."""
    found: list[Indicator] = []
    while flat := work.own("indicator", f"/indicators/{len(found)}"):
        found.append(flat)
    known: dict[str, str] = {}
    if found:
        for event in work.placed.get("events", ()):
            for name, (text, _) in identified(None, event):
                known.setdefault(text, name)
    for place, flat in enumerate(found):
        _unindicator(work, flat, f"/indicators/{place}", known)
    work.placed["indicators"] = found


def _unindicator(work: Assembling, flat: Indicator, path: str, known: dict[str, str]) -> None:
    before = work.enter(flat, "indicator", path)
    if flat.start_time in (work.created, EVER):
        flat.start_time = None
    named = flat.references[0] if flat.references else None
    versions, left = take(flat.labels, VERSION)
    roles, left = take(left, "role")
    flat.labels, flat.roles = left or (), [NodeRole(category=role) for role in roles] or ()
    if named is not None and named.external_id:
        authority = None if named.source_name == "indicator" else named.source_name
        flat.identifier = Identifier(value=named.external_id, authority=authority, version=versions[0] if versions else None)
        flat.references = list(flat.references[1:]) or ()
    node = patterns.parse(flat.pattern or "") if flat.pattern_type != IN_WORDS else None
    if flat.pattern_type == IN_WORDS:
        flat.pattern = flat.pattern_type = None
    if node is not None:
        flat.term = _term(work, node, f"{path}/term", known)
        flat.pattern = flat.pattern_type = None
    if flat.confidence_score is not None:
        rating = word(flat.confidence_score, impacts.CONFIDENCES)
        flat.confidence = _confidence(rating, flat.confidence_score)
        flat.confidence_score = None
    flat.additional = notes.assemble_notes(work, path)
    work.leave(before)


def _confidence(rating: str | None, score: int) -> Any:
    from dragoman.model import Confidence

    return Confidence(rating=rating or "numeric", value=None if rating else str(score))


def _term(work: Assembling, node: patterns.Node, path: str, known: dict[str, str]) -> Term:
    """A parsed pattern as a term; a single bracket is what it observes, several are an expression."""
    if len(node.terms) == 1 and node.terms[0].text and not node.operator:
        single = _leaf(work, node.terms[0].text, path, known)
        if single is not None:
            return single
    return _nested(work, node, path, known)


def _nested(work: Assembling, node: patterns.Node, path: str, known: dict[str, str]) -> Term:
    """The terms of a parsed pattern under their operator."""
    operator = next((ours for ours, theirs in patterns.OPERATORS.items() if theirs == node.operator), None)
    terms = []
    for place, inner in enumerate(node.terms):
        here = f"{path}/terms/{place}"
        made = _leaf(work, inner.text, here, known) if inner.text else _nested(work, inner, here, known)
        terms.append(made or Term())
    return Term(expression=Expression(operator=operator, terms=terms))


def _leaf(work: Assembling, text: str, path: str, known: dict[str, str]) -> Term | None:
    linked = work.member(path)
    if linked is not None:
        return Term(observed=_unobserved(work, linked[1], path))
    name = known.get(text)
    return Term(observable_ref=name) if name else None


def _unobserved(work: Assembling, flat: Any, path: str) -> Observed:
    bulk, flat.labels = take(flat.labels, "bulk")
    kinds, flat.labels = take(flat.labels, "category")
    first = work.parts.get(flat.object_refs[0]) if flat.object_refs else None
    if bulk:
        return Observed(bulk=_unbulk(work, flat, path, bulk[0]))
    if isinstance(first, File):
        return Observed(files=evidence.unobserve_group(work, flat, path, FileSet, "files"))
    if isinstance(first, RegistryKey):
        return Observed(registry=evidence.unobserve_group(work, flat, path, RegistryChange, "keys"))
    before = work.enter(flat, "observed-data", path)
    members = evidence.members_of(work, flat)
    made = members[0] if members else None
    if made is not None:
        made.id, made.category, made.markings = flat.id, kinds[0] if kinds else None, flat.markings
    work.leave(before)
    return Observed(observable=made)


def _unbulk(work: Assembling, flat: Any, path: str, kind: str) -> Bulk:
    before = work.enter(flat, "observed-data", path)
    members = evidence.members_of(work, flat)
    lines = "\n".join(getattr(found, "value", None) or getattr(found, "name", None) or "" for found in members)
    work.leave(before)
    return Bulk(type=kind or None, lines=lines)


__all__ = ["assemble_indicators", "flatten_indicators"]
