"""The names under which an upstream shows in what it sent: people, mail domains, hosts, ids.  Kept text must not say them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from dragoman.derivation.rules import Rules, rules
from dragoman.model.incident import Incident
from dragoman.model.observable import DomainName
from dragoman.model.parts import Reference
from dragoman.model.plain import fields, holders, leaves, parts

UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
MAIL = re.compile(r"[^\s@<>\"]@([\w-]{1,63}(?:\.[\w-]{1,63})+)")
HOST = re.compile(r"://(?:[^/\s?#@]{0,200}@)?([^/\s?#:]+)")
DOMAIN = re.compile(r"(?:[\w-]{1,63}\.)+[a-z]{2,63}", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+")
SHORTEST = 3


class Traces:
    """What names the upstream of some incidents.  more: names that only we know; harmless: those that are none."""

    def __init__(self, incidents: Iterable[Incident], more: Iterable[str] = (), harmless: Iterable[str] = ()) -> None:
        self.rules = rules()
        known = {folded(word) for word in harmless} | self.rules.nobody
        said = {folded(text) for incident in incidents for text in _names(incident, self.rules)}
        found = {name for text in said for name in _forms(text, self.rules.anybody)} | {folded(text) for text in more}
        self.names = {name for name in found if len(name) >= SHORTEST and name not in known}
        self._by_word: dict[str, list[str]] = {}
        for name in sorted(self.names, key=lambda name: (-len(name), name)):
            if words := WORD.findall(name):
                self._by_word.setdefault(max(words, key=len), []).append(name)

    def found(self, text: str) -> str | None:
        """A name that a text says; None when it says none.

        Only names whose longest word stands in the text are looked for: a large document has thousands, and many texts.
        """
        plain = folded(text)
        near = (name for word in WORD.findall(plain) for name in self._by_word.get(word, ()))
        return next((name for name in near if name in plain and re.search(_whole(name), plain)), None)


def folded(text: str) -> str:
    """A text without what two spellings of a name may differ in: case, width, white space, invisible characters."""
    if text.isascii():
        return " ".join(text.casefold().split())
    plain = unicodedata.normalize("NFKC", text)
    seen = "".join(character for character in plain if unicodedata.category(character) != "Cf")
    return " ".join(seen.casefold().split())


def _names(incident: Incident, known: Rules) -> Iterator[str]:
    found = list(parts([incident]))
    registrants = {id(inner) for part in found if isinstance(part, DomainName) for inner in parts(part.contacts)}
    for part in found:
        if isinstance(part, Reference) and known.registered(part.source_name, part.external_id):
            continue
        yield from _ids(part)
        for place, value in leaves(getattr(part, "residue", None)):
            if isinstance(value, str) and known.keeps_name(place):
                yield value
        if id(part) in registrants:  # of a domain that was seen: the attacker's, not the sender's
            continue
        for name in known.names.get(type(part).__name__, ()):
            yield from (value for _, value in leaves(getattr(part, name)) if isinstance(value, str))


def _ids(part: Any) -> Iterator[str]:
    """Whatever is the id of something: also those that a part only refers to."""
    cls: type = type(part)
    for name in set(fields(cls)) - set(holders(cls)):
        if name in ("id", "created_by", "basis", "group", "markings") or name.endswith(("_ref", "_refs")):
            for _, value in leaves(getattr(part, name)):
                if isinstance(value, str) and (name != "markings" or "--" in value):
                    yield value


def _forms(text: str, anybody: frozenset[str]) -> Iterator[str]:
    """A name as it stands, and what of it gives its owner away alone: the UUID of an id, the domain of an address."""
    yield text
    yield from UUID.findall(text)
    hosts = MAIL.findall(text) + HOST.findall(text) + ([text] if DOMAIN.fullmatch(text) else [])
    for host in hosts:
        yield host if host not in anybody else text
        if (owner := _owner(host)) not in anybody:
            yield owner


def _owner(host: str) -> str:
    """The part of a host's name that one owner has: acme.example of soc.acme.example, acme.co.uk of www.acme.co.uk."""
    labels = host.strip(".").split(".")
    if labels[-1].isdecimal():
        return host
    short = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3:] if short else labels[-2:])


def _whole(name: str) -> str:
    """A pattern for a name that is no part of a longer word."""
    before = r"(?<![^\W_])" if name[0].isalnum() else ""
    after = r"(?![^\W_])" if name[-1].isalnum() else ""
    return before + re.escape(name) + after
