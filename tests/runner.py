"""Runs the command line inside the test, as a process would: arguments and standard input in, bytes and status out."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from unittest.mock import patch

from dragoman.cli import main


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str


def run(*arguments: str, stdin: str | bytes = b"", environment: Sequence[tuple[str, str]] = ()) -> Outcome:
    """One run of `dragoman`; COLUMNS is 100 and no stream is a terminal."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    streams = [io.TextIOWrapper(io.BytesIO(data), "utf-8") for data in (given, b"", b"")]
    variables = {"COLUMNS": "100", "SOURCE_DATE_EPOCH": "1700000000"} | dict(environment)
    with (
        patch.dict("os.environ", variables),
        patch.multiple(sys, stdin=streams[0], stdout=streams[1], stderr=streams[2]),
    ):
        try:
            main(list(arguments))
        except SystemExit as end:
            status = int(end.code or 0)
    out, err = ((stream.flush(), stream.buffer.getvalue().decode("utf-8", "surrogateescape"))[1] for stream in streams[1:])  # type: ignore[attr-defined]
    return Outcome(status, out, err)
