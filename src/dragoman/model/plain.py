"""Parts as plain JSON values and back: for what is carried, for `inspect` and for comparing.

A part is an object of its set fields.  Where the declared type leaves the class open (observables, parts inside parts
that know each other), the member "part" names it.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import compress, repeat
from operator import attrgetter, is_not
from typing import Any, TypeVar

import dragoman.model as model
from dragoman.model.parts import FieldMarking, Part, Text

TAG = "part"
P = TypeVar("P")
FOREIGN = "is"  # {"part": "", "is": x} is the foreign object x, which has a member "part" of its own


@cache
def is_part_class(cls: type) -> bool:
    """Whether the values of a class are parts."""
    return issubclass(cls, Part | Text | FieldMarking)


def is_part(value: object) -> bool:
    cls: type = type(value)
    return is_part_class(cls)


@cache
def classes() -> dict[str, type]:
    """Every class of the model by its name."""
    found = {name: value for name, value in vars(model).items() if isinstance(value, type)}
    return {name: cls for name, cls in found.items() if dataclasses.is_dataclass(cls)}


@cache
def fields(cls: type) -> tuple[str, ...]:
    """The names of a part's fields, in their order."""
    return tuple(field.name for field in dataclasses.fields(cls))


def hints(cls: type) -> dict[str, Any]:
    """The declared type of each field: `typing.get_type_hints` at a tenth of its price, which every start pays."""
    return {field.name: _meaning(field.type) for field in dataclasses.fields(cls)}  # type: ignore[arg-type]


@cache
def _meaning(annotation: str) -> Any:
    """The type that an annotation of ours names; there are few, and many fields of each."""
    return eval(annotation, vars(model) | classes())


@cache
def values_of(cls: type) -> Callable[[Any], tuple[Any, ...]]:
    """What gives the values of all fields of a part of this class."""
    return attrgetter(*fields(cls))


@cache
def holders(cls: type) -> tuple[str, ...]:
    """The names of the fields in which parts may stand."""
    return tuple(name for name, hint in hints(cls).items() if _may_hold(hint))


def _may_hold(hint: Any) -> bool:
    if typing.get_origin(hint) is None:
        return hint is Any or dataclasses.is_dataclass(hint)
    return typing.get_origin(hint) is not dict and any(_may_hold(inner) for inner in typing.get_args(hint))


@cache
def shapes(cls: type) -> dict[str, tuple[type | None, bool]]:
    """For each field: the part class it surely holds (None: a scalar, or one of several) and whether it is a list."""
    return {name: _shape(hint) for name, hint in hints(cls).items()}


def _shape(hint: Any) -> tuple[type | None, bool]:
    options = [o for o in _options(hint) if o is not type(None)]
    if len(options) == 1 and typing.get_origin(options[0]) is not None:
        origin, arguments = typing.get_origin(options[0]), typing.get_args(options[0])
        return (_only(arguments[0]), True) if origin is not dict else (None, False)
    return _only(hint), False


def _only(hint: Any) -> type | None:
    parts = [o for o in _options(hint) if isinstance(o, type) and dataclasses.is_dataclass(o)]
    return parts[0] if len(parts) == 1 else None


def _options(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)


def plain(value: Any, declared: type | None = None) -> Any:
    """A part, list or scalar as JSON: unset fields are left out, open classes are tagged."""
    cls: type = type(value)
    if cls is str or value is None:
        return value
    if cls is list or cls is tuple:
        return [plain(item, declared) for item in value]
    if not is_part_class(cls):
        return {TAG: "", FOREIGN: value} if isinstance(value, dict) and TAG in value else value
    out: dict[str, Any] = {} if cls is declared else {TAG: cls.__name__}
    for (name, inner), item in zip(_declared(cls), values_of(cls)(value), strict=True):
        if type(item) is str:
            out[name] = item
        elif item is not None and item != () and item != []:
            out[name] = plain(item, inner)
    return out


@cache
def _declared(cls: type) -> tuple[tuple[str, type | None], ...]:
    """For each field the class that it surely holds."""
    return tuple((name, declared) for name, (declared, _) in shapes(cls).items())


