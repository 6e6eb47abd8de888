"""`dragoman types`: list, show, check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dragoman.adapter import Context
from dragoman.cli import options
from dragoman.cli.batch import each
from dragoman.cli.emit import emit
from dragoman.cli.settings import settings
from dragoman.errors import UsageError
from dragoman.files import called, load
from dragoman.ledger import Kind
from dragoman.text import visible
from dragoman.translate import read, stepped

if TYPE_CHECKING:
    from collections.abc import Callable

    from dragoman.incident_types.definitions import TypeDefinition, Types

DOES_NOT_FIT = 4
LONGEST = 400
PROFILE = click.option("--profile", type=options.FILE, metavar="FILE", help="Take the files of [types] in a TOML file.")
FILES: Callable[..., Any] = click.option(
    "--types", "files", multiple=True, type=options.FILE, metavar="FILE",
    help="A file of incident types, YAML or TOML; may be given several times.",
)  # fmt: skip
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print it as JSON instead.")


@click.group("types", no_args_is_help=True)
def command() -> None:
    """List and show incident types, and check incidents against them.

    An incident type is a template: which custom fields an incident of a kind has, and what their values are.

    \b
    Examples:
      dragoman types list --profile team.toml
      dragoman types check incident.xml --types our-types.toml
    """


@command.command("list")
@AS_JSON
@PROFILE
@FILES
def list_(as_json: bool, profile: str | None, files: tuple[str, ...]) -> int:
    """List the types, and what a partner needs in order to choose among them."""
    known = _types(profile, files).types
    _print_json([_shared(one) for one in known]) if as_json else _print_list(known)
    return 0


@command.command("show")
@click.argument("name", metavar="[TYPE]", required=False)
@click.option("--schema", "as_schema", is_flag=True, help="Print the JSON Schema of a file of types instead.")
@AS_JSON
@PROFILE
@FILES
def show(name: str | None, as_schema: bool, as_json: bool, profile: str | None, files: tuple[str, ...]) -> int:
    """Show a type by its name or id, with its fields.

    \b
    Examples:
      dragoman types show Ransomware --profile team.toml
      dragoman types show --schema > types.schema.json
    """
    if as_schema:
        from dragoman.incident_types.definitions import schema

        _print_json(schema())
        return 0
    if name is None:
        raise UsageError("which type?", fix="its name or id, or --schema")
    found = _types(profile, files).named(name)
    _print_json(found.model_dump(mode="json")) if as_json else _print_type(found)
    return 0


@command.command("check", no_args_is_help=True)
@options.EVERY_INPUT
@options.from_option
@FILES
@options.setting_options
@options.quiet_option
def check(
    inputs: tuple[str, ...], source_format: str | None, files: tuple[str, ...], tables: tuple[str, ...], profile: str | None,
    options: tuple[str, ...], limits: tuple[str, ...], quiet: bool,
) -> int:  # fmt: skip
    """Check the custom fields of incidents against their types.

    Prints what is told of each file in a line (file, place, reason, code); ends with exit status 4 if anything does not
    fit.

    \b
    Examples:
      dragoman types check incident.xml --profile team.toml
      dragoman types check --types our-types.toml *.json
    """
    chosen, types = settings(profile, options, limits, tables), _types(profile, files)
    return each(inputs, lambda name: _check(name, source_format, types, chosen.context(name), quiet))


def _check(name: str, source_format: str | None, types: Types, context: Context, quiet: bool) -> int:
    from dragoman.incident_types.fit import typed

    incidents = read(load(name, context.limits.bytes), source_format, context)
    context.ledger.losses = [loss for loss in context.ledger if "/custom_fields/" in loss.path]
    stepped(incidents, lambda incident, told: typed(incident, types, told), context)
    for loss in context.ledger:
        click.echo(visible(f"{called(name)}: {loss.path}: {loss.reason} [{loss.code}]", LONGEST))
    faults = context.ledger.of({Kind.INVALID})
    if not (faults or quiet):
        fits = "fits its type" if any(incident.type for incident in incidents) else "says no incident type"
        click.echo(visible(f"{called(name)}: {fits}"))
    return DOES_NOT_FIT if faults else 0


def _types(profile: str | None, files: tuple[str, ...]) -> Types:
    """The types of the files that were named, else of the profile.  Raises UsageError, MappingError, OSError."""
    from dragoman.incident_types.definitions import load as load_types
    from dragoman.profile import load as load_profile

    found = load_profile(profile)
    paths = [Path(file) for file in files] or [found.path(file) for file in found.types.files]
    if not paths:
        raise UsageError("no incident types", fix="--types FILE, or [types] files = [...] in the profile")
    return load_types(paths)


def _shared(one: TypeDefinition) -> dict[str, Any]:
    """What others may know of a type: the four members of Table 2, and its fields."""
    hidden = {"withhold_consequence", "release", "sharing", "aliases", "fields"}
    hidden |= {"consequence"} if one.withhold_consequence else set()
    fields = [field.model_dump(mode="json", exclude={"aliases"}) for field in one.fields]  # what partners say is theirs
    return {**one.model_dump(mode="json", exclude=hidden), "fields": fields}


def _print_json(value: Any) -> None:
    from dragoman.tree.json import encode

    emit(encode(value))


def _print_list(known: tuple[TypeDefinition, ...]) -> None:
    from rich.table import Table

    from dragoman.cli.console import console

    table = Table("type", "what", "consequence", "release", "fields")
    for one in known:
        names = ", ".join(field.name for field in one.fields)
        table.add_row(visible(one.name), visible(one.description), _consequence(one), one.release, visible(names))
    console().print(table)


def _print_type(one: TypeDefinition) -> None:
    from rich.table import Column, Table

    from dragoman.cli.console import console

    out = console()
    for word, value in (("name", one.name), ("id", str(one.id)), ("description", one.description),
                        ("also called", ", ".join(one.aliases)), ("consequence", _consequence(one)), ("release", one.release),
                        ("sharing", one.sharing)):  # fmt: skip
        out.print(f"{word + ':':<13}{visible(value)}".rstrip())
    table = Table("field", "type", "required", "what", "also called", Column("id", no_wrap=True))
    for field in one.fields:
        needed, others = "yes" if field.required else "no", ", ".join(field.aliases)
        table.add_row(visible(field.name), field.type, needed, visible(field.description), visible(others), str(field.id))
    out.print(table)


def _consequence(one: TypeDefinition) -> str:
    said = "" if one.consequence is None else f"{one.consequence:g}"
    return f"{said} (withheld)".strip() if one.withhold_consequence else said
