"""The rows of a kind of object as one function, for kinds that a large document holds thousands of.

`json` says what these functions do: they do the same for the plain case, and answer None in any other.  A function is
made when a kind has been met often enough to pay for making it.  This is the only place where the engine makes code.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from dragoman.mapping.codecs import CODECS
from dragoman.mapping.table import Row, Spec

OFTEN = 64  # objects of one kind, after which a function for them pays
MOST = 64  # functions for the sets of members of one kind: a stranger may send objects without end, each another
EMPTY = (list, tuple, dict)  # of these kinds what is empty says nothing
VERBATIM = CODECS["string"].encode  # the codec's function that gives back what it gets
Shape = tuple[str, ...]
Write = Callable[[Any, Any], dict[str, Any]]
Read = Callable[[dict[str, Any]], Any]
Check = Callable[[dict[str, Any], Any], bool]


def writer(spec: Spec) -> Write | None:
    """The function that writes parts of a kind, once there is one."""
    made = spec.made.get(None, 0)
    return made if type(made) is not int else _met(spec, None, made + 1)  # type: ignore[no-any-return]


def reader(spec: Spec, shape: Shape) -> Read | None:
    """The function that reads objects of a kind which have these members, once there is one."""
    made = spec.made.get(shape, 0)
    return _met(spec, shape, made + 1) if type(made) is int else made  # type: ignore[no-any-return]


def checker(spec: Spec, shape: Shape) -> Check:
    """The function that compares objects of a kind which have these members with the parts they were written from."""
    if (shape,) not in spec.made:
        spec.made[shape,] = checker_of(spec, shape)
    return spec.made[shape,] or unlike


def unlike(source: dict[str, Any], part: Any) -> bool:
    """What compares objects for which there is no such function: they have to be read."""
    return False


def _met(spec: Spec, shape: Shape | None, times: int) -> Any:
    """Counts; makes the function when it is time."""
    if times < OFTEN:
        if times > 1 or len(spec.made) < MOST:
            spec.made[shape] = times
        return None
    made = spec.made[shape] = writer_of(spec) if shape is None else reader_of(spec, shape)
    return made


def _function(head: str, lines: list[str], names: dict[str, Any]) -> Any:
    """The function of these lines; they hold the names of our own fields and numbers, no text from a document."""
    found = dict(names)
    exec("\n".join([head, *(f"    {line}" for line in lines)]), found)
    return found["made"]


def writer_of(spec: Spec) -> Write | None:
    """write(writer, part) gives the object of a part without a residue; None for a kind that reaches into others."""
    rows = [*spec.constants, *spec.rows]
    paths = [row.path for row in rows]
    if any(len(path) > 1 for path in paths) or len(set(paths)) < len(paths):
        return None
    names: dict[str, Any] = {"EMPTY": EMPTY, "NOTHING": ()}
    lines = ["out = {}"]
    for place, row in enumerate(rows):
        names |= {f"key{place}": row.path[0], f"row{place}": row, f"encode{place}": row.codec.encode}
        names |= {f"default{place}": row.required["default"]} if isinstance(row.required, dict) else {}
        lines += [f"out[key{place}] = row{place}.constant"] if row.constant is not None else _written(row, place)
    for place in (place for place, row in enumerate(rows) if row.unless):
        names |= {"spec": spec, f"unless{place}": frozenset(rows[place].unless)}
        lines += [f"if key{place} not in out and unless{place}.isdisjoint(out):", "    return writer.plainly(spec, part)"]
    return _function("def made(writer, part):", [*lines, "return out"], names)  # type: ignore[no-any-return]


def _written(row: Row, place: int) -> Iterator[str]:
    """The lines for one row: what is set is written, what is demanded gets its default."""
    plain = row.spec is None and row.vocab is None
    said = "value" if plain and row.codec.encode is VERBATIM else f"encode{place}(value)" if plain else ""
    yield f"value = part.{row.core}"
    # The first two tell most of what is unset apart, and fast; the third is the rule.
    is_set = "value is not None and value is not NOTHING and (value or type(value) not in EMPTY)"
    if said != "value":
        yield f"value = ({said or f'writer.encoded(row{place}, value)'}) if {is_set} else None"
        yield "if value is not None:"
    else:
        yield f"if {is_set}:"
    yield f"    out[key{place}] = value"
    if row.required is not None and not row.unless:
        known = isinstance(row.required, dict)
        yield "else:"
        yield f"    out[key{place}] = " + (f"writer.defaults.get(default{place})" if known else f"row{place}.required")


def reader_of(spec: Spec, shape: Shape) -> Read | None:
    """read(source) gives the part of an object with these members, or None when a value is not as its row says."""
    decoded = _decoded(spec, shape, "None")
    if decoded is None:
        return None
    lines, names, said = decoded
    made = [f"part.{name} = {value}" for name, value in said.items()]
    lines += ["part = new(cls)", *made, "return part"]
    return _function("def made(source):", lines, names | {"new": object.__new__, "cls": spec.cls})  # type: ignore[no-any-return]


def checker_of(spec: Spec, shape: Shape) -> Check | None:
    """check(source, part) says whether the reader of these objects would give an equal part, without making one.

    Its residue does not count: none is left of such objects.  It may say no where the reader would say yes (of an empty list
    and an empty tuple, for instance), never the reverse.
    """
    decoded = _decoded(spec, shape, "False")
    if decoded is None:
        return None
    lines, names, said = decoded
    said.pop("residue", None)
    for name, value in said.items():
        lines += [f"value = part.{name}", f"if value is not {value} and value != {value}:", "    return False"]
    lines = ["if type(part) is not cls:", "    return False", *lines, "return True"]
    return _function("def made(source, part):", lines, names | {"cls": spec.cls})  # type: ignore[no-any-return]


def _decoded(spec: Spec, shape: Shape, failed: str) -> tuple[list[str], dict[str, Any], dict[str, str]] | None:
    """The lines that decode the members, the names in them, and what each field of the part then is.

    failed: what is returned for a value that is not as its row says.  None for objects that are not as simple.
    """
    found = [(key, spec.index.get(key)) for key in shape]
    defaults = _defaults(spec)
    if defaults is None or any(not isinstance(row, Row) or row.spec is not None for _, row in found):
        return None
    names: dict[str, Any] = {f"default_{name}": value for name, value in defaults.items()} | {"words": words}
    lines, said = ["try:"], {name: f"default_{name}" for name in defaults}
    for place, (key, row) in enumerate((key, row) for key, row in found if isinstance(row, Row)):
        names |= {f"key{place}": key, f"row{place}": row, f"decode{place}": row.codec.decode}
        if row.constant is not None:
            names[f"constant{place}"] = row.constant
            lines += [f"    found = source[key{place}]",
                      f"    if found != constant{place} or type(found) is not type(constant{place}):",
                      f"        return {failed}"]  # fmt: skip
            continue
        lines += _checked(row, place, failed)
        lines += [f"    v{place} = words(row{place}, v{place})"] if row.vocab is not None else []
        said[row.core] = f"v{place}"
    return [*lines, "    pass", "except ValueError:", f"    return {failed}"], names, said


def _checked(row: Row, place: int, failed: str) -> list[str]:
    """The lines that decode one member."""
    if row.codec is CODECS["string"]:
        return [f"    v{place} = source[key{place}]", f"    if type(v{place}) is not str:", f"        return {failed}"]
    return [f"    v{place} = decode{place}(source[key{place}])"]


def words(row: Row, value: Any) -> Any:
    """Ours of a word or a list of words; ValueError for one that the list does not have."""
    assert row.vocab is not None
    read = row.vocab.read
    listed = value if type(value) is list else (value,)
    if row.closed is not None and not row.closed.issuperset(listed):
        raise ValueError
    return [read.get(word, word) for word in listed] if type(value) is list else read.get(value, value)


def _defaults(spec: Spec) -> dict[str, Any] | None:
    """What the fields of a part hold that nobody says anything of; None where that is not as simple."""
    if hasattr(spec.cls, "__post_init__"):
        return None
    found = {field.name: field.default for field in dataclasses.fields(spec.cls)} | dict(spec.preset)
    return None if dataclasses.MISSING in found.values() else found
