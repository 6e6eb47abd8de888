"""Which attribute or object says what another format observed or looks for: the simplest one that says all of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from dragoman.mapping.table import facts
from dragoman.model.plain import fields, values_of
from dragoman_misp.drafts import told_members
from dragoman_misp.exact import Object
from dragoman_misp.patterns import LONGEST, unescaped
from dragoman_misp.rows import TABLE, Row, rows
from dragoman_misp.shapes import Shape
from dragoman_misp.templates import ObjectRow, templates
from dragoman_misp.values import Unfit

QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'", re.DOTALL)
PATH = r"[a-z0-9-]+:(?:[^\s='\"]|'[^']*')+"
COMPARISON = re.compile(rf"\s*({PATH})\s*=\s*(?:'((?:[^'\\]|\\.)*)'|([0-9]+|true|false))\s*", re.DOTALL)
AND = re.compile(r"AND\b")
BESIDE = frozenset({"id", "type", "markings", "field_markings", "residue", "defanged", "category"})
OF_TYPE = re.compile(r"_refs?(\[\*\])?\.type$")


def attribute_of(parts: Sequence[Any], whole: bool = True) -> Object | None:
    """The attribute that says all of some observables, or (not `whole`) what matters most of them; None when none does."""
    for row in _by_type().get(parts[0].type, ()):
        if len(row.shapes) == len(parts) and (sides := row.seen(parts)) is not None and (not whole or _whole(row, parts)):
            value = row.value(sides)
            if value is not None and _reads(row, value, sides):
                return {"type": row.name, "value": value} | ({"data": sides[2]} if 2 in sides else {})
    return None


def _reads(row: Row, value: str, sides: Any) -> bool:
    """Whether a value is one that its type can have."""
    try:
        found = row.split(value, sides.get(2))
    except Unfit:
        return False
    return all(found[place] == side for place, side in sides.items())


@cache
def _by_type() -> dict[str, list[Row]]:
    """The rows that are natural, by the type of their main observable."""
    found = defaultdict(list)
    for name in facts(TABLE)["natural"]:
        row = rows()[name]
        for kind in ("ipv4-addr", "ipv6-addr") if row.shapes[0].type == "ip" else (row.shapes[0].type or "",):
            found[kind].append(row)
    return found


def _whole(row: Row, parts: Sequence[Any]) -> bool:
    """Whether a row says everything that observables say."""
    return all(_covers(shape, part) for shape, part in zip(row.shapes, parts, strict=True))


def _covers(shape: Shape, part: Any) -> bool:
    """Whether a shape says all that a part says; markings, and how its source put it, are no matter of the value."""
    cls: type = type(part)
    for name, value in zip(fields(cls), values_of(cls)(part), strict=True):
        if value is None or value in ((), []) or name in BESIDE:
            continue
        if name not in shape.templates or not _as_large(shape.templates[name], value):
            return False
    return True


def _as_large(template: Any, value: Any) -> bool:
    """Whether tables and lists have no more in them than a template says."""
    if isinstance(template, dict) and isinstance(value, dict):
        return len(template) == len(value) and all(_as_large(template[name], value.get(name)) for name in template)
    if isinstance(template, list) and isinstance(value, list | tuple):
        return len(template) == len(value) and all(map(_as_large, template, value))
    return not isinstance(value, dict | list)


def refs_of(part: Any) -> Iterator[str]:
    """The ids of the observables that one refers to."""
    cls: type = type(part)
    for name in fields(cls):
        if name.endswith(("_ref", "_refs")):
            value = getattr(part, name)
            yield from [value] if isinstance(value, str) else value or ()


def object_of(parts: Sequence[Any]) -> tuple[ObjectRow, list[Object]] | None:
    """The object that says most of some observables, the main one first, with its attributes."""
    best: tuple[ObjectRow, list[Object]] | None = None
    for row in _templates_of().get(parts[0].type, ()):
        members = told_members(row, parts, False)
        if members and (best is None or len(members) > len(best[1])):
            best = row, members
    return best


@cache
def _templates_of() -> dict[str, list[ObjectRow]]:
    """The templates whose main observable is of a type, those without a fixed word in it."""
    found = defaultdict(list)
    for row in templates().values():
        if not row.domain and row.name not in facts("misp-objects")["special"]:
            for kind in ("ipv4-addr", "ipv6-addr") if row.slots[0].type == "ip" else (row.slots[0].type or "",):
                found[kind].append(row)
    return found


def sought_attribute(pattern: str) -> Object | None:
    """The attribute that a pattern of one value looks for."""
    for row in _by_skeleton().get(_skeleton(pattern), ()):
        sides = row.found_by(pattern)
        value = row.value(sides) if sides is not None else None
        if value is not None and sides is not None and _reads(row, value, sides):
            return {"type": row.name, "value": value} | ({"data": sides[2]} if 2 in sides else {})
    return None


@cache
def _by_skeleton() -> dict[str, list[Row]]:
    found = defaultdict(list)
    order = {name: place for place, name in enumerate(facts(TABLE)["natural"])}
    for _, row in sorted(rows().items(), key=lambda pair: order.get(pair[0], len(order))):
        if row.finds is not None:
            found[_skeleton(row.finds.example)].append(row)
    return found


def _skeleton(pattern: str) -> str:
    """A pattern without its values."""
    plain = QUOTED.sub("''", pattern) if len(pattern) < LONGEST else ""
    return re.sub(r"= (?:''|[0-9]+)", "= ?", plain)


def comparisons(pattern: str) -> list[tuple[str, str]] | None:
    """The comparisons of a pattern that is one observation, all joined by AND; None when it is more than that."""
    text = pattern.strip()
    if len(text) > LONGEST or not text.startswith("[") or not text.endswith("]"):
        return None
    found, place, end = [], 1, len(text) - 1
    while place < end:
        match = COMPARISON.match(text, place, end)
        if match is None:
            return None
        found.append((match[1], unescaped(match[2]) if match[2] is not None else match[3]))
        place = match.end()
        joined = AND.match(text, place, end)
        if joined is None:
            return found if place == end else None
        place = joined.end()
    return None


def sought_object(pattern: str) -> tuple[ObjectRow, list[Object]] | None:
    """The object that a pattern of several values looks for, with its attributes."""
    found = [pair for pair in comparisons(pattern) or () if not OF_TYPE.search(pair[0])]
    for row, places in _paths():
        relations = [places.get(path) for path, _ in found]
        if found and all(relations) and len(set(relations)) == len(relations):
            pairs = zip(relations, (value for _, value in found), strict=True)
            return row, [row.attribute(relation, value, True) for relation, value in pairs if relation]
    return None


@cache
def _paths() -> list[tuple[ObjectRow, dict[str, str]]]:
    """For each template, the relation that stands under a path of a pattern."""
    return [(row, dict(_of_row(row))) for row in templates().values() if not row.domain]


def _of_row(row: ObjectRow) -> Iterator[tuple[str, str]]:
    main = row.slots[0]
    for slot in reversed(row.slots):
        prefixes = [] if slot.type == "ip" else [f"{slot.type}:"]
        for name, others in main.refs.items():
            if slot.name in others:
                prefixes.append(f"{main.type}:{name}{'[*]' if name.endswith('refs') else ''}.")
        for relation, paths in reversed(list(slot.says.items())):
            yield from ((f"{prefix}{paths[0].place}", relation) for prefix in prefixes)
