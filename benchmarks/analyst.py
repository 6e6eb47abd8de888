"""What an analyst wrote in a MISP event, apart from what an instance keeps of it: for counting what a translation costs whom.

The values of an analyst are
- of the event: info, date, threat level, analysis, the name of the organisation that made it (or of the producer, in a label);
- of every attribute, in an object or not: type, category, value, data, comment, to_ids, relation, first and last seen;
- of every object: name, comment, first and last seen, and of its references the type and the comment;
- labels: tags, and galaxy clusters by their tag, each once for each owner; of clusters also value and description;
- of event reports the name and the content, of sightings the type, the source and the date.

Not among them are ids and uuids, timestamps, distribution, colours, correlations, proposals, empty texts and null.  A value is
looked for among those of its kind anywhere in the event, so one that comes back at another place counts as kept, `true` is `1`,
and instants are compared as such: this flatters whoever rearranges.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from dragoman.mapping.codecs import moment

Json = dict[str, Any]
Value = tuple[str, object]

PRODUCER = re.compile('misp-galaxy:producer="(.*)"')
SHORT_OFFSET = re.compile(r"([+-]\d\d)(\d\d)$")  # PyMISP writes +0000, RFC 3339 asks for +00:00
SEEN = ("first_seen", "last_seen")
FIELDS = {
    "event": ("info", "date", "threat_level_id", "analysis"),
    "attribute": ("type", "category", "value", "data", "comment", "to_ids", "object_relation", *SEEN),
    "object": ("name", "comment", *SEEN),
    "reference": ("relationship_type", "comment"),
    "cluster": ("value", "description"),
    "report": ("name", "content"),
    "sighting": ("type", "source", "date_sighting"),
}


def events(document: Any) -> list[Json]:
    """The events of a document in any of the wraps that MISP and its tools write."""
    if isinstance(document, list):
        return [event for item in document for event in events(item)]
    for wrap in ("response", "Event"):
        if wrap in document:
            return events(document[wrap])
    return [document]


def attributes(event: Json) -> Iterator[Json]:
    """Every attribute, in an object or not."""
    yield from event.get("Attribute") or ()
    for each in event.get("Object") or ():
        yield from each.get("Attribute") or ()


def values(some: Iterable[Json]) -> Counter[Value]:
    """The analyst's values of events, each with its kind."""
    return Counter(value for event in some for value in _event(event))


def _event(event: Json) -> Iterator[Value]:
    yield from _fields("event", event)
    if maker := _maker(event):
        yield "event/Orgc", maker
    yield from _labels(event)
    for each in attributes(event):
        yield from _attribute(each)
    for each in event.get("Object") or ():
        yield from _fields("object", each)
        yield from _all("reference", each.get("ObjectReference"))
    yield from _all("report", event.get("EventReport"))


def _maker(event: Json) -> str | None:
    """Who made the event; misp-stix says so in a label."""
    if organisation := event.get("Orgc"):
        return str(organisation["name"])
    return next((found[1] for tag in event.get("Tag") or () if (found := PRODUCER.fullmatch(tag["name"]))), None)


def _attribute(attribute: Json) -> Iterator[Value]:
    yield from _fields("attribute", attribute)
    yield from _labels(attribute)
    yield from _all("sighting", attribute.get("Sighting"))


def _labels(owner: Json) -> Iterator[Value]:
    """Tags and galaxy clusters: MISP tells a cluster twice, as itself and as a tag, which is one label here."""
    clusters = [cluster for galaxy in owner.get("Galaxy") or () for cluster in galaxy.get("GalaxyCluster") or ()]
    tags = {tag["name"] for tag in owner.get("Tag") or ()}
    for label in sorted(tags | {_tag(cluster) for cluster in clusters}):
        yield "label", label
    yield from _all("cluster", clusters)


def _tag(cluster: Json) -> str:
    return str(cluster.get("tag_name") or f'misp-galaxy:{cluster.get("type")}="{cluster.get("value")}"')


def _all(kind: str, some: Iterable[Json] | None) -> Iterator[Value]:
    for each in some or ():
        yield from _fields(kind, each)


def _fields(kind: str, part: Json) -> Iterator[Value]:
    for field in FIELDS[kind]:
        value = part.get(field)
        if value not in (None, ""):
            yield f"{kind}/{field}", _plain(value)


def _plain(value: object) -> object:
    """A value as it is compared: how a scalar is spelled does not count."""
    text = str(int(value)) if isinstance(value, bool) else str(value)
    return moment(SHORT_OFFSET.sub(r"\1:\2", text)) or text
