"""Custom fields in MISP: objects of a template of our own, read only where they say a custom field and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dragoman_misp
from dragoman import translate
from dragoman.mapping.kinds import CANONICAL
from dragoman.model import CustomField, FieldMarking, FieldType, Incident, Tlp, TlpField
from dragoman.strategies import parts, texts
from dragoman.testing import model_comes_back
from dragoman.translate import read, write
from dragoman.validate import validate
from dragoman_misp.cargo import NAME as CARGO
from dragoman_misp.custom import NAME, row
from misp_samples import UUID, again, attribute, context, document, event, incident, incidents, uuid

Object = dict[str, Any]
OWN, DEFINITION = uuid(31), uuid(32)


def field(value: str | None = "412", kind: str | None = "int", **more: Any) -> CustomField:
    known = FieldType(id=DEFINITION, name="records", description="How many were copied", type=kind)
    return CustomField(**{"id": OWN, "value": value, "type": known} | more)


def told(*fields: CustomField, **more: Any) -> Object:
    """The document of an incident with these fields."""
    found: Object = document(Incident(id=UUID, summary="s", custom_fields=fields, created="2026-11-22T10:00:00.000Z", **more))
    return found


def objects(whole: Object, name: str = NAME) -> list[Object]:
    return [item for item in whole["Event"].get("Object", ()) if item["name"] == name]


def values(item: Object) -> dict[str, tuple[str, str]]:
    """Type and value of the attributes of an object, by relation."""
    return {said["object_relation"]: (said["type"], said["value"]) for said in item["Attribute"]}


def one(*fields: CustomField, **more: Any) -> Object:
    """The object of a field."""
    return deepcopy(objects(told(*(fields or (field(),)), **more))[0])


def test_a_field_is_an_object_that_anybody_can_read() -> None:
    """Who opens the event would see no custom fields, or values that correlate with every other 412."""
    whole = told(field(), field("x", "string", id=None))
    first, second = objects(whole)
    assert values(first) == {
        "name": ("text", "records"), "value": ("counter", "412"), "type": ("text", "int"),
        "description": ("text", "How many were copied"), "definition-id": ("text", DEFINITION), "id": ("text", OWN),
    }  # fmt: skip
    assert "id" not in values(second)
    assert all((said["to_ids"], said["disable_correlation"]) == (False, True) for said in first["Attribute"])
    assert validate(json.dumps(whole).encode(), "misp").faults == []
    ids = [thing["uuid"] for item in (first, second) for thing in (item, *item["Attribute"])]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        ("int", "0", "counter"), ("int", "-7", "text"), ("int", "7.0", "text"), ("float", "-0.5e400", "float"),
        ("float", "NaN", "text"), ("bool", "1", "boolean"), ("bool", "true", "text"), ("bool", "perhaps", "text"),
        ("datetime", "2026-11-22T10:00:00Z", "text"), ("uri", "https://example.com/a?b=c#d", "link"),
        ("uri", "urn:isbn:1", "text"), ("uri", "https://example[.]com/", "text"), ("uri", "hxxps://example.com/", "text"),
        ("uri", "https://exa_mple.com/", "text"), ("uri", f"https://{'a.' * 200}example/", "text"), ("json", "[1]", "text"),
        ("integer", "7", "counter"), ("paint", "7", "text"), (None, "7", "text"), ("int", "\N{ARABIC-INDIC DIGIT ONE}", "text"),
    ],
)  # fmt: skip
def test_a_value_has_a_type_whose_values_a_server_keeps(kind: str | None, value: str, wanted: str) -> None:
    """A server refuses the object, or makes 1 of true, and the value that comes back is another."""
    assert values(one(field(value, kind)))["value"] == (wanted, value)
    (back,) = read(write([Incident(id=UUID, custom_fields=[field(value, kind)])], "misp", context(carry="drop")), "misp")
    assert back.custom_fields == [field(value, kind)]


@pytest.mark.parametrize("value", [" 412\n", "\x00412", "\t412 "])
def test_what_a_server_strips_is_carried(value: str) -> None:
    """The value would differ from what we think that we wrote, and count as an edit."""
    whole = told(field(value))
    assert values(objects(whole)[0])["value"] == ("counter", "412")
    assert incidents(whole)[0].custom_fields == [field(value)]


@pytest.mark.parametrize(
    "odd",
    [
        field(""), field(None), field(" \n"), field("\u2028"), field("x" * 65_536), field("é" * 40_000), field(type=None),
        field(type=FieldType(id=DEFINITION)), field(type=FieldType(name=" ", type="int")),
    ],
)  # fmt: skip
def test_what_a_server_refuses_is_carried(odd: CustomField) -> None:
    """An object that a server refuses can cost the event."""
    whole = told(odd, field())
    assert len(objects(whole)) == 1
    assert incidents(whole)[0].custom_fields == [odd, field()]
    assert validate(json.dumps(whole).encode(), "misp").faults == []


def plain(given: CustomField) -> CustomField:
    """A custom field of a message: without what only other formats know of it."""
    kind = given.type and replace(given.type, markings=(), field_markings=())
    return replace(given, markings=(), field_markings=(), type=kind)


perhaps, kinds = st.none() | texts, st.sampled_from([*CANONICAL, "x"])
named = st.builds(FieldType, id=perhaps, name=texts, description=perhaps, type=kinds)
custom = parts(CustomField) | st.builds(CustomField, id=perhaps, value=texts, type=named)


@given(st.lists(custom, max_size=4))
def test_any_fields_come_back(fields: list[CustomField]) -> None:
    """Some text, control characters included, would be lost or come back changed."""
    model_comes_back("misp", Incident(id=UUID, summary="s", custom_fields=fields))


@given(st.lists(custom.map(plain), min_size=1, max_size=3))
def test_any_fields_come_back_from_misp_and_from_stix_over_misp(fields: list[CustomField]) -> None:
    """A message would come back with other custom fields after a journey."""
    data = write([Incident(id=UUID, summary="s", custom_fields=fields)], "base", context())
    over = translate(data, "misp", "base", context()).data
    assert json.loads(translate(over, "base", "misp", context()).data) == json.loads(data)
    farther = translate(over, "stix-2.1", "misp", context()).data
    assert json.loads(translate(farther, "misp", "stix-2.1", context()).data) == json.loads(over)


# ---- What servers and users make of them ----------------------------------------------------------------------------


def of_server(item: Object) -> Object:
    """An object as a server gives it back."""
    more = {"event_id": "7", "distribution": "5", "sharing_group_id": "0", "comment": "", "deleted": False,
            "first_seen": None, "last_seen": None}  # fmt: skip
    inside = [
        {"id": str(number), "object_id": "70", **more, **said, "timestamp": "1795350000", "Galaxy": [], "ShadowAttribute": []}
        for number, said in enumerate(item["Attribute"], 700)
    ]
    return {"id": "70", **more, **item, "timestamp": "1795350000", "ObjectReference": [], "Attribute": inside}


def by_hand(item: Object) -> Object:
    """An object that somebody made in the browser: ids and order of its own, every value a text."""
    inside = [said | {"uuid": uuid(number), "type": "text"} for number, said in enumerate(item["Attribute"], 50)]
    return item | {"uuid": uuid(49), "Attribute": inside[::-1]}


def less(item: Object) -> Object:
    """An object that says a name and a value, and nothing of correlation or categories."""
    silent = ("disable_correlation", "category")
    kept = [{name: value for name, value in said.items() if name not in silent} for said in by_hand(item)["Attribute"][-2:]]
    return item | {"Attribute": kept, "meta-category": "internal", "template_version": "2"}


SEEN = [of_server, by_hand, less, lambda item: of_server(by_hand(item))]
OVER = [None, "base", "stix-2.1", "stix-2.0", "iodef-2", "iodef-1"]


@pytest.mark.parametrize("edit", SEEN)
@pytest.mark.parametrize("over", OVER)
def test_what_servers_and_people_add_comes_back(edit: Callable[[Object], Object], over: str | None) -> None:
    """Ids of the server or of the user would be lost, or the field would be an object that no other format understands."""
    others = [{"uuid": uuid(60), "name": "x", "Attribute": [attribute(61)]}]
    whole = {"Event": event(Object=[*others, edit(one()), *map(of_server, objects(told(field("x", id=None))))])}
    first, second = incidents(whole)[0].custom_fields
    assert (first.value, first.type and first.type.name, second.value) == ("412", "records", "x")
    assert again(whole, over) == whole


def test_additions_of_a_server_do_not_hide_a_field_from_readers_of_stix() -> None:
    """Each field that went through a server would be cargo in STIX, and nobody there would see it."""
    data = json.dumps({"Event": event(Object=[of_server(one())])}).encode()
    (seen,) = read(translate(data, "stix-2.1", "misp", context(carry="drop")).data, "stix-2.1")
    assert seen.custom_fields == [field()]


def test_an_edit_elsewhere_is_written_under_the_ids_of_the_server() -> None:
    """The server would keep the old attribute beside the new one, or show the old value."""
    (found,) = incidents({"Event": event(Object=[of_server(one())])})
    found.custom_fields[0].value = "many"
    (item,) = objects(document(found))
    before, after = ({said["object_relation"]: said for said in held["Attribute"]} for held in (of_server(one()), item))
    assert after.pop("value") == before.pop("value") | {"value": "many", "type": "text"}
    assert after == before


def _twice(item: Object) -> None:
    item["Attribute"].append(item["Attribute"][1] | {"uuid": uuid(80), "value": "413"})


def _nameless(item: Object) -> None:
    del item["Attribute"][0]


def _more(item: Object) -> None:
    item["Attribute"].append(item["Attribute"][1] | {"uuid": uuid(80), "object_relation": "unit"})


def _no_text(item: Object) -> None:
    item["Attribute"][1]["value"] = 412


def _stray(item: Object) -> None:
    item["Attribute"].append("x")


def _inside(**members: Any) -> Callable[[Object], None]:
    return lambda item: item["Attribute"][1].update(members)


def _outside(**members: Any) -> Callable[[Object], None]:
    return lambda item: item.update(members)


REFERENCE = {"uuid": uuid(81), "referenced_uuid": uuid(61), "relationship_type": "related-to", "timestamp": "1791203400"}
ODD: dict[str, Callable[[Object], None]] = {
    "several values": _twice, "no name": _nameless, "a relation more": _more, "a number": _no_text, "a stray": _stray,
    "no attributes": _outside(Attribute=[]), "no list of them": _outside(Attribute={}), "deleted": _outside(deleted=True),
    "another template": _outside(template_uuid=uuid(82)), "a remark": _outside(comment="c"), "no uuid": _outside(uuid=""),
    "a reference": _outside(ObjectReference=[REFERENCE]), "seen": _outside(first_seen="2026-11-22T10:00:00.000000+0000"),
    "a deleted value": _inside(deleted=True), "a remark on a value": _inside(comment="c"), "a blank": _inside(value=" "),
    "to be detected": _inside(to_ids=True), "a sighting": _inside(Sighting=[{"uuid": uuid(83), "type": "0"}]),
    "another type": _inside(type="datetime"), "no type": _inside(type=None), "odd tags": _inside(Tag={"name": "tlp:red"}),
    "no relation": _inside(object_relation=None), "an odd relation": _inside(object_relation=["value"]),
    "a proposal": _inside(ShadowAttribute=[{"value": "413"}]), "a long value": _inside(value="x" * 70_000),
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("over", [None, "base", "stix-2.1"])
def test_what_says_more_or_less_stays_an_object(odd: str, over: str | None) -> None:
    """What somebody else's object says beyond a custom field would be lost, or a field would be made of half a one."""
    item = of_server(one())
    ODD[odd](item)
    whole = {"Event": event(Attribute=[attribute(61)], Object=[item, of_server(objects(told(field("x", id=None)))[0])])}
    assert [found.value for found in incidents(whole)[0].custom_fields] == ["x"]
    assert again(whole, over) == whole


