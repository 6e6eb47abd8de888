"""Parts in the shape that v1 wants, just before they are written: the way back of `dragoman_iodef.v1.reader`, what v1
demands and v2 does not, and no more of a thing than v1 holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dragoman.mapping.codecs import joined
from dragoman.mapping.xml.plan import Prepare
from dragoman.model import Additional, Assessment, DomainName, Impact, Text
from dragoman_iodef import shapes
from dragoman_iodef.foreign import settled
from dragoman_iodef.hooks import written_language
from dragoman_iodef.shapes import Writer, changed, lacks, own
from dragoman_iodef.v1.hooks import FORMAT
from dragoman_iodef.v1.reader import CVE, CVE_INDEX, NAME, SAID, software_words

UNKNOWN = "unknown"
SAYABLE = ("system", "business", "time", "monetary")  # the kinds of impact that v1 has classes for


def cut(facts: Mapping[str, Any], name: str, prepare: Prepare | None, part: Any, writer: Writer) -> Any:
    """A part with no more of a thing than v1 holds; one that was read with more goes back so."""
    made = part if prepare is None else prepare(part, writer)
    left = own(part, writer)
    once = [field for field in facts["once"].get(name, ()) if f"#{field}" not in left]
    fields: dict[str, Any] = {field: list(getattr(made, field))[:1] for field in once}
    first, second = facts["either"].get(name, (None, None))
    if first and getattr(made, first) and f"#{second}" not in left:
        fields[second] = () if isinstance(getattr(made, second), list | tuple) else None
    fields = {field: value for field, value in fields.items() if (value or None) != (getattr(made, field) or None)}
    return changed(made, **fields) if fields else made


def prepared(name: str) -> Prepare | None:
    """What gives a part its shape: v1's own way, or else the way it has in v2."""
    return PREPARE.get(name) or shapes.PREPARE.get(name)


def keeping(part: Any, left: Mapping[str, Any]) -> Any:
    """A part with another residue."""
    return changed(part, residue={**(part.residue or {}), FORMAT: dict(left)})


def incident(part: Any, writer: Writer) -> Any:
    """With what v1 demands of every incident (section 3.2)."""
    made = settled(part, writer)
    fields: dict[str, Any] = {}
    if lacks(made, "assessments", "Assessment", writer):
        fields["assessments"] = [Assessment(impacts=[Impact(kind="system", type=UNKNOWN)])]
        writer.missing.append("Assessment")
    if any(not (item.identifiers or item.urls or own(item, writer)) for item in made.related):
        fields["related"] = [item for item in made.related if item.identifiers or item.urls or own(item, writer)]
    return changed(made, **fields) if fields else made


def contact(part: Any, writer: Writer) -> Any:
    """One fax number stands as such, after the telephones; further ones are telephones."""
    made = shapes.contact(part, writer)
    faxes = [point for point in made.phones if point.type == "fax"]
    if not faxes:
        return made
    others = [point for point in made.phones if point.type != "fax"]
    if "#fax" not in own(part, writer):
        others, faxes = [*others, *(changed(point, type=None) for point in faxes[1:])], faxes[:1]
    return changed(made, phones=[*others, *faxes])


def spoken(part: Any, writer: Writer) -> Any:
    """The description as the text of the class."""
    if not part.description:
        return part
    lang = next((text.lang for text in part.description if isinstance(text, Text)), None)
    said = dict(zip(SAID, (joined(part.description), written_language(lang, FORMAT)), strict=True))
    left = {step: raw for step, raw in own(part, writer).items() if step not in SAID}
    return keeping(part, left | {step: raw for step, raw in said.items() if raw is not None})


def assessment(part: Any, writer: Writer) -> Any:
    """There is at least one impact of a kind that v1 has."""
    if not lacks(part, "impacts", "Impact", writer) and not part.impacts:
        return part
    made = shapes.assessment(part, writer) if part.impacts else part
    if any(item.kind in SAYABLE for item in made.impacts):
        return made
    return changed(made, impacts=[*made.impacts, Impact(kind="system", type=UNKNOWN)])


