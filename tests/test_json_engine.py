"""The engine for JSON objects: rows in both directions, what is left over, what is demanded, and how it looked."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from dragoman.errors import MappingError
from dragoman.ledger import Ledger
from dragoman.mapping.codecs import CODECS
from dragoman.mapping.extend import expanded
from dragoman.mapping.json import JsonReader, JsonWriter
from dragoman.mapping.looks import Looks, Seen, common_orders
from dragoman.mapping.table import Table, compiled

TOY: dict[str, Any] = {
    "format": "toy",
    "common": {"head": {"rows": [{"toy": "kind", "constant": "."}, {"core": "id", "toy": "id"}]}},
    "parts": {
        "actor": {
            "part": "Actor",
            "include": ["head", "."],
            "same": {"string": ["name"], "strings": ["aliases"], "boolean": ["revoked"]},
            "rows": [
                {"core": "created", "toy": "made/at", "required": {"default": "time"}},
                {"core": "modified", "toy": "changed", "required": "never"},
                {"core": "sophistication", "toy": "extensions/own/skill", "vocab": ["low", {"high": "expert"}]},
                {"core": "resource_level", "toy": "extensions/own/means", "vocab": ["low"], "open": True},
                {"toy": "extensions/own/sort", "constant": "x"},
                {"core": "goals", "toy": "goals", "codec": "strings", "required": ["none"], "unless": ["aliases"]},
                {"core": "references", "toy": "links", "part": "link"},
                {"core": "extensions", "toy": "extensions", "codec": "object"},
            ],
        },
        "link": {"part": "Reference", "rows": [{"core": "source_name", "toy": "from", "required": "?"}]},
    },
}


def toy(parts: dict[str, Any] | None = None) -> Table:
    return compiled(expanded(TOY | ({"parts": parts} if parts else {}), "toy"), "toy", CODECS)


def read(source: dict[str, Any]) -> tuple[Any, Ledger]:
    ledger = Ledger()
    return JsonReader("toy", ledger).read(toy().parts["actor"], source), ledger


def there_and_back(source: dict[str, Any]) -> dict[str, Any]:
    writer = JsonWriter("toy", Ledger())
    return writer.write(toy().parts["actor"], read(source)[0])


WHOLE = {
    "kind": "actor", "id": "1", "name": "n", "aliases": ["a"], "revoked": False, "made": {"at": "now"}, "changed": "later",
    "extensions": {"own": {"skill": "expert", "means": "vast", "sort": "x"}, "other": {"a": 1}}, "links": [{"from": "s"}],
}  # fmt: skip


def copy(**changes: Any) -> dict[str, Any]:
    """The whole object, with members changed, or taken out (None)."""
    return {key: value for key, value in deepcopy(WHOLE | changes).items() if value is not None}


def test_rows_are_read_and_written() -> None:
    """If it failed, a row would not be one fact in both directions."""
    part, ledger = read(copy())
    assert (part.id, part.created, part.sophistication, part.resource_level) == ("1", "now", "high", "vast")
    assert part.references[0].source_name == "s"
    assert part.extensions == {"other": {"a": 1}}
    assert part.residue is None
    assert not ledger.losses
    assert there_and_back(copy()) == WHOLE


@pytest.mark.parametrize(
    "changes",
    [
        {"unknown": {"deep": [1]}},
        {"made": {"at": "now", "by": "me"}},
        {"made": 5},
        {"made": {}},
        {"name": 5},
        {"aliases": []},
        {"links": [{"from": "s", "to": "t"}, {}]},
        {"links": [5]},
        {"kind": "another"},
        {"kind": 5},
        {"kind": None},
        {"changed": None, "aliases": None},
        {"extensions": None},
        {"extensions": 5},
        {"extensions": {"own": {}}},
        {"extensions": {"own": {"skill": 5, "more": 6}, "x": [1]}},
        {"extensions": {"own": {"skill": "low"}}},
        {"extensions": {"own": 5}},
    ],
)
def test_what_no_row_takes_comes_back(changes: dict[str, Any]) -> None:
    """If it failed, an unknown member, a wrong value or an absence would not survive."""
    assert there_and_back(copy(**changes)) == copy(**changes)


TOLD = [
    ({"name": 5}, "D201", "/name"),
    ({"made": {"at": 5}}, "D201", "/made/at"),
    ({"made": 5}, "D201", "/made"),
    ({"kind": 5}, "D201", "/kind"),
    ({"links": [{"from": "a"}, {"from": 5}]}, "D201", "/links/1/from"),
    ({"extensions": {"own": {"skill": "some"}}}, "D202", "/extensions/own/skill"),
]


@pytest.mark.parametrize(("changes", "code", "path"), TOLD)
def test_a_wrong_value_is_told_where_it_stands(changes: dict[str, Any], code: str, path: str) -> None:
    """If it failed, a user could not find what is wrong."""
    _, ledger = read(copy(**changes))
    assert [(loss.code, loss.path) for loss in ledger] == [(code, path)]


def test_what_is_demanded_is_filled_in_its_place() -> None:
    """If it failed, a document of ours would not be valid, or its members would stand in another order than others'."""
    part = toy().parts["actor"].cls(name="n", sophistication="high")
    writer = JsonWriter("toy", Ledger())
    writer.defaults = {"time": "today"}
    written = writer.write(toy().parts["actor"], part)
    assert list(written) == ["kind", "name", "changed", "extensions", "goals"]
    assert written["extensions"] == {"own": {"skill": "expert", "sort": "x"}}
    assert "made" not in written  # demanded inside of an object that is not there
    assert "goals" not in writer.write(toy().parts["actor"], toy().parts["actor"].cls(aliases=["a"]))


