"""The engine for XML: a part from an element, by tag and attribute name; what no row knows is the residue.

In a table, "@name" is an attribute, "Child" an element, "Wrapper/…" an element that is no part of its own, "text()" the
element's own text, "inner()" its whole content when that is markup, "." the same element read as another part, and "*"
all children at once, for a hook.  `prefix:Name` uses the table's `namespaces`.

Reading walks each element once.  Writing makes text, which costs a thirtieth of a tree.  A part's residue, under the
name of its format, has these members:

    "@name", "text()", "Child"   the spelling of a value that we would spell otherwise, or that could not be understood;
                                 null where the format demands something and nothing stood
    "Wrapper"                    the residue of a wrapper; empty for one that held nothing
    "<Child"                     the other name that the element had
    ""                           elements and comments that no row knows, as markup
    "tail()"                     text between elements, where none belongs
"""

from dragoman.mapping.xml.markup import inner_xml, only_comments, outer_xml, own_text, sound
from dragoman.mapping.xml.plan import ElementCodec, Plans, RestCodec
from dragoman.mapping.xml.read import MISSING, XmlReader
from dragoman.mapping.xml.write import XmlWriter

__all__ = [
    "MISSING",
    "ElementCodec",
    "Plans",
    "RestCodec",
    "XmlReader",
    "XmlWriter",
    "inner_xml",
    "only_comments",
    "outer_xml",
    "own_text",
    "sound",
]
