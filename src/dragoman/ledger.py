"""What became of a value on its way, as values: never a log line, never an exception."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What became of a leaf of the source."""

    NATIVE = "native"  # stands where the target's own standard puts it, and comes back from there
    CARRIED = "carried"  # travels in the target's extension mechanism
    NARROWED = "narrowed"  # native, but with less; what it was is carried beside it
    DEFAULTED = "defaulted"  # the target demands it, nobody said it
    INVALID = "invalid"  # could not be understood; kept verbatim and carried
    DROPPED = "dropped"  # not in the output, because a policy or the user said so


@dataclass(frozen=True, slots=True)
class Loss:
    """One value that is not simply native: code explains it (`dragoman explain CODE`), path says where."""

    kind: Kind
    code: str
    path: str
    reason: str
    value: str = ""

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind.value, "code": self.code, "path": self.path, "reason": self.reason, "value": self.value}


@dataclass(slots=True)
class Ledger:
    """All losses of one translation, in the order in which they were met."""

    losses: list[Loss] = field(default_factory=list)

    def note(self, kind: Kind, code: str, path: str, reason: str, value: object = "") -> None:
        self.losses.append(Loss(kind, code, path, reason, str(value)))

    def __iter__(self) -> Iterator[Loss]:
        return iter(self.losses)

    def __len__(self) -> int:
        return len(self.losses)

    def counts(self) -> dict[Kind, int]:
        """How many losses of each kind, in the order of `Kind`; kinds without any are left out."""
        found = Counter(loss.kind for loss in self.losses)
        return {kind: found[kind] for kind in Kind if found[kind]}

    def of(self, kinds: Collection[Kind]) -> list[Loss]:
        return [loss for loss in self.losses if loss.kind in kinds]
