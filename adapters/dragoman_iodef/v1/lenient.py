"""Documents that are v1 but for their namespaces: tools have written elements in none, and a prefix that nobody declares.

They are read as if they were right, which is told, and go back as they stood.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from dragoman.adapter import Context
from dragoman.ledger import Kind
from dragoman.limits import UNLIMITED
from dragoman.tree.xml import parse
from dragoman_iodef.document import XSI

NAMESPACE = "urn:ietf:params:xml:ns:iodef-1.0"
ROOT, INCIDENT = "IODEF-Document", "Incident"
FOREIGN = ("AdditionalData", "RecordItem")  # what stands in them is not ours to judge
HEAD = 64 * 1024  # how far the start of the root may be away
UNDECLARED = re.compile(rb"<(?:[\w.-]+:)?IODEF-Document\b(?=[^>]*\sxsi:)(?![^>]*\sxmlns:xsi\s*=)")


@dataclass(frozen=True, slots=True)
class Found:
    """A document, all of its elements in the namespace of v1.  bare: the names of those that were in none; where the
    root was, it stands for all."""

    root: etree._Element
    bare: Sequence[str] = ()


def found_in(data: bytes, context: Context) -> Found:
    """A document as far as its namespaces go.  Raises ReadError, LimitExceeded."""
    if UNDECLARED.search(data[:HEAD]):
        data = UNDECLARED.sub(lambda start: start[0] + f' xmlns:xsi="{XSI}"'.encode(), data, count=1)
        _tell(context, "the prefix xsi is not declared: read as that of XML Schema instances", "D203")
    root = parse(data, context.limits, context.source)
    if not any(element.tag in (ROOT, INCIDENT) for element in (root, *root)):
        return Found(root)
    _tell(context, f"elements are in no namespace: read as in {NAMESPACE}", "D203")
    bare = dict.fromkeys(str(element.tag) for element in _ours(root) if not element.tag.startswith("{"))
    named = _renamed(root, lambda tag: f"{{{NAMESPACE}}}{_local(tag)}", {None: NAMESPACE})
    return Found(named, [ROOT] if ROOT in bare else list(bare))


def _tell(context: Context, reason: str, code: str) -> None:
    context.ledger.note(Kind.INVALID, code, f"/{ROOT}", reason)


def _ours(root: Any) -> Iterator[Any]:
    """All elements of v1, in its namespace or in none, but for those inside additional data."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        yield element
        if _local(element.tag) not in FOREIGN:
            waiting += [child for child in element if _is_ours(child)]


def _is_ours(element: Any) -> bool:
    return isinstance(element.tag, str) and element.tag.rpartition("}")[0] in ("", f"{{{NAMESPACE}")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def without_namespace(data: bytes, bare: Sequence[str]) -> bytes:
    """A document of ours with the elements of some names in no namespace; all of them when the root is one."""
    whole = ROOT in bare
    known = {} if whole else {"iodef": NAMESPACE}
    made = _renamed(parse(data, UNLIMITED), lambda tag: _local(tag) if whole or _local(tag) in bare else tag, known)
    return bytes(etree.tostring(made, xml_declaration=True, encoding="UTF-8")) + b"\n"


def _renamed(element: Any, name: Callable[[str], str], nsmap: dict[Any, str]) -> Any:
    """A copy of an element of v1 and of all in it, where what is of v1 has other names."""
    known = nsmap | {prefix: uri for prefix, uri in element.nsmap.items() if prefix and uri != NAMESPACE}
    made: Any = etree.Element(name(element.tag), dict(element.attrib), nsmap=known)
    made.text, made.tail = element.text, element.tail
    inside = _local(element.tag) not in FOREIGN
    made.extend([_renamed(child, name, nsmap) if inside and _is_ours(child) else copy.deepcopy(child) for child in element])
    return made
