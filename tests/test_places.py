"""Single custom fields in places that two partners agreed on: one table, both directions, every format that has places."""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragoman.adapter import Can, Context, Format
from dragoman.errors import MappingError
from dragoman.mapping.documents import JsonTableAdapter
from dragoman.mapping.kinds import CANONICAL
from dragoman.mapping.placed import put, taken
from dragoman.mapping.places import Place
from dragoman.model import CustomField, FieldType, Incident
from dragoman.model.plain import plain
from dragoman.report import report
from dragoman.translate import read, translate, write

UUID_OF_IT = "5ad1a6de-25f2-4f7a-8b3c-f0c9d4a9a778"
RECORDS = FieldType(id="0d4a2f1e-93c2-4c53-9a6f-1f5d8e7b6a01", name="records", description="How many", type="int")
EXTENSION = "extension-definition--7d0f6c1e-2f0e-4a3f-8a51-2d0f7b6f9e10"
PLACES = {  # format -> the format of the table, a place, and how the value 412 stands there
    "base": ("base", "extra/records", {"records": 412}),
    "iodef-1": ("iodef-1", "AdditionalData[Records Affected]", 'meaning="Records Affected"'),
    "iodef-2": ("iodef-2", "AdditionalData[Records Affected]", 'name="Records Affected" dtype="integer">412<'),
    "iodef-json": ("iodef-2", "AdditionalData[Records Affected]", '"name": "Records Affected"'),
    "iodef-cbor": ("iodef-2", "AdditionalData[Records Affected]", "Records Affected"),
    "misp": ("misp", "Object[data-theft]/records", '"object_relation": "records"'),
    "stix-2.1": ("stix-2.1", "x_records", '"x_records": 412'),
    "stix-2.0": ("stix-2.1", "x_records", '"x_records": 412'),
    "stix-2.1 extension": ("stix-2.1", f"extensions/{EXTENSION}/records", '"records": 412'),
}


def table(folder: Path, format: str, at: str, **row: Any) -> str:
    """A table of a user's own with one row; the definition is that of RECORDS unless `field` says another."""
    definition = {"id": RECORDS.id, "description": RECORDS.description, "type": RECORDS.type}
    row = {"core": "custom_fields.records", format: at, "field": definition} | row
    file = folder / f"{format}.yaml"
    file.write_text(json.dumps({"format": format, "parts": {row.pop("part_of", "incident"): {"rows": [row]}}}))
    return str(file)


def incident(*fields: CustomField) -> Incident:
    time = "2026-11-22T10:00:00.000Z"
    return Incident(id="5ad1a6de-25f2-4f7a-8b3c-000000000000", created=time, modified=time, summary="s", custom_fields=fields)


def records(value: str = "412", **more: Any) -> CustomField:
    return CustomField(value=value, type=FieldType(**plain(RECORDS, FieldType)), **more)


@pytest.mark.parametrize("name", PLACES)
def test_an_agreed_field_stands_in_its_place_and_comes_back(tmp_path: Path, name: str) -> None:
    """If it failed, a partner's tool would not find the value where the two agreed on, or we would not find theirs."""
    own, at, shown = PLACES[name]
    context, target = Context(tables=(table(tmp_path, own, at),)), name.split()[0]
    data = write([incident(records())], target, context)
    assert json.loads(data)["extra"] == shown if isinstance(shown, dict) else shown in data.decode("utf-8", "replace")
    assert not [loss for loss in context.ledger if "custom_fields" in loss.path]
    [back] = read(data, target, Context(tables=context.tables))
    assert [*back.custom_fields] == [records()]


@pytest.mark.parametrize("name", PLACES)
def test_what_the_place_does_not_say_is_carried(tmp_path: Path, name: str) -> None:
    """If it failed, the own id of a field, a second field of its name or one without a place would be lost or reordered."""
    own, at, _ = PLACES[name]
    context, target = Context(tables=(table(tmp_path, own, at),)), name.split()[0]
    others = [CustomField(value="red", type=FieldType(name="colour", type="string")), records("7")]
    wanted = incident(*others[:1], records(id="5ad1a6de-25f2-4f7a-8b3c-f0c9d4a9a001"), *others[1:])
    [back] = read(write([wanted], target, context), target, Context(tables=context.tables))
    assert plain(back, Incident)["custom_fields"] == plain(wanted, Incident)["custom_fields"]


