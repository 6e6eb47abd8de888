"""What goes where, from the tables alone: for each field of the model, what each format has for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dragoman.errors import MappingError
from dragoman.mapping.extend import expanded
from dragoman.mapping.table import facts, vocabulary
from dragoman.mapping.vocabulary import Vocabulary

Matrix = dict[tuple[str, str], dict[str, str]]


def matrix(formats: Iterable[str]) -> tuple[Matrix, list[str]]:
    """For (part, field): the place in each format that has a row for it, with the words that it narrows.

    Second, the formats that have no table.  Raises MappingError for a table that is wrong.
    """
    found: Matrix = {}
    without = []
    for name in formats:
        try:
            chain = like(name)
        except MappingError:
            without.append(name)
            continue
        spelt = [facts(other) for other in chain[:-1]]
        for part_name, part in expanded(facts(chain[-1]), chain[-1])["parts"].items():
            for row in part["rows"]:
                if "core" in row:
                    cell = found.setdefault((part["part"], row["core"]), {})
                    cell[name] = _merged(cell.get(name), _place(row, chain[-1], part_name, spelt))
    return dict(sorted(found.items())), without


def like(name: str) -> list[str]:
    """A format, and the one that it is another spelling of, and so on: the last has the table.  Raises MappingError."""
    found = [name]
    while "like" in facts(found[-1]):
        found.append(facts(found[-1])["like"])
    return found


def _place(row: Mapping[str, Any], name: str, part: str, spelt: Iterable[Mapping[str, Any]]) -> str:
    narrowed = _narrowed(row["vocab"], name) if "vocab" in row else ""
    place = str(row[name])
    for said in spelt:
        place = _respelt(place, part, said) if "dissolved" in said else _older(place, part, said) if "every" in said else place
    return f"{place} ≈ {narrowed}" if narrowed else place


def _respelt(place: str, part: str, said: Mapping[str, Any]) -> str:
    """A place of XML as members of JSON: some steps are left out, some have another name."""
    texts = {"text()": said["text"].get(part, "value"), "inner()": said["text"].get(part, "value")}
    steps = [step.removeprefix("@") for step in place.split("/") if step not in said["dissolved"]]
    return "/".join(texts.get(step) or said["names"].get(step) or step.rpartition(":")[2] for step in steps)


def _older(place: str, part: str, said: Mapping[str, Any]) -> str:
    """A place in the words of an earlier version: some members have another name, some are custom properties there."""
    rule = {**said["objects"], **said["observables"]}.get(part, {})
    head, slash, rest = place.partition("/")
    names: dict[str, str] = dict.fromkeys(rule.get("types", ()), "labels")
    names |= {new: old for old, new in rule.get("renamed", {}).items()}
    everywhere = said["every"]["new"] if part in said["objects"] and part not in said["custom"] else ()
    names |= {name: f"{said['prefix']['property']}{name}" for name in (*rule.get("new", ()), *everywhere)}
    return names.get(head, head) + slash + rest


def _narrowed(vocab: Any, name: str) -> str:
    """Our words for which a format only has a coarser one.  vocab: the name of a list, or the list itself."""
    words = vocabulary(vocab, name) if isinstance(vocab, str) else Vocabulary.of(vocab)
    return ", ".join(f"{ours} as {theirs}" for ours, theirs in words.write.items() if words.read.get(theirs) != ours)


def _merged(known: str | None, place: str) -> str:
    """Several parts of a table may be one part of the model: each place is named once."""
    return " | ".join(dict.fromkeys([*(known.split(" | ") if known else []), place]))
