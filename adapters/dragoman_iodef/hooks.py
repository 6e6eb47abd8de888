"""What a row of the table cannot say: how single values and whole elements of IODEF are read and written.

Each codec is a pair of functions: decode raises ValueError for what it cannot read (it is then kept as it stands) and
Odd for what it can read but would spell otherwise; encode gives None when IODEF has no place for the value.
"""

from __future__ import annotations

import re
from typing import Any

from dragoman.errors import ReadError
from dragoman.mapping.codecs import Codec, Odd, base64_of, check_time, hexadecimal, prose, token
from dragoman.mapping.table import vocabulary
from dragoman.mapping.xml import ElementCodec, RestCodec, only_comments, outer_xml, own_text, sound
from dragoman.mapping.xml.plan import XML_NS
from dragoman.mapping.xml.write import unknown_attributes
from dragoman.model import Text, Words
from dragoman.model.marking import Level, is_about_sharing, level
from dragoman.tree.xml import escape_attribute, escape_text
from dragoman_iodef.addresses import ADDRESS, ASN, CATEGORY, FORMAT

# The attributes of a text (section 2.4; in v1 RFC 5070 section 2.4): its language, and what it translates.
LANG, GROUP = f"{{{XML_NS}}}lang", "translation-id"
SPELLED = ("xml:lang", GROUP)  # how they are written, and in the versions that do it otherwise
OTHERWISE = {"iodef-1": ("lang", None)}
NCNAME = re.compile(r"[^\W\d][\w.\-\u00b7]*")
INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?INF|NaN", re.ASCII)
PORTLIST = re.compile(r"\d+(-\d+)?(,\d+(-\d+)?)*", re.ASCII)
TIMEZONE = re.compile(r"Z|[+-](0[0-9]|1[0-4]):[0-5][0-9]", re.ASCII)
LANGUAGE = re.compile(r"([A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*)?", re.ASCII)
HEX_DIGEST = re.compile(r"[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{96}|[0-9A-Fa-f]{128}", re.ASCII)


def _pattern(pattern: re.Pattern[str], reason: str) -> Codec:
    """Text of one shape; the spelling is kept."""

    def decode(text: str) -> str:
        value = token(text)
        if pattern.fullmatch(value) is None:
            raise ValueError(reason)
        return value

    return Codec(decode, lambda value: value if isinstance(value, str) and pattern.fullmatch(value) else None)


def _read_name(text: str) -> str:
    """An xs:ID or xs:NCName.  One that is none still names something: it counts, and goes back as it stood."""
    value = token(text)
    if NCNAME.fullmatch(value) is None:
        raise Odd(value, "is no XML name")
    return value


def _write_name(value: Any) -> str | None:
    return value if isinstance(value, str) and NCNAME.fullmatch(value) else None


def written_language(value: str | None, format_name: str = FORMAT) -> str | None:
    """A language tag as XML wants it; None for what is none.  Only xml:lang may be empty."""
    tag = (value or "").replace("_", "-")
    return tag if value is not None and LANGUAGE.fullmatch(tag) and (tag or format_name not in OTHERWISE) else None


def xml_time(text: Any) -> str:
    """An xs:dateTime, which knows no leap seconds; the spelling is kept.  Raises ValueError."""
    if check_time(text)[17:19] == "60":
        raise ValueError("has a second that no xs:dateTime has")
    return str(text)


def _write_time(value: Any) -> str | None:
    try:
        return xml_time(value)
    except ValueError:
        return None


def _read_digest(text: str) -> str:
    """A ds:DigestValue in hexadecimal.  Some documents hold hexadecimal, or base64 of its text (RFC 8274): Odd."""
    raw = token(text)
    if HEX_DIGEST.fullmatch(raw):
        raise Odd(raw.lower())
    value = hexadecimal(raw)
    if base64_of(value) != raw:
        raise Odd(value)
    return value


def written_digest(value: str) -> str | None:
    """Theirs of a digest; None for what is neither hexadecimal nor base64."""
    try:
        return base64_of(hexadecimal(base64_of(value)))
    except ValueError:
        return None


# ---- who may see it (section 3.3.1) ----------------------------------------------------------------------------------

MARKING = vocabulary("marking", FORMAT)
EXTENSION = "iodef:ext:"


def read_marking(text: str) -> list[str]:
    """Raises ReadError: a marking that cannot be read could be any, so the document is refused."""
    ours = MARKING.read.get(token(text))
    if ours is None:
        allowed = ", ".join(sorted(MARKING.words))
        raise ReadError(f"the restriction {text!r} cannot be read", fix=f"write one of {allowed}, or ext-value")
    return [ours]


