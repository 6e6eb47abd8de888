"""Documents from files and standard input, and to files: whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from tempfile import NamedTemporaryFile

from dragoman.errors import UsageError

STDIN = "-"


def called(name: str) -> str:
    """What to call a document in messages."""
    return "standard input" if name == STDIN else name


def load(name: str, limit: int) -> bytes:
    """A document's bytes, at most `limit` and one more: enough for a reader to see that there are too many.

    name: a path, or "-" for standard input.  Raises OSError.
    """
    if name == STDIN:
        return sys.stdin.buffer.read(limit + 1)
    with open(name, "rb") as file:
        return file.read(limit + 1)


def save(path: Path, data: bytes) -> None:
    """The data under that name, by way of a file beside it, so that nobody ever sees half of it.  Raises OSError."""
    if path.exists() and not path.is_file():
        path.write_bytes(data)  # a device or a pipe cannot be replaced
        return
    try:
        _replace(path, data)
    except OSError as error:  # which names the file beside it, of which nobody knows
        raise OSError(error.errno, error.strerror, str(path)) from None


def _replace(path: Path, data: bytes) -> None:
    with ExitStack() as unless_done:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name[:40]}.", delete=False) as file:
            unless_done.callback(Path(file.name).unlink, missing_ok=True)
            file.write(data)
        os.chmod(file.name, path.stat().st_mode if path.exists() else 0o666 & ~_umask())
        os.replace(file.name, path)
        unless_done.pop_all()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def names(inputs: Iterable[str], folder: Path, suffix: str) -> list[Path]:
    """A name in the folder for each input: its stem and the suffix, numbered where two would be one.

    No input is ever one of the names.
    """
    sources = list(inputs)
    taken = {_identity(Path(name)) for name in sources if name != STDIN}
    return [_free(folder, Path(name).stem if name != STDIN else "stdin", suffix, taken) for name in sources]


def _free(folder: Path, stem: str, suffix: str, taken: set[Path]) -> Path:
    number = 1
    while _identity(path := folder / f"{stem}{'' if number == 1 else f'-{number}'}{suffix}") in taken:
        number += 1
    taken.add(_identity(path))
    return path


def _identity(path: Path) -> Path:
    return path.absolute() if not path.exists() else path.resolve()


def check_apart(inputs: Iterable[str], output: Path) -> None:
    """Raises UsageError if the output is one of the other files too: a translation must not eat its source."""
    if any(name != STDIN and _identity(Path(name)) == _identity(output) for name in inputs if not _is_device(name)):
        raise UsageError("would overwrite another file of this run", where=str(output), fix="give it another name")


def _is_device(name: str) -> bool:
    return os.path.exists(name) and not os.path.isfile(name)
