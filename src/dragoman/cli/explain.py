"""`dragoman explain`."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from dragoman.codes import CODES, explained

WIDTH = 80


def _codes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    found = [code for code in CODES if code.startswith(incomplete.upper())]
    return [CompletionItem(code, help=CODES[code].title) for code in found]


@click.command("explain")
@click.argument("code", required=False, shell_complete=_codes)
def command(code: str | None) -> None:
    """Explain a code of a loss or an exit status.

    Prints what CODE means and what to do about it; without CODE, the list of all codes.

    \b
    Examples:
      dragoman explain D102
      dragoman explain 3
    """
    if code is None:
        for name, entry in CODES.items():
            click.echo(f"{name:<5} {entry.title}")
        return
    name, entry = explained(code)
    click.echo(f"{name}: {entry.title}\n")
    click.echo(click.wrap_text(entry.meaning, WIDTH) + "\n")
    click.echo(click.wrap_text(f"What to do: {entry.fix}", WIDTH))
