"""Small MISP documents for tests, and ways to send them through the adapter."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from dragoman import Context, translate
from dragoman.model import Incident
from dragoman.translate import read, write

UUID = "5bbe52cb-40b0-4bda-8140-79220a016219"
ORG = {"uuid": "55f6ea5e-51ac-4344-bc8c-4170950d210f", "name": "SOC of Example"}
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def context(**settings: Any) -> Context:
    return Context(now=lambda: NOW, **settings)


def event(**members: Any) -> dict[str, Any]:
    """An event with what the core format demands, and these members."""
    head = {"uuid": UUID, "info": "Watering hole", "date": "2026-10-05", "threat_level_id": "2", "analysis": "1"}
    return head | {"timestamp": "1791203400", "published": False, "distribution": "0", "Orgc": ORG} | members


def uuid(number: int) -> str:
    return f"{number:08x}-40b0-4bda-8140-79220a016219"


def attribute(number: int = 1, **members: Any) -> dict[str, Any]:
    """An attribute with what the core format demands, and these members."""
    head = {"uuid": uuid(number), "type": "domain", "category": "Network activity", "to_ids": False}
    return head | {"timestamp": "1791203400", "value": f"host-{number}.example.net"} | members


def incident(**members: Any) -> Incident:
    """The incident of an event with these members."""
    return incidents({"Event": event(**members)})[0]


def incidents(document: Any, ledger: Context | None = None) -> list[Incident]:
    return read(json.dumps(document).encode(), "misp", ledger or context())


def document(*found: Incident, **settings: Any) -> Any:
    """The document of incidents."""
    return json.loads(write(list(found), "misp", context(**settings)))


def again(value: Any, over: str | None = None) -> Any:
    """A document that went to the model, or over another format, and came back."""
    data = json.dumps(value).encode()
    if over is not None:
        return json.loads(translate(translate(data, over, "misp", context()).data, "misp", over, context()).data)
    return document(*incidents(value))


def stix(value: Any, **settings: Any) -> list[dict[str, Any]]:
    """The STIX objects of a document."""
    data = translate(json.dumps(value).encode(), "stix-2.1", "misp", context(**settings)).data
    found: list[dict[str, Any]] = json.loads(data)["objects"]
    return found
