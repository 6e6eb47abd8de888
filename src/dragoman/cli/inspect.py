"""`dragoman inspect`."""

from __future__ import annotations

import click

from dragoman.adapter import Context
from dragoman.cli import options
from dragoman.cli.batch import each
from dragoman.cli.emit import emit
from dragoman.cli.settings import settings
from dragoman.files import load
from dragoman.model.incident import Incident
from dragoman.translate import read


@click.command("inspect", no_args_is_help=True)
@options.EVERY_INPUT
@options.from_option
@click.option("--json", "as_json", is_flag=True, help="Print the core model as JSON instead.")
@click.option("-a", "--all", "everything", is_flag=True, help="Show all rows of long tables.")
@options.setting_options
def command(
    inputs: tuple[str, ...], source_format: str | None, as_json: bool, everything: bool, tables: tuple[str, ...],
    profile: str | None, options: tuple[str, ...], limits: tuple[str, ...],
) -> int:  # fmt: skip
    """Show the incidents of a document to a person.

    What happened, when, to what and to whom, and what the reader could not understand; with --json, all that was
    understood, as the core model has it.

    \b
    Examples:
      dragoman inspect incident.xml
      dragoman inspect --json bundle.json | jq '.[].contacts'
    """
    chosen = settings(profile, options, limits, tables)

    def one(name: str) -> None:
        context = chosen.context(name)
        incidents = read(load(name, context.limits.bytes), source_format, context)
        _as_json(incidents) if as_json else _show(context.source, incidents, context, everything)

    return each(inputs, one)


def _as_json(incidents: list[Incident]) -> None:
    from dragoman.model.plain import plain
    from dragoman.tree.json import encode

    emit(encode(plain(incidents, Incident)))


def _show(name: str, incidents: list[Incident], context: Context, everything: bool) -> None:
    from rich.rule import Rule

    from dragoman.cli.console import console
    from dragoman.render.incident import ROWS, losses, view
    from dragoman.render.words import cell

    rows = 10**9 if everything else ROWS
    out = console()
    for number, incident in enumerate(incidents, 1):
        place = f"{name} {number}/{len(incidents)}" if len(incidents) > 1 else name
        out.print(Rule(cell(place), style="dim"))
        out.print(view(incident, rows))
    if not incidents:
        out.print(cell(f"{name}: no incidents"))
    if found := losses(context.ledger, rows):
        out.print(found)
