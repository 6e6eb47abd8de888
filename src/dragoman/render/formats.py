"""Formats as tables: what there is, and what goes where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.table import Table
from rich.text import Text

from dragoman.adapter import Can, Format
from dragoman.mapping.matrix import Matrix
from dragoman.render.words import SOFT, cell, table

ABILITIES = {Can.READ: "read", Can.WRITE: "write", Can.MANY: "several incidents", Can.CARRY: "carry"}


def abilities(can: Can) -> str:
    """What a format can, in words."""
    return ", ".join(word for ability, word in ABILITIES.items() if ability in can)


def listed(formats: Iterable[Format], packages: Mapping[str, str]) -> Table:
    """A line for each format."""
    found = table("Name", "Title", "Version", "Can", "Media types", "Package")
    for about in formats:
        media = "\n".join(about.media_types)
        line = (about.title, about.version, abilities(about.can), media, packages.get(about.name, ""))
        found.add_row(Text(about.name, style="bold"), *(cell(text, lines=True) for text in line))
    return found


def crossed(matrix: Matrix, formats: Sequence[str]) -> Table:
    """A line for each field of the model, a column for each format; "-" where a format has no place for it."""
    found = table("Part", "Field", *formats)
    last = ""
    for (part, field), places in matrix.items():
        shown = [cell(places[name]) if name in places else Text("-", style=SOFT) for name in formats]
        found.add_row("" if part == last else part, field, *shown)
        last = part
    return found
