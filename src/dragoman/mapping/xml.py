"""The engine for XML: a part from an element, by tag and attribute name; what no row knows is the residue.

Reading walks the element once.  Writing makes text, which costs a thirtieth of a tree (every text goes through one
escape function).  In a table, "@name" is an attribute, "Child" an element, "Wrapper/Child" an element that only holds
others, "text()" the element's own text; `prefix:Name` uses the table's `namespaces`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from dragoman.ledger import Kind, Ledger
from dragoman.mapping.table import Row, Spec, Table
from dragoman.tree.xml import escape_attribute, escape_text

Element = Any  # lxml's own types say too little to help here
MISSING: Any = object()
XML_NS = "http://www.w3.org/XML/1998/namespace"


@dataclass(frozen=True, slots=True)
class ElementCodec:
    """A hook for what stands in a whole element: decode(element) to ours, encode(value, tag) to markup."""

    decode: Callable[[Element], Any]
    encode: Callable[[Any, str], str]


def inner_xml(element: Element) -> str:
    """The content of an element as it stands: text, elements of any namespace, comments, instructions."""
    text = escape_text(element.text or "")
    return text + "".join(etree.tostring(child, encoding="unicode", with_tail=True) for child in element)


def outer_xml(element: Element) -> str:
    """The element itself as markup that stands alone."""
    return str(etree.tostring(element, encoding="unicode", with_tail=False))


class Names:
    """Names between a table ("ds:DigestValue") and lxml ("{http://…}DigestValue")."""

    def __init__(self, table: Table) -> None:
        self.namespaces: Mapping[str, str] = {"xml": XML_NS, **table.facts.get("namespaces", {})}
        self.default: str = table.facts["namespace"]

    def element(self, name: str) -> str:
        prefix, _, local = name.rpartition(":")
        return f"{{{self.namespaces[prefix] if prefix else self.default}}}{local}"

    def attribute(self, name: str) -> str:
        prefix, _, local = name.rpartition(":")
        return f"{{{self.namespaces[prefix]}}}{local}" if prefix else local


@dataclass(slots=True)
class Plan:
    """One spec, resolved for XML: how to dispatch while reading, and in which order to write."""

    spec: Spec
    attributes: dict[str, tuple[Row, str | None]]  # lxml name -> row, lxml name of its ext- partner
    children: dict[str, Any]  # lxml tag -> Row, or the same for the inside of a wrapper
    text: Row | None
    written_attributes: list[tuple[str, Row]]
    written_children: list[tuple[str, Any]]  # tag -> Row, or (tag -> Row) inside a wrapper


def plan(spec: Spec, names: Names) -> Plan:
    """Resolves the rows of a spec once."""
    made = Plan(spec, {}, {}, None, [], [])
    for row in spec.rows:
        first, *rest = row.path
        if first == "text()":
            made.text = row
        elif first.startswith("@"):
            partner = names.attribute(row.ext.removeprefix("@")) if row.ext else None
            made.attributes[names.attribute(first[1:])] = (row, partner)
            made.written_attributes.append((first[1:], row))
        else:
            _child(made, first, rest, row, names)
    return made


def _child(made: Plan, first: str, rest: list[str], row: Row, names: Names) -> None:
    tag = names.element(first)
    if not rest:
        made.children[tag] = row
        made.written_children.append((first, row))
        return
    inner = made.children.setdefault(tag, {})
    inner[names.element(rest[0])] = row
    if made.written_children and made.written_children[-1][0] == first:
        made.written_children[-1][1].append((rest[0], row))
    else:
        made.written_children.append((first, [(rest[0], row)]))


class XmlReader:
    """Reads parts of one format from elements; `ledger` is told of every value that is not what its row says."""

    def __init__(self, table: Table, ledger: Ledger) -> None:
        self.format, self.ledger, self.names = table.format, ledger, Names(table)
        self.plans = {name: plan(spec, self.names) for name, spec in table.parts.items()}

    def read(self, name: str, element: Element) -> Any:
        """The part called `name` in the table, from an element; what no row took goes into its residue."""
        made = self.plans[name]
        values: dict[str, Any] = dict(made.spec.preset)
        left: dict[str, Any] = {}
        if element.attrib:
            self._attributes(made, element, values, left)
        self._children(made.children, element, values, left)
        if element.text and not element.text.isspace():
            self._text(made, element, values, left)
        if left:
            values["residue"] = {self.format: left}
        return made.spec.cls(**values)

    def _attributes(self, made: Plan, element: Element, values: dict[str, Any], left: dict[str, Any]) -> None:
        waiting = dict(element.attrib)
        for name in list(waiting):
            found = made.attributes.get(name)
            if found is None or name not in waiting:
                continue
            row, partner = found
            raw = waiting[name]
            if raw == "ext-value" and partner in waiting:
                values[row.core] = waiting.pop(partner)
                del waiting[name]
                continue
            value = self._scalar(row, raw, element, f"@{name}")
            if value is not MISSING:
                values[row.core] = value
                del waiting[name]
        for name, raw in waiting.items():
            left[f"@{name}"] = raw

    def _children(self, known: dict[str, Any], element: Element, values: dict[str, Any], left: dict[str, Any]) -> None:
        for child in element:
            tag = child.tag
            row = known.get(tag)
            if type(row) is dict and not child.attrib:
                self._children(row, child, values, left)
                continue
            value = MISSING if not isinstance(row, Row) else self._child(row, child)
            if value is MISSING or (not row.many and row.core in values):
                if isinstance(tag, str):
                    left.setdefault("", []).append(outer_xml(child))
            elif row.many:
                values.setdefault(row.core, []).append(value)
            else:
                values[row.core] = value

    def _child(self, row: Row, child: Element) -> Any:
        if row.spec is not None:
            return self.read(row.spec.name, child)
        if isinstance(row.codec, ElementCodec):
            try:
                return row.codec.decode(child)
            except ValueError as error:
                return self.invalid(child, child.text or "", str(error))
        if child.attrib or len(child):
            return MISSING
        return self._scalar(row, child.text or "", child, "")

    def _text(self, made: Plan, element: Element, values: dict[str, Any], left: dict[str, Any]) -> None:
        value = MISSING if made.text is None else self._scalar(made.text, element.text, element, "text()")
        if value is MISSING or made.text is None:
            left["text()"] = element.text
        else:
            values[made.text.core] = value

    def _scalar(self, row: Row, raw: str, element: Element, step: str) -> Any:
        try:
            value = row.codec.decode(raw)
        except ValueError as error:
            return self.invalid(element, raw, str(error), step)
        if row.vocab is None:
            return value
        if row.vocab.words and value not in row.vocab.words and not isinstance(value, list):
            reason = f"{raw!r} is no word of its list"
            self.ledger.note(Kind.INVALID, "D202", place(element, step), f"{reason}: kept as it stands", raw)
        return row.vocab.read.get(value, value)

    def invalid(self, element: Element, raw: str, reason: str, step: str = "") -> Any:
        """Tells that a value is not what it should be; the caller keeps it as residue."""
        self.ledger.note(Kind.INVALID, "D201", place(element, step), f"{reason}: kept as it stands", raw)
        return MISSING


def place(element: Element, step: str = "") -> str:
    """Where an element stands: /IODEF-Document/Incident[1]/Contact[2]/@role."""
    steps = []
    while element is not None:
        parent = element.getparent()
        tag = etree.QName(element).localname
        same = [] if parent is None else parent.findall(element.tag)
        steps.append(f"{tag}[{same.index(element) + 1}]" if len(same) > 1 else tag)
        element = parent
    return "/" + "/".join(reversed(steps)) + (f"/{step}" if step else "")


class XmlWriter:
    """Writes parts of one format as markup; rows stand in the order of the table, which is that of the schema."""

    def __init__(self, table: Table, ledger: Ledger) -> None:
        self.format, self.ledger, names = table.format, ledger, Names(table)
        self.plans = {name: plan(spec, names) for name, spec in table.parts.items()}

    def write(self, name: str, part: Any, tag: str) -> str:
        """The markup of a part: its attributes, then its children in the order of the rows, then its residue."""
        made, out = self.plans[name], []
        left = part.residue.get(self.format, {}) if part.residue else {}
        out.append(f"<{tag}{self._attributes(made, part, left)}>")
        if made.text is not None and getattr(part, made.text.core) is not None:
            out.append(escape_text(self._word(made.text, getattr(part, made.text.core))))
        elif "text()" in left:
            out.append(escape_text(left["text()"]))
        for step, row in made.written_children:
            self._children(step, row, part, out)
        out += left.get("", ())
        out.append(f"</{tag}>")
        return "".join(out)

    def _attributes(self, made: Plan, part: Any, left: Mapping[str, Any]) -> str:
        out = ""
        for name, row in made.written_attributes:
            value = getattr(part, row.core)
            if value is None or value == ():
                value = row.required if f"@{name}" not in left else None
            if value is not None:
                out += self._attribute(name, row, value)
        for name, raw in left.items():
            if name.startswith("@"):
                out += f' {self._prefixed(name[1:])}="{escape_attribute(raw)}"'
        return out

    def _attribute(self, name: str, row: Row, value: Any) -> str:
        word = self._word(row, value)
        if row.ext is not None and row.vocab is not None and word not in row.vocab.words:
            return f' {name}="ext-value" {row.ext.removeprefix("@")}="{escape_attribute(word)}"'
        return f' {name}="{escape_attribute(word)}"'

    def _prefixed(self, name: str) -> str:
        uri, _, local = name.rpartition("}")
        if uri == f"{{{XML_NS}":
            return f"xml:{local}"
        if not uri:
            return name
        return f'xmlns:ns0="{escape_attribute(uri[1:])}" ns0:{local}'

    def _children(self, step: str, row: Any, part: Any, out: list[str]) -> None:
        if isinstance(row, list):
            inner: list[str] = []
            for name, child in row:
                self._children(name, child, part, inner)
            if inner:
                out += [f"<{step}>", *inner, f"</{step}>"]
            return
        value = getattr(part, row.core)
        if value is None or value == ():
            if row.required is not None:
                out.append(f"<{step}>{escape_text(str(row.required))}</{step}>")
            return
        for item in value if row.many else (value,):
            out.append(self._child(step, row, item))

    def _child(self, step: str, row: Row, item: Any) -> str:
        if row.spec is not None:
            return self.write(row.spec.name, item, step)
        if isinstance(row.codec, ElementCodec):
            return row.codec.encode(item, step)
        return f"<{step}>{escape_text(self._word(row, item))}</{step}>"

    def _word(self, row: Row, value: Any) -> str:
        if row.vocab is not None:
            value = row.vocab.write.get(value, value)
        return str(row.codec.encode(value))
