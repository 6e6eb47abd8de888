"""`dragoman detect`."""

from __future__ import annotations

import click

from dragoman.cli import options
from dragoman.cli.batch import each
from dragoman.detect import HEAD, detect, likelihoods
from dragoman.files import called, load
from dragoman.text import visible


@click.command("detect", no_args_is_help=True)
@options.EVERY_INPUT
@click.option("-v", "--verbose", is_flag=True, help="Say also how sure each format's reader is.")
def command(inputs: tuple[str, ...], verbose: bool) -> int:
    """Say in which format a document is.

    Prints the name of the format, as --from takes it; with several inputs the name of the file stands before it.

    \b
    Examples:
      dragoman detect incident.xml
      dragoman detect -v mystery.json
    """

    def one(name: str) -> None:
        head = load(name, HEAD)
        if verbose:
            _likelihoods(name, head)
        found = detect(head, called(name))
        click.echo(f"{visible(called(name))}: {found}" if len(inputs) > 1 else found)

    return each(inputs, one)


def _likelihoods(name: str, head: bytes) -> None:
    for format_name, likeness in likelihoods(head).items():
        click.echo(f"{visible(called(name))}: {format_name}: {likeness.name.lower()}", err=True)
