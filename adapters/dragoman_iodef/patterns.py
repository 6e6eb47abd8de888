"""Simple STIX patterns as IODEF observables: comparisons with `=`, joined by one operator.  Others stay patterns."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from dragoman.model import (
    Address,
    DomainName,
    EmailMessage,
    Expression,
    File,
    FileSet,
    Hash,
    HashSet,
    Observed,
    RegistryChange,
    RegistryKey,
    Term,
)

COMPARISON = r"[a-z0-9-]+:[^\s='\]]+(?:'[^']*'[^\s='\]]*)?\s*=\s*'(?:[^'\\]|\\.)*'"
JOINED = r"\s+(?:AND|OR)\s+"
WHOLE = re.compile(rf"\s*\[\s*{COMPARISON}(?:{JOINED}{COMPARISON})*\s*\](?:{JOINED}\[\s*{COMPARISON}\s*\])*\s*")
ONE = re.compile(r"([a-z0-9-]+):([^\s=']+(?:'[^']*'[^\s='\]]*)?)\s*=\s*'((?:[^'\\]|\\.)*)'")
OPERATOR = re.compile(r"\s(AND|OR)\s")
LONGEST = 10_000  # characters of a pattern that we look into


def _address(value: str, path: str, kind: str) -> Observed | None:
    return Observed(observable=Address(type=kind, value=value)) if path == "value" else None


def _domain(value: str, path: str, kind: str) -> Observed | None:
    return Observed(observable=DomainName(value=value)) if path == "value" else None


def _file(value: str, path: str, kind: str) -> Observed | None:
    if path == "name":
        return Observed(files=FileSet(files=[File(name=value)]))
    algorithm = path.removeprefix("hashes.").strip("'")
    if algorithm == path or not re.fullmatch("[0-9A-Fa-f]{32,}", value) or len(value) % 2:
        return None
    digest = HashSet(scope="file-contents", hashes=[Hash(algorithm=algorithm, value=value)])
    return Observed(files=FileSet(files=[File(hash_sets=[digest])]))


def _mail(value: str, path: str, kind: str) -> Observed | None:
    fields = {"subject": "subject", "from_ref.value": "sender", "sender_ref.value": "sender"}
    return Observed(observable=EmailMessage(**{fields[path]: value})) if path in fields else None  # type: ignore[arg-type]


def _registry(value: str, path: str, kind: str) -> Observed | None:
    return Observed(registry=RegistryChange(keys=[RegistryKey(key=value)])) if path == "key" else None


KINDS: dict[str, Callable[[str, str, str], Observed | None]] = {
    **dict.fromkeys(("ipv4-addr", "ipv6-addr", "mac-addr", "email-addr", "url"), _address),
    "domain-name": _domain,
    "file": _file,
    "email-message": _mail,
    "windows-registry-key": _registry,
}


def term_of(pattern: str) -> Term | None:
    """The term that says the same as a pattern, None when IODEF's terms cannot."""
    if len(pattern) > LONGEST or WHOLE.fullmatch(pattern) is None:
        return None
    found: list[Any] = []
    for kind, path, quoted in ONE.findall(pattern):
        made = KINDS[kind](re.sub(r"\\(.)", r"\1", quoted), path, kind) if kind in KINDS else None
        if made is None:
            return None
        found.append(Term(observed=made))
    operators = set(OPERATOR.findall(ONE.sub("", pattern)))
    if len(found) == 1:
        return found[0]  # type: ignore[no-any-return]
    if len(operators) != 1:
        return None
    return Term(expression=Expression(operator=operators.pop().lower(), terms=found))
