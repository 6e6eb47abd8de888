"""What one side makes of one document: what comes back of it, where it stops, and of what types its STIX is."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analyst import attributes, events, values
from sides import Outcome, Side, decoded

from dragoman.limits import UNLIMITED
from dragoman.tree.leaves import Leaf, leaves, returned


@dataclass(slots=True)
class Fate:
    """An event over STIX 2.1 and back.

    leaves: all of the event's; values: those of the analyst (`analyst`).  `added`: values that the event did not have.
    stopped: the message of a refusal, then nothing came back.  told: messages about content on the way.
    """

    document: str
    attributes: int = 0
    leaves: int = 0
    lost: int = 0
    values: int = 0
    values_lost: int = 0
    values_added: int = 0
    kinds_lost: dict[str, int] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)
    stopped: str = ""
    told: int = 0


def over_stix(side: Side, file: Path, folder: Path) -> Fate:
    """MISP to STIX 2.1 and back."""
    fate = sized(file)
    there = side.to_stix([file], folder / "event.stix.json")
    fate.stopped, fate.told = there.stopped, there.told
    if not there.stopped:
        fate.types = dict(Counter(each["type"] for each in objects(there)).most_common())
        back = side.to_misp(there.files[0], folder / "event.misp.json")
        fate.stopped, fate.told = back.stopped, fate.told + back.told
        if not back.stopped:
            count(fate, events(decoded([file])), events(decoded(back.files)))
    return fate


def sized(file: Path) -> Fate:
    """An event of which nothing is known but how much there is of it, as far as it can be read."""
    try:
        some = events(decoded([file]))
    except ValueError:
        return Fate(file.name)
    number = sum(1 for event in some for _ in attributes(event))
    return Fate(file.name, number, leaves=len(all_leaves(some)), values=values(some).total())


def count(fate: Fate, before: list[Any], after: list[Any]) -> None:
    """How many leaves and values were lost."""
    fate.lost = len(returned(all_leaves(before), all_leaves(after)).missing)
    old, new = values(before), values(after)
    gone = old - new
    fate.values_lost, fate.values_added = gone.total(), (new - old).total()
    kinds: Counter[str] = Counter()
    for (kind, _), number in gone.items():
        kinds[kind] += number
    fate.kinds_lost = dict(kinds.most_common())


def all_leaves(some: list[Any]) -> list[Leaf]:
    return leaves(json.dumps({"all": some}).encode(), UNLIMITED)


@dataclass(slots=True)
class Passage:
    """A STIX 2.1 bundle over MISP and back: objects by id, incidents among them, and leaves of all objects."""

    document: str
    objects: int = 0
    objects_back: int = 0
    incidents: int = 0
    incidents_back: int = 0
    leaves: int = 0
    lost: int = 0
    stopped: str = ""
    told: int = 0


def over_misp(side: Side, file: Path, folder: Path) -> Passage:
    """STIX 2.1 to MISP and back; a bundle that becomes several events comes back as one bundle."""
    before = bundled(file)
    passage = Passage(file.name, len(ids(before)), incidents=len(ids(before, "incident")))
    there = side.to_misp(file, folder / "bundle.misp.json")
    back = there if there.stopped else side.to_stix(there.files, folder / "bundle.stix.json")
    passage.told = there.told + back.told
    passage.stopped = back.stopped
    after = [] if back.stopped else objects(back)
    passage.objects_back = len(ids(before) & ids(after))
    passage.incidents_back = len(ids(before, "incident") & ids(after, "incident"))
    found = returned(all_leaves(before), all_leaves(after))
    passage.leaves, passage.lost = found.leaves, len(found.missing)
    return passage


def bundled(file: Path) -> list[Any]:
    """The objects of a bundle; nothing for any other file."""
    try:
        document = json.loads(file.read_bytes())
    except ValueError:
        return []
    found = document.get("objects") if isinstance(document, dict) else None
    return found if isinstance(found, list) else []


def tells_incidents(file: Path) -> bool:
    """Whether a file is a bundle of STIX 2.1 with an incident in it."""
    return any(each.get("type") == "incident" and "spec_version" in each for each in bundled(file))


def objects(outcome: Outcome) -> list[Any]:
    return [each for document in decoded(outcome.files) for each in document.get("objects", ())]


def ids(some: list[Any], type: str | None = None) -> set[str]:
    return {each["id"] for each in some if type in (None, each["type"])}