def test_what_only_the_partner_has_is_read(tmp_path: Path) -> None:
    """If it failed, a tracker's own member would stay a stranger's although the table says what it is."""
    tables = (table(tmp_path, "stix-2.1", "x_records"),)
    written = json.loads(write([incident()], "stix-2.1"))
    written["objects"][0]["x_records"] = "0412"
    source = json.dumps(written).encode()
    [found] = read(source, "stix-2.1", Context(tables=tables))
    assert [(field.value, field.type) for field in found.custom_fields] == [("0412", RECORDS)]
    made = translate(source, "base", context=Context(tables=tables)).data
    assert json.loads(made)["custom_fields"][0]["type"]["name"] == "records"
    back = translate(made, "stix-2.1", context=Context(tables=tables)).data
    assert json.loads(back)["objects"][0] == written["objects"][0], "the text became a number, or something was added"


def test_additional_data_stays_in_its_order(tmp_path: Path) -> None:
    """If it failed, an agreed field in the middle of additional data would move to its end, or lose what it is of."""
    context = Context(tables=(table(tmp_path, "iodef-2", "AdditionalData[RecordsAffected]"),))
    empty = write([incident()], "iodef-2").decode()
    more = (
        '<AdditionalData dtype="string" name="first">a</AdditionalData>'
        '<AdditionalData dtype="string" name="RecordsAffected">about 400</AdditionalData>'
        '<AdditionalData dtype="string" name="last">b</AdditionalData>'
    )
    source = empty.replace("</Incident>", f"{more}</Incident>").encode()
    [found] = read(source, "iodef-2", context)
    assert [(field.value, field.type and field.type.type) for field in found.custom_fields] == [("about 400", "string")]
    assert [item.name for item in found.additional] == ["first", "last"]
    again = write([found], "iodef-2", Context(tables=context.tables)).decode()
    assert again.index(">a<") < again.index(">about 400<") < again.index(">b<")


def test_an_object_of_a_partner_comes_back_as_a_server_keeps_it(tmp_path: Path) -> None:
    """If it failed, what a server adds to an object would be lost when its attributes are read as fields, or its place."""
    tables = (table(tmp_path, "misp", "Object[data-theft]/records"),)
    event = json.loads(write([incident()], "misp"))
    said = {"object_relation": "records", "type": "text", "category": "Other", "value": "0412", "id": "77", "uuid": UUID_OF_IT}
    agreed = {"id": "9", "uuid": "5ad1a6de-25f2-4f7a-8b3c-f0c9d4a9a777", "name": "data-theft", "Attribute": [said]}
    other = agreed | {"uuid": "5ad1a6de-25f2-4f7a-8b3c-f0c9d4a9a779", "name": "unheard-of"}
    event["Event"]["Object"][1:] = [other, agreed, other | {"uuid": "5ad1a6de-25f2-4f7a-8b3c-f0c9d4a9a780"}]
    source = json.dumps(event).encode()
    [found] = read(source, "misp", Context(tables=tables))
    assert [(field.value, field.type) for field in found.custom_fields] == [("0412", RECORDS)]
    for between in ("stix-2.1", "base"):
        made = translate(source, between, context=Context(tables=tables)).data
        back = json.loads(translate(made, "misp", context=Context(tables=tables)).data)
        assert back == event
    said["object_relation"] = "others"
    [found] = read(json.dumps(event).encode(), "misp", Context(tables=tables))
    assert not found.custom_fields, "an object that says more than was agreed on is an object"


def test_a_marked_field_has_no_place_in_the_open(tmp_path: Path) -> None:
    """If it failed, a field that is RED would stand in a property that everybody reads."""
    for target, at in (("stix-2.1", "x_records"), ("base", "extra/records"), ("misp", "Object[data-theft]/records")):
        tables = (table(tmp_path, target, at),)
        data = write([incident(records("31337", markings=["tlp:red"]))], target, Context(tables=tables))
        assert b'records": 31337' not in data
        assert b"data-theft" not in data