def _write_marking(markings: list[str]) -> str:
    """The word for the strictest; `default` gives way to every other, and what IODEF does not know is private."""
    strictest = max(markings, key=lambda marking: level(marking) if is_about_sharing(marking) else -1)
    if strictest.startswith(EXTENSION):
        return "ext-value:" + strictest.removeprefix(EXTENSION)
    return MARKING.write.get(strictest, "private")


def word_of(found: Level) -> str:
    """The restriction for a level."""
    return {Level.CLEAR: "white", Level.GREEN: "green", Level.RED: "private"}.get(found, "amber")


# ---- texts in their languages, markup, terms -------------------------------------------------------------------------


def read_words(element: Any, reader: Any) -> Words:
    """An MLString (section 2.4): a str, or a Text when the element says more."""
    if not len(element) and not element.items():
        return prose(element.text or "")
    if not only_comments(element):
        raise ValueError("holds elements where a text belongs")
    found = Text(prose(own_text(element)))
    lang, group = OTHERWISE.get(reader.format, (LANG, GROUP))
    left: dict[str, Any] = {f"@{name}": raw for name, raw in element.items() if name not in (lang, group)}
    found.lang, found.group = element.get(lang), element.get(group) if group else None
    if len(element):
        left[""] = [outer_xml(comment) for comment in element]
    if left:
        found.residue = {reader.format: left}
    return found.value if found == Text(found.value) else found


def write_words(value: Words, step: str, writer: Any) -> None:
    if isinstance(value, str):
        writer.out.append(f"<{step}>{escape_text(value)}</{step}>")
        return
    if not isinstance(value, Text):  # what another format keeps where we have a text
        return
    names = OTHERWISE.get(writer.format, SPELLED)
    said = zip(names, (written_language(value.lang, writer.format), value.group), strict=True)
    shown = "".join(f' {name}="{escape_attribute(word)}"' for name, word in said if name and word is not None)
    left = (value.residue or {}).get(writer.format, {})
    after = "".join(markup for markup in left.get("", ()) if sound(markup))
    writer.out.append(f"<{step}{shown}{unknown_attributes(left)}>{escape_text(value.value)}{after}</{step}>")


def read_markup(element: Any, reader: Any) -> str:
    return outer_xml(element)


def write_markup(value: str, step: str, writer: Any) -> None:
    """Markup that stands in the model goes back untouched, if it is one whole element of that name."""
    if sound(value, writer.names.element(step)):
        writer.out.append(value)


TERMS = {
    "Observable": "observed-term",
    "ObservableReference": "observable-reference",
    "IndicatorExpression": "expression-term",
    "IndicatorReference": "reference-term",
}


def read_terms(elements: list[Any], reader: Any) -> tuple[list[Any], list[Any]]:
    """The terms of an expression (section 3.29.4): a Confidence or AdditionalData belongs to the term before it."""
    terms: list[Any] = []
    unknown = []
    for element in elements:
        namespace, _, name = element.tag.rpartition("}")
        if namespace[1:] != "urn:ietf:params:xml:ns:iodef-2.0":
            unknown.append(element)
        elif name in TERMS:
            terms.append(reader.read(TERMS[name], element))
        elif name == "Confidence" and terms and terms[-1].confidence is None:
            terms[-1].confidence = reader.read("confidence", element)
        elif name == "AdditionalData" and terms:
            terms[-1].additional = [*terms[-1].additional, reader.read("additional", element)]
        else:
            unknown.append(element)
    return terms, unknown


def write_terms(terms: list[Any], writer: Any) -> None:
    fields = (("observed", "Observable"), ("observable_ref", "ObservableReference"),
              ("expression", "IndicatorExpression"), ("indicator_ref", "IndicatorReference"))  # fmt: skip
    for term in terms:
        said = [step for field, step in fields if getattr(term, field) is not None]
        step = said[0] if said else "ObservableReference"
        writer.write(TERMS[step], term, step)
        if term.confidence is not None:
            writer.write("confidence", term.confidence, "Confidence")
        for item in term.additional:
            writer.write("additional", item, "AdditionalData")


HOOKS: dict[str, Any] = {
    "ident": Codec(_read_name, _write_name),
    "name": Codec(_read_name, _write_name),
    "digits": _pattern(INTEGER, "is no integer"),
    "decimal": _pattern(DECIMAL, "is no number"),
    "portlist": _pattern(PORTLIST, "is no list of ports"),
    "timezone": _pattern(TIMEZONE, "is no time zone such as +02:00"),
    "language": Codec(token, written_language),
    "xml-time": Codec(lambda text: xml_time(text.strip()), _write_time),
    "digest": Codec(_read_digest, written_digest),
    "marking": Codec(read_marking, _write_marking, lambda word: [EXTENSION + word]),
    "words": ElementCodec(read_words, write_words),
    "markup": ElementCodec(read_markup, write_markup),
    "terms": RestCodec(read_terms, write_terms),
    "address": ADDRESS,
    "category": CATEGORY,
    "asn": ASN,
}
