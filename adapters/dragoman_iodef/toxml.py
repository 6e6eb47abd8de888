"""From the objects of RFC 8727 to the elements of RFC 7970, which the reader of the XML then reads.

What no element can say stands in attributes of our own namespace, and so becomes residue of the part:

    name      a member as it was spelled, where we would spell it otherwise
    _more     members that nobody knows or that could not be understood
    _exempt   rules that the object does not keep, so that writing does not mend it: a member that is demanded and not
              there, "Contact[]" for one that is no array, "one-of", "Impact[]" or "Impact{}" for impacts that are not gathered
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lxml import etree

from dragoman.errors import ReadError
from dragoman.ledger import Kind, Ledger
from dragoman.mapping.codecs import Odd
from dragoman.tree.json import pointer
from dragoman_iodef import leaf
from dragoman_iodef.grammar import Grammar, Member, Shape
from dragoman_iodef.tojson import EXEMPT, MORE, OWN, Elements

Trail = tuple[str | int, ...]
Object = dict[str, Any]


class Objects:
    """Makes one document's elements; `ledger` is told of every value that is not what its place demands."""

    def __init__(self, grammar: Grammar, ledger: Ledger, source: str) -> None:
        self.grammar, self.ledger, self.source = grammar, ledger, source
        self._back = Elements(grammar)

    def document(self, tree: Object) -> Any:
        """The element of a document.  Raises ReadError for a marking that cannot be read."""
        names = self.grammar.plans.names
        # No other namespace is declared here: markup that stands in a document would be rewritten to use its prefix.
        spaces: Any = {None: names.default}
        root = etree.Element(names.element("IODEF-Document"), nsmap=spaces)
        self.fill(root, self.grammar.root, tree, (), None)
        return root

    def fill(self, element: Any, shape: Shape, source: Object, trail: Trail, lang: str | None) -> None:
        """Puts what an object says into an element.  lang: the language of the texts around it."""
        more: Object = {}
        exempt = self._exempt(shape, source)
        lang = source["lang"] if isinstance(source.get("lang"), str) else lang
        for name, raw in sorted(source.items(), key=lambda pair: pair[0] in shape.members and shape.members[pair[0]].last):
            member = shape.members.get(name)
            if member is None or not self._put(element, shape, member, raw, (*trail, name), lang, exempt):
                more[name] = raw
        if more:
            element.set(OWN + MORE, json.dumps(more, sort_keys=True))
        if exempt:
            element.set(OWN + EXEMPT, " ".join(exempt))
        _parse_content(element, shape, source)

    def _exempt(self, shape: Shape, source: Object) -> list[str]:
        """The rules of its class that an object does not keep."""
        found = [name for name in shape.required if name not in source]
        if shape.one_of and not _keeps(shape.one_of, source):
            found.append("one-of")
        return found + [name for name in shape.extended if source.get(name) not in (shape.members[name].words or ())]

    def _put(
        self, element: Any, shape: Shape, member: Member, raw: Any, trail: Trail, lang: str | None, exempt: list[str]
    ) -> bool:
        """Whether a member could be understood, and so stands in the element."""
        if member.gathers is not None:
            return self._gathered(element, member.gathers, raw, trail, lang)
        if member.gathered:
            return self._direct(element, member, raw, trail, lang, exempt)
        items = raw if member.many and type(raw) is list else [raw]
        if member.shape is None:
            if type(raw) is list and member.type == "content":
                items = [raw]
            return self._leaves(element, shape, member, items, raw, trail, lang)
        if member.many and type(raw) is dict:
            self._told(trail, raw, "is no array, but may be several: read all the same")
            exempt.append(f"{member.name}[]")
        elif type(raw) is not (list if member.many else dict) or not all(type(item) is dict for item in items) or not items:
            return self._told(trail, raw, "is no object" if not member.many else "is no list of objects")
        return self._classes(element, member, items, trail, lang)

    def _classes(self, element: Any, member: Member, items: list[Object], trail: Trail, lang: str | None) -> bool:
        """The elements of objects; those that our model keeps as markup only if nothing of them would be lost."""
        assert member.shape is not None
        made = []
        for place, item in enumerate(items):
            found = leaf.new(member.key) if member.whole else etree.SubElement(leaf.inside(element, member), member.key)
            self.fill(found, member.shape, item, (*trail, place) if member.many else trail, lang)
            made.append(found)
        return not member.whole or self._as_markup(element, member, made, items)

    def _as_markup(self, element: Any, member: Member, made: list[Any], items: list[Object]) -> bool:
        """Elements that our model keeps as they stand: only those that say all and nothing of ours."""
        assert member.shape is not None
        firsts = [inner.first for inner in member.shape.members.values() if inner.first]
        for found in made:
            etree.strip_attributes(found, OWN + "*")
            found[:] = sorted(found, key=lambda child: child.tag not in firsts)
        if any(found.find(tag) is None for found in made for tag in firsts):
            return False  # RFC 5070 demands it
        if [self._back.object(found, member.shape, None) for found in made] != items:
            return False
        element.extend(made)
        return True

    def _gathered(
        self, element: Any, members: Mapping[str, Member], raw: Any, trail: Trail, lang: str | None
    ) -> bool:
        """A choice: the elements of a list of objects of one member each."""
        items = raw if type(raw) is list and all(type(item) is dict for item in raw) else []
        pairs = [(place, *pair) for place, item in enumerate(items) for pair in item.items()]
        if not pairs or any(name not in members or type(item) is not dict for _, name, item in pairs):
            return self._told(trail, raw, "is no list of impacts")
        for place, name, item in pairs:
            self._classes(element, members[name], [item], (*trail, place, name), lang)
        return True

    def _direct(
        self, element: Any, member: Member, raw: Any, trail: Trail, lang: str | None, exempt: list[str]
    ) -> bool:
        """A choice that is not gathered, as in old drafts."""
        items = raw if type(raw) is list else [raw]
        if not items or any(type(item) is not dict for item in items):
            return self._told(trail, raw, "is no list of objects")
        self._told(trail, "", f"stands outside of {member.gathered}, as in old drafts: read all the same")
        exempt.append(member.gathered + ("[]" if type(raw) is list else "{}"))
        for place, item in enumerate(items):
            self._classes(element, member, [item], (*trail, place), lang)
        return True

    def _leaves(
        self, element: Any, shape: Shape, member: Member, items: list[Any], raw: Any, trail: Trail, lang: str | None
    ) -> bool:
        """Single values; all of them or none."""
        found, odd = [], ""
        for item in items:
            try:
                found.append(leaf.made(member, item) if member.child else leaf.text_of(member, item))
            except Odd as known:
                if member.marking:
                    raise self._unreadable(raw, trail) from None
                found.append(known.value)
                odd = known.reason
            except ValueError as error:
                if member.marking:
                    raise self._unreadable(raw, trail) from None
                return self._told(trail, item, str(error))
        if not found:
            return self._told(trail, raw, "is an empty list")
        if odd:
            self._told(trail, raw, f"{odd}: read all the same")
        leaf.place(element, member, found)
        blank = isinstance(raw, str) and raw.isspace()  # which in XML is no text at all
        if blank or self._back.plainly(element, shape, lang, member.name) != raw:
            element.set(OWN + member.name, json.dumps(raw))
        return True

    def _told(self, trail: Trail, raw: Any, reason: str) -> bool:
        kept = reason if reason.endswith("the same") else f"{reason}: kept as it stands"
        value = raw if isinstance(raw, str) else json.dumps(raw) if not isinstance(raw, dict | list) else ""
        self.ledger.note(Kind.INVALID, "D201", pointer(trail), kept, value)
        return False

    def _unreadable(self, raw: Any, trail: Trail) -> ReadError:
        return ReadError(
            f"the restriction {json.dumps(raw):.80} cannot be read",
            where=f"{self.source}: {pointer(trail)}",
            fix="write one of the words of RFC 7970 section 3.3.1, or ext-value",
        )


def _keeps(rule: Mapping[str, Any], source: Object) -> bool:
    """Whether an object has as many of some members as it should."""
    count = sum(name in source for name in rule["members"])
    return count == 1 or (count > 1 and bool(rule.get("some"))) or (count == 0 and bool(rule.get("none")))


def _parse_content(element: Any, shape: Shape, source: Object) -> None:
    """The text of an element whose data type is XML, as markup."""
    if shape.text is None or shape.text.type != "content" or source.get("dtype") != "xml":
        return
    markup = element.text or ""
    if "<" not in markup:
        return
    try:
        leaf.fill(element, markup)
    except ValueError:
        return
    if leaf.content(element) != markup and OWN + shape.text.name not in element.attrib:
        element.set(OWN + shape.text.name, json.dumps(markup))