@pytest.mark.parametrize(("target", "at"), [("stix-2.0", "x_records"), ("stix-2.1", "x_records"),
                                            ("stix-2.1", f"extensions/{EXTENSION}/records")])  # fmt: skip
def test_what_a_marking_selects_is_not_taken_for_open(tmp_path: Path, target: str, at: str) -> None:
    """If it failed, a value that is RED in an open object would be a field as open as the incident in every other format."""
    tables = (table(tmp_path, "stix-2.1", at),)
    written = json.loads(write([incident(records())], target, Context(tables=tables, carry="drop")))
    red = {"marking_ref": "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "selectors": [at.replace("/", ".")]}
    written["objects"][0] = {"granular_markings": [red], **written["objects"][0]}
    [found] = read(json.dumps(written).encode(), target, Context(tables=tables))
    assert not found.custom_fields
    assert json.loads(write([found], target, Context(tables=tables))) == written


def test_an_extension_has_no_place_in_2_0(tmp_path: Path) -> None:
    """If it failed, an object of 2.0 would have `extensions`, which that version does not know."""
    context = Context(tables=(table(tmp_path, "stix-2.1", f"extensions/{EXTENSION}/records"),))
    data = write([incident(records())], "stix-2.0", context)
    assert b'"extensions"' not in data
    [back] = read(data, "stix-2.0", context)
    assert [*back.custom_fields] == [records()]


def test_extensions_that_are_none_stay_beside_a_place(tmp_path: Path) -> None:
    """If it failed, one spoilt member of a document would end in a traceback."""
    tables = (table(tmp_path, "stix-2.1", "x_records"),)
    written = json.loads(write([incident(records())], "stix-2.1", Context(tables=tables, carry="drop")))
    written["objects"][0]["extensions"] = 5
    [found] = read(json.dumps(written).encode(), "stix-2.1", Context(tables=tables))
    assert json.loads(write([found], "stix-2.1", Context(tables=tables))) == written


def test_the_report_calls_it_native(tmp_path: Path) -> None:
    """If it failed, the report would say carried of what stands in the agreed place."""
    source = write([incident(records())], "base")
    tables = (table(tmp_path, "stix-2.1", "x_records"),)
    made = translate(source, "stix-2.1", context=Context(tables=tables))
    assert b'"x_records": 412' in made.data
    said = {fate.path: fate for fate in report(source, made, Context(tables=tables)).fates}
    assert said["/custom_fields/0/value"].kind.value == "native"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"format": "base", "at": "summary"}, "'summary' is no place for a custom field in base"),
        ({"format": "base", "at": "liaison/records"}, "'liaison/records' is no place"),
        ({"format": "base", "at": "dragoman"}, "'dragoman' is no place"),
        ({"format": "stix-2.1", "at": "records"}, "'records' is no place"),
        ({"format": "iodef-2", "at": "AdditionalData"}, "'AdditionalData' is no place"),
        ({"format": "base", "at": "x", "codec": "number"}, "'codec' is not for a row of a custom field"),
        ({"format": "base", "at": "x", "core": "custom_fields."}, "which custom field?"),
        ({"format": "base", "at": "x", "field": {"type": "money"}}, "no type 'money'"),
        ({"format": "base", "at": "x", "core": "summary"}, "'field' is not for a row of any other field"),
        ({"format": "base", "at": "x", "part_of": "liaison"}, "base has no places for single custom fields in 'liaison'"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_refused_before_anything_is_read(tmp_path: Path, row: dict[str, Any], said: str) -> None:
    """If it failed, a typing error would send a value to where nobody looks, or over another value."""
    file = table(tmp_path, row.pop("format"), row.pop("at"), **row)
    name = json.loads(Path(file).read_text())["format"]
    with pytest.raises(MappingError) as error:
        read(write([incident()], name), name, Context(tables=(file,)))
    assert said in str(error.value)


def test_a_field_has_one_place(tmp_path: Path) -> None:
    """If it failed, it would be left to chance where a value goes."""
    (tmp_path / "other").mkdir()
    tables = (table(tmp_path, "base", "a"), table(tmp_path / "other", "base", "b"))
    with pytest.raises(MappingError, match="'records' has two places"):
        write([incident()], "base", Context(tables=tables))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=VALUES, kind=st.sampled_from([None, *CANONICAL]), beside=st.dictionaries(st.text(max_size=3), VALUES, max_size=2))
