"""Small things that all views of the terminal share: every text from a document passes through `cell`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from dragoman.model.parts import Words
from dragoman.text import visible

HEADING, SOFT = "bold", "dim"


def cell(value: object, limit: int = 300, *, style: str = "", lines: bool = False) -> Text:
    """A text of a document, safe to show and without markup.  lines: whether its line breaks stay."""
    text = "" if value is None else str(value)
    if not lines:
        return Text(visible(" ".join(text.split()), limit), style)
    return Text("\n".join(visible(line.rstrip(), limit) for line in text[:limit].split("\n")), style)


def said(*words: Words) -> str:
    """The first of texts that may know their language; empty when there is none."""
    return next((word if isinstance(word, str) else word.value for word in words), "")


def joined(texts: Iterable[str | None], between: str = ", ") -> str:
    """The texts that say anything, once each."""
    return between.join(dict.fromkeys(text for text in texts if text))


def title(part: Any, otherwise: str = "untitled") -> str:
    """What to call a part with a life of its own."""
    summary = getattr(part, "summary", None)
    identifier = getattr(part, "identifier", None)
    number = identifier.value if identifier else None
    return " ".join((part.name or summary or said(*part.description) or number or part.id or otherwise).split())[:200]


def grid(headings: Sequence[str], rows: Sequence[Sequence[object]], most: int, whole: int = 0) -> RenderableType:
    """A table without frame and without the columns in which nothing stands; without a head if no heading says a word.

    most: how many of the rows are shown.  whole: how many columns are not folded, however narrow the terminal.
    """
    columns = [place for place in range(len(headings)) if any(row[place] for row in rows)]
    head = any(headings)
    made = Table(box=box.SIMPLE_HEAD if head else None, show_header=head, header_style=SOFT, show_edge=False)
    for place in columns:
        made.add_column(headings[place], overflow="fold", no_wrap=place < whole)
    for row in rows[:most]:
        made.add_row(*(found if isinstance(found := row[place], Text) else cell(found) for place in columns))
    return Group(made, *rest(len(rows), most))


def rest(count: int, most: int) -> Iterator[Text]:
    """What to say of the rows that are not shown."""
    if count > most:
        yield Text(f"  … and {count - most:,} more (--all shows them)", style=SOFT)
