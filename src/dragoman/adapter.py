"""The contract.  An adapter is any object of this shape that an entry point of group `dragoman.adapters` names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Flag, IntEnum, auto
from typing import Any, BinaryIO, Literal, Protocol, runtime_checkable

from dragoman.ledger import Ledger
from dragoman.limits import UNLIMITED, Limits
from dragoman.model.incident import Incident


class Can(Flag):
    """What a format can do."""

    READ = auto()
    WRITE = auto()
    MANY = auto()  # several incidents in one document
    CARRY = auto()  # has an extension mechanism


class Likeness(IntEnum):
    """How sure an adapter is that bytes are its own; the surest one reads them, a tie is an error naming both."""

    NO = 0
    MAYBE = 1  # a bare JSON object, an XML declaration
    PROBABLY = 2  # a tell-tale key
    SURELY = 3  # a namespace, a magic number


@dataclass(frozen=True, slots=True)
class Format:
    """What people and the exchange need to know of a format."""

    name: str
    title: str
    version: str
    suffixes: tuple[str, ...]
    media_types: tuple[str, ...]
    specification: str
    can: Can = Can.READ | Can.WRITE
    options: Mapping[str, str] = field(default_factory=dict)  # name -> what it does


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Context:
    """All that an adapter may know of the outside: no clock, no random, no network but through this.

    source: what to call the input in messages.  carry: what to do with that which the target has no place for.
    strict: refuse to fill in what the target demands and nobody said.  settings: format options (`stix.shape`) and
    profile values (`defaults.contact.name`).  tables: mapping files of the user's own, over ours.
    """

    ledger: Ledger = field(default_factory=Ledger)
    now: Callable[[], datetime] = _now
    limits: Limits = field(default_factory=Limits)
    source: str = "input"
    carry: Literal["extension", "drop"] = "extension"
    strict: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    tables: tuple[str, ...] = ()

    def aside(self) -> Context:
        """The same world with a ledger of its own and without limits: for reading back what we wrote."""
        return replace(self, ledger=Ledger(), limits=UNLIMITED)

    def setting(self, name: str, default: Any = None) -> Any:
        return self.settings.get(name, default)


@runtime_checkable
class Adapter(Protocol):
    """One format.

    `read` may raise ReadError, `write` InvalidOutput or (under `strict`) ForbiddenLoss; whatever merely differs is noted
    in the ledger.
    """

    format: Format

    def sniff(self, head: bytes) -> Likeness:
        """How likely the document that begins with `head` (up to 64 KiB) is of this format."""
        ...

    def read(self, source: BinaryIO, context: Context) -> Iterator[Incident]:
        """The incidents of one document, in its order."""
        ...

    def write(self, incidents: Iterable[Incident], sink: BinaryIO, context: Context) -> None:
        """One document of all incidents."""
        ...
