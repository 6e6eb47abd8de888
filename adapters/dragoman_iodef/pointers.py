"""Where in a JSON document an element of ours stands, for messages."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dragoman.mapping.xml.place import Places
from dragoman.tree.json import pointer
from dragoman_iodef.grammar import Grammar, Member, Shape


class Pointers(Places):
    """As JSON pointers (RFC 6901); children are counted once for each element around them."""

    def __init__(self, grammar: Grammar) -> None:
        super().__init__()
        self.grammar = grammar
        self._numbers: dict[Any, dict[Any, int]] = {}

    def of(self, element: Any, step: str = "") -> str:
        """/Incident/0/Contact/1/role"""
        trail: list[str | int] = []
        waiting: Shape | None = self.grammar.root
        chain = [element, *element.iterancestors()][-2::-1]  # without the root
        for inner in chain:
            if waiting is not None and inner.tag in waiting.dissolved:
                continue
            member = waiting.children.get(inner.tag) if waiting is not None else None
            trail += self._steps(inner, member)
            waiting = member.shape if member is not None else None
        return pointer([*trail, *_last(waiting, step)])

    def _steps(self, element: Any, member: Member | None) -> list[str | int]:
        name = element.tag.rpartition("}")[2] if member is None else member.name
        if member is None or not (member.many or member.gathered):
            return [name]
        number = self._number(element)
        return [member.gathered, number, name] if member.gathered else [name, number]

    def _number(self, element: Any) -> int:
        parent = element.getparent()
        if parent not in self._numbers:
            seen: Counter[str] = Counter()
            self._numbers[parent] = numbers = {}
            for child in parent:
                kind = "Impact" if child.tag.endswith("Impact") else child.tag
                numbers[child] = seen[kind]
                seen[kind] += 1
        return self._numbers[parent][element]


def _last(shape: Shape | None, step: str) -> list[str]:
    """The member that an attribute or the text of an element is."""
    if not step or step == "tail()":
        return []
    if step == "text()":
        return [shape.text.name] if shape is not None and shape.text is not None else []
    name = step.removeprefix("@")
    member = shape.attributes.get(name) if shape is not None else None
    return [member.name if member is not None else name.rpartition("}")[2]]
