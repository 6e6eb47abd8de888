"""Identifiers (STIX 2.1 sections 2.9 and 3.3): their shape.  How they are made stands in `dragoman.model.naming`."""

from __future__ import annotations

import re

from dragoman.model.naming import CONTRIBUTING as CONTRIBUTING
from dragoman.model.naming import OBSERVABLES as OBSERVABLES
from dragoman.model.naming import OURS as OURS
from dragoman.model.naming import canonical as canonical
from dragoman.model.naming import digest_of as digest_of
from dragoman.model.naming import observable_id as observable_id
from dragoman.model.naming import observable_uuid as observable_uuid
from dragoman.model.naming import our_uuid as our_uuid
from dragoman.model.naming import uid as uid

UUID_TEXT = r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
ONE_UUID = re.compile(UUID_TEXT, re.ASCII)
TYPE_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII)
IDENTIFIER = re.compile(rf"{TYPE_NAME.pattern}--{UUID_TEXT}", re.ASCII)


def is_identifier(value: object, type_name: str | None = None) -> bool:
    """Whether a value is a well-formed id; with a type, one of that type."""
    if type(value) is not str or IDENTIFIER.fullmatch(value) is None:
        return False
    return type_name is None or value[:-38] == type_name
