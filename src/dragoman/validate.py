"""The verb that judges: by the standard of the format, not by whether we can read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from dragoman.adapter import Context
from dragoman.detect import HEAD, detect
from dragoman.ledger import Kind, Ledger, Loss
from dragoman.registry import adapter
from dragoman.translate import read


@dataclass(frozen=True, slots=True)
class Judgement:
    """faults: each "place: reason".  judged: whether the adapter knows its standard, or could only try to read."""

    format: str
    faults: list[str]
    judged: bool

    @property
    def verdict(self) -> str:
        """What to say when there are no faults."""
        return f"valid {self.format}" if self.judged else f"readable {self.format}, whose adapter cannot judge validity"


def validate(data: bytes, format_name: str | None = None, context: Context | None = None) -> Judgement:
    """The faults of a document.

    They are what the adapter's own method `faults(data, context) -> list[str]` finds, where it has one, and the values
    that its reader could not understand: always when the adapter says `judges_values = False`, and else when there are
    no others, for a standard's own validator meets the same values and says more of them.
    Raises UnknownFormat, ReadError, LimitExceeded.
    """
    context = replace(context or Context(), ledger=Ledger())
    name = format_name or detect(data[:HEAD], context.source)
    judge: Callable[[bytes, Context], list[str]] | None = getattr(adapter(name), "faults", None)
    beside = not getattr(adapter(name), "judges_values", True)
    faults = judge(data, context) if judge else []
    read(data, name, context)
    invalid = [] if faults and not beside else [_line(loss) for loss in context.ledger.of({Kind.INVALID})]
    told = {line.partition(": ")[0] for line in invalid}
    return Judgement(name, [line for line in faults if line.partition(": ")[0] not in told] + invalid, judge is not None)


def _line(loss: Loss) -> str:
    said = loss.reason.removesuffix(": kept as it stands")
    return f"{loss.path}: {said}" + (f" ('{loss.value}')" if loss.value else "")
