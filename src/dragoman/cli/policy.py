"""`dragoman policy`: explain, show, test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from dragoman.cli import options
from dragoman.cli.emit import emit
from dragoman.cli.settings import settings
from dragoman.errors import ForbiddenLoss
from dragoman.files import load as load_bytes
from dragoman.ledger import Ledger
from dragoman.text import visible
from dragoman.translate import read

if TYPE_CHECKING:
    from dragoman.adapter import Context
    from dragoman.model.incident import Incident
    from dragoman.model.marking import Level
    from dragoman.sharing.policy import Policy, Verdict
    from dragoman.sharing.sieve import Leaf

Row: TypeAlias = "tuple[Leaf, Verdict]"
LONGEST = 60


@click.group("policy", no_args_is_help=True)
def command() -> None:
    """Say what may pass to which perimeter, and why.

    The policy is a file that [policy] in the profile names; without one, ours holds.

    \b
    Examples:
      dragoman policy explain incident.xml --for members
      dragoman policy test team-policy.yaml
    """


@command.command("explain", no_args_is_help=True)
@click.argument("source", metavar="INCIDENT", type=options.FILE)
@click.option("--for", "perimeter", required=True, metavar="PERIMETER", help="The perimeter to which it would go.")
@click.option("--unmarked", default="AMBER", show_default=True, metavar="LEVEL", help="How to treat what nobody marked.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON instead.")
@options.from_option
@options.setting_options
def explain(
    source: str, perimeter: str, unmarked: str, as_json: bool, source_format: str | None, tables: tuple[str, ...],
    profile: str | None, options: tuple[str, ...], limits: tuple[str, ...],
) -> int:  # fmt: skip
    """Tell for each value of an incident whether it passes, and why.

    \b
    Examples:
      dragoman policy explain incident.xml --for members
      dragoman policy explain bundle.json --for external.public --json | jq '.[] | select(.passes | not)'
    """
    from dragoman.sharing.levels import level_of

    context = settings(profile, options, limits, tables).context(source)
    policy = _policy(profile)
    policy.perimeter(perimeter)
    incidents = read(load_bytes(source, context.limits.bytes), source_format, context)
    rows = _rows(incidents, policy, perimeter, context, level_of(unmarked))
    _print_json(rows) if as_json else _print_table(rows, perimeter)
    return 0


@command.command("show")
@options.setting_options
def show(tables: tuple[str, ...], profile: str | None, options: tuple[str, ...], limits: tuple[str, ...]) -> int:
    """Print the policy: its perimeters and rules, to read or to begin your own with."""
    from dragoman.mapping.yaml import home

    file = _file(profile)
    emit(file.read_bytes() if file else home().joinpath("sharing/policy.yaml").read_bytes())
    return 0


@command.command("test")
@click.argument("file", metavar="[FILE]", required=False, type=options.FILE)
@options.setting_options
def test(
    file: str | None, tables: tuple[str, ...], profile: str | None, options: tuple[str, ...], limits: tuple[str, ...]
) -> int:
    """Hold a policy to its own tests; exit status 3 when it does not pass them."""
    from dragoman.sharing.policy import load

    policy = load(Path(file)) if file else _policy(profile)
    failures = policy.failures()
    for line in failures:
        click.echo(visible(line), err=True)
    click.echo(f"{len(policy.tests) - len(failures)} of {len(policy.tests)} tests passed")
    return 3 if failures else 0


def _file(profile: str | None) -> Path | None:
    from dragoman.profile import load

    return load(profile).policy_file


def _policy(profile: str | None) -> Policy:
    from dragoman.sharing.policy import load

    return load(_file(profile))


def _rows(incidents: Sequence[Incident], policy: Policy, perimeter: str, context: Context, default: Level) -> list[Row]:
    """Every value with its verdict: what the policy says of it, and what redaction does for the sake of the others."""
    from dragoman.sharing.policy import Verdict, age_of
    from dragoman.sharing.sieve import labelled

    rows: list[Row] = []
    gone = _taken_out(incidents, policy, perimeter, context, default)
    for number, incident in enumerate(incidents):
        age, where = age_of(incident, context.now()), f"/{number}" if len(incidents) > 1 else ""
        for leaf in labelled(incident, default):
            verdict = policy.decide(leaf.category, leaf.label.level, perimeter, age)
            why = next((gone[place] for place in _above(f"/{number}{leaf.path}") if place in gone), None)
            placed = replace(leaf, path=where + leaf.path)
            rows.append((placed, Verdict(False, why) if verdict.passes and why else verdict))
    return rows


def _taken_out(
    incidents: Sequence[Incident], policy: Policy, perimeter: str, context: Context, default: Level
) -> dict[str, str]:
    """What redaction would take out, by place, and why."""
    from dragoman.sharing.redact import redacted

    ledger = Ledger()
    gates = [policy.gate(perimeter, one, context.now()) for one in incidents]
    with suppress(ForbiddenLoss):
        redacted(incidents, gates, ledger, default)
    return {loss.path: loss.reason for loss in ledger}


def _above(path: str) -> Iterator[str]:
    """A path and those that it stands below."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _print_json(rows: list[Row]) -> None:
    from dragoman.sharing.levels import level_name
    from dragoman.tree.json import encode

    emit(encode([
        {"path": leaf.path, "value": leaf.value, "category": leaf.category, "level": level_name(leaf.label.level),
         "marked": str(leaf.label), "passes": verdict.passes, "why": verdict.why}
        for leaf, verdict in rows
    ]))  # fmt: skip


def _print_table(rows: list[Row], perimeter: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from dragoman.cli.console import console
    from dragoman.sharing.levels import level_name

    table = Table("", "field", "value", "category", "level", "why", title=f"to {perimeter}", title_justify="left")
    for leaf, verdict in rows:
        mark = Text("passes", "green") if verdict.passes else Text("withheld", "red")
        value = visible(str(leaf.value), LONGEST)
        table.add_row(mark, visible(leaf.path), value, leaf.category, level_name(leaf.label.level), visible(verdict.why))
    console().print(table)
    passing = sum(verdict.passes for _, verdict in rows)
    console().print(f"{passing} of {len(rows)} values pass")
