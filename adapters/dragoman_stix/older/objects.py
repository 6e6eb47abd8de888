"""One object of STIX 2.0 as one of 2.1, and back: members are renamed, moved and filled in; references are not looked at.

Both directions make new objects and leave those they got as they were; the order of members stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dragoman_stix.cargo import EXTENSION
from dragoman_stix.older import selectors
from dragoman_stix.older.patterns import pattern_lowered, pattern_raised
from dragoman_stix.older.rows import CARGO, MEMORY, Object, Rule, is_observable, memory, rows

EXTENSIONS, LABELS, GRANULAR = "extensions", "labels", "granular_markings"
VERSION = "spec_version"
SHORTEST = 3  # letters of a key (2.0 part 3, section 2.4)
TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z", re.ASCII)


def raised(item: Object) -> Object:
    """An object of 2.0 (or an observable from inside of one) as 2.1 says it."""
    rule = rows().rule(item["type"])
    out = _renamed(item, rule.up, rule.only)
    out = _without(out, rule.gone)
    out = _divided(_with_short(out, rule), rule)
    for name, value in {**rule.fixed, **rule.assumed}.items():
        out.setdefault(name, value)
    out = _with_extensions(out, rule)
    if _is_stix(out):
        out["pattern"] = pattern_raised(out["pattern"])
    if isinstance(item.get(GRANULAR), list):
        out[GRANULAR] = selectors.changed(item[GRANULAR], lambda word: selectors.raised(word, item, rule))
    return _versioned(out)


def _is_stix(item: Object) -> bool:
    """Whether it is an indicator with a pattern in the language of STIX."""
    return item["type"] == "indicator" and item.get("pattern_type", "stix") == "stix" and isinstance(item.get("pattern"), str)


def _versioned(out: Object) -> Object:
    found: Object = {}
    for key, value in out.items():
        found[key] = value
        if key == "type":
            found[VERSION] = "2.1"
    return found


def lowered(item: Object) -> Object:
    """An object of 2.1 as 2.0 says it; what it remembers stays on it."""
    rule = rows().rule(item["type"])
    out = _cleared(item, rule)
    out = _joined(_restricted(_without_short(out, rule), rule), rule)
    out = _renamed(out, rule.down)
    for name, value in rule.need.items():
        out = _needing(out, name.split("/"), item.get(value["from"]) if isinstance(value, dict) else value)
    out |= {name: exact(out[name]) for name in rule.exact if name in out}
    if _is_stix(item):
        out["pattern"] = pattern_lowered(out["pattern"])
    if item["type"] == "marking-definition":
        out = _marking(out)
    if isinstance(item.get(GRANULAR), list):
        granular = selectors.changed(_without_languages(item[GRANULAR]), lambda word: selectors.lowered(word, item, rule))
        out[GRANULAR] = selectors.collapsed(granular, item, rule)
        if not out[GRANULAR]:
            del out[GRANULAR]
    return out


def exact(text: Any) -> Any:
    """A time with exactly three digits after the second; what is no time stays."""
    match = TIME.fullmatch(text) if isinstance(text, str) else None
    return text if match is None else f"{match[1]}.{(match[2] or '')[:3]:0<3}Z"


def _renamed(item: Object, names: Mapping[str, str], over: Mapping[str, Any] | None = None) -> Object:
    """Members under their other names, where those are free; one in `over` takes the place of what stands there."""
    over = over or {}
    out: Object = {}
    for key, value in item.items():
        new = names.get(key, key)
        if new in over and new != key:
            out[new] = value
        elif key not in over or key not in out:
            out[key if new != key and new in item else new] = value
    return out


def _without(item: Object, paths: tuple[tuple[str, ...], ...]) -> Object:
    for path in paths:
        item = _cut(item, path)
    return item


def _cut(item: Any, path: tuple[str, ...]) -> Any:
    if not isinstance(item, dict) or path[0] not in item:
        return item
    if len(path) == 1:
        return {key: value for key, value in item.items() if key != path[0]}
    return {**item, path[0]: _cut(item[path[0]], path[1:])}


def _divided(item: Object, rule: Rule) -> Object:
    """The labels that say of what type a thing is under a name of their own, before the others."""
    types, labels = selectors.division(item, rule)
    if not types:
        return item
    out: Object = {}
    for key, value in item.items():
        if key == LABELS:
            out[rule.types or ""] = [value[place] for place in types]
            if labels:
                out[LABELS] = [value[place] for place in labels]
        else:
            out[key] = value
    return out


def _joined(item: Object, rule: Rule) -> Object:
    """The types and the labels as labels."""
    if not isinstance(item.get(rule.types or ""), list) or not isinstance(item.get(LABELS, []), list):
        return item
    whole = [item[name][place] for name, place in selectors.union(item, rule)]
    return {LABELS if key == rule.types else key: whole if key == rule.types else value
            for key, value in item.items() if key != LABELS}  # fmt: skip


def _with_extensions(item: Object, rule: Rule) -> Object:
    """The cargo, the members of an extension and the one that makes the type go where 2.1 has them."""
    more: Object = {}
    if rule.made and rule.custom:
        more[rule.made] = {"extension_type": "new-sdo"}
    out = dict(item)
    for extension, members in rule.lifted.items():
        lifted = {key: out.pop(key) for key in item if key in members}
        if lifted:
            more[extension] = {"extension_type": "property-extension", **lifted}
    if isinstance(item.get(CARGO), dict):
        more[EXTENSION] = {"extension_type": "property-extension", **out.pop(CARGO)}
    known = out.get(EXTENSIONS, {})
    if not more or not isinstance(known, dict):
        return out if not more else dict(item)
    both = {key: {**more[key], **value} if key in more and isinstance(value, dict) else value for key, value in known.items()}
    out[EXTENSIONS] = {**{key: value for key, value in more.items() if key not in both}, **both}
    return out


def _cleared(item: Object, rule: Rule) -> Object:
    """Without what 2.1 says of itself; the cargo, and the members of an extension that are lifted, on the object."""
    out = {key: value for key, value in item.items() if key != VERSION and not _unsaid(key, item, rule)}
    extensions = item.get(EXTENSIONS)
    if not isinstance(extensions, dict) or is_observable(item):
        return out
    left = dict(extensions)
    for extension, members in rule.lifted.items():
        out, left = _lift(out, left, extension, members)
    if rule.made and rule.custom and left.get(rule.made) == {"extension_type": "new-sdo"}:
        del left[rule.made]
    if isinstance(left.get(EXTENSION), dict):
        out[CARGO] = {key: value for key, value in left.pop(EXTENSION).items() if key != "extension_type"}
    out[EXTENSIONS] = left
    if not left:
        del out[EXTENSIONS]
    return out


def _unsaid(key: str, item: Object, rule: Rule) -> bool:
    """Whether 2.0 means the same without the member, or nobody said it in the first place."""
    if key in rule.fixed and item[key] == rule.fixed[key]:
        return True
    return key in memory(item).get("assumed", ()) and item[key] == rule.assumed.get(key)


def _lift(out: Object, left: Object, extension: str, members: tuple[str, ...]) -> tuple[Object, Object]:
    core = left.get(extension)
    if not isinstance(core, dict) or core.get("extension_type") != "property-extension":
        return out, left
    free = {key: value for key, value in core.items() if key in members and key not in out}
    rest = {key: value for key, value in core.items() if key not in free}
    if not free:
        return out, left
    if rest == {"extension_type": "property-extension"}:
        rest = {}
    rest = {key: value for key, value in rest.items() if key != "extension_type"}
    without = {key: value for key, value in left.items() if key != extension}
    return {**out, **free}, without | ({extension: rest} if rest else {})


def _needing(item: Any, path: list[str], value: Any) -> Any:
    """An object with what it needs, at a path of members inside of it where "*" is each item of a list."""
    if isinstance(item, list) and path[0] == "*":
        return [_needing(inner, path[1:], value) for inner in item]
    if not isinstance(item, dict) or value is None or (len(path) > 1 and path[0] not in item):
        return item
    inner = value if len(path) == 1 else _needing(item[path[0]], path[1:], value)
    return item if len(path) == 1 and path[0] in item else {**item, path[0]: inner}


def _restricted(item: Object, rule: Rule) -> Object:
    """References to the types that 2.0 allows; if there are others, all of them as a custom property as well."""
    for name, types in rule.only.items():
        refs = item.get(name)
        if not isinstance(refs, list) or not all(isinstance(ref, str) for ref in refs):
            continue
        allowed = [ref for ref in refs if ref.partition("--")[0] in types]
        if allowed != refs:
            item = {**item, name: allowed, f"x_dragoman_{name}": refs}
            if not allowed:
                del item[name]
    return item


def _without_short(item: Object, rule: Rule) -> Object:
    """Dictionaries without the keys that are too short for 2.0, and those beside them."""
    for name, other in rule.short.items():
        held = item.get(name)
        short = {key: value for key, value in held.items() if len(key) < SHORTEST} if isinstance(held, dict) else {}
        if short and isinstance(held, dict) and other not in item:
            item = {**item, name: {key: value for key, value in held.items() if key not in short}, other: short}
            if not item[name]:
                del item[name]
    return item


def _with_short(item: Object, rule: Rule) -> Object:
    """Dictionaries with the keys that stood beside them."""
    for name, other in rule.short.items():
        held, short = item.get(name, {}), item.get(other)
        if isinstance(held, dict) and isinstance(short, dict) and not held.keys() & short.keys():
            item = {**{key: value for key, value in item.items() if key != other}, name: {**held, **short}}
    return item


def _without_languages(granular: list[Any]) -> list[Any]:
    """Granular markings of 2.0 say who may see a thing, never in which language it is."""
    return [found for found in granular if not (isinstance(found, dict) and "lang" in found)]


def _marking(item: Object) -> Object:
    """A marking as 2.0 has it: of TLP 1 in the fixed words, and any other with a definition."""
    fixed = rows().tlp1.get(rows().tlp.get(item["id"], item["id"]))
    if fixed is not None and not (memory(item).get("own") and item["id"] in rows().tlp):
        return {**fixed, MEMORY: item[MEMORY]} if MEMORY in item else dict(fixed)
    if "definition" in item or "definition_type" in item:
        return item
    name = item.get("x_dragoman_name")
    statement = name if isinstance(name, str) and name else "a marking that STIX 2.0 has no definition for"
    return {**item, "definition_type": "statement", "definition": {"statement": statement}}
