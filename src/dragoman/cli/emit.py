"""Bytes to standard output, or to the file that was named."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

from dragoman.files import STDIN, check_apart, save


def emit(data: bytes) -> None:
    """Writes a whole document.  Raises OSError, also where standard output is closed."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed")
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def hand_over(data: bytes, source: str, output: str | None) -> None:
    """Writes a document where the command line says.  Raises UsageError where that is its source, OSError."""
    if output is None or output == STDIN:
        emit(data)
    else:
        check_apart([source], Path(output))
        save(Path(output), data)
