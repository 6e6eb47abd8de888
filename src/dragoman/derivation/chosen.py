"""What somebody chose to pass on: fields by name, within what may be passed on at all and what was agreed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dragoman.derivation.rules import rules
from dragoman.derivation.taking import Tree
from dragoman.errors import UsageError
from dragoman.model.incident import Incident
from dragoman.model.plain import classes, fields, shapes
from dragoman.profile import Agreement, Profile

OURS = ("id", "liaison", "attachments", "tlp", "next_update")  # of every message, and never taken over


def chosen(keep: Sequence[str], agreement: Agreement | None, profile: Profile) -> Tree:
    """The fields to take over: those of the command, else of the agreement, else of the profile, else our few.

    Raises UsageError for what is no field, cannot be taken over, or was not agreed on.
    """
    agreed = agreement.fields if agreement is not None else ()
    if keep and agreed:
        _check_within(keep, _tree(agreed))
    return _tree(keep or agreed or profile.derivation.keep or rules().default)


def withheld(agreement: Agreement | None) -> frozenset[tuple[str, str]]:
    """What the agreement withholds, as classes and their fields: wherever a part of the class stands, however deep.

    The class is empty where a path may lead to several.  Raises UsageError for no field at all.
    """
    return frozenset(_end(path) for path in (agreement.withhold if agreement is not None else ()))


def _end(path: str) -> tuple[str, str]:
    *above, last = path.split(".", 1) if path.startswith("custom_fields.") else path.split(".")
    declared: type | None = Incident
    for step in above:
        declared = shapes(declared).get(step, (None, False))[0] if declared else None
    if path.partition(".")[0] not in (*fields(Incident), "liaison"):
        raise UsageError(f"{path!r} is no field of an incident", fix="`dragoman formats --matrix` lists them")
    return (declared.__name__ if declared else "", last)


def _tree(paths: Iterable[str]) -> Tree:
    """Paths as a tree; one that ends takes all below it.  Raises UsageError."""
    root: Tree = {}
    for path in sorted(paths, key=lambda path: -path.count(".")):
        steps = path.split(".")
        if steps[0] in OURS:
            continue
        _check(path, steps)
        branch = root
        for step in steps[:-1]:
            branch = branch.setdefault(step, {})
        branch[steps[-1]] = {}
    return root


def _check(path: str, steps: Sequence[str]) -> None:
    declared: type | None = Incident
    for step in steps:
        allowed = rules().fields.get(declared.__name__, ()) if declared else ()
        if step not in allowed:
            what = f"{path!r} cannot be taken over" if _exists(declared, step) else f"{path!r} is no field of an incident"
            raise UsageError(what, fix=f"there are {', '.join(sorted(allowed))}")
        if step == "custom_fields":
            return  # what follows is a name that both sides use
        declared = shapes(declared)[step][0] if declared else None


def _exists(declared: type | None, step: str) -> bool:
    return declared is not None and declared in classes().values() and step in fields(declared)


def _check_within(keep: Iterable[str], agreed: Tree) -> None:
    for path in keep:
        branch = agreed
        for step in path.split("."):
            if step not in branch:
                raise UsageError(f"{path!r} was not agreed on", fix="keep less, or agree on more in [agreements]")
            branch = branch[step]
            if not branch:
                break