def test_an_object_that_stands_twice_is_no_field() -> None:
    """Two parts of the event would have one id."""
    whole = {"Event": event(Object=[one(), one()])}
    assert incidents(whole)[0].custom_fields == ()
    assert again(whole) == whole


def test_each_event_has_its_own_fields() -> None:
    """Fields of one incident would be read with another, or their objects would have the same id."""
    out = document(Incident(id=UUID, custom_fields=[field()]), Incident(id=uuid(9), custom_fields=[field("7")]))
    assert [one.custom_fields for one in incidents(out)] == [[field()], [field("7")]]
    ids = [objects(wrapped)[0]["uuid"] for wrapped in out["response"]]
    assert ids[0] != ids[1]


def test_an_object_keeps_its_id_when_another_field_comes() -> None:
    """A server would put the values of one field into another."""
    before = objects(told(field(), field("x", id=uuid(40))))
    after = objects(told(field("new", id=uuid(41)), field(), field("x", id=uuid(40))))
    assert [item["uuid"] for item in after[1:]] == [item["uuid"] for item in before]


def test_the_library_of_misp_takes_the_fields_and_gives_them_back() -> None:
    """What the library refuses, no server gets to see; what it changes would count as an edit."""
    pymisp = pytest.importorskip("pymisp", reason="the library of MISP is not installed")
    wanted = [field(CANONICAL[kind](value), kind, id=uuid(number)) for number, (kind, value) in enumerate(
        {"string": "é\n🦊", "int": "7", "float": "0.50", "bool": "true", "datetime": "2026-11-22T10:00:00+01:00",
         "uri": "https://example.com/", "json": '{"a": 1}'}.items())]  # fmt: skip
    loaded = pymisp.MISPEvent()
    loaded.load(json.dumps(told(*wanted, field(" x ", "string"), markings=["tlp-1:amber"])))
    assert {item.name for item in loaded.objects} == {"incident", NAME, CARGO}
    (back,) = incidents({"Event": json.loads(loaded.to_json())})
    assert [replace(found, residue=None) for found in back.custom_fields] == [*wanted, field(" x ", "string")]


