"""The engine for JSON objects: a part from an object, by taking what the rows know; what is left is the residue.

Required members and constants that a document leaves out are remembered (`FORM`), so that writing does not add them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dragoman.ledger import Kind, Ledger
from dragoman.mapping import compiled
from dragoman.mapping.looks import FORM, Looks, Seen, arranged, naturally
from dragoman.mapping.table import Row, Spec
from dragoman.tree.json import pointer

Object = dict[str, Any]
MISSING: Any = object()
ABSENT = "absent"  # in the form of a part: required members that its source left out


class JsonReader:
    """Reads parts of one format; `ledger` is told of every value that is not what its row says.

    trail: where in the document the reader stands, for messages.  seen: collects how the document looks, if wanted.
    """

    def __init__(self, format_name: str, ledger: Ledger, seen: Seen | None = None) -> None:
        self.format, self.ledger, self.seen = format_name, ledger, seen
        self.trail: list[str | int] = []
        self.quick: dict[Any, tuple[compiled.Read, Any]] = {}  # for objects that many are like: how to read and note one

    def read(self, spec: Spec, source: Object) -> Any:
        """A part of `spec` from an object, which is used up: what no row took goes into the part's residue."""
        shape = tuple(source)
        quick = self.quick.get((spec.name, shape))
        if quick is not None:
            part = quick[0](source)
            if part is not None:
                quick[1](part)
                source.clear()
                return part
        return self._noted(spec, source, shape)

    def _noted(self, spec: Spec, source: Object, shape: tuple[str, ...]) -> Any:
        """The part, and what its object looked like."""
        seen, lacking = self.seen, missing(spec, source)
        if seen is not None:
            seen.members(spec.name, source)
        part = self.plainly(spec, source)
        if seen is not None:
            alike = seen.lacking(spec.name, part, lacking)
            if (fast := compiled.reader(spec, shape)) is not None:
                self.quick[spec.name, shape] = fast, alike.append
        elif lacking:
            remember(part, self.format, ABSENT, list(lacking))
        return part

    def plainly(self, spec: Spec, source: Object) -> Any:
        """The part of an object, member by member."""
        values: Object = dict(spec.preset)
        self._take(spec.index, source, values, spec.name)
        if source:
            values["residue"] = {self.format: source}
        return spec.cls(**values)

    def _take(self, index: Object, source: Object, values: Object, name: str) -> None:
        for key in list(source):
            row = index.get(key)
            if row is None:
                continue
            raw = source[key]
            if type(row) is dict:
                self._step(key, row, source, values, f"{name}/{key}", "" in index)
                continue
            if row.constant is not None:
                self._constant(row, key, raw, source)
                continue
            value = self._value(row, key, raw)
            if value is not MISSING:
                del source[key]
                values[row.core] = value

    def _constant(self, row: Row, key: str, raw: Any, source: Object) -> None:
        """A constant needs no place in the model; another value of its type may stand there and is kept."""
        if type(raw) is not type(row.constant):
            self.trail.append(key)
            self.invalid(raw, f"is not {row.constant!r}")
            self.trail.pop()
        elif raw == row.constant:
            del source[key]

    def _step(self, key: str, index: Object, source: Object, values: Object, name: str, judged: bool) -> None:
        """A member that only holds others; what they leave is the value of the row that ends here, if there is one.

        judged: a row that ends further out will look at what is left.
        """
        inner, rest = source[key], index.get("")
        if type(inner) is not dict or not inner:
            if rest is not None or (type(inner) is not dict and not judged):
                self.trail.append(key)
                self.invalid(inner, "is no object with members")
                self.trail.pop()
            return
        if self.seen is not None:
            self.seen.members(name, inner)
        self.trail.append(key)
        self._take(index, inner, values, name)
        self.trail.pop()
        if inner and rest is not None:
            value = self._value(rest, key, inner)
            if value is MISSING:
                return
            values[rest.core] = value
        if rest is not None or not inner:
            del source[key]

    def _value(self, row: Row, key: str, raw: Any) -> Any:
        if row.spec is not None:
            self.trail.append(key)
            value = self._parts(row, raw)
            self.trail.pop()
            return value
        try:
            value = row.codec.decode(raw)
        except ValueError as error:
            self.trail.append(key)
            self.invalid(raw, str(error))
            self.trail.pop()
            return MISSING
        return value if row.vocab is None else self._words(row, key, value)

    def _words(self, row: Row, key: str, value: Any) -> Any:
        assert row.vocab is not None
        read = row.vocab.read
        if type(value) is not list:
            self._closed(row, key, value)
            return read.get(value, value)
        for word in value:
            self._closed(row, key, word)
        return [read.get(word, word) for word in value]

    def _closed(self, row: Row, key: str, word: Any) -> None:
        if row.closed is not None and word not in row.closed:
            where = pointer([*self.trail, key])
            self.ledger.note(Kind.INVALID, "D202", where, f"{word!r} is no word of its list: kept as it stands", word)

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
        """Tells that the value at the trail is not what it should be; it stays where it was: it becomes residue."""
        self.ledger.note(Kind.INVALID, "D201", pointer(self.trail), f"{reason}: kept as it stands", raw)
        return MISSING


