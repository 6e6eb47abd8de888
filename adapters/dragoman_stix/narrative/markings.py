"""Markings of other schemes as STIX has them: a TLP level, with the scheme's own word as a statement beside it.

RFC 7970 section 3.3.1 makes white, green, amber and red other names of public, partner, need-to-know and private, and
amber there is narrower than TLP:AMBER.  An incident without a restriction is private.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dragoman.model import Incident, MarkingDefinition
from dragoman.model.marking import AS_AGREED, LEVELS, Level, level
from dragoman_stix.ids import uid

if TYPE_CHECKING:
    from dragoman_stix.narrative.flatten import Flattening

STIX_LEVELS = {
    Level.CLEAR: "tlp-1:white", Level.GREEN: "tlp-1:green", Level.AMBER: "tlp-1:amber",
    Level.AMBER_STRICT: "tlp-2:amber+strict", Level.RED: "tlp-1:red",
}  # fmt: skip
FOREIGN = ("iodef:", "enisa:", "us-cert:")
SILENT = {"iodef:amber"}  # amber+strict alone says it
STATEMENTS = {"iodef:unsaid": "IODEF restriction: private, the default of RFC 7970"}


def level_of(markings: Sequence[str]) -> Level:
    """The strictest level that markings say, statements aside."""
    return max((LEVELS[word] for word in markings if word in LEVELS), default=Level.CLEAR)


def stix_markings(work: Flattening, markings: Sequence[str]) -> list[str]:
    """Markings as STIX writes them; statements are added to the graph."""
    out: list[str] = []
    for marking in markings:
        if not marking.startswith(FOREIGN):
            out.append(marking)
            continue
        if marking != AS_AGREED:
            out.append(STIX_LEVELS[level(marking)])
        if marking not in SILENT:
            out.append(_statement(work, marking))
    return out


def statement_id(marking: str) -> str:
    """The id of the statement for a word of another scheme."""
    return uid("marking-definition", marking)


def _statement(work: Flattening, marking: str) -> str:
    made = statement_id(marking)
    if all(known.id != made for known in work.lists["marking_definitions"]):
        scheme, _, name = marking.partition(":")
        text = STATEMENTS.get(marking) or f"{scheme.upper()} {'restriction' if scheme == 'iodef' else 'TLP'}: {name}"
        work.add("marking_definitions", MarkingDefinition(
            id=made, created="2018-01-01T00:00:00.000Z", definition_type="statement", definition={"statement": text},
            name=text,
        ))  # fmt: skip
    return made


def foreign_markings(
    markings: Sequence[str], statements: dict[str, str], inherited: Sequence[str] = ()
) -> list[str]:
    """The words that `stix_markings` made these of; `statements`: id of a statement -> its word.

    "default" adds nothing to what the owner's markings say, so those go with it.
    """
    words = [statements[marking] for marking in markings if marking in statements]
    implied = {STIX_LEVELS[level(word)] for word in words if word != AS_AGREED}
    if AS_AGREED in words:
        implied |= set(inherited)
    rest = [marking for marking in markings if marking not in statements and marking not in implied]
    return [*rest, *(word for word in words if word != "iodef:unsaid")]


def statements_in(incident: Incident) -> dict[str, str]:
    """The statements among an incident's marking definitions that stand for words of another scheme."""
    known = {}
    for found in incident.marking_definitions:
        text = (found.definition or {}).get("statement", "") if found.definition_type == "statement" else ""
        word = _word(str(text))
        if word is not None and found.id == statement_id(word):
            known[statement_id(word)] = word
    return known


def _word(text: str) -> str | None:
    for word, statement in STATEMENTS.items():
        if text == statement:
            return word
    head, colon, value = text.partition(": ")
    scheme, _, what = head.rpartition(" ")
    return f"{scheme.lower()}:{value}" if colon and what in ("restriction", "TLP") else None
