"""Documents of IODEF v1 for the tests: the smallest valid one, with what a test is about put in."""

from __future__ import annotations

import io
from pathlib import Path

from lxml import etree

from dragoman.adapter import Context
from dragoman.model import Incident
from dragoman_iodef.v1 import adapter

NS = "urn:ietf:params:xml:ns:iodef-1.0"
NS2 = "urn:ietf:params:xml:ns:iodef-2.0"
OURS = Path(__file__).parents[1] / "adapters" / "dragoman_iodef" / "schema" / "iodef-1.0.xsd"
OFFICIAL = Path(__file__).parents[1].parent / "shared" / "schemas" / "iodef" / "iodef-1.0.xsd"
TIME = "<ReportTime>2006-08-01T00:00:00-05:00</ReportTime>"
IMPACT = '<Assessment><Impact type="recon"/></Assessment>'
CONTACT = '<Contact role="creator" type="organization"/>'
START = f'xmlns="{NS}" version="1.00" lang="en"'


def document(
    after: str = "", *, root: str = START, incident: str = 'purpose="reporting"', named: str = "", before: str = "",
    time: str = TIME, assessment: str = IMPACT, method: str = "", contact: str = CONTACT,
) -> bytes:  # fmt: skip
    """A document with one incident: `before` stands before its time, `after` at its end."""
    head = f'<IncidentID name="csirt.example.com"{named}>908711</IncidentID>{before}{time}'
    inside = f"{head}{assessment}{method}{contact}{after}"
    return f"<IODEF-Document {root}><Incident {incident}>{inside}</Incident></IODEF-Document>".encode()


def event(inside: str, attributes: str = "") -> bytes:
    return document(f"<EventData{attributes}>{inside}</EventData>")


def system(node: str = "", rest: str = "") -> bytes:
    return event(f"<Flow><System><Node>{node}</Node>{rest}</System></Flow>")


def record(inside: str) -> bytes:
    return event(f"<Record><RecordData>{inside}</RecordData></Record>")


def read(data: bytes, context: Context | None = None) -> list[Incident]:
    return list(adapter.read(io.BytesIO(data), context or Context()))


def write(incidents: list[Incident], context: Context | None = None) -> bytes:
    sink = io.BytesIO()
    adapter.write(incidents, sink, context or Context())
    return sink.getvalue()


def schemas() -> list[etree.XMLSchema]:
    """Ours, and the one of the RFC where it stands beside the checkout."""
    return [etree.XMLSchema(etree.parse(file)) for file in (OURS, OFFICIAL) if file.is_file()]
