"""The markup of one document: the declaration, the namespaces that it needs, its incidents, its own additional data."""

from __future__ import annotations

import copy

from dragoman.adapter import Context
from dragoman.mapping.xml import Plans
from dragoman.model import Header, Incident
from dragoman.model.marking import Level
from dragoman_iodef.shapes import Writer

XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMAS = "http://www.iana.org/assignments/xml-registry/schema"
DECLARED = ("ds", "enum", "sci")  # the prefixes that the tables' rows write


class Document:
    """Markup in the making; `cargo` is what the model says and IODEF cannot."""

    writes: type[Writer] = Writer
    version = "2.00"
    location = f"urn:ietf:params:xml:ns:iodef-2.0 {SCHEMAS}/iodef-2.0.xsd"

    def __init__(self, plans: Plans, context: Context) -> None:
        self.writer = self.writes(plans)
        self.writer.context = context
        self.start = ""
        self.cargo = ""
        self._private = False

    @property
    def strictest(self) -> Level | None:
        """The strictest marking inside; an incident without one is private (section 3.2)."""
        return Level.RED if self._private else self.writer.strictest

    def add(self, incident: Incident) -> None:
        """Writes an incident."""
        self._private = self._private or not (incident.markings or incident.tlp)
        self.writer.write("incident", incident, "Incident")
        self.writer.out.append("\n")

    def close(self, header: Header | None) -> None:
        """Writes what the document says of itself."""
        header = header or Header()
        made = self.writer.plans["document"]
        left = header.residue.get(self.writer.format, {}) if header.residue else {}
        shown = copy.copy(header)
        shown.version = None if "@version" in left else self.version
        self.start = self.writer.attributes(made, shown, left)
        if f"@{{{XSI}}}schemaLocation" not in left:
            declared = "" if ' xmlns:xsi="' in self.start else f' xmlns:xsi="{XSI}"'
            self.start += f'{declared} xsi:schemaLocation="{self.location}"'
        self.writer.content(made, header, left)

    def data(self) -> bytes:
        """The document in UTF-8."""
        body = self.content()
        uris = self.writer.names.namespaces
        shown = "".join(f' xmlns:{prefix}="{uris[prefix]}"' for prefix in DECLARED if f"<{prefix}:" in body)
        head = f'<IODEF-Document xmlns="{self.writer.names.default}"{shown}{self.start}>'
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{body}</IODEF-Document>\n'.encode()

    def content(self) -> str:
        """All inside the document, the cargo last."""
        return "".join(self.writer.out) + self.cargo
