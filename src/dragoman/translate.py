"""The verbs: read, write, translate, plan.  Everything above (command line, batch, exchange) is a shell over these."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, BinaryIO, TypeAlias

from dragoman.adapter import Can, Context
from dragoman.carry import Comparison
from dragoman.detect import HEAD, detect
from dragoman.errors import UsageError
from dragoman.ledger import Ledger
from dragoman.model.incident import Incident
from dragoman.registry import adapter

Step: TypeAlias = Callable[[Incident, Context], Incident]
"""What becomes of an incident between reading and writing; it notes in the ledger what it changes."""


@contextmanager
def paused_collector() -> Iterator[None]:
    """No cyclic garbage collection while one document is in work: it finds nothing there and costs up to half the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(frozen=True, slots=True)
class Translation:
    """What came out: the document, the formats it went between, and what became of the values."""

    data: bytes
    source_format: str
    target_format: str
    incidents: list[Incident]
    ledger: Ledger


def read(source: bytes | BinaryIO, format: str | None = None, context: Context | None = None) -> list[Incident]:
    """The incidents of a document.

    source: the document's bytes, or a binary file.  format: its name; None finds out.  context: ledger, clock, limits.
    Raises UnknownFormat, ReadError, LimitExceeded.
    """
    context = context or Context()
    stream = BytesIO(source) if isinstance(source, bytes) else source
    name = format or _detected(stream, context)
    reader = adapter(name)
    if Can.READ not in reader.format.can:
        raise UsageError(f"{name} can only be written")
    with paused_collector():
        return list(reader.read(stream, context))


def source_format_of(data: bytes, context: Context) -> str:
    """The name of the format of a document.  Raises UnknownFormat."""
    return _detected(BytesIO(data), context)


def _detected(stream: BinaryIO, context: Context) -> str:
    head = stream.read(HEAD)
    stream.seek(0)
    return detect(head, context.source)


def write(incidents: Iterable[Incident], format: str, context: Context | None = None) -> bytes:
    """One document of all incidents.  Raises UnknownFormat, InvalidOutput."""
    context = context or Context()
    writer = adapter(format)
    if Can.WRITE not in writer.format.can:
        raise UsageError(f"{format} can only be read")
    sink = Pieces()
    with paused_collector():
        writer.write(incidents, sink, context)
    return sink.getvalue()


class Pieces(BytesIO):
    """What is written, kept as it is: a large document is not copied again and again."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def getvalue(self) -> bytes:
        return b"".join(self._pieces)


def translate(
    source: bytes | BinaryIO, to: str, format: str | None = None, context: Context | None = None, step: Step | None = None
) -> Translation:
    """A document in another format, and the ledger of what is not simply native there.

    step: what to do to each incident before it is written (`dragoman.incident_types.fit.step`).
    Raises UnknownFormat, ReadError, LimitExceeded, InvalidOutput.
    """
    context = context or Context()
    stream = BytesIO(source) if isinstance(source, bytes) else source
    name = format or _detected(stream, context)
    with paused_collector():
        incidents = read(stream, name, context)
        incidents = incidents if step is None else stepped(incidents, step, context)
        return Translation(write(incidents, to, context), name, to, incidents, context.ledger)


def stepped(incidents: Sequence[Incident], step: Step, context: Context) -> list[Incident]:
    """The incidents of a document after a step.

    Of several the ledger says which one each loss is about; what the reader told of the same place is not told again.
    """
    known = {(loss.code, loss.path) for loss in context.ledger}
    done: list[Incident] = []
    for place, incident in enumerate(incidents):
        told = Ledger()
        done.append(step(incident, replace(context, ledger=told)))
        where = f"/{place}" if len(incidents) > 1 else ""
        losses = [replace(loss, path=where + loss.path) for loss in told]
        context.ledger.losses += [loss for loss in losses if (loss.code, loss.path) not in known]
    return done


def plan(source: bytes | BinaryIO, to: str, format: str | None = None, context: Context | None = None) -> Ledger:
    """What a translation would lose, carry or fill in, without its output.  Raises as `translate` does."""
    return translate(source, to, format, context).ledger


def differences(one: list[Incident], other: list[Incident]) -> Comparison:
    """How the second list of incidents differs from the first, in the model's terms."""
    comparison = Comparison()
    comparison.documents(one, other)
    return comparison
