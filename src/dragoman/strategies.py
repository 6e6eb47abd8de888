"""Random incidents for the laws in `dragoman.testing`: built from the shapes of the model, so they cover what is added.

Only a few fields of each part are set, and parts nest a few levels deep: what formats stumble over is not size.
"""

from __future__ import annotations

import typing
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

import dragoman.model as model
from dragoman.model.incident import Incident
from dragoman.model.plain import classes, fields

DEPTH = 4
AWKWARD = [
    "", " ", "\n", "\t a \n", " lead", "trail ", "a\r\nb", "two  spaces", "\x00", "\x1b[31mred", "\x7f", "\x85",
    "\ufffe", "\ufeffmark", "\u2028", "\u202ertl", "עברית", "🦊👩‍👩‍👧", "e\u0301", "1", "-0", "1e3", "true", "null",
    "None", "{}", "[]", "<a>&amp;</a>", "]]>", "<!--", '"quoted"', "it's", "\\", "%s", "{{ x }}", "=1+1", "../etc",
    "2026-11-22T10:00:00Z", "2026-11-22T10:00:00.000+01:00", "2026-02-30T00:00:00Z", "2026-11-22",
    "52252076-9d38-4ffb-a5da-174bf6189fc8", "indicator--52252076-9d38-4ffb-a5da-174bf6189fc8", "en", "en_US",
    "low", "high", "unresolved", "tlp-2:amber", "iodef:red", "192.0.2.1", "https://example.com/?a=b&c=d",
    "a@example.com",
]  # fmt: skip

texts = st.sampled_from(AWKWARD) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
whole = st.integers(-(2**53), 2**53)
numbers = st.floats(allow_nan=False, allow_infinity=False, width=64) | whole
scalars = texts | whole | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2), max_leaves=4
)
tables = st.dictionaries(texts | st.sampled_from(["part", "=", "of"]), json_values, min_size=1, max_size=3)
words = st.dictionaries(texts, texts, min_size=1, max_size=2)


@cache
def parts(cls: type, depth: int = DEPTH) -> SearchStrategy[Any]:
    """Parts of a class with a few fields set."""
    hints = typing.get_type_hints(cls, vars(model) | classes())
    made = {name: _values(hints[name], depth) for name in fields(cls) if name != "residue"}
    chosen = {name: strategy for name, strategy in made.items() if strategy is not None}
    most = 6 if cls is Incident else 3
    picked = st.lists(st.sampled_from(sorted(chosen)), max_size=most, unique=True)
    return picked.flatmap(lambda names: st.builds(cls, **{name: chosen[name] for name in names}))


def _values(hint: Any, depth: int) -> SearchStrategy[Any] | None:
    """Values that a field of this type can hold; None when nothing fits any more at this depth."""
    if hint is Any:
        return tables | st.lists(scalars, min_size=1, max_size=2)
    origin = typing.get_origin(hint)
    if origin is dict:
        return words if typing.get_args(hint)[1] is str else tables
    if origin is typing.Union or type(hint).__name__ == "UnionType":
        found = [_values(option, depth) for option in typing.get_args(hint) if option is not type(None)]
        kept = [strategy for strategy in found if strategy is not None]
        return st.one_of(kept) if kept else None
    if origin is not None:
        inner = _values(typing.get_args(hint)[0], depth)
        return None if inner is None else st.lists(inner, min_size=1, max_size=3)
    return _scalar(hint, depth)


def _scalar(hint: Any, depth: int) -> SearchStrategy[Any] | None:
    plain: dict[Any, SearchStrategy[Any]] = {str: texts, int: whole, float: numbers, bool: st.booleans()}
    if hint in plain:
        return plain[hint]
    return parts(hint, depth - 1) if depth > 0 else None
