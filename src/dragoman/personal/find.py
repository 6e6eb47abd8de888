"""Finds personal data in an incident: in the fields that hold it, by its looks, and where a text repeats such a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dragoman.model.incident import Incident
from dragoman.personal.places import Path
from dragoman.personal.rules import Rules
from dragoman.profile import Personal, Treatment


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of personal data, and what becomes of it.

    place: where it stands, for people; the name of a member that is personal itself is not spelt out.  path: the same for
    programs.  where: the class and field of the model, or the name that somebody gave to the field.  sure: certain, likely
    or possible.  leaf: where the value itself stands, when it is personal as a whole; else `start` and `end` say where in
    the text.  of_key, of_id: the text is the name of a member, or an id.  several: the values, where it is a list of them.
    """

    place: str
    path: Path
    where: str
    kind: str
    sure: str
    why: str
    treatment: Treatment
    value: str
    leaf: Path | None = None
    start: int = 0
    end: int = 0
    of_key: bool = False
    of_id: bool = False
    several: tuple[str, ...] = ()

    @property
    def masked(self) -> str:
        """The value as it may be shown: its first character at most, and how long it is."""
        return f"{self.value[0] if len(self.value) > 4 else '*'}*** ({len(self.value)})"

    def as_json(self) -> dict[str, str]:
        """For machines, masked as well."""
        names = ("place", "where", "kind", "sure", "why", "treatment", "masked")
        return {name: getattr(self, name) for name in names}


def findings(incident: Incident, personal: Personal | None = None, at: str = "") -> list[Finding]:
    """The personal data of an incident in the order of its places.

    personal: the profile's section.  at: what comes before the places, such as the number of the incident.
    Raises UsageError for a section that cannot be applied.
    """
    return found_by(incident, Rules(personal or Personal()), at)


def untreated(incident: Incident) -> int:
    """How many pieces of personal data an incident has that would be treated if nobody said otherwise."""
    return sum(one.treatment != "allow" for one in findings(incident))


def found_by(incident: Incident, rules: Rules, at: str = "", beside: Iterable[Incident] = ()) -> list[Finding]:
    """The same under rules that were checked before.  beside: incidents whose values are looked for in this one as well."""
    from dragoman.personal.search import Search

    search = Search(incident, rules, at)
    for other in beside:
        search.learn(other)
    return search.all()
