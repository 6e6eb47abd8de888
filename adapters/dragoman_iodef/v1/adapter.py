"""Documents of IODEF v1: what of the frame differs from v2."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, partial
from typing import Any

from dragoman.adapter import Can, Context, Format, Likeness
from dragoman.carry import Anchor, Cargo
from dragoman.errors import ReadError
from dragoman.ledger import Kind, Ledger
from dragoman.mapping.adapter import bounded
from dragoman.mapping.table import load
from dragoman.mapping.xml import Plans, XmlReader
from dragoman.model import Header, Incident
from dragoman_iodef.adapter import Iodef2, stranger
from dragoman_iodef.cargo import MEANING, NAME, Hold, pack, unpack
from dragoman_iodef.document import Document
from dragoman_iodef.v1.document import Document1
from dragoman_iodef.v1.hooks import FORMAT, HOOKS, word_of
from dragoman_iodef.v1.lenient import NAMESPACE, Found, found_in
from dragoman_iodef.v1.reader import Reader1
from dragoman_iodef.v1.shapes import cut, prepared

START = re.compile(rb"<(?:([\w.-]+):)?IODEF-Document\b([^>]*)")
VERSION = re.compile(rb"\sversion\s*=\s*[\"']([^\"']*)")
# Classes for which absence of a restriction is no silence: whatever holds around them does not hold for them.
UNSAID = "boolean(//*[self::v1:{}][not(@restriction)])"


class Iodef1(Iodef2):
    format = Format(
        name=FORMAT,
        title="IODEF v1",
        version="1.00",
        suffixes=(".xml",),
        media_types=("application/xml", "text/xml"),
        specification="RFC 5070",
        can=Can.READ | Can.WRITE | Can.MANY | Can.CARRY,
    )
    # The category of an incident is read off its impacts, and a restriction is repeated where v1's own default would hold.
    implied = frozenset({"categories", "markings", "history_markings"})
    namespace = f"{{{NAMESPACE}}}"
    making: type[Document] = Document1

    def sniff(self, head: bytes) -> Likeness:
        """Sure of an IODEF-Document in the namespace of v1; of one in none, as sure as its version lets us be."""
        plain = head.replace(b"\0", b"") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head
        start = START.search(plain)
        if start is None:
            return Likeness.NO
        declared = b":" + start[1] if start[1] else b""
        uri = re.search(rb"\sxmlns" + re.escape(declared) + rb"\s*=\s*[\"']([^\"']*)", start[2])
        if uri is not None:
            return Likeness.SURELY if uri[1] == NAMESPACE.encode() else Likeness.NO
        version = VERSION.search(start[2])
        return Likeness.MAYBE if version is None else Likeness.PROBABLY if version[1][:1] == b"1" else Likeness.NO

    def parse(self, data: bytes, context: Context) -> Found:
        """The root element, and what of it had no namespace.  Raises ReadError for what is no IODEF v1."""
        found = found_in(data, context)
        if found.root.tag != f"{self.namespace}IODEF-Document":
            raise ReadError(stranger(found.root.tag, self.format.title), where=context.source)
        return found

    def take(self, tree: Found, context: Context) -> tuple[list[Incident], Anchor]:
        incidents, anchor = super().take(tree.root, context)
        if tree.bare:
            header = incidents[0].header = incidents[0].header or Header()
            header.residue = {FORMAT: {**(header.residue or {}).get(FORMAT, {}), "xmlns": list(tree.bare)}}
        return incidents, anchor

    def reader(self, context: Context) -> XmlReader:
        return Reader1(self.plans(context), context.ledger)

    def plans(self, context: Context) -> Plans:
        return plans(context.tables)

    def header(self, reader: XmlReader, root: Any) -> Header | None:
        header = super().header(reader, root) or Header()
        left = (header.residue or {}).get(FORMAT, {})
        if left.get("@version") is not None:
            reader.invalid(root, str(left["@version"]), "is not the version of IODEF v1, 1.00", "@version", "D205")
        if any(root.xpath(UNSAID.format(name), namespaces={"v1": NAMESPACE}) for name in Document1.unsaid):
            header.residue = {FORMAT: {**left, "unsaid": True}}
        return None if header == Header() else header

    def faults(self, data: bytes, context: Context) -> list[str]:
        """What the schema of RFC 5070 finds wrong, each as "path: reason".  Raises ReadError for what is no IODEF v1."""
        from dragoman_iodef.validate import SCHEMA, faults

        aside = replace(context, ledger=Ledger())
        with bounded():
            found = self.parse(data, aside)
        told = [f"{loss.path}: {loss.reason}" for loss in aside.ledger.of({Kind.INVALID})]
        return told + faults(found.root, SCHEMA.with_name("iodef-1.0.xsd"))

    def load(self, tree: Document, cargo: Cargo, context: Context) -> Document:
        tree.cargo = pack(cargo, tree.strictest, HOLD)
        return tree

    def unload(self, tree: Found, context: Context) -> Cargo:
        return unpack(tree.root, context, HOLD)


def _holders(root: Any) -> list[Any]:
    """The elements with cargo: v1 has additional data in an incident, and not beside it; the format is their name."""
    tags = (f"{{{NAMESPACE}}}Incident", f"{{{NAMESPACE}}}AdditionalData")
    inside = (element for incident in root.iterchildren(tags[0]) for element in incident.iterchildren(tags[1]))
    return [element for element in inside if element.get("formatid") == NAME]


HOLD = Hold(f'dtype="string" meaning="{MEANING}" formatid="{NAME}"', _holders, word_of)


@cache
def plans(tables: tuple[str, ...]) -> Plans:
    table = load(FORMAT, HOOKS, tables)
    made = Plans(table)
    for name, plan in made.by_name.items():
        plan.prepare = partial(cut, table.facts, name, prepared(name))
    return made
