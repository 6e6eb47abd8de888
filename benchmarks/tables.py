"""Tables for people: with lines on a terminal, plain in a pipe, and as Markdown for a document."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A title, the heads of the columns, and rows of cells.  texts: how many columns stand left; numbers stand right."""

    title: str
    heads: Row
    rows: Sequence[Row]
    texts: int = 1


def show(table: Table, markdown: bool = False) -> None:
    """Prints one table."""
    if markdown:
        print(f"\n**{table.title}**\n\n{as_markdown(table)}")
    elif sys.stdout.isatty():
        on_terminal(table)
    else:
        print(f"\n{table.title}\n{plain(table)}")


def plain(table: Table) -> str:
    """Columns side by side, as wide as what stands in them."""
    return "\n".join(line.rstrip() for line in aligned([table.heads, *table.rows], table.texts, "  "))


def as_markdown(table: Table) -> str:
    """A Markdown table whose source reads well too."""
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in (table.heads, *table.rows)]
    head, *body = aligned(escaped, table.texts, " | ")
    rule = " | ".join("---" if place < table.texts else "--:" for place in range(len(table.heads)))
    return "\n".join(f"| {line} |" for line in (head, rule, *body))


def aligned(rows: Sequence[Row], texts: int, between: str) -> list[str]:
    """A line for each row."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]

    def line(row: Row) -> str:
        cells = enumerate(zip(row, widths, strict=True))
        return between.join(cell.ljust(width) if place < texts else cell.rjust(width) for place, (cell, width) in cells)

    return list(map(line, rows))


def on_terminal(table: Table) -> None:
    from rich.console import Console
    from rich.table import Table as Lined
    from rich.text import Text

    lined = Lined(title=table.title, title_justify="left")
    for place, head in enumerate(table.heads):
        lined.add_column(head, justify="left" if place < table.texts else "right", overflow="fold")
    for row in table.rows:
        lined.add_row(*map(Text, row))
    Console(highlight=False).print(lined)
