"""Whether a document is valid STIX, beyond the types of its values, which the reader looks at.

What must stand together is in `mappings/stix-2.1-rules.yaml` (and for 2.0 in its own); here is what each word of it means.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from dragoman.mapping.codecs import moment
from dragoman.mapping.table import facts
from dragoman.tree.json import pointer
from dragoman_stix.form import Form
from dragoman_stix.ids import canonical
from dragoman_stix.markings import MEMBER, selectors_to_nothing
from dragoman_stix.wellformed import CHECKS as WELLFORMED
from dragoman_stix.wellformed import WEB, short_hive

Object = dict[str, Any]
Trail = tuple[str | int, ...]
Fault = tuple[str, str]  # the member, or "", and what is wrong with it
Check = Callable[[Object, Any], Iterator[Fault]]
RULES = "stix-2.1-rules"
THOUSANDTHS = re.compile(r"\.\d{3}")
MILLISECONDS = re.compile(r"\.\d{3}Z$")
SHOWN = 80  # characters of a selector


def faults(form: Form, objects: Sequence[Any], rules: str = RULES) -> Iterator[str]:
    """Each as "pointer: reason"; the objects are as they were decoded.  rules: the name of the table of rules."""
    head: Trail = ("objects",) if form.wrapper == "bundle" else ()
    for place, item in enumerate(objects):
        trail = () if form.wrapper == "object" else (*head, place)
        if isinstance(item, dict):
            for found, reason in of_object(item, rules):
                yield f"{pointer([*trail, *found])}: {reason}"
    for place, earlier in _contradicting(objects):
        reason = f"differs from {pointer([*head, earlier])}, which has the same id and the same modified"
        yield f"{pointer([*head, place])}: {reason}"


def of_object(item: Object, table: str = RULES) -> Iterator[tuple[Trail, str]]:
    """The trail inside the object, and the reason."""
    type_name = item.get("type")
    known = _rules(table)
    for path, rules in known.get(type_name if isinstance(type_name, str) else "", known["*"]):
        for trail, holder in _holders(item, path):
            for name, said in rules.items():
                yield from (((*trail, member) if member else trail, why) for member, why in CHECKS[name](holder, said))
    yield from _empty(item)
    for selector in selectors_to_nothing(item) if MEMBER in item else ():
        yield (MEMBER,), f"the selector {selector[:SHOWN]!r} points at nothing"


@cache
def _rules(table: str) -> Mapping[str, Sequence[tuple[tuple[str, ...], Mapping[str, Any]]]]:
    """For each type the paths inside it at which something holds; "*": for types that nobody described."""
    said = facts(table)
    members: dict[str, list[str]] = said["groups"]
    found: dict[str, list[tuple[tuple[str, ...], Mapping[str, Any]]]] = defaultdict(list)
    places = [(*place.partition("/")[::2], rules) for place, rules in said["rules"].items()]
    known = {name for name, *_ in places if name not in members} | {name for group in members.values() for name in group}
    for name, path, rules in places:
        for type_name in known if name == "*" else members.get(name, [name]):
            found[type_name].append((tuple(path.split("/")) if path else (), rules))
    return found


def _holders(item: Any, path: Sequence[str], trail: Trail = ()) -> Iterator[tuple[Trail, Object]]:
    """The objects at a path, each with its trail."""
    if not path:
        if isinstance(item, dict):
            yield trail, item
    elif isinstance(item, dict) and path[0] in item:
        yield from _holders(item[path[0]], path[1:], (*trail, path[0]))
    elif isinstance(item, list) and path[0] == "*":
        for place, inner in enumerate(item):
            yield from _holders(inner, path[1:], (*trail, place))


def _empty(item: Object) -> Iterator[tuple[Trail, str]]:
    """Null and empty lists, which STIX does not have (section 2.10); what stands in an extension is its author's matter."""
    todo: list[tuple[Trail, Any]] = [((key,), value) for key, value in item.items() if key != "extensions"]
    while todo:
        trail, value = todo.pop()
        if isinstance(value, dict):
            todo += [((*trail, key), inner) for key, inner in value.items()]
        elif isinstance(value, list) and value:
            todo += [((*trail, place), inner) for place, inner in enumerate(value)]
        elif value is None or value == []:
            yield trail, "is null" if value is None else "is an empty list"


