"""Writes docs/reference/ from the code and the tables: `python docs/generate.py`.  A test holds that it is fresh."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import requirements

from dragoman.cli import main as root
from dragoman.codes import CODES
from dragoman.mapping.matrix import like, matrix
from dragoman.model.plain import classes, fields
from dragoman.registry import adapter, formats

HERE = Path(__file__).parent / "reference"
NOTE = "<!-- made by docs/generate.py: do not edit -->\n"


def pages() -> dict[str, str]:
    """Every page of the reference by its file name."""
    fixed = {"commands.md": commands(), "codes.md": codes(), "requirements.md": NOTE + requirements.page()}
    return fixed | {f"{name}.md": mapping(name) for name in formats()}


def commands() -> str:
    """What each command says of itself."""
    context = click.Context(root, info_name="dragoman")
    parts = ["# Commands\n"]
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context, terminal_width=100, max_content_width=100)
        parts.append(f"## dragoman {name}\n\n```\n{command.get_help(inner)}\n```\n")
    return NOTE + "\n".join(parts)


def codes() -> str:
    """What each code means and what to do."""
    parts = ["# Codes\n", "`dragoman explain CODE` prints one of these.\n"]
    parts += [f"## {name}: {code.title}\n\n{code.meaning}\n\n*What to do:* {code.fix}\n" for name, code in CODES.items()]
    return NOTE + "\n".join(parts)


def mapping(name: str) -> str:
    """What goes where in a format, and which fields of the model its table has no place for."""
    about = adapter(name).format
    found, _ = matrix([name])
    files = " and ".join(f"`mappings/{other}.yaml`" for other in like(name))
    source = f"Made from {files}; what an adapter does in code besides is told in its design note."
    lines = [f"# {about.name}: {about.title}\n", f"{about.specification}. {source}\n"]
    lines += ["| part | field | where it stands |", "|---|---|---|"]
    lines += [f"| {part} | {field} | {_cell(cell[name])} |" for (part, field), cell in found.items()]
    return NOTE + "\n".join([*lines, "", "## No row of its own", "", *_absent({key for key, _ in found}, set(found))]) + "\n"


def _cell(text: str) -> str:
    return " or ".join(f"`{place}`" for place in text.replace("|", "\\|").split(" \\| "))


def _absent(parts: set[str], rows: set[tuple[str, str]]) -> Iterator[str]:
    yield "Carried in the extension unless the adapter's code has a place for it.\n"
    for part in sorted(parts):
        left = [field for field in fields(classes()[part]) if (part, field) not in rows and field != "residue"]
        if left:
            yield f"- **{part}**: {', '.join(left)}"


def write() -> None:
    """Writes all pages."""
    HERE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (HERE / name).write_text(text, "utf-8")


if __name__ == "__main__":
    write()
