"""Every installed adapter keeps the laws; a new one is under test by being registered."""

from __future__ import annotations

from pathlib import Path

import pytest

from dragoman.adapter import Can
from dragoman.registry import adapter, formats
from dragoman.testing import check_adapter, document_comes_back, nothing_is_silent, sniffs_its_own

CASES = Path(__file__).parent.parent / "fixtures" / "cases"
TWO_WAY = [name for name in sorted(formats()) if {Can.READ, Can.WRITE} <= set(adapter(name).format.can)]
DOCUMENTS = sorted(path for path in CASES.glob("*/*") if path.stem in formats() and path.parent.name != "golden")


@pytest.mark.parametrize("name", sorted(formats()))
def test_keeps_the_laws(name: str) -> None:
    check_adapter(name)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_knows_its_own_document(path: Path) -> None:
    sniffs_its_own(path.stem, path.read_bytes())


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_document_comes_back(path: Path) -> None:
    document_comes_back(path.stem, path.read_bytes())


@pytest.mark.parametrize("target", TWO_WAY)
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_nothing_is_lost_over_another_format(path: Path, target: str) -> None:
    nothing_is_silent(path.stem, target, path.read_bytes())
