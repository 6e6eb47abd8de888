"""Takes over from a received incident what was chosen and may be: a new incident, of nothing but that."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from dragoman.derivation.ours import Known, renewed
from dragoman.derivation.rounding import Rounded
from dragoman.derivation.rules import Rules, rules
from dragoman.derivation.traces import Traces
from dragoman.ledger import Kind, Ledger
from dragoman.mapping.codecs import TIME
from dragoman.mapping.kinds import canonical, kind_of
from dragoman.model.incident import CustomField, FieldType, Incident, IncidentType
from dragoman.model.marking import PAP, TLP_2_WORDS, Level
from dragoman.model.parts import Reference
from dragoman.model.plain import fields, is_part

Tree: TypeAlias = dict[str, "Tree"]
"""Names of fields; below each, those of its parts that were chosen: all, when there are none."""

UNSAID: tuple[Any, ...] = (None, (), [], {}, "")
OURS = Level.AMBER  # of a message in which nothing is theirs, when the profile says no other
APART = ("id", "markings", "field_markings")  # every part may have them, and they are made anew


@dataclass(slots=True)
class Taking:
    """labels: the level of every value by its path.  known: what our incident types say of it.

    withheld: classes and fields of theirs that are out though they could be taken over.  least: of our markings.
    """

    traces: Traces
    rounded: Rounded
    known: Known
    labels: Mapping[str, Level]
    ledger: Ledger
    withheld: frozenset[tuple[str, str]] = frozenset()
    least: Level | None = None
    rules: Rules = field(default_factory=rules)
    _levels: list[Level] = field(default_factory=list)
    _parts: list[tuple[Any, Level | None, list[str]]] = field(default_factory=list)

    def incident(self, incident: Incident, chosen: Tree, place: str) -> Incident:
        """What is taken over, under the ids that the upstream gave; nothing else that it said.

        place: of the incident in the document, for the ledger.
        """
        made: Incident = self._part(incident, "", chosen, place) or Incident()
        inside = [level for _, level, _ in self._parts if level is not None]
        own = self._at_least(max(self._levels or inside, default=None)) or OURS
        made.markings = _said(own, _actions(incident))
        for part, level, actions in self._parts:
            raised = self._at_least(level)
            part.markings = _said(raised if raised != own or _is_apart(part) else None, actions)
        return made

    def _at_least(self, level: Level | None) -> Level | None:
        return max((one for one in (level, self.least) if one is not None), default=None)

    def _part(self, part: Any, path: str, chosen: Tree, place: str) -> Any:
        """A new part; None when nothing of it may be taken over."""
        cls: type = type(part)
        if isinstance(part, CustomField):
            return self._custom(part, path, chosen, place)
        if isinstance(part, Reference) and not self.rules.registered(part.source_name, part.external_id):
            self._out(place, "only references to lists that everybody knows are passed on")
            return None
        made: dict[str, Any] = {}
        for name in fields(cls):
            value = getattr(part, name)
            if name in APART or value in UNSAID or not self._wanted(cls.__name__, name, chosen, place):
                continue
            taken = self._value(value, (cls.__name__, name), f"{path}/{name}", chosen.get(name, {}), f"{place}/{name}")
            if taken not in UNSAID:
                made[name] = taken
        if made and isinstance(part, IncidentType):
            return self._type(IncidentType(**made), place)
        return self._built(cls, part, made) if made else None

    def _custom(self, part: CustomField, path: str, chosen: Tree, place: str) -> CustomField | None:
        """A custom field of ours that says what theirs does; None when it has to stay."""
        ours = self.known.field(part.type)
        kind = renewed(part.type) if ours is None else ours.shown()
        if (why := self._unwanted((kind.name or "",) if ours is None else ours.names, ours is None, chosen)) is not None:
            self._out(place, why)
            return None
        value = None if self._names_them(place, kind) else self._valued(part.value or "", kind, f"{place}/value")
        if not value:
            return None
        if f"{path}/value" in self.labels:
            self._levels.append(self.labels[f"{path}/value"])
        return CustomField(id=part.id, value=value, type=kind)

    def _unwanted(self, names: Sequence[str], foreign: bool, chosen: Tree) -> str | None:
        """Why a custom field of these names has to stay; None when it was chosen."""
        if (chosen and chosen.keys().isdisjoint(names)) or any(("CustomField", name) in self.withheld for name in names):
            return "it was not chosen"
        return "no type of ours has such a field, and nobody chose it by its name" if foreign and not chosen else None

    def _valued(self, text: str, kind: FieldType, place: str) -> str | None:
        """The value of a custom field as it may be passed on; one that is not of its kind is kept and told."""
        word = kind_of(kind.type) or "string"
        if word == "datetime" or TIME.fullmatch(text):
            return self._rounded(text, False, place)
        try:
            text = canonical(word, text)
        except ValueError as error:
            self.ledger.note(Kind.INVALID, "D201", place, f"{error}: kept as it stands")
        return None if self._says_them(place, *(spelt(text) if word == "json" else (text,))) else text

    def _rounded(self, text: str, up: bool, place: str) -> str | None:
        made = self.rounded(text, up)
        if made is None:
            self._out(place, "it is no time that can be rounded")
        return made

    def _wanted(self, cls: str, name: str, chosen: Tree, place: str) -> bool:
        """Whether a field may be taken over, was chosen and is not withheld."""
        if name not in self.rules.fields.get(cls, ()):
            self._out(f"{place}/{name}", "it may show whom we had it from")
        elif (chosen and name not in chosen) or {(cls, name), ("", name)} & self.withheld:
            self._out(f"{place}/{name}", "it was not chosen")
        else:
            return True
        return False

    def _type(self, theirs: IncidentType, place: str) -> IncidentType | None:
        """Our incident type, or one of their name; None when it names them."""
        made = self.known.type(theirs)
        return None if self._names_them(place, made) else made

    def _names_them(self, place: str, kind: FieldType | IncidentType) -> bool:
        return self._says_them(place, kind.name or "", kind.description or "")

    def _says_them(self, place: str, *texts: str) -> bool:
        """Whether texts say a name of the upstream; it is told."""
        said = next(filter(None, map(self.traces.found, texts)), None)
        if said is not None:
            self.ledger.note(Kind.DROPPED, "D702", place, f"it says {said!r}, a name of whom we had it from")
        return said is not None

    def _built(self, cls: type, part: Any, made: dict[str, Any]) -> Any:
        """The part of what was taken over, unless that means nothing any more."""
        needs = self.rules.needs.get(cls.__name__, ())
        if set(made) <= {"type", "category"} or not all(any(n in made for n in one.split("|")) for one in needs):
            return None if cls is not Incident else cls(**made)
        found = cls(**made)
        if hasattr(part, "id") and cls is not Incident:
            found.id = part.id
        return found

    def _value(self, value: Any, where: tuple[str, str], path: str, chosen: Tree, place: str) -> Any:
        if is_part(value):
            return self._inner(value, path, chosen, place)
        if isinstance(value, list | tuple):
            items = [self._value(item, where, f"{path}/{n}", chosen, f"{place}/{n}") for n, item in enumerate(value)]
            return [item for item in items if item not in UNSAID] or ()
        if isinstance(value, dict):
            return self._table(value, where, path, place)
        taken = self._text(value, where, place) if isinstance(value, str) else value
        if taken is not None and path in self.labels:
            self._levels.append(self.labels[path])
        return taken

    def _inner(self, value: Any, path: str, chosen: Tree, place: str) -> Any:
        """A part inside; one that the incident holds itself may have a marking of its own."""
        if self.rules.refuses(value):
            self._out(place, "it shows where it was seen from")
            return None
        start = len(self._levels)
        part = self._part(value, path, chosen, place)
        if hasattr(value, "markings") and path.count("/") <= 2:
            levels = self._levels[start:]
            del self._levels[start:]
            if part is not None:
                self._parts.append((part, max(levels, default=None), _actions(value)))
        return part

    def _table(self, value: dict[str, Any], where: tuple[str, str], path: str, place: str) -> dict[str, Any]:
        members = {key: self._value(item, where, f"{path}/{key}", {}, f"{place}/{key}") for key, item in value.items()}
        return {key: item for key, item in members.items() if item not in UNSAID and not self.traces.found(key)}

    def _text(self, text: str, where: tuple[str, str], place: str) -> str | None:
        """A text as it may be passed on: a time rounded, a closed word as it is, any other that names nobody."""
        cls, name = where
        if name in self.rules.times:
            return self._rounded(text, name in self.rules.ends, place)
        if name.endswith(("_ref", "_refs")) or name == "group":
            return text  # an id: it gets the new one of what it names, or goes
        if not self.rules.allows(cls, name, text):
            self._out(place, "it may be a word of theirs")
            return None
        if name in self.rules.words:
            return text
        return None if self._says_them(place, text) else text

    def _out(self, place: str, why: str) -> None:
        self.ledger.note(Kind.DROPPED, "D701", place, why)


def _is_apart(part: Any) -> bool:
    """Whether a part is an object by itself in STIX: there, what marks the incident says nothing of it."""
    return "--" in (getattr(part, "id", None) or "")


def _actions(part: Any) -> list[str]:
    """What may be done with it, whoever sees it: words that say nothing of who said so."""
    return [word for word in part.markings if word.startswith("pap:") and word.removeprefix("pap:") in PAP]


def _said(level: Level | None, actions: Sequence[str]) -> Sequence[str]:
    """Our markings: TLP 2.0, as strict as the strictest value inside."""
    return [*([] if level is None else [TLP_2_WORDS[level]]), *actions] or ()


def spelt(value: str) -> list[str]:
    """The texts in a JSON value as people read them: an escape must not hide a name."""
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return [value]
    return [value, json.dumps(found, ensure_ascii=False)]
