"""IODEF in JSON (RFC 8727): the adapter.  A document becomes the XML that says the same, and the other way round."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from dragoman.adapter import Can, Context, Format, Likeness
from dragoman.carry import Cargo
from dragoman.errors import ReadError
from dragoman.ledger import Ledger
from dragoman.limits import UNLIMITED
from dragoman.mapping.xml import Plans, XmlReader
from dragoman.model import Incident
from dragoman.model.marking import Level, level
from dragoman.tree import json as strict_json
from dragoman.tree import xml
from dragoman_iodef.adapter import Iodef2
from dragoman_iodef.cargo import MEANING, NAME, pieces, restriction
from dragoman_iodef.grammar import FORMAT, Grammar, grammar, plans
from dragoman_iodef.hooks import MARKING
from dragoman_iodef.pointers import Pointers
from dragoman_iodef.tojson import Elements
from dragoman_iodef.toxml import Objects

TELLTALE = frozenset({"IncidentID", "GenerationTime", "Contact", "Assessment", "EventData"})


@dataclass(slots=True)
class Draft:
    """A document in the making.  strictest: the strictest marking inside."""

    tree: dict[str, Any]
    strictest: Level | None
    grammar: Grammar


class IodefJson(Iodef2):
    format = Format(
        name=FORMAT,
        title="IODEF v2 in JSON",
        version="2.0",
        suffixes=(".json",),
        media_types=("application/json",),
        specification="RFC 8727",
        can=Can.READ | Can.WRITE | Can.MANY | Can.CARRY,
    )

    def sniff(self, head: bytes) -> Likeness:
        """Sure of an object with a list of incidents in which members of IODEF stand."""
        text = head.decode("utf-8", "ignore").lstrip("\ufeff \t\r\n")
        if text[:1] != "{" or '"Incident"' not in text:
            return Likeness.NO
        words = set(text.split('"')[1::2])
        return Likeness.SURELY if len(words & TELLTALE) > 1 else Likeness.PROBABLY

    def plans(self, context: Context) -> Plans:
        return plans(context.tables)

    def reader(self, context: Context) -> XmlReader:
        reader = super().reader(context)
        reader.places = Pointers(grammar(context.tables))
        return reader

    def decoded(self, data: bytes, context: Context) -> dict[str, Any]:
        """The object of a document.  Raises ReadError, LimitExceeded."""
        tree = strict_json.decode(data, context.limits, context.source)
        if not isinstance(tree, dict) or not isinstance(tree.get("Incident"), list | dict):
            fix = "its root is an object with a list `Incident`"
            raise ReadError(f"no {self.format.title}: it holds no Incident", where=context.source, fix=fix)
        return tree

    def parse(self, data: bytes, context: Context) -> Any:
        """The element that says the same as a document.  Raises ReadError, LimitExceeded."""
        return self.elements(self.decoded(data, context), context)

    def reparse(self, data: bytes, context: Context) -> Any:
        return self.elements(self.redecoded(data, context), context)

    def redecoded(self, data: bytes, context: Context) -> dict[str, Any]:
        """The object of a document of our own."""
        tree: dict[str, Any] = strict_json.redecode(data)
        return tree

    def elements(self, tree: dict[str, Any], context: Context) -> Any:
        return Objects(grammar(context.tables), context.ledger, context.source).document(tree)

    def give(self, incidents: list[Incident], context: Context) -> Any:
        """Raises InvalidOutput for no incident, ForbiddenLoss when IODEF demands what nobody said, under `strict`."""
        document = self.document(incidents, context)
        known = grammar(context.tables)
        elements = Elements(known)
        tree = elements.document(xml.parse(document.data(), UNLIMITED))
        self.refuse(elements.missing, context)
        levels = [level(MARKING.read.get(word, word)) for word in elements.withheld]
        levels += [] if document.strictest is None else [document.strictest]
        return Draft(tree, max(levels, default=None), known)

    def render(self, tree: Any) -> bytes:
        return strict_json.encode(tree.tree)

    def load(self, tree: Any, cargo: Cargo, context: Context) -> Any:
        word = restriction(cargo, tree.strictest)
        common = {"meaning": MEANING, "formatid": "application/json"} | ({"restriction": word} if word else {})
        items = [{"value": text, "name": NAME, "dtype": "json", **common} for text in pieces(cargo)]
        tree.tree["AdditionalData"] = [*tree.tree.get("AdditionalData", ()), *items]
        return tree

    def faults(self, data: bytes, context: Context) -> list[str]:
        """What RFC 8727 does not allow, each as "pointer: reason".  Raises ReadError for what is no IODEF in JSON."""
        from dragoman_iodef.jsonjudge import faults

        aside = replace(context, ledger=Ledger())  # reading tells of it too
        return list(faults(self.decoded(data, aside), grammar(context.tables)))


adapter = IodefJson()
