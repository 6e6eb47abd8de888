"""Documents of IODEF made from the schema alone: every class, every attribute, every word, sooner or later.

It knows nothing of the mapping table, so that a class or attribute the table forgot shows.
"""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

import xmlschema
from lxml import etree

SCHEMA = Path(__file__).parents[1] / "adapters" / "dragoman_iodef" / "schema" / "iodef-2.xsd"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
XSD = "http://www.w3.org/2001/XMLSchema"
FOREIGN = "urn:example:foreign"
VALUES = {
    "dateTime": ["2026-11-22T10:00:00Z", "2015-07-18T09:00:00-05:00", "2013-03-07T16:14:56.757+05:30"],
    "integer": ["0", "17", "-4", "007"],
    "float": ["3.50", "1e3", "12", "0.1"],
    "double": ["3.50", "57", "1e300"],
    "PositiveFloatType": ["3.50", "12", "1e3"],
    "anyURI": ["https://example.com/a?b=c&d=e", "urn:example:1"],
    "PortlistType": ["22,80-443", "1"],
    "TimezoneType": ["Z", "+02:00", "-14:00"],
    "base64Binary": ["1B2M2Y8AsgTpgAmY7PhCfg==", "2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "AAEC"],
    "NCName": ["CVE-2014-0160", "x1"],
    "language": ["en", "nb-NO", "de"],
}


class Generator:
    """One document for each seed; a class or attribute that has not been yet comes where it first can."""

    def __init__(self, seed: int, depth: int = 6, file: Path = SCHEMA) -> None:
        self.random, self.depth, self.ids = random.Random(seed), depth, 0
        self.made: set[Any] = set()
        self.schema = _schema(file)

    def document(self) -> bytes:
        root = self._element(self.schema.elements["IODEF-Document"], 0)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8")

    def _element(self, declared: Any, depth: int) -> Any:
        element = etree.Element(declared.name)
        kind = declared.type
        if kind.is_complex():
            self._attributes(kind, element)
        if kind.has_simple_content() or kind.is_simple():
            element.text = self._text(kind)
        elif kind.mixed:
            self._mixed(declared, element)
        elif kind.is_complex() and hasattr(kind.content, "__iter__"):
            self._group(kind.content, element, depth)
        return element

    def _attributes(self, kind: Any, element: Any) -> None:
        words = {name: declared for name, declared in kind.attributes.items() if name is not None}
        for name, declared in words.items():
            if name.startswith("ext-") and name[4:] in words and name != "ext-operator":
                continue
            new = (element.tag, name) not in self.made
            self.made.add((element.tag, name))
            if declared.use != "required" and not new and self.random.random() < 0.5:
                continue
            value = self._text(declared.type)
            if value == "ext-value":
                element.set(f"ext-{name}", f"own {name} & <word>")
            element.set(name, value)

    def _text(self, kind: Any) -> str:
        base = kind
        while base is not None:
            if base.is_complex() and base.has_simple_content():
                base = base.content
            name = (getattr(base, "local_name", None) or "").rpartition(":")[2]
            if name == "IDREF":
                return f"id-{self.random.randint(1, max(self.ids, 1))}"
            if name == "ID":
                self.ids += 1
                return f"id-{self.ids}"
            if getattr(base, "enumeration", None):
                return str(self.random.choice(base.enumeration))
            if name in VALUES:
                return str(self.random.choice(VALUES[name]))
            if getattr(base, "member_types", None):
                return self._text(self.random.choice(base.member_types))
            if getattr(base, "max_length", None) == 0:
                return ""
            base = getattr(base, "base_type", None)
        return self.random.choice(["plain", "a <b> & 'c' \"d\"", "æøå 漢字 🦊", "two words"])

    def _mixed(self, declared: Any, element: Any) -> None:
        element.text = self._text(None)
        if declared.type.is_empty() or not list(declared.type.content):  # text and nothing else
            element.text = self._text(self.schema.maps.types[f"{{{XSD}}}float"])
            return
        if declared.name.startswith(DS) or self.random.random() < 0.5:
            return
        attributes = {"a": "1", f"{{{FOREIGN}}}b": "2"}
        inner = etree.SubElement(element, f"{{{FOREIGN}}}thing", attrib=attributes, nsmap={"f": FOREIGN})
        inner.text, inner.tail = "inner", " after "
        inner.append(etree.Comment(" a remark "))
        etree.SubElement(inner, "bare").text = "of no namespace"

    def _group(self, group: Any, element: Any, depth: int) -> None:
        for _ in range(self._times(group, depth)):
            if group.model == "choice":
                new = [item for item in group if self._unseen(item)]
                self._particle(self.random.choice(new or list(group)), element, depth, least=1)
            else:
                for item in group:
                    self._particle(item, element, depth)

    def _particle(self, item: Any, element: Any, depth: int, least: int = 0) -> None:
        if isinstance(item, xmlschema.validators.XsdGroup):
            self._group(item, element, depth)
        elif isinstance(item, xmlschema.validators.XsdElement):
            declared = item.ref or item
            for _ in range(max(self._times(item, depth), least)):
                element.append(self._element(declared, depth + 1))
        else:
            etree.SubElement(element, f"{DS}X509SubjectName").text = "CN=somebody"

    def _unseen(self, item: Any) -> bool:
        """Whether nothing of what may stand here has been made yet."""
        if isinstance(item, xmlschema.validators.XsdGroup):
            return any(self._unseen(inner) for inner in item)
        return item.name is not None and item.name not in self.made

    def _times(self, item: Any, depth: int) -> int:
        most = 2 if item.max_occurs is None else min(item.max_occurs, 2)
        if self._unseen(item):
            self.made.add(item.name)
            return 1
        if depth >= self.depth:
            return int(item.min_occurs)
        chance = 0.9 if depth < 3 else 0.45 if depth < 5 else 0.25
        return max(item.min_occurs, self.random.choice([1, most]) if self.random.random() < chance else 0)


@cache
def _schema(file: Path) -> Any:
    return xmlschema.XMLSchema(file, allow="local")