def test_writing_leaves_the_model_alone() -> None:
    """If it failed, the second of two translations would say more than the first."""
    part, _ = read(copy(extensions={"own": {"skill": "low", "more": {}}, "other": {"a": {}}}))
    before = repr(part)
    written = JsonWriter("toy", Ledger()).write(toy().parts["actor"], part)
    written["extensions"]["own"]["more"]["b"] = written["extensions"]["other"]["a"]["b"] = 1
    assert repr(part) == before


def looked(*sources: dict[str, Any]) -> tuple[list[Any], Looks]:
    seen = Seen()
    parts = [JsonReader("toy", Ledger(), seen).read(toy().parts["actor"], source) for source in sources]
    looks, own = seen.looks(toy().parts)
    for part, paths in own:
        part.residue = {"toy:form": {"absent": paths}}
    return parts, Looks.of(looks.as_json())


def test_looks_are_kept_once_and_only_where_they_differ() -> None:
    """If it failed, a document would come back in another order, or carry the order of every object."""
    parts, looks = looked(copy(), copy())
    assert looks.as_json() == {}
    strange = {"name": "n", "id": "1", "extensions": {"own": {"sort": "x", "skill": "low"}}}
    parts, looks = looked(deepcopy(strange), deepcopy(strange), copy())
    assert sorted(looks.absent["actor"]) == ["changed", "goals", "kind"]
    writer = JsonWriter("toy", Ledger(), looks)
    written = [writer.write(toy().parts["actor"], part) for part in parts]
    assert repr(written) == repr([strange, strange, WHOLE])


def test_orders_that_contradict_each_other() -> None:
    """If it failed, one object in another order would turn the order of all others, or writing twice would differ."""
    shapes = [("a", "b"), ("b", "a"), ("a", "c"), ("c", "b", "a"), ("b", "d")]
    general, *others = common_orders([shapes[0], shapes[2], shapes[3], shapes[4]])
    assert [key for key in general if key in "ab"] == ["a", "b"]
    assert others == [["c", "b", "a"]]
    assert common_orders([shapes[0], shapes[2], shapes[3], shapes[4]]) == [general, *others]


@pytest.mark.parametrize(
    "parts",
    [
        {"a": {"part": "Actor", "include": ["nowhere"]}},
        {"a": {"part": "Actor", "rows": [{"core": "name", "toy": "a", "kodek": "string"}]}},
        {"a": {"part": "Actor", "rows": [{"core": "nothing", "toy": "a"}]}},
        {"a": {"part": "Actor", "same": {"nothing": ["name"]}}},
    ],
)
def test_a_wrong_table_is_refused(parts: dict[str, Any]) -> None:
    """If it failed, a slip in a table would show as a loss in every document instead of when it loads."""
    with pytest.raises(MappingError):
        toy(parts)
