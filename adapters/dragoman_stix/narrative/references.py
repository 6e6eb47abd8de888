"""External references as STIX wants them (section 2.5): a source name, and something that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from dragoman.model import Identifier, Reference
from dragoman.model.plain import copied
from dragoman_stix.narrative.values import text_of
from dragoman_stix.wellformed import web_address

KNOWN = {  # sources whose names may stand before ids of this form only, and the only ones that may (section 2.5.1)
    "cve": re.compile(r"CVE-\d{4}-(0\d{3}|[1-9]\d{3,})", re.ASCII),
    "capec": re.compile(r"CAPEC-\d+", re.ASCII),
}
INSTANCE = "instance "


def source_of(external_id: str | None) -> str | None:
    """The source that an id belongs to by its form."""
    return next((name for name, form in KNOWN.items() if external_id and form.fullmatch(external_id)), None)


def sound_all(references: Sequence[Reference]) -> Any:
    """References that strict readers take; those that name nothing are left out."""
    return [sound(found) for found in references if found.external_id or found.urls or found.description] or ()


def sound(reference: Reference) -> Reference:
    """A reference whose source fits its id, and whose page is one."""
    page = reference.urls[0] if reference.urls else None
    if page is not None and web_address(page) != page:
        joined = web_address(page)
        spelled = reference.external_id or page
        reference = copied(reference, urls=[joined] if joined else (), external_id=spelled)
    source = source_of(reference.external_id)
    if source is not None and source != reference.source_name:
        return copied(reference, source_name=source)
    if source is None and reference.source_name in KNOWN:
        return copied(reference, source_name=reference.source_name.upper())
    return reference


def identifying(named: Identifier) -> Reference:
    """The reference for an incident's identifier; of which instance stands in its description."""
    words = [INSTANCE + named.instance] if named.instance else ()
    return Reference(source_name=named.authority or "incident", external_id=named.value, description=words)


def identified_by(references: Sequence[Reference]) -> Iterator[Identifier]:
    """What the first reference may identify; a reader must see whether the incident's id follows from it."""
    for found in references[:1]:
        words = text_of(found.description[0]) if found.description else ""
        instance = words.removeprefix(INSTANCE) if words.startswith(INSTANCE) else None
        authority = None if found.source_name == "incident" else found.source_name
        yield Identifier(value=found.external_id or "", authority=authority, instance=instance)
