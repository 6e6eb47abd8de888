"""Plain data from YAML: tables of ours, which are kept parsed, and files of a user's own, of which nothing is believed."""

from __future__ import annotations

from collections import Counter
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from dragoman.errors import MappingError
from dragoman.mapping import kept


def home() -> Traversable:
    """The tables: inside the package when installed, the repository's own in a checkout."""
    packaged = files("dragoman").joinpath("mappings")
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "mappings"


def shipped(name: str) -> Any:
    """What one of our files says ("sharing/policy.yaml"); whoever gets it may change it.  Raises OSError without one."""
    return kept.parsed(home().joinpath(name), lambda text: load_yaml(text, f"mappings/{name}", trusted=True))


def load_yaml(text: str, where: str, trusted: bool = False) -> Any:
    """Plain data from YAML: no tags, no aliases, no equal keys.  Raises MappingError.

    trusted: a table of ours, read by the fast loader, which cannot be kept from following aliases.
    """
    import yaml  # what is kept parsed does without

    try:
        return yaml.load(text, _strict(trusted))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", -1) + 1
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise MappingError(f"not a mapping table: {problem}", where=f"{where}:{line}") from None


@cache
def _strict(fast: bool) -> Any:
    """The loader that refuses what two readers may understand in two ways."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader) if fast else yaml.SafeLoader

    class Strict(loader):  # type: ignore[misc]
        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            keys = [key.value for key, _ in node.value]
            twice = next((key for key, often in Counter(map(str, keys)).items() if often > 1), None)
            if twice is not None:
                raise yaml.MarkedYAMLError(problem=f"equal keys {twice!r}", problem_mark=node.start_mark)
            return super().construct_mapping(node, deep)

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise yaml.MarkedYAMLError(problem="aliases are not allowed", problem_mark=self.peek_event().start_mark)
            return super().compose_node(parent, index)

    return Strict