class JsonWriter:
    """Writes parts of one format.

    looks: how the document looked that the parts came from.  defaults: values for `required: {default: NAME}`.
    """

    def __init__(self, format_name: str, ledger: Ledger, looks: Looks | None = None) -> None:
        self.format, self.ledger, self.looks = format_name, ledger, looks or Looks()
        self.defaults: Mapping[str, Any] = {}

    def write(self, spec: Spec, part: Any) -> Object:
        """An object from a part, its residue of the same format included."""
        known = part.residue and self._keeps(part.residue)
        fast = None if known or spec.name in self.looks.absent else compiled.writer(spec)
        target = self.plainly(spec, part) if fast is None else fast(self, part)
        if spec.holding and not spec.holding.isdisjoint(target):
            target = arranged(target, spec.orders[()])
        return self.looks.ordered(spec, target) if self.looks.orders else target

    def _keeps(self, residue: Mapping[str, Any]) -> bool:
        """Whether a residue has something of this format; what others left there is not written here."""
        return self.format in residue or self.format + FORM in residue

    def plainly(self, spec: Spec, part: Any) -> Object:
        """The object of a part, row by row, in the order of the table."""
        residue = part.residue or {}
        left = residue.get(self.format) or {}
        lacking = self.lacking(spec, residue)
        target: Object = {}
        for row in spec.constants:
            if len(row.path) == 1 and row.path[0] not in lacking:
                target[row.path[0]] = left.get(row.path[0], row.constant)
        for row in spec.rows:
            value = getattr(part, row.core)
            if value is not None and (value or type(value) not in compiled.EMPTY):
                encoded = self.encoded(row, value)
                if encoded is not None:
                    put(target, row.path, encoded, row.holds)
            elif row.path[0] in left and len(row.path) == 1 and row.path[0] not in target:
                target[row.path[0]] = copied(left[row.path[0]])
        if left:
            overlay(target, left)
        return naturally(spec, target) if self.complete(spec, target, lacking) else target

    def lacking(self, spec: Spec, residue: Mapping[str, Any]) -> Iterable[str]:
        """The paths of required members that the source of a part with this residue left out."""
        form = residue.get(self.format + FORM)
        own = form.get(ABSENT) if isinstance(form, dict) else None
        return own if own is not None else self.looks.absent.get(spec.name, ())

    def complete(self, spec: Spec, target: Object, lacking: Iterable[str] = ()) -> bool:
        """Adds what the format demands and nobody said, unless the source left it out too; whether there was any."""
        wanted = [row for row in demanded(spec, target) if "/".join(row.path) not in lacking]
        for row in wanted:
            put(target, row.path, self.default(row.required) if row.constant is None else row.constant)
        return bool(wanted)

    def default(self, required: Any) -> Any:
        """What stands where the format demands something and nobody said it."""
        return self.defaults.get(required["default"]) if isinstance(required, dict) else required

    def encoded(self, row: Row, value: Any) -> Any:
        """Theirs of our value; None when the format has no place for it."""
        if row.spec is not None:
            spec = row.spec
            return [self.write(spec, item) for item in value] if row.many else self.write(spec, value)
        if row.vocab is not None:
            write = row.vocab.write
            value = [write.get(w, w) for w in value] if isinstance(value, list | tuple) else write.get(value, value)
        return row.codec.encode(value)


def missing(spec: Spec, source: Object) -> tuple[str, ...]:
    """The paths of required members and constants that an object does not have."""
    lacking = demanded(spec, source)
    return tuple("/".join(row.path) for row in lacking) if lacking else ()


def demanded(spec: Spec, target: Object) -> list[Row]:
    """The rows and constants that an object lacks."""
    lacking: list[Row] = []
    if not spec.usual <= target.keys():
        rows = (row for row in (*spec.demanded, *spec.constants) if len(row.path) == 1 and not row.unless)
        lacking = [row for row in rows if row.path[0] not in target]
    for row in spec.unusual:
        if demands(row, target):
            lacking.append(row)
    return lacking


def demands(row: Row, target: Object) -> bool:
    """Whether an object lacks what a row demands: deep inside only where that stands which it is in.

    Of a constant deep inside, `required` says that it stands there in any case.
    """
    if not absent(target, row.path) or any(member in target for member in row.unless):
        return False
    return len(row.path) == 1 or (row.constant is not None and row.required) or not absent(target, row.path[:-1])


def put(target: Object, path: tuple[str, ...], value: Any, shared: bool = False) -> None:
    """Sets a value deep in an object, making the objects on the way.

    shared: others may put something into the value where it stands, so it is copied.
    """
    for step in path[:-1]:
        target = target.setdefault(step, {})
        if type(target) is not dict:
            return
    if shared and type(value) is dict:
        overlay(target.setdefault(path[-1], {}), value)
    else:
        target[path[-1]] = value


def absent(target: Object, path: tuple[str, ...]) -> bool:
    """Whether nothing stands at a path."""
    for step in path[:-1]:
        target = target.get(step, {})
        if type(target) is not dict:
            return False
    return path[-1] not in target


def overlay(target: Object, residue: Object) -> None:
    """Puts residue back: members that are not there yet are added, objects are joined; nothing is overwritten."""
    for key, value in residue.items():
        if key not in target:
            target[key] = copied(value)
        elif type(target[key]) is dict and type(value) is dict:
            overlay(target[key], value)


def copied(value: Any) -> Any:
    """The value with objects and lists of its own: the document is written to, the model is not."""
    if type(value) is dict:
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if type(value) is list else value


def remember(part: Any, format_name: str, name: str, how: Any) -> None:
    """Keeps on a part in which of several equal ways its source said something."""
    part.residue = part.residue or {}
    part.residue.setdefault(format_name + FORM, {})[name] = how


def form(part: Any, format_name: str) -> dict[str, Any]:
    """What `remember` kept."""
    kept = (part.residue or {}).get(format_name + FORM)
    return kept if isinstance(kept, dict) else {}
