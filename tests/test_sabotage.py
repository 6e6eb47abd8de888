"""The ledger never lies: whatever is broken in a table, the values still come back, and the report says where they were."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import dragoman.mapping.table as tables
import dragoman_stix as stix
from corpus import context
from dragoman import report, translate
from dragoman.ledger import Kind
from dragoman.testing import document_comes_back, nothing_is_silent

iodef_adapter = import_module("dragoman_iodef.adapter")  # the package has an object of that name too
CASE = Path(__file__).parents[1] / "fixtures" / "cases" / "phishing" / "iodef-2.xml"


@pytest.fixture
def sabotaged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A function that changes a copy of a format's table, and everything compiled from it."""
    original = tables.facts

    def forget() -> None:
        for module in (stix, iodef_adapter):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()

    def change(format_name: str, part: str, edit: Any) -> None:
        raw = copy.deepcopy(original(format_name))
        edit(raw["parts"][part])
        patched = lambda name: raw if name == format_name else original(name)  # noqa: E731
        for module in (tables, stix, iodef_adapter):
            if hasattr(module, "facts"):
                monkeypatch.setattr(module, "facts", patched)
        forget()

    yield change
    monkeypatch.undo()
    forget()


def native(data: bytes) -> set[str]:
    found = report(data, translate(data, "stix-2.1", "iodef-2", context()), context())
    assert all(fate.kind is not Kind.DROPPED for fate in found.fates)
    return {fate.path for fate in found.fates if fate.kind is Kind.NATIVE}


def without(field: str) -> Any:
    """An edit that takes the rows of a field out of a part."""

    def edit(part: dict[str, Any]) -> None:
        part["same"] = [name for name in part.get("same", []) if name != field]
        part["rows"] = [row for row in part.get("rows", []) if row.get("core") != field]

    return edit


def test_a_row_that_is_gone_makes_its_leaves_carried(sabotaged: Any) -> None:
    """Were it still called native, the report would come from the table and not from the document."""
    data = CASE.read_bytes()
    before = native(data)
    sabotaged("stix-2.1", "impact", without("criticality"))
    after = native(data)
    assert before - after
    assert all("severity" in path or "Impact" in path for path in before - after)


def test_a_row_that_points_elsewhere_is_found_out(sabotaged: Any) -> None:
    """A value at the wrong place is not what the standard means by it: its own place is read by nobody and told."""

    def edit(part: dict[str, Any]) -> None:
        for row in part["rows"]:
            if row.get("core") == "detection_time":
                row["iodef-2"] = "RecoveryTime"
        part["rows"] = [row for row in part["rows"] if row.get("core") != "recovery_time"]

    data = CASE.read_bytes()
    assert "/IODEF-Document/Incident[1]/DetectTime[1]" in native(data)
    sabotaged("iodef-2", "incident", edit)
    assert "/IODEF-Document/Incident[1]/DetectTime[1]" not in native(data)
    nothing_is_silent("iodef-2", "stix-2.1", data)


@pytest.mark.parametrize("field", ["summary", "description", "detection_methods"])
def test_values_survive_a_table_without_their_row(sabotaged: Any, field: str) -> None:
    """Nothing may be lost in silence, not even by our own mistake in a table."""
    sabotaged("stix-2.1", "incident", without(field))
    nothing_is_silent("iodef-2", "stix-2.1", CASE.read_bytes())


def test_a_reader_without_a_row_keeps_what_it_met(sabotaged: Any) -> None:
    """What no row takes is residue, and goes back to the same format as it was."""
    sabotaged("iodef-2", "contact", without("timezone"))
    document_comes_back("iodef-2", CASE.read_bytes())
