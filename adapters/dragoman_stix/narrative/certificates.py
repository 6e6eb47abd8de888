"""What a ds:X509Data element says that STIX has a property for (XML Signature section 4.5.4)."""

from __future__ import annotations

from typing import Any

from lxml import etree

from dragoman.errors import ReadError
from dragoman.limits import Limits
from dragoman.model import Certificate
from dragoman.tree import xml

DS = "{http://www.w3.org/2000/09/xmldsig#}"
FIELDS = {"X509SubjectName": "subject", "X509IssuerName": "issuer", "X509SerialNumber": "serial_number"}


def from_x509(found: Certificate) -> Certificate | None:
    """The certificate with subject, issuer and serial number where the element names them; None when it names none."""
    try:
        root = xml.parse((found.x509_data or "").encode(), Limits())
    except ReadError:
        return None
    values: dict[str, Any] = {}
    for tag, field in FIELDS.items():
        element: etree._Element | None = root.find(f".//{DS}{tag}")
        if element is not None and element.text and element.text.strip():
            values[field] = element.text.strip()
    return Certificate(**values) if values else None


def x509_of(markup: str) -> Certificate:
    """The certificate of an element that was kept untouched."""
    return Certificate(x509_data=markup)
