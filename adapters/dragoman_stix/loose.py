"""Parts from formats that name nothing, or not as STIX does: they get an id here, and lose it on the way back.

The id of a nameless part follows from its place in its incident, and such a part has its incident's times and markings:
so all of them need not be carried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dragoman.model import Incident
from dragoman_stix.ids import IDENTIFIER, ONE_UUID, digest_of, uid


def key_of(incident: Incident) -> str:
    """What the ids of an incident's nameless parts start from."""
    return incident.id or incident.basis or ""


def parts_of(incident: Incident, field: str) -> Sequence[Any]:
    """The parts of one field that are objects; impacts stand inside of assessments."""
    if field == "assessments":
        return [impact for assessment in incident.assessments for impact in assessment.impacts]
    return getattr(incident, field)  # type: ignore[no-any-return]


def place_id(type_name: str, key: str, field: str, place: int) -> str:
    """The id of a nameless part."""
    return uid(type_name, f"{key}/{field}/{place}")


def named(part: Any, type_name: str, incident: Incident, field: str, place: int) -> Any:
    """A copy of a part under an id of its type, marked as its incident unless it has markings of its own."""
    if not part.id:
        new = place_id(type_name, key_of(incident), field, place)
    else:
        new = f"{type_name}--{part.id}" if ONE_UUID.fullmatch(part.id) else uid(type_name, part.id)
    return replace(part, id=new, markings=part.markings or incident.markings)


def unname(incident: Incident, fields: Sequence[str], owned: Callable[[Any], Any]) -> None:
    """Takes id, times and markings off the parts that have them from `named`; owned: a part as it may be changed."""
    for field in fields:
        parts: Any = parts_of(incident, field)
        for place in placed(parts, f"{key_of(incident)}/{field}/"):
            parts[place] = owned(parts[place])
            _strip(parts[place], incident)


def placed(parts: Sequence[Any], start: str) -> Iterator[int]:
    """The places of parts whose ids follow from there."""
    states: dict[str, Any] = {}  # by type; eight digits of a digest tell most ids apart
    for place, part in enumerate(parts):
        own = part.id
        if own is not None and own[-22:-21] == "5":
            name = own[:-38]
            state = (states.get(name) or states.setdefault(name, digest_of(name, start))).copy()
            state.update(b"%d" % place)
            if state.hexdigest()[:8] == own[-36:-28] and own == uid(name, f"{start}{place}"):
                yield place


def _strip(part: Any, incident: Incident) -> None:
    part.id = None
    if part.markings == incident.markings:
        part.markings = ()
    for time in ("created", "modified"):
        if getattr(part, time, None) == incident.created:
            setattr(part, time, None)


def mend(item: dict[str, Any], renamed: Mapping[str, str]) -> bool:
    """Puts new ids where the old ones were referred to; references to what has no id in STIX go.  Whether any went."""
    gone = False
    for key, value in list(item.items()):
        if key.endswith("_ref") and type(value) is str and IDENTIFIER.fullmatch(value) is None:
            if value in renamed:
                item[key] = renamed[value]
            else:
                del item[key]
                gone = True
        elif key.endswith("_refs") and type(value) is list:
            kept = [renamed.get(ref, ref) for ref in value if type(ref) is str]
            kept = [ref for ref in kept if IDENTIFIER.fullmatch(ref)]
            if kept != value:
                item[key] = kept
                gone = gone or len(kept) < len(value)
            if not kept:
                del item[key]
    return gone
