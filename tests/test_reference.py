"""The reference says what the code and the tables say."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

DOCS = Path(__file__).parents[1] / "docs"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_fresh() -> None:
    """A stale page would tell people of rows and options that are gone: run `make reference`."""
    pages = generator().pages()
    stale = [name for name, text in pages.items() if (DOCS / "reference" / name).read_text("utf-8") != text]
    assert not stale
    assert {file.name for file in (DOCS / "reference").glob("*.md")} == set(pages)
