"""`dragoman formats`."""

from __future__ import annotations

from typing import Any

import click

from dragoman.adapter import Adapter, Can
from dragoman.cli import options
from dragoman.cli.emit import emit
from dragoman.errors import UsageError
from dragoman.registry import adapter, adapters, formats


@click.command("formats")
@click.argument("name", required=False, type=options.FORMAT)
@click.option("--matrix", is_flag=True, help="Show which fields of the model each format has a place for.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the format, or of the model.")
def command(name: str | None, matrix: bool, schema: bool) -> None:
    """List the formats, describe one, or show what goes where.

    The matrix is made from the mapping tables alone: `-` is a field that the format has no place for, ≈ names words
    for which it only has a coarser one.  What an adapter does in code besides is not in it.

    \b
    Examples:
      dragoman formats
      dragoman formats stix-2.1
      dragoman formats --matrix
      dragoman formats base --schema > base.schema.json
    """
    if matrix and schema:
        raise UsageError("--matrix and --schema at once", fix="ask for one of them")
    if schema:
        _print_schema(name)
    elif matrix:
        _print_matrix(name)
    elif name:
        _describe(adapter(name))
    else:
        _list()


def _print_schema(name: str | None) -> None:
    from dragoman.model import border
    from dragoman.tree.json import encode

    schema: Any = getattr(adapter(name), "schema", None) if name else border.schema
    if schema is None:
        raise UsageError(f"the adapter of {name} publishes no JSON Schema", fix="see its specification")
    emit(encode(schema()))


def _print_matrix(name: str | None) -> None:
    from dragoman.cli.console import console
    from dragoman.mapping.matrix import matrix
    from dragoman.render.formats import crossed

    names = [adapter(name).format.name] if name else list(formats())
    found, without = matrix(names)
    if found:
        console().print(crossed(found, [known for known in names if known not in without]))
    for missing in without:
        click.echo(f"{missing} has no mapping table: see `dragoman formats {missing}`")


def _list() -> None:
    from dragoman.cli.console import console
    from dragoman.render.formats import listed

    packages = {name: _package(name) for name in formats()}
    console().print(listed([found.format for found in adapters().values()], packages))


def _package(name: str) -> str:
    point = formats()[name]
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.value


def _describe(found: Adapter) -> None:
    from dragoman.render.formats import abilities

    about = found.format
    click.echo(f"{about.name}: {about.title} {about.version}\n")
    pairs = {
        "can": abilities(about.can),
        "suffixes": ", ".join(about.suffixes),
        "media types": ", ".join(about.media_types),
        "specification": about.specification,
        "package": _package(about.name),
        "validation": "by its standard" if hasattr(found, "faults") else "only whether it can be read",
        "schema": f"dragoman formats {about.name} --schema" if hasattr(found, "schema") else "",
    }
    for key, value in pairs.items():
        if value:
            click.echo(f"  {key:<15}{value}")
    if about.options:
        click.echo("\nOptions (-O NAME=VALUE, or in a profile):\n")
        for option, meaning in about.options.items():
            click.echo(click.wrap_text(f"{option}  {meaning}", initial_indent="  ", subsequent_indent="      "))
    if Can.WRITE not in about.can:
        click.echo("\nIt can only be read.")
