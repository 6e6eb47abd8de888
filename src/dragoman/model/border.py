"""The model at its border: incidents from JSON that others wrote, checked, and the JSON Schema of it.

Inside, parts are plain dataclasses that nobody checks twice.  Here pydantic checks them once, field by field and with the
path named.  It is imported when it is used: it costs more to import than a small document to translate.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from dragoman.errors import ReadError
from dragoman.model.incident import Incident
from dragoman.model.plain import build, plain
from dragoman.text import visible

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

SHOWN = 5  # faults in one message


@cache
def checker() -> TypeAdapter[Incident]:
    """What checks an incident; made once."""
    from pydantic import TypeAdapter

    import dragoman.model as model

    made = TypeAdapter(Incident)
    made.rebuild(raise_errors=True, _types_namespace=vars(model))  # parts name each other across modules
    return made


def incident_of(value: Any, source: str = "input") -> Incident:
    """An incident from the JSON value that `json_of` makes.

    Raises ReadError naming every field that holds what it cannot hold (the first few of them).
    """
    from pydantic import ValidationError

    if not isinstance(value, dict):
        raise ReadError("an incident is a JSON object", where=visible(source))
    try:
        checker().validate_python(value)
    except ValidationError as error:
        raise ReadError(_faults(error), where=visible(source), fix="see `dragoman formats --schema`") from None
    incident: Incident = build(value, Incident)
    return incident


def json_of(incident: Incident) -> dict[str, Any]:
    """An incident as a JSON value: its set fields; parts of open classes are tagged with "part"."""
    value: dict[str, Any] = plain(incident, Incident)
    return value


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an incident in the model's own terms."""
    made: dict[str, Any] = checker().json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Incident", **made}


def _faults(error: ValidationError) -> str:
    found = [f"/{'/'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
    more = f" (and {len(found) - SHOWN} more)" if len(found) > SHOWN else ""
    return visible("; ".join(found[:SHOWN]), 600) + more
