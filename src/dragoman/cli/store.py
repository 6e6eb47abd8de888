"""`dragoman store`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from dragoman.cli import options
from dragoman.cli.emit import emit
from dragoman.text import visible


@click.command("store", no_args_is_help=True)
@click.argument("action", type=click.Choice(["list", "remove"]))
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--profile", type=options.FILE, metavar="FILE", help="The profile that names the store.")
@click.option(
    "-o", "--outbox", default="outbox", show_default=True, type=options.FILE, metavar="DIR",
    help="The folder that `pack` wrote to, without a profile.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def command(action: str, names: tuple[str, ...], profile: str | None, outbox: str, as_json: bool) -> None:
    """List what was packed for others to fetch, or take it back.

    `list` prints each attachment's public name, size, media type, format and SHA-256; `remove` takes those away that
    are named by their public name or their SHA-256: from then on nobody can fetch them.

    \b
    Examples:
      dragoman store list --profile team.toml
      dragoman store remove 2f0c... --profile team.toml
    """
    from dragoman.attachments.outbox import store_of
    from dragoman.profile import load
    from dragoman.tree.json import encode

    if bool(names) != (action == "remove"):
        raise click.UsageError("name what to remove" if action == "remove" else "list takes no names")
    store = store_of(load(profile), Path(outbox))
    entries = [store.remove(name) for name in names] if names else list(store.entries())
    if as_json:
        emit(encode([asdict(entry) for entry in entries]))
        return
    for entry in entries:
        sign = "removed " if names else ""
        click.echo(visible(f"{sign}{entry.name} {entry.size} {entry.media_type} {entry.format} {entry.sha256}", 400))
