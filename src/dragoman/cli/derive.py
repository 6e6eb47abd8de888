"""`dragoman derive`."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from dragoman.cli import options
from dragoman.cli.emit import hand_over
from dragoman.cli.personal import TOLD as OF_PERSONS
from dragoman.cli.settings import settings
from dragoman.errors import UsageError
from dragoman.files import load
from dragoman.text import visible
from dragoman.translate import read, source_format_of, write

if TYPE_CHECKING:
    from dragoman.adapter import Context
    from dragoman.derivation.derive import Derived, Wish
    from dragoman.ledger import Loss
    from dragoman.model.incident import Attachment, Incident
    from dragoman.profile import Profile

LEFT = "D701"
QUIET = (LEFT, "D414")  # told to who asks for all
TOLD = {LEFT: "left out", "D201": "does not fit", **OF_PERSONS, "D402": "rewrite"}


@click.command("derive", no_args_is_help=True)
@click.argument("source", metavar="RECEIVED", type=options.FILE)
@click.option("--keep", multiple=True, metavar="FIELD,...", help="The fields to take over.  [default: those of the profile]")
@click.option("--for", "partner", metavar="PARTNER", help="What was agreed with this partner holds: fields, markings, liaison.")
@click.option("--name", "title", metavar="TEXT", help="The name of the incident, in your own words.")
@click.option("--summary", metavar="TEXT", help="The summary, in your own words.")
@click.option("--description", metavar="TEXT", help="The description, in your own words.")
@click.option("--max-tlp", metavar="LEVEL", help="Pass on what is marked so: its author permitted it.")
@click.option("--because", metavar="TEXT", help="How the author permitted it; it is recorded.")
@click.option("--take-over", multiple=True, type=options.FILE, metavar="FILE", help="Attach a file of theirs, cleaned.")
@click.option("--base-uri", default="", metavar="URI", help="Where the store's public folder is served: https://…")
@click.option("--by", metavar="NAME", help="Who decides this; it is recorded.  [default: who is logged in]")
@click.option(
    "-t", "--to", "target", type=options.FORMAT, metavar="FORMAT",
    help="The format to write.  [default: that of the input]",
)  # fmt: skip
@options.from_option
@click.option("-o", "--output", type=options.FILE, metavar="FILE", help="Where to write.  [default: standard output]")
@options.setting_options
@options.quiet_option
@click.option("-v", "--verbose", is_flag=True, help="List every value that is not passed on.")
def command(
    source: str, keep: tuple[str, ...], partner: str | None, title: str | None, summary: str | None, description: str | None,
    max_tlp: str | None, because: str | None, take_over: tuple[str, ...], base_uri: str, by: str | None,
    target: str | None, source_format: str | None,
    output: str | None, tables: tuple[str, ...], profile: str | None, options: tuple[str, ...], limits: tuple[str, ...],
    quiet: bool, verbose: bool,
) -> int:  # fmt: skip
    """Make a message of ours from a received one, to pass the incident on.

    Takes over the chosen fields, under new ids, with times rounded and nothing that tells whom we had it from; sender,
    liaison, incident types and custom fields are ours.  Persons stay out, unless [personal] or the agreement says otherwise.
    What was chosen and cannot be taken over is told, to be said in your own words.  Which message was made from which is
    recorded in the profile's provenance store, and nowhere else.

    \b
    Examples:
      dragoman derive received.xml --profile mine.toml --summary "Web mail is down" -o ours.xml
      dragoman derive received.json --profile mine.toml --for acme --to stix-2.1 -o for-acme.json
      dragoman derive received.json --profile mine.toml --keep status,indicators,observables
    """
    from dragoman.derivation.derive import Wish, derive
    from dragoman.derivation.record import record
    from dragoman.profile import load as load_profile

    if profile is None:
        raise UsageError("who are we?", fix="--profile FILE with [sender] and [defaults.liaison]")
    ours = load_profile(profile)
    context = settings(profile, options, limits, tables).context(source)
    texts = {name: text for name, text in (("name", title), ("summary", summary), ("description", description)) if text}
    fields = tuple(field for group in keep for field in group.split(","))
    data = load(source, context.limits.bytes)
    name = source_format or source_format_of(data, context)
    received = read(data, name, context)
    wish = Wish(keep=fields, partner=partner, max_tlp=max_tlp, because=because, texts=texts)
    wish = replace(wish, attachments=_taken_over(take_over, received, wish, ours, base_uri, context, quiet))
    made = derive(received, wish, ours, context)
    written = write([one.incident for one in made], target or name, context.aside())
    record(made, wish, ours, data, name, by or _user(), context)
    if not quiet:
        tell(made, verbose)
    hand_over(written, source, output)
    return 0


def _taken_over(
    files: tuple[str, ...], received: list[Incident], wish: Wish, ours: Profile, base_uri: str, context: Context, quiet: bool
) -> tuple[Attachment, ...]:
    if not files:
        return ()
    from dragoman.attachments.store import Store
    from dragoman.derivation.takeover import taken_over

    found = {file: load(file, context.limits.bytes) for file in files}
    aside = context.aside()
    made = taken_over(found, received, wish, ours, Store(ours.path(ours.store.path)), base_uri, aside)
    for loss in () if quiet else aside.ledger:
        _line(loss)
    return made


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a system that knows no names
        return ""


def tell(made: Sequence[Derived], verbose: bool) -> None:
    """What has to be said in our own words, what became of personal data, and how much was taken over."""
    for one in made:
        for loss in one.decisions:
            if verbose or loss.code not in QUIET:
                _line(loss)
        counts = [f"{len(one.to_rewrite)} to rewrite"]
        counts += [f"{len(one.persons)} of persons"] if one.persons else []
        left = sum(loss.code == LEFT for loss in one.decisions)
        took = ", ".join(one.taken) or "nothing"
        click.echo(f"{one.incident.id}: took over {took}; {', '.join(counts)}, {left} not passed on", err=True)


def _line(loss: Loss) -> None:
    word = TOLD.get(loss.code, "rewrite")
    click.echo(f"{visible(loss.path)}: {word}: {visible(loss.reason)} [{loss.code}]", err=True)
