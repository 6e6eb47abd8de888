"""What stops a document.  What merely does not fit is a `Loss` (see `dragoman.ledger`), never an exception.

    DragomanError               the root: one clear line for the user
    ├── UsageError              the caller asked for something that does not exist (exit status 2)
    │   ├── UnknownFormat       no adapter of that name, or the format cannot be told from the bytes
    │   └── MappingError        a mapping table or a vocabulary is wrong
    ├── ReadError               bad input (exit status 4)
    │   └── LimitExceeded       the input is larger, deeper or longer than the limits allow
    ├── InvalidOutput           what we would write is not valid in its format (exit status 5)
    ├── ForbiddenLoss           the translation lost what `--strict` or `--fail-on` forbids (exit status 3)
    └── PeerError               another host could not be reached, or did not do what it should (exit status 7)
"""

from __future__ import annotations


class DragomanError(Exception):
    """What went wrong, where, and what to do, in one line.

    what: the fault itself.  where: a file, line or path inside the document.  fix: what the user can do.
    """

    exit_status = 1

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.fix = what, where, fix

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f" ({self.fix})" if self.fix else ""
        return f"{place}{self.what}{remedy}"


class UsageError(DragomanError):
    exit_status = 2


class UnknownFormat(UsageError): ...


class MappingError(UsageError): ...


class ReadError(DragomanError):
    exit_status = 4


class LimitExceeded(ReadError): ...


class InvalidOutput(DragomanError):
    exit_status = 5


class ForbiddenLoss(DragomanError):
    exit_status = 3


class PeerError(DragomanError):
    exit_status = 7
