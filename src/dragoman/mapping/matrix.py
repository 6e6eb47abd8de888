"""What goes where, from the tables alone: for each field of the model, what each format has for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dragoman.errors import MappingError
from dragoman.mapping.table import Vocabulary, expanded, facts, vocabulary

Matrix = dict[tuple[str, str], dict[str, str]]


def matrix(formats: Iterable[str]) -> tuple[Matrix, list[str]]:
    """For (part, field): the place in each format that has a row for it, with the words that it narrows.

    Second, the formats that have no table.  Raises MappingError for a table that is wrong.
    """
    found: Matrix = {}
    without = []
    for name in formats:
        try:
            table = expanded(facts(name), name)
        except MappingError:
            without.append(name)
            continue
        for part in table["parts"].values():
            for row in part["rows"]:
                if "core" in row:
                    cell = found.setdefault((part["part"], row["core"]), {})
                    cell[name] = _merged(cell.get(name), _place(row, name))
    return dict(sorted(found.items())), without


def _place(row: Mapping[str, Any], name: str) -> str:
    narrowed = _narrowed(row["vocab"], name) if "vocab" in row else ""
    return f"{row[name]} ≈ {narrowed}" if narrowed else str(row[name])


def _narrowed(vocab: Any, name: str) -> str:
    """Our words for which a format only has a coarser one.  vocab: the name of a list, or the list itself."""
    words = vocabulary(vocab, name) if isinstance(vocab, str) else Vocabulary.of(vocab)
    return ", ".join(f"{ours} as {theirs}" for ours, theirs in words.write.items() if words.read.get(theirs) != ours)


def _merged(known: str | None, place: str) -> str:
    """Several parts of a table may be one part of the model: each place is named once."""
    return " | ".join(dict.fromkeys([*(known.split(" | ") if known else []), place]))
