"""Is this an IODEF document (v2 of RFC 7970, v1 of RFC 5070), and if not, where and why not?

Two libraries answer, over a schema of our own (`schema/iodef-2.xsd`, `schema/iodef-1.0.xsd`): lxml decides, because it
is fast; xmlschema, which is loaded only for a document that lxml has found invalid, says where.  Neither goes to the
network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from dragoman.text import visible

if TYPE_CHECKING:
    import xmlschema

SCHEMA = Path(__file__).parent / "schema" / "iodef-2.xsd"

MOST = 20
"""How many faults of one document are told."""

EXPLAINED = 20_000
"""Up to how many elements faults are told by path; a larger document gets line numbers, because paths take too long."""

_NAMESPACE = re.compile(r"\{[^{}]*\}(?=\w)")

# The attribute that a reason of xmlschema's is about.
_ATTRIBUTE = re.compile(
    r"attribute (?P<wrong>[^=']+)="
    r"|missing required attribute '(?P<missing>[^']+)'"
    r"|'(?P<unknown>[^']+)' (?:attribute not allowed|is not an attribute)"
)


def faults(root: etree._Element, file: Path = SCHEMA) -> list[str]:
    """What in this document the schema of its version of IODEF does not allow; nothing if it is valid.

    root: the element IODEF-Document.  file: the schema.  Out come at most MOST lines, each a place and a reason:
    "/IODEF-Document/Incident[1]/@restriction: "RED" is none of default, public, ...".  Rules that only the prose of
    an RFC has are not checked.
    """
    schema = _schema(file)
    if schema.validate(root):
        return []
    log: Any = schema.error_log
    by_line = [_line(entry) for entry in islice(log, MOST)]
    return _by_path(root, file) or by_line or [f"{_path(root, root)}: not valid"]


@cache
def _schema(file: Path) -> etree.XMLSchema:
    """The schema as lxml compiles it, for the verdict."""
    return etree.XMLSchema(etree.parse(file))


@cache
def _explainer(file: Path) -> xmlschema.XMLSchema10:
    """The schema as xmlschema compiles it, for the reasons; it may read files of this machine and no others."""
    import xmlschema

    return xmlschema.XMLSchema10(file, allow="local")


def _line(entry: etree._LogEntry) -> str:
    """One entry of lxml's log as "line 12: reason", without namespaces."""
    return visible(f"line {entry.line}: {_NAMESPACE.sub('', entry.message)}", limit=500)


def _by_path(root: etree._Element, file: Path) -> list[str]:
    """The faults as xmlschema finds them, one a place; none if it finds none, gives up or would take too long."""
    from xmlschema import XMLSchemaException

    if next(islice(root.iter(), EXPLAINED, None), None) is not None:
        return []
    try:
        errors = list(islice(_explainer(file).iter_errors(root), MOST))
    except (XMLSchemaException, RecursionError):
        return []
    # Of two faults in one place the later is the nearer: first a form does not fit, then the type that has it.
    reasons = {_place(error, root): _reason(error) for error in errors}
    return [f"{visible(place, limit=1000)}: {visible(reason, limit=500)}" for place, reason in reasons.items()]


def _place(error: Any, root: etree._Element) -> str:
    """The path of the element or attribute at fault."""
    child = getattr(error, "invalid_child", None)
    if child is not None and isinstance(child.tag, str):
        return _path(child, root)
    path = _path(root if error.elem is None else error.elem, root)
    attribute = _ATTRIBUTE.match(error.reason or "")
    if attribute is None:
        return path
    name = attribute[attribute.lastgroup or 0].replace("{http://www.w3.org/XML/1998/namespace}", "xml:")
    return f"{path}/@{name.rpartition('}')[2]}"


def _path(element: etree._Element, root: etree._Element) -> str:
    """The way to an element: local names, each but the first with its number among its kind."""
    steps: list[str] = []
    here: etree._Element | None = element
    while here is not None and here is not root:
        number = 1 + sum(1 for _ in here.itersiblings(here.tag, preceding=True))
        steps.append(f"/{_local(here.tag)}[{number}]")
        here = here.getparent()
    return f"/{_local(root.tag)}" + "".join(reversed(steps))


def _local(name: str) -> str:
    """A name without its namespace or prefix."""
    return name.rpartition("}")[2].rpartition(":")[2]


def _reason(error: Any) -> str:
    """What is wrong there, in words of our own where xmlschema would show its objects."""
    from xmlschema import XMLSchemaChildrenValidationError, XMLSchemaDecodeError

    validator: Any = error.validator
    if isinstance(error, XMLSchemaChildrenValidationError):
        return _misplaced(error)
    if isinstance(error, XMLSchemaDecodeError):
        return f"{_quoted(error.obj)} is not of type {validator.local_name}"
    words = [word for word in getattr(validator, "enumeration", None) or () if word]
    if words:
        return f"{_quoted(error.obj)} is none of {', '.join(words)}"
    patterns = getattr(validator, "regexps", None)
    if patterns:
        return f"{_quoted(error.obj)} does not match {' or '.join(patterns)}"
    return _sentence(error)


def _quoted(value: object) -> str:
    """A value of the document, shortened."""
    return f'"{visible(str(value), limit=80)}"'


def _misplaced(error: Any) -> str:
    """A child that may not stand where it does, or one that is missing at the end."""
    found = "may not stand here" if error.invalid_tag else "ends too early"
    expected = list(dict.fromkeys(_expected(error)))
    return f"{found}; expected {' or '.join(expected)}" if expected else found


def _expected(error: Any) -> Iterator[str]:
    """The names of the elements that could stand there instead."""
    for element in error.expected or ():
        name = getattr(element, "local_name", None)
        if name:
            yield name


def _sentence(error: Any) -> str:
    """A reason of xmlschema's own, where it reads well."""
    reason = error.reason or "not valid"
    attribute = _ATTRIBUTE.match(reason)
    if attribute is not None and not attribute["wrong"]:
        return "missing" if attribute["missing"] else "unknown attribute"
    reason = re.sub(r"^attribute .*['\"]: ", "", reason, flags=re.DOTALL)
    # A union is told by its last member alone, here always the empty text, which would mislead.
    if reason.startswith(("length has to be", "value must be one of")):
        return f"{_quoted(error.obj)} is not valid here"
    return re.sub(r"'([^']*)'", r'"\1"', reason)
