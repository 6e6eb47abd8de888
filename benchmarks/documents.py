"""Documents of any size for the benchmarks, of our own making and always the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

TIME = "2026-03-01T09:00:00.000Z"
CORE = "extension-definition--ef765651-680c-498d-9894-99799f2fa126"
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<IODEF-Document version="2.00" xml:lang="en" xmlns="urn:ietf:params:xml:ns:iodef-2.0">
  <Incident purpose="reporting" restriction="green">
    <IncidentID name="csirt.example.com">{count}</IncidentID>
    <GenerationTime>2026-03-01T09:00:00Z</GenerationTime>
    <Description>A botnet of {count} hosts seen in one night</Description>
    <Assessment occurrence="actual"><SystemImpact severity="high" type="takeover-system"/></Assessment>
    <Contact role="creator" type="organization">
      <ContactName>Example CSIRT</ContactName>
      <Email><EmailTo>csirt@example.com</EmailTo></Email>
    </Contact>
    <EventData>
"""
SYSTEM = """      <Flow>
        <System category="{category}">
          <Node>
            <DomainData><Name>host{n}.example.net</Name></DomainData>
            <Address category="ipv4-addr">10.{a}.{b}.{c}</Address>
          </Node>
          <NodeRole category="client"/>
          <Description>Host {n}</Description>
        </System>
      </Flow>
"""
TAIL = """    </EventData>
  </Incident>
</IODEF-Document>
"""


def iodef(observables: int) -> bytes:
    """An IODEF v2 document with that many observables, two on each system."""
    systems = (
        SYSTEM.format(n=n, a=n >> 16 & 255, b=n >> 8 & 255, c=n & 255, category="source" if n % 2 else "target")
        for n in range(observables // 2)
    )
    return (HEAD.format(count=observables) + "".join(systems) + TAIL).encode()


def stix(observables: int) -> bytes:
    """A flat STIX 2.1 bundle: for each observable itself, an indicator, observed data and what ties them together."""
    bundle = {"type": "bundle", "id": _id("bundle", 0), "objects": [_incident(), *_seen(observables)]}
    return json.dumps(bundle).encode()


def _incident() -> dict[str, Any]:
    name, kind = "Addresses of a botnet", {"extension_type": "property-extension"}
    told = {"investigation_status": "new", "determination": "suspected"}
    return {**_head("incident", 0), "name": name, "extensions": {CORE: kind | told}}


def _seen(observables: int) -> Iterator[dict[str, Any]]:
    for n in range(1, observables + 1):
        made = _observable(n)
        value = made.get("value") or made["hashes"]["SHA-256"]
        where = "file:hashes.'SHA-256'" if made["type"] == "file" else f"{made['type']}:value"
        found = {"first_observed": TIME, "last_observed": TIME, "number_observed": 1, "object_refs": [made["id"]]}
        yield {**_head("indicator", n), "name": value, "indicator_types": ["malicious-activity"],
               "pattern": f"[{where} = '{value}']", "pattern_type": "stix", "valid_from": TIME}  # fmt: skip
        yield _head("observed-data", n) | found
        yield made
        yield {**_head("relationship", n), "relationship_type": "based-on",
               "source_ref": _id("indicator", n), "target_ref": _id("observed-data", n)}  # fmt: skip


def _observable(n: int) -> dict[str, Any]:
    types: list[tuple[str, dict[str, Any]]] = [
        ("ipv4-addr", {"value": f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"}),
        ("domain-name", {"value": f"host{n}.example.net"}),
        ("file", {"hashes": {"SHA-256": f"{n:064x}"}, "name": f"sample{n}.exe"}),
    ]
    name, said = types[n % 3]
    return {"type": name, "spec_version": "2.1", "id": _id(name, n), **said}


def _head(name: str, n: int) -> dict[str, Any]:
    return {"type": name, "spec_version": "2.1", "id": _id(name, n), "created": TIME, "modified": TIME}


def _id(name: str, n: int) -> str:
    return f"{name}--{uuid5(NAMESPACE_URL, f'{name} {n}')}"