def build(value: Any, declared: type | None = None) -> Any:
    """What `plain` made, as parts again; unknown members are ignored, so that older readers survive newer writers.

    Raises ValueError for a value that its field cannot hold.
    """
    if isinstance(value, list):
        return [build(item, declared) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get(TAG) == "" and FOREIGN in value:
        return value[FOREIGN]
    cls = classes().get(value[TAG], declared) if isinstance(value.get(TAG), str) else declared
    if cls is None:
        return value
    known = shapes(cls)
    made = {name: build(item, known[name][0]) for name, item in value.items() if name in known}
    for name, item in made.items():
        check(cls, name, item)
    return cls(**made)


def check(cls: type, name: str, value: Any) -> None:
    """Raises ValueError when a field of a part cannot hold the value."""
    if not _holders(cls)[name](value):
        raise ValueError(f"{cls.__name__}.{name} cannot hold it")


@cache
def _holders(cls: type) -> dict[str, Callable[[Any], bool]]:
    return {name: _holder(hint) for name, hint in hints(cls).items()}


def _holder(hint: Any) -> Callable[[Any], bool]:
    """Whether a value is of a type: of an alternative, of a list's items, of a class."""
    if hint is Any:
        return lambda value: True
    options = _options(hint)
    if len(options) > 1:
        return _any_of(options)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is dict:
        return lambda value: isinstance(value, dict)
    if origin is not None:
        item_holder = _holder(arguments[0])
        return lambda value: isinstance(value, list | tuple) and all(item_holder(item) for item in value)
    if hint in (int, float):  # True is no number, and 1 is a float
        return lambda value: isinstance(value, (int, hint)) and not isinstance(value, bool)
    return lambda value: isinstance(value, hint)


def _any_of(options: tuple[Any, ...]) -> Callable[[Any], bool]:
    """Whether a value is of one of some types: plain classes are asked all at once."""
    plain = tuple(option for option in options if isinstance(option, type) and option not in (int, float, Any))
    several = [_holder(option) for option in options if option not in plain]
    return lambda value: isinstance(value, plain) or any(holds(value) for holds in several)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar of a part, a list or a JSON value with its path ("/events/0/status")."""
    found: list[tuple[str, Any]] = []
    _gather(value, path, found)
    return iter(found)


def _gather(value: Any, path: str, found: list[tuple[str, Any]]) -> None:
    """Adds the leaves of a value to those that were found."""
    cls: type = type(value)
    if is_part_class(cls):
        values = values_of(cls)(value)
        pairs: Any = compress(zip(fields(cls), values, strict=True), map(is_not, values, repeat(None)))
    elif isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list | tuple):
        pairs = enumerate(value)
    else:
        if value is not None:
            found.append((path, value))
        return
    for key, item in pairs:
        if type(item) is str:
            found.append((f"{path}/{key}", item))
        elif item is not None and item != ():
            _gather(item, f"{path}/{key}", found)


@cache
def held(cls: type) -> Callable[[Any], tuple[Any, ...]]:
    """What gives the values of the fields in which parts may stand, for a part of this class."""
    names = holders(cls)
    if len(names) > 1:
        return attrgetter(*names)
    return (lambda part: (getattr(part, names[0]),)) if names else (lambda part: ())


def parts(values: Iterable[Any]) -> Iterator[Any]:
    """All parts in a list and inside each other, the outer ones first."""
    todo = [*values][::-1]
    while todo:
        value = todo.pop()
        cls: type = type(value)
        if is_part_class(cls):
            yield value
            for inner in filter(None, held(cls)(value)[::-1]):
                todo += inner[::-1] if isinstance(inner, list | tuple) else (inner,)


def said_among(words: Iterable[str], value: Any) -> set[str]:
    """Which of some words a part, a list or a JSON value says anywhere."""
    wanted, todo = set(words), [value]
    found: set[str] = set()
    told = (lambda inner: inner is not None) if "" in wanted else None  # None: all but what is empty, and faster
    while todo and wanted != found:
        item = todo.pop()
        kind: type = type(item)
        if kind is str:
            if item in wanted:
                found.add(item)
        elif kind is list or kind is tuple:
            todo += item
        elif kind is dict:
            todo += item.values()
        elif is_part(item):
            todo += filter(told, values_of(kind)(item))
    return found


def copied(part: P, **changes: Any) -> P:
    """A part with some fields changed: `dataclasses.replace` at a tenth of its price, which large events feel."""
    cls: type = type(part)
    made: P = copier(cls, tuple(changes))(part, changes)
    return made


@cache
def copier(cls: type, changed: tuple[str, ...] = ()) -> Callable[[Any, dict[str, Any]], Any]:
    """A function that copies parts of a class, field by field; compiled, for it runs once for every object written."""
    lines = [f"    made.{name} = part.{name}" for name in fields(cls) if name not in changed]
    lines += [f"    made.{name} = changes[{name!r}]" for name in changed]
    source = "\n".join(["def copy(part, changes):", "    made = new(cls)", *lines, "    return made"])
    found: dict[str, Any] = {"new": object.__new__, "cls": cls}
    exec(source, found)  # the names of our own fields, nothing from outside
    return found["copy"]  # type: ignore[no-any-return]
