"""What leaves the house: an incident as one partner may have it.

Every step is a function from an incident to an incident; it leaves the one it was given as it was, and the ledger tells
what became of it.  The steps of `STEPS` run in their order, whatever the format that is written afterwards.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any, TypeAlias

from dragoman.adapter import Context
from dragoman.errors import UsageError
from dragoman.ledger import Kind
from dragoman.model.incident import CustomField, Incident
from dragoman.model.people import Contact, ContactPoint
from dragoman.model.plain import classes, copied, fields, is_part, shapes
from dragoman.personal import allows_all, personal_of, treated
from dragoman.profile import Agreement, Profile
from dragoman.sharing.levels import level_of
from dragoman.sharing.policy import load
from dragoman.sharing.redact import Gate, redacted, up_to

Step: TypeAlias = Callable[[Incident, Agreement, Profile, Context], Incident]
Tree: TypeAlias = dict[str, "Tree"]

ALWAYS = frozenset({"id", "markings", "field_markings", "marking_definitions", "tlp"})  # a label never goes
LIAISON = "liaison"  # in paths: the one contact to talk to
WORDS = ("id", "name", "zip", "city")  # of a liaison
POINTS = {"email": "emails", "phone": "phones", "address": "postal_addresses"}  # as the base message calls them


def prepared(incident: Incident, agreement: Agreement, profile: Profile, context: Context) -> Incident:
    """The incident as the partner of an agreement may have it.

    Raises UsageError for an agreement that cannot be applied, ForbiddenLoss for an incident that must not pass.
    """
    for step in STEPS:
        incident = step(incident, agreement, profile, context)
    return incident


def with_liaison(incident: Incident, agreement: Agreement, profile: Profile, context: Context) -> Incident:
    """Whom this partner talks to, instead of the liaison that the incident names."""
    if agreement.liaison is None:
        return incident
    said = agreement.liaison
    if wrong := sorted(set(said) - {*WORDS, *POINTS}):
        raise UsageError(f"liaison.{wrong[0]} is no member of a liaison", fix=f"there are {', '.join([*WORDS, *POINTS])}")
    liaison = Contact(role="liaison")
    for name in WORDS:
        setattr(liaison, name, said.get(name))
    for name, field in POINTS.items():
        setattr(liaison, field, [ContactPoint(value=said[name])] if name in said else ())
    others = [contact for contact in incident.contacts if contact.role != "liaison"]
    if len(others) < len(incident.contacts):
        context.ledger.note(Kind.DROPPED, "D601", "/contacts", "the agreement names another liaison")
    return copied(incident, contacts=[liaison, *others])


def selected(incident: Incident, agreement: Agreement, profile: Profile, context: Context) -> Incident:
    """The fields that were agreed on, without those that are withheld."""
    if agreement.fields:
        incident = _only(incident, _tree(agreement.fields), "", context)
    for path in agreement.withhold:
        incident = _without(incident, _steps(path), "", context)
    return incident


def marked(incident: Incident, agreement: Agreement, profile: Profile, context: Context) -> Incident:
    """Without what is marked above the agreement's `max_tlp`, and without what the policy keeps from its perimeter.

    Raises ForbiddenLoss when nothing may pass, UsageError for no such level or perimeter, OSError for the policy.
    """
    gates: list[Gate] = []
    if agreement.max_tlp is not None:
        gates.append(up_to(level_of(agreement.max_tlp)))
    if agreement.perimeter is not None:
        gates.append(load(profile.policy_file).gate(agreement.perimeter, incident, context.now()))
    for gate in gates:
        [incident] = redacted([incident], gate, context.ledger)
    return incident


def without_persons(incident: Incident, agreement: Agreement, profile: Profile, context: Context) -> Incident:
    """Without the personal data that this partner may not have: the agreement says so, else the profile's [personal].

    Raises ForbiddenLoss for what is blocked, UsageError for an allowance without a basis and for a missing key, OSError.
    """
    return treated(incident, personal_of(profile, agreement), context)


def without_links(incident: Incident, agreement: Agreement, profile: Profile, context: Context) -> Incident:
    """Without the files that it lists, where anything is kept from this partner: nobody here looked into them.

    An agreement that names `attachments` among its fields vouches for them.
    """
    named = any(path.partition(".")[0] == "attachments" for path in agreement.fields)
    if named or not incident.attachments or not restricts(agreement, profile):
        return incident
    for number, _ in enumerate(incident.attachments):
        context.ledger.note(Kind.DROPPED, "D601", f"/attachments/{number}", "the file was not prepared for this partner")
    return copied(incident, attachments=())


def restricts(agreement: Agreement, profile: Profile) -> bool:
    """Whether anything of an incident may be kept from the partner of an agreement."""
    said = (agreement.fields, agreement.withhold, agreement.max_tlp, agreement.perimeter, agreement.liaison)
    return any(said) or not allows_all(personal_of(profile, agreement))


def without_parent(incident: Incident, agreement: Agreement, profile: Profile, context: Context) -> Incident:
    """Without the message that this one was made from, which older software named (REQUIREMENTS BF-6, PR-3)."""
    left = {name: _unparented(kept) for name, kept in (incident.residue or {}).items()}
    if left == (incident.residue or {}):
        return incident
    context.ledger.note(Kind.DROPPED, "D601", "/residue/parent", "no message refers to the one that it was made from")
    return copied(incident, residue={name: kept for name, kept in left.items() if kept} or None)


def _unparented(kept: Any) -> Any:
    return {name: value for name, value in kept.items() if name != "parent"} if isinstance(kept, dict) else kept


STEPS: tuple[Step, ...] = (with_liaison, selected, without_links, marked, without_persons, without_parent)


def _steps(path: str) -> list[str]:
    """A path such as "liaison.email" or "custom_fields.records" in the model's names.  Raises UsageError."""
    first, *rest = path.split(".", 1) if path.startswith("custom_fields.") else path.split(".")
    steps = [first, *(POINTS.get(step, step) for step in rest)] if first == LIAISON else [first, *rest]
    declared: type | None = Contact if first == LIAISON else Incident
    for step in steps[1:] if first == LIAISON else steps:
        if step not in (fields(declared) if declared else _known()):
            raise UsageError(f"{path!r} is no field of an incident", fix="`dragoman formats --matrix` lists them")
        declared = shapes(declared)[step][0] if declared else None
        if step == "custom_fields":
            break  # what follows is a name that the two partners gave
    return steps


