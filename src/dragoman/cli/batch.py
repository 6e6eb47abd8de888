"""Commands over several inputs: one bad one does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dragoman.cli.errors import tell
from dragoman.files import called

SOME_FAILED = 6


def each(inputs: Sequence[str], work: Callable[[str], Any]) -> int:
    """Does the work for every input, tells each failure in a line, and returns the exit status.

    A single input ends as it went; of several, those that failed for one reason give its status, else it is 6.
    work: may return a status.
    """
    statuses = [_one(name, work) for name in inputs]
    failed = {status for status in statuses if status}
    return failed.pop() if len(failed) == 1 and all(statuses) else SOME_FAILED if failed else 0


def _one(name: str, work: Callable[[str], Any]) -> int:
    try:
        return work(name) or 0
    except Exception as error:
        return tell(error, called(name))
