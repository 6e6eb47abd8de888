"""Markup as text: taken out of a document as it stands, and checked before it goes back into one."""

from __future__ import annotations

import copy
import re
from functools import lru_cache
from typing import Any

from lxml import etree

from dragoman.errors import ReadError
from dragoman.limits import Limits
from dragoman.tree.xml import escape_attribute, escape_text, parse

BARE = "boolean(descendant-or-self::*[namespace-uri() = ''])"
TAG = re.compile(r"<[^\s/>]+")
Element = Any  # lxml's own types say too little to help here


def inner_xml(element: Element) -> str:
    """The content of an element as it stands: text, elements of any namespace, comments, instructions."""
    text = escape_text(element.text or "")
    return text + "".join(outer_xml(child) + escape_text(child.tail or "") for child in element)


def outer_xml(element: Element) -> str:
    """The element itself as markup that stands alone, the same wherever in a document it stood.

    It declares the namespaces that it uses, and those of the document whose prefixes its texts seem to use; declaring
    all would make another text of it each time that it changes documents.
    """
    alone = copy.deepcopy(element)
    alone.tail = None
    text = str(etree.tostring(alone, encoding="unicode"))
    missing = "".join(
        f' xmlns:{prefix}="{escape_attribute(uri)}"'
        for prefix, uri in getattr(element, "nsmap", {}).items()
        if prefix and f"{prefix}:" in text and f"xmlns:{prefix}=" not in text
    )
    if isinstance(alone.tag, str) and None not in alone.nsmap and alone.xpath(BARE):
        missing += ' xmlns=""'  # what has no namespace must not get ours
    return TAG.sub(lambda start: start[0] + missing, text, count=1) if missing else text


def own_text(element: Element) -> str:
    """The text of an element that holds comments besides: they cut a text in two and mean nothing."""
    return (element.text or "") + "".join(child.tail or "" for child in element)


def only_comments(element: Element) -> bool:
    """Whether no child is an element."""
    return not any(isinstance(child.tag, str) for child in element)


@lru_cache(maxsize=256)
def sound(markup: str, tag: str = "") -> bool:
    """Whether markup from the model may stand in a document: it is whole, and with `tag`, it is that one element.

    The model may come from anywhere: a text that closes our element and opens another would be somebody else's
    incident with our markings.
    """
    try:
        holder = parse(f"<x>{markup}</x>".encode(), Limits())
    except (ReadError, UnicodeEncodeError):
        return False
    return not tag or [child.tag for child in holder] == [tag]
