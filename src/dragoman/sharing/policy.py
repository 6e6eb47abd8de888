"""A policy: what may pass to which perimeter and when, as data that can be tested (REQUIREMENTS CS-1, CS-2, CS-7, A30)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from dragoman.errors import UsageError
from dragoman.mapping.yaml import home, load_yaml
from dragoman.model.incident import Incident
from dragoman.model.marking import Level
from dragoman.sharing.levels import NAMES, level_of
from dragoman.sharing.redact import Gate
from dragoman.sharing.sieve import Leaf, categories

SPAN = re.compile(r"(\d{1,6})([hd])")
TIMES = ("detection_time", "report_time", "occurrence_time", "created", "generation_time")


def span(text: object) -> timedelta:
    """A time such as 24h or 7d.  Raises ValueError."""
    found = SPAN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("is no time such as 24h or 7d")
    return timedelta(hours=int(found[1]) * (24 if found[2] == "d" else 1))


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Perimeter(Section):
    """Who is in it, and the strictest marking that they may see."""

    title: str = ""
    max: Level

    @field_validator("max", mode="before")
    @classmethod
    def _level(cls, value: object) -> Level:
        try:
            return level_of(str(value))
        except UsageError as error:
            raise ValueError(error.what) from None


class Rule(Section):
    """One line of a policy; what it leaves out it does not ask for."""

    name: str
    categories: tuple[str, ...] = ()
    markings: tuple[str, ...] = ()
    perimeters: tuple[str, ...] = ()
    after: timedelta = timedelta(0)
    decision: Literal["pass", "withhold"]

    @field_validator("after", mode="before")
    @classmethod
    def _after(cls, value: object) -> timedelta:
        return span(value)

    def fits(self, category: str, level: Level, perimeter: str) -> bool:
        wanted = {level_of(word) for word in self.markings}
        return (
            (not self.categories or category in self.categories)
            and (not wanted or level in wanted)
            and (not self.perimeters or perimeter in self.perimeters)
        )


class Case(Section):
    """What the policy must say of one kind of value."""

    category: str
    marking: str
    perimeter: str
    at: timedelta = timedelta(0)
    expect: Literal["pass", "withhold"]

    @field_validator("at", mode="before")
    @classmethod
    def _at(cls, value: object) -> timedelta:
        return span(value)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a value passes, and why."""

    passes: bool
    why: str


class Policy(Section):
    """Perimeters and rules; `tests` are part of it."""

    perimeters: dict[str, Perimeter]
    rules: tuple[Rule, ...] = ()
    tests: tuple[Case, ...] = Field(default=())

    @cached_property
    def words(self) -> frozenset[str]:
        """The categories that there are."""
        return frozenset(categories().values()) | {"residue"}

    def perimeter(self, name: str) -> Perimeter:
        """Raises UsageError for a perimeter that there is not."""
        if name not in self.perimeters:
            raise UsageError(f"no perimeter {name!r}", fix=f"there are {', '.join(self.perimeters)}")
        return self.perimeters[name]

    def decide(self, category: str, level: Level, perimeter: str, age: timedelta) -> Verdict:
        """Whether a value of a category and level may pass to a perimeter so long after the incident was detected."""
        most = self.perimeter(perimeter).max
        if level > most:
            return Verdict(False, f"{NAMES[level]} is above {NAMES[most]}, the most that {perimeter} may see")
        rule = next((rule for rule in self.rules if rule.fits(category, level, perimeter)), None)
        if rule is None:
            return Verdict(True, f"{NAMES[level]} may go to {perimeter}")
        if rule.decision == "pass" and age < rule.after:
            return Verdict(False, f"{rule.name}: not before {_hours(rule.after)} after detection")
        return Verdict(rule.decision == "pass", rule.name)

    def gate(self, perimeter: str, incident: Incident, now: datetime) -> Gate:
        """A gate for `redacted`: what the policy lets pass to a perimeter now."""
        self.perimeter(perimeter)
        age = age_of(incident, now)

        def gate(leaf: Leaf) -> str | None:
            verdict = self.decide(leaf.category, leaf.label.level, perimeter, age)
            return None if verdict.passes else verdict.why

        return gate

    def failures(self) -> list[str]:
        """The tests that the policy does not pass, each as one line."""
        return [line for number, case in enumerate(self.tests) if (line := self._failure(number, case))]

    def _failure(self, number: int, case: Case) -> str:
        verdict = self.decide(case.category, level_of(case.marking), case.perimeter, case.at)
        if verdict.passes == (case.expect == "pass"):
            return ""
        said = "passes" if verdict.passes else "is withheld"
        what = f"{case.category} {NAMES[level_of(case.marking)]} to {case.perimeter} at {_hours(case.at)}"
        return f"test {number + 1}: {what} {said} ({verdict.why})"


def _hours(time: timedelta) -> str:
    return f"{int(time.total_seconds() // 3600)}h"


def age_of(incident: Incident, now: datetime) -> timedelta:
    """How long ago an incident was detected, or what comes nearest to that; none at all when nobody says."""
    for name in TIMES:
        try:
            found = datetime.fromisoformat(str(getattr(incident, name)))
        except ValueError:
            continue
        return now - (found if found.tzinfo else found.replace(tzinfo=UTC))
    return timedelta(0)


def load(file: Path | None) -> Policy:
    """The policy of a file; without one, ours.  Raises UsageError naming the place, MappingError, OSError."""
    data = home().joinpath("sharing/policy.yaml").read_bytes() if file is None else file.read_bytes()
    name = "policy.yaml" if file is None else str(file)
    try:
        raw = load_yaml(data.decode("utf-8"), name)
    except UnicodeDecodeError:
        raise UsageError("no policy: it is no text in UTF-8", where=name, fix="see `dragoman policy show`") from None
    if not isinstance(raw, dict):
        raise UsageError("no policy: it names no perimeters", where=name, fix="see `dragoman policy show`")
    try:
        policy = Policy.model_validate(raw)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(step) for step in fault["loc"])
        raise UsageError(f"{place}: {fault['msg']}".removeprefix(": "), where=name, fix="see `dragoman policy show`") from None
    _check_words(policy, name)
    return policy


def _check_words(policy: Policy, name: str) -> None:
    """Raises UsageError for a category, perimeter or marking that there is not: such a rule would never fit."""
    for rule in policy.rules:
        _known(rule.categories, policy.words, f"{name}: rule {rule.name!r}", "category")
        _known(rule.perimeters, policy.perimeters, f"{name}: rule {rule.name!r}", "perimeter")
    for case in policy.tests:
        _known((case.category,), policy.words, f"{name}: tests", "category")
        _known((case.perimeter,), policy.perimeters, f"{name}: tests", "perimeter")
    for word in [*(case.marking for case in policy.tests), *(word for rule in policy.rules for word in rule.markings)]:
        level_of(word)


def _known(words: tuple[str, ...], known: Any, where: str, what: str) -> None:
    for word in words:
        if word not in known:
            raise UsageError(f"no {what} {word!r}", where=where, fix=f"there are {', '.join(sorted(known))}")
