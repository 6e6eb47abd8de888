"""The work of `dragoman translate`: document after document."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from dragoman.cli.batch import SOME_FAILED
from dragoman.cli.emit import emit
from dragoman.cli.errors import tell
from dragoman.cli.settings import Settings
from dragoman.errors import UsageError
from dragoman.files import called, check_apart, load, save
from dragoman.ledger import Kind
from dragoman.render import REPORTS, accounts, summary
from dragoman.translate import Step, Translation, translate
from dragoman.verdict import check

if TYPE_CHECKING:
    from dragoman.report import Report

T = TypeVar("T")


@dataclass(slots=True)
class Job:
    """One run of the command: what is the same for all of its documents, and the accounts of those that are done."""

    target: str
    source_format: str | None
    settings: Settings
    forbidden: frozenset[Kind]
    report_file: str | None
    quiet: bool
    verbose: bool
    step: Step | None = None
    done: list[tuple[str, Report]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.report_file is not None and Path(self.report_file).suffix.lower() not in REPORTS:
            raise UsageError(f"--report {self.report_file}", fix=f"its name ends in {' or '.join(REPORTS)}")

    def run(self, outputs: dict[str, Path | None]) -> int:
        """Translates all; returns the exit status."""
        if self.report_file is not None:
            check_apart([*outputs, *map(str, filter(None, outputs.values()))], Path(self.report_file))
        statuses = [self.guarded(name, output) for name, output in _watched(outputs.items(), self.quiet)]
        self.account()
        return statuses[0] if len(statuses) == 1 else SOME_FAILED if any(statuses) else 0

    def guarded(self, name: str, output: Path | None) -> int:
        """One document; its fault, told in a line, must not take the others down."""
        try:
            self.one(name, output)
        except Exception as error:
            return tell(error, called(name))
        return 0

    def one(self, name: str, output: Path | None) -> None:
        """Translates a document, accounts for it, and writes it unless its losses are forbidden."""
        context = self.settings.context(name)
        source = load(name, context.limits.bytes)
        made = translate(source, self.target, self.source_format, context, self.step)
        if self.report_file is not None:
            from dragoman.report import report  # costs the parsers of both formats

            self.done.append((context.source, report(source, made, context)))
        if self.verbose:
            self.say(made, context.source)
        check(made.ledger, self.forbidden, context.source)
        if output is None:
            emit(made.data)
        else:
            save(output, made.data)
        if not self.verbose:
            self.say(made, context.source)

    def say(self, made: Translation, name: str) -> None:
        """A summary of the losses, if there is anything to tell and anybody who wants to hear it."""
        if self.quiet:
            return
        account = self.done[-1][1] if self.done else None
        for line in summary(name, made, account, self.verbose):
            click.echo(line, err=True)

    def account(self) -> None:
        """Writes the report."""
        if self.report_file is not None and self.done:
            path = Path(self.report_file)
            save(path, accounts(self.done, path.suffix.lower()))


def _watched(items: Collection[T], quiet: bool) -> Iterator[T]:
    """The items, with a progress bar on standard error if a person sits there."""
    if len(items) == 1 or quiet or not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, label="translating", file=sys.stderr) as bar:
        for item in bar:
            click.echo("\r\x1b[K", nl=False, err=True)  # the lines of a document take the place of the bar
            yield item
