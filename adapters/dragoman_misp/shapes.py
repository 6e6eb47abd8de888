"""What a row of a table says about a part, compiled: fields to fill from the sides of a value, and to take them from again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from dragoman.model import Address, Reference
from dragoman.model.plain import classes
from dragoman_misp.values import CODECS, address_kind

PLACES = {"$1": 0, "$2": 1, "$data": 2}
ADDRESSES = ("ipv4-addr", "ipv6-addr")
Found = dict[int, str]
Fill = Callable[[Sequence[str], Sequence[str]], Any]  # from the sides of a value, and the ids of the observables beside it
Take = Callable[[Any, Found, Sequence[str]], bool]


@cache
def observable_classes() -> dict[str, type]:
    """The class of each type of observable that has one of its own."""
    found: dict[str, type] = {}
    for cls in classes().values():
        field = cls.__dataclass_fields__.get("type")  # type: ignore[attr-defined]
        if field is not None and isinstance(field.default, str):
            found[field.default] = cls
    return found


class Shape:
    """An observable, or a domain object, of a row."""

    __slots__ = ("_fields", "cls", "templates", "type")

    def __init__(self, cls: type, type_name: str | None, fields: Mapping[str, Any]) -> None:
        self.cls, self.type, self.templates = cls, type_name, fields
        self._fields = [(name, *compiled(template)) for name, template in fields.items()]

    @classmethod
    def observable(cls, row: Mapping[str, Any]) -> Shape:
        fields = {name: template for name, template in row.items() if name != "type"}
        return cls(observable_classes().get(row["type"], Address), row["type"], fields)

    def make(self, sides: Sequence[str], ids: Sequence[str]) -> Any:
        """The part that says these sides.  Raises Unfit."""
        made = {name: fill(sides, ids) for name, fill, _ in self._fields}
        if self.cls is Address:
            made["type"] = address_kind(made["value"]) if self.type == "ip" else self.type
        return self.cls(**made)

    def take(self, part: Any, found: Found, ids: Sequence[str]) -> bool:
        """Whether a part is of this shape; what it says goes to `found`."""
        if type(part) is not self.cls or (isinstance(part, Address) and not self._of_type(part.type)):
            return False
        return all(take(getattr(part, name), found, ids) for name, _, take in self._fields)

    def _of_type(self, type_name: str) -> bool:
        return type_name in ADDRESSES if self.type == "ip" else type_name == self.type


def compiled(template: Any) -> tuple[Fill, Take]:
    """How a field is filled, and how what it was filled with is taken from it again."""
    if isinstance(template, dict):
        return _table(template)
    if isinstance(template, list):
        return _list(template)
    if isinstance(template, str) and template.startswith("$"):
        return _slot(*template.split())
    if isinstance(template, str) and template.startswith("@"):
        place = int(template[1:]) - 1
        return lambda sides, ids: ids[place], lambda value, found, ids: value == ids[place]
    return lambda sides, ids: template, lambda value, found, ids: bool(value == template)


def _slot(name: str, codec: str | None = None) -> tuple[Fill, Take]:
    place = PLACES[name]
    if codec is None:
        return lambda sides, ids: sides[place], lambda value, found, ids: _same(found, place, value)
    read, write = CODECS[codec]

    def take(value: Any, found: Found, ids: Sequence[str]) -> bool:
        return type(value) in (int, str) and _same(found, place, write(value))

    return lambda sides, ids: read(sides[place]), take


def _same(found: Found, place: int, value: Any) -> bool:
    return type(value) is str and found.setdefault(place, value) == value


def _table(template: dict[str, Any]) -> tuple[Fill, Take]:
    members = [(name, *compiled(inner)) for name, inner in template.items()]
    if "external_id" in template:  # a reference is a part of its own
        return (
            lambda sides, ids: Reference(**{name: fill(sides, ids) for name, fill, _ in members}),
            lambda value, found, ids: all(take(getattr(value, name, None), found, ids) for name, _, take in members),
        )

    def take(value: Any, found: Found, ids: Sequence[str]) -> bool:
        return isinstance(value, dict) and all(take(value.get(name), found, ids) for name, _, take in members)

    return lambda sides, ids: {name: fill(sides, ids) for name, fill, _ in members}, take


def _list(template: list[Any]) -> tuple[Fill, Take]:
    members = [compiled(inner) for inner in template]

    def take(value: Any, found: Found, ids: Sequence[str]) -> bool:
        if not isinstance(value, list | tuple) or len(value) < len(members):
            return False
        return all(take(item, found, ids) for (_, take), item in zip(members, value, strict=False))

    return lambda sides, ids: [fill(sides, ids) for fill, _ in members], take
