"""The console of commands that print tables."""

from __future__ import annotations

import os
import sys

from rich.console import Console

WIDE = 160


class Piped(Console):
    """A console whose reader may go away: that is told like any other output that nobody reads, not as a fault of ours."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console() -> Console:
    """Standard output: as wide as the terminal, or wide enough for tables when it is none; NO_COLOR is honoured."""
    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else WIDE
    return Piped(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False)
