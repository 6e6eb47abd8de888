"""How large a document may be.  Bounded before memory is: every reader checks these while it reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds on one document; each can be set by the caller.

    bytes: size of the document.  json_depth, xml_depth: nesting.  nodes: elements and attributes of XML.
    members: members and items of JSON, which cost more than nodes of XML do.
    keys: attributes of one element or members of one object.  string: characters of one text.
    """

    bytes: int = 64 * 2**20
    json_depth: int = 100
    xml_depth: int = 200
    nodes: int = 2_000_000
    members: int = 1_000_000
    keys: int = 10_000
    string: int = 10 * 2**20


UNLIMITED = Limits(bytes=2**62, json_depth=500, xml_depth=2000, nodes=2**62, members=2**62, keys=2**62, string=2**62)
"""For what we wrote ourselves and read back."""
