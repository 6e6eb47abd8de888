"""The convenience that most adapters use: from four small methods to the whole contract, cargo included.

A format says how to `take` incidents out of its decoded tree, how to `give` them to a new one, and where in the tree
the cargo stands (`load`, `unload`).  Everything else happens here: what the format does not say natively is found by
reading back what was written, and carried.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from dragoman.adapter import Context, Format, Likeness
from dragoman.carry import Anchor, Cargo, Comparison, Unloading, no_anchor
from dragoman.errors import InvalidOutput, LimitExceeded
from dragoman.ledger import Kind
from dragoman.model.incident import Incident
from dragoman.model.plain import said_among
from dragoman.tree.scan import deeper_than

ROOM = 12  # levels of JSON around the cargo in any format
CODES = {Kind.CARRIED: "D101", Kind.NARROWED: "D102", Kind.DEFAULTED: "D103", Kind.DROPPED: "D104"}
REASONS = {
    Kind.CARRIED: "{0} has no place of its own for it: it travels in the extension",
    Kind.NARROWED: "{0} says it with less: what it was travels in the extension",
    Kind.DEFAULTED: "{0} demands a value that nobody said",
    Kind.DROPPED: "{0} has no place of its own for it, and carrying was switched off",
}


@dataclass(slots=True)
class Draft:
    """A document that was just made: its tree, and by the id() of an object in it the part that it was written from."""

    tree: Any
    origins: dict[int, Any] = field(default_factory=dict)


class TableAdapter(ABC):
    """An adapter whose documents are trees: JSON or XML.

    implied: fields that its reader fills from what stands elsewhere in a document: there, nobody filled anything in.
    """

    format: Format
    implied: frozenset[str] = frozenset()
    rereads = False  # whether a tree is rather read again than kept: two at once are twice the memory of a large document

    @abstractmethod
    def sniff(self, head: bytes) -> Likeness: ...

    @abstractmethod
    def parse(self, data: bytes, context: Context) -> Any:
        """The tree of a document.  Raises ReadError."""

    def reparse(self, data: bytes, context: Context) -> Any:
        """The tree of what `render` just made; a format whose `parse` is slow on its own output may know better."""
        return self.parse(data, context)

    def recall(self, draft: Draft, data: bytes, context: Context) -> tuple[list[Incident], Anchor]:
        """What `take` finds in a document that was just made; the draft is used up.

        A format whose trees are read as their bytes would be may take from the draft's tree, and there spare to read the
        objects that plainly say the parts they were written from.
        """
        draft.tree = None
        return self.take(self.reparse(data, context), context)

    @abstractmethod
    def render(self, tree: Any) -> bytes:
        """The bytes of a tree: they are read back, and then handed over."""

    def hand_over(self, data: bytes, sink: BinaryIO) -> None:
        """Writes what `render` made; a format whose documents are laid out for people does that now, and only once."""
        sink.write(data)

    @abstractmethod
    def take(self, tree: Any, context: Context) -> tuple[list[Incident], Anchor]:
        """What a tree natively says, and by which name each part can be addressed; the tree may be used up."""

    @abstractmethod
    def give(self, incidents: list[Incident], context: Context) -> Any:
        """A new tree that says natively what it can of the incidents."""

    def draft(self, incidents: list[Incident], context: Context) -> Draft:
        """What `give` makes, and what may help to `recall` it."""
        return Draft(self.give(incidents, context))

    def load(self, tree: Any, cargo: Cargo, context: Context) -> Any:
        """The tree with the cargo in it."""
        return tree

    def reopen(self, data: bytes, cargo: Cargo, context: Context) -> Any:
        """The tree of what `render` just made, as far as `load` looks at it to put the cargo in."""
        return self.reparse(data, context)

    def unload(self, tree: Any, context: Context) -> Cargo:
        """Takes the cargo out of a tree."""
        return {}

    def read(self, source: BinaryIO, context: Context) -> Iterator[Incident]:
        """The incidents of a document.  Raises ReadError, LimitExceeded."""
        with bounded():
            tree = self.parse(within(source, context), context)
            cargo = self.unload(tree, context)
            native, anchor = self.take(tree, context)
            found = Unloading(context.ledger, anchor).documents(native, cargo) if cargo else native
        yield from found

    def write(self, incidents: Iterable[Incident], sink: BinaryIO, context: Context) -> None:
        """One document of all incidents.  Raises InvalidOutput, LimitExceeded."""
        with bounded():
            self.hand_over(self._written(list(incidents), context), sink)

    def _written(self, wanted: list[Incident], context: Context) -> bytes:
        draft = self.draft(wanted, context)
        data, tree = self.render(draft.tree), None if self.rereads else draft.tree
        cargo = self._missing(draft, data, wanted, context)
        if cargo and context.carry == "extension":
            check_depth(cargo, context)
            if self.rereads:
                tree = self.reopen(data, cargo, context.aside())
            data = b""  # of a large document, the draft need not stay in memory
            data = self.render(self.load(tree, cargo, context))
            del tree
        return data

    def _missing(self, draft: Draft, data: bytes, wanted: list[Incident], context: Context) -> Cargo:
        """What the native document does not bring back, which is the cargo; the ledger is told."""
        native, anchor = self.recall(draft, data, context.aside())
        comparison = Comparison(anchor)
        cargo = comparison.documents(native, wanted)
        self._tell(comparison, wanted, context)
        return cargo

    def _tell(self, comparison: Comparison, wanted: list[Incident], context: Context) -> None:
        kept = context.carry == "extension"
        said = said_among((v for kind, _, v in comparison.told if kind is Kind.DEFAULTED and isinstance(v, str)), wanted)
        reasons = {kind: reason.format(self.format.title) for kind, reason in REASONS.items()}
        for kind, path, value in comparison.told:
            if kind is Kind.DEFAULTED and isinstance(value, str) and (value in said or self._is_implied(path)):
                continue  # an echo: somebody said it, and the format puts it at this place as well
            told = kind if kept or kind is Kind.DEFAULTED else Kind.DROPPED
            context.ledger.note(told, CODES[told], path, reasons[told], value)


    def _is_implied(self, path: str) -> bool:
        return bool(self.implied) and not self.implied.isdisjoint(path.split("/"))


@contextmanager
def bounded() -> Iterator[None]:
    """What nests deeper than we can follow is refused.  Raises LimitExceeded."""
    try:
        yield
    except RecursionError:
        raise LimitExceeded("parts nest in each other deeper than can be followed", fix="nest them less") from None


def check_depth(cargo: Cargo, context: Context) -> None:
    """Raises InvalidOutput for cargo that a reader with the same limits would refuse."""
    deepest = context.limits.json_depth - ROOM
    if deeper_than(json.dumps(cargo).encode(), deepest):  # half a character is the format's own matter
        what = f"what has to be carried nests deeper than {deepest} levels, which readers refuse"
        raise InvalidOutput(what, fix="raise the limit on json_depth, for reading too, or carry nothing")


def within(source: BinaryIO, context: Context) -> bytes:
    """All bytes of a document.  Raises LimitExceeded before more than the limit is in memory."""
    data = source.read(context.limits.bytes + 1)
    if len(data) > context.limits.bytes:
        what = f"the document is larger than {context.limits.bytes} bytes"
        raise LimitExceeded(what, where=context.source, fix="raise --limit bytes=N if you trust it")
    return data


__all__ = ["Anchor", "TableAdapter", "no_anchor", "within"]