# ---- Who may see them -----------------------------------------------------------------------------------------------

GREEN = ["tlp-1:green"]


@pytest.mark.parametrize("marking", ["tlp-1:red", "tlp-2:red", "tlp-2:amber+strict", "enisa:red", "pap:red", "tlp:secret"])
def test_a_field_with_a_marking_is_tagged_with_it(marking: str) -> None:
    """A field would be seen by all who may see the event, though it says otherwise."""
    marked = field(markings=[marking])
    whole = told(marked, field("x", id=None), markings=GREEN)
    first, second = objects(whole)
    names = {tag["name"] for said in first["Attribute"] for tag in said["Tag"]}
    assert names <= {"tlp:red", "tlp:amber+strict", "PAP:RED", "tlp:secret"}
    assert all(len(said["Tag"]) == 1 for said in first["Attribute"])
    assert all("Tag" not in said for said in second["Attribute"])
    assert incidents(whole)[0].custom_fields == [marked, field("x", id=None)]


@pytest.mark.parametrize("over", [None, "base", "stix-2.1"])
def test_a_tag_of_a_user_marks_the_field(over: str | None) -> None:
    """What somebody marks red in the browser would leave unmarked."""
    item = of_server(one())
    known = {"id": "3", "name": "tlp:red", "colour": "#ff2b2b", "exportable": True}
    item["Attribute"][1]["Tag"] = [known, {"name": 'workflow:todo="review"'}, {"name": "TLP:RED"}, {"name": []}, 7]
    whole = {"Event": event(Tag=[{"name": "tlp:green"}], Object=[item])}
    (found,) = incidents(whole)[0].custom_fields
    assert found.markings == ["tlp-1:red"]
    assert again(whole, over) == whole


