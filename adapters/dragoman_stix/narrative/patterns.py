"""STIX patterns made of comparisons, and back (STIX 2.1 section 9): one bracket for one observable, operators and
parentheses for expressions.  Patterns of others are never run and never rewritten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dragoman.model import AutonomousSystem, EmailMessage, File, RegistryKey
from dragoman_stix.wellformed import digest_name, full_key

TOKEN = re.compile(r"\s*(\[(?:[^\[\]'\\]|\[[^\]']*\]|'(?:[^'\\]|\\.)*')*\]|\(|\)|AND\b|OR\b)", re.ASCII)
DEEPEST = 100  # parentheses inside parentheses
OPERATORS = {"and": "AND", "or": "OR"}


def quoted(value: str) -> str:
    """A string literal of a pattern: backslash and quote escaped (promise O7)."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def comparison(observable: Any) -> str | None:
    """What a pattern says of one observable, without brackets; None when it says nothing."""
    if isinstance(observable, File):
        return _file(observable)
    if isinstance(observable, RegistryKey):
        return _key(observable)
    if isinstance(observable, EmailMessage):
        return _terms(observable, "email-message", {"subject": "subject", "from_ref.value": "sender", "body": "body"})
    if isinstance(observable, AutonomousSystem):
        return f"autonomous-system:number = {observable.number}" if observable.number is not None else None
    name = "name" if observable.type == "mutex" else "value"
    value = getattr(observable, name, None) or observable.value
    return f"{observable.type}:{name} = {quoted(value)}" if value else None


def _file(found: File) -> str | None:
    digests = [(digest_name(h.algorithm, h.value), h.value) for group in found.hash_sets for h in group.hashes]
    hashes = {name: value for name, value in digests if name} | (found.hashes or {})
    terms = [f"file:hashes.{quoted(name)} = {quoted(value or '')}" for name, value in hashes.items()]
    if found.name:
        terms.append(f"file:name = {quoted(found.name)}")
    return " AND ".join(terms) or None


def _key(found: RegistryKey) -> str | None:
    if not found.key:
        return None
    term = f"windows-registry-key:key = {quoted(full_key(found.key))}"
    return f"{term} AND windows-registry-key:values[*].data = {quoted(found.data)}" if found.data else term


def _terms(found: Any, kind: str, names: dict[str, str]) -> str | None:
    values = [(path, getattr(found, name)) for path, name in names.items()]
    return " AND ".join(f"{kind}:{path} = {quoted(value)}" for path, value in values if value) or None


def bracket(comparisons: list[str], operator: str = "OR") -> str:
    """One observation of any of these; several stand in parentheses of their own where they join terms themselves."""
    several = len(comparisons) > 1
    return "[" + f" {operator} ".join(f"({c})" if several and " AND " in c else c for c in comparisons) + "]"


@dataclass(slots=True)
class Node:
    """A parsed pattern: a bracket with its text, or terms under an operator ("" for a single one)."""

    text: str = ""
    operator: str = ""
    terms: list[Node] = field(default_factory=list)


def parse(pattern: str) -> Node | None:
    """The structure of a pattern of brackets, AND, OR and parentheses, without recursion; None for anything more."""
    stack = [Node()]  # an explicit stack, and a bound: patterns are the attacker's
    tokens = _tokens(pattern)
    for token in tokens:
        if token == "(" and len(stack) < DEEPEST:
            stack.append(Node())
        elif token == ")":
            if len(stack) < 2:
                return None
            inner = stack.pop()
            stack[-1].terms.append(inner)
        elif token in ("AND", "OR"):
            if stack[-1].operator not in ("", token):
                return None
            stack[-1].operator = token
        elif token:
            stack[-1].terms.append(Node(text=token))
        else:
            return None
    return stack[0] if len(stack) == 1 and stack[0].terms else None


def _tokens(pattern: str) -> Iterator[str]:
    place = 0
    while place < len(pattern.rstrip()):
        match = TOKEN.match(pattern, place)
        if match is None:
            yield ""
            return
        yield match[1]
        place = match.end()
