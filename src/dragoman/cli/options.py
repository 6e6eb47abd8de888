"""Options that several commands share, and how their values are completed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

F = TypeVar("F", bound=Callable[..., Any])


class FormatName(click.ParamType[str]):
    """The name of a format; what there is is asked of the registry, and only when it is needed."""

    name = "format"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from dragoman.registry import formats

        return [CompletionItem(name) for name in formats() if name.startswith(incomplete)]


FORMAT = FormatName()
FILE = click.Path()  # whether it exists is seen when it is opened: looking twice would be a race
EVERY_INPUT = click.argument("inputs", nargs=-1, required=True, type=FILE, metavar="INPUT...")


def from_option(f: F) -> F:
    return click.option(
        "-f", "--from", "source_format", type=FORMAT, metavar="FORMAT",
        help="The format of the input.  [default: found out from its first bytes]",
    )(f)  # fmt: skip


def setting_options(f: F) -> F:
    """--mapping, --profile, -O and --limit: how to read and write."""
    f = click.option(
        "--limit", "limits", multiple=True, metavar="NAME=N",
        help="Raise or lower a bound on the input: bytes, json_depth, xml_depth, nodes, members, keys, string.",
    )(f)  # fmt: skip
    f = click.option(
        "-O", "--option", "options", multiple=True, metavar="NAME=VALUE",
        help="Set an option of a format, as `dragoman formats NAME` lists them.",
    )(f)  # fmt: skip
    f = click.option("--profile", type=FILE, metavar="FILE", help="Take options and defaults from a TOML file.")(f)
    return click.option(
        "--mapping", "tables", multiple=True, type=FILE, metavar="FILE",
        help="Lay a mapping table of your own over ours; may be given several times.",
    )(f)  # fmt: skip


def quiet_option(f: F) -> F:
    return click.option("-q", "--quiet", is_flag=True, help="Say nothing on standard error but failures.")(f)
