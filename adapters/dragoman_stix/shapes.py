"""The incident extension suite was published in several shapes under one id; all of them are read, one is written.

Shape D is what the table knows.  `unfold` turns an object of another shape into it, in place of the old names, and says
what it did; `fold` undoes that.  What says something of its own in shapes A, B and E (activities, embedded impacts,
sequences) stays where it is and comes back untouched.

    C   events and tasks are lists of entries, entity counts a dictionary      (drafts of 2023 and 2024)
    D   event_refs and task_refs are lists of ids, entity counts a list         (the later drafts)
    F   as D, but on the incident itself, with spec_version 2.2                 (the draft of STIX 2.2)
"""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]
Memory = dict[str, Any]

CORE = "extension-definition--ef765651-680c-498d-9894-99799f2fa126"
NEW_TYPES = {
    "event": "extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e",
    "impact": "extension-definition--7cc33dd6-f6a1-489b-98ea-522d351d71b9",
    "task": "extension-definition--2074a052-8be4-4932-849e-f5e7798e0030",
}
FOLDED = frozenset({"incident", *NEW_TYPES})
SHAPES = ("C", "D", "F")
COUNTS = "impacted_entity_counts"
MEASURES = "impact measures"  # no extension can be called so
STEPS = {"events": ("event_refs", "event_ref"), "tasks": ("task_refs", "task_ref")}
REFS = frozenset(refs for refs, _ in STEPS.values())
ON_TOP = frozenset({
    "determination", "investigation_status", "criticality", "detection_methods", "event_refs", "impact_refs",
    "impacted_entity_counts", "incident_types", "recoverability", "scores", "task_refs",
})  # fmt: skip


def unfold(source: Object) -> Memory:
    """Turns an object into shape D, in place; returns what `fold` needs to undo it."""
    memory: Memory = {}
    if source["type"] == "incident":
        _from_top(source, memory)
        core = _core(source)
        if core is not None:
            _unfold_counts(core, memory)
            source["extensions"][CORE] = _unfold_steps(core, memory)
        return memory
    _unfold_counts(source, memory)
    if source["type"] == "impact":
        _unfold_measures(source, memory)
    return memory


def fold(target: Object, memory: Memory, shape: str | None = None) -> Object:
    """An object of shape D in the shape it came in, or in the one asked for."""
    if shape is not None:
        memory = _as_asked(target, memory, shape)
    if target["type"] == "incident":
        core = _core(target)
        if core is not None:
            _fold_counts(core, memory)
            core = target["extensions"][CORE] = _fold_steps(core, memory)
            if memory.get("top"):
                return _to_top(target, core)
        return target
    _fold_counts(target, memory)
    return _fold_measures(target, memory) if target["type"] == "impact" else target


def _core(item: Object) -> Object | None:
    """The incident core extension of an object, if it is one."""
    extensions = item.get("extensions")
    core = extensions.get(CORE) if type(extensions) is dict else None
    return core if type(core) is dict else None


def _as_asked(target: Object, memory: Memory, shape: str) -> Memory:
    """The memory that makes another shape, and the version and extension that go with it."""
    target["spec_version"] = "2.2" if shape == "F" else "2.1"
    new_type = NEW_TYPES.get(target["type"])
    extensions = target.setdefault("extensions", {})
    if new_type and type(extensions) is dict:
        if shape == "F":
            extensions.pop(new_type, None)
        else:
            extensions.setdefault(new_type, {"extension_type": "new-sdo"})
    if extensions == {}:
        del target["extensions"]
    kept = {name: how for name, how in memory.items() if name not in ("counts", "top", *STEPS, *REFS)}
    in_entries = {"counts": "table", "events": "entries", "tasks": "entries"}
    return kept | (in_entries if shape == "C" else {"top": True} if shape == "F" else {}) | {"refs": shape != "C"}


