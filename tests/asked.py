"""What docs/requirements.yaml asks, for the tests that hold it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


def _module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("requirements", ROOT / "docs" / "requirements.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


requirements = _module()
TABLE_1 = requirements.table_1()
Message = dict[str, Any]


def rows(*kinds: str) -> Any:
    """A parameter `row` for a test: the rows of Table 1, or those of some kinds."""
    chosen = [row for row in TABLE_1 if not kinds or row.kind in kinds]
    return pytest.mark.parametrize("row", chosen, ids=[f"{row.row} {row.path}" for row in chosen])


def sample(row: Any) -> Any:
    """A value that the row allows."""
    place = TABLE_1.index(row)
    values = {
        "uuid": f"52252076-9d38-4ffb-a5da-174bf618{place:04}",
        "fraction": 0.25,
        "number": 7.5,
        "time": f"2026-11-21T23:16:{place:02}Z",
    }
    return row.sample or values.get(row.kind) or f"{row.path} of the message"


def message() -> Message:
    """A message with every row of Table 1, made of the table and of nothing else."""
    whole: Message = {}
    for row in TABLE_1:
        inside = [other for other in TABLE_1 if other.path.startswith(f"{row.path}.")]
        if not inside:
            put(whole, row.path, sample(row))
    return whole


def steps(path: str) -> list[str | int]:
    """The way to the place of a row; of a list, to its first item."""
    return [step for name in path.split(".") for step in ([name[:-2], 0] if name.endswith("[]") else [name])]


def put(whole: Message, path: str, value: Any) -> None:
    """Sets what stands at a path; for a list, the list."""
    *way, last = steps(path.removesuffix("[]"))
    node: Any = whole
    for step, after in zip(way, [*way, last][1:], strict=True):
        made: Any = [{}] if after == 0 else {}
        node = node.setdefault(step, made) if isinstance(node, dict) else node[step]
    node[last] = value


def taken_out(whole: Message, path: str) -> Message:
    """The message without what stands at a path; for a list, without the list."""
    *way, last = steps(path.removesuffix("[]"))
    node: Any = whole
    for step in way:
        node = node[step]
    del node[last]
    return whole


def paths(part: Any, path: str = "") -> set[str]:
    """The paths of all members, as Table 1 writes them."""
    if isinstance(part, list):
        return {path + "[]"}.union(*(paths(item, path + "[]") for item in part))
    if not isinstance(part, dict):
        return {path}
    inner = (paths(value, f"{path}.{name}" if path else name) for name, value in part.items())
    return ({path} if path else set[str]()).union(*inner)
