"""Formats as tables: what there is, and what goes where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from rich.console import RenderableType
from rich.text import Text

from dragoman.adapter import Can, Format
from dragoman.mapping.matrix import Matrix
from dragoman.render.words import SOFT, cell, grid

UUID = re.compile("([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

ABILITIES = {Can.READ: "read", Can.WRITE: "write", Can.MANY: "several incidents", Can.CARRY: "carry"}


def abilities(can: Can) -> str:
    """What a format can, in words."""
    return ", ".join(word for ability, word in ABILITIES.items() if ability in can)


def listed(formats: Iterable[Format], packages: Mapping[str, str]) -> RenderableType:
    """A line for each format."""
    lines = [_line(about, packages.get(about.name, "")) for about in formats]
    return grid(("Name", "Title", "Version", "Can", "Media types", "Package"), lines, len(lines))


def _line(about: Format, package: str) -> tuple[object, ...]:
    media = cell("\n".join(about.media_types), lines=True)
    return cell(about.name, style="bold"), about.title, about.version, abilities(about.can), media, package


def _short(place: str) -> str:
    """A place with the UUIDs in it cut: they would fill the table."""
    return UUID.sub(r"\1…", place)


def crossed(matrix: Matrix, formats: Sequence[str]) -> RenderableType:
    """A line for each field of the model, a column for each format; "-" where a format has no place for it."""
    lines: list[tuple[object, ...]] = []
    last = ""
    for (part, field), places in matrix.items():
        shown = [cell(_short(places[name])) if name in places else Text("-", style=SOFT) for name in formats]
        lines.append(("" if part == last else part, field, *shown))
        last = part
    return grid(("Part", "Field", *formats), lines, len(lines), whole=2)
