"""`dragoman diff`."""

from __future__ import annotations

import click

from dragoman.cli import options
from dragoman.cli.settings import settings
from dragoman.difference import differences
from dragoman.errors import UsageError
from dragoman.files import STDIN, load
from dragoman.model.incident import Incident
from dragoman.translate import read

DIFFERENT = 3


@click.command("diff", no_args_is_help=True)
@click.argument("one", metavar="A", type=options.FILE)
@click.argument("other", metavar="B", type=options.FILE)
@click.option("--from-a", type=options.FORMAT, metavar="FORMAT", help="The format of A, if it cannot be found out.")
@click.option("--from-b", type=options.FORMAT, metavar="FORMAT", help="The format of B, if it cannot be found out.")
@options.setting_options
@options.quiet_option
def command(
    one: str, other: str, from_a: str | None, from_b: str | None, tables: tuple[str, ...], profile: str | None,
    options: tuple[str, ...], limits: tuple[str, ...], quiet: bool,
) -> int:  # fmt: skip
    """Say what differs between two documents of any formats.

    Both are read into the core model and compared there, so spelling, order of members and format do not count.
    Ends with exit status 3 if anything differs.

    \b
    Examples:
      dragoman diff incident.xml bundle.json
      dragoman diff before.json after.json && echo same
    """
    if one == other == STDIN:
        raise UsageError("standard input can be read once only", fix="name a file for A or B")
    chosen = settings(profile, options, limits, tables)

    def incidents(name: str, format_name: str | None) -> list[Incident]:
        context = chosen.context(name)
        return read(load(name, context.limits.bytes), format_name, context)

    before, after = incidents(one, from_a), incidents(other, from_b)
    found = list(differences(before, after))
    if found and not quiet:
        from dragoman.cli.console import console
        from dragoman.render.changes import changes

        console().print(changes(found))
    return DIFFERENT if found else 0