def _from_top(source: Object, memory: Memory) -> None:
    """Shape F: what stands on the incident itself moves into the extension."""
    extensions = source.get("extensions")
    taken = [key for key in source if key in ON_TOP]
    if not taken or ("extensions" in source and (type(extensions) is not dict or not extensions or CORE in extensions)):
        return
    core = {key: source.pop(key) for key in taken}
    source["extensions"] = {**(extensions or {}), CORE: core}
    memory["top"] = True


def _to_top(target: Object, core: Object) -> Object:
    rest = {key: value for key, value in target["extensions"].items() if key != CORE}
    core = {key: value for key, value in core.items() if key != "extension_type"}
    out = {key: value for key, value in target.items() if key != "extensions"} | core
    return out | {"extensions": rest} if rest else out


def _unfold_counts(holder: Object, memory: Memory) -> None:
    counts = holder.get(COUNTS)
    if type(counts) is dict and counts:
        holder[COUNTS] = [{"entity_type": entity, "count": count} for entity, count in counts.items()]
        memory["counts"] = "table"


def _fold_counts(holder: Object, memory: Memory) -> None:
    counts = holder.get(COUNTS)
    if memory.get("counts") != "table" or type(counts) is not list:
        return
    table = {item["entity_type"]: item["count"] for item in counts if item.keys() == {"entity_type", "count"}}
    if len(table) == len(counts):
        holder[COUNTS] = table


def _unfold_steps(core: Object, memory: Memory) -> Object:
    """Entries that say no more than an id become ids."""
    renamed: dict[str, Any] = {}
    for key, value in core.items():
        known = STEPS.get(key)
        if known is None or known[0] in core or not _are_entries(value, known[1]):
            renamed[key] = value
            if key in REFS and type(value) is list and any(type(item) is dict for item in value):
                memory[key] = "entries"  # where ids belong
            continue
        renamed[known[0]] = [entry[known[1]] if len(entry) == 1 else entry for entry in value]
        memory[key] = "entries"
    return renamed


def _are_entries(value: Any, ref: str) -> bool:
    return type(value) is list and bool(value) and all(type(e) is dict and type(e.get(ref)) is str for e in value)


def _fold_steps(core: Object, memory: Memory) -> Object:
    names = {refs: (entries, ref) for entries, (refs, ref) in STEPS.items()}
    folded: dict[str, Any] = {}
    for key, value in core.items():
        known = names.get(key)
        if known is None or known[0] in core or type(value) is not list:
            folded[key] = value
            continue
        entries, ref = known
        if memory.get("refs"):
            folded[key] = [item.get(ref, item) if type(item) is dict else item for item in value]
        elif key not in memory and (memory.get(entries) or any(type(item) is dict for item in value)):
            folded[entries] = [item if type(item) is dict else {ref: item} for item in value]
        else:
            folded[key] = value
    return folded


def _unfold_measures(source: Object, memory: Memory) -> None:
    """The extension that an impact's category names, under one name; the category without its "-ext"."""
    category, extensions = source.get("impact_category"), source.get("extensions")
    if type(category) is not str:
        return
    plain = category.removesuffix("-ext")
    if plain != category:
        source["impact_category"], memory["category"] = plain, category
    if type(extensions) is not dict or MEASURES in extensions:
        return
    key = next((key for key in (f"{plain}-ext", plain) if key in extensions), None)
    if key is None or type(extensions[key]) is not dict or not extensions[key]:
        return
    source["extensions"] = {MEASURES if name == key else name: value for name, value in extensions.items()}
    memory["measures"] = key


def _fold_measures(target: Object, memory: Memory) -> Object:
    category, extensions = target.get("impact_category"), target.get("extensions")
    if type(category) is not str:
        return target
    if type(extensions) is dict and MEASURES in extensions:
        key = category if memory.get("measures") == category else f"{category}-ext"
        target["extensions"] = {key if name == MEASURES else name: value for name, value in extensions.items()}
    if "category" in memory and str(memory["category"]).removesuffix("-ext") == category:
        target["impact_category"] = memory["category"]
    return target
