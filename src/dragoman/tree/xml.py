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
from dragoman.tree.census import Census
from dragoman.tree.encoding import as_utf8
from dragoman.tree.place import place

# What may stand before a document type declaration (XML 1.0 section 2.8).
_DOCTYPE = re.compile(rb"(?:[ \t\r\n]++|<!--.*?-->|<\?.*?\?>)*+<!DOCTYPE", re.DOTALL)
_UNCARRIABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TOO_DEEP = 114  # XML_ERR_RESOURCE_LIMIT
_PLAIN_DEPTH, _PLAIN_STRING = 256, 10_000_000  # what libxml2 itself allows without huge_tree


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
        raise _fault(error, source) from None
    except MemoryError:
        raise LimitExceeded("the document takes more memory than there is", where=visible(source)) from None
    return _without_references(root, source)
