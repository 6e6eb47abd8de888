"""Writing parts as markup; rows stand in the order of the table, which is that of the schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dragoman.mapping.codecs import Odd
from dragoman.mapping.table import Row
from dragoman.mapping.xml.markup import sound
from dragoman.mapping.xml.plan import XML_NS, ElementCodec, Plan, Plans
from dragoman.model.marking import Level, level, strictest
from dragoman.tree.xml import escape_attribute, escape_text

NOTHING: Mapping[str, Any] = {}


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
                self._raise(part)
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
            self.out.append(escape_text(left["text()"]))
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
        self.out += [markup for markup in left.get("", ()) if sound(markup)]
        if "tail()" in left:
            self.out.append(escape_text(left["tail()"]))

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
        if isinstance(raw, str) and self._reads_as(row, raw, value):
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
        before = len(self.out)
        self._element(made, part, made.step, left if isinstance(left, dict) else NOTHING)
        if len(self.out) == before + 1 and self.out[-1] == f"<{made.step}/>" and left is None:
            self.out.pop()

    def _text(self, row: Row, part: Any, left: Mapping[str, Any]) -> None:
        value = getattr(part, row.core)
        raw = left.get("text()") if left else None
        if raw is not None and (value is None or self._reads_as(row, raw, value)):
            self.out.append(escape_text(raw))
        elif value is not None:
            word = self._word(row, value)
            if word:
                self.out.append(escape_text(word))

    def attributes(self, made: Plan, part: Any, left: Mapping[str, Any]) -> str:
        """The attributes but for the marking, those of the residue too."""
        out, done = "", set()
        for name, key, row in made.written_attributes:
            value = getattr(part, row.core)
            if left and key in left and (value is None or self._reads_as(row, left[key], value, left.get(row.ext))):
                if left[key] is not None:
                    out += f' {name}="{escape_attribute(left[key])}"'
                done.add(key)
            elif value is not None:
                out += self._attribute(name, row, value)
                done |= {key, row.ext}
            elif row.required is not None:
                self.missing.append(f"@{name}")
                out += self._attribute(name, row, row.required)
        return out + self._unknown(left, done) if left else out

    def _attribute(self, name: str, row: Row, value: Any) -> str:
        word = self._word(row, value)
        if word is None:
            return ""
        if row.vocab is not None and row.vocab.words and word not in row.vocab.words:
            if row.ext is None:
                return ""
            return f' {name}="ext-value" {row.ext[1:]}="{escape_attribute(word)}"'
        return f' {name}="{escape_attribute(word)}"'

    def _unknown(self, left: Mapping[str, Any], done: set[Any]) -> str:
        """The attributes of a residue that no row has written; each of a namespace brings its own prefix."""
        out, number = "", 0
        for key, raw in left.items():
            if not key.startswith("@") or key in done or raw is None or key in self._marking_keys(left, done):
                continue
            uri, _, local = key[1:].rpartition("}")
            if not uri:
                out += f' {local}="{escape_attribute(raw)}"'
            elif uri[1:] == XML_NS:
                out += f' xml:{local}="{escape_attribute(raw)}"'
            else:
                number += 1
                out += f' xmlns:n{number}="{escape_attribute(uri[1:])}" n{number}:{local}="{escape_attribute(raw)}"'
        return out
