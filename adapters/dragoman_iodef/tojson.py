"""From the elements of RFC 7970 to the objects of RFC 8727: what JSON has no place for is left out, and so is carried."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from dragoman.mapping.table import facts
from dragoman_iodef import leaf
from dragoman_iodef.grammar import FORMAT, Grammar, Member, Shape

OWN = "{https://dragoman.invalid/iodef-json}"  # attributes that say how an object was spelled (see `toxml`)
MORE, EXEMPT = "_more", "_exempt"
GATHERS = frozenset(facts(FORMAT)["gathered"].values())
Object = dict[str, Any]


class Elements:
    """Makes the objects of one document.

    missing: what was demanded and nobody said.  withheld: the restrictions of values that are left out for them.
    """

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self.missing: list[str] = []
        self.withheld: list[str] = []

    def document(self, root: Any) -> Object:
        """The object of an element IODEF-Document."""
        return self.object(root, self.grammar.root, None) or {}

    def object(self, element: Any, shape: Shape, lang: str | None) -> Object | None:
        """The object of an element; None when it lacks what JSON demands.  lang: the language of the texts around."""
        found = self.plainly(element, shape, lang)
        own = {key[len(OWN) :]: raw for key, raw in element.items() if key.startswith(OWN)}
        exempt = own.pop(EXEMPT, "").split()
        more = _decoded(own.pop(MORE, "{}"))
        for name, raw in own.items():
            self._respell(found, shape, name, _decoded(raw), lang)
        for name in exempt:
            if found.get(name) == "":  # our model has an empty text where nothing stood
                del found[name]
        for name, value in (more if isinstance(more, dict) else {}).items():
            if found.get(name, "") == "" and not (name in shape.members and shape.members[name].marking):
                found[name] = value
        _regroup(found, exempt)
        self._extend(found, shape, exempt)
        return found if self._complete(found, shape, exempt) else None

    def plainly(self, element: Any, shape: Shape, lang: str | None, only: str = "") -> Object | Any:
        """What an element itself says.  only: the name of the one member that is asked for."""
        found: Object = {}
        for key, text in element.items():
            member = shape.attributes.get(key)
            if member is not None and only in ("", member.name) and (value := leaf.said(member, text)) is not None:
                found[member.name] = value
        lang = found.get("lang", lang)
        if shape.text is not None and only in ("", shape.text.name):
            text = leaf.content(element) if shape.text.type == "content" else element.text or ""
            if text and (value := leaf.said(shape.text, text)) is not None:
                found[shape.text.name] = value
        for child, member in _children(element, shape):
            if only in ("", member.name):
                self._child(found, child, member, lang)
        return found.get(only) if only else found

    def _child(self, found: Object, child: Any, member: Member, lang: str | None) -> None:
        if member.shape is None and child.get("restriction"):
            self.withheld.append(child.get("restriction"))  # the value could not say who may see it
            return
        value = leaf.shown(member, child, lang) if member.shape is None else self.object(child, member.shape, lang)
        if value is None:
            return
        if member.gathered:
            found.setdefault(member.gathered, []).append({member.name: value})
        elif member.many:
            found.setdefault(member.name, []).append(value)
        else:
            found.setdefault(member.name, value)

    def _respell(self, found: Object, shape: Shape, name: str, raw: Any, lang: str | None) -> None:
        """A member as it was spelled, if it still says the same."""
        member = shape.members.get(name)
        if member is None or member.shape is not None or member.marking or member.gathers is not None:
            return
        meant = self._meant(member, raw, found, shape, found.get("lang", lang))
        now = found.get(name)
        if meant == now or (isinstance(meant, str) and not meant.strip() and not now):
            found[name] = raw

    def _meant(self, member: Member, raw: Any, around: Object, shape: Shape, lang: str | None) -> Any:
        """What a spelling means, in our own; None for what JSON could not say, or nobody understands."""
        holder = etree.Element("x")
        try:
            items = raw if member.many and isinstance(raw, list) else [raw]
            leaf.place(holder, member, [leaf.understood(member, item) for item in items])
            if member.type == "content" and around.get("dtype") == "xml":
                leaf.fill(holder, holder.text or "")
        except (ValueError, IndexError):
            return None
        return self.plainly(holder, shape, lang, member.name)

    def _extend(self, found: Object, shape: Shape, exempt: list[str]) -> None:
        """A word that the schema's list does not have, where the list has a word for that."""
        for name, word in shape.extended.items():
            words = shape.members[name].words or ()
            if name in found and found[name] not in words and name not in exempt:
                found.setdefault(f"ext-{name}", found[name])
                found[name] = word

    def _complete(self, found: Object, shape: Shape, exempt: list[str]) -> bool:
        """Adds what is demanded; False when there is nothing to add."""
        if shape.one_of and "one-of" not in exempt:
            self._choose(found, shape.one_of, shape.name)
        for name, default in shape.required.items():
            if name in found or name in exempt:
                continue
            if default is None:
                return False
            found[name] = copy.deepcopy(default)
            self.missing += [f"{shape.name}/{name}"] if default not in ("", {}) else []
        return True

    def _choose(self, found: Object, rule: Mapping[str, Any], where: str) -> None:
        """Of members that exclude each other the first stays."""
        present = [name for name in rule["members"] if name in found]
        for name in present[1:] if not rule.get("some") else ():
            del found[name]
        if not present and "else" in rule:
            found |= copy.deepcopy(rule["else"])


def _children(element: Any, shape: Shape) -> Iterator[tuple[Any, Member]]:
    """The children that are members, those in elements that JSON does not have among them.

    What belongs to a term of an expression is only the last term's: in JSON nothing says which term it belongs to.
    """
    terms = shape.terms
    waiting = sum(child.tag in terms for child in element) if terms else 0
    for child in element:
        if child.tag in shape.dissolved:
            yield from _dissolved(child, shape)
        elif (member := shape.children.get(child.tag)) is not None:
            waiting -= child.tag in terms
            if not member.last or not waiting:
                yield child, member


def _dissolved(holder: Any, shape: Shape) -> Iterator[tuple[Any, Member]]:
    """The children of an element that JSON does not have; who may see it holds for each that does not say so itself."""
    inner = shape.dissolved[holder.tag]
    markings = [(key, holder.get(key)) for key, member in inner.attributes.items() if member.marking and holder.get(key)]
    for child, member in _children(holder, shape):
        own = member.shape.attributes if member.shape is not None else {}
        if markings and not any(child.get(key) for key, known in own.items() if known.marking):
            child = copy.copy(child)
            for key, value in markings:
                child.set(key, value)
        yield child, member


def _regroup(found: Object, exempt: list[str]) -> None:
    """Members in the grouping of the document, where it is not the usual one."""
    for word in exempt:
        name, items = word[:-2], found.get(word[:-2])
        if word[-2:] not in ("[]", "{}") or not isinstance(items, list):
            continue
        if all(isinstance(item, dict) and len(item) == 1 for item in items) and name in GATHERS:
            del found[name]
            _ungather(found, items, word.endswith("[]"))
        elif len(items) == 1:
            found[name] = items[0]


def _ungather(found: Object, items: list[Object], listed: bool) -> None:
    """The objects of a choice as members of their own."""
    for item in items:
        for name, value in item.items():
            if listed:
                found.setdefault(name, []).append(value)
            else:
                found[name] = value


def _decoded(text: str) -> Any:
    """JSON of our own, from a document that anybody may have edited."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
