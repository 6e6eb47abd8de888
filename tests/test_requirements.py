"""The table of requirements is true: each has tests that exist, or a reason; no test names one that nobody asked for."""

from __future__ import annotations

import ast

import pytest

from asked import ROOT, requirements

KNOWN = {one.id: one for one in requirements.requirements()}
MARKS = list(requirements.marks())
LISTED = sorted({test for one in KNOWN.values() for test in one.listed})


def here(test: str) -> bool:
    return (ROOT / test.partition("::")[0]).is_file()


@pytest.mark.parametrize("id_", [id_ for id_, one in KNOWN.items() if one.grade == "M"])
def test_what_must_be_has_a_test_or_a_reason(id_: str) -> None:
    """If it failed, something that the paper demands would be promised and held by nobody."""
    one = KNOWN[id_]
    found = [test for said, test in MARKS if said == id_] + [test for test in one.listed if here(test)]
    if not found and not one.later and one.listed:
        pytest.skip(f"the tests of {id_} are not here yet: {', '.join(one.listed)}")
    assert found or one.later


def test_every_requirement_is_asked_once() -> None:
    """If it failed, one of two would hide the other."""
    ids = [one.id for one in requirements.requirements()]
    assert len(ids) == len(set(ids))
    assert {one.grade for one in KNOWN.values()} <= {"M", "S", "O"}


def test_no_test_names_what_nobody_asked_for() -> None:
    """If it failed, a slip in a name would take a test out of the table."""
    assert [(said, test) for said, test in MARKS if said not in KNOWN] == []


def test_every_mark_is_found() -> None:
    """If it failed, a mark on a class, a parameter or a module would stand in no table."""
    trees = [ast.parse(file.read_text("utf-8")) for file in sorted((ROOT / "tests").rglob("*.py"))]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    assert sum(node.attr == "requirement" for node in nodes) == len({test for _, test in MARKS})


@pytest.mark.parametrize("test", LISTED)
def test_a_listed_test_exists(test: str) -> None:
    """If it failed, the table would point to a test that was renamed or is gone."""
    if not here(test):
        pytest.skip(f"{test} is not here yet")
    file, name = test.split("::")
    body = ast.parse((ROOT / file).read_text("utf-8")).body
    assert name in [node.name for node in body if isinstance(node, ast.FunctionDef)]
