"""`dragoman provenance`: trace, list, export, verify."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dragoman.cli import options
from dragoman.cli.emit import emit
from dragoman.cli.settings import settings
from dragoman.errors import ReadError, UsageError
from dragoman.files import save
from dragoman.text import visible

if TYPE_CHECKING:
    from dragoman.derivation.provenance import Link, Provenance
    from dragoman.profile import Profile

PROFILE = click.option("--profile", required=True, type=options.FILE, metavar="FILE", help="The profile that names the store.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print it as JSON instead.")


@click.group("provenance", no_args_is_help=True)
def command() -> None:
    """Say which message of ours was made from which received one.

    The store is a file that [provenance] in the profile names.  Nothing of it is ever part of a message.

    \b
    Examples:
      dragoman provenance trace 94a53cb3-70ee-449e-9346-26713fe80184 --profile mine.toml
      dragoman provenance export --profile mine.toml -o for-the-auditor.json
      dragoman provenance verify for-the-auditor.json --key provenance.pub
    """


@command.command("trace", no_args_is_help=True)
@click.argument("id", metavar="ID")
@PROFILE
@JSON
def trace(id: str, profile: str, as_json: bool) -> int:
    """Walk from a message of ours to what it was made from, link by link.

    ID is the incident's, as any format writes it: a UUID, or incident--UUID.
    """
    _print(_trail(_store(profile), id), as_json)
    return 0


@command.command("list")
@PROFILE
@JSON
def list_(profile: str, as_json: bool) -> int:
    """List all messages that were derived, the oldest first."""
    _print((row.link for row in _store(profile).rows()), as_json)
    return 0


@command.command("export")
@click.argument("ids", metavar="[ID...]", nargs=-1)
@PROFILE
@click.option("--by", default="", metavar="NAME", help="Who makes the export.")
@click.option("-o", "--output", type=options.FILE, metavar="FILE", help="Where to write.  [default: standard output]")
def export(ids: tuple[str, ...], profile: str, by: str, output: str | None) -> int:
    """Write the trail for an auditor, signed with the key of the profile (Ed25519).

    With IDs, only the trails of those messages are shown; of the others stands a digest, so that the chain can be checked.
    """
    from dragoman.derivation.export import exported, private_key

    ours = _profile(profile)
    store, file = _store(profile), ours.provenance.key_file
    key = private_key(None if file is None else ours.path(file))
    if faults := store.faults():
        raise ReadError("; ".join(faults), where=str(store.path), fix="sign nothing that somebody changed")
    only = {link.derived for one in ids for link in _trail(store, one)} if ids else None
    data = exported(store.rows(), only, key, by or ours.sender.name or "", settings().now())
    if output is None:
        emit(data)
    else:
        save(Path(output), data)
    return 0


@command.command("verify")
@click.argument("file", metavar="[EXPORT]", required=False, type=options.FILE)
@click.option("--key", "key_file", type=options.FILE, metavar="FILE", help="The public key.  [default: that of the profile]")
@click.option("--profile", type=options.FILE, metavar="FILE", help="The profile that names the store.")
def verify(file: str | None, key_file: str | None, profile: str | None) -> int:
    """Check the store, or an export: that nothing was changed and nothing taken out.

    With both, also that the store still holds what was exported.  Exit status 4 when it does not hold.
    """
    if file is None and profile is None:
        raise UsageError("what is to be verified?", fix="an EXPORT, or --profile FILE for the store")
    faults = _store_faults(profile) if profile is not None else []
    if file is not None:
        faults += _export_faults(file, key_file, profile)
    for fault in faults:
        click.echo(visible(fault), err=True)
    return 4 if faults else 0


def _store_faults(profile: str) -> list[str]:
    store = _store(profile)
    faults = store.faults()
    if not faults:
        click.echo(f"{visible(str(store.path))}: good: {len(store.rows())} rows")
    return faults


def _export_faults(file: str, key_file: str | None, profile: str | None) -> list[str]:
    """What the store no longer holds of an export.  Raises ReadError for an export that is not good, UsageError, OSError."""
    from dragoman.derivation.export import checked, public_key

    own = _profile(profile).provenance.key_file if profile is not None else None
    path = Path(key_file) if key_file else _profile(profile).path(own) if own else None
    if path is None:
        raise UsageError("with which key?", fix="--key FILE with the public key of whoever signed it")
    rows = checked(Path(file).read_bytes(), public_key(path), file)
    shown = sum("content" in row for row in rows)
    click.echo(f"{visible(file)}: good: {len(rows)} rows, {shown} shown")
    if profile is None:
        return []
    kept = {row.number: row.seal for row in _store(profile).rows()}
    return [f"row {row['number']} is no longer in the store" for row in rows if kept.get(row["number"]) != row["seal"]]


def _profile(file: str | None) -> Profile:
    from dragoman.profile import load

    return load(file)


def _store(profile: str | None) -> Provenance:
    from dragoman.derivation.record import store_of

    return store_of(_profile(profile))


def _trail(store: Provenance, id: str) -> list[Link]:
    found = list(store.trail(id))
    if not found:
        raise UsageError(f"no message {id!r:.80} was derived here", fix="`dragoman provenance list` names them")
    return found


def _print(links: Iterable[Link], as_json: bool) -> None:
    if as_json:
        from dragoman.tree.json import encode

        emit(encode([asdict(link) for link in links]))
        return
    for link in links:
        for_whom = f" for {link.partner}" if link.partner else ""
        click.echo(visible(f"{link.at} {link.derived}{for_whom}, by {link.by or 'nobody named'}", 400))
        click.echo(visible(f"  from {link.parent_sender or 'a sender that does not say its name'}: {link.parent_id}", 400))
        click.echo(f"  {link.parent_format}, SHA-256 {link.parent_sha256}")
        click.echo(visible(f"  took over {', '.join(link.fields) or 'nothing'}; {len(link.decisions)} decisions", 400))
