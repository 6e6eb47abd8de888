"""Cargo: whatever two models are, it makes the one of the other; and it never gives to one part what was another's."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.align import closest, gaps, matches
from dragoman.carry import Anchor, Cargo, Comparison, Unloading, no_anchor
from dragoman.ledger import Ledger
from dragoman.model import Contact, ContactPoint, Event, Identifier, Incident, Note, Text
from dragoman.model.plain import fields, is_part, plain
from dragoman.strategies import json_values, parts

SETTINGS = settings(max_examples=150, deadline=None, derandomize=True)
lists = st.lists(parts(Incident), max_size=3)


def by_id(part: Any) -> str | None:
    """An anchor such as STIX has; the ids are random, so many are equal, empty or missing."""
    return getattr(part, "id", None)


def carried(native: list[Incident], wanted: list[Incident], anchor: Anchor = no_anchor) -> Cargo:
    """The cargo, as it is after a JSON document."""
    cargo: Cargo = json.loads(json.dumps(Comparison(anchor).documents(native, wanted)))
    return cargo


def unloaded(native: list[Incident], cargo: Cargo, anchor: Anchor = no_anchor) -> tuple[Any, Ledger]:
    ledger = Ledger()
    found = Unloading(ledger, anchor).documents(copy.deepcopy(native), cargo)
    return plain(list(found)), ledger


def mutated(part: Any, draw: Any) -> Any:
    """The part with some of its inner parts dropped, repeated, emptied or moved."""
    made = copy.copy(part)
    cls: type = type(part)
    for name in fields(cls):
        value = getattr(part, name)
        if is_part(value):
            setattr(made, name, mutated(value, draw) if draw(st.booleans()) else None)
        elif isinstance(value, list) and value:
            kept = [item for item in value if draw(st.booleans())]
            again = [mutated(item, draw) if is_part(item) else item for item in kept]
            setattr(made, name, draw(st.permutations(again + copy.deepcopy(kept[:1]))) or ())
    return made


@SETTINGS
@given(lists, lists, st.sampled_from([no_anchor, by_id]))
def test_cargo_makes_anything_of_anything(native: list[Incident], wanted: list[Incident], anchor: Anchor) -> None:
    found, ledger = unloaded(native, carried(native, wanted, anchor), anchor)
    assert found == plain(wanted)
    assert not len(ledger)


@SETTINGS
@given(lists, st.data(), st.sampled_from([no_anchor, by_id]))
def test_cargo_brings_back_what_a_format_left_out(wanted: list[Incident], data: st.DataObject, anchor: Anchor) -> None:
    native = [mutated(incident, data.draw) for incident in wanted if data.draw(st.booleans())]
    found, ledger = unloaded(native, carried(native, wanted, anchor), anchor)
    assert found == plain(wanted)
    assert not len(ledger)


@SETTINGS
@given(lists, lists)
def test_nothing_to_carry_between_equals(native: list[Incident], other: list[Incident]) -> None:
    assert carried(native, copy.deepcopy(native)) == {}
    assert (carried(native, other) == {}) == (plain(native) == plain(other))


@SETTINGS
@given(lists, json_values, st.dictionaries(st.sampled_from(["", "a", "0"]), json_values, max_size=2))
def test_cargo_of_a_stranger_breaks_nothing(native: list[Incident], value: Any, buckets: dict[str, Any]) -> None:
    part = {"contacts": {"=": value}, "tlp": {"=": {"part": "Contact"}}, "id": value, "type": {"items": value}}
    root = {"of": "00000000", "drop": value, "more": value, "at": value}
    for cargo in (buckets, {"": root | {"items": value}}, {"": root | {"items": [[0, part], [1, value], value]}}):
        found, _ = unloaded(native, cargo)
        assert isinstance(found, list)


def contacts(*names: str) -> list[Contact]:
    return [Contact(name=name) for name in names]


def phones(*numbers: str) -> list[Contact]:
    return [Contact(name=name, timezone=f"of {name}") for name in numbers]


def after(edit: Any, native: Incident, wanted: Incident) -> tuple[Incident, Ledger]:
    """What a reader makes of a document that was written and then edited natively."""
    cargo = carried([native], [wanted])
    changed = copy.deepcopy(native)
    edit(changed)
    ledger = Ledger()
    (found,) = Unloading(ledger).documents([changed], cargo)
    return found, ledger


def codes(ledger: Ledger) -> list[str]:
    return [loss.code for loss in ledger]


def test_a_native_edit_wins_over_the_cargo() -> None:
    def edit(incident: Incident) -> None:
        incident.status = "resolved"

    native = Incident(status="unresolved", summary="one")
    found, ledger = after(edit, native, Incident(status="in-progress", summary="one", purpose="kept"))
    assert (found.status, found.purpose) == ("resolved", "kept")
    assert codes(ledger) == ["D301"]


def test_a_native_addition_wins_over_the_cargo() -> None:
    def edit(incident: Incident) -> None:
        incident.summary = "said natively"

    found, ledger = after(edit, Incident(), Incident(summary="carried"))
    assert found.summary == "said natively"
    assert codes(ledger) == ["D301"]


def test_an_edit_inside_a_part_keeps_what_else_it_carried() -> None:
    def edit(incident: Incident) -> None:
        incident.contacts[1].name = "renamed"

    found, ledger = after(edit, Incident(contacts=contacts("a", "b", "c")), Incident(contacts=phones("a", "b", "c")))
    assert [(c.name, c.timezone) for c in found.contacts] == [("a", "of a"), ("renamed", "of b"), ("c", "of c")]
    assert codes(ledger) == []


def test_what_was_carried_for_a_deleted_part_goes_with_it() -> None:
    def edit(incident: Incident) -> None:
        incident.contacts = [incident.contacts[0], incident.contacts[2]]

    found, ledger = after(edit, Incident(contacts=contacts("a", "b", "c")), Incident(contacts=phones("a", "b", "c")))
    assert [(c.name, c.timezone) for c in found.contacts] == [("a", "of a"), ("c", "of c")]
    assert codes(ledger) == ["D302"]


def test_of_two_equal_parts_nobody_knows_which_was_deleted() -> None:
    def edit(incident: Incident) -> None:
        incident.contacts = incident.contacts[:1]

    twins = [Contact(name="a", timezone="of the first"), Contact(name="a", timezone="of the second")]
    found, ledger = after(edit, Incident(contacts=contacts("a", "a")), Incident(contacts=twins))
    assert [(c.name, c.timezone) for c in found.contacts] == [("a", None)]
    assert codes(ledger) == ["D302", "D302"]


def test_a_part_that_was_added_natively_gets_nothing_of_the_others() -> None:
    def edit(incident: Incident) -> None:
        incident.contacts = [Contact(name="new"), *incident.contacts]

    found, ledger = after(edit, Incident(contacts=contacts("a", "b")), Incident(contacts=phones("a", "b")))
    assert [(c.name, c.timezone) for c in found.contacts] == [("new", None), ("a", "of a"), ("b", "of b")]
    assert codes(ledger) == []


def test_what_was_carried_for_a_named_part_finds_it_wherever_it_stands_now() -> None:
    native = [Incident(notes=[Note(id="n1"), Note(id="n2")], events=[Event(id="e", events=[Event(id="f")])])]
    wanted = copy.deepcopy(native)
    wanted[0].notes[1].content, wanted[0].events[0].events[0].goal = "second", "inner"
    cargo = carried(native, wanted, by_id)
    moved = [Incident(notes=[native[0].notes[1]], events=native[0].events[0].events)]
    ledger = Ledger()
    (found,) = Unloading(ledger, by_id).documents(copy.deepcopy(moved), cargo)
    assert (found.notes[0].content, found.events[0].goal) == ("second", "inner")
    assert codes(ledger) == []


def test_what_was_carried_for_a_named_part_that_is_gone_is_told() -> None:
    native, wanted = [Incident(notes=[Note(id="n1")])], [Incident(notes=[Note(id="n1", content="x")])]
    found, ledger = unloaded([Incident(notes=[Note(id="n2")])], carried(native, wanted, by_id), by_id)
    assert found == plain([Incident(notes=[Note(id="n2")])])
    assert [(loss.code, loss.path) for loss in ledger] == [("D302", "n1")]


def test_a_part_that_the_format_left_out_in_the_middle_is_carried_alone() -> None:
    native = Incident(contacts=contacts("a", "c"))
    wanted = Incident(contacts=[Contact(name="a"), Contact(first_name="b"), Contact(name="c")])
    assert carried([native], [wanted]) == {
        "": {"items": [[0, {"contacts": {"more": [{"first_name": "b"}], "at": [1]}}]], "of": carried_prints([native])}
    }


def carried_prints(native: list[Incident]) -> str:
    from dragoman.align import Prints

    return Prints(no_anchor).all(native)


def test_a_table_of_a_stranger_with_a_member_part_stays_a_table() -> None:
    wanted = Incident(extensions={"part": "Contact", "name": "x"}, events=[Event(subevents=[{"part": "Note"}])])
    found, _ = unloaded([Incident()], carried([Incident()], [wanted]))
    assert found == plain([wanted])
    assert plain([wanted], Incident)[0]["extensions"] == {"part": "", "is": {"part": "Contact", "name": "x"}}


def test_spelling_alone_is_not_told() -> None:
    native = Incident(occurrence_time="2026-11-22T09:00:00Z", summary="two words")
    wanted = Incident(occurrence_time="2026-11-22T10:00:00+01:00", summary=" two\n words")
    comparison = Comparison()
    assert comparison.documents([native], [wanted])
    assert comparison.told == []


def test_lists_are_laid_side_by_side() -> None:
    assert matches(["a", "b", "c"], ["c", "a", "x", "b"]) == [(0, 1), (1, 3)]
    assert matches(["a", "a"], ["a"]) == []
    assert list(gaps([(1, 0)], 2, 3)) == [(range(1), range(0)), (range(2, 2), range(1, 3))]
    emails = [ContactPoint(value="x@example.com")]
    one, other = Contact(role="creator", name="n"), Contact(role="irt", emails=emails)
    assert closest([Contact(role="liaison", emails=emails)], [one, other]) == [(0, 1)]
    assert closest([Text("x")], [Identifier(value="x")]) == []
