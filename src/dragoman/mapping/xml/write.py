"""Writing parts as markup; rows stand in the order of the table, which is that of the schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dragoman.errors import ReadError
from dragoman.mapping.codecs import Odd
from dragoman.mapping.table import Row
from dragoman.mapping.xml.markup import sound
from dragoman.mapping.xml.plan import XML_NS, Child, Plan, Plans
from dragoman.model.marking import Level, level, strictest
from dragoman.tree.xml import escape_attribute, escape_text

XSI = "http://www.w3.org/2001/XMLSchema-instance"
NOTHING: Mapping[str, Any] = {}
NCNAME = re.compile(r"(?!xmlns$)[^\W\d][\w.\-\u00b7]*")
_harmless = re.compile(r"[A-Za-z0-9 _.,:;/@()+=?%#!*|\[\]{}$^~\\-]*").fullmatch  # nothing in it needs an escape


class XmlWriter:
    """Collects the markup of one document in `out`.

    missing: what the format demands and the model does not say, so that it was filled in ("contact/@role").
    strictest: the strictest marking met, None for none.
    """

    def __init__(self, plans: Plans) -> None:
        self.plans, self.format, self.names, self.places = plans.by_name, plans.format, plans.names, plans.places
        self.out: list[str] = []
        self.missing: list[str] = []
        self.strictest: Level | None = None
        self.ids: set[str] = set()
        self._holds = Level.RED  # the marking that holds here: what nobody marked is not for everybody
        self._raised: str | None = None  # the strictest marking inside that could not be written where it belongs

    def write(self, name: str, part: Any, tag: str) -> None:
        """The markup of a part: its attributes, then its children in the order of the rows, then its residue."""
        self._element(self.plans[name], part, tag)

    def _element(self, made: Plan, part: Any, tag: str, left: Mapping[str, Any] | None = None) -> None:
        if type(part) is dict:  # what another format keeps where we have a part
            return
        if made.same is not None:
            assert made.same.plan is not None
            self._element(made.same.plan, getattr(part, made.same.core), tag)
            return
        if left is None:
            if made.prepare is not None:
                part = made.prepare(part, self)
            left = part.residue.get(self.format, NOTHING) if part.residue else NOTHING
        out, marking = self.out, ""
        start = len(out)
        out.append("")
        if made.marking is None:
            if not made.step and (part.markings or part.field_markings):
                self._raise([*part.markings, *(field.marking for field in part.field_markings if field.marking)])
            self.content(made, part, left)
        else:
            around, holds = self._raised, self._holds
            self._enter(made, part)
            self.content(made, part, left)
            marking = self._marking(made.marking, part, left)
            self._raised, self._holds = around, holds
        attributes = self.attributes(made, part, left) + marking
        if len(out) == start + 1:
            out[start] = f"<{tag}{attributes}/>"
        else:
            out[start] = f"<{tag}{attributes}>"
            out.append(f"</{tag}>")

    def content(self, made: Plan, part: Any, left: Mapping[str, Any]) -> None:  # noqa: C901 - one frame a level
        """All between the tags."""
        if made.inner is not None and (markup := getattr(part, made.inner.core)) is not None:
            self.out += [markup] if sound(markup) else []
            return
        if made.text is not None:
            self._text(made.text, part, left)
        elif "text()" in left:
            self.out.append(escape_text(str(left["text()"])))
        if made.rest is not None:
            made.rest.codec.encode(getattr(part, made.rest.core), self)  # type: ignore[call-arg]
        for child in made.written:
            if child.row is None:
                self._wrapper(child, part, left)
                continue
            value = getattr(part, child.core)
            if not value and value in (None, (), []):
                if child.row.required is not None:
                    self._absent(child.row, child.step, left)
            elif child.others:
                self._choice(child, value if child.many else (value,))
            elif not child.many:
                self._single(child, value, left)
            elif child.plan is not None:
                for item in value:
                    self._element(child.plan, item, child.step)
            else:
                for item in value:
                    self._leaf(child, child.step, item)
        if left:
            self.out += [markup for markup in left.get("", ()) if sound(markup)]
            if "tail()" in left:
                self.out.append(escape_text(str(left["tail()"])))

    def _leaf(self, child: Child, step: str, item: Any) -> None:
        """An element that is no part: a hook's, or a text."""
        assert child.row is not None
        if child.hook is not None:
            child.hook.encode(item, step, self)
        elif (word := self._word(child.row, item)) is not None:
            self.out.append(f"<{step}>{word if _harmless(word) else escape_text(word)}</{step}>")

    def _single(self, child: Child, value: Any, left: Mapping[str, Any]) -> None:
        step = child.step
        if left and (f"<{step}" in left or step in left):
            assert child.row is not None
            step = child.row.also if left.get(f"<{step}") == child.row.also and child.row.also else step
            raw = left.get(child.step)
            if isinstance(raw, str) and reads_as(child.row, raw, None, value):
                self.out.append(f"<{step}>{escape_text(raw)}</{step}>")
                return
        if child.plan is not None:
            self._element(child.plan, value, step)
        else:
            self._leaf(child, step, value)

    def _absent(self, row: Row, step: str, left: Mapping[str, Any]) -> None:
        if step not in left:
            self.missing.append(step)
            self.out.append(f"<{step}>{escape_text(str(row.required))}</{step}>")

    def _choice(self, first: Child, items: Iterable[Any]) -> None:
        for item in items:
            for child in (first, *first.others):
                if fits(child, item):
                    if child.plan is not None:
                        self._element(child.plan, item, child.step)
                    else:
                        self._leaf(child, child.step, item)
                    break

    def _wrapper(self, child: Child, part: Any, around: Mapping[str, Any]) -> None:
        """An element that is no part of its own: only written when it says something, or did when it was read."""
        made: Any = child.plan
        left = around.get(made.step) if around else None
        if left is None and any(not getattr(part, core) for core in made.needed):
            return
        if left is not None or any(getattr(part, core) not in (None, ()) for core in made.cores):
            self._element(made, part, made.step, left if isinstance(left, dict) else NOTHING)

    def _text(self, row: Row, part: Any, left: Mapping[str, Any]) -> None:
        value = getattr(part, row.core)
        raw = left.get("text()") if left else None
        if isinstance(raw, str) and (not value or reads_as(row, raw, None, value)):
            self.out.append(escape_text(raw))
        elif value is not None and (word := self._word(row, value)):
            self.out.append(word if _harmless(word) else escape_text(word))

    def attributes(self, made: Plan, part: Any, left: Mapping[str, Any]) -> str:
        """The attributes but for the marking, those of the residue too."""
        if left:
            return self._spelt(made, part, left)
        out = ""
        for known in made.written_attributes:
            value = known.get(part)
            if value is None:
                out += self._required(made, known.name, known.row) if known.row.required is not None else ""
            elif value in known.same:
                out += f' {known.name}="{value}"'
            elif not known.unique or self._new(value):
                out += self._attribute(known.name, known.row, value)
        return out

    def _spelt(self, made: Plan, part: Any, left: Mapping[str, Any]) -> str:
        """Attributes of a part with a residue: a value that is as it was read is spelt as it was."""
        out = ""
        done = set() if made.marking is None else {made.marking.path[-1], made.marking.ext}
        for known in made.written_attributes:
            row, value = known.row, known.get(part)
            if known.key in left and (value is None or reads_as(row, left[known.key], left.get(row.ext or ""), value)):
                continue
            done.add(known.key)
            if value is not None and (not known.unique or self._new(value)):
                said = self._attribute(known.name, row, value)
                out += said
                done |= {row.ext} if known.key in left or '="ext-value"' in said else set()
            elif row.required is not None:
                out += self._required(made, known.name, row)
        return out + unknown_attributes({key: raw for key, raw in left.items() if key not in done})

    def _new(self, value: str) -> bool:
        """Whether an id has not been written yet: a document holds each once."""
        if value in self.ids:
            return False
        self.ids.add(value)
        return True

    def _required(self, made: Plan, name: str, row: Row) -> str:
        self.missing.append(f"{made.step or made.spec.name}/@{name}")
        return self._attribute(name, row, row.required)

    def _attribute(self, name: str, row: Row, value: Any) -> str:
        word = self._word(row, value)
        outside = word is not None and row.vocab is not None and row.vocab.words and word not in row.vocab.words
        if word is None or (outside and not row.ext):  # the format cannot say it, but may demand that something be said
            return "" if row.required is None else f' {name}="{escape_attribute(str(row.required))}"'
        shown = word if _harmless(word) else escape_attribute(word)
        return f' {name}="ext-value" {row.ext[1:]}="{shown}"' if outside and row.ext else f' {name}="{shown}"'

    def _word(self, row: Row, value: Any) -> str | None:
        """Theirs of our value; None when the format cannot say it there."""
        if row.vocab is not None:
            value = row.vocab.write.get(value, value)
        word = row.codec.encode(value)
        return word if word is None or type(word) is str else str(word)

    def _enter(self, made: Plan, part: Any) -> None:
        """Takes note of who may see what follows."""
        assert made.marking is not None
        self._raised = None
        own = getattr(part, made.marking.core)
        if own:
            self._holds = self._noted(own, self._holds)
        if not made.step and part.field_markings:
            self._raise([field.marking for field in part.field_markings if field.marking])

    def _marking(self, row: Row, part: Any, left: Mapping[str, Any]) -> str:
        """The attributes that say who may see a part, raised by what inside it could not say so itself."""
        if self._raised is not None and level(self._raised) > self._holds:
            return restricted(row, [self._raised])
        own = getattr(part, row.core)
        return restricted(row, own, left) if own else ""

    def _raise(self, markings: Iterable[str]) -> None:
        """Remembers markings that cannot be written where they belong."""
        for marking in markings:
            self._noted([marking], Level.CLEAR)
            if self._raised is None or level(marking) > level(self._raised):
                self._raised = marking

    def _noted(self, markings: Sequence[str], otherwise: Level) -> Level:
        found = strictest(markings)
        if found is None:
            return otherwise
        self.strictest = found if self.strictest is None else max(self.strictest, found)
        return found


