"""Documents of IODEF v2: the frame around the table."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from dragoman.adapter import Can, Context, Format, Likeness
from dragoman.carry import Anchor, Cargo, no_anchor
from dragoman.errors import ForbiddenLoss, InvalidOutput, ReadError
from dragoman.mapping.adapter import TableAdapter
from dragoman.mapping.table import load
from dragoman.mapping.xml import Plans, XmlReader
from dragoman.model import Header, Incident
from dragoman.tree.xml import parse
from dragoman_iodef.addresses import FORMAT
from dragoman_iodef.cargo import pack, unpack
from dragoman_iodef.custom import settle
from dragoman_iodef.document import XSI, Document
from dragoman_iodef.foreign import settled
from dragoman_iodef.hooks import HOOKS
from dragoman_iodef.shapes import PREPARE

START = re.compile(rb"<(?:[\w.-]+:)?IODEF-Document\b[^>]*?urn:ietf:params:xml:ns:iodef-2\.0[\"']")


VERSIONS = {
    "urn:ietf:params:xml:ns:iodef-1.0": "this is IODEF v1 (RFC 5070), not v2",
    "urn:ietf:params:xml:ns:iodef-2.0": "this is IODEF v2 (RFC 7970), not v1",
}


class Iodef2(TableAdapter):
    format = Format(
        name=FORMAT,
        title="IODEF v2",
        version="2.00",
        suffixes=(".xml",),
        media_types=("application/xml", "text/xml"),
        specification="RFC 7970",
        can=Can.READ | Can.WRITE | Can.MANY | Can.CARRY,
    )
    namespace = "{urn:ietf:params:xml:ns:iodef-2.0}"
    making: type[Document] = Document

    def sniff(self, head: bytes) -> Likeness:
        """Sure of a document whose root is an IODEF-Document in the namespace of v2, in UTF-8 or UTF-16."""
        plain = head.replace(b"\0", b"") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head
        return Likeness.SURELY if START.search(plain) else Likeness.NO

    def parse(self, data: bytes, context: Context) -> Any:
        """The root element.  Raises ReadError for what is no IODEF v2."""
        root = parse(data, context.limits, context.source)
        if root.tag != f"{self.namespace}IODEF-Document":
            raise ReadError(stranger(root.tag, self.format.title), where=context.source)
        return root

    def plans(self, context: Context) -> Plans:
        """The rows, with the user's own over them.  Raises MappingError."""
        return plans(context.tables)

    def reader(self, context: Context) -> XmlReader:
        return XmlReader(self.plans(context), context.ledger)

    def take(self, tree: Any, context: Context) -> tuple[list[Incident], Anchor]:
        reader = self.reader(context)
        reader.begin(tree)
        try:
            incidents = [reader.read("incident", element) for element in tree.iterchildren(f"{self.namespace}Incident")]
            header = self.header(reader, tree)
        except ReadError as error:
            raise ReadError(error.what, where=f"{context.source}: {error.where}", fix=error.fix) from None
        if not incidents:
            raise ReadError("the document holds no Incident", where=context.source)
        incidents[0].header = header
        for incident in incidents:
            settle(incident, self.making.writes.named, self.plans(context).places, reader.format)
        return incidents, no_anchor

    def header(self, reader: XmlReader, root: Any) -> Header | None:
        """What the document says of itself; None when it says no more than every document does."""
        header: Header = reader.read("document", root)
        left = dict((header.residue or {}).get(reader.format, {}))
        if " ".join(left.get(f"@{{{XSI}}}schemaLocation", "").split()) == self.making.location:
            del left[f"@{{{XSI}}}schemaLocation"]
        if header.version != self.making.version:
            left["@version"] = header.version
        header.version, header.residue = None, {reader.format: left} if left else None
        return None if header == Header() else header

    def give(self, incidents: list[Incident], context: Context) -> Any:
        return self.document(incidents, context)

    def document(self, incidents: list[Incident], context: Context) -> Document:
        """The markup.  Raises InvalidOutput for no incident, under `strict` ForbiddenLoss for what nobody said."""
        if not incidents:
            raise InvalidOutput("an IODEF document holds at least one incident", fix="give it one")
        document = self.making(self.plans(context), context)
        for incident in incidents:
            document.add(incident)
        document.close(incidents[0].header)
        self.refuse(document.writer.missing, context)
        return document

    def refuse(self, missing: list[str], context: Context) -> None:
        """Raises ForbiddenLoss under `strict` for what is demanded and nobody said."""
        if missing and context.strict:
            what = f"{self.format.title} demands what nobody said: {', '.join(dict.fromkeys(missing))}"
            raise ForbiddenLoss(what, fix="say it in the incident, or leave out --strict")

    def render(self, tree: Any) -> bytes:
        data: bytes = tree.data()
        return data

    def faults(self, data: bytes, context: Context) -> list[str]:
        """What the schema of RFC 7970 finds wrong, each as "path: reason".  Raises ReadError for what is no IODEF v2."""
        from dragoman_iodef.validate import faults

        return faults(self.parse(data, context))

    def load(self, tree: Any, cargo: Cargo, context: Context) -> Any:
        tree.cargo = pack(cargo, tree.strictest)
        return tree

    def unload(self, tree: Any, context: Context) -> Cargo:
        return unpack(tree, context)


@cache
def plans(tables: tuple[str, ...]) -> Plans:
    return Plans(load(FORMAT, HOOKS, tables), PREPARE | {"incident": settled})


def stranger(tag: str, title: str) -> str:
    """What a document is that is not of this version."""
    uri, _, name = tag.rpartition("}")
    if name != "IODEF-Document":
        return f"no IODEF document: its root is <{name}>"
    return VERSIONS.get(uri[1:]) or f"the root is in the namespace {uri[1:]!r}, not in that of {title}"
