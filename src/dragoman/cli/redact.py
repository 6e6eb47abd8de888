"""`dragoman redact`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from dragoman.adapter import Context
from dragoman.cli import options
from dragoman.cli.emit import hand_over
from dragoman.cli.personal import TOLD as OF_PERSONS
from dragoman.cli.personal import pieces
from dragoman.cli.settings import settings
from dragoman.errors import UsageError
from dragoman.files import called, load
from dragoman.ledger import Loss
from dragoman.model.incident import Incident
from dragoman.text import visible
from dragoman.translate import read, source_format_of, write

if TYPE_CHECKING:
    from dragoman.profile import Profile
    from dragoman.sharing.redact import Gate

TOLD = {**OF_PERSONS, **dict.fromkeys(("D401", "D402", "D403"), "taken out")}


@click.command("redact", no_args_is_help=True)
@click.argument("source", metavar="INCIDENT", type=options.FILE)
@click.option("--for", "perimeter", metavar="PERIMETER", help="What the policy lets pass to this perimeter.")
@click.option("--max-tlp", metavar="LEVEL", help="What is marked no stricter: CLEAR, GREEN, AMBER, AMBER+STRICT, RED.")
@click.option(
    "-t", "--to", "target", type=options.FORMAT, metavar="FORMAT",
    help="The format to write.  [default: that of the input]",
)  # fmt: skip
@options.from_option
@click.option("-o", "--output", type=options.FILE, metavar="FILE", help="Where to write.  [default: standard output]")
@click.option("--unmarked", default="AMBER", show_default=True, metavar="LEVEL", help="How to treat what nobody marked.")
@options.setting_options
@options.quiet_option
def command(
    source: str, perimeter: str | None, max_tlp: str | None, target: str | None, source_format: str | None,
    output: str | None, unmarked: str, tables: tuple[str, ...], profile: str | None, options: tuple[str, ...],
    limits: tuple[str, ...], quiet: bool,
) -> int:  # fmt: skip
    """Take out of an incident what may not pass.

    Fields, parts, references to them and copies of them in text; what the document carries besides, and the files that it
    lists, as well.  Personal data goes too where the profile has a section [personal].  Every value that was taken out is
    told on standard error.

    \b
    Examples:
      dragoman redact bundle.json --max-tlp GREEN -o green.json
      dragoman redact incident.xml --for external.public --to base --profile team.toml
    """
    if (perimeter is None) == (max_tlp is None):
        raise UsageError("whom is it for?", fix="one of --for PERIMETER and --max-tlp LEVEL")
    from dragoman.profile import load as load_profile

    context = settings(profile, options, limits, tables).context(source)
    data = load(source, context.limits.bytes)
    name = source_format or source_format_of(data, context)
    whom = Whom(perimeter, max_tlp, unmarked, load_profile(profile))
    found = whom.parts(read(data, name, context), context)
    made = write(found, target or name, context)
    if not quiet:
        tell(context.ledger)
        _warn(called(source), sum(map(whom.undecided, found)))
    hand_over(made, source, output)
    return 0


@dataclass(frozen=True, slots=True)
class Whom:
    """For whom it is: what the command line says of that."""

    perimeter: str | None
    max_tlp: str | None
    unmarked: str
    profile: Profile

    def parts(self, incidents: list[Incident], context: Context) -> list[Incident]:
        """What may pass of the incidents of a document: by their markings, and by [personal] where the profile has it."""
        from dragoman.personal import personal_of, treated
        from dragoman.sharing.levels import level_of
        from dragoman.sharing.redact import redacted

        found = redacted(incidents, self._gates(incidents, context), context.ledger, level_of(self.unmarked))
        if not self.profile.says("personal"):
            return found
        decided = personal_of(self.profile)
        return [treated(one, decided, context, at=f"/{number}") for number, one in enumerate(found)]

    def undecided(self, incident: Incident) -> int:
        """How many pieces of personal data stay without anybody having decided on it."""
        from dragoman.personal import untreated

        return 0 if self.profile.says("personal") else untreated(incident)

    def _gates(self, incidents: Sequence[Incident], context: Context) -> Gate | list[Gate]:
        """By the level that was named, or by the profile's policy or ours.  Raises UsageError, MappingError, OSError."""
        from dragoman.sharing.levels import level_of
        from dragoman.sharing.policy import load
        from dragoman.sharing.redact import up_to

        if self.max_tlp:
            return up_to(level_of(self.max_tlp))
        policy = load(self.profile.policy_file)
        return [policy.gate(self.perimeter or "", one, context.now()) for one in incidents]


def tell(losses: Iterable[Loss]) -> None:
    """One line for each value that was taken out, never the value itself."""
    for loss in losses:
        if loss.code in TOLD:
            click.echo(f"{visible(loss.path)}: {TOLD[loss.code]}: {visible(loss.reason)} [{loss.code}]", err=True)


def _warn(name: str, count: int) -> None:
    """Who hands personal data out without having decided on it shall know."""
    if count:
        hint = f"`dragoman personal find {name}` lists what there is; [personal] in a profile takes it out"
        click.echo(f"{visible(name)}: {pieces(count)} of personal data stay ({visible(hint)})", err=True)
