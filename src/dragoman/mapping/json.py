"""The engine for JSON objects: a part from an object, by popping what the rows know; what is left is the residue."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from dragoman.ledger import Kind, Ledger
from dragoman.mapping.table import Row, Spec
from dragoman.tree.json import pointer

Object = dict[str, Any]
MISSING: Any = object()


class JsonReader:
    """Reads parts of one format; `ledger` is told of every value that is not what its row says.

    trail: where in the document the reader stands, for messages.
    """

    def __init__(self, format_name: str, ledger: Ledger) -> None:
        self.format, self.ledger = format_name, ledger
        self.trail: list[str | int] = []

    def read(self, spec: Spec, source: Object) -> Any:
        """A part of `spec` from an object, which is emptied: what no row took goes into the part's residue."""
        values: Object = dict(spec.preset)
        self._take(spec.index, source, values)
        if source:
            values["residue"] = {self.format: source}
        return spec.cls(**values)

    def _take(self, index: Object, source: Object, values: Object) -> None:
        for key in list(source):
            row = index.get(key)
            if row is None:
                continue
            if type(row) is dict:
                self._step(key, row, source, values)
                continue
            raw = source.pop(key)
            self.trail.append(key)
            value = self._value(row, raw)
            self.trail.pop()
            if value is MISSING:
                source[key] = raw
            else:
                values[row.core] = value

    def _step(self, key: str, index: Object, source: Object, values: Object) -> None:
        inner = source[key]
        if type(inner) is not dict or not inner:
            return
        self.trail.append(key)
        self._take(index, inner, values)
        self.trail.pop()
        if not inner:
            del source[key]

    def _value(self, row: Row, raw: Any) -> Any:
        if row.spec is not None:
            return self._parts(row, raw)
        try:
            value = row.codec.decode(raw)
        except ValueError as error:
            return self.invalid(raw, str(error))
        if row.vocab is None:
            return value
        read = row.vocab.read
        return [read.get(word, word) for word in value] if type(value) is list else read.get(value, value)

    def _parts(self, row: Row, raw: Any) -> Any:
        assert row.spec is not None
        if not row.many:
            return self.read(row.spec, raw) if type(raw) is dict else self.invalid(raw, "is no object")
        if type(raw) is not list or not raw or any(type(item) is not dict for item in raw):
            return self.invalid(raw, "is no list of objects")
        found = []
        for place, item in enumerate(raw):
            self.trail.append(place)
            found.append(self.read(row.spec, item))
            self.trail.pop()
        return found

    def invalid(self, raw: Any, reason: str) -> Any:
        """Tells that a value is not what it should be; it stays where it was, so that it becomes residue."""
        self.ledger.note(Kind.INVALID, "D201", pointer(self.trail), f"{reason}: kept as it stands", raw)
        return MISSING


class JsonWriter:
    """Writes parts of one format; `ledger` is told what had to be filled in."""

    def __init__(self, format_name: str, ledger: Ledger) -> None:
        self.format, self.ledger = format_name, ledger

    def write(self, spec: Spec, part: Any) -> Object:
        """An object from a part, its residue of the same format included."""
        target: Object = {}
        for row in spec.rows:
            value = getattr(part, row.core)
            if value is not None and value != ():
                encoded = self._value(row, value)
                if encoded is not None:
                    put(target, row.path, encoded)
        if part.residue and self.format in part.residue:
            overlay(target, part.residue[self.format])
        for row in spec.demanded:
            if absent(target, row.path):
                put(target, row.path, row.required)
        return target

    def _value(self, row: Row, value: Any) -> Any:
        if row.spec is not None:
            spec = row.spec
            return [self.write(spec, item) for item in value] if row.many else self.write(spec, value)
        if row.vocab is not None:
            write = row.vocab.write
            value = [write.get(w, w) for w in value] if isinstance(value, list | tuple) else write.get(value, value)
        return row.codec.encode(value)


def put(target: Object, path: tuple[str, ...], value: Any) -> None:
    """Sets a value deep in an object, making the objects on the way."""
    for step in path[:-1]:
        target = target.setdefault(step, {})
    target[path[-1]] = value


def absent(target: Object, path: tuple[str, ...]) -> bool:
    """Whether nothing stands at a path."""
    for step in path[:-1]:
        target = target.get(step, {})
    return path[-1] not in target


def overlay(target: Object, residue: Object) -> None:
    """Puts residue back: members that are not there yet are added, objects are joined; nothing is overwritten."""
    for key, value in residue.items():
        if key not in target:
            target[key] = deepcopy(value)  # the document is written to; the model is not
        elif type(target[key]) is dict and type(value) is dict:
            overlay(target[key], value)
