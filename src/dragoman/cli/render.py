"""`dragoman render`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dragoman.cli import options
from dragoman.cli.emit import emit, hand_over
from dragoman.cli.settings import settings
from dragoman.errors import ForbiddenLoss, UsageError
from dragoman.files import load
from dragoman.text import visible
from dragoman.translate import read

if TYPE_CHECKING:
    from dragoman.cli.settings import Settings
    from dragoman.people.catalogue import Template


@click.command("render", no_args_is_help=True)
@click.argument("source", metavar="[INCIDENT]", required=False, type=options.FILE)
@click.option("--template", metavar="NAME|FILE", help="A template of ours, or a file of yours.")
@click.option("--list", "listed", is_flag=True, help="List our templates.")
@click.option("--show", "shown", is_flag=True, help="Print the template itself, to begin your own with.")
@click.option("--fact", "said", multiple=True, metavar="NAME=VALUE", help="A fact that the incident has no field for.")
@click.option("--strict", is_flag=True, help="Write nothing while a fact is missing (exit status 3).")
@click.option("-o", "--output", type=options.FILE, metavar="FILE", help="Where to write.  [default: standard output]")
@options.from_option
@options.setting_options
@options.quiet_option
def command(
    source: str | None, template: str | None, listed: bool, shown: bool, said: tuple[str, ...], strict: bool,
    output: str | None, source_format: str | None, tables: tuple[str, ...], profile: str | None, options: tuple[str, ...],
    limits: tuple[str, ...], quiet: bool,
) -> int:  # fmt: skip
    """Render an incident for people: a mail, a page, or a notice to an authority.

    What a template needs and nobody said is marked in the text and listed on standard error; it is never made up.

    \b
    Examples:
      dragoman render incident.xml --template mail
      dragoman render bundle.json --template html -o incident.html
      dragoman render incident.json --template gdpr-33 --fact aware_at=2026-11-22T08:00:00Z
    """
    from dragoman.people import catalogue

    if listed:
        for name, title in catalogue.titles().items():
            click.echo(f"{name:20} {title}")
        return 0
    if template is None:
        raise UsageError("which template?", fix=f"--template FILE, or one of {', '.join(catalogue.titles())}")
    found = catalogue.template(template)
    if shown:
        emit(found.text.encode())
        return 0
    if source is None:
        raise UsageError("which incident?", fix="dragoman render INCIDENT --template NAME")
    _render(source, found, _facts(said), strict, output, source_format, settings(profile, options, limits, tables), quiet)
    return 0


def _facts(said: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.partition("=") for text in said]
    wrong = next((name for name, equals, _ in pairs if not (name and equals)), None)
    if wrong is not None:
        raise UsageError(f"--fact {wrong}", fix="a fact is NAME=VALUE")
    return {name: value for name, _, value in pairs}


def _by_name(template: Template, gap: str) -> str:
    """How a fact that is missing is said on the command line; nothing for what follows from another."""
    asked = template.regime.facts.items() if template.regime is not None else ()
    return next((f" (--fact {name}=…)" for name, how in asked if how["ask"] == gap), "")


def _render(
    source: str, found: Template, said: dict[str, str], strict: bool, output: str | None, source_format: str | None,
    chosen: Settings, quiet: bool,
) -> None:  # fmt: skip
    """Renders every incident of the document, one after the other."""
    from dragoman.people.render import render

    context = chosen.context(source)
    incidents = read(load(source, context.limits.bytes), source_format, context)
    made = [render(incident, found, said, context.now()) for incident in incidents]
    gaps = list(dict.fromkeys(gap for one in made for gap in one.gaps))
    if not quiet:
        for one in made:
            if one.due:
                click.echo(f"due {one.due}{', which has passed' if one.late else ''}", err=True)
        for gap in gaps:
            click.echo(f"missing: {visible(gap)}{_by_name(found, gap)}", err=True)
    if strict and gaps:
        raise ForbiddenLoss(f"{len(gaps)} facts are missing", where=context.source, fix="say them with --fact NAME=VALUE")
    data = "\n".join(one.text for one in made).encode()
    hand_over(data, source, output)