def test_what_tags_cannot_mark_is_carried() -> None:
    """A field whose definition is red would be seen by all who may see the event."""
    red = FieldType(name="records", markings=["tlp-1:red"])
    whole = told(field(type=red), markings=GREEN)
    assert objects(whole) == []
    assert [said["Tag"] for said in objects(whole, CARGO)[0]["Attribute"]] == [[{"name": "tlp:red"}]]
    (back,) = incidents(whole)
    assert [found.value for found in back.custom_fields] == ["412"]


def test_a_field_that_the_label_names_is_tagged() -> None:
    """A field that is red by the label of its message would be seen by all who may see the event."""
    label = Tlp(schema="ENISA", value="Green", fields=[TlpField(field="custom_fields.records", value="Red")])
    whole = told(field(), tlp=label)
    (made,) = objects(whole)
    assert all({"name": "tlp:red"} in said["Tag"] for said in made["Attribute"])
    assert whole["Event"]["Tag"] == [{"name": "tlp:green"}]
    (back,) = incidents(whole)
    assert ([found.value for found in back.custom_fields], back.tlp) == (["412"], label)


def test_a_marking_of_fields_by_their_path_marks_the_event() -> None:
    """The field would stand in an event that more people see than may see the field."""
    paths = [FieldMarking(marking="tlp-1:red", fields=["custom_fields/0"])]
    whole = told(field(), markings=GREEN, field_markings=paths)
    assert {"name": "tlp:red"} in whole["Event"]["Tag"]
    (back,) = incidents(whole)
    assert (back.custom_fields, back.markings, back.field_markings) == ([field()], GREEN, paths)


