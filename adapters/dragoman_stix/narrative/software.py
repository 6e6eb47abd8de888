"""Software references as software; their pages and the kind of reference stand on the relationship."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lxml import etree

from dragoman.errors import ReadError
from dragoman.limits import Limits
from dragoman.model import Reference, Software, SoftwareProduct
from dragoman.model.hardened import marked_fields
from dragoman.tree import xml
from dragoman_stix.narrative.labels import label, labelled, words
from dragoman_stix.narrative.values import text_of

if TYPE_CHECKING:
    from dragoman_stix.narrative.assemble import Assembling
    from dragoman_stix.narrative.flatten import Flattening

LABELS = {"spec_name": "spec", "spec_dtype": "dtype"}
PAGE, VALUE = "page", "reference"
WORD = r"(?:\*|\??(?:[A-Za-z0-9._\-]|\\[!-,/:-@\[-^`{-~])+\??)"
CPE = re.compile(rf"cpe:2\.3:[aho*\-](?::{WORD}){{5}}:(?:[a-zA-Z]{{2,3}}|[*\-])(?::{WORD}){{4}}", re.ASCII)  # version 2.3


def flatten_software(work: Flattening, software: Software, owner: str, path: str) -> None:
    """A product by its description or its reference; nothing when it has neither."""
    made = product(software)
    if made is not None:
        pages = [Reference(source_name=PAGE, urls=[url]) for url in software.urls]
        value = None if made.cpe or made.swid else software.spec_value
        labels = [*labelled(software, LABELS), *([label(VALUE, value)] if value else ())]
        work.link(path, owner, "consists-of", work.observe(made), pages, labels)


def product(software: Software) -> SoftwareProduct | None:
    """The observable of a software reference."""
    value = software.spec_value or _text(software.spec_xml)
    name = " ".join(map(text_of, software.description)) or value or next(iter(software.urls), None)
    if not name:
        return None
    kind = software.spec_name
    cpe = value if kind == "cpe" and CPE.fullmatch(value or "") else None
    return SoftwareProduct(name=name, cpe=cpe, swid=value if kind == "swid" else None)


def _text(markup: str | None) -> str | None:
    """The text inside markup."""
    if not markup:
        return None
    try:
        root = xml.parse(f"<x>{markup}</x>".encode(), Limits())
    except ReadError:
        return None
    return " ".join(str(etree.XPath("string()")(root)).split()) or None


def software_of(work: Assembling, relation: Any, found: SoftwareProduct) -> Software:
    """The software reference of an observable that `product` made, and of the relationship that ties it."""
    told = words(relation.labels, {**LABELS, "value": VALUE})
    value = found.cpe or found.swid or told.get("value")
    made = Software(spec_value=value, description=[found.name] if found.name and found.name != value else ())
    made.markings = work.unmarked([*found.markings, *marked_fields(found)], work.markings)
    made.urls = _pages(relation.references)
    if list(made.description) == list(made.urls[:1]):
        made.description = ()
    made.spec_name = told.get("spec_name") or ("cpe" if found.cpe else "swid" if found.swid else None)
    made.spec_dtype = told.get("spec_dtype")
    return made


def _pages(references: Sequence[Reference]) -> Any:
    return [url for reference in references if reference.source_name == PAGE for url in reference.urls] or ()
