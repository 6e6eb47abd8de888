"""Attack patterns, vulnerabilities and weaknesses that a method names in a registered format (RFC 7203): by their ids,
with references to CAPEC, CVE and CWE, and the specification as a label; raw data is carried."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dragoman.model import Method, Reference, StructuredInfo, Technique, Vulnerability
from dragoman_stix.narrative.labels import labelled, words
from dragoman_stix.narrative.paths import member_id
from dragoman_stix.narrative.references import source_of

if TYPE_CHECKING:
    from dragoman_stix.narrative.assemble import Assembling
    from dragoman_stix.narrative.flatten import Flattening

LABELS = {"spec_id": "spec", "ext_spec_id": "own-spec"}
CWE = re.compile(r"CWE-\d+", re.ASCII)
KINDS: dict[str, tuple[str, Any, str, str]] = {  # field of a method -> type of object, its class and list, how it is tied
    "attack_patterns": ("attack-pattern", Technique, "techniques", "related-to"),
    "vulnerabilities": ("vulnerability", Vulnerability, "vulnerabilities", "targets"),
    "weaknesses": ("vulnerability", Vulnerability, "vulnerabilities", "targets"),
}


def flatten_structured(work: Flattening, method: Method, owner: str, path: str) -> None:
    """Objects for what a method names, tied to the attack pattern that is the method."""
    for field, (type_name, made_of, listed, relation) in KINDS.items():
        for place, found in enumerate(getattr(method, field)):
            here = f"{path}/{field}/{place}"
            made = made_of(id=member_id(type_name, work.key, here), name=found.content_id or "unnamed")
            made.labels, made.markings = labelled(found, LABELS) or (), work.effective(found)
            made.references = _references(found.content_id)
            work.link(here, owner, relation, work.add(listed, made))


def _references(content_id: str | None) -> Any:
    source = "cwe" if content_id and CWE.fullmatch(content_id) else source_of(content_id)
    return [Reference(source_name=source, external_id=content_id)] if source else ()


def assemble_structured(work: Assembling, method: Method, path: str) -> None:
    """What `flatten_structured` spread out, back in its method."""
    for field, (type_name, *_) in KINDS.items():
        members = work.members(f"{path}/{field}")
        setattr(method, field, [_structured(work, flat, type_name, here) for _, flat, here in members] or ())


def _structured(work: Assembling, flat: Any, type_name: str, path: str) -> StructuredInfo:
    name = str(flat.id)
    before = work.enter(flat, type_name, path)
    told: dict[str, Any] = dict(words(flat.labels, LABELS))
    made = StructuredInfo(content_id=None if flat.name == "unnamed" else flat.name, markings=flat.markings, **told)
    work.names[id(made)] = name
    work.leave(before)
    return made
