"""Reading parts from elements.  See the package for what the residue holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lxml import etree

from dragoman.errors import ReadError
from dragoman.ledger import Kind, Ledger
from dragoman.mapping.codecs import Odd
from dragoman.mapping.table import Row
from dragoman.mapping.vocabulary import Vocabulary
from dragoman.mapping.xml.markup import inner_xml, only_comments, outer_xml, own_text
from dragoman.mapping.xml.place import Places
from dragoman.mapping.xml.plan import Child, Plan, Plans

Element = Any
Values = dict[str, Any]
MISSING: Any = object()
STRAY = "boolean(//*[*]/text()[normalize-space()])"


class XmlReader:
    """Reads parts of one format from elements; `ledger` is told of every value that is not what its row says."""

    def __init__(self, plans: Plans, ledger: Ledger) -> None:
        self.plans, self.format, self.ledger = plans.by_name, plans.format, ledger
        self.places = Places()
        self.ids: set[str] = set()
        self.careful = True  # whether text may stand between elements

    def begin(self, root: Element) -> None:
        """Looks once at the whole document, so that not every element need be asked for text between its children."""
        try:
            self.careful = bool(root.xpath(STRAY))
        except etree.XPathError:  # of an expression of ours: all that can be wrong is memory
            raise MemoryError from None

    def read(self, name: str, element: Element) -> Any:
        """The part called `name` in the table, from an element; what no row took goes into its residue."""
        return self._part(self.plans[name], element)

    def _part(self, made: Plan, element: Element) -> Any:
        if made.same is not None:
            assert made.same.plan is not None
            return made.spec.cls(**{made.same.core: self._part(made.same.plan, element)})
        values: Values = dict(made.spec.preset)
        left: Values = {}
        self._fill(made, element, values, left)
        if left:
            values["residue"] = {self.format: left}
        return made.spec.cls(**values)

    def _fill(self, made: Plan, element: Element, values: Values, left: Values) -> None:  # noqa: C901 - one frame a level
        """Reads attributes, children and text of an element into values; wrappers fill the same ones."""
        items = element.items()
        if items:
            self._attributes(made, items, element, values, left)
        if made.inner is not None and len(element):
            values[made.inner.core] = inner_xml(element)
        elif made.rest is not None:
            self._rest(made.rest, element, values, left)
        else:
            known, child = made.children, None
            for child in element:
                shape = known.get(child.tag)
                if shape is None:
                    if child.tag not in made.ignored:
                        left.setdefault("", []).append(outer_xml(child))
                    continue
                if shape.row is None:
                    self._wrapper(shape.plan, child, values, left)
                    continue
                core = shape.core
                if core in values and not shape.many:
                    value = MISSING
                elif shape.plan is not None:
                    value = self._part(shape.plan, child)
                else:
                    value = self._leaf(made, shape, child, left)
                if value is MISSING:
                    left.setdefault("", []).append(outer_xml(child))
                elif not shape.many:
                    values[core] = value
                elif core in values:
                    values[core].append(value)
                else:
                    values[core] = [value]
            if made.text is not None or child is None or self.careful:
                self._text(made, element, child is not None, values, left)
        for core, step in made.demanded:
            if core not in values and step not in left:
                left[step] = None

    def _attributes(self, made: Plan, items: Iterable[Any], element: Element, values: Values, left: Values) -> None:
        extended = None
        for name, raw in items:
            known = made.attributes.get(name)
            if known is None:
                left[f"@{name}"] = raw
            elif known.verbatim:
                values[known.row.core] = raw
            elif known.exact is not None and raw in known.exact:
                values[known.row.core] = known.exact[raw]
            elif raw == "ext-value" and known.row.ext is not None:
                extended = [*(extended or ()), (name, known.row)]
            else:
                value = self._scalar(known.row, raw, element, f"@{name}", left)
                if value is not MISSING:
                    values[known.row.core] = value
                if known.unique:
                    self._unique(raw, value, element, f"@{name}", left)
        for name, row in extended or ():
            self._extended(name, row, values, left)
        if left and made.marking is not None and made.marking.ext in left:
            self._second_marking(made.marking, items, values, left)

    def _unique(self, raw: str, value: Any, element: Element, step: str, left: Values) -> None:
        """An id that another element has already still goes back as it stood, but not by itself."""
        if value in self.ids:
            left[step] = raw
            self.invalid(element, raw, "is an id that stands twice", step)
        self.ids.add(value)

    def _extended(self, name: str, row: Row, values: Values, left: Values) -> None:
        """A word outside the format's list: x="ext-value" ext-x="word"."""
        assert row.ext is not None
        word = left.pop(row.ext, None)
        if word is None:
            left[f"@{name}"] = "ext-value"
        if row.codec.extended is not None:
            values[row.core] = row.codec.extended(word or "")
        elif word is not None:
            values[row.core] = word
            if row.vocab is not None and (word in row.vocab.words or word in row.vocab.write):
                left[f"@{name}"], left[row.ext] = "ext-value", word

    def _second_marking(self, row: Row, items: Iterable[Any], values: Values, left: Values) -> None:
        """ext-restriction though restriction does not point to it: it counts all the same, nothing may be widened."""
        assert row.codec.extended is not None
        assert row.ext is not None
        if row.core in values:
            left[row.path[-1]] = dict(items)[row.path[-1][1:]]
        values[row.core] = [*values.get(row.core, ()), *row.codec.extended(left[row.ext])]

    def _rest(self, row: Row, element: Element, values: Values, left: Values) -> None:
        """All children at once, for a hook."""
        codec: Any = row.codec
        values[row.core], unknown = codec.decode([child for child in element if isinstance(child.tag, str)], self)
        unknown += [child for child in element if not isinstance(child.tag, str)]
        if unknown:
            left[""] = [outer_xml(child) for child in unknown]

    def _wrapper(self, made: Any, child: Element, values: Values, left: Values) -> None:
        """An element that is no part of its own: what it holds belongs to the part around it."""
        if made.step in left or any(core in values for core in made.cores):
            left.setdefault("", []).append(outer_xml(child))
            return
        inner: Values = {}
        before = len(values)
        self._fill(made, child, values, inner)
        if inner or len(values) == before:
            left[made.step] = inner

    def _leaf(self, made: Plan, shape: Child, child: Element, left: Values) -> Any:
        """What a hook reads from an element, or a scalar row from its text; MISSING when it stays as markup."""
        row: Any = shape.row
        if shape.hook is not None:
            try:
                return shape.hook.decode(child, self)
            except ValueError as error:
                return self.invalid(child, child.text or "", str(error))
        text = child.text or ""
        if len(child) or child.items():
            if child.items() or not only_comments(child):
                return MISSING
            left.setdefault("", []).extend(outer_xml(comment) for comment in child)
            text = own_text(child)
        if made.others and child.tag in made.others:
            left[f"<{row.path[-1]}"] = made.others[child.tag]
        spelt: Values = {}
        value = self._scalar(row, text, child, "", spelt)
        if spelt and value is not MISSING and not row.many:
            left[row.path[-1]] = spelt[""]
        return value

    def _text(self, made: Plan, element: Element, mixed: bool, values: Values, left: Values) -> None:
        """The element's own text: for its row, or out of place."""
        text = element.text
        if made.text is None:
            if text and not text.isspace():
                left["text()"] = text
            tails = "".join(child.tail for child in element if child.tail and not child.tail.isspace())
            if tails:
                left["tail()"] = tails
            return
        if mixed:
            text = own_text(element)
        if text and not text.isspace():
            value = self._scalar(made.text, text, element, "text()", left)
            if value is not MISSING:
                values[made.text.core] = value

    def _scalar(self, row: Row, raw: str, element: Element, step: str, left: Values) -> Any:
        """Ours of a raw value; a spelling that is not ours, or that nobody can read, is left under its step."""
        try:
            value = row.codec.decode(raw)
        except Odd as odd:
            value, left[step] = odd.value, raw
            if odd.reason:
                self.invalid(element, raw, odd.reason, step)
        except ValueError as error:
            left[step] = raw
            return self.invalid(element, raw, str(error), step)
        except ReadError as error:
            raise ReadError(error.what, where=self.places.of(element, step), fix=error.fix) from None
        if row.vocab is None:
            return value
        known = row.vocab.exact.get(value)
        return known if known is not None else self._word(row.vocab, value, raw, element, step, left)

    def _word(self, vocab: Vocabulary, word: str, raw: str, element: Element, step: str, left: Values) -> str:
        """A word that is not ours and theirs alike."""
        if vocab.words and word not in vocab.words:
            self.invalid(element, raw, "is no word of its list", step, "D202")
        ours = vocab.read.get(word, word)
        if vocab.words or vocab.write.get(ours, ours) != word:
            left[step] = raw
        return ours

    def invalid(self, element: Element, raw: str, reason: str, step: str = "", code: str = "D201") -> Any:
        """Tells that a value is not what it should be; the caller keeps it as residue."""
        self.ledger.note(Kind.INVALID, code, self.places.of(element, step), f"{reason}: kept as it stands", raw)
        return MISSING