def fits(child: Child, value: Any) -> bool:
    """Whether a value of a choice is for this element."""
    if child.hook is not None:
        return child.hook.accepts(value)
    assert child.plan is not None
    spec = child.plan.spec
    return (
        isinstance(value, spec.cls)
        and (spec.when is None or getattr(value, spec.when) not in (None, ()))
        and all(getattr(value, name) == said for name, said in spec.preset.items())
    )


def reads_as(row: Row, raw: str | None, extended: str | None, value: Any) -> bool:
    """Whether the spelling that was kept still means the value: the model may have been edited since."""
    if raw is None or (raw == "ext-value" and extended is not None):
        return extended is not None and bool(extended == value)
    try:
        meant = row.codec.decode(raw)
    except Odd as odd:
        meant = odd.value
    except ValueError:
        return False
    return bool((row.vocab.read.get(meant, meant) if row.vocab is not None else meant) == value)


def restricted(row: Row, markings: Sequence[str], left: Mapping[str, Any] = NOTHING) -> str:
    """The attributes that say who may see a part; in the spelling of its residue when that still means the same."""
    assert row.ext is not None
    name, keys = row.path[-1][1:], (row.path[-1], row.ext)
    if (keys[0] in left or keys[1] in left) and meant(row, left.get(keys[0]), left.get(keys[1])) == list(markings):
        return unknown_attributes({key: left[key] for key in keys if key in left})
    word, extension, extended = row.codec.encode(markings).partition("ext-value:")
    if not extension:
        return f' {name}="{escape_attribute(word)}"'
    return f' {name}="ext-value"' + (f' {row.ext[1:]}="{escape_attribute(extended)}"' if extended else "")


def meant(row: Row, raw: str | None, extended: str | None) -> list[str] | None:
    """What two attributes say of who may see a part, None when they cannot be read."""
    assert row.codec.extended is not None
    try:
        found: list[str] = [] if raw is None or raw == "ext-value" else row.codec.decode(raw)
    except Odd as odd:
        found = odd.value
    except ReadError:
        return None
    return found + (row.codec.extended(extended or "") if raw == "ext-value" or extended is not None else [])


def unknown_attributes(left: Mapping[str, Any]) -> str:
    """Attributes of a residue as they stood; those in a namespace bring their prefix."""
    out = ""
    prefixes = {XML_NS: "xml"}
    for key, raw in left.items():
        uri, _, local = key[1:].rpartition("}")
        if not key.startswith("@") or not isinstance(raw, str) or not NCNAME.fullmatch(local):
            continue
        if uri and uri[1:] not in prefixes:
            prefixes[uri[1:]] = "xsi" if uri[1:] == XSI else f"n{len(prefixes)}"
            out += f' xmlns:{prefixes[uri[1:]]}="{escape_attribute(uri[1:])}"'
        name = f"{prefixes[uri[1:]]}:{local}" if uri else local
        out += f' {name}="{escape_attribute(raw)}"'
    return out
