"""What a row of the table of v1 cannot say, apart from what v2 has hooks for (`dragoman_iodef.hooks`)."""

from __future__ import annotations

from typing import Any

from dragoman.mapping.codecs import Codec, Odd, joined
from dragoman.mapping.table import vocabulary
from dragoman.mapping.xml import MISSING, ElementCodec
from dragoman.model import DomainName
from dragoman.model.marking import Level, is_about_sharing, level
from dragoman.tree.xml import escape_text
from dragoman_iodef.addresses import category_of
from dragoman_iodef.hooks import EXTENSION, read_marking, written_language, xml_time
from dragoman_iodef.hooks import HOOKS as SHARED

FORMAT = "iodef-1"
MARKING = vocabulary("marking", FORMAT)
RESOLVED = "resolved"  # in the residue of an address: the time of a node that has no name
WORDS = {Level.CLEAR: "public", Level.RED: "private"}


def word_of(found: Level) -> str:
    """The restriction for a level (section 3.2): what is narrower than public and not private is need-to-know."""
    return WORDS.get(found, "need-to-know")


def _read_marking(text: str) -> list[str]:
    """A restriction; the words of v2 are understood, and told.  Raises ReadError for one that could mean anything."""
    ours = MARKING.read.get(" ".join(text.split()))
    if ours is None:
        raise Odd(read_marking(text), "is no restriction of v1")
    return [ours]


def _write_marking(markings: list[str]) -> str:
    """The word for the strictest; `default` gives way to every other, and what we do not know is private."""
    strictest = max(markings, key=lambda marking: level(marking) if is_about_sharing(marking) else -1)
    return MARKING.write.get(strictest, "private")


def _write_resolved(value: Any, step: str, writer: Any) -> None:
    """When a name was resolved stands beside the names of a node (section 3.16)."""
    time = value.checked if isinstance(value, DomainName) else (value.residue or {}).get(FORMAT, {}).get(RESOLVED)
    if time:
        try:
            writer.out.append(f"<{step}>{escape_text(xml_time(time))}</{step}>")
        except ValueError:  # no time that XML knows
            return


def _write_page(value: str, step: str, writer: Any) -> None:
    """An address of a record is an item of that type (section 3.19.1)."""
    writer.out.append(f'<{step} dtype="url">{escape_text(value)}</{step}>')


def structured(name: str) -> ElementCodec:
    """What RFC 7203 adds to a method: in v1, additional data around an element of its own."""

    def write(value: Any, step: str, writer: Any) -> None:
        writer.out.append(f'<{step} dtype="xml">')
        writer.write("structured-info", value, f"sci:{name}")
        writer.out.append(f"</{step}>")

    return ElementCodec(_elsewhere, write)


def _elsewhere(element: Any, reader: Any) -> Any:
    """For elements that other rows read, or the reader itself once it knows what stands around them."""
    return MISSING


HOOKS: dict[str, Any] = {
    **SHARED,
    "marking": Codec(_read_marking, _write_marking, lambda word: [EXTENSION + word]),
    "language": Codec(SHARED["language"].decode, lambda value: written_language(value, FORMAT)),
    "category": Codec(str, str, of=category_of(FORMAT)),
    "meaning": Codec(lambda text: [text], str, of=lambda part: joined(part.description)),
    "resolved": ElementCodec(_elsewhere, _write_resolved),
    "page": ElementCodec(_elsewhere, _write_page),
    "attack-pattern": structured("AttackPattern"),
    "vulnerability": structured("Vulnerability"),
    "weakness": structured("Weakness"),
}
