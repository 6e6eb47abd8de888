"""The one XML parser, in front of every XML format, and what writers of XML need.

The usual hardened settings are not enough: an internal DTD still gives attributes their defaults, and so can widen a
marking.  So a document type declaration of any kind is refused, in UTF-8, before the parser sees a byte.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from dragoman.errors import LimitExceeded, ReadError
from dragoman.limits import Limits
from dragoman.text import visible
from dragoman.tree.census import PLAIN_DEPTH, PLAIN_STRING, Census, deeper_than, superfluous
from dragoman.tree.encoding import as_utf8
from dragoman.tree.place import place

# What may stand before a document type declaration (XML 1.0 section 2.8).
_DOCTYPE = re.compile(rb"(?:[ \t\r\n]++|<!--.*?-->|<\?.*?\?>)*+<!DOCTYPE", re.DOTALL)
_UNCARRIABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TOO_DEEP = 114  # XML_ERR_RESOURCE_LIMIT
_HUGE_DEPTH = 2048  # how deep libxml2 goes at all


def parse(data: bytes, limits: Limits, source: str = "input") -> etree._Element:
    """The root element; its comments and processing instructions are kept, nothing is fetched or expanded.

    data: XML 1.0 in one of the encodings of `tree.encoding`.  source: what errors call the document.
    Raises ReadError for what is not well-formed or not accepted, LimitExceeded for too much, and nothing else.
    """
    if len(data) > limits.bytes:
        what = f"the document has {len(data):,} bytes; the limit is {limits.bytes:,}"
        raise LimitExceeded(what, where=visible(source), fix="split it, or raise the limit on bytes")
    data = as_utf8(data, source)
    _refuse_doctype(data, source)
    try:
        root = _root(data, limits, source)
    except (etree.LxmlError, OSError, ValueError, LookupError, AssertionError) as error:
        raise _fault(error, limits, source) from None
    except MemoryError:
        raise LimitExceeded("the document takes more memory than there is", where=visible(source)) from None
    return _without_references(root, source)


def serialise(root: etree._Element) -> bytes:
    """The document that `root` is the root of, comments around it too, as UTF-8 with a declaration and a newline."""
    whole = root if root.getparent() is not None else root.getroottree()
    return etree.tostring(whole, xml_declaration=True, encoding="UTF-8", with_tail=False) + b"\n"


def carriable(s: str) -> bool:
    """Whether XML 1.0 can hold every character of `s`: not the controls, lone surrogates, U+FFFE and U+FFFF."""
    return (s.isascii() and s.isprintable()) or not _UNCARRIABLE.search(s)


def escape_text(s: str) -> str:
    """`s` as the text of an element; U+FFFD stands for what is not carriable, so ask first and tell the ledger."""
    if not carriable(s):
        s = _UNCARRIABLE.sub("\ufffd", s)
    # A bare carriage return would come back as a newline (XML 1.0 section 2.11).
    return s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def escape_attribute(s: str) -> str:
    """`s` as the value of an attribute, between quotes of either kind; else as `escape_text`."""
    s = escape_text(s).replace('"', "&quot;").replace("'", "&apos;")
    # Bare ones would come back as spaces (section 3.3.3).
    return s.replace("\n", "&#10;").replace("\t", "&#9;")


def _refuse_doctype(data: bytes, source: str) -> None:
    if found := _DOCTYPE.match(data):
        before = data[: found.end() - len(b"<!DOCTYPE")].decode("utf-8", "replace")
        what = "a document type declaration (DOCTYPE) is not accepted"
        raise ReadError(what, where=place(source, before, len(before)), fix="remove it; no incident format needs one")


def _root(data: bytes, limits: Limits, source: str) -> etree._Element:
    """The tree.  A document that may be over a limit of ours is counted, in a parse of its own, before it is built."""
    if superfluous(data, limits):
        try:
            root = etree.fromstring(data, _parser())
            if not deeper_than(root, limits.xml_depth):
                return root
        except etree.XMLSyntaxError:
            if len(data) <= PLAIN_STRING and limits.xml_depth <= PLAIN_DEPTH:
                raise
    etree.fromstring(data, _parser(target=Census(limits, source), huge_tree=True))
    return etree.fromstring(data, _parser(huge_tree=True))


def _parser(**more: Any) -> etree.XMLParser:
    """A parser that opens and expands nothing, and reads UTF-8 whatever the declaration says."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        collect_ids=False,
        remove_blank_text=False,
        **more,
    )


def _fault(error: Exception, limits: Limits, source: str) -> ReadError:
    """What the parser did not like, in one line."""
    line, column = getattr(error, "position", None) or (None, None)
    where = f"{visible(source)}:{line}:{column}" if line else visible(source)
    if getattr(error, "code", None) == _TOO_DEEP:
        what = f"elements nest deeper than {min(limits.xml_depth, _HUGE_DEPTH)} levels"
        return LimitExceeded(what, where=where, fix="raise the limit on xml_depth if you trust the document")
    what = str(getattr(error, "msg", None) or error).partition(", line ")[0]
    return ReadError(visible(what.strip(), 160), where=where, fix="the document must be well-formed XML")


def _without_references(root: etree._Element, source: str) -> etree._Element:
    """The same tree, unless something in it stands for a text that is not there.

    A document without a DOCTYPE cannot hold either of the two: this is the lock behind the lock.
    """
    reference = next(root.iter(etree.Entity), None)
    if reference is not None or root.getroottree().docinfo.internalDTD is not None:
        raise ReadError("entity references are not accepted", where=visible(source), fix="write the text itself")
    return root