@cache
def _known() -> frozenset[str]:
    return frozenset(name for cls in classes().values() for name in fields(cls))


def _tree(paths: Sequence[str]) -> Tree:
    """Paths as a tree; a path that ends takes all below it."""
    root: Tree = {}
    whole = sorted(map(_steps, paths), key=len, reverse=True)
    for steps in whole:
        branch = root
        for step in steps[:-1]:
            branch = branch.setdefault(step, {})
        branch[steps[-1]] = {}
    return root


def _only(part: Any, tree: Tree, path: str, context: Context) -> Any:
    """A copy of a part that says only what the tree names."""
    changes: dict[str, Any] = {}
    cls: type = type(part)
    if LIAISON in tree and "contacts" not in tree:
        part = _with_liaison_only(part, tree[LIAISON], context)
        tree = tree | {"contacts": {}}
    for name in fields(cls):
        value = getattr(part, name)
        if value in (None, (), []) or name in ALWAYS:
            continue
        if name not in tree:
            changes[name] = _unset(cls)[name]
            _tell(f"{path}/{name}", context)
        elif tree[name]:
            changes[name] = _each(value, partial(_chosen, below=tree[name], path=f"{path}/{name}", context=context))
    return copied(part, **changes) if changes else part


def _with_liaison_only(incident: Incident, below: Tree, context: Context) -> Incident:
    one = incident.liaison
    if one is None:
        return incident
    kept = below | {"role": {}}  # what it is, or it would be anybody's
    return copied(incident, contacts=[_only(one, kept, f"/{LIAISON}", context) if below else one])


def _chosen(item: Any, below: Tree, path: str, context: Context) -> Any:
    named = _custom(item)
    if named is not None:
        return item if named in below else None
    return _only(item, below, path, context)


def _without(part: Any, steps: Sequence[str], path: str, context: Context) -> Any:
    """A copy of a part that does not say what a path names, nor what its reader kept verbatim beside it."""
    name, *rest = steps
    if name == LIAISON:
        return _without_liaison(part, rest, context)
    value = getattr(part, name, None)
    if value in (None, (), []):
        return part
    if rest:
        kept = _each(value, partial(_less, rest=rest, path=f"{path}/{name}", context=context))
        return copied(part, **{name: kept})
    _tell(f"{path}/{name}", context)
    cls: type = type(part)
    return copied(part, **{name: _unset(cls)[name], "residue": None})


def _without_liaison(incident: Incident, rest: Sequence[str], context: Context) -> Incident:
    one = incident.liaison
    if one is None:
        return incident
    if not rest:
        _tell(f"/{LIAISON}", context)
    less = [_without(one, rest, f"/{LIAISON}", context)] if rest else []
    return copied(incident, contacts=[kept for c in incident.contacts for kept in (less if c is one else [c])])


def _less(item: Any, rest: Sequence[str], path: str, context: Context) -> Any:
    named = _custom(item)
    if named is None:
        return _without(item, rest, path, context)
    if named != rest[0]:
        return item
    _tell(f"{path}/{named}", context)
    return None


def _custom(item: Any) -> str | None:
    """The name that the partners gave to a custom field; None for any other part."""
    return item.type.name if isinstance(item, CustomField) and item.type is not None else None


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    """A part, or the parts of a list, changed; None is left out."""
    if not isinstance(value, list | tuple):
        return change(value) if is_part(value) else value
    kept = [change(item) if is_part(item) else item for item in value]
    return [item for item in kept if item is not None]


@cache
def _unset(cls: type) -> Mapping[str, Any]:
    """What each field of a part is when nobody says it."""
    return {field.name: field.default for field in dataclasses.fields(cls)}


def _tell(path: str, context: Context) -> None:
    context.ledger.note(Kind.DROPPED, "D601", path, "the agreement does not give it to this partner")
