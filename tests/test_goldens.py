"""Every case in every format, to the byte.  `pytest tests/test_goldens.py --accept` writes what comes out as golden."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dragoman import Context, translate
from dragoman.adapter import Can
from dragoman.registry import adapter, formats

CASES = Path(__file__).parents[1] / "fixtures" / "cases"
SOURCES = sorted(path for path in CASES.glob("*/*") if path.stem in formats())
TARGETS = [name for name in sorted(formats()) if Can.WRITE in adapter(name).format.can]
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.parent.name)
def test_a_case_in_a_format(source: Path, target: str, accept: bool) -> None:
    context = Context(now=lambda: NOW, source=source.name)
    found = translate(source.read_bytes(), target, source.stem, context)
    golden = source.parent / "golden" / f"{target}{adapter(target).format.suffixes[0]}"
    if accept:
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(found.data)
    if not golden.is_file():
        pytest.skip("no golden yet: run with --accept")
    assert found.data == golden.read_bytes()
