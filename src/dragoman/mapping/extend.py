"""Tables before they are compiled: their short forms, and one over another, so that what two share stands once.

A table with `extends: OTHER` names its parts one by one.  A part with nothing in it is the other table's; a part with
rows is the other's with these over it: a row of a field replaces the other's rows of that field, further rows follow in
their own order.
`keep` lists the fields that stay, in the order in which they are written.  `common` and all other facts are the other's
where the table says nothing of them, and so are word lists (`table.vocabulary`).  A table of a user's own is `merged` over one
of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dragoman.errors import MappingError

Raw = dict[str, Any]


def by_name(group: Mapping[str, Any], format_name: str) -> Raw:
    """The rows of a part or a group, `same` first, by what identifies them: the field, or the place of a constant.

    Several rows of one field are a choice (what stands there may have one of several shapes): the later ones go by their
    place as well.
    """
    same = group.get("same", [])
    typed = same if isinstance(same, dict) else {None: same}
    found: Raw = {}
    for codec, words in typed.items():
        found |= {word: {"core": word, format_name: word} | ({"codec": codec} if codec else {}) for word in words}
    own: Raw = {}
    for row in group.get("rows", []):
        name, place = row.get("core") or f"={row.get(format_name)}", row.get(format_name)
        own[name if name not in own else f"{name} {place}"] = row
    return found | own


def extended(raw: Mapping[str, Any], other: Mapping[str, Any]) -> Raw:
    """A table with what it takes over from another one, whose own extension is written out already.

    Raises MappingError for a part or a field that the other does not have.
    """
    own, base = raw["format"], other["format"]
    common = {name: _renamed(group, base, own) for name, group in other.get("common", {}).items()}
    parts = {name: _part(name, part, other["parts"].get(name), own, base) for name, part in raw["parts"].items()}
    return {**other, **raw, "common": common | raw.get("common", {}), "parts": parts}


def _part(name: str, part: Raw, theirs: Raw | None, own: str, base: str) -> Raw:
    where = f"mappings/{own}.yaml: {name}"
    if theirs is None:
        if "part" not in part:
            raise MappingError(f"{base} has no such part to take over", where=where)
        return part
    ours, known = _fields(by_name(part, own)), _fields(by_name(_renamed(theirs, base, own), own))
    if unknown := [field for field in part.get("keep", ()) if field not in known and field not in ours]:
        raise MappingError(f"{base} has no row of {unknown[0]!r} there", where=where)
    order = part.get("keep", known)
    rows = [row for field in order for row in ours.get(field) or known[field]]
    rows += [row for row in by_name(part, own).values() if row.get("core") not in order]
    kept = {key: value for key, value in {**theirs, **part}.items() if key not in ("keep", "same")}
    return kept | {"rows": rows}


def _renamed(group: Mapping[str, Any], base: str, own: str) -> Raw:
    """The rows of the other table, as rows of ours."""
    rows = by_name(group, base).values()
    return {**group, "same": [], "rows": [{own if key == base else key: value for key, value in row.items()} for row in rows]}


def _fields(rows: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Rows by their field; several of one are a choice and stay together."""
    found: dict[str, list[Any]] = {}
    for name, row in rows.items():
        found.setdefault(row.get("core") or name, []).append(row)
    return found


def inherited(listed: Mapping[str, Any], formats: Iterable[str]) -> Any:
    """What the first of some formats that is spoken of says; None when there is none."""
    return next((listed[name] for name in formats if name in listed), None)


def expanded(raw: Raw, format_name: str) -> Raw:
    """A table with its short forms written out: `include` and `same` become rows; a part's own row wins."""
    common = raw.get("common", {})
    parts = {}
    for name, part in raw["parts"].items():
        rows: Raw = {}
        for group in part.get("include", ()):
            if group == ".":
                rows |= by_name(part, format_name)
                continue
            if group not in common:
                raise MappingError(f"no common rows {group!r}", where=f"mappings/{format_name}.yaml: {name}")
            rows |= by_name(common[group], format_name)
        rows |= by_name(part, format_name)
        parts[name] = {key: value for key, value in part.items() if key not in ("include", "same")}
        parts[name]["rows"] = list(rows.values())
    return raw | {"parts": parts}


def merged(ours: Raw, theirs: Any, where: str) -> Raw:
    """Our table with the rows of another one over it: a row with the same core field replaces ours."""
    if theirs.get("format") != ours.get("format"):
        return ours
    name_of_format = ours["format"]
    parts = dict(ours["parts"])
    for name, part in theirs["parts"].items():
        if name not in parts:
            raise MappingError(f"no part {name!r} in the table of {name_of_format}", where=where)
        known = by_name(parts[name], name_of_format) | by_name(part, name_of_format)
        parts[name] = parts[name] | {"rows": list(known.values()), "same": []}
    return ours | {"parts": parts}
