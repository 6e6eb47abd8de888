"""Incident types and custom fields: definitions, values by type, and each format's own place for them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import dragoman_stix.home as stix_custom
from dragoman.adapter import Can, Context
from dragoman.attachments.outbox import Outbox
from dragoman.attachments.provider import Order, packed
from dragoman.attachments.store import Store
from dragoman.errors import DragomanError, UsageError
from dragoman.incident_types.definitions import Types, load, schema
from dragoman.incident_types.fit import step, typed
from dragoman.ledger import Kind
from dragoman.mapping.kinds import CANONICAL, canonical, kind_of
from dragoman.model import Additional, Assessment, CustomField, FieldType, Incident, IncidentType, Tlp, TlpField
from dragoman.model.parts import FieldMarking
from dragoman.profile import load as load_profile
from dragoman.registry import adapter, formats
from dragoman.testing import document_comes_back, model_comes_back
from dragoman.translate import read, translate, write
from runner import run

FILES = Path(__file__).parent / "cli" / "files"
THEFT = FILES / "theft.json"
TYPES = load([FILES / "types.toml"])
RECORDS, ENCRYPTED, SINCE = TYPES.types[0].fields
WRITERS = [name for name in sorted(formats()) if Can.WRITE in adapter(name).format.can]
NATIVE = ["base", "iodef-2", "iodef-json", "iodef-cbor", "stix-2.1", "stix-2.0", "misp"]


def uuid(number: int) -> str:
    return f"5ad1a6de-25f2-4f7a-8b3c-{number:012d}"


def field(name: str, value: str | None, kind: str | None = None, number: int = 1) -> CustomField:
    return CustomField(id=uuid(number), value=value, type=FieldType(id=uuid(90 + number), name=name, type=kind))


def theft(*fields: CustomField, **more: Any) -> Incident:
    return Incident(id=uuid(0), summary="s", type=IncidentType(name="Theft"), custom_fields=fields, **more)


def fitted(incident: Incident, types: Types = TYPES) -> tuple[Incident, list[tuple[str, str]]]:
    context = Context()
    return typed(incident, types, context), [(loss.code, loss.path) for loss in context.ledger]


# ---- Definitions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["base", "iodef-2"])
def test_of_several_incidents_each_has_its_own_faults(name: str) -> None:
    """CF-4: if it failed, two incidents with one fault would be told as one, and nobody could say which of them it is."""
    data = write([replace(theft(field("records", "many")), id=uuid(number)) for number in (5, 6)], name)
    made = translate(data, "base", step=lambda one, context: typed(one, TYPES, context))
    told = [loss.path for loss in made.ledger if loss.code == "D201"]
    assert sorted(told) == ["/0/custom_fields/0/value", "/1/custom_fields/0/value"]


def test_a_definition_and_an_instance_have_what_table_1_says() -> None:
    """CF-1: if it failed, a definition would lack its id, name, description or type, or a value would be no string."""
    made, _ = fitted(theft(field("records", "7"), field("since", "2026-11-22T10:00:00Z", number=2)))
    first = made.custom_fields[0]
    assert first == CustomField(id=uuid(1), value="7", type=FieldType(
        id=uuid(91), name="records", description="How many records were copied", type="int"))  # fmt: skip


def test_a_type_is_a_template_of_its_own_fields() -> None:
    """CF-2: if it failed, a handler would fill in fields of another type, or not learn that one is missing."""
    other = TYPES.types[0].model_copy(update={"id": "x", "name": "Fire", "fields": ()})
    _, told = fitted(replace(theft(field("records", "7")), type=IncidentType(name="Fire")), Types(types=(*TYPES.types, other)))
    assert ("D501", "/custom_fields/0") in told
    _, told = fitted(theft(field("records", "7")))
    assert ("D502", "/custom_fields") in told
    assert [code for code, _ in told].count("D502") == 1, "a field that is not required was asked for"


def test_the_base_message_is_as_it_was() -> None:
    """CF-3: if it failed, agreeing on fields would change the structure of Table 1."""
    plain = json.loads(THEFT.read_bytes())
    made = json.loads(translate(THEFT.read_bytes(), "base", step=lambda one, context: typed(one, TYPES, context)).data)
    assert made.keys() == plain.keys()
    assert [list(one) for one in made["custom_fields"]] == [list(one) for one in plain["custom_fields"]]
    assert all(isinstance(one["value"], str) for one in made["custom_fields"])


@pytest.mark.parametrize("kind", sorted(CANONICAL))
def test_there_is_a_set_of_basic_types(kind: str) -> None:
    """CF-4: if it failed, one of the seven types could not be used in a definition."""
    raw = {"types": [{"id": uuid(1), "name": "t", "fields": [{"id": uuid(2), "name": "f", "type": kind}]}]}
    assert Types.model_validate(raw).types[0].fields[0].type == kind


def test_a_type_says_id_name_description_and_consequence() -> None:
    """IT-1, IT-2: if it failed, a subscriber could not tell which type it is and whether it needs it."""
    made, told = fitted(replace(theft(), type=IncidentType(id="1b7293c9-6b7c-4df0-8721-0da39a5d54a0")))
    assert made.type is not None
    assert (made.type.name, made.type.description) == (TYPES.types[0].name, TYPES.types[0].description)
    assert ("D503", "/type/name") in told


@pytest.mark.parametrize(("withheld", "said", "shown"), [(True, 0.7, None), (False, 0.2, 0.2), (False, None, 0.7)])
def test_a_consequence_can_be_withheld(withheld: bool, said: float | None, shown: float | None) -> None:
    """IT-3, A4: if it failed, an incident would show how badly its provider is hit although the type keeps that at home."""
    types = Types(types=(TYPES.types[0].model_copy(update={"withhold_consequence": withheld}),))
    made, told = fitted(replace(theft(), type=IncidentType(name="Theft", consequence=said)), types)
    assert made.type is not None
    assert made.type.consequence == shown
    assert (("D505", "/type/consequence") in told) == (withheld and said is not None)


@pytest.mark.parametrize("name", WRITERS)
def test_how_a_type_is_released_stays_at_home(name: str) -> None:
    """IT-4, A4: if it failed, a partner would read in an incident when and how we hand such incidents on."""
    assert TYPES.types[0].release == "approve"
    made, _ = fitted(theft(field("records", "7")))
    assert TYPES.types[0].sharing.encode() not in write([made], name)


def test_the_types_can_be_listed_for_a_subscriber() -> None:
    """IT-5: if it failed, a subscriber could not choose among types, or would be told what is not for it."""
    [listed] = json.loads(run("types", "list", "--json", "--types", str(FILES / "types.toml")).out)
    assert set(listed) == {"id", "name", "description", "fields"}, "the consequence of this type is withheld"
    assert "record_count" not in str(listed), "what another partner calls it is that partner's word"


# ---- Files --------------------------------------------------------------------------------------------------------

TYPE = f"id = '{uuid(1)}'\nname = 't'\n"
FIELD = f"[[types.fields]]\nid = '{uuid(2)}'\nname = 'f'\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"[[types]]\n{TYPE}consequence = 1.5", "types.0.consequence"),
        (f"[[types]]\n{TYPE}color = 'red'", "types.0.color"),
        (f"[[types]]\n{TYPE}{FIELD}type = 'money'", "types.0.fields.0.type: 'money' is none of string"),
        (f"[[types]]\n{TYPE}{FIELD}type = 'int'\n{FIELD}type = 'int'", f"two fields with the id '{uuid(2)}'"),
        (f"[[types]]\n{TYPE}[[types]]\n{TYPE}", f"two types with the id '{uuid(1)}'"),
        ("[[types]]\nname = 't'", "types.0.id"),
        ("[[types", "no file of incident types"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    """CF-1: if it failed, a slip in a definition would be found when the first incident is wrong."""
    file = tmp_path / "types.toml"
    file.write_text(text)
    with pytest.raises(UsageError) as error:
        load([file])
    assert said in str(error.value)
    assert "types.toml" in str(error.value)
    assert "\n" not in str(error.value)


def test_the_guide_shows_a_file_that_is_read(tmp_path: Path) -> None:
    """CF-1: if it failed, who copies the example of the guide would begin with an error."""
    guide = (Path(__file__).parents[1] / "docs" / "guides" / "incident-types.md").read_text("utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE)
    for text, name in zip(blocks, ("types.toml", "team.toml"), strict=True):
        (tmp_path / name).write_text(text)
    assert step(load_profile(tmp_path / "team.toml")) is not None


def test_two_files_may_not_define_the_same_type() -> None:
    """CF-2: if it failed, it would depend on the order of files which fields an incident has."""
    with pytest.raises(UsageError, match="two types with the id"):
        load([FILES / "types.toml", FILES / "types.toml"])


def test_the_schema_takes_what_we_take(tmp_path: Path) -> None:
    """CF-1: if it failed, an editor that checks by the schema would refuse a file that is right."""
    jsonschema = pytest.importorskip("jsonschema")
    import tomllib

    raw = tomllib.loads((FILES / "types.toml").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema()).validate(raw)
    raw["types"][0]["consequence"] = 2
    assert not jsonschema.Draft202012Validator(schema()).is_valid(raw)
    file = tmp_path / "types.yaml"
    file.write_text(json.dumps({"types": [one.model_dump(mode="json") for one in TYPES.types]}))
    assert load([file]) == TYPES


# ---- Values -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "form"),
    [
        ("int", "+007", "7"), ("int", "-0", "0"), ("int", "-012", "-12"), ("int", "9" * 5000, "9" * 5000),
        ("float", "1e3", "1000"), ("float", "0.10", "0.1"), ("float", "-0.0", "0"), ("float", ".5", "0.5"),
        ("float", "1e400", "1e400"), ("float", "12345678901234567890123.50", "12345678901234567890123.5"),
        ("bool", "TRUE", "true"), ("bool", "1", "true"), ("bool", "", "false"), ("bool", "0", "false"),
        ("datetime", "2026-11-22 10:00:00+00:00", "2026-11-22T10:00:00Z"),
        ("datetime", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"),
        ("datetime", "2026-11-22t10:00:00z", "2026-11-22T10:00:00Z"), ("datetime", "20261122T100000Z", "2026-11-22T10:00:00Z"),
        ("datetime", "2026-11-22 10:00:00.123456789Z", "2026-11-22T10:00:00.123456789Z"),
        ("uri", "urn:a:b", "urn:a:b"), ("string", " as it is ", " as it is "),
        ("json", "9" * 5000, "9" * 5000),
        ("json", '{ "b" : [1.0,\n 2e400], "a b" : " \\" " }', '{"b":[1.0,2e400],"a b":" \\" "}'),
    ],
)  # fmt: skip
def test_every_type_has_one_canonical_form(kind: str, text: str, form: str) -> None:
    """A12: if it failed, two partners who mean the same value would write it differently."""
    assert canonical(kind, text) == form
    assert canonical(kind, form) == form


@pytest.mark.parametrize(
    ("kind", "text"),
    [("int", "notanumber"), ("int", "1.0"), ("int", "\uff11"), ("float", "nan"), ("float", "1e99999999999999999999"),
     ("bool", "yes"), ("datetime", "soon"), ("datetime", "2026-11-22"), ("uri", "no uri"), ("json", "["),
     ("datetime", "2026-11-22T10:00:00+99:00"), ("datetime", "2026-11-22T10:00:00+14:30"),
     ("json", "NaN"), ("json", "[" * 100_000), ("json", '{"to": "us", "to": "all"}')],
)  # fmt: skip
def test_a_value_that_is_not_of_its_type_is_refused(kind: str, text: str) -> None:
    """A12: if it failed, `notanumber` would be sent as a number, as the prototype did."""
    with pytest.raises(ValueError, match=r"\w"):
        canonical(kind, text)


@given(st.sampled_from(sorted(CANONICAL)), st.text(max_size=30) | st.integers().map(str) | st.floats().map(str))
def test_the_canonical_form_is_its_own(kind: str, text: str) -> None:
    """A12: if it failed, a value would change each time that it passes somebody, or a fault would be no ValueError."""
    try:
        form = canonical(kind, text)
    except ValueError:
        return
    assert canonical(kind, form) == form


@pytest.mark.parametrize(("word", "kind"), [("Integer", "int"), ("boolean", "bool"), ("url", "uri"), ("paint", None)])
def test_types_have_other_words(word: str, kind: str | None) -> None:
    """A12: if it failed, a partner who says integer would not be understood."""
    assert kind_of(word) == kind


def test_a_wrong_value_is_kept_and_told() -> None:
    """A12: if it failed, a wrong value would vanish, be guessed at, or go unseen."""
    made, told = fitted(theft(field("records", "many", "int")))
    assert made.custom_fields[0].value == "many"
    assert ("D201", "/custom_fields/0/value") in told


def test_an_unknown_type_is_a_string_and_told() -> None:
    """A12: if it failed, a field of a type that nobody knows would be refused or pass for a known one."""
    made, told = fitted(Incident(custom_fields=[field("x", "y", "paint")]))
    assert made.custom_fields[0] == field("x", "y", "paint")
    assert told == [("D202", "/custom_fields/0/type/type")]


def test_what_reader_and_type_both_see_is_told_once() -> None:
    """A12: if it failed, one wrong value would count twice."""
    made = translate(THEFT.read_bytes(), "base", step=lambda one, context: typed(one, TYPES, context))
    assert [loss.path for loss in made.ledger].count("/custom_fields/1/value") == 1


def test_a_field_that_the_type_does_not_define_is_kept_and_told() -> None:
    """CF-3: if it failed, what the partners did not agree on would be lost in silence."""
    made, told = fitted(theft(field("colour", "red")))
    assert made.custom_fields == [field("colour", "red")]
    assert ("D501", "/custom_fields/0") in told


def test_a_field_under_the_name_of_a_partner_is_that_field() -> None:
    """CF-3: if it failed, two partners with two words for one field would not find each other."""
    made, told = fitted(theft(field("record_count", "0412", "string")))
    found = made.custom_fields[0]
    assert found.type is not None
    assert (found.type.name, found.type.type, found.value) == ("records", "int", "412")
    assert {path for code, path in told if code == "D504"} == {
        "/custom_fields/0/value", "/custom_fields/0/type/name", "/custom_fields/0/type/type"}  # fmt: skip


def test_a_type_under_the_name_of_a_partner_is_that_type() -> None:
    """IT-1: if it failed, a partner who calls the type otherwise would not find its fields."""
    types = Types(types=(TYPES.types[0].model_copy(update={"aliases": ("Leak",)}),))
    made, told = fitted(replace(theft(field("record_count", "7")), type=IncidentType(name="Leak")), types)
    assert made.type is not None
    assert (made.type.name, [one.type and one.type.name for one in made.custom_fields]) == ("Theft", ["records"])
    assert ("D504", "/type/name") in told
    raw = [{"id": uuid(1), "name": "t", "aliases": ["u"]}, {"id": uuid(2), "name": "u"}]
    with pytest.raises(ValidationError, match="two types called 'u'"):
        Types.model_validate({"types": raw})


@pytest.mark.requirement("TLP-3")
def test_the_marking_of_a_field_follows_its_name() -> None:
    """TLP-3: if it failed, a field that gets our name would lose its marking, or mark the whole message with it."""
    label = Tlp(schema="ENISA", value="Green", fields=[TlpField(field="custom_fields.record_count", value="Red")])
    marks = [FieldMarking(marking="tlp-2:red", fields=["custom_fields.record_count", "summary"])]
    made, _ = fitted(theft(field("record_count", "7"), field("x", "y"), tlp=label, field_markings=marks))
    assert made.tlp is not None
    assert [one.field for one in made.tlp.fields] == ["custom_fields.records"]
    assert [one.fields for one in made.field_markings] == [["custom_fields.records", "summary"]]


def test_additional_data_with_the_name_of_a_field_is_that_field() -> None:
    """CF-3: if it failed, what a partner says in the way of its format would be no custom field here."""
    said = [Additional(name="records", dtype="integer", value="7", markings=["tlp-2:red"]), Additional(name="x", value="y")]
    made, told = fitted(theft(additional=said))
    [found] = made.custom_fields
    assert (found.value, found.type and found.type.id, found.markings) == ("7", str(RECORDS.id), ["tlp-2:red"])
    assert made.additional == [said[1]]
    assert ("D504", "/additional/0") in told


def test_the_category_of_iodef_says_the_type() -> None:
    """CF-3: if it failed, what IODEF says without us would have fields of no type, for it has no other word for a type."""
    incident = Incident(id=uuid(0), summary="s", assessments=[Assessment(categories=["unheard-of", "Theft"])],
                        additional=[Additional(name="records", value="7")])  # fmt: skip
    made, told = fitted(incident)
    assert [(found.value, found.type and found.type.id) for found in made.custom_fields] == [("7", str(RECORDS.id))]
    assert (made.type, made.assessments) == (None, incident.assessments)
    assert ("D504", "/additional/0") in told


def test_an_incident_of_an_unknown_type_is_told() -> None:
    """IT-1: if it failed, an incident whose type nobody defined would seem to have been checked."""
    made, told = fitted(Incident(type=IncidentType(name="Flood"), custom_fields=[field("x", "07", "int")]))
    assert made.type == IncidentType(name="Flood")
    assert told == [("D506", "/type"), ("D504", "/custom_fields/0/value")]


def test_the_incident_that_was_given_stays_as_it_was() -> None:
    """CF-3: if it failed, checking an incident would change it for everybody who holds it."""
    given_one, same = theft(field("record_count", "07")), theft(field("record_count", "07"))
    fitted(given_one)
    assert given_one == same


# ---- Where it is applied ------------------------------------------------------------------------------------------


def test_a_profile_with_types_fits_what_is_translated_and_packed(tmp_path: Path) -> None:
    """A12: if it failed, values would be checked on one side only."""
    profile = load_profile(FILES / "typed.toml")
    fit = step(profile)
    assert fit is not None
    assert step(load_profile(None)) is None
    message = json.loads(translate(THEFT.read_bytes(), "base", step=fit).data)
    assert message["custom_fields"][0]["value"] == "412"
    outbox = Outbox(tmp_path, Store(tmp_path / "files"), None, "zip")
    [sent] = packed(THEFT.read_bytes(), None, Order(profile=profile), outbox, Context())
    assert "D501" in [loss.code for loss in sent.told]


# ---- In each format's own way -------------------------------------------------------------------------------------


def custom(*kinds: str, **more: Any) -> Incident:
    """An incident with a field of each of these types."""
    values = {"string": "a <b>", "int": "7", "float": "0.5", "bool": "true", "datetime": "2026-11-22T10:00:00Z",
              "uri": "https://example.com/", "json": '{"a":[1]}'}  # fmt: skip
    made = [replace(field(f"f_{kind}", values[kind], kind, number), type=FieldType(
        id=uuid(50 + number), name=f"f_{kind}", description=f"of type {kind}", type=kind))
        for number, kind in enumerate(kinds)]  # fmt: skip
    return Incident(id=uuid(99), summary="s", custom_fields=made, created="2026-11-22T10:00:00.000Z", **more)


def without_cargo(incident: Incident, name: str) -> list[CustomField]:
    """What comes back when nothing is carried."""
    [back] = read(write([incident], name, Context(carry="drop")), name)
    return list(back.custom_fields)


@pytest.mark.parametrize("name", NATIVE)
def test_custom_fields_are_native(name: str) -> None:
    """CF-3: if it failed, a reader who has never heard of Dragoman would see no custom fields, or they would not come back."""
    wanted = custom("string", "int", "float", "bool", "datetime", "uri")
    assert without_cargo(wanted, name) == list(wanted.custom_fields)


def test_iodef_1_says_name_type_definition_and_value() -> None:
    """CF-3: if it failed, v1, which has neither names nor ids for additional data, would say less than it can."""
    [found] = without_cargo(custom("int"), "iodef-1")
    assert found == CustomField(value="7", type=FieldType(id=uuid(50), name="f_int", type="int"))


@pytest.mark.parametrize("name", WRITERS)
def test_custom_fields_of_every_type_come_back(name: str) -> None:
    """CF-1: if it failed, a format would lose a custom field or part of its definition."""
    model_comes_back(name, custom(*CANONICAL))
    model_comes_back(name, custom("int"), replace(custom("bool"), id=uuid(98)))


EDITS: dict[str, Callable[[CustomField], CustomField]] = {
    "no id": lambda one: replace(one, id=None),
    "an id that is no UUID": lambda one: replace(one, id="7"),
    "no type": lambda one: replace(one, type=None),
    "no name": lambda one: replace(one, type=FieldType(id=uuid(1))),
    "no value": lambda one: replace(one, value=None),
    "an empty value": lambda one: replace(one, value=""),
    "another word": lambda one: replace(one, type=FieldType(id=uuid(1), name="n", type="integer")),
    "a marking": lambda one: replace(one, markings=["tlp-2:red"]),
    "a marked definition": lambda one: replace(one, type=FieldType(id=uuid(1), name="n", markings=["tlp-2:red"])),
    "residue": lambda one: replace(one, residue={"base": {"x": 1}}),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("name", WRITERS)
def test_odd_custom_fields_come_back(name: str, edit: str) -> None:
    """CF-1: if it failed, a custom field that a format cannot say in its own way would be lost."""
    one, other = custom("string", "int").custom_fields
    model_comes_back(name, replace(custom(), custom_fields=[EDITS[edit](one), other]))
    model_comes_back(name, replace(custom(), custom_fields=[one, EDITS[edit](other)]))


MARKED = {
    "the field": {"custom_fields": [replace(custom("int").custom_fields[0], markings=["tlp-2:red"])]},
    "its path": {"field_markings": [FieldMarking(marking="tlp-2:red", fields=["custom_fields.f_int"])]},
    "its label": {"tlp": Tlp(schema="ENISA", value="Green", fields=[TlpField(field="custom_fields", value="Red")])},
}


@pytest.mark.parametrize("how", MARKED)
def test_a_marked_field_does_not_stand_in_the_open_extension(how: str) -> None:
    """CF-3: if it failed, whoever may see the incident would see a field that is marked more strictly."""
    made = replace(custom("int"), **MARKED[how])
    [incident] = [one for one in json.loads(write([made], "stix-2.1"))["objects"] if one["type"] == "incident"]
    assert stix_custom.EXTENSION not in incident["extensions"]
    model_comes_back("stix-2.1", made)


def test_the_extension_of_stix_is_defined_and_goes_with_the_fields() -> None:
    """CF-3: if it failed, nobody could look up what the extension is, or definitions would pile up in documents."""
    jsonschema = pytest.importorskip("jsonschema")
    bundle = json.loads(write([custom("int")], "stix-2.1"))
    [incident] = [one for one in bundle["objects"] if one["type"] == "incident"]
    defined = [one for one in bundle["objects"] if one["id"] == stix_custom.EXTENSION]
    text = (Path(stix_custom.__file__).parent / "custom-fields.schema.json").read_text("utf-8")
    jsonschema.validate(incident["extensions"][stix_custom.EXTENSION], json.loads(text))
    assert [one["schema"] for one in defined] == [json.loads(text)["$id"]]
    assert dict(stix_custom.names()) == {stix_custom.EXTENSION: stix_custom.EXTENSION}
    [back] = read(json.dumps(bundle).encode(), "stix-2.1")
    assert stix_custom.EXTENSION not in write([replace(back, custom_fields=())], "stix-2.1").decode()


def test_what_stands_for_an_incident_bears_its_fields() -> None:
    """CF-3: if it failed, custom fields of an incident that is told by a report would not be seen there."""
    report = {"type": "report", "spec_version": "2.1", "id": f"report--{uuid(1)}", "created": "2026-11-22T10:00:00.000Z",
              "modified": "2026-11-22T10:00:00.000Z", "name": "r", "published": "2026-11-22T10:00:00Z",
              "object_refs": [f"malware--{uuid(2)}"]}  # fmt: skip
    malware = {"type": "malware", "spec_version": "2.1", "id": f"malware--{uuid(2)}", "created": "2026-11-22T10:00:00.000Z",
               "modified": "2026-11-22T10:00:00.000Z", "is_family": False}  # fmt: skip
    bundle = {"type": "bundle", "id": f"bundle--{uuid(3)}", "objects": [report, malware]}
    [incident] = read(json.dumps(bundle).encode(), "stix-2.1")
    incident.custom_fields = custom("int").custom_fields
    made = json.loads(write([incident], "stix-2.1"))
    assert stix_custom.EXTENSION in made["objects"][0]["extensions"]
    [back] = read(json.dumps(made).encode(), "stix-2.1")
    assert back.custom_fields == incident.custom_fields
    back.custom_fields = ()
    assert json.loads(write([back], "stix-2.1")) == bundle


def test_fields_are_found_when_a_partner_adds_objects() -> None:
    """CF-3: if it failed, a note that somebody appends would make custom fields an extension that nobody knows."""
    bundle = json.loads(write([custom("int", type=IncidentType(name="t"))], "stix-2.1"))
    bundle["objects"].append({"type": "note", "spec_version": "2.1", "id": f"note--{uuid(4)}",
                              "created": "2026-11-22T10:00:00.000Z", "modified": "2026-11-22T10:00:00.000Z", "content": "c",
                              "object_refs": [bundle["objects"][0]["id"]]})  # fmt: skip
    data = json.dumps(bundle).encode()
    [back] = read(data, "stix-2.1")
    assert [one.value for one in back.custom_fields] == ["7"]
    document_comes_back("stix-2.1", data)


def _more(made: Any) -> None:
    made["x"] = 1


def _in_field(made: Any) -> None:
    made["custom_fields"][0]["x"] = 1


def _no_text(made: Any) -> None:
    made["custom_fields"][0]["value"] = 7


def _no_list(made: Any) -> None:
    made["custom_fields"] = {}


def _empty(made: Any) -> None:
    made["custom_fields"] = []


@pytest.mark.parametrize("edit", [_more, _in_field, _no_text, _no_list, _empty], ids=lambda edit: edit.__name__)
@pytest.mark.parametrize("keeps_definition", [True, False])
def test_an_extension_that_we_would_not_write_comes_back(edit: Callable[[Any], None], keeps_definition: bool) -> None:
    """CF-3: if it failed, what somebody else put into the extension would be lost."""
    bundle = json.loads(write([custom("int")], "stix-2.1", Context(carry="drop")))
    [incident] = [one for one in bundle["objects"] if one["type"] == "incident"]
    edit(incident["extensions"][stix_custom.EXTENSION])
    if not keeps_definition:
        del bundle["objects"][-1]
    document_comes_back("stix-2.1", json.dumps(bundle).encode())


@pytest.mark.parametrize("name", [name for name in NATIVE if name != "iodef-cbor"])
def test_an_edit_of_a_value_wins(name: str) -> None:
    """CF-3: if it failed, a partner's correction of a custom field would be undone by what is carried."""
    made = custom("string", type=IncidentType(id=uuid(5), name="t", consequence=0.5))
    data = write([made], name)
    [back] = read(data.replace(b"a <b>", b"corrected").replace(b"a &lt;b&gt;", b"corrected"), name)
    assert [one.value for one in back.custom_fields] == ["corrected"]


def test_a_wrong_table_of_types_is_one_line() -> None:
    """CF-1: if it failed, bad input would end in a traceback."""
    with pytest.raises(DragomanError) as error:
        load([FILES / "note.txt"])
    assert "\n" not in str(error.value)


def test_losses_are_of_the_kinds_that_users_forbid() -> None:
    """A12: if it failed, --fail-on invalid would let an incident pass that does not fit its type."""
    context = Context()
    typed(theft(field("colour", "red"), field("records", "many")), TYPES, context)
    codes = {loss.code for loss in context.ledger.of({Kind.INVALID})}
    assert codes == {"D201", "D501", "D502"}
