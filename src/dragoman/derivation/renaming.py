"""New ids for old ones, everywhere and the same everywhere; references to what was not taken over go."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from dragoman.derivation.rules import rules
from dragoman.model.naming import CONTRIBUTING, VALUE_ONLY, identified
from dragoman.model.observable import Observable
from dragoman.model.plain import copied, fields, is_part, parts

BARE = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII)
NewId = Callable[[], str]


def random_id() -> str:
    """A random UUID: it follows from nothing, neither a clock nor a name."""
    return str(uuid.uuid4())


class Renaming:
    """Old ids of the parts that were taken over, and their new ones.  ours: ids that stay."""

    def __init__(self, new_id: NewId, ours: Iterable[str]) -> None:
        self.new_id = new_id
        self._new = {name: name for name in ours}
        self._groups: dict[str, str] = {}

    def meet(self, incidents: Iterable[Any]) -> None:
        """Gives every part in the incidents that has an id a new one."""
        for part in parts(incidents):
            old = getattr(part, "id", None)
            if old and old not in self._new:
                self._new[old] = self._named(part, old)

    def _named(self, part: Any, old: str) -> str:
        if isinstance(part, Observable) and "--" in old and _says_its_name(part):
            return str(identified(copied(part)).id)  # follows from the value, which the receiver sees anyway
        kind, apart, _ = old.partition("--")
        if apart and kind in rules().kinds:
            return f"{kind}--{self.new_id()}"
        return self.new_id() if BARE.fullmatch(old) else f"id-{self.new_id()}"

    def renamed(self, value: Any, name: str = "") -> Any:
        """A value with new ids; what refers to nothing that is left is unset, a list of such is shorter."""
        if is_part(value):
            cls: type = type(value)
            return copied(value, **{field: self.renamed(getattr(value, field), field) for field in fields(cls)})
        if isinstance(value, list | tuple):
            return [new for item in value if (new := self.renamed(item, name)) is not None] or ()
        if not isinstance(value, str):
            return value
        if name == "id" or name.endswith(("_ref", "_refs")):
            return self._new.get(value)
        return self._groups.setdefault(value, f"g{len(self._groups) + 1}") if name == "group" else value


def _says_its_name(part: Observable) -> bool:
    """Whether all that makes the id of an observable stands in it, and is not a reference to another."""
    names = CONTRIBUTING.get(part.type, VALUE_ONLY)
    said = [name for name in names if getattr(part, name, None)]
    return bool(said) and not any(name.endswith("_ref") for name in said)
