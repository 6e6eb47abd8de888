"""The one place where an exception becomes a line for the user and an exit status."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import click

from dragoman.errors import DragomanError, LimitExceeded, UsageError
from dragoman.text import visible

FAULT_OF_OURS, USAGE, PEER, INTERRUPTED = 1, 2, 7, 130
LONGEST = 600  # characters of a message: it may quote the document
TOO_MUCH, LESS = "the document takes more memory than there is", "split it, or give more memory"
REPORT = "please report it with the output of DRAGOMAN_DEBUG=1"


def guarded(run: Callable[[], Any]) -> int:
    """Runs a command; returns its exit status after a line on standard error if it failed.

    run: may return a status; None is 0.  Raises nothing but SystemExit.
    """
    warnings.showwarning = _show_warning
    try:
        status = run()
        _flush()
        return status if isinstance(status, int) else 0
    except (Exception, KeyboardInterrupt) as error:
        return tell(error)


def tell(error: BaseException, name: str = "") -> int:
    """Writes the line of an error to standard error and returns the exit status it means.

    name: the document that was in work, for errors that do not say where.
    """
    if isinstance(error, MemoryError):
        _let_go(error)
    line, status = told(error, name)
    if line:
        click.echo(click.style("dragoman: ", bold=True) + line, err=True)
    if os.environ.get("DRAGOMAN_DEBUG"):
        import traceback

        traceback.print_exception(error)
    return status


def _let_go(error: BaseException | None) -> None:
    """Frees what was in work when the memory ran out: telling needs some too."""
    while error is not None:
        trail, error.__traceback__ = error.__traceback__, None
        while trail is not None:
            with suppress(RuntimeError):  # a frame that still runs
                trail.tb_frame.clear()
            trail = trail.tb_next
        error = error.__context__


def told(error: BaseException, name: str = "") -> tuple[str, int]:
    """What to say of an error, in one line in which nothing acts on a terminal, and the exit status."""
    line, status = _told(error, name)
    return visible(line, LONGEST), status


def _told(error: BaseException, name: str) -> tuple[str, int]:
    match error:
        case DragomanError():
            known = error.where.startswith(name) or isinstance(error, UsageError)
            place = "" if known else f"{name}: "
            return f"{place}{error}", error.exit_status
        case click.exceptions.Exit():
            return "", error.exit_code
        case click.exceptions.NoArgsIsHelpError():
            click.echo(error.format_message(), err=True)
            return "", USAGE
        case click.UsageError():
            return _usage(error), USAGE
        case click.exceptions.Abort() | KeyboardInterrupt():
            return "interrupted", INTERRUPTED
        case BrokenPipeError():
            _silence_stdout()
            return "", PEER
        case OSError():
            return _system(error, name), PEER
    place = f"{name}: " if name else ""
    if isinstance(error, MemoryError):
        return f"{place}{LimitExceeded(TOO_MUCH, fix=LESS)}", LimitExceeded.exit_status
    kind = type(error).__name__
    return f"{place}a fault of ours: {kind}: {error} ({REPORT})", FAULT_OF_OURS


def _usage(error: click.UsageError) -> str:
    command = error.ctx.command_path if error.ctx else "dragoman"
    what = error.format_message().rstrip(".")
    return f"{what[:1].lower()}{what[1:]} (see {command} --help)"


def _system(error: OSError, name: str) -> str:
    place = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else name
    reason = error.strerror or str(error)
    return f"{place}{': ' if place else ''}{reason[:1].lower()}{reason[1:]}"


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    click.echo(f"dragoman: warning: {visible(str(message), LONGEST)}", err=True)


def _flush() -> None:
    """Writes out what is left here, where a broken pipe still becomes a status."""
    if sys.stdout is not None:
        sys.stdout.flush()


def _silence_stdout() -> None:
    """Nobody reads any more: the interpreter's last flush must not complain."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - stays open until the process ends
