"""STIX 2.1 (OASIS Standard) with the incident extension suite: bundles, single objects and lists of objects.

The table `mappings/stix-2.1.yaml` says what goes where; `read` and `write` turn objects into parts and back,
`narrative` turns what other formats nest into a graph and back, `shapes` knows the drafts of the incident extension,
`form` how a document was put, `cargo` where the rest travels.
"""

from __future__ import annotations

from functools import cache
from typing import Any, BinaryIO

from dragoman.adapter import Can, Context, Format, Likeness
from dragoman.carry import Anchor, Cargo
from dragoman.ledger import Kind
from dragoman.mapping.adapter import Draft, TableAdapter
from dragoman.mapping.table import Table, facts, load
from dragoman.model.incident import Incident
from dragoman.tree import json
from dragoman_stix.cargo import loaded, reopened, unloaded
from dragoman_stix.codecs import with_checks
from dragoman_stix.form import FORMAT, Form, opened
from dragoman_stix.narrative import assemble
from dragoman_stix.read import Reading
from dragoman_stix.sniff import likeness
from dragoman_stix.write import Writing


@cache
def table(tables: tuple[str, ...] = ()) -> Table:
    """The compiled table, with the user's own over it.  Raises MappingError."""
    return load(FORMAT, with_checks(facts(FORMAT)["checks"]), tables)


class Stix21(TableAdapter):
    """STIX 2.1."""

    format = Format(
        name=FORMAT,
        title="STIX 2.1",
        version="2.1",
        suffixes=(".stix.json", ".stix"),
        media_types=("application/stix+json;version=2.1", "application/stix+json"),
        specification="OASIS STIX Version 2.1, 10 June 2021, errata 01",
        can=Can.READ | Can.WRITE | Can.MANY | Can.CARRY,
        options={"stix.shape": "the shape of the incident extension: C, D (the default for other sources) or F"},
    )

    rereads = True
    judges_values = False

    def sniff(self, head: bytes) -> Likeness:
        return likeness(head)

    def parse(self, data: bytes, context: Context) -> Any:
        """The decoded document.  Raises ReadError for what is no STIX 2.1, LimitExceeded."""
        tree = json.decode(data, context.limits, context.source)
        opened(tree, context.source)
        return tree

    def reparse(self, data: bytes, context: Context) -> Any:
        return json.redecode(data)

    def faults(self, data: bytes, context: Context) -> list[str]:
        """What is missing or does not go together, each as "pointer: reason".  Raises as `parse` does."""
        from dragoman_stix.judge import faults

        return list(faults(*opened(self.parse(data, context), context.source)))

    def render(self, tree: Any) -> bytes:
        return json.compact(tree)

    def hand_over(self, data: bytes, sink: BinaryIO) -> None:
        sink.write(json.indented(data))
        sink.write(b"\n")

    def take(self, tree: Any, context: Context) -> tuple[list[Incident], Anchor]:
        """The incidents of a document, and by which id the cargo of each part is found."""
        return self._taken(tree, {}, context)

    def recall(self, draft: Draft, data: bytes, context: Context) -> tuple[list[Incident], Anchor]:
        """The same of a document that was just made: its tree is plain JSON, so its bytes would say nothing else."""
        tree, draft.tree = draft.tree, None
        return self._taken(tree, draft.origins, context)

    def _taken(self, tree: Any, origins: dict[int, Any], context: Context) -> tuple[list[Incident], Anchor]:
        form, objects = opened(tree, context.source)
        if "id" in form.members or "bundle" in form.looks.absent:
            raw = form.members.get("id", "")
            context.ledger.note(Kind.INVALID, "D201", "/id", "the bundle has no id that is one: kept as it stands", raw)
        reading = self.reading(context, form, origins)
        incidents = [assemble(found, reading.names, reading.own) for found in reading.incidents(objects)]
        reading.stand_in(incidents[0])

        def anchor(part: Any) -> str | None:
            return reading.names.get(id(part))

        return incidents, anchor

    def give(self, incidents: list[Incident], context: Context) -> Any:
        """The document that says natively what STIX can of the incidents."""
        return self.draft(incidents, context).tree

    def draft(self, incidents: list[Incident], context: Context) -> Draft:
        """The same, and which part each object was written from."""
        form = Form.kept(incidents)
        writing = self.writing(context, form)
        return Draft(form.document(writing.objects(incidents)), writing.origins)

    def reading(self, context: Context, form: Form, origins: dict[int, Any]) -> Reading:
        """What reads the objects of a document of this form."""
        return Reading(table(context.tables), context, form, origins)

    def writing(self, context: Context, form: Form) -> Writing:
        """What writes the objects of a document of this form."""
        return Writing(table(context.tables), context, form)

    def load(self, tree: Any, cargo: Cargo, context: Context) -> Any:
        return loaded(tree, cargo)

    def reopen(self, data: bytes, cargo: Cargo, context: Context) -> Any:
        tree = reopened(data, cargo)
        return self.reparse(data, context) if tree is None else tree

    def unload(self, tree: Any, context: Context) -> Cargo:
        return unloaded(tree, context.limits, context.source)


adapter = Stix21()
