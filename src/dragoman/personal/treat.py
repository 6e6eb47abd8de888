"""Does with personal data what the profile says: once, in the model, for every format (REQUIREMENTS GD-1, A9, A20)."""

from __future__ import annotations

from collections.abc import Sequence

from dragoman.adapter import Context
from dragoman.errors import ForbiddenLoss
from dragoman.ledger import Kind, Ledger
from dragoman.model.incident import Incident
from dragoman.personal.edits import edits
from dragoman.personal.find import Finding, found_by
from dragoman.personal.naming import renamed
from dragoman.personal.pseudonym import Pseudonyms, key_of
from dragoman.personal.rewrite import Removed, rewritten
from dragoman.personal.rows import kinds
from dragoman.personal.rules import Rules, at_least
from dragoman.personal.search import EXCEPTION
from dragoman.profile import Personal, Treatment
from dragoman.sharing.references import without_references
from dragoman.sharing.sieve import Sieve

NAMED = 5  # places in one message


def treated(
    incident: Incident,
    personal: Personal,
    context: Context,
    override: Treatment | None = None,
    basis: str | None = None,
    at: str = "",
    beside: Sequence[Incident] = (),
) -> Incident:
    """An incident without the personal data that may not go out; the one that was given stays as it was.

    personal: the profile's section (`personal_of` makes it for a partner).  override: for all of it; rows of the profile
    for single fields hold where they are stricter.  basis: why it is allowed.  at: what comes before the places that the
    ledger names.  beside: incidents that do not go out; what is personal in their fields is looked for in these texts.

    What is treated is in no field, no copy in a text, no residue and no id made from it.  Raises ForbiddenLoss for what is
    blocked and when nothing is left, UsageError for a section that cannot be applied or a key that is missing, OSError.
    """
    rules = Rules(_overridden(personal, override, basis))
    pseudonyms = Pseudonyms(key_of(rules.personal.key_file)) if "pseudonymise" in rules.treatments() else None
    found = found_by(incident, rules, at, beside)
    _refuse([one for one in found if one.treatment == "block"])
    _tell(found, rules.personal.basis, context.ledger)
    work = edits([one for one in found if one.treatment != "allow"], pseudonyms)
    done = rewritten(incident, work, at, context.ledger)
    return renamed(_sifted(done.incident, at, context.ledger), done, at, context.ledger)


def _overridden(personal: Personal, override: Treatment | None, basis: str | None) -> Personal:
    changes: dict[str, object] = {} if basis is None else {"basis": basis}
    if override is not None:
        changes |= {"default": override, "fields": at_least(personal.fields, override)}
    return personal.model_copy(update=changes)


def _refuse(blocked: Sequence[Finding]) -> None:
    """Raises ForbiddenLoss naming the places."""
    if not blocked:
        return
    places = list(dict.fromkeys(f"{one.place} ({kinds()[one.kind].title})" for one in blocked))
    more = f" and {len(places) - NAMED} more" if len(places) > NAMED else ""
    what = f"there is personal data in it: {', '.join(places[:NAMED])}{more}"
    raise ForbiddenLoss(what, fix="take it out, or choose another treatment in the profile")


TOLD: dict[Treatment, tuple[Kind, str]] = {
    "redact": (Kind.DROPPED, "D411"),
    "pseudonymise": (Kind.NARROWED, "D412"),
    "allow": (Kind.NATIVE, "D414"),
}


def _tell(found: Sequence[Finding], basis: str | None, ledger: Ledger) -> None:
    """What becomes of each finding; never the value."""
    for one in found:
        kind, code = TOLD[one.treatment]
        reason = f"{kinds()[one.kind].title}: {one.why}"
        if one.treatment == "allow" and one.why != EXCEPTION:
            reason += f"; allowed: {basis}"
        ledger.note(kind, code, one.place, reason)


def _sifted(incident: Incident, at: str, ledger: Ledger) -> Incident:
    """Without what was marked as gone, and without references to parts that are gone with it."""
    sieve = Sieve(lambda leaf: not isinstance(leaf.value, Removed))
    found = sieve.sifted(incident)
    if not sieve.removed:
        return incident
    if not [leaf for leaf in sieve.kept if leaf.path != "/id"]:
        raise ForbiddenLoss("nothing of the incident is left without personal data", where=at)
    left: Incident = without_references(found, sieve.ids, at, ledger)
    return left
