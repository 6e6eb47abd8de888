"""`dragoman completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from dragoman.cli import COMPLETE, NAME


@click.command("completion", no_args_is_help=True)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    Commands, options, names of formats and codes are completed once the shell has read the script.

    \b
    Examples:
      dragoman completion bash > ~/.local/share/bash-completion/completions/dragoman
      dragoman completion zsh > ~/.zfunc/_dragoman
      dragoman completion fish > ~/.config/fish/completions/dragoman.fish
    """
    completer = get_completion_class(shell)
    if completer is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(completer(ctx.find_root().command, {}, NAME, COMPLETE).source())
