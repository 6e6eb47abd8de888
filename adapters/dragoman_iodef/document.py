"""The markup of one document: the declaration, the namespaces that it needs, its incidents, its own additional data."""

from __future__ import annotations

from dragoman.mapping.xml import Plans, XmlWriter
from dragoman.model.incident import Header, Incident
from dragoman.model.marking import Level

DOCUMENT = "{urn:ietf:params:xml:ns:iodef-2.0}IODEF-Document"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LOCATION = "urn:ietf:params:xml:ns:iodef-2.0 http://www.iana.org/assignments/xml-registry/schema/iodef-2.0.xsd"
DECLARED = ("ds", "enum", "sci")  # the prefixes that the table's rows write


class Document:
    """Markup in the making; `cargo` is what the model says and IODEF cannot."""

    def __init__(self, plans: Plans) -> None:
        self.writer = XmlWriter(plans)
        self.start = ""
        self.cargo = ""
        self._private = False

    @property
    def strictest(self) -> Level | None:
        """The strictest marking inside; an incident without one is private (section 3.2)."""
        return Level.RED if self._private else self.writer.strictest

    def add(self, incident: Incident) -> list[str]:
        """Writes an incident; gives what IODEF demands and it does not say."""
        self._private = self._private or not incident.markings
        before = len(self.writer.missing)
        self.writer.write("incident", incident, "Incident")
        self.writer.out.append("\n")
        return self.writer.missing[before:]

    def close(self, header: Header | None) -> None:
        """Writes what the document says of itself."""
        header = header or Header()
        made = self.writer.plans["document"]
        left = header.residue.get(self.writer.format, {}) if header.residue else {}
        version = {None: "2.00", "": None}.get(header.version, header.version)
        shown = Header(lang=header.lang, format_id=header.format_id, private_enum_id=header.private_enum_id)
        shown.version, shown.private_enum_name = version, header.private_enum_name
        self.start = self.writer.attributes(made, shown, left)
        if f"@{{{XSI}}}schemaLocation" not in left:
            self.start += f' xmlns:xsi="{XSI}" xsi:schemaLocation="{LOCATION}"'
        self.writer.content(made, header, left)

    def data(self) -> bytes:
        """The document in UTF-8."""
        body = "".join(self.writer.out)
        uris = self.writer.names.namespaces
        shown = "".join(f' xmlns:{prefix}="{uris[prefix]}"' for prefix in DECLARED if f"<{prefix}:" in body)
        head = f'<IODEF-Document xmlns="{self.writer.names.default}"{shown}{self.start}>'
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{body}{self.cargo}</IODEF-Document>\n'.encode()
