"""Markings of single fields (STIX 2.1 section 7.2.3): selectors must resolve, and nothing may be widened.

A field of ours that the object says under another name is marked under that name.  A field that the object does not say
as one property cannot be marked alone: the whole object then gets the marking, for it is no wider.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from dragoman.mapping.json import form, remember
from dragoman.mapping.table import Spec
from dragoman.model.marking import level, strictest
from dragoman_stix.codecs import MARKING, TLP, marking_ref

SELECTOR = re.compile(r"[A-Za-z0-9_-]+(?:\.(?:\[\d+\]|[A-Za-z0-9_-]+))*", re.ASCII)
ITEM = re.compile(r"(?:\.\[\d+\])?\.(?!\[)")  # an item of a list, and what leads to a name in it
UNRESOLVED = "unresolved"  # in the form of a part: selectors of its source that point at nothing
MEMBER = "granular_markings"

Object = dict[str, Any]


def resolves(item: Any, selector: str) -> bool:
    """Whether a selector points at something."""
    for step in selector.split("."):
        if isinstance(item, dict) and step in item:
            item = item[step]
        elif isinstance(item, list) and step.startswith("[") and step[1:-1].isdecimal() and int(step[1:-1]) < len(item):
            item = item[int(step[1:-1])]
        else:
            return False
    return True


def selectors_to_nothing(item: Object) -> list[str]:
    """The selectors of an object as it came that point at nothing."""
    listed = item.get(MEMBER)
    if not isinstance(listed, list):
        return []
    found = [inner.get("selectors") for inner in listed if isinstance(inner, dict)]
    return [word for words in found if isinstance(words, list) for word in words
            if isinstance(word, str) and not resolves(item, word)]  # fmt: skip


def keep_unresolved(part: Any, format_name: str, selectors: Sequence[str]) -> None:
    """Remembers on a part the selectors that point at nothing, so that they go back as they came."""
    if selectors:
        remember(part, format_name, UNRESOLVED, list(selectors))


def understand(part: Any, spec: Spec) -> None:
    """Lets the field markings of a part that was read name fields of ours, in place; other selectors stay as they are."""
    for found in part.field_markings:
        found.fields = [_field(selector, spec) for selector in found.fields]


def _field(selector: str, spec: Spec) -> str:
    """The field for a selector: ours, where the property that it names (or begins with) has another name."""
    named = [row for row in spec.rows if row.core and _begins(selector, ".".join(row.path))]
    if not named:
        return selector
    row = max(named, key=lambda row: len(row.path))
    return row.core + _inside(selector.removeprefix(".".join(row.path)), row.spec, _field)


def _begins(selector: str, path: str) -> bool:
    return selector == path or selector.startswith(f"{path}.")


def _inside(rest: str, spec: Spec | None, named: Callable[[str, Spec], str | None]) -> str:
    """What follows a name (".[0].url"), with the names of the part that stands there."""
    found = ITEM.match(rest)
    inner = rest[found.end() :] if found else ""
    if spec is None or not inner:
        return rest
    return rest[: -len(inner)] + (named(inner, spec) or inner)


def settle(out: Object, part: Any, spec: Spec, format_name: str) -> None:
    """Makes the field markings of an object that is written hold, in place; what they cannot say marks all of it."""
    known = form(part, format_name).get(UNRESOLVED) or ()
    written, raised = [], []
    for found, said in zip(part.field_markings, out.get(MEMBER, ()), strict=False):
        selectors = [_selector(field, out, spec, known) for field in found.fields]
        said["selectors"] = [selector for selector in selectors if selector is not None]
        if found.marking is not None:
            said.pop("lang", None)
            if None in selectors or not selectors:
                raised.append(found.marking)
        if said["selectors"] and ("marking_ref" in said or "lang" in said):
            written.append(said)
    if written:
        out[MEMBER] = written
    else:
        out.pop(MEMBER, None)
    _raise(out, part, raised)


def _selector(field: str, out: Object, spec: Spec, known: Sequence[str]) -> str | None:
    """The selector for a field: itself, or that of the property which says it; None when there is none."""
    if field in known or (SELECTOR.fullmatch(field) and resolves(out, field)):
        return field
    selector = _property(field, spec) or ""
    return selector if selector in known or (SELECTOR.fullmatch(selector) and resolves(out, selector)) else None


def _property(field: str, spec: Spec) -> str | None:
    """Where the table has a field of ours."""
    head, dot, rest = field.partition(".")
    row = next((row for row in spec.rows if row.core == head), None)
    return None if row is None else ".".join(row.path) + _inside(dot + rest, row.spec, _property)


def _raise(out: Object, part: Any, markings: Sequence[str]) -> None:
    """Marks the whole object as strictly as the strictest of some markings."""
    needed = [marking for marking in markings if marking in TLP or MARKING.fullmatch(marking) or ":" in marking]
    whole, most = strictest(part.markings), strictest(needed)
    if most is None or (whole is not None and whole >= most):
        return
    refs = [marking_ref(marking) for marking in needed if level(marking) == most]
    out["object_marking_refs"] = list(dict.fromkeys([*out.get("object_marking_refs", ()), *refs]))
