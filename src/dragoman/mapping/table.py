"""Tables and vocabularies: loaded, checked and compiled once; the engines interpret nothing on the way of a document.

A table (`mappings/FORMAT.yaml`) lists parts; a part names the model's class and its rows.  A row:

    core      the field of the model
    FORMAT    where it stands: a member path ("extensions/x/y"), "@attribute", "Child", "Wrapper/Child" or "text()"
    codec     how a scalar is read and written (`mapping.codecs`, or a hook of the adapter)
    vocab     the word list between our words and theirs (`mappings/vocab/NAME.yaml`), or the words themselves
    part      the part that stands there, by its name in this table
    required  what the format demands when nobody said anything: told as defaulted
    unless    members of which one is enough: with any of them this one is not required
    open      true: the standard lets words outside the list pass
    constant  instead of `core`: a value that always stands there ("." is the part's own name)
    ext       the attribute that holds a word outside the list (IODEF ext-*)
    also      another spelling of the element, read as well; it goes back as it came
    needed    true: the format demands it and no single word will do; where it is absent, this is remembered
    unique    an id: a second one in the document is told as invalid, and none is written
    doc       where the standard says so

A part may have `preset` (fields that are always so) and `when` (the field that must be set for this part to be the one,
where several parts of one class could stand).

`same: [a, b]` is short for rows whose two names are equal, `same: {timestamp: [a, b]}` says their codec too; `include`
names groups of rows in `common` that come before the part's own, which may also stand among them as "."; `ignore` maps
a path to the reason it is not read.  `required: {default: x}` takes the value from what the writer calls x (the time of
writing); a required row deep inside is demanded only where the object stands that it is in.

`places` is a regular expression of the places that single custom fields may have: see `mapping.places`.

`extends` names the format whose table this one is over: see `mapping.extend`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from dragoman.errors import MappingError
from dragoman.mapping.codecs import CODECS, Codec
from dragoman.mapping.extend import expanded, extended, inherited, merged
from dragoman.mapping.places import Place, apart, distinct, split
from dragoman.mapping.vocabulary import Vocabulary
from dragoman.mapping.yaml import home, load_yaml, shipped
from dragoman.model.plain import classes, shapes

ROW_KEYS = {
    "core",
    "codec",
    "vocab",
    "part",
    "required",
    "ext",
    "doc",
    "many",
    "also",
    "unique",
    "needed",
    "open",
    "constant",
    "unless",
}


@dataclass(slots=True)
class Row:
    """One compiled fact.  `spec` is set when a part stands there, `many` when there may be several."""

    core: str
    path: tuple[str, ...]
    codec: Codec
    many: bool = False
    vocab: Vocabulary | None = None
    spec: Spec | None = None
    required: Any = None
    ext: str | None = None
    also: str | None = None
    closed: frozenset[str] | None = None  # the words that may stand there, when the list is closed
    constant: Any = None
    unless: tuple[str, ...] = ()
    holds: bool = False  # other rows reach into what stands there
    source: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Spec:
    """One part of a table: the model's class, the fields it presets, and its rows by where they stand."""

    name: str
    cls: type
    preset: Mapping[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    demanded: list[Row] = field(default_factory=list)  # the rows that the format requires
    constants: list[Row] = field(default_factory=list)  # what always stands there, apart from `rows`
    usual: frozenset[str] = frozenset()  # the members that are demanded in any case
    unusual: list[Row] = field(default_factory=list)  # rows and constants that are demanded in some cases
    index: dict[str, Any] = field(default_factory=dict)  # first step -> Row, or a nested index of steps
    orders: dict[tuple[str, ...], list[str]] = field(default_factory=dict)  # members as written, by where they stand
    ignore: Mapping[str, str] = field(default_factory=dict)
    when: str | None = None
    holding: frozenset[str] = frozenset()  # the members into which other rows reach: written late, they stand where those would
    made: dict[Any, Any] = field(default_factory=dict, compare=False)  # what `compiled` made of it

    def row(self, core: str) -> Row:
        return next(row for row in self.rows if row.core == core)


@dataclass(frozen=True, slots=True)
class Table:
    """All parts of one format by name, whatever else its file says (`facts`), and the user's `places` of custom fields."""

    format: str
    parts: Mapping[str, Spec]
    facts: Mapping[str, Any]
    places: tuple[Place, ...] = ()


def _words(named: Any, format_name: str) -> Vocabulary:
    return vocabulary(named, format_name) if isinstance(named, str) else Vocabulary.of(named)


def vocabulary(name: str, format_name: str) -> Vocabulary:
    """The list `name` for a format.  Raises MappingError when there is none."""
    listed = inherited(_vocabularies(name), lineage(format_name))
    if listed is None:
        raise MappingError(f"vocabulary {name!r} says nothing of {format_name}", where=f"mappings/vocab/{name}.yaml")
    return Vocabulary.of(listed)


@cache
def _vocabularies(name: str) -> dict[str, Any]:
    file = home().joinpath("vocab").joinpath(f"{name}.yaml")
    if not file.is_file():
        raise MappingError(f"no vocabulary {name!r}", where=f"mappings/vocab/{name}.yaml")
    return dict(shipped(f"vocab/{name}.yaml"))


@cache
def facts(format_name: str) -> dict[str, Any]:
    """A format's own table file as it stands, with what it takes over from the one that it extends."""
    file = home().joinpath(f"{format_name}.yaml")
    if not file.is_file():
        raise MappingError(f"no mapping table for {format_name!r}", where=f"mappings/{format_name}.yaml")
    raw = dict(shipped(f"{format_name}.yaml"))
    return extended(raw, facts(raw["extends"])) if "extends" in raw else raw


def lineage(format_name: str) -> Iterator[str]:
    """A format, and the one whose table it extends."""
    yield format_name
    if home().joinpath(f"{format_name}.yaml").is_file() and "extends" in facts(format_name):
        yield from lineage(facts(format_name)["extends"])


def spellings(format_name: str) -> dict[str, str]:
    """The other spellings of elements (`also` of a row) and the usual ones; empty for formats without a table of ours."""
    if not home().joinpath(f"{format_name}.yaml").is_file():
        return {}
    rows = [row for part in facts(format_name).get("parts", {}).values() for row in part.get("rows", ())]
    return {row["also"]: row[format_name].rpartition("/")[2] for row in rows if "also" in row}


def load(
    format_name: str,
    codecs: Mapping[str, Codec] | None = None,
    tables: tuple[str, ...] = (),
    own: Traversable | None = None,
    members: str | None = None,
) -> Table:
    """The compiled table of a format.

    codecs: the adapter's hooks, by name.  tables: files of the user's own whose rows replace or extend ours.
    own: the table file of a plugin that brings one; ours stand in `mappings/`.  members: where such a file may
    give custom fields a place, unless it says so itself: a regular expression.
    Raises MappingError naming the row that is wrong.
    """
    raw = facts(format_name) if own is None else dict(load_yaml(own.read_text("utf-8"), own.name))
    raw, places = expanded(raw, format_name), list[Place]()
    if own is not None and members is not None:
        raw, places = apart(raw, members, own.name)
    for file in tables:
        theirs, found = split(users(file), raw, file)
        raw, places = merged(raw, theirs, file), [*places, *found]
    table = compiled(raw, format_name, CODECS | dict(codecs or {}))
    return replace(table, places=distinct(places, ", ".join(tables) or format_name))


def users(file: str) -> Any:
    """A table of the user's own, checked.  Raises MappingError."""
    from dragoman.mapping.schema import check  # pydantic is imported when there is something to check

    try:
        text = Path(file).read_text("utf-8")
    except UnicodeDecodeError:
        raise MappingError("not a mapping table: not UTF-8", where=file) from None
    raw = load_yaml(text, file)
    check(raw, file)
    return raw


def compiled(raw: Mapping[str, Any], format_name: str, codecs: Mapping[str, Codec]) -> Table:
    """Specs with their rows resolved: nothing of the YAML is looked at again."""
    parts = raw["parts"]
    specs = {name: Spec(name, _class(part, name, format_name)) for name, part in parts.items()}
    for name, part in parts.items():
        spec = specs[name]
        spec.preset, spec.ignore, spec.when = part.get("preset", {}), part.get("ignore", {}), part.get("when")
        for row in (_row(row, spec, specs, format_name, codecs) for row in part.get("rows", [])):
            (spec.constants if row.constant is not None else spec.rows).append(row)
            _place(spec.index, row)
        spec.demanded = [row for row in spec.rows if row.required is not None]
        spec.orders = _orders(spec)
        spec.holding = frozenset(row.path[0] for row in spec.rows if row.holds and len(row.path) == 1)
        wanted = [*spec.demanded, *spec.constants]
        spec.usual = frozenset(row.path[0] for row in wanted if len(row.path) == 1 and not row.unless)
        spec.unusual = [row for row in wanted if len(row.path) > 1 or row.unless]
    return Table(format_name, specs, raw)


def _orders(spec: Spec) -> dict[tuple[str, ...], list[str]]:
    """The members that rows write, in their order: of the object itself under (), of those inside under their path."""
    outer = [row for row in spec.constants if len(row.path) == 1]
    inner = [row for row in spec.constants if len(row.path) > 1]
    found: dict[tuple[str, ...], dict[str, None]] = {(): {}}
    for row in (*outer, *spec.rows, *inner):
        for depth, step in enumerate(row.path):
            found.setdefault(row.path[:depth], {})[step] = None
    return {path: list(members) for path, members in found.items()}


def _class(part: Mapping[str, Any], name: str, format_name: str) -> type:
    wanted = part.get("part")
    if wanted not in classes():
        raise MappingError(f"the model has no part {wanted!r}", where=f"mappings/{format_name}.yaml: {name}")
    return classes()[wanted]


def _row(
    raw: Mapping[str, Any], spec: Spec, specs: Mapping[str, Spec], format_name: str, codecs: Mapping[str, Codec]
) -> Row:
    where = f"mappings/{format_name}.yaml: {spec.name}: {raw.get('core')}"
    if unknown := raw.keys() - ROW_KEYS - {format_name}:
        raise MappingError(f"unknown key {sorted(unknown)[0]!r} in a row", where=where)
    if "constant" in raw:
        return _constant(raw, spec, format_name)
    known = shapes(spec.cls)
    if raw.get("core") not in known or not isinstance(raw.get(format_name), str):
        raise MappingError(f"a row needs `core` (a field of {spec.cls.__name__}) and {format_name!r}", where=where)
    for key, choice in (("codec", codecs), ("part", specs)):
        if key in raw and raw[key] not in choice:
            raise MappingError(f"no {key} {raw[key]!r}", where=where)
    vocab = _words(raw["vocab"], format_name) if "vocab" in raw else None
    return Row(
        core=raw["core"],
        path=tuple(raw[format_name].split("/")),
        codec=codecs[raw.get("codec", "string")],
        many=raw.get("many", known[raw["core"]][1]),
        vocab=vocab,
        closed=vocab.words if vocab and not raw.get("open") else None,
        spec=specs[raw["part"]] if "part" in raw else None,
        required=raw.get("required"),
        unless=tuple(raw.get("unless", ())),
        ext=raw.get("ext"),
        also=raw.get("also"),
        source=raw,
    )


def _constant(raw: Mapping[str, Any], spec: Spec, format_name: str) -> Row:
    value = spec.name if raw["constant"] == "." else raw["constant"]
    path = tuple(raw[format_name].split("/"))
    return Row(core="", path=path, codec=CODECS["any"], constant=value, required=raw.get("required"), source=raw)


def _place(index: dict[str, Any], row: Row) -> None:
    """Puts a row under its path.  A row that ends where others go on (`extensions`) takes what those leave: key ""."""
    for step in row.path[:-1]:
        inner = index.get(step)
        if isinstance(inner, Row):
            inner.holds = True
            index[step] = {"": inner}
        index = index.setdefault(step, {})
    last = row.path[-1]
    if isinstance(index.get(last), dict):
        row.holds = True
        index[last][""] = row
    else:
        index[last] = row