def reference(part: Any, writer: Writer) -> Any:
    """A reference has a name: what is registered goes by its id, and else the first of its words is the name."""
    left = own(part, writer)
    if NAME in left and left[NAME] is None:  # it was read without one
        return part
    if part.spec_index in (None, CVE_INDEX) and CVE.fullmatch(part.external_id or ""):
        return changed(part, source_name=part.external_id)
    if part.source_name or part.external_id or not part.description:
        words = [word for word in (part.source_name, part.external_id) if word]
        return changed(part, source_name=" ".join(words) or next(iter(part.urls), UNKNOWN))
    name, *others = part.description
    text = name if isinstance(name, Text) else Text(name)
    lang = written_language(text.lang, FORMAT)
    made = changed(part, source_name=text.value or UNKNOWN, description=others)
    return made if lang is None else keeping(made, {**left, NAME: {**left.get(NAME, {}), "@lang": lang}})


def software(part: Any, writer: Writer) -> Any:
    """Words are the name, where they are not what the attributes say in a row."""
    names = writer.facts["software"]
    said, left = joined(part.description) or part.spec_value, own(part, writer)
    if not said or said == software_words(left, names):
        return part
    others = {step: raw for step, raw in left.items() if step.removeprefix("@") not in names}
    return keeping(part, others | {"@name": said})


def system(part: Any, writer: Writer) -> Any:
    """One name of a node says when it was resolved: the first."""
    made = shapes.system(part, writer)
    names = [item for item in made.addresses if isinstance(item, DomainName)]
    if not any(item.checked for item in names[1:]):
        return made
    return changed(made, addresses=[changed(i, checked=None) if i in names[1:] else i for i in made.addresses])


def method(part: Any, writer: Writer) -> Any:
    """A method has a reference or a description."""
    if part.references or not lacks(part, "description", "Description", writer):
        return part
    known = [*part.attack_patterns, *part.vulnerabilities, *part.weaknesses]
    return changed(part, description=[item.content_id for item in known if item.content_id] or [UNKNOWN])


def record(part: Any, writer: Writer) -> Any:
    """A record has an item: of one that has none, what can be said of its files and keys in a word."""
    if part.urls or not lacks(part, "items", "RecordItem", writer):
        return part
    return changed(part, items=list(_items(part)) or [Additional(dtype="string", value="")])


def _items(part: Any) -> Iterable[Additional]:
    for files in part.files:
        for file in files.files:
            inside = (*files.markings, *_around(file))
            if file.name:
                yield Additional(dtype="path", value=file.name, markings=inside)
            for name, value in _digests(file):
                yield Additional(dtype="string", meaning=name, value=value, markings=inside)
    for change in part.registry:
        for key in change.keys:
            yield Additional(dtype="winreg", value=key.key, markings=(*change.markings, *_around(key)))


def _around(part: Any) -> tuple[str, ...]:
    """The markings of a part and of its fields: a word about it says some of them."""
    return (*part.markings, *(found.marking for found in part.field_markings if found.marking is not None))


def _digests(file: Any) -> Iterable[tuple[str | None, str]]:
    yield from (file.hashes or {}).items()
    for digests in file.hash_sets:
        yield from ((digest.algorithm, digest.value) for digest in digests.hashes if digest.value)


def additional(part: Any, writer: Writer) -> Any:
    """v1 has no names for additional data: the name is the meaning where there is none."""
    return changed(part, meaning=part.name) if part.name and part.meaning is None else part


PREPARE: Mapping[str, Prepare] = {
    "incident": incident,
    "contact": contact,
    "fax": lambda part, writer: part,
    "postal-address": lambda part, writer: part,
    "email": lambda part, writer: part,
    "telephone": lambda part, writer: part,
    "system-impact": spoken,
    "business-impact": spoken,
    "node-role": spoken,
    "assessment": assessment,
    "reference": reference,
    "software": software,
    "system": system,
    "method": method,
    "record": record,
    "additional": additional,
}
