"""Parts of v1 as the table reads them, then in the shape that the model has from v2; what is lax in them is told.

What a part says in another shape is found by its residue: text and attributes for which the table of v1 has no row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from dragoman.ledger import Kind, Ledger
from dragoman.mapping.codecs import prose, token
from dragoman.mapping.table import vocabulary
from dragoman.mapping.xml import Plans, XmlReader, outer_xml
from dragoman.mapping.xml.plan import Plan
from dragoman.model import DomainName, Text
from dragoman_iodef.hooks import xml_time
from dragoman_iodef.shapes import PAGE
from dragoman_iodef.v1.hooks import FORMAT, RESOLVED
from dragoman_iodef.v1.lenient import NAMESPACE

CVE = re.compile(r"CVE-\d{4}-\d{4,}", re.ASCII)
CVE_INDEX = "1"  # of the registry of RFC 7495
SCI = "{urn:ietf:params:xml:ns:iodef-sci-1.0}"
STRUCTURED = {"AttackPattern": "attack_patterns", "Vulnerability": "vulnerabilities", "Weakness": "weaknesses"}
IMPACTS = vocabulary("system-impact", FORMAT).write
NAME = "ReferenceName"
SAID = ("text()", "@lang")  # a text that stands beside the attributes of a class
Element = Any


class Reader1(XmlReader):
    """A reader of v1."""

    def __init__(self, plans: Plans, ledger: Ledger) -> None:
        super().__init__(plans, ledger)
        self._once: Mapping[str, list[str]] = plans.facts["once"]
        self._either: Mapping[str, list[str]] = plans.facts["either"]
        self.words: list[str] = plans.facts["software"]

    def _part(self, made: Plan, element: Element) -> Any:
        part = super()._part(made, element)
        name = made.spec.name
        if element.get("restriction") == "ext-value" or element.get("ext-restriction") is not None:
            self._extended_restriction(part, element)
        if part.residue:
            self._lax(left_of(part), element)
        if name in self._once or name in self._either:
            self._bounds(made, part, element)
        if name in SETTLE:
            SETTLE[name](part, element, self)
        return part

    def _extended_restriction(self, part: Any, element: Element) -> None:
        """v1 has no words of one's own for who may see a thing: they count as private, and go back as they stood."""
        self.invalid(element, element.get("ext-restriction", ""), "is no restriction of v1", "@restriction", "D202")
        for name in ("restriction", "ext-restriction"):
            if element.get(name) is not None:
                keep(part, f"@{name}", element.get(name))

    def _lax(self, left: Mapping[str, Any], element: Element) -> None:
        """What v1 demands and is not there, and words of one's own that are only half said (section 5.1)."""
        for step, raw in left.items():
            if raw is None:
                where = self.places.of(element, step)
                self.ledger.note(Kind.INVALID, "D204", where, "is missing, which the standard demands")
            elif step.startswith("@ext-") and left.get(f"@{step[5:]}") != "ext-value":
                self.invalid(element, raw, f"stands without {step[5:]}='ext-value'", step, "D207")
            elif raw == "ext-value" and f"@ext-{step[1:]}" not in left:
                self.invalid(element, raw, f"stands without ext-{step[1:]}", step, "D207")

    def _bounds(self, made: Plan, part: Any, element: Element) -> None:
        """More than v1 allows of a thing is read all the same, and may go back."""
        for field in self._once.get(made.spec.name, ()):
            if len(getattr(part, field)) > 1:
                self.surplus(part, field, element, made.spec.row(field).path[-1], "stands more than once")
        fields = self._either.get(made.spec.name)
        if fields and all(getattr(part, field) for field in fields):
            step, other = (made.spec.row(field).path[-1] for field in reversed(fields))
            self.surplus(part, fields[1], element, step, f"stands beside {other}")

    def surplus(self, part: Any, field: str, element: Element, step: str, reason: str) -> None:
        """There is more than v1 allows: told, and remembered for the way back."""
        keep(part, f"#{field}", True)
        self.invalid(element, "", f"{reason}, which the standard does not allow", step, "D206")


def left_of(part: Any) -> dict[str, Any]:
    """What no row took; empty when all was taken."""
    return dict((part.residue or {}).get(FORMAT, {}))


def leave(part: Any, left: Mapping[str, Any]) -> None:
    """Sets what no row took."""
    part.residue = {FORMAT: dict(left)} if left else None


def keep(part: Any, step: str, value: Any) -> None:
    leave(part, left_of(part) | {step: value})


# ---- parts in the shape of the model ---------------------------------------------------------------------------------


def spoken(part: Any, element: Element, reader: Reader1) -> None:
    """The text of an impact or a role is its description (RFC 7970 sections 3.12.1, 3.18.2)."""
    left = left_of(part)
    if isinstance(left.get("text()"), str):
        text, lang = prose(left.pop("text()")), left.pop("@lang", None)
        part.description = [text if lang is None else Text(text, lang)]
        leave(part, left)


