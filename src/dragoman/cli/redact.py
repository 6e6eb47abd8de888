"""`dragoman redact`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dragoman.adapter import Context
from dragoman.cli import options
from dragoman.cli.emit import emit
from dragoman.cli.settings import settings
from dragoman.errors import UsageError
from dragoman.files import STDIN, check_apart, load, save
from dragoman.ledger import Loss
from dragoman.model.incident import Incident
from dragoman.text import visible
from dragoman.translate import read, source_format_of, write

if TYPE_CHECKING:
    from dragoman.sharing.redact import Gate

PASSED = ("D401", "D402", "D403")


@click.command("redact", no_args_is_help=True)
@click.argument("source", metavar="INCIDENT", type=options.FILE)
@click.option("--for", "perimeter", metavar="PERIMETER", help="What the policy lets pass to this perimeter.")
@click.option("--max-tlp", metavar="LEVEL", help="What is marked no stricter: CLEAR, GREEN, AMBER, AMBER+STRICT, RED.")
@click.option(
    "-t", "--to", "target", type=options.FORMAT, metavar="FORMAT",
    help="The format to write.  [default: that of the input]",
)  # fmt: skip
@options.from_option
@click.option("-o", "--output", type=options.FILE, metavar="FILE", help="Where to write.  [default: standard output]")
@click.option("--unmarked", default="AMBER", show_default=True, metavar="LEVEL", help="How to treat what nobody marked.")
@options.setting_options
@options.quiet_option
def command(
    source: str, perimeter: str | None, max_tlp: str | None, target: str | None, source_format: str | None,
    output: str | None, unmarked: str, tables: tuple[str, ...], profile: str | None, options: tuple[str, ...],
    limits: tuple[str, ...], quiet: bool,
) -> int:  # fmt: skip
    """Take out of an incident what may not pass.

    Fields, parts, references to them and copies of them in text; what the document carries besides as well.  Every value
    that was taken out is told on standard error.

    \b
    Examples:
      dragoman redact bundle.json --max-tlp GREEN -o green.json
      dragoman redact incident.xml --for external.public --to base --profile team.toml
    """
    if (perimeter is None) == (max_tlp is None):
        raise UsageError("whom is it for?", fix="one of --for PERIMETER and --max-tlp LEVEL")
    chosen = settings(profile, options, limits, tables)
    context = chosen.context(source)
    data = load(source, context.limits.bytes)
    name = source_format or source_format_of(data, context)
    found = [_redacted(one, perimeter, max_tlp, unmarked, profile, context) for one in read(data, name, context)]
    made = write(found, target or name, context)
    if not quiet:
        tell(loss for loss in context.ledger if loss.code in PASSED)
    if output is None or output == STDIN:
        emit(made)
    else:
        check_apart([source], Path(output))
        save(Path(output), made)
    return 0


def _redacted(
    incident: Incident, perimeter: str | None, max_tlp: str | None, unmarked: str, profile: str | None, context: Context
) -> Incident:
    from dragoman.sharing.redact import level_of, redacted, up_to

    gate = up_to(level_of(max_tlp)) if max_tlp else policy_gate(perimeter or "", incident, profile, context)
    [found] = redacted([incident], gate, context.ledger, level_of(unmarked))
    return found


def policy_gate(perimeter: str, incident: Incident, profile: str | None, context: Context) -> Gate:
    """The gate of the profile's policy, or of ours.  Raises UsageError, OSError."""
    from dragoman.profile import load as load_profile
    from dragoman.sharing.policy import load as load_policy

    found = load_profile(profile)
    file = found.path(found.policy.file) if found.policy.file else None
    return load_policy(file).gate(perimeter, incident, context.now())


def tell(losses: Iterable[Loss]) -> None:
    """One line for each value that was taken out, never the value itself."""
    for loss in losses:
        click.echo(f"{visible(loss.path)}: taken out: {visible(loss.reason)} [{loss.code}]", err=True)
