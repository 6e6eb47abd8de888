"""The classes of IODEF as RFC 8727 spells them, derived from the table of the XML and `mappings/iodef-json.yaml`.

A class is a `Shape`: the members of its object, and which attribute or element of the XML each of them is.  Nothing of
a document is looked at here; shapes are made once and shared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as changed
from functools import cache
from typing import Any

from dragoman.mapping.codecs import CODECS
from dragoman.mapping.table import Row, facts, load
from dragoman.mapping.xml import Plans
from dragoman.mapping.xml.plan import Child, Plan
from dragoman_iodef.foreign import settled
from dragoman_iodef.hooks import HOOKS, MARKING
from dragoman_iodef.shapes import PREPARE
from dragoman_iodef.texts import WORDS

FORMAT = "iodef-json"
VERBATIM = dict.fromkeys(("token", "prose"), CODECS["verbatim"])  # in JSON, white space is no layout
EXTENDED = "ext-value"


@dataclass(slots=True)
class Member:
    """One member of an object.

    key: the attribute or element of the XML that it is, "" for the element's own text.  type: of a value; "" of a class.
    through: the elements around it that JSON does not have.  attribute: where in its element the value stands, if not
    as text.  words: the closed list it is from.  respelled: words of the XML that JSON spells otherwise.
    """

    name: str
    key: str
    type: str = ""
    shape: Shape | None = None
    many: bool = False
    child: bool = False
    through: tuple[str, ...] = ()
    attribute: str = ""
    words: frozenset[str] | None = None
    open: bool = False  # whether another word has its place
    respelled: Mapping[str, str] = field(default_factory=dict)
    marking: bool = False
    gathers: Mapping[str, Member] | None = None  # a choice: the members that one of its objects may have
    gathered: str = ""  # the member that it is gathered in
    last: bool = False  # belongs to the last of the elements before it
    first: str = ""  # the element that the first of several is
    whole: bool = False  # our model keeps it as markup
    required: bool = False


@dataclass(slots=True)
class Shape:
    """One class.  members: by their names; attributes, children: the same ones by their names in the XML.

    dissolved: elements of the XML whose children are ours.  required: what must stand there, with what to fill in.
    """

    name: str
    members: dict[str, Member] = field(default_factory=dict)
    attributes: dict[str, Member] = field(default_factory=dict)
    children: dict[str, Member] = field(default_factory=dict)
    dissolved: dict[str, Shape] = field(default_factory=dict)
    text: Member | None = None
    required: Mapping[str, Any] = field(default_factory=dict)
    one_of: Mapping[str, Any] = field(default_factory=dict)
    extended: Mapping[str, str] = field(default_factory=dict)
    terms: frozenset[str] = frozenset()  # elements to which others (`last`) belong

    def add(self, member: Member) -> None:
        self.members[member.name] = member
        member.required = member.name in self.required
        if member.child:
            self.children[member.key] = member
        elif member.key:
            self.attributes[member.key] = member
        else:
            self.text = member


class Grammar:
    """All classes; `root` is the document's."""

    def __init__(self, plans: Plans) -> None:
        self.plans, self.facts = plans, facts(FORMAT)
        self._shapes: dict[int, Shape] = {}
        self.root = self.shape(plans.by_name["document"])
        incident = Member("Incident", plans.names.element("Incident"), shape=self.named("incident"), many=True, child=True)
        self.root.add(incident)
        self.root.members["version"].respelled = {"2.00": self.facts["version"]}

    def named(self, name: str) -> Shape:
        return self.shape(self.plans.by_name[name])

    def shape(self, made: Plan) -> Shape:
        """The class of a part of the table, or of an element that is no part."""
        if made.same is not None and made.same.plan is not None:
            return self.shape(made.same.plan)
        if id(made) not in self._shapes:
            name = made.step or made.spec.name
            said = {key: self.facts[key].get(name, {}) for key in ("required", "one-of", "extended")}
            found = Shape(name, required=said["required"], one_of=said["one-of"], extended=said["extended"])
            self._shapes[id(made)] = found
            for member in self._members(made, found):
                if member.name not in self.facts["lacking"].get(name, ()):
                    found.add(member)
                    member.type = self.facts["typed"].get(f"{name}/{member.name}", member.type)
            if any(member.last for member in found.members.values()):
                found.terms = frozenset(tag for tag, member in found.children.items() if not member.last)
        return self._shapes[id(made)]

    def _members(self, made: Plan, around: Shape) -> Iterator[Member]:
        for attribute in made.attributes.values():
            yield from self._attribute(attribute.row, attribute.name)
        if made.text is not None:
            kind = "content" if made.inner is not None else self._type(made.text)
            kind = "positive" if around.name in self.facts["positive"] else kind
            yield Member(self.facts["text"].get(around.name, "value"), "", kind)
        for tag, child in made.children.items():
            if tag == self.plans.names.element(child.step):
                yield from self._child(child, tag, around)
        for step, said in self.facts["classes"].get(around.name, {}).get("children", {}).items():
            yield self._said(step, said)

    def _attribute(self, row: Row, name: str) -> Iterator[Member]:
        marking = row.codec.extended is not None
        words = MARKING.exact.keys() if marking else row.vocab.exact.keys() if row.vocab and row.vocab.words else ()
        found = Member(self._name(name), self.plans.names.attribute(name), self._type(row), marking=marking)
        if words:
            found.respelled = {word: other for word, other in self.facts["words"].items() if word in words}
            more = [EXTENDED] if row.ext and name not in self.facts["unextended"] else []
            found.words = frozenset([*(found.respelled.get(word, word) for word in words), *more])
        if name == "SpecID":
            found.words, found.open = frozenset(self.facts["specifications"]), True
        yield found
        if row.ext is not None:
            yield Member(row.ext[1:], row.ext[1:], "string", marking=marking)

    def _child(self, child: Child, tag: str, around: Shape) -> Iterator[Member]:
        if child.step in self.facts["dissolved"] and child.plan is not None:
            inner = around.dissolved[tag] = self.shape(child.plan)
            for member in inner.children.values():
                yield changed(member, through=(tag, *member.through))
            return
        found = self._plain_child(child, tag, around)
        if found is None:
            return
        gather = self.facts["gathered"].get(child.core)
        if gather is not None:
            found = changed(found, many=False, gathered=gather)
            holder = around.members.get(gather) or Member(gather, "", gathers={}, many=True, required=True)
            around.members[gather] = changed(holder, gathers={**(holder.gathers or {}), found.name: found})
        yield found

    def _plain_child(self, child: Child, tag: str, around: Shape) -> Member | None:
        name = self._name(child.step)
        many = child.many and name not in self.facts["single"].get(around.name, ())
        if child.step in self.facts["values"]:
            return self._value(child.step, many)
        if child.plan is not None:
            return Member(name, tag, shape=self.shape(child.plan), many=many, child=True)
        assert child.row is not None
        if child.hook is self._hook("address"):
            return Member(name, tag, shape=self.named("address"), many=many, child=True)
        if child.hook is self._hook("words"):
            plain = name in self.facts["plain"].get(around.name, ())
            return Member(name, tag, "string" if plain else "words", many=many, child=True)
        return Member(name, tag, self._type(child.row), many=many, child=True) if child.hook is None else None

    def _value(self, step: str, many: bool) -> Member:
        said = self.facts["values"][step]
        name = said.get("name") or self._name(step)
        tag = self.plans.names.element(step)
        return Member(name, tag, said["type"], many=many, child=True, attribute=said.get("attribute", ""))

    def _said(self, step: str, said: Mapping[str, Any]) -> Member:
        """A child that the table leaves to a hook."""
        if "class" not in said and "members" not in said:
            return self._value(step, said["many"])
        tag = self.plans.names.element(step)
        shape = self.named(said["class"]) if "class" in said else self._described(step, said["members"])
        many, last, whole = (bool(said.get(key)) for key in ("many", "last", "whole"))
        return Member(self._name(step), tag, shape=shape, many=many, child=True, last=last, whole=whole)

    def _described(self, step: str, members: Mapping[str, Any]) -> Shape:
        """A class that the table does not have: all its members are lists of values."""
        found = Shape(step)
        for name, said in members.items():
            tags = [self.plans.names.element(said[key]) for key in ("tag", "first") if key in said]
            member = Member(name, tags[0], said["type"], many=True, child=True)
            found.add(member)
            found.children |= dict.fromkeys(tags, member)
            member.first = tags[-1]
        return found

    def _name(self, step: str) -> str:
        return str(self.facts["names"].get(step) or step.rpartition(":")[2])

    def _type(self, row: Row) -> str:
        return str(self.facts["types"].get(row.source.get("codec"), "string"))

    def _hook(self, name: str) -> Any:
        return CODING[name]


CODING: dict[str, Any] = {**HOOKS, **VERBATIM, "words": WORDS}


@cache
def plans(tables: tuple[str, ...]) -> Plans:
    """The table of the XML, read and written under our own name: what is left over in JSON is not what is in XML."""
    table = load(facts(FORMAT)["like"], CODING, tables)
    return Plans(changed(table, format=FORMAT), PREPARE | {"incident": settled})


@cache
def grammar(tables: tuple[str, ...]) -> Grammar:
    return Grammar(plans(tables))
