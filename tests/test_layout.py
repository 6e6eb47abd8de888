"""The house: which way imports run, that our adapters come in by the public door, that every file stays readable."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from dragoman.registry import formats

ROOT = Path(__file__).parents[1]
CORE = ROOT / "src" / "dragoman"
ADAPTERS = ROOT / "adapters"

# What a layer may not import: everything above it.
ABOVE = {
    "model": ("ledger", "adapter", "carry", "mapping", "registry", "detect", "translate", "report", "cli"),
    "tree": ("adapter", "carry", "registry", "detect", "translate", "report", "cli"),
    "ledger.py": ("adapter", "carry", "mapping", "registry", "detect", "translate", "report", "cli"),
    "errors.py": ("adapter", "carry", "mapping", "model", "registry", "detect", "translate", "report", "cli"),
    "adapter.py": ("carry", "mapping", "registry", "detect", "translate", "report", "cli"),
    "mapping": ("registry", "detect", "translate", "report", "cli"),
    "registry.py": ("mapping", "detect", "translate", "report", "cli"),
    "translate.py": ("report", "cli"),
    "outgoing.py": ("report", "cli"),
    "attachments": ("report", "render", "cli"),
}
FOR_ADAPTERS = {"adapter", "carry", "mapping", "tree", "model", "ledger", "errors", "limits", "text"}


def imports(file: Path) -> Iterator[str]:
    """Every module that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def python(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [folder]


@pytest.mark.parametrize("layer", sorted(ABOVE))
def test_no_layer_imports_one_above_it(layer: str) -> None:
    """A wrong arrow would make the core depend on its own users."""
    wrong = {
        f"{file.relative_to(ROOT)} imports {name}"
        for file in python(CORE / layer)
        for name in imports(file)
        if name.startswith("dragoman.") and name.split(".")[1] in ABOVE[layer]
    }
    assert not wrong


def test_the_core_names_no_adapter() -> None:
    """If the core knew an adapter, ours would live another life than a stranger's."""
    packages = {folder.name for folder in ADAPTERS.iterdir() if folder.is_dir()}
    wrong = {str(file) for file in python(CORE) for name in imports(file) if name.split(".")[0] in packages}
    assert not wrong


def test_adapters_import_the_contract_and_never_each_other() -> None:
    """An adapter that reached above the contract could not be taken out of the tree."""
    wrong = set()
    for file in python(ADAPTERS):
        package = file.relative_to(ADAPTERS).parts[0]
        for name in imports(file):
            top, _, rest = name.partition(".")
            if top == "dragoman" and rest.split(".")[0] not in FOR_ADAPTERS | {""}:
                wrong.add(f"{file.relative_to(ROOT)} imports {name}")
            if top.startswith("dragoman_") and top != package:
                wrong.add(f"{file.relative_to(ROOT)} imports its sibling {name}")
    assert not wrong


def test_every_adapter_in_the_tree_is_registered() -> None:
    """Entry points freeze at install: a folder without one would never be asked."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]["dragoman.adapters"]
    packages = {folder.name for folder in ADAPTERS.iterdir() if (folder / "__init__.py").is_file()}
    assert {value.partition(":")[0].partition(".")[0] for value in declared.values()} == packages
    assert set(declared) <= set(formats()), "install again: pip install -e ."


def test_no_file_is_too_long_and_no_function_either() -> None:
    """A stranger should be able to hold a file, and a function, in the head."""
    wrong = []
    for file in [*python(CORE), *python(ADAPTERS)]:
        text = file.read_text("utf-8")
        if text.count("\n") > 400:
            wrong.append(f"{file.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > 50:
                wrong.append(f"{file.relative_to(ROOT)}: {node.name} is too long")
    assert not wrong


def test_nothing_below_the_command_line_prints_or_exits() -> None:
    """A library that prints or exits cannot be used in a batch or a server."""
    wrong = set()
    for file in [*python(CORE), *python(ADAPTERS)]:
        if "cli" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "sys.exit", "exit", "os._exit"):
                wrong.add(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert not wrong


def test_no_broad_except_below_the_command_line() -> None:
    """A broad except turns our own faults into losses of the user."""
    wrong = set()
    for file in [*python(CORE), *python(ADAPTERS)]:
        if "cli" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                caught = ast.unparse(node.type) if node.type else "everything"
                if caught in ("everything", "Exception", "BaseException"):
                    wrong.add(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert not wrong