def test_an_event_with_a_marked_field_marks_it_in_no_wider_way_in_base() -> None:
    """A base message has one label: the field would travel under that of the incident."""
    whole = told(field(markings=["tlp-1:red"]), markings=GREEN)
    message = json.loads(translate(json.dumps(whole).encode(), "base", "misp", context()).data)
    assert message["tlp"]["value"] == "Red"


def test_an_incident_without_fields_has_no_object_of_them() -> None:
    """Each event would have an empty field."""
    assert objects(document(incident())) == []


# ---- The template for servers ---------------------------------------------------------------------------------------

TEMPLATES = Path(dragoman_misp.__file__).parent / "objects"


def test_the_template_for_servers_is_that_of_the_objects() -> None:
    """People would fill in other fields in the browser than we read."""
    made = json.loads((TEMPLATES / NAME / "definition.json").read_text("utf-8"))
    about = {"meta-category": made["meta-category"], "description": made["description"],
             "template_uuid": made["uuid"], "template_version": str(made["version"])}  # fmt: skip
    assert (made["name"], about, made["attributes"].keys()) == (NAME, row().about, row().says.keys())
    assert set(made["required"]) == row().need
    assert made["attributes"]["type"]["sane_default"] == list(CANONICAL)
    assert all(said["disable_correlation"] for said in made["attributes"].values())


def test_a_field_made_with_the_library_and_the_template_is_read() -> None:
    """Whoever writes a script for MISP could not send a custom field."""
    pymisp = pytest.importorskip("pymisp", reason="the library of MISP is not installed")
    item = pymisp.MISPObject(NAME, strict=True, misp_objects_path_custom=str(TEMPLATES))
    for relation, text in (("name", "records"), ("value", "412"), ("type", "int")):
        item.add_attribute(relation, value=text)
    whole = {"Event": event(Object=[json.loads(item.to_json())])}
    (found,) = incidents(whole)[0].custom_fields
    assert (found.value, found.type) == ("412", FieldType(name="records", type="int"))
    assert again(whole) == whole
