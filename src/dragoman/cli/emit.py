"""Bytes to standard output."""

from __future__ import annotations

import errno
import sys


def emit(data: bytes) -> None:
    """Writes a whole document.  Raises OSError, also where standard output is closed."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed")
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
