"""A table over another: what it takes over, what it changes, and in which order its rows are written."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.errors import MappingError
from dragoman.mapping.extend import extended
from dragoman.mapping.table import load, vocabulary
from dragoman_iodef.v1.hooks import HOOKS

OLD: dict[str, Any] = {
    "format": "old",
    "namespace": "urn:old",
    "common": {"marked": {"rows": [{"core": "markings", "old": "@m"}]}},
    "parts": {
        "letter": {
            "part": "Incident",
            "include": ["marked"],
            "same": ["status"],
            "rows": [{"core": "summary", "old": "Sum"}, {"core": "impact", "old": "A"}, {"core": "impact", "old": "B"}],
        },
        "line": {"part": "Text", "rows": [{"core": "value", "old": "text()"}]},
        "unused": {"part": "Text"},
    },
}


def new(**parts: Any) -> dict[str, Any]:
    found: dict[str, Any] = extended({"format": "new", "extends": "old", "parts": parts}, OLD)
    return found


def rows(table: dict[str, Any], part: str) -> list[tuple[str, str]]:
    return [(row["core"], row["new"]) for row in table["parts"][part]["rows"]]


def test_a_part_with_nothing_in_it_is_taken_over() -> None:
    table = new(line={}, letter={})
    assert rows(table, "line") == [("value", "text()")]
    assert rows(table, "letter") == [("status", "status"), ("summary", "Sum"), ("impact", "A"), ("impact", "B")]
    assert table["common"]["marked"]["rows"] == [{"core": "markings", "new": "@m"}]
    assert table["namespace"] == "urn:old"
    assert "unused" not in table["parts"]


def test_what_is_kept_stands_in_its_order_and_the_rest_is_gone() -> None:
    """The order of the rows is that in which elements are written: a wrong one makes documents invalid."""
    table = new(letter={"keep": ["summary", "status"], "rows": [{"core": "status", "new": "State"}]})
    assert rows(table, "letter") == [("summary", "Sum"), ("status", "State")]


def test_rows_of_ones_own_replace_all_of_a_field_and_follow_where_nothing_places_them() -> None:
    own = [{"core": "impact", "new": "C"}, {"core": "basis", "new": "D"}, {"core": "impact", "new": "E"}]
    assert rows(new(letter={"keep": ["status"], "rows": own}), "letter") == [
        ("status", "status"), ("impact", "C"), ("basis", "D"), ("impact", "E"),
    ]  # fmt: skip
    assert rows(new(letter={"keep": ["impact"], "rows": own}), "letter") == [("impact", "C"), ("impact", "E"), ("basis", "D")]


def test_the_other_table_stays_as_it_is() -> None:
    before = repr(OLD)
    new(letter={"keep": ["status"], "preset": {"status": "new"}}, line={})
    assert repr(OLD) == before


@pytest.mark.parametrize(
    ("part", "told"), [({"envelope": {}}, "no such part"), ({"letter": {"keep": ["colour"]}}, "no row of 'colour'")]
)
def test_what_is_not_there_cannot_be_taken_over(part: dict[str, Any], told: str) -> None:
    """A misspelt name would silently take a field out of a format."""
    with pytest.raises(MappingError, match=told) as error:
        new(**part)
    assert "mappings/new.yaml" in str(error.value)


def test_words_are_the_other_formats_where_a_list_says_nothing() -> None:
    assert vocabulary("severity", "iodef-1") == vocabulary("severity", "iodef-2")
    assert vocabulary("action", "iodef-1") != vocabulary("action", "iodef-2")
    with pytest.raises(MappingError):
        vocabulary("severity", "no-such-format")


def test_the_table_of_v1_has_no_row_that_says_v2() -> None:
    """A row that still named the other format would be refused when the table loads, or read nothing."""
    table = load("iodef-1", HOOKS)
    assert table.format == "iodef-1"
    assert not [row for spec in table.parts.values() for row in spec.rows if "iodef-2" in row.source]
