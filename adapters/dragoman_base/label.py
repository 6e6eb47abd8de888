"""The paper's label and the markings of the other formats: never a wider one than any that was said."""

from __future__ import annotations

from dataclasses import replace

from dragoman.model.hardened import markings_within
from dragoman.model.incident import Incident, Tlp
from dragoman.model.marking import PAPER_WORDS, Level, level, strictest
from dragoman_base.forms import SCHEMAS, readable


def label(incident: Incident) -> Tlp | None:
    """The label to write: the message's own, raised to the strictest marking of anything that travels with it."""
    needed = strictest([*incident.unsaid, *markings_within([incident])])
    own = incident.tlp
    if own is None:
        return None if needed is None else Tlp(schema=_scheme(incident, needed), value=PAPER_WORDS[needed])
    if not all(readable(own.schema, word) for word in words(own)):
        return replace(own, schema="US-CERT", value="Red", fields=())
    if needed is not None and needed > (strictest(markings(own)) or Level.CLEAR):
        return replace(own, value=PAPER_WORDS[needed])
    return own


def _scheme(incident: Incident, needed: Level) -> str:
    """The scheme in which the strictest marking was said; US-CERT's for one of neither of the two."""
    schemes = [word.partition(":")[0] for word in markings_within([incident]) if level(word) == needed]
    return SCHEMAS["enisa" if "enisa" in schemes and "us-cert" not in schemes else "us-cert"]


def words(tlp: Tlp) -> list[str | None]:
    """All values of a label."""
    return [tlp.value, *(field.value for field in tlp.fields)]


def markings(tlp: Tlp) -> list[str]:
    """The same as markings of the model."""
    return [f"{tlp.schema}:{word}".lower() for word in words(tlp)]


def said(tlp: Tlp) -> list[str]:
    """The one marking for a whole message: the strictest of its label, for few targets mark single fields."""
    return sorted(markings(tlp), key=lambda word: strictest([word]) or Level.CLEAR)[-1:]
