"""Names that follow from places: the id of a member of a tree, and of the relationship that ties it to its owner."""

from __future__ import annotations

import re

from dragoman.model import Incident
from dragoman_stix.ids import our_uuid, uid

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
STIX_ID = re.compile(rf"[a-z0-9-]+--{UUID.pattern}", re.ASCII)


def incident_uuid(incident: Incident) -> str:
    """The UUID of an incident: its own, or one that follows from its identifier.  All names in its graph start from it."""
    if incident.id and UUID.fullmatch(incident.id):
        return incident.id
    return uid("incident", _name(incident)).removeprefix("incident--")


def _name(incident: Incident) -> str:
    """Whoever named an incident and how; else its own id; else its title and time."""
    named = incident.identifier
    if named is not None:
        return f"{named.authority}|{named.value}|{named.instance}"
    return incident.id or f"{incident.summary}|{incident.generation_time}"


def member_id(type_name: str, key: str, path: str) -> str:
    """The id of the object for what stands at a path of the tree of the incident with the UUID `key`."""
    return uid(type_name, f"member {key}{path}")


def link_name(key: str, path: str) -> str:
    """The UUID of the relationship or sighting that ties what stands at a path to its owner."""
    return our_uuid("link " + key + path)


OBSERVABLE_ID = "observable-id"  # the source name under which a document's own id of an observable stands
