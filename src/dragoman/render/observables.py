"""Observables and indicators in a few words."""

from __future__ import annotations

from typing import Any

from dragoman.model import Expression, Indicator, Observed, Term
from dragoman.model.plain import fields, is_part
from dragoman.render.words import joined, said

# The first of these that is set names an observable.
NAMING = (
    "value", "name", "path", "key", "subject", "command_line", "display_name", "account_login", "user_id", "message_id",
    "url", "number", "serial_number", "cpe", "src_ref", "id",
)  # fmt: skip


def label(observable: Any) -> str:
    """What an observable is called by, and its hashes."""
    named = next((str(value) for name in NAMING if (value := getattr(observable, name, None)) not in (None, "")), "")
    hashes = dict(getattr(observable, "hashes", None) or {})
    for group in getattr(observable, "hash_sets", ()):
        hashes |= {digest.algorithm or "hash": digest.value for digest in group.hashes}
    if observable.type == "network-traffic":
        named = _traffic(observable)
    return joined([named, *(f"{name} {value}" for name, value in hashes.items())]) or observable.type


def _traffic(traffic: Any) -> str:
    ends = [f"{ref or '?'}{f' port {port}' if port is not None else ''}"
            for ref, port in ((traffic.src_ref, traffic.src_port), (traffic.dst_ref, traffic.dst_port))]  # fmt: skip
    return f"{' → '.join(ends)} {'/'.join(map(str, traffic.protocols))}".rstrip()


def indicator_term(indicator: Indicator) -> str:
    """What an indicator looks for: its pattern, or its terms in words."""
    return indicator.pattern or (_term(indicator.term) if indicator.term else "")


def _term(term: Term) -> str:
    if term.expression:
        return f"({_expression(term.expression)})" if len(term.expression.terms) > 1 else _expression(term.expression)
    if term.observed:
        return _observed(term.observed)
    other = term.indicator_ref
    return term.observable_ref or (other and (other.uid or other.euid)) or "?"


def _expression(expression: Expression) -> str:
    operator = expression.operator or "and"
    words = [_term(term) for term in expression.terms]
    return f"not {words[0]}" if operator == "not" and len(words) == 1 else f" {operator} ".join(words)


def _observed(observed: Observed) -> str:
    """An observed thing is exactly one of many kinds of part: its own name, or its kind."""
    if observed.observable is not None:
        return label(observed.observable)
    if observed.system is not None:
        return joined([observed.system.name, *map(label, observed.system.addresses)]) or "system"
    if observed.bulk is not None:
        return f"{len(observed.bulk.lines.split())} {observed.bulk.type or 'values'}"
    name, part = next(((n, v) for n in fields(Observed)[4:] if is_part(v := getattr(observed, n))), ("?", None))
    inner = [label(item) for group in ("files", "keys", "certificates") for item in getattr(part, group, ())]
    return joined(inner) or said(*getattr(part, "description", ())) or name.replace("_", " ")
