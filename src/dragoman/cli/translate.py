"""`dragoman translate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click

from dragoman.cli import options
from dragoman.cli.job import Job
from dragoman.cli.settings import settings
from dragoman.errors import UsageError
from dragoman.files import STDIN, check_apart, names
from dragoman.ledger import Kind
from dragoman.registry import adapter
from dragoman.translate import Step
from dragoman.verdict import STRICT


class Kinds(click.ParamType[frozenset[Kind]]):
    """Kinds of loss, apart by commas."""

    name = "kinds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[Kind]:
        words = [word.strip().lower() for word in value.split(",")]
        known = {kind.value: kind for kind in Kind if kind is not Kind.NATIVE}
        if wrong := [word for word in words if word not in known]:
            self.fail(f"{wrong[0]!r} is no kind of loss: there are {', '.join(known)}", param, ctx)
        return frozenset(known[word] for word in words)


@click.command("translate", no_args_is_help=True)
@options.EVERY_INPUT
@click.option("-t", "--to", "target", required=True, type=options.FORMAT, metavar="FORMAT", help="The format to write.")
@options.from_option
@click.option(
    "-o", "--output", type=options.FILE, metavar="FILE|DIR",
    help="Where to write; a directory for several inputs.  [default: standard output]",
)  # fmt: skip
@click.option(
    "--report", "report_file", type=options.FILE, metavar="FILE",
    help="Account for every value of the input: x.html for people, x.json for machines.",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Forbid all kinds of loss but native and carried, and fill in nothing.")
@click.option(
    "--fail-on", type=Kinds(), metavar="KIND,...", default=None,
    help="Forbid these kinds: carried, narrowed, defaulted, invalid, dropped.",
)  # fmt: skip
@click.option(
    "--carry", type=click.Choice(["extension", "drop"]), default="extension", show_default=True,
    help="What to do with values that the target has no place for.",
)  # fmt: skip
@options.setting_options
@options.quiet_option
@click.option("-v", "--verbose", is_flag=True, help="List every value that is not simply native.")
def command(
    inputs: tuple[str, ...], target: str, source_format: str | None, output: str | None, report_file: str | None,
    strict: bool, fail_on: frozenset[Kind] | None, carry: Literal["extension", "drop"], tables: tuple[str, ...],
    profile: str | None, options: tuple[str, ...], limits: tuple[str, ...], quiet: bool, verbose: bool,
) -> int:  # fmt: skip
    """Translate incidents to another format.

    Reads each INPUT (a file, or - for standard input) and writes it in the format that --to names.  What the target
    has no place for travels in its extension mechanism; a summary of what is not simply native goes to standard
    error.  Nothing is written where --strict or --fail-on forbids what would be lost (exit status 3).

    \b
    Examples:
      dragoman translate incident.json --to iodef-2 > incident.xml
      dragoman translate incident.xml --to stix-2.1 -o bundle.json --report report.html
      dragoman translate *.xml --to stix-2.1 -o out/
      curl -s URL | dragoman translate - --to base --strict
    """
    forbidden = (STRICT if strict else frozenset()) | (fail_on or frozenset())
    chosen = settings(profile, options, limits, tables, carry, strict)
    job = Job(target, source_format, chosen, forbidden, report_file, quiet, verbose, _step(profile))
    return job.run(_outputs(inputs, target, output))


def _step(profile: str | None) -> Step | None:
    """What the profile's incident types do to an incident; pydantic is imported only for who has a profile."""
    if profile is None:
        return None
    from dragoman.incident_types.fit import step
    from dragoman.profile import load

    return step(load(profile))


def _outputs(inputs: tuple[str, ...], target: str, output: str | None) -> dict[str, Path | None]:
    """Where each input's translation goes; None is standard output.  Raises UsageError."""
    suffix = "." + adapter(target).format.suffixes[0].lstrip(".")
    if output is None or output == STDIN:
        if len(inputs) > 1:
            raise UsageError(f"{len(inputs)} inputs need a directory to go to", fix="-o DIR")
        return {inputs[0]: None}
    path = Path(output)
    if len(set(inputs)) != len(inputs):
        raise UsageError("an input is given twice", fix="name each once")
    if len(inputs) == 1 and not path.is_dir() and not output.endswith("/"):
        check_apart(inputs, path)
        return {inputs[0]: path}
    if path.exists() and not path.is_dir():
        raise UsageError("is not a directory", where=output, fix="several inputs need -o DIR")
    path.mkdir(parents=True, exist_ok=True)
    return dict(zip(inputs, names(inputs, path, suffix), strict=True))
