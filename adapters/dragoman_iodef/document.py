"""The markup of one document: the declaration, the namespaces that it needs, its incidents, its own additional data."""

from __future__ import annotations

import copy

from dragoman.adapter import Context
from dragoman.mapping.xml import Plans
from dragoman.model import Header, Incident
from dragoman.model.marking import Level
from dragoman_iodef.shapes import Writer

DOCUMENT = "{urn:ietf:params:xml:ns:iodef-2.0}IODEF-Document"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LOCATION = "urn:ietf:params:xml:ns:iodef-2.0 http://www.iana.org/assignments/xml-registry/schema/iodef-2.0.xsd"
DECLARED = ("ds", "enum", "sci")  # the prefixes that the table's rows write


class Document:
    """Markup in the making; `cargo` is what the model says and IODEF cannot."""

    def __init__(self, plans: Plans, context: Context) -> None:
        self.writer = Writer(plans)
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
        shown.version = None if "@version" in left else "2.00"
        self.start = self.writer.attributes(made, shown, left)
        if f"@{{{XSI}}}schemaLocation" not in left:
            declared = "" if ' xmlns:xsi="' in self.start else f' xmlns:xsi="{XSI}"'
            self.start += f'{declared} xsi:schemaLocation="{LOCATION}"'
        self.writer.content(made, header, left)

    def data(self) -> bytes:
        """The document in UTF-8."""
        body = "".join(self.writer.out)
        uris = self.writer.names.namespaces
        shown = "".join(f' xmlns:{prefix}="{uris[prefix]}"' for prefix in DECLARED if f"<{prefix}:" in body)
        head = f'<IODEF-Document xmlns="{self.writer.names.default}"{shown}{self.start}>'
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{body}{self.cargo}</IODEF-Document>\n'.encode()
