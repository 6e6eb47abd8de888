"""IODEF in CBOR (RFC 8727): the adapter.  The same objects as in JSON, with numbers for names."""

from __future__ import annotations

from typing import Any

from dragoman.adapter import Can, Context, Format, Likeness
from dragoman.errors import ReadError
from dragoman.tree import json as strict_json
from dragoman_iodef import cbor
from dragoman_iodef.jsonform import IodefJson


class IodefCbor(IodefJson):
    format = Format(
        name="iodef-cbor",
        title="IODEF v2 in CBOR",
        version="2.0",
        suffixes=(".cbor",),
        media_types=("application/cbor",),
        specification="RFC 8727",
        can=Can.READ | Can.WRITE | Can.MANY | Can.CARRY,
    )

    def sniff(self, head: bytes) -> Likeness:
        """Sure of a map whose first keys are those of a document, as numbers or as texts."""
        return Likeness.SURELY if cbor.looks_like_a_document(head) else Likeness.NO

    def decoded(self, data: bytes, context: Context) -> dict[str, Any]:
        """The object of a document.  Raises ReadError, LimitExceeded, UsageError without the library."""
        tree = cbor.decode(data, context)
        if not isinstance(tree, dict) or not isinstance(tree.get("Incident"), list | dict):
            fix = "its root is a map with a list `Incident`"
            raise ReadError(f"no {self.format.title}: it holds no Incident", where=context.source, fix=fix)
        return tree

    def redecoded(self, data: bytes, context: Context) -> dict[str, Any]:
        tree: dict[str, Any] = cbor.redecode(data, context)
        return tree

    def render(self, tree: Any) -> bytes:
        return cbor.encode(tree.tree, tree.grammar)

    def legible(self, data: bytes, context: Context) -> bytes:
        """A document as JSON, for those who look at its leaves.  Raises as `read` does."""
        return strict_json.encode(self.decoded(data, context))


adapter = IodefCbor()
