"""`dragoman unpack`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dragoman.adapter import Context
from dragoman.cli import options
from dragoman.cli.batch import SOME_FAILED
from dragoman.cli.emit import emit
from dragoman.cli.settings import settings
from dragoman.errors import UsageError
from dragoman.files import STDIN, called, check_apart, load, save
from dragoman.text import visible

if TYPE_CHECKING:
    from dragoman.attachments.unpack import Unpacked


@click.command("unpack", no_args_is_help=True)
@click.argument("message", type=options.FILE, metavar="MESSAGE")
@click.option(
    "-t", "--to", "target", default="base", show_default=True, type=options.FORMAT, metavar="FORMAT",
    help="The format to write the incident in.",
)  # fmt: skip
@click.option("-o", "--output", type=options.FILE, metavar="FILE", help="Where to write.  [default: standard output]")
@click.option(
    "--from-partner", "partner", metavar="NAME",
    help="Who sent it: attachments are fetched as far as the profile's agreement with this partner goes.",
)  # fmt: skip
@click.option(
    "--keep", type=options.FILE, metavar="DIR",
    help="Where to keep what was fetched.  [default: the folder received in the profile's store]",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what became of attachments and values as JSON; needs -o.")
@options.setting_options
@options.quiet_option
@click.option("-v", "--verbose", is_flag=True, help="List every value on which sources differ.")
def command(
    message: str, target: str, output: str | None, partner: str | None, keep: str | None, as_json: bool,
    tables: tuple[str, ...], profile: str | None, options: tuple[str, ...], limits: tuple[str, ...], quiet: bool,
    verbose: bool,
) -> int:  # fmt: skip
    """Read a message with its attachments.

    MESSAGE is a base message, or a zip or a mail that holds one.  Attachments are fetched only from the hosts of the
    agreement that --from-partner names, over https, never from private addresses, and only in the formats agreed on;
    size, SHA-256 and media type must be as the message says.  What they say and what the message says becomes one
    incident.

    An attachment that is refused has its line, and the message is used without it: the exit status is then 6.

    \b
    Examples:
      dragoman unpack message.json --from-partner acme --profile team.toml --to stix-2.1 -o incident.json
      dragoman unpack message.zip --to iodef-2
    """
    from dragoman.attachments.subscriber import partner_of
    from dragoman.attachments.unpack import unpack
    from dragoman.incident_types.fit import step
    from dragoman.profile import load as load_profile
    from dragoman.translate import stepped, write

    if as_json and output is None:
        raise UsageError("--json prints to where the incident would go", fix="-o FILE")
    if output is not None and output != STDIN:
        check_apart([message], Path(output))
    known = load_profile(profile)
    dealing = partner_of(known, partner, Path(keep) if keep else None)
    tables += tuple(str(known.path(table)) for table in (dealing.agreement.mappings if dealing.agreement else ()))
    context = settings(profile, options, limits, tables).context(message)
    fit = step(known)
    done = unpack(load(message, context.limits.bytes), dealing, context)
    incidents = done.incidents if fit is None else stepped(done.incidents, fit, context)
    differing = len(context.ledger)
    data = write(incidents, target, context)
    emit(data) if output in (None, STDIN) else save(Path(str(output)), data)
    del context.ledger.losses[differing:]
    if as_json:
        _as_json(done, context)
    if not quiet:
        _tell(called(message), done, context, verbose)
    return SOME_FAILED if done.refused else 0


def _as_json(done: Unpacked, context: Context) -> None:
    from dragoman.model.plain import plain
    from dragoman.tree.json import encode

    attachments = [
        plain(outcome.about, type(outcome.about)) | {"state": outcome.state.value, "reason": outcome.reason}
        for outcome in done.outcomes
    ]
    emit(encode({"attachments": attachments, "losses": [loss.as_json() for loss in context.ledger]}))


def _tell(name: str, done: Unpacked, context: Context, verbose: bool) -> None:
    from dragoman.render import listed

    for outcome in done.outcomes:
        click.echo(f"{visible(name)}: {outcome}", err=True)
    hint = "" if verbose else " (-v lists them)"
    for code, what in (("D603", "sources differ in {} values"), ("D50", "the incident type tells of {} values")):
        if found := [loss for loss in context.ledger if loss.code.startswith(code)]:
            click.echo(f"{visible(name)}: {what.format(len(found))}{hint}", err=True)
    for line in listed(context.ledger) if verbose else ():
        click.echo(line, err=True)
