"""What it did: each impact an object of its own; the rest of an assessment on the incident where STIX has a place.

occurrence is the incident's determination (actual: confirmed, potential: suspected), an incident category one of its
types, the confidence its confidence (STIX 2.1 appendix A).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.mapping.table import facts
from dragoman.model import Assessment, Confidence, Impact, Incident
from dragoman.model.plain import copied
from dragoman_stix.narrative.labels import label, labelled, unlabel
from dragoman_stix.narrative.people import is_flat
from dragoman_stix.narrative.values import number, text_of, word

if TYPE_CHECKING:
    from dragoman_stix.narrative.assemble import Assembling
    from dragoman_stix.narrative.flatten import Flattening

OCCURRENCES = {"actual": "confirmed", "potential": "suspected"}
SEVERITIES = {"none": 0, "low": 15, "medium": 40, "high": 70}
CONFIDENCES = {"low": 15, "medium": 50, "high": 85}
AMOUNT = "amount"
SAID = {"min_amount", "max_amount", "currency"}  # measures that the source gives; the others are only implied
LABELS = {"kind": "impact", "type": "impact-type", "completion": "completion", "metric": "metric", "duration": "duration"}


def flatten_incident(work: Flattening, incident: Incident, flat: Incident) -> None:
    """The assessments of an incident; impacts that are flat already stay."""
    told = [assessment for assessment in incident.assessments if not _is_flat(assessment)]
    kept = [impact for assessment in incident.assessments if _is_flat(assessment) for impact in assessment.impacts]
    flat.assessments = ()
    for place, assessment in enumerate(told):
        if not work.stricter(assessment):
            _on_incident(assessment, flat)
        kept += _impacts(work, assessment, f"/assessments/{place}")
    kept += work.lists.pop("event_impacts", ())
    if kept:
        flat.assessments = [Assessment(impacts=kept)]


def _is_flat(assessment: Assessment) -> bool:
    return bool(assessment.impacts) and is_flat(assessment.impacts[0], "impact")


def _on_incident(assessment: Assessment, flat: Incident) -> None:
    flat.determination = flat.determination or OCCURRENCES.get(assessment.occurrence or "")
    flat.incident_types = [*flat.incident_types, *map(text_of, assessment.categories)] or ()
    if assessment.confidence is not None and flat.confidence_score is None:
        flat.confidence_score = _score(assessment.confidence)


def _score(confidence: Confidence) -> int | None:
    if confidence.rating == "numeric" and confidence.value and confidence.value.isdigit():
        return int(confidence.value) if int(confidence.value) <= 100 else None
    return number(confidence.rating, CONFIDENCES)


def _impacts(work: Flattening, assessment: Assessment, path: str) -> list[Impact]:
    """The impacts of an assessment, marked as it is."""
    before, work.markings = work.markings, tuple(work.effective(assessment))
    found = [_impact(work, impact, f"{path}/impacts/{index}") for index, impact in enumerate(assessment.impacts)]
    work.markings = before
    return found


def _impact(work: Flattening, impact: Impact, path: str) -> Impact:
    category, measures = _category(impact)
    for name, value in measures.items():
        if name not in SAID:
            work.fill(f"{path}/measures/{name}", value)
    return copied(
        impact, id=work.id_of(impact, "impact", path), markings=work.effective(impact), kind=None, type=None,
        completion=None, metric=None, duration=None, severity=None, value=None, currency=None, category=category,
        labels=[*labelled(impact, LABELS), *_lasted(impact), *impact.labels], measures=measures,
        references=[*work.local(impact)] or (),
        criticality=number(impact.severity, SEVERITIES) if impact.criticality is None else impact.criticality,
    )  # fmt: skip


def _lasted(impact: Impact) -> list[str]:
    """How long, where the impact is one of time: STIX has no number for that."""
    return [label(AMOUNT, impact.value)] if impact.kind == "time" and impact.value is not None else []


def _category(impact: Impact) -> tuple[str, dict[str, Any]]:
    """The category of an impact and the numbers it must have, from the table's facts."""
    if impact.kind == "monetary":
        amount = _amount(impact.value)
        measures = {"variety": "uncategorized", "min_amount": amount, "max_amount": amount, "currency": impact.currency}
        return "monetary", {name: value for name, value in measures.items() if value is not None}
    known = facts("stix-2.1-words")["impacts"]
    if impact.kind == "time":
        return "availability", dict(known["time"]["measures"])
    found = known.get(impact.type or "", known["unknown"])
    return found["category"], dict(found["measures"])


def _amount(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def flatten_assessment(work: Flattening, assessment: Assessment, path: str) -> None:
    """The assessment of an event: its impacts."""
    for made in _impacts(work, assessment, path):
        work.add("event_impacts", made)


def assemble_incident(work: Assembling) -> None:
    """The impacts of the incident in one assessment, with what stood on the incident."""
    incident = work.incident
    told: list[Assessment] = []
    while impacts := _own_impacts(work, f"/assessments/{len(told)}/impacts"):
        told.append(_assessed(impacts))
    flat = [impact for assessment in incident.assessments for impact in assessment.impacts if id(impact) not in work.taken]
    if told:
        _from_incident(told[0], incident)
    incident.assessments = [*told, *([Assessment(impacts=flat)] if flat else [])] or ()


def _own_impacts(work: Assembling, path: str) -> list[Impact]:
    found: list[Impact] = []
    while flat := work.own("impact", f"{path}/{len(found)}"):
        found.append(_unimpact(work, flat, f"{path}/{len(found)}"))
    return found


def _from_incident(assessment: Assessment, incident: Incident) -> None:
    backwards = {theirs: ours for ours, theirs in OCCURRENCES.items()}
    if incident.determination in backwards:
        assessment.occurrence, incident.determination = backwards[incident.determination], None
    if incident.incident_types:
        assessment.categories, incident.incident_types = list(incident.incident_types), ()
    if incident.confidence_score is not None:
        rating = word(incident.confidence_score, CONFIDENCES)
        value = None if rating else str(incident.confidence_score)
        assessment.confidence = Confidence(rating=rating or "numeric", value=value)
        incident.confidence_score = None


def _unimpact(work: Assembling, flat: Impact, path: str) -> Impact:
    before = work.enter(flat, "impact", path)
    unlabel(flat, {**LABELS, "value": AMOUNT})
    if flat.kind == "monetary" and flat.measures:
        amount = flat.measures.get("min_amount")
        flat.value = None if amount is None else repr(int(amount) if amount == int(amount) else amount)
        flat.currency = flat.measures.get("currency")
    category, measures = _category(flat)
    if category == flat.category and flat.measures == measures:
        flat.category, flat.measures = None, None
    severity = word(flat.criticality, SEVERITIES)
    if severity is not None:
        flat.severity, flat.criticality = severity, None
    work.leave(before)
    return flat


def assemble_assessment(work: Assembling, path: str) -> Assessment | None:
    """The assessment of an event, when impacts hang on it."""
    found = _own_impacts(work, f"{path}/impacts")
    return _assessed(found) if found else None


def _assessed(impacts: list[Impact]) -> Assessment:
    """The assessment of some impacts; it has the markings that all of them have."""
    marks = list(impacts[0].markings)
    if marks and all(list(impact.markings) == marks for impact in impacts):
        for impact in impacts:
            impact.markings = ()
        return Assessment(impacts=impacts, markings=marks)
    return Assessment(impacts=impacts)