def _contradicting(objects: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """The objects that say something else than an earlier one of the same id and version (section 3.6)."""
    first: dict[tuple[Any, Any], int] = {}
    for place, item in enumerate(objects):
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            modified = item.get("modified")
            earlier = first.setdefault((item["id"], modified if isinstance(modified, str) else None), place)
            if earlier != place and canonical(objects[earlier]) != canonical(item):
                yield place, earlier


# ---- the words of the rules -----------------------------------------------------------------------------------------


def _need(holder: Object, names: Sequence[str]) -> Iterator[Fault]:
    for name in names:
        if name not in holder:
            yield name, "is missing"


def _own(holder: Object, extension: str) -> Iterator[Fault]:
    extensions = holder.get("extensions", {})
    if holder.get("spec_version") != "2.2" and isinstance(extensions, dict) and extension not in extensions:
        yield "extensions", f"lacks {extension}, which makes the type"


def _any(holder: Object, lists: Sequence[Sequence[str]]) -> Iterator[Fault]:
    for names in lists:
        if not any(name in holder for name in names):
            yield "", f"has none of {_listed(names)}"


def _some(holder: Object, names: Sequence[str]) -> Iterator[Fault]:
    if not any(name in holder for name in names):
        yield "", "says nothing: it has no property of its own"


def _one(holder: Object, lists: Sequence[Sequence[str]]) -> Iterator[Fault]:
    for names in lists:
        if sum(name in holder for name in names) != 1:
            yield "", f"has not one of {_listed(names)}, but {'none' if not any(n in holder for n in names) else 'both'}"


def _both(holder: Object, lists: Sequence[Sequence[str]]) -> Iterator[Fault]:
    for names in lists:
        lacking = [name for name in names if name not in holder]
        if 0 < len(lacking) < len(names):
            yield lacking[0], f"is missing beside {next(name for name in names if name in holder)}"


def _with(holder: Object, demanded: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    for name, others in demanded.items():
        for other in others if name in holder else ():
            if other not in holder:
                yield other, f"is missing beside {name}"


def _never(holder: Object, cases: Sequence[Sequence[Any]]) -> Iterator[Fault]:
    for name, value, other in cases:
        if holder.get(name) is value and other in holder:
            yield other, f"may not be there when {name} is {str(value).lower()}"


def _later(holder: Object, pairs: Sequence[Sequence[str]]) -> Iterator[Fault]:
    for first, last in pairs:
        if (order := _order(holder, first, last)) is not None and order >= 0:
            yield last, f"is not later than {first}"


def _ordered(holder: Object, pairs: Sequence[Sequence[str]]) -> Iterator[Fault]:
    for first, last in pairs:
        if (order := _order(holder, first, last)) is not None and order > 0:
            yield last, f"is earlier than {first}"


def _order(holder: Object, first: str, last: str) -> int | None:
    """1 when the first of two times is the later one, -1 when it is the earlier, None when one is no time."""
    texts = [holder.get(name) for name in (first, last)]
    one, other = [moment(text) if isinstance(text, str) else None for text in texts]
    return None if one is None or other is None else (one > other) - (one < other)


def _precise(holder: Object, names: Sequence[str]) -> Iterator[Fault]:
    for name in names:
        if isinstance(text := holder.get(name), str) and moment(text) and not THOUSANDTHS.search(text):
            yield name, "is not precise to the millisecond"


def _exact(holder: Object, names: Sequence[str]) -> Iterator[Fault]:
    for name in names:
        if isinstance(text := holder.get(name), str) and moment(text) and not MILLISECONDS.search(text):
            yield name, "has not exactly three digits after the second"


def _lacks(holder: Object, names: Sequence[str]) -> Iterator[Fault]:
    for name in names:
        if name in holder:
            yield name, "does not exist in this version"


def _within(holder: Object, bounds: Mapping[str, Sequence[float]]) -> Iterator[Fault]:
    for name, (least, most) in bounds.items():
        value = holder.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and not least <= value <= most:
            yield name, f"is not from {least} to {most}"


def _shaped(holder: Object, kinds: Mapping[str, str]) -> Iterator[Fault]:
    for name, kind in kinds.items():
        if isinstance(value := holder.get(name), str) and not _looks(kind, value):
            yield name, f"is no {kind.replace('-', ' ')}: {value[:SHOWN]!r}"


def _looks(kind: str, value: str) -> bool:
    if kind == "full-key":
        return short_hive(value) is None
    return bool(WEB.fullmatch(value) if kind == "url" else WELLFORMED[kind](value))


def _refers(holder: Object, types: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    for name, allowed in types.items():
        value = holder.get(name)
        for ref in value if isinstance(value, list) else [value]:
            if isinstance(ref, str) and "--" in ref and ref.partition("--")[0] not in allowed:
                yield name, f"names an object that is no {' or '.join(allowed)}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


CHECKS: Mapping[str, Check] = {
    "need": _need,
    "own": _own,
    "any": _any,
    "some": _some,
    "one": _one,
    "both": _both,
    "with": _with,
    "never": _never,
    "later": _later,
    "ordered": _ordered,
    "precise": _precise,
    "exact": _exact,
    "lacks": _lacks,
    "within": _within,
    "shaped": _shaped,
    "refers": _refers,
}