def test_whatever_stands_there_goes_back_as_it_came(raw: Any, kind: str | None, beside: dict[str, Any]) -> None:
    """If it failed, a partner's value would change its type or spelling on the way there and back."""
    source = {"extra": beside | {"records": raw}}
    places = [Place("extra/records", "records", type=kind)]
    left = json.loads(json.dumps(source))
    fields = taken(left, places, "x")
    assert put(left, fields, places, "x") == []
    assert json.dumps(left, sort_keys=True) == json.dumps(source, sort_keys=True)


@given(value=st.text(), kind=st.sampled_from([None, *CANONICAL]))
def test_a_value_stands_there_as_it_is_or_not_at_all(value: str, kind: str | None) -> None:
    """If it failed, 007 would come back as 7, or a number larger than readers take would be written."""
    places, target = [Place("records", "records", type=kind)], dict[str, Any]()
    field = CustomField(value=value, type=FieldType(name="records", type=kind))
    left = put(target, [field], places, "x")
    assert left == [field] if not target else [item.value for item in taken(target, places, "x")] == [value]


class Desk(JsonTableAdapter):
    """A tracker with a table of its own."""

    format = Format(
        "desk", "desk", "1", (".json",), ("application/json",), "tests", Can.READ | Can.WRITE | Can.MANY | Can.CARRY
    )

    def __init__(self, own: Path) -> None:
        self.own = own


def test_a_tracker_of_a_plugin_has_places_when_its_table_says_so(tmp_path: Path) -> None:
    """If it failed, the custom fields of a tracker that somebody added could only travel as cargo."""
    rows = "parts: {incident: {part: Incident, rows: [{core: summary, desk: title}]}}\n"
    (tmp_path / "own.yaml").write_text(f"format: desk\nplaces: custom/[a-z]+\n{rows}")
    context = Context(tables=(table(tmp_path, "desk", "custom/records"),))
    desk, sink = Desk(tmp_path / "own.yaml"), BytesIO()
    desk.write([incident(records("412"))], sink, context)
    assert json.loads(sink.getvalue())["custom"] == {"records": 412}
    [back] = desk.read(BytesIO(sink.getvalue()), Context(tables=context.tables))
    assert [*back.custom_fields] == [records("412")]
    (tmp_path / "bare.yaml").write_text(f"format: desk\n{rows}")
    with pytest.raises(MappingError, match="desk has no places"):
        Desk(tmp_path / "bare.yaml").write([incident()], BytesIO(), context)


def own(folder: Path, *rows: str) -> Desk:
    """A tracker whose own table has some rows."""
    file = folder / "own.yaml"
    start = "format: desk\nparts:\n  incident:\n    part: Incident\n    rows:\n      - {core: summary, desk: title}\n"
    file.write_text(start + "".join(f"      - {row}\n" for row in rows))
    return Desk(file)


def test_a_tracker_has_custom_fields_in_its_own_table(tmp_path: Path) -> None:
    """If it failed, what only a tracker knows would reach a partner as what stands beside, in no field that he agreed on."""
    tracker = own(tmp_path, "{core: custom_fields.records, desk: more/records, field: {type: int}}")
    source = {"title": "t", "more": {"records": 412, "x": 1}}
    [found] = tracker.read(BytesIO(json.dumps(source).encode()), Context())
    assert [(field.value, field.type) for field in found.custom_fields] == [("412", FieldType(name="records", type="int"))]
    sink = BytesIO()
    tracker.write([found], sink, Context())
    assert json.loads(sink.getvalue()) == source


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{core: custom_fields.records, desk: title}", "'title' is no place for a custom field in desk"),
        ("{core: custom_fields.records, desk: records, field: {kind: int}}", "kind"),
        ("{core: custom_fields.records, desk: records, field: {type: money}}", "no type 'money'"),
    ],
)
def test_a_wrong_row_of_a_tracker_is_refused(tmp_path: Path, row: str, said: str) -> None:
    """If it failed, the author of an adapter would see a traceback, or a value over another one."""
    with pytest.raises(MappingError, match=re.escape(said)):
        list(own(tmp_path, row).read(BytesIO(b'{"title": "t"}'), Context()))
