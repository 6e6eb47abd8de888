"""What becomes of personal data: the profile's default, its rows for kinds, fields and paths, and a word for all of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import get_args

from dragoman.errors import UsageError
from dragoman.model.incident import Incident
from dragoman.model.named import OTHERWISE
from dragoman.model.plain import classes, fields
from dragoman.personal.national import checked
from dragoman.personal.rows import kinds
from dragoman.profile import Agreement, Personal, Profile, Treatment

STRICTNESS: tuple[Treatment, ...] = ("allow", "pseudonymise", "redact", "block")
LIAISON = "liaison"


def personal_of(profile: Profile, agreement: Agreement | None = None) -> Personal:
    """The profile's section on personal data, with what was agreed with a partner for all of it."""
    found = profile.personal
    changes: dict[str, object] = {"key_file": profile.path(found.key_file)} if found.key_file else {}
    if agreement is not None and agreement.personal is not None:
        changes |= {"default": agreement.personal, "fields": at_least(found.fields, agreement.personal)}
        changes["basis"] = agreement.basis or found.basis
    return found.model_copy(update=changes)


def allows_all(personal: Personal) -> bool:
    """Whether no personal data is treated in any way."""
    return {personal.default, *personal.fields.values()} == {"allow"}


def at_least(rows: dict[str, Treatment], treatment: Treatment) -> dict[str, Treatment]:
    """Rows for fields under a word for all: they may be stricter than it, never milder."""
    return {name: max(said, treatment, key=STRICTNESS.index) for name, said in rows.items()}


@dataclass(frozen=True, slots=True)
class Rules:
    """Says of a place what becomes of personal data there.

    Raises UsageError for a row that names nothing, and for an allowance that nobody gave a basis for.
    """

    personal: Personal
    countries: tuple[str, ...] = field(init=False)
    also: frozenset[str] = field(init=False)  # kinds that are left alone else and were asked for

    def __post_init__(self) -> None:
        for name in self.personal.fields:
            _check(name)
        if "allow" in self.treatments() and not (self.personal.basis or "").strip():
            raise UsageError("personal data is allowed without a basis", fix="say it: [personal] basis, --basis")
        object.__setattr__(self, "countries", checked(self.personal.countries))
        object.__setattr__(self, "also", frozenset(name for name, row in kinds().items() if row.also and self.asked(name)))

    def treatments(self) -> set[Treatment]:
        """All that may become of anything."""
        return {self.personal.default, *self.personal.fields.values()}

    def asked(self, name: str) -> bool:
        """Whether somebody asked for what is left alone else: the liaison, a kind."""
        return name in self.personal.also or any(row.partition(".")[0] == name for row in self.personal.fields)

    def of_path(self, steps: Sequence[str]) -> Treatment | None:
        """What the profile says of a path: the longest that fits decides."""
        paths = (".".join(steps[:length]) for length in range(len(steps), 0, -1))
        return next((self.personal.fields[path] for path in paths if path in self.personal.fields), None)

    def treatment(self, kind: str, where: str, steps: Sequence[str]) -> Treatment:
        """What becomes of a value: its path decides, else the class and field, the kind, the default."""
        rows = self.personal.fields
        return self.of_path(steps) or rows.get(where) or rows.get(kind, self.personal.default)


def _check(name: str) -> None:
    """Raises UsageError for the name of a row that can never fit."""
    first, _, rest = name.partition(".")
    if name in kinds() or first == LIAISON or (first in fields(Incident)):
        return
    if first in classes() and rest in fields(classes()[first]):
        return
    fix = f"a kind ({', '.join(kinds())}), Class.field, or a path such as liaison.email"
    raise UsageError(f"[personal.fields] {name!r} names nothing", fix=fix)


def steps_of(path: Iterable[str | int], of_liaison: bool, named: str | None = None) -> list[str]:
    """A path in the words of a profile: without places in lists, the liaison by its name, a custom field by its own."""
    steps = [step for step in path if isinstance(step, str)]
    if of_liaison:
        back = {name: short for short, name in OTHERWISE.items()}
        return [LIAISON, *(back.get(step, step) for step in steps[1:])]
    return [*steps[:1], named] if named is not None and steps[:1] == ["custom_fields"] else steps


assert set(STRICTNESS) == set(get_args(Treatment))
