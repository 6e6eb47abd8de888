"""Translate security incidents between formats, and say what became of every value."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dragoman.adapter import Adapter, Can, Context, Format, Likeness
    from dragoman.detect import detect
    from dragoman.errors import DragomanError
    from dragoman.ledger import Kind, Ledger, Loss
    from dragoman.limits import Limits
    from dragoman.model.incident import Incident
    from dragoman.registry import adapter, formats
    from dragoman.report import Report, report
    from dragoman.translate import Translation, plan, read, translate, write

# Where each public name lives: imported when it is asked for, so that `dragoman --help` costs nothing.
_HOMES = {
    "Adapter": "adapter", "Can": "adapter", "Context": "adapter", "DragomanError": "errors", "Format": "adapter",
    "Incident": "model.incident", "Kind": "ledger", "Ledger": "ledger", "Likeness": "adapter", "Limits": "limits",
    "Loss": "ledger", "Report": "report", "Translation": "translate", "adapter": "registry", "detect": "detect",
    "formats": "registry", "plan": "translate", "read": "translate", "report": "report", "translate": "translate",
    "write": "translate",
}  # fmt: skip

__version__ = "0.1.0"
__all__ = [
    "Adapter", "Can", "Context", "DragomanError", "Format", "Incident", "Kind", "Ledger", "Likeness", "Limits", "Loss",
    "Report", "Translation", "adapter", "detect", "formats", "plan", "read", "report", "translate", "write",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'dragoman' has no attribute {name!r}")
    return getattr(import_module(f"dragoman.{_HOMES[name]}"), name)


class _Package(ModuleType):
    """The functions `detect`, `report` and `translate` are named like their modules, which importing would put here."""

    def __setattr__(self, name: str, value: object) -> None:
        if name not in _HOMES or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
