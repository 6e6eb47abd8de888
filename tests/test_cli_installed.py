"""The command line with the formats that are really installed."""

from __future__ import annotations

import pytest

from dragoman.registry import formats
from runner import run


@pytest.mark.parametrize("name", sorted(formats()))
def test_every_format_is_described(name: str) -> None:
    outcome = run("formats", name)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.startswith(f"{name}: ")
    assert name in run("formats").out


def test_the_matrix_covers_the_installed_tables() -> None:
    outcome = run("formats", "--matrix")
    assert (outcome.status, outcome.err) == (0, "")
    assert "detection_time" in outcome.out
