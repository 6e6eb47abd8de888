"""Goes through an incident value by value and keeps what a gate lets pass."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from dragoman.mapping.table import home, load_yaml
from dragoman.model.incident import Incident
from dragoman.model.marking import PAPER_WORDS, TLP_2_WORDS, Level
from dragoman.model.plain import copied, fields, is_part
from dragoman.sharing.labels import SHARED, Label, Meanings, Path, overrides, pointer, resolved, summed, whole

GONE: Any = object()
APART = ("markings", "field_markings", "tlp", "residue", "basis")  # what is said of a part, not by it
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
    text = home().joinpath("sharing/categories.yaml").read_text("utf-8")
    raw = load_yaml(text, "categories.yaml", trusted=True)
    return {name: category for category, names in raw.items() for name in names}


@dataclass(slots=True)
class Sieve:
    """Takes out of an incident what `passes` refuses.

    passes: called with every leaf once.  default: the level of what nobody marked.  removed: the leaves that were taken
    out; kept: those that were not; ids: of the parts that are gone as a whole.
    """

    passes: Callable[[Leaf], bool]
    default: Level = SHARED
    removed: list[Leaf] = field(default_factory=list)
    kept: list[Leaf] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    _meanings: Meanings = field(init=False)
    _over: dict[Path, Label] = field(default_factory=dict)

    def sifted(self, incident: Incident) -> Incident:
        """What passes of an incident; one of which nothing does is empty."""
        self._meanings = Meanings([incident])
        self._over = {}
        found = self._part(incident, (), Label(self.default, "nobody"), categories().get("Incident", "narrative"))
        if found is GONE:
            return Incident()
        if found.basis in self.ids:
            found.basis = "none"
        return found  # type: ignore[no-any-return]

    def _value(self, value: Any, path: Path, label: Label, category: str) -> Any:
        label = self._over.get(path, label)
        if is_part(value):
            return self._part(value, path, label, categories().get(type(value).__name__, category))
        if isinstance(value, list | tuple):
            items = [self._value(item, (*path, n), label, category) for n, item in enumerate(value)]
            return [item for item in items if item is not GONE] or (() if value else value)
        if isinstance(value, dict):
            members = {key: self._value(item, (*path, key), label, category) for key, item in value.items()}
            return {key: item for key, item in members.items() if item is not GONE} if value else value
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
        return copied(part, **changes)

    def _marked(self, part: Any, path: Path, label: Label) -> Label:
        """The label of a part, and those of its fields: the stricter of its own and of one that was said of it from outside."""
        said = self._meanings.label(whole(part), path)
        if said is not None and (path not in self._over or said.level > label.level):
            label = said
        for place, found in overrides(part, path, self._meanings):
            if place != path:
                self._over[place] = max(self._over.get(place, found), found, key=lambda one: one.level)
            elif found.level > label.level:
                label = found
        return label

    def _field(self, part: Any, name: str, path: Path, label: Label, category: str) -> Any:
        value = getattr(part, name)
        if name == "type" and isinstance(value, str) and not hasattr(part, "summary"):
            return value  # what it is, not what it says
        here = categories().get(f"{type(part).__name__}.{name}", category)
        kept = self._value(value, (*path, name), label, here)
        return unset(type(part), name) if kept is GONE else kept

    def _has_content(self, part: Any, changes: dict[str, Any]) -> bool:
        names = [name for name in changes if name not in NO_CONTENT]
        return any(_says(changes[name]) for name in names) or not any(_says(getattr(part, name)) for name in names)

    def _residue(self, part: Any, path: Path, label: Label, touched: bool, inside: list[Leaf]) -> Any:
        """Residue has no marking of its own, and may repeat anything around it: it takes the strictest (DESIGN)."""
        if part.residue is None:
            return None
        strictest = max([leaf.label for leaf in inside] + [label], key=lambda one: one.level)
        if touched:
            self.removed.append(Leaf(pointer((*path, "residue")), part.residue, strictest, "residue"))
            return None
        kept = self._value(part.residue, (*path, "residue"), strictest, "residue")
        return kept or None

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
        return out

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


SCHEMAS = ("ENISA", "US-CERT")
PLACE = re.compile(r"\.(?:\[\d+\]|\d+)(?:\.|$)")


def unset(cls: type, name: str) -> Any:
    """What a field holds of which nothing was said."""
    return next(field.default for field in dataclasses.fields(cls) if field.name == name)


def _says(value: Any) -> bool:
    return value is not None and value != () and value != [] and value != {}
