"""`dragoman personal`: find, treat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dragoman.adapter import Context
from dragoman.cli import options
from dragoman.cli.emit import emit, hand_over
from dragoman.cli.settings import settings
from dragoman.files import load
from dragoman.text import visible
from dragoman.translate import read, source_format_of, write

if TYPE_CHECKING:
    from dragoman.model.incident import Incident
    from dragoman.personal import Finding
    from dragoman.profile import Personal, Treatment

TOLD = {
    "D402": "taken out", "D411": "taken out", "D412": "as a pseudonym", "D413": "taken out", "D414": "stays", "D415": "renamed",
}  # fmt: skip
ALSO = click.option(
    "--also", multiple=True, type=click.Choice(["liaison", "ip"]),
    help="What is left alone else: the liaison, a declared exception; IP addresses, which are those of systems.",
)  # fmt: skip


@click.group("personal", no_args_is_help=True)
def command() -> None:
    """Find personal data, and block, redact, pseudonymise or allow it.

    The section [personal] of a profile says what becomes of it; without one, it is redacted.

    \b
    Examples:
      dragoman personal find incident.xml
      dragoman personal treat incident.xml --to stix-2.1 -o bundle.json
    """


@command.command("find", no_args_is_help=True)
@click.argument("source", metavar="INCIDENT", type=options.FILE)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON instead.")
@ALSO
@options.from_option
@options.setting_options
def find(
    source: str, as_json: bool, also: tuple[str, ...], source_format: str | None, tables: tuple[str, ...],
    profile: str | None, options: tuple[str, ...], limits: tuple[str, ...],
) -> int:  # fmt: skip
    """Tell where personal data stands, how sure that is, and what would become of it.

    Values are masked.

    \b
    Examples:
      dragoman personal find incident.xml
      dragoman personal find bundle.json --json | jq '.[] | select(.kind == "mail")'
    """
    from dragoman.personal import findings

    context = settings(profile, options, limits, tables).context(source)
    personal = _section(profile, also)
    incidents = read(load(source, context.limits.bytes), source_format, context)
    found = [one for number, incident in enumerate(incidents) for one in findings(incident, personal, f"/{number}")]
    _print_json(found) if as_json else _print_table(found)
    return 0


@command.command("treat", no_args_is_help=True)
@click.argument("source", metavar="INCIDENT", type=options.FILE)
@click.option("--block", "treatment", flag_value="block", help="Refuse a document with personal data in it: exit status 3.")
@click.option("--redact", "treatment", flag_value="redact", help="Take it out.  [default]")
@click.option("--pseudonymise", "treatment", flag_value="pseudonymise", help="Replace it; needs a key in the profile.")
@click.option("--allow", "treatment", flag_value="allow", help="Leave it, for the reason that --basis gives.")
@click.option("--basis", metavar="TEXT", help="Why it may be passed on: it is told with each value that is allowed.")
@ALSO
@click.option(
    "-t", "--to", "target", type=options.FORMAT, metavar="FORMAT",
    help="The format to write.  [default: that of the input]",
)  # fmt: skip
@options.from_option
@click.option("-o", "--output", type=options.FILE, metavar="FILE", help="Where to write.  [default: standard output]")
@options.setting_options
@options.quiet_option
def treat(
    source: str, treatment: Treatment | None, basis: str | None, also: tuple[str, ...], target: str | None,
    source_format: str | None, output: str | None, tables: tuple[str, ...], profile: str | None, options: tuple[str, ...],
    limits: tuple[str, ...], quiet: bool,
) -> int:  # fmt: skip
    """Write an incident without the personal data that may not go out.

    Fields, copies of them in texts, ids made from them; what the document carries besides as well.  Every place is told on
    standard error, no value is.  A treatment on the command line is for all of it; the profile's rows for single fields
    hold where they are stricter.

    \b
    Examples:
      dragoman personal treat incident.xml -o clean.xml
      dragoman personal treat bundle.json --pseudonymise --profile team.toml --to base
      dragoman personal treat incident.xml --allow --basis "consent, case 4711" -o out.xml
    """
    context = settings(profile, options, limits, tables).context(source)
    personal = _section(profile, also)
    data = load(source, context.limits.bytes)
    name = source_format or source_format_of(data, context)
    made = write(_treated(read(data, name, context), personal, treatment, basis, context), target or name, context)
    if not quiet:
        _tell(context)
    hand_over(made, source, output)
    return 0


def _section(profile: str | None, also: tuple[str, ...]) -> Personal:
    """The profile's section, with what was asked for besides.  Raises UsageError, OSError."""
    from dragoman.personal import personal_of
    from dragoman.profile import load as load_profile

    found = personal_of(load_profile(profile))
    return found.model_copy(update={"also": (*found.also, *also)})


def _treated(
    incidents: list[Incident], personal: Personal, treatment: Treatment | None, basis: str | None, context: Context
) -> list[Incident]:
    from dragoman.personal import treated

    return [treated(one, personal, context, treatment, basis, f"/{number}") for number, one in enumerate(incidents)]


def _tell(context: Context) -> None:
    """One line for each place, never the value itself."""
    for loss in context.ledger:
        if loss.code in TOLD:
            click.echo(f"{visible(loss.path)}: {TOLD[loss.code]}: {visible(loss.reason)} [{loss.code}]", err=True)


def pieces(count: int) -> str:
    """How many, in words."""
    return "1 piece" if count == 1 else f"{count} pieces"


def _print_json(found: list[Finding]) -> None:
    from dragoman.tree.json import encode

    emit(encode([one.as_json() for one in found]))


def _print_table(found: list[Finding]) -> None:
    from rich.table import Column, Table

    from dragoman.cli.console import console

    table = Table("kind", Column("where", overflow="fold"), "value", "sure", "why", "treatment")
    for one in found:
        table.add_row(one.kind, visible(one.place), visible(one.masked), one.sure, visible(one.why), one.treatment)
    if found:
        console().print(table)
    console().print(f"{len(found)} found")
