"""`dragoman pack`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from dragoman.cli import options
from dragoman.cli.emit import emit
from dragoman.cli.personal import pieces
from dragoman.cli.settings import settings
from dragoman.errors import UsageError
from dragoman.files import called, load
from dragoman.ledger import Ledger
from dragoman.text import visible

if TYPE_CHECKING:
    from dragoman.attachments.provider import Sent

OF_FILES = ("D604", "D605")  # what was done with a whole file


@click.command("pack", no_args_is_help=True)
@click.argument("incident", type=options.FILE, metavar="INCIDENT")
@options.from_option
@click.option(
    "-a", "--attach", multiple=True, metavar="FORMAT|FILE",
    help="Attach the incident in a format, or a file; may be given several times.  [default: the formats that --for agreed to]",
)  # fmt: skip
@click.option(
    "--vouch", multiple=True, type=options.FILE, metavar="FILE|URI",
    help="Attach a file as it is, or keep one that the incident lists: you answer for it.",
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
    incident: str, source_format: str | None, attach: tuple[str, ...], vouch: tuple[str, ...], base_uri: str | None,
    embed: Literal["zip", "mime"] | None, partner: str | None, output: str, mail_from: str | None, mail_to: str | None,
    subject: str | None, strict: bool, as_json: bool, tables: tuple[str, ...], profile: str | None,
    options: tuple[str, ...], limits: tuple[str, ...], quiet: bool, verbose: bool,
) -> None:  # fmt: skip
    """Make a message with attachments for a partner.

    Reads INCIDENT in any format and writes a base message for each incident in it, which people read, with attachments
    that machines read.  Attachments stand under names that nobody can guess in a folder for your web server; the message
    says where, how long they are, and their SHA-256.  Prints the names of the messages.

    What the agreement, or [personal] of the profile, keeps from others is taken out of the message and of all that is
    attached.  Files of incidents are read and written again for it; any other file is refused then unless you --vouch for it.

    \b
    Examples:
      dragoman pack incident.xml --attach iodef-2 --attach stix-2.1 --base-uri https://files.example.com/i/
      dragoman pack incident.xml --for acme --profile team.toml --base-uri https://files.example.com/i/
      dragoman pack incident.xml --attach stix-2.1 --attach mail.log --embed zip
      dragoman pack incident.xml --for acme --profile team.toml --vouch report.pdf --embed zip
    """
    from dragoman.attachments.mail import Heading
    from dragoman.attachments.outbox import Outbox, store_of
    from dragoman.attachments.provider import Order, packed
    from dragoman.profile import load as load_profile

    heading = Heading(mail_from, mail_to, subject)
    _check_together(base_uri, embed, heading != Heading())
    known = load_profile(profile)
    outbox = Outbox(Path(output), store_of(known, Path(output)), base_uri, embed)
    context = settings(profile, options, limits, tables, strict=strict).context(incident)
    order = Order(attach, known, partner, heading, vouch)
    done = packed(load(incident, context.limits.bytes), source_format, order, outbox, context)
    if as_json:
        _as_json(done)
    for sent in done:
        if not as_json:
            click.echo(str(sent.path))
        if not quiet:
            _tell(called(incident), sent, verbose)
            _warn(called(incident), sent)


def _check_together(base_uri: str | None, embed: str | None, heading: bool) -> None:
    """Raises UsageError for options of which one would do nothing."""
    if base_uri is not None and embed is not None:
        raise UsageError("--base-uri and --embed exclude each other", fix="attachments are served, or inside")
    if heading and embed != "mime":
        raise UsageError("--mail-from, --mail-to and --subject are of a mail", fix="--embed mime")


def _as_json(done: list[Sent]) -> None:
    from dragoman.model.plain import plain
    from dragoman.tree.json import encode

    messages = [
        {
            "message": str(sent.path),
            "id": sent.message.id,
            "attachments": [plain(piece.about, type(piece.about)) for piece in sent.message.pieces],
            "personal": sent.persons,
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
        for loss in ledger:
            if loss.code in OF_FILES:
                click.echo(f"{visible(name)}: {visible(what)}: {visible(loss.reason)} [{loss.code}]", err=True)
        ledger = Ledger([loss for loss in ledger if loss.code not in OF_FILES])
        if len(ledger):
            click.echo(f"{visible(name)}: {visible(what)}: {counted(ledger.counts())}{hint}", err=True)
        for line in listed(ledger) if verbose else ():
            click.echo(line, err=True)


def _warn(name: str, sent: Sent) -> None:
    """Who sends personal data without having decided on it shall know."""
    if sent.persons:
        hint = f"`dragoman personal find {name}` lists them; [personal] in a profile takes them out"
        what = f"message {sent.message.id}: holds {pieces(sent.persons)} of personal data"
        click.echo(f"{visible(name)}: {what} ({visible(hint)})", err=True)
