"""STIX 2.0 (OASIS Committee Specification 01) as a dialect of STIX 2.1.

A document is raised to 2.1 before the reader of 2.1 takes it, and lowered after its writer gave it.  The table
`mappings/stix-2.0.yaml` says how an object differs; `objects` does that, `extracted` and `embedded` take the observables
out of observed-data and put them back, `names` knows the ids, `memory` what a document said in another way than we would.
"""

from __future__ import annotations

from typing import Any

from dragoman.adapter import Can, Context, Format, Likeness
from dragoman.carry import Anchor, Cargo
from dragoman.mapping.adapter import Draft, TableAdapter
from dragoman.model import Header, Incident
from dragoman.tree import json
from dragoman_stix import Stix21, table
from dragoman_stix.cargo import AUTHOR, EXTENSION, loaded
from dragoman_stix.form import Form, opened
from dragoman_stix.older.document import lowered_document, raised_document
from dragoman_stix.older.parts import OlderReading, OlderWriting
from dragoman_stix.older.rows import FORMAT, MEMORY, memory
from dragoman_stix.sniff import older_likeness

OURS = (AUTHOR, EXTENSION)


class Stix20(Stix21):
    """STIX 2.0."""

    recall, reopen = TableAdapter.recall, TableAdapter.reopen  # the draft is of 2.1, so the document itself is read again

    format = Format(
        name=FORMAT,
        title="STIX 2.0",
        version="2.0",
        suffixes=(".stix.json", ".stix"),
        media_types=("application/vnd.oasis.stix+json;version=2.0", "application/vnd.oasis.stix+json"),
        specification="OASIS STIX Version 2.0, Committee Specification 01, 19 July 2017",
        can=Can.READ | Can.WRITE | Can.MANY | Can.CARRY,
    )

    def sniff(self, head: bytes) -> Likeness:
        return older_likeness(head)

    def parse(self, data: bytes, context: Context) -> Any:
        """The document as STIX 2.1 says it.  Raises ReadError for what is no STIX, LimitExceeded."""
        tree = json.decode(data, context.limits, context.source)
        opened_at_all(tree, context.source)
        return raised_document(tree)

    def reparse(self, data: bytes, context: Context) -> Any:
        return raised_document(json.redecode(data))

    def faults(self, data: bytes, context: Context) -> list[str]:
        """What is missing or does not go together, each as "pointer: reason".  Raises as `parse` does."""
        from dragoman_stix.older.judge import faults

        tree = json.decode(data, context.limits, context.source)
        opened_at_all(tree, context.source)
        return list(faults(tree))

    def render(self, tree: Any) -> bytes:
        return json.compact(lowered_document(tree))

    def take(self, tree: Any, context: Context) -> tuple[list[Incident], Anchor]:
        """The incidents of a document; what its bundle said otherwise is kept on the first one's header."""
        kept = memory(tree) if _is_bundle(tree) else {}
        if kept:
            tree = {key: value for key, value in tree.items() if key != MEMORY}
        incidents, anchor = super().take(tree, context)
        if kept:
            header = incidents[0].header = incidents[0].header or Header()
            header.residue = {**(header.residue or {}), FORMAT: kept}
        return incidents, anchor

    def draft(self, incidents: list[Incident], context: Context) -> Draft:
        """The document of STIX 2.1 that `render` lowers."""
        tree = super().draft(incidents, context).tree
        header = incidents[0].header if incidents else None
        kept = (header.residue or {}).get(FORMAT) if header is not None else None
        return Draft({**tree, MEMORY: kept} if isinstance(kept, dict) and _is_bundle(tree) else tree)

    def reading(self, context: Context, form: Form, origins: dict[int, Any]) -> OlderReading:
        return OlderReading(table(context.tables), context, form)

    def writing(self, context: Context, form: Form) -> OlderWriting:
        return OlderWriting(table(context.tables), context, form)

    def load(self, tree: Any, cargo: Cargo, context: Context) -> Any:
        """The cargo is a custom property, which needs no definition; nobody but it may need its author."""
        before = len(_objects(tree))
        out = loaded(tree, cargo)
        objects = _objects(out)
        objects[before:] = [item for item in objects[before:] if item["id"] not in OURS or "extensions" in item]
        return out


def _is_bundle(tree: Any) -> bool:
    return isinstance(tree, dict) and tree.get("type") == "bundle"


def _objects(tree: Any) -> list[Any]:
    found = tree if isinstance(tree, list) else tree.get("objects") if _is_bundle(tree) else []
    return found if isinstance(found, list) else []


def opened_at_all(tree: Any, source: str) -> None:
    """Raises ReadError for what is no STIX of any version."""
    opened({key: value for key, value in tree.items() if key != "spec_version"} if _is_bundle(tree) else tree, source)


adapter = Stix20()
