"""What was just written is recalled from its tree, as it would be read from its bytes."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from dragoman import read
from dragoman.carry import Anchor, Comparison
from dragoman.mapping import compiled
from dragoman.model import Incident, Indicator
from dragoman.registry import formats
from dragoman.strategies import parts
from dragoman.testing import fixed
from dragoman_stix import Stix21, adapter
from dragoman_stix.ids import uid

FOLDER = Path(__file__).parent.parent / "fixtures" / "cases"
CASES = sorted(path for path in FOLDER.glob("*/*") if path.stem in formats() and path.parent.name != "golden")
KEY = "52252076-9d38-4ffb-a5da-174bf6189fc8"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds of objects are compiled when they are met first: else small documents would not try what large ones do."""
    monkeypatch.setattr(compiled, "OFTEN", 1)


def carried(native: list[Incident], anchor: Anchor, wanted: list[Incident]) -> tuple[Any, Any]:
    comparison = Comparison(anchor)
    return comparison.documents(native, wanted), comparison.told


def both_ways(wanted: list[Incident], stix: Stix21 = adapter) -> list[Incident]:
    """Checks one document; what was recalled of it."""
    before, context = copy.deepcopy(wanted), fixed()
    draft = stix.draft(wanted, context)
    data = stix.render(draft.tree)
    aside = context.aside()
    recalled, anchor = stix.recall(draft, data, aside)
    told = carried(recalled, anchor, wanted)
    for cargo in (told[0], {"": {"id": {"=": "x"}}} | told[0]):
        whole = stix.load(stix.reparse(data, aside), cargo, aside)
        assert stix.render(stix.load(stix.reopen(data, cargo, aside), cargo, aside)) == stix.render(whole)
    other = fixed().aside()
    taken, names = stix.take(stix.reparse(data, other), other)
    assert recalled == taken
    assert told == carried(taken, names, wanted)
    assert list(aside.ledger) == list(other.ledger)
    assert wanted == before
    return recalled


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_case_is_recalled_as_it_is_read(path: Path) -> None:
    both_ways(read(path.read_bytes(), path.stem, fixed()))


@given(parts(Incident))
@settings(deadline=None, max_examples=150)
def test_random_incidents_are_recalled_as_they_are_read(incident: Incident) -> None:
    both_ways([incident])


def indicators(*ids: str | None, **members: Any) -> list[Indicator]:
    time = "2026-03-01T09:00:00.000Z"
    said = {"created": time, "modified": time, "start_time": time, "pattern": "[x:y = 1]", "pattern_type": "stix"} | members
    return [Indicator(id=own, **said) for own in ids]


def test_what_plainly_says_a_part_is_that_part() -> None:
    wanted = Incident(id=KEY, indicators=indicators(*(uid("indicator", str(n)) for n in range(4))))
    found = both_ways([wanted])[0].indicators
    assert [one is other for one, other in zip(found, wanted.indicators, strict=True)] == [False, True, True, True]


def test_what_is_said_otherwise_is_read() -> None:
    """A time that is not in UTC, a field that STIX does not have, a reference that is none."""
    ids = [uid("indicator", str(n)) for n in range(8)]
    zoned = "2026-03-01T10:00:00+01:00"
    odd: dict[str, Any] = {"created": zoned, "additional": [{"x": 1}], "created_by": "nobody", "labels": []}
    for said in ({name: value} for name, value in odd.items()):
        wanted = Incident(id=KEY, indicators=[*indicators(*ids[:4]), *indicators(*ids[4:], **said)])
        found = both_ways([wanted])[0].indicators
        assert not any(one is other for one, other in zip(found[4:], wanted.indicators[4:], strict=True)), said


def test_a_part_that_is_named_as_nameless_ones_are_is_changed_in_a_copy() -> None:
    named = [uid("indicator", f"{KEY}/indicators/{place}") for place in range(4)]
    found = both_ways([Incident(id=KEY, indicators=indicators(*named))])[0].indicators
    assert [part.id for part in found] == [None] * 4


def test_a_part_that_stands_twice_is_anchored_once() -> None:
    part = indicators(uid("indicator", "1"))[0]
    both_ways([Incident(id=KEY, indicators=[*indicators(uid("indicator", "0")), part, part], actors=[])])
