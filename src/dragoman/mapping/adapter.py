"""The convenience that most adapters use: from four small methods to the whole contract, cargo included.

A format says how to `take` incidents out of its decoded tree, how to `give` them to a new one, and where in the tree
the cargo stands (`load`, `unload`).  Everything else happens here: what the format does not say natively is found by
reading back what was written, and carried.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from dragoman.adapter import Context, Format, Likeness
from dragoman.carry import Anchor, Cargo, Comparison, Unloading, no_anchor
from dragoman.errors import LimitExceeded
from dragoman.ledger import Kind
from dragoman.model.incident import Incident

CODES = {Kind.CARRIED: "D101", Kind.NARROWED: "D102", Kind.DEFAULTED: "D103", Kind.DROPPED: "D104"}
REASONS = {
    Kind.CARRIED: "{0} has no place of its own for it: it travels in the extension",
    Kind.NARROWED: "{0} says it with less: what it was travels in the extension",
    Kind.DEFAULTED: "{0} demands a value that nobody said",
    Kind.DROPPED: "{0} has no place of its own for it, and carrying was switched off",
}


class TableAdapter(ABC):
    """An adapter whose documents are trees: JSON or XML."""

    format: Format

    @abstractmethod
    def sniff(self, head: bytes) -> Likeness: ...

    @abstractmethod
    def parse(self, data: bytes, context: Context) -> Any:
        """The tree of a document.  Raises ReadError."""

    def reparse(self, data: bytes, context: Context) -> Any:
        """The tree of what `render` just made; a format whose `parse` is slow on its own output may know better."""
        return self.parse(data, context)

    @abstractmethod
    def render(self, tree: Any) -> bytes:
        """The bytes of a tree."""

    @abstractmethod
    def take(self, tree: Any, context: Context) -> tuple[list[Incident], Anchor]:
        """What a tree natively says, and by which name each part can be addressed; the tree may be used up."""

    @abstractmethod
    def give(self, incidents: list[Incident], context: Context) -> Any:
        """A new tree that says natively what it can of the incidents."""

    def load(self, tree: Any, cargo: Cargo, context: Context) -> Any:
        """The tree with the cargo in it."""
        return tree

    def unload(self, tree: Any, context: Context) -> Cargo:
        """Takes the cargo out of a tree."""
        return {}

    def read(self, source: BinaryIO, context: Context) -> Iterator[Incident]:
        """The incidents of a document.  Raises ReadError, LimitExceeded."""
        tree = self.parse(within(source, context), context)
        cargo = self.unload(tree, context)
        native, anchor = self.take(tree, context)
        yield from Unloading(context.ledger, anchor).documents(native, cargo) if cargo else native

    def write(self, incidents: Iterable[Incident], sink: BinaryIO, context: Context) -> None:
        """One document of all incidents.  Raises InvalidOutput."""
        wanted = list(incidents)
        tree = self.give(wanted, context)
        data = self.render(tree)
        aside = context.aside()
        back = self.reparse(data, aside)
        self.unload(back, aside)
        native, anchor = self.take(back, aside)
        comparison = Comparison(anchor)
        cargo = comparison.documents(native, wanted)
        self._tell(comparison, context)
        if cargo and context.carry == "extension":
            data = self.render(self.load(tree, cargo, context))
        sink.write(data)

    def _tell(self, comparison: Comparison, context: Context) -> None:
        kept = context.carry == "extension"
        for kind, path, value in comparison.told:
            told = kind if kept or kind is Kind.DEFAULTED else Kind.DROPPED
            context.ledger.note(told, CODES[told], path, REASONS[told].format(self.format.title), value)


def within(source: BinaryIO, context: Context) -> bytes:
    """All bytes of a document.  Raises LimitExceeded before more than the limit is in memory."""
    data = source.read(context.limits.bytes + 1)
    if len(data) > context.limits.bytes:
        what = f"the document is larger than {context.limits.bytes} bytes"
        raise LimitExceeded(what, where=context.source, fix="raise --limit bytes=N if you trust it")
    return data


__all__ = ["Anchor", "TableAdapter", "no_anchor", "within"]
