"""What the paper asks, and the tests that hold it: for the page that generate.py makes and the test that judges it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
HEAD = """# Requirements and their tests

What the paper (Frøystad, Tøndel, Jaatun, *Cryptography* 2018, 2(4), 41) asks of the messages, and the CloudSIRT charter of who
may hear what, in our words, and which tests hold it. M: must, S: should, O: optional. Run those of one:
`pytest NAME_OF_FILE -k NAME_OF_TEST`. A new test names what it holds with `@pytest.mark.requirement("BF-1")`; what is asked
stands in `docs/requirements.yaml`.
"""


@dataclass(slots=True)
class Requirement:
    """id and grade as the paper's reading has them; listed: tests by node id; later: why none can name all of it yet."""

    id: str
    grade: str
    asks: str
    listed: list[str] = field(default_factory=list)
    later: str = ""


@dataclass(slots=True, frozen=True)
class Row:
    """A row of Table 1: where it stands and what it is; mandatory once that is there which it is in."""

    row: str
    path: str
    kind: str
    mandatory: bool
    sample: str | None = None


@cache
def _file() -> dict[str, Any]:
    raw: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "requirements.yaml").read_text("utf-8"))
    return raw


def table_1() -> list[Row]:
    """The rows of Table 1, in its order."""
    return [Row(**row) for row in _file()["table_1"]]


def sections() -> dict[str, list[Requirement]]:
    """The requirements under their headings."""
    return {heading: [_requirement(one) for one in found] for heading, found in _file()["requirements"].items()}


def _requirement(raw: dict[str, Any]) -> Requirement:
    listed = {"listed": raw["tests"]} if "tests" in raw else {}
    return Requirement(**{name: value for name, value in raw.items() if name != "tests"}, **listed)


def requirements() -> list[Requirement]:
    """All of them."""
    return [one for found in sections().values() for one in found]


def marks(folder: Path = ROOT / "tests") -> Iterator[tuple[str, str]]:
    """Every requirement that a test names, with the test's node id."""
    for file in sorted(folder.rglob("test_*.py")):
        name = f"tests/{file.relative_to(folder).as_posix()}"
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                yield from ((said, f"{name}::{node.name}") for said in _named(node))


def _named(test: ast.FunctionDef) -> Iterator[str]:
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.requirement":
            yield from (ast.literal_eval(word) for word in mark.args)


def page() -> str:
    """The table of requirements and tests, then Table 1 by its rows."""
    held: dict[str, list[str]] = {}
    for said, test in marks():
        held.setdefault(said, []).append(test)
    parts = [HEAD]
    for heading, found in sections().items():
        parts.append(f"## {heading}\n\n| id | | asks | tests |\n|---|---|---|---|")
        parts += [_line(one, held.get(one.id, [])) for one in found]
        parts.append("")
    return "\n".join([*parts, *_rows()])


def _line(one: Requirement, marked: list[str]) -> str:
    tests = [f"`{test.removeprefix('tests/')}`" for test in dict.fromkeys([*marked, *one.listed])]
    cell = "<br>".join([*tests, *([f"*without a test: {one.later}*"] if one.later else [])])
    return f"| {one.id} | {one.grade} | {one.asks} | {cell} |"


def _rows() -> Iterator[str]:
    yield "## Table 1 by its rows\n\nEach row is one case of the tests of T1, called as in the last column.\n"
    yield "| row | member | type | mandatory | case |\n|---|---|---|---|---|"
    for row in table_1():
        inside = row.path.rpartition(".")[0]
        mandatory = "" if not row.mandatory else f"once `{inside}` is there" if inside else "yes"
        yield f"| {row.row} | `{row.path}` | {row.kind} | {mandatory} | `{row.row} {row.path}` |"
    yield ""
