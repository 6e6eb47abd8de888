"""What stands for an incident where a document has no incident object: a report, a grouping or a campaign.

Such an object says of the incident what an incident object would: its name, its times, who may see it.  So that is what
the incident says in the model, and only what is the object's own (its type, context, when it was published) stays on it.
References to everything else in the document say nothing: they are made again on the way out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dragoman.mapping.json import form, remember
from dragoman.model import FieldMarking, Incident, Report

SAID = {"name": "summary"} | {
    name: name
    for name in ("description", "labels", "references", "markings", "created", "modified", "created_by", "revoked",
                 "confidence_score")
}  # fmt: skip
NOTHING = {name: () if name in ("description", "labels", "references", "markings") else None for name in SAID}
FORMAT, SPLIT = "stix-2.1", "split-markings"
OUTSIDE = ("marking-definition", "extension-definition")  # what a report is not about


def stand_in(incident: Incident) -> Any:
    """The part that stands for an incident; None when it has an object of its own, or several versions of the other."""
    if incident.basis in (None, "none"):
        return None
    found = [part for part in (*incident.reports, *incident.campaigns) if part.id == incident.basis]
    return found[0] if len(found) == 1 else None


def raised(incident: Incident, ids: Sequence[str | None]) -> Any:
    """Lets the incident say what the part that stands for it says, in place; the part, or None.

    ids: of all objects of the document, in their order.
    """
    part = stand_in(incident)
    if part is None:
        return None
    for name, own in SAID.items():
        setattr(incident, own, getattr(part, name))
        setattr(part, name, NOTHING[name])
    _part_markings(incident, part)
    if isinstance(part, Report) and list(part.object_refs) == everything(ids, part.id):
        part.object_refs = ()
    return part


def _part_markings(incident: Incident, part: Any) -> None:
    """Gives the incident the markings of what it says now, in place; of one that names fields of both, each its own."""
    said, own, split = [], [], []
    for one in part.field_markings:
        raised = [name for name in one.fields if _head(name) in SAID]
        left = [name for name in one.fields if _head(name) not in SAID]
        if raised:
            said.append(_renamed(replace(one, fields=raised), SAID))
        if left or not raised:
            own.append(replace(one, fields=left))
        if raised and left:
            split.append([*one.fields])
    incident.field_markings, part.field_markings = said or (), own or ()
    if split:
        remember(part, FORMAT, SPLIT, split)


def _joined(markings: list[FieldMarking], fields: Sequence[str]) -> list[FieldMarking]:
    """The markings with the two that were one: it named these fields."""
    for first in markings:
        for other in markings:
            alike = (first.marking, first.lang, first.residue) == (other.marking, other.lang, other.residue)
            if first is not other and alike and sorted([*first.fields, *other.fields]) == sorted(fields):
                return [replace(one, fields=fields) if one is first else one for one in markings if one is not other]
    return markings


def lowered(incident: Incident, part: Any) -> Any:
    """The part that stands for an incident, with what the incident says; others as they are."""
    if part is not stand_in(incident):
        return part
    back = {own: name for name, own in SAID.items()}
    markings = [*(_renamed(one, back) for one in incident.field_markings), *part.field_markings]
    for fields in form(part, FORMAT).get(SPLIT) or ():
        markings = _joined(markings, fields)
    said = {name: getattr(incident, own) for name, own in SAID.items()}
    said["markings"] = [*said["markings"], *(word for word in part.markings if word not in said["markings"])] or ()
    return replace(part, **said, field_markings=markings or ())


def _head(field: str) -> str:
    return field.partition(".")[0]


def _renamed(marking: FieldMarking, names: Mapping[str, str]) -> FieldMarking:
    """A marking of fields under other names."""
    fields = [names.get(_head(name), _head(name)) + name[len(_head(name)) :] for name in marking.fields]
    return replace(marking, fields=fields)


def everything(ids: Iterable[str | None], own: str | None) -> list[str]:
    """The ids that a report of a whole document refers to: each once, in the order of the document."""
    found = dict.fromkeys(ids)
    found.pop(own, None)
    return [name for name in found if name and not name.startswith(OUTSIDE)]


def completed(objects: Sequence[Any], incident: Incident) -> None:
    """Lets the report that stands for an incident refer to everything, where the model names nothing; in place."""
    part = stand_in(incident)
    if not isinstance(part, Report) or part.object_refs:
        return
    ids = [item.get("id") if isinstance(item, dict) else None for item in objects]
    refs = everything((name for name in ids if isinstance(name, str)), part.id)
    for item in (item for item, name in zip(objects, ids, strict=True) if name == part.id and refs):
        item["object_refs"] = refs