def impact(part: Any, element: Element, reader: Reader1) -> None:
    """Extortion is what it means for the business (RFC 7970 section 3.12.2)."""
    spoken(part, element, reader)
    if part.type == "extortion":
        part.kind = "business"


def assessment(part: Any, element: Element, reader: Reader1) -> None:
    """The types of its impacts, in their own words, are what v2 calls categories (RFC 7970 section 3.12)."""
    types = [IMPACTS.get(item.type, item.type) for item in part.impacts if item.kind in ("system", "business")]
    part.categories = [word for word in dict.fromkeys(types) if word not in (None, "unknown")] or ()


def reference(part: Any, element: Element, reader: Reader1) -> None:
    """A name that is a CVE is an entry of the registry that v2 refers to (RFC 7495); any other is words, as in v2."""
    name, part.source_name = part.source_name, None
    if name and CVE.fullmatch(name):
        part.spec_index, part.external_id = CVE_INDEX, name
    elif name:
        left = left_of(part)
        inside = dict(left.pop(NAME, None) or {})
        lang = inside.pop("@lang", None)
        part.description = [name if lang is None else Text(name, lang), *part.description]
        leave(part, left | ({NAME: inside} if inside else {}))


def software(part: Any, element: Element, reader: Reader1) -> None:
    """Its attributes, said in a row, are the description: v2 knows software by words or a reference."""
    said = software_words(left_of(part), reader.words)
    part.description = [said] if said else ()


def software_words(left: Mapping[str, Any], names: list[str]) -> str:
    """The attributes of software as people say them."""
    return " ".join(token(left[f"@{name}"]) for name in names if left.get(f"@{name}"))


def system(part: Any, element: Element, reader: Reader1) -> None:
    """The time of a node is when its name was resolved (section 3.16; RFC 7970 section 3.19)."""
    time = element.find(f"{{{NAMESPACE}}}Node/{{{NAMESPACE}}}DateTime")
    if time is None or len(time) or time.items() or not part.addresses:
        return
    name = next((item for item in part.addresses if isinstance(item, DomainName)), None)
    try:
        checked = xml_time(token(time.text or ""))
    except ValueError as error:
        reader.invalid(time, time.text or "", str(error))
        return
    if name is None:  # the model has no place for it, but it has one in the node
        keep(part.addresses[0], RESOLVED, checked)
    else:
        name.checked = checked
    left, markup = left_of(part), outer_xml(time)
    node = left.pop("Node")
    node[""] = [other for other in node[""] if other != markup]
    node = {step: value for step, value in node.items() if value}
    leave(part, {**left, "Node": node} if node else left)


def method(part: Any, element: Element, reader: Reader1) -> None:
    """Additional data that is no more than an element of RFC 7203 is what v2 holds beside the references."""
    if not part.references and not part.description:
        keep(part, "Description", None)
        reader._lax({"Description": None}, element)
    others = []
    for item, holder in zip(part.additional, element.iterchildren(f"{{{NAMESPACE}}}AdditionalData"), strict=False):
        field = STRUCTURED.get(str(holder[0].tag).removeprefix(SCI)) if _wraps_one(holder) else None
        if field is None:
            others.append(item)
        else:
            setattr(part, field, [*getattr(part, field), reader.read("structured-info", holder[0])])
    part.additional = others or ()


def _wraps_one(holder: Element) -> bool:
    """Whether additional data is nothing but one element."""
    text = (holder.text or "") + "".join(child.tail or "" for child in holder)
    return len(holder) == 1 and not text.strip() and holder.items() == [("dtype", "xml")]


def record(part: Any, element: Element, reader: Reader1) -> None:
    """An item that is no more than an address is one of the record's pages (RFC 7970 section 3.22.1)."""
    pages = [item for item in part.items if _is_page(item)]
    part.urls = [token(item.value) for item in pages] or ()
    part.items = [item for item in part.items if item not in pages] or ()


def _is_page(item: Any) -> bool:
    more = (item.meaning, item.format_id, item.xml, item.residue, *item.markings)
    return item.dtype == "url" and bool(item.value and PAGE.fullmatch(token(item.value))) and not any(more)


def contact(part: Any, element: Element, reader: Reader1) -> None:
    if sum(point.type == "fax" for point in part.phones) > 1:
        reader.surplus(part, "fax", element, "Fax", "stands more than once")


SETTLE: Mapping[str, Callable[[Any, Element, Reader1], None]] = {
    "system-impact": impact,
    "node-role": spoken,
    "assessment": assessment,
    "reference": reference,
    "software": software,
    "system": system,
    "method": method,
    "record": record,
    "contact": contact,
}
