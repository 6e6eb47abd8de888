"""Writing parts as markup; rows stand in the order of the table, which is that of the schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dragoman.mapping.codecs import Odd
from dragoman.mapping.table import Row
from dragoman.mapping.xml.markup import sound
from dragoman.mapping.xml.plan import XML_NS, ElementCodec, Plan, Plans
from dragoman.model.marking import Level, level, strictest
from dragoman.tree.xml import escape_attribute, escape_text

XSI = "http://www.w3.org/2001/XMLSchema-instance"
NOTHING: Mapping[str, Any] = {}
NCNAME = re.compile(r"(?!xmlns$)[^\W\d][\w.\-\u00b7]*")


class XmlWriter:
    """Collects the markup of one document in `out`.

    missing: what the format demands and the model does not say, so that it was filled in ("Contact/@role").
    strictest: the strictest marking met, None for none.
    """

    def __init__(self, plans: Plans) -> None:
        self.plans, self.format, self.names = plans.by_name, plans.format, plans.names
        self.out: list[str] = []
        self.missing: list[str] = []
        self.strictest: Level | None = None
        self._holds = Level.RED  # the marking that holds here: what nobody marked is not for everybody
        self._raised: Level | None = None  # the strictest marking inside that could not be written where it belongs

    def write(self, name: str, part: Any, tag: str) -> None:
        """The markup of a part: its attributes, then its children in the order of the rows, then its residue."""
        made = self.plans[name]
        if made.same is not None:
            assert made.same.spec is not None
            self.write(made.same.spec.name, getattr(part, made.same.core), tag)
            return
        left = part.residue.get(self.format, NOTHING) if part.residue else NOTHING
        self._element(made, part, tag, left)

    def _element(self, made: Plan, part: Any, tag: str, left: Mapping[str, Any]) -> None:
        out = self.out
        start = len(out)
        out.append("")
        if made.marking is not None:
            marking = self._marked(made, part, left)
        else:
            marking = ""
            if not made.step and (part.markings or part.field_markings):
                self._raise([*part.markings, *(field.marking for field in part.field_markings if field.marking)])
            self.content(made, part, left)
        attributes = self.attributes(made, part, left) + marking
        if len(out) == start + 1:
            out[start] = f"<{tag}{attributes}/>"
        else:
            out[start] = f"<{tag}{attributes}>"
            out.append(f"</{tag}>")

    def content(self, made: Plan, part: Any, left: Mapping[str, Any]) -> None:
        """All between the tags."""
        if made.inner is not None and (markup := getattr(part, made.inner.core)) is not None:
            if sound(markup):
                self.out.append(markup)
            return
        if made.text is not None:
            self._text(made.text, part, left)
        elif "text()" in left:
            self.out.append(escape_text(str(left["text()"])))
        if made.rest is not None:
            made.rest.codec.encode(getattr(part, made.rest.core), self)  # type: ignore[call-arg]
        for step, row in made.written:
            if type(row) is Row:
                value = getattr(part, row.core)
                if value is None:
                    self._absent(row, step, left)
                elif row.many:
                    for item in value:
                        self._child(step, row, item)
                else:
                    self._single(step, row, value, left)
            elif type(row) is Plan:
                self._wrapper(row, part, left.get(step))
            else:
                self._choice(row, part)
        if left:
            self.out += [markup for markup in left.get("", ()) if sound(markup)]
            if "tail()" in left:
                self.out.append(escape_text(str(left["tail()"])))

    def _child(self, step: str, row: Row, item: Any) -> None:
        if row.spec is not None:
            self.write(row.spec.name, item, step)
        elif type(row.codec) is ElementCodec:
            row.codec.encode(item, step, self)
        else:
            word = self._word(row, item)
            if word is not None:
                self.out.append(f"<{step}>{escape_text(word)}</{step}>")

    def _single(self, step: str, row: Row, value: Any, left: Mapping[str, Any]) -> None:
        if not left:
            self._child(step, row, value)
            return
        step_written = left.get(f"<{step}", step)
        raw = left.get(step)
        if isinstance(raw, str) and reads_as(row, raw, None, value):
            self.out.append(f"<{step_written}>{escape_text(raw)}</{step_written}>")
        else:
            self._child(step_written if step_written in (step, row.also) else step, row, value)

    def _absent(self, row: Row, step: str, left: Mapping[str, Any]) -> None:
        if row.required is not None and step not in left:
            self.missing.append(step)
            self.out.append(f"<{step}>{escape_text(str(row.required))}</{step}>")

    def _choice(self, rows: list[tuple[str, Row]], part: Any) -> None:
        value = getattr(part, rows[0][1].core)
        for item in value if rows[0][1].many else (value,):
            for step, row in rows:
                if item is not None and fits(row, item):
                    self._child(step, row, item)
                    break

    def _wrapper(self, made: Plan, part: Any, left: Any) -> None:
        """An element that is no part of its own: only written when it says something, or did when it was read."""
        if left is not None or any(getattr(part, core) not in (None, ()) for core in made.cores):
            self._element(made, part, made.step, left if isinstance(left, dict) else NOTHING)

    def _text(self, row: Row, part: Any, left: Mapping[str, Any]) -> None:
        value = getattr(part, row.core)
        raw = left.get("text()") if left else None
        if isinstance(raw, str) and (not value or reads_as(row, raw, None, value)):
            self.out.append(escape_text(raw))
        elif value is not None:
            word = self._word(row, value)
            if word:
                self.out.append(escape_text(word))

    def attributes(self, made: Plan, part: Any, left: Mapping[str, Any]) -> str:
        """The attributes but for the marking, those of the residue too."""
        if left:
            return self._spelt(made, part, left)
        out = ""
        for name, _, row in made.written_attributes:
            value = getattr(part, row.core)
            if value is not None:
                out += self._attribute(name, row, value)
            elif row.required is not None:
                out += self._required(name, row)
        return out

    def _spelt(self, made: Plan, part: Any, left: Mapping[str, Any]) -> str:
        """Attributes of a part with a residue: a value that is as it was read is spelt as it was."""
        out = ""
        done = set() if made.marking is None else {made.marking.path[-1], made.marking.ext}
        for name, key, row in made.written_attributes:
            value = getattr(part, row.core)
            if key in left and (value is None or reads_as(row, left[key], left.get(row.ext or ""), value)):
                continue
            done.add(key)
            if value is not None:
                said = self._attribute(name, row, value)
                out += said
                done |= {row.ext} if key in left or '="ext-value"' in said else set()
            elif row.required is not None:
                out += self._required(name, row)
        return out + unknown_attributes({key: raw for key, raw in left.items() if key not in done})

    def _required(self, name: str, row: Row) -> str:
        self.missing.append(f"@{name}")
        return self._attribute(name, row, row.required)

    def _attribute(self, name: str, row: Row, value: Any) -> str:
        word = self._word(row, value)
        if word is None:
            return ""
        if row.vocab is not None and row.vocab.words and word not in row.vocab.words:
            return f' {name}="ext-value" {row.ext[1:]}="{escape_attribute(word)}"' if row.ext else ""
        return f' {name}="{escape_attribute(word)}"'

    def _word(self, row: Row, value: Any) -> str | None:
        """Theirs of our value; None when the format cannot say it there."""
        if row.vocab is not None:
            value = row.vocab.write.get(value, value)
        word = row.codec.encode(value)
        return None if word is None else str(word)

    def _marked(self, made: Plan, part: Any, left: Mapping[str, Any]) -> str:
        """Writes the content of a part that can say who may see it; gives the attributes that say so.

        What stands inside and could not say so itself raises the whole, which is never widened.
        """
        assert made.marking is not None
        around, self._raised, holds = self._raised, None, self._holds
        own = getattr(part, made.marking.core)
        if own:
            self._holds = self._noted(own, holds)
        if not made.step and part.field_markings:
            self._raise([field.marking for field in part.field_markings if field.marking])
        self.content(made, part, left)
        if self._raised is not None and level(self._raised) > self._holds:
            shown = restricted(made.marking, [self._raised])
        else:
            shown = restricted(made.marking, own, left) if own else ""
        self._raised, self._holds = around, holds
        return shown

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


def fits(row: Row, value: Any) -> bool:
    """Whether a value of a choice is for this row's element."""
    if row.spec is None:
        return row.codec.accepts(value)  # type: ignore[attr-defined,no-any-return]
    spec = row.spec
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
    assert row.ext is not None and row.codec.extended is not None
    name, raw, word = row.path[-1][1:], left.get(row.path[-1]), left.get(row.ext)
    if raw is not None or word is not None:
        meant = [] if raw is None or raw == "ext-value" else row.codec.decode(raw)
        meant += row.codec.extended(word or "") if raw == "ext-value" or word is not None else []
        if meant == list(markings):
            return unknown_attributes({key: left[key] for key in (row.path[-1], row.ext) if key in left})
    word, extension, extended = row.codec.encode(markings).partition("ext-value:")
    if not extension:
        return f' {name}="{escape_attribute(word)}"'
    return f' {name}="ext-value"' + (f' {row.ext[1:]}="{escape_attribute(extended)}"' if extended else "")


def unknown_attributes(left: Mapping[str, Any]) -> str:
    """Attributes of a residue as they stood; each that has a namespace brings its own prefix."""
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
