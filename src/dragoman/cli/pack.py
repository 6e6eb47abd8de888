"""`dragoman pack`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from dragoman.cli import options
from dragoman.cli.emit import emit
from dragoman.cli.settings import settings
from dragoman.files import called, load
from dragoman.text import visible

if TYPE_CHECKING:
    from dragoman.attachments.provider import Sent


@click.command("pack", no_args_is_help=True)
@click.argument("incident", type=options.FILE, metavar="INCIDENT")
@options.from_option
@click.option(
    "-a", "--attach", multiple=True, metavar="FORMAT|FILE",
    help="Attach the incident in a format, or a file as it is; may be given several times.  [default: the formats that "
    "--for agreed to]",
)  # fmt: skip
@click.option("--base-uri", metavar="https://...", help="Where the attachments will be served.")
@click.option(
    "--embed", type=click.Choice(["zip", "mime"]),
    help="One file with everything inside instead: a zip, or a mail.",
)  # fmt: skip
@click.option("--for", "partner", metavar="NAME", help="Keep to the agreement that the profile has with this partner.")
@click.option("-o", "--output", default="outbox", show_default=True, type=options.FILE, metavar="DIR", help="Where to write.")
@click.option("--mail-from", metavar="ADDRESS", help="Who sends the mail of --embed mime.")
@click.option("--mail-to", metavar="ADDRESS", help="To whom it goes.")
@click.option("--subject", metavar="TEXT", help="What it is about.  [default: the id of the message]")
@click.option("--strict", is_flag=True, help="Refuse a message in which something would have to be filled in.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written, and what became of values, as JSON.")
@options.setting_options
@options.quiet_option
@click.option("-v", "--verbose", is_flag=True, help="List every value that is not simply native.")
def command(
    incident: str, source_format: str | None, attach: tuple[str, ...], base_uri: str | None,
    embed: Literal["zip", "mime"] | None, partner: str | None, output: str, mail_from: str | None, mail_to: str | None,
    subject: str | None, strict: bool, as_json: bool, tables: tuple[str, ...], profile: str | None,
    options: tuple[str, ...], limits: tuple[str, ...], quiet: bool, verbose: bool,
) -> None:  # fmt: skip
    """Make a message with attachments for a partner.

    Reads INCIDENT in any format and writes a base message for each incident in it, which people read, with attachments
    that machines read.  Attachments stand under names that nobody can guess in a folder for your web server; the message
    says where, how long they are, and their SHA-256.  Prints the names of the messages.

    \b
    Examples:
      dragoman pack incident.xml --attach iodef-2 --attach stix-2.1 --base-uri https://files.example.com/i/
      dragoman pack incident.xml --for acme --profile team.toml --base-uri https://files.example.com/i/
      dragoman pack incident.xml --attach stix-2.1 --attach mail.log --embed zip
    """
    from dragoman.attachments.mail import Heading
    from dragoman.attachments.outbox import Outbox, store_of
    from dragoman.attachments.provider import Order, packed
    from dragoman.profile import load as load_profile

    known = load_profile(profile)
    outbox = Outbox(Path(output), store_of(known, Path(output)), base_uri, embed)
    context = settings(profile, options, limits, tables, strict=strict).context(incident)
    order = Order(attach, known, partner, Heading(mail_from, mail_to, subject))
    done = packed(load(incident, context.limits.bytes), source_format, order, outbox, context)
    if as_json:
        _as_json(done)
    for sent in done:
        if not as_json:
            click.echo(str(sent.path))
        if not quiet:
            _tell(called(incident), sent, verbose)


def _as_json(done: list[Sent]) -> None:
    from dragoman.model.plain import plain
    from dragoman.tree.json import encode

    messages = [
        {
            "message": str(sent.path),
            "id": sent.message.id,
            "attachments": [plain(piece.about, type(piece.about)) for piece in sent.message.pieces],
            "losses": [loss.as_json() for loss in sent.told],
        }
        for sent in done
    ]
    emit(encode(messages))


def _tell(name: str, sent: Sent, verbose: bool) -> None:
    """A line for the message and one for each attachment of which there is something to tell."""
    from dragoman.render import counted, listed

    hint = "" if verbose else " (-v lists them)"
    rows = [(f"message {sent.message.id}", sent.told)]
    rows += [(f"attachment {piece.about.format}", piece.ledger) for piece in sent.message.pieces]
    for what, ledger in rows:
        if len(ledger):
            click.echo(f"{visible(name)}: {visible(what)}: {counted(ledger.counts())}{hint}", err=True)
        for line in listed(ledger) if verbose else ():
            click.echo(line, err=True)
