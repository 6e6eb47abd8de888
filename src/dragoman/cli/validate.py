"""`dragoman validate`."""

from __future__ import annotations

import click

from dragoman.cli import options
from dragoman.cli.batch import each
from dragoman.cli.settings import settings
from dragoman.files import called, load
from dragoman.text import visible
from dragoman.validate import validate

INVALID = 4
LONGEST = 400


@click.command("validate", no_args_is_help=True)
@options.EVERY_INPUT
@options.from_option
@options.setting_options
@options.quiet_option
def command(
    inputs: tuple[str, ...], source_format: str | None, tables: tuple[str, ...], profile: str | None,
    options: tuple[str, ...], limits: tuple[str, ...], quiet: bool,
) -> int:  # fmt: skip
    """Say whether a document is valid by the standard of its format.

    Prints each fault in a line (file, place, reason) and ends with exit status 4 if there is any.  A translation
    takes documents with single wrong values and tells them as invalid; this command does not.

    \b
    Examples:
      dragoman validate bundle.json
      dragoman validate --from iodef-2 *.xml
    """
    chosen = settings(profile, options, limits, tables)

    def one(name: str) -> int:
        context = chosen.context(name)
        found = validate(load(name, context.limits.bytes), source_format, context)
        for fault in found.faults:
            click.echo(visible(f"{called(name)}: {fault}", LONGEST))
        if not (found.faults or quiet):
            click.echo(visible(f"{called(name)}: {found.verdict}"))
        return INVALID if found.faults else 0

    return each(inputs, one)
