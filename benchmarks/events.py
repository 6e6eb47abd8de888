"""MISP events of any size for the benchmarks, of our own making and always the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import md5, sha256
from typing import Any
from uuid import UUID, uuid5

Json = dict[str, Any]

SPACE = UUID("6f5b4c1e-6a0f-5d1b-9c0b-0d6f3c1a7e52")
START = 1_772_000_000  # seconds since 1970, in February 2026
ORGANISATION = {"id": "1", "name": "Example CSIRT", "uuid": str(uuid5(SPACE, "organisation"))}
TAGS = [{"id": "1", "name": "tlp:green", "colour": "#339900"}, {"id": "2", "name": "type:OSINT", "colour": "#004646"}]
FINE_TAGS = [{"id": "3", "name": 'estimative-language:likelihood-probability="likely"', "colour": "#8fb3ff"}]


def address(n: int) -> str:
    return f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"


def long_hash(n: int) -> str:
    return sha256(str(n).encode()).hexdigest()


def short_hash(n: int) -> str:
    return md5(str(n).encode(), usedforsecurity=False).hexdigest()


Made = tuple[str, str, bool, Callable[[int], str]]

# What stands in an event: type, category, whether for detection, and the n-th value.
FLAT: list[Made] = [
    ("ip-dst", "Network activity", True, address),
    ("domain", "Network activity", True, lambda n: f"d{n}.example.net"),
    ("url", "Network activity", True, lambda n: f"https://h{n}.example.org/gate.php?id={n}"),
    ("sha256", "Payload delivery", True, long_hash),
    ("filename|sha256", "Payload delivery", True, lambda n: f"invoice-{n}.exe|{long_hash(n)}"),
    ("email-src", "Payload delivery", False, lambda n: f"sender{n}@example.com"),
    ("hostname", "Network activity", False, lambda n: f"host{n}.example.net"),
    ("md5", "Artifacts dropped", False, short_hash),
    ("text", "Other", False, lambda n: f"Observation {n} of the analyst"),
]
# Templates of MISP objects: name, category, uuid, version, and the attributes by relation.
OBJECTS: list[tuple[str, str, str, str, dict[str, Made]]] = [
    ("file", "file", "688c46fb-5edb-40a3-8273-1af7923e2215", "25", {
        "filename": ("filename", "Payload delivery", False, lambda n: f"dropper-{n}.dll"),
        "sha256": ("sha256", "Payload delivery", True, long_hash),
        "md5": ("md5", "Payload delivery", True, short_hash),
        "size-in-bytes": ("size-in-bytes", "Other", False, lambda n: str(1000 + n)),
    }),
    ("domain-ip", "network", "43b3b146-77eb-4931-b4cc-b66c60f28734", "11", {
        "domain": ("domain", "Network activity", True, lambda n: f"c{n}.example.net"),
        "ip": ("ip-dst", "Network activity", True, address),
    }),
]  # fmt: skip
UNIT = 10  # attributes: the two objects hold six, four stand flat beside them


def event(attributes: int, objects: bool = False) -> bytes:
    """A MISP event with that many attributes, a multiple of ten.  objects: six in ten stand in MISP objects."""
    body: Json = {
        "id": "1", "orgc_id": "1", "org_id": "1", "date": "2026-02-25", "threat_level_id": "2",
        "info": f"A campaign seen in {attributes} places", "published": True, "uuid": name("event", attributes),
        "attribute_count": str(attributes), "analysis": "2", "timestamp": str(START), "distribution": "3",
        "publish_timestamp": str(START + 60), "sharing_group_id": "0", "extends_uuid": "",
        "Org": ORGANISATION, "Orgc": ORGANISATION, "Tag": TAGS, "Galaxy": [], "RelatedEvent": [], "ShadowAttribute": [],
    }  # fmt: skip
    flat = 4 * (attributes // UNIT) if objects else attributes
    body["Attribute"] = [attribute(n, FLAT[n % len(FLAT)]) for n in range(flat)]
    body["Object"] = [misp_object(n, place) for n in range(attributes // UNIT if objects else 0) for place in (0, 1)]
    return json.dumps({"Event": body}, indent=1).encode()


def attribute(n: int, made: Made, relation: str | None = None, owner: str = "0") -> Json:
    """The n-th attribute; every third has a comment, every seventh a tag."""
    kind, category, to_ids, value = made
    return {
        "id": str(n), "type": kind, "category": category, "to_ids": to_ids, "uuid": name("attribute", owner, relation, n),
        "event_id": "1", "distribution": "5", "timestamp": str(START + n), "comment": "" if n % 3 else f"Seen in case {n}",
        "sharing_group_id": "0", "deleted": False, "disable_correlation": False, "object_id": owner,
        "object_relation": relation, "value": value(n), "Galaxy": [], "ShadowAttribute": [],
        **({} if n % 7 else {"Tag": FINE_TAGS}),
    }  # fmt: skip


def misp_object(n: int, place: int) -> Json:
    """The n-th object of a template."""
    kind, category, uuid, version, relations = OBJECTS[place]
    number = str(len(OBJECTS) * n + place + 1)
    return {
        "id": number, "name": kind, "meta-category": category, "description": f"A {kind} object", "template_uuid": uuid,
        "template_version": version, "event_id": "1", "uuid": name(kind, n), "timestamp": str(START + n),
        "distribution": "5", "sharing_group_id": "0", "comment": "", "deleted": False, "ObjectReference": [],
        "Attribute": [attribute(n, made, relation, number) for relation, made in relations.items()],
    }  # fmt: skip


def name(*parts: object) -> str:
    """A UUID that follows from what it names."""
    return str(uuid5(SPACE, "/".join(map(str, parts))))
