"""The command line.  Commands are known by name and summary, and imported when they run: `--help` costs nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click
from click.shell_completion import CompletionItem, shell_complete

from dragoman import __version__
from dragoman.cli.errors import guarded

NAME = "dragoman"
COMPLETE = "_DRAGOMAN_COMPLETE"  # what a completion script sets

# The module `dragoman.cli.NAME` holds a function `command`; the summary is the first sentence of its help.
COMMANDS = {
    "translate": "Translate incidents to another format.",
    "inspect": "Show the incidents of a document to a person.",
    "validate": "Say whether a document is valid by the standard of its format.",
    "detect": "Say in which format a document is.",
    "diff": "Say what differs between two documents of any formats.",
    "pack": "Make a message with attachments for a partner.",
    "unpack": "Read a message with its attachments.",
    "store": "List what was packed for others to fetch, or take it back.",
    "formats": "List the formats, describe one, or show what goes where.",
    "redact": "Take out of an incident what may not pass.",
    "policy": "Say what may pass to which perimeter, and why.",
    "derive": "Make a message of ours from a received one, to pass the incident on.",
    "provenance": "Say which message of ours was made from which received one.",
    "personal": "Find personal data, and block, redact, pseudonymise or allow it.",
    "types": "List and show incident types, and check incidents against them.",
    "render": "Render an incident for people: a mail, a page, or a notice to an authority.",
    "explain": "Explain a code of a loss or an exit status.",
    "completion": "Print the completion script of a shell.",
}

EPILOG = """\b
Exit status:
  0 done                          4 bad input
  1 a fault of ours               5 what we would write is not valid
  2 usage                         6 some documents of several failed
  3 losses that are forbidden     7 a peer, the network or the disk

`dragoman COMMAND --help` shows the options of a command and examples."""


class Commands(click.Group):
    """A group that imports a command when it is used, and ends in one line and the right status whatever happens."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"dragoman.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        found = [CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> NoReturn:
        """Runs a command and ends the process with its status.

        click's own `main` ends the process itself where a pipe breaks, and with another status.
        """
        given = list(sys.argv[1:] if args is None else args)
        sys.exit(guarded(lambda: self._run(given, extra)))

    def _run(self, args: list[str], extra: dict[str, Any]) -> Any:
        if instruction := os.environ.get(COMPLETE):
            return shell_complete(self, extra, NAME, COMPLETE, instruction)
        with self.make_context(NAME, args, **extra) as context:
            return self.invoke(context)


@click.group(
    cls=Commands,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", message="dragoman %(version)s")
def main() -> None:
    """Translate security incidents between formats, and say what became of every value."""
