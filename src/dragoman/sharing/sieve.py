"""Goes through an incident value by value and keeps what a gate lets pass."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from dragoman.mapping.yaml import shipped
from dragoman.model.incident import Incident
from dragoman.model.intel import MarkingDefinition
from dragoman.model.marking import PAPER_WORDS, TLP_2_WORDS, Level
from dragoman.model.named import Path, pointer, resolved
from dragoman.model.observable import Observable
from dragoman.model.plain import copied, fields, is_part
from dragoman.sharing.labels import NOBODY, SHARED, Label, Meanings, overrides, summed, whole

GONE: Any = object()
APART = ("markings", "field_markings", "history_markings", "tlp", "residue", "basis")  # what is said of a part, not by it
NO_CONTENT = ("id", "type", *APART)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value with what is known of it: its path, the label that holds for it and the category of information."""

    path: str
    value: Any
    label: Label
    category: str


@cache
def categories() -> dict[str, str]:
    """The category of information of each class and field of the model (`mappings/sharing/categories.yaml`)."""
    return {name: category for category, names in shipped("sharing/categories.yaml").items() for name in names}


@dataclass(slots=True)
class Sieve:
    """Takes out of an incident what `passes` refuses.

    passes: called with every leaf once.  default: the level of what nobody marked.  removed: the leaves that were taken
    out; kept: those that were not; ids: of the parts that are gone as a whole; lost: by id, the fields of parts of which
    something is gone; named: the paths that have a marking of their own.
    """

    passes: Callable[[Leaf], bool]
    default: Level = SHARED
    removed: list[Leaf] = field(default_factory=list)
    kept: list[Leaf] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    lost: dict[str, set[str]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    _meanings: Meanings = field(init=False)
    _over: dict[Path, Label] = field(default_factory=dict)
    _basis: str | None = None

    def sifted(self, incident: Incident) -> Incident:
        """What passes of an incident; one of which nothing does is empty."""
        found: Incident = pressed(self.held(incident))
        return found

    def held(self, incident: Incident) -> Incident:
        """The same with GONE for each item of a list that is out, so that the others keep their places."""
        self._meanings = Meanings([incident])
        self._over = {}
        self._basis = incident.basis
        found = self._part(incident, (), Label(self.default, NOBODY), categories().get("Incident", "narrative"))
        if found is GONE:
            return Incident()
        if found.basis in self.ids:
            found.basis = "none"
        if self.removed:
            found.header = self._header(found.header)
        return found  # type: ignore[no-any-return]

    def _header(self, header: Any) -> Any:
        """The header without what its reader kept: that speaks of the whole document, and so of what is gone."""
        if header is None or header.residue is None:
            return header
        self.removed.append(Leaf("/header/residue", header.residue, Label(self.default, NOBODY), "residue"))
        return copied(header, residue=None)

    def _value(self, value: Any, path: Path, label: Label, category: str) -> Any:
        if path in self._over:
            label = self._over[path]
            self.named.add(pointer(path))
        if is_part(value):
            return self._part(value, path, label, categories().get(type(value).__name__, category))
        if isinstance(value, list | tuple):
            items = [self._value(item, (*path, n), label, category) for n, item in enumerate(value)]
            return items if any(item is not GONE for item in items) else GONE if value else value
        if isinstance(value, dict):
            members = {key: self._value(item, (*path, key), label, category) for key, item in value.items()}
            left = {key: item for key, item in members.items() if item is not GONE}
            return left if left else GONE if value else value
        return value if value is None or self._leaf(value, path, label, category) else GONE

    def _leaf(self, value: Any, path: Path, label: Label, category: str) -> bool:
        leaf = Leaf(pointer(path), value, label, category)
        passes = self.passes(leaf)
        (self.kept if passes else self.removed).append(leaf)
        return passes

    def _part(self, part: Any, path: Path, label: Label, category: str) -> Any:
        cls: type = type(part)
        label = self._marked(part, path, label)
        start, gone = len(self.kept), len(self.removed)
        changes = {name: self._field(part, name, path, label, category) for name in fields(cls) if name not in APART}
        if not self._has_content(part, changes):
            if getattr(part, "id", None):
                self.ids.add(part.id)
            return GONE
        inside = self.kept[start:]
        if "residue" in fields(cls):
            changes["residue"] = self._residue(part, path, label, len(self.removed) > gone, inside)
        if len(self.removed) > gone:
            changes |= self._restated(part, path, label, inside)
            self._note_lost(part, path, self.removed[gone:])
        return copied(part, **changes)

    def _note_lost(self, part: Any, path: Path, removed: list[Leaf]) -> None:
        """Remembers which fields of a part lost something, under every id that others know it by."""
        depth = len(path)
        names = {leaf.path.split("/")[depth + 1] for leaf in removed}
        ids = [part.id, f"incident--{part.id}", part.basis] if isinstance(part, Incident) else [getattr(part, "id", None)]
        for id_ in filter(None, ids):
            self.lost.setdefault(id_, set()).update(names)

    def _marked(self, part: Any, path: Path, label: Label) -> Label:
        """The label of a part, and those of its fields: the stricter of its own and of one that was said of it from outside."""
        said = self._meanings.label(whole(part), path)
        if said is not None and (path not in self._over or said.level > label.level):
            label = said
        elif said is None and path not in self._over and path:
            label = self._apart(part, label)
        for place, found in overrides(part, path, self._meanings):
            if place != path:
                self._over[place] = max(self._over.get(place, found), found, key=lambda one: one.level)
            elif found.level > label.level:
                label = found
        return label

    def _apart(self, part: Any, label: Label) -> Label:
        """The label of a part that says none: what it stands in gives it its own, unless it is an object by itself.

        In STIX what marks one object says nothing of the others, so that one which nobody marked is unmarked; a label
        itself is for whoever sees what it marks.
        """
        if isinstance(part, MarkingDefinition):
            return Label(Level.CLEAR, NOBODY)
        alone = "--" in (getattr(part, "id", None) or "") and part.id != self._basis
        return Label(self.default, NOBODY) if alone and label.level < self.default else label

    def _field(self, part: Any, name: str, path: Path, label: Label, category: str) -> Any:
        value = getattr(part, name)
        if name == "type" and isinstance(value, str) and not hasattr(part, "summary"):
            return value  # what it is, not what it says
        here = categories().get(f"{type(part).__name__}.{name}", category)
        kept = self._value(value, (*path, name), label, here)
        return unset(type(part), name) if kept is GONE else kept

    def _has_content(self, part: Any, changes: dict[str, Any]) -> bool:
        names = [name for name in changes if name not in NO_CONTENT]
        if isinstance(part, Observable):  # what it has to do with others says nothing without what it is
            names = [name for name in names if not name.endswith(("_ref", "_refs")) and name != "defanged"]
        return any(_says(changes[name]) for name in names) or not any(_says(getattr(part, name)) for name in names)

    def _residue(self, part: Any, path: Path, label: Label, touched: bool, inside: list[Leaf]) -> Any:
        """Residue has no marking of its own, and may repeat anything around it: it takes the strictest (DESIGN)."""
        if part.residue is None:
            return None
        here = (*path, "residue")
        own = [self._over[here]] if here in self._over else []
        strictest = max([*own, *(leaf.label for leaf in inside), label], key=lambda one: one.level)
        if touched:
            self.removed.append(Leaf(pointer(here), part.residue, strictest, "residue"))
            return None
        kept = self._value(part.residue, here, strictest, "residue")
        return None if kept is GONE else kept or None

    def _restated(self, part: Any, path: Path, label: Label, inside: list[Leaf]) -> dict[str, Any]:
        """The markings of a part that lost something: of what is gone they would tell that it was there, and a part of
        which only a shell is left has the marking of what is left in it."""
        out: dict[str, Any] = {}
        most = max((leaf.label.level for leaf in inside), default=Level.CLEAR)
        shell = label.level > most
        if getattr(part, "field_markings", ()):
            left = [copied(one, fields=self._left(part, path, one.fields, inside)) for one in part.field_markings]
            out["field_markings"] = [one for one in left if one.fields] or ()
        if getattr(part, "markings", ()) and shell:
            out["markings"] = [*(w for w in part.markings if self._meanings.level(w) is None), TLP_2_WORDS[most]]
        if getattr(part, "tlp", None) is not None:
            out["tlp"] = self._paper(part, path, most if shell else None, inside)
            out.setdefault("markings", summed(part, out["tlp"]) or ())
        if getattr(part, "history_markings", ()):
            out["history_markings"] = self._of_history(part, path, inside)
        return out

    def _of_history(self, part: Incident, path: Path, inside: list[Leaf]) -> Sequence[str]:
        """What says who may see the history: nothing when it is gone, and of a shell the marking of what is left."""
        start = pointer((*path, "history")) + "/"
        left = [leaf.label.level for leaf in inside if leaf.path.startswith(start)]
        said = self._meanings.label(part.history_markings, path)
        return [TLP_2_WORDS[max(left)]] if left and said and said.level > max(left) else part.history_markings if left else ()

    def _left(self, part: Any, path: Path, names: Sequence[str], inside: list[Leaf]) -> list[str]:
        """Those of some fields of which something is left.

        Where items of a list may be gone, places in it are no longer sure: the whole list is named instead.
        """
        out = []
        for name in names:
            found = resolved(part, name)
            start = pointer(path + (found or ("?",)))
            if any(leaf.path == start or leaf.path.startswith(start + "/") for leaf in inside):
                out.append(PLACE.split(name)[0])
        return list(dict.fromkeys(out))

    def _paper(self, part: Any, path: Path, level: Level | None, inside: list[Leaf]) -> Any:
        """The paper's label without the fields that are gone."""
        pairs = [(one, self._left(part, path, [one.field or ""], inside)) for one in part.tlp.fields]
        found = copied(part.tlp, fields=[copied(one, field=left[0]) for one, left in pairs if left] or ())
        if level is not None:
            found.schema = found.schema if found.schema in SCHEMAS else SCHEMAS[-1]
            found.value = PAPER_WORDS[level]  # the same words under both schemes
        return found


def labelled(incident: Incident, default: Level = SHARED) -> list[Leaf]:
    """Every value of an incident, with its label and category."""
    every = Sieve(lambda leaf: True, default)
    every.held(incident)
    return every.kept


SCHEMAS = ("ENISA", "US-CERT")
PLACE = re.compile(r"\.(?:\[\d+\]|\d+)(?:\.|$)")


def unset(cls: type, name: str) -> Any:
    """What a field holds of which nothing was said."""
    return next(field.default for field in dataclasses.fields(cls) if field.name == name)


def pressed(value: Any) -> Any:
    """A value without the items that are GONE."""
    if is_part(value):
        cls: type = type(value)
        made = {name: pressed(getattr(value, name)) for name in fields(cls)}
        return copied(value, **{name: unset(cls, name) if new is GONE else new for name, new in made.items()})
    if isinstance(value, list | tuple):
        return [pressed(item) for item in value if item is not GONE] or (() if value else value)
    if isinstance(value, dict):
        return {key: pressed(item) for key, item in value.items() if item is not GONE}
    return value


def _says(value: Any) -> bool:
    return value is not None and value not in ((), [], {}, "")
