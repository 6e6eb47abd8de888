"""Objects."""

from __future__ import annotations

from dragoman_misp.exact import Object
from dragoman_misp.growing import Growing


def read_object(said: Object, growing: Growing) -> str:
    return ""
