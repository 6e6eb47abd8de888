"""Documents of any size for the benchmarks, of our own making and always the same."""

from __future__ import annotations

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
