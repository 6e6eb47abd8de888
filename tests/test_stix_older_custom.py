"""Custom fields in STIX 2.0: on which object they stand, how they are put, and what is left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragoman import Context, report, translate
from dragoman.ledger import Kind
from dragoman.model import CustomField, FieldMarking, FieldType, Incident, Tlp, TlpField
from dragoman.strategies import json_values, parts, texts
from dragoman.testing import model_comes_back
from dragoman.translate import read, write
from dragoman.validate import validate
from dragoman_stix.home import EXTENSION
from stix20_samples import GREEN, RED, encoded, incidents, lowered, old, old_bundle, over, raised
from stix_samples import CORE, TIME, bundle, made, uuid

DDOS = Path(__file__).parents[1] / "fixtures" / "cases" / "ddos" / "base.json"
PROPERTY = "x_dragoman_custom_fields"
FIELDS = [
    {"id": uuid(1), "value": "412", "type": {"id": uuid(11), "name": "records", "description": "lost", "type": "int"}},
    {"value": "a <b>", "type": {"name": "note"}},
]
OURS = {"custom_fields": FIELDS}
OTHERS = ("stix-2.0", "stix-2.1", "base", "iodef-2")
quietly = settings(max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


def incident(said: Any = OURS, **members: Any) -> Any:
    """A document with an incident that has the property."""
    return old_bundle(old("x-dragoman-incident", name="i", **{PROPERTY: said}, **members))


def bearers(data: bytes) -> dict[str, Any]:
    """The types of the objects that have the property, and what it says there."""
    return {item["type"]: item[PROPERTY] for item in json.loads(data)["objects"] if PROPERTY in item}


def model(**members: Any) -> Incident:
    kind = FieldType(id=uuid(12), name="cost", type="int")
    return Incident(id=uuid(99), summary="s", created=TIME, custom_fields=[CustomField(id=uuid(2), value="7", type=kind)],
                    **members)  # fmt: skip


# ---- written -----------------------------------------------------------------------------------------------------


def test_the_property_says_what_the_base_message_says() -> None:
    """If it failed, a consumer of 2.0 would find other members than those that the partners agreed on, or none."""
    data = translate(DDOS.read_bytes(), "stix-2.0", "base", Context(carry="drop")).data
    assert bearers(data) == {"x-dragoman-incident": {"custom_fields": json.loads(DDOS.read_bytes())["custom_fields"]}}
    assert not [item for item in json.loads(data)["objects"] if "extension" in item["type"]]


def test_the_fields_of_a_base_message_are_native() -> None:
    """If it failed, custom fields would need Dragoman on the other side, or the report would say so wrongly."""
    source = DDOS.read_bytes()
    there = translate(source, "stix-2.0", "base", Context())
    kinds = {fate.path: fate.kind for fate in report(source, there, Context()).fates if fate.path.startswith("/custom_fields/")}
    assert len(kinds) >= 3
    assert set(kinds.values()) == {Kind.NATIVE}
    assert json.loads(translate(there.data, "base", "stix-2.0", Context()).data) == json.loads(source)


def test_a_report_that_stands_for_an_incident_bears_its_fields() -> None:
    """If it failed, the fields would be unseen wherever a document tells its incident by a report."""
    document = old_bundle(
        old("malware", 2, name="m", labels=["worm"]),
        old("report", name="r", labels=["malware"], published=TIME, object_refs=[f"malware--{uuid(2)}"]),
    )
    (one,) = incidents(document)
    one.custom_fields = model().custom_fields
    data = write([one], "stix-2.0", Context(carry="drop"))
    assert set(bearers(data)) == {"report"}
    (back,) = read(data, "stix-2.0")
    assert back.custom_fields == one.custom_fields
    back.custom_fields = ()
    assert json.loads(write([back], "stix-2.0")) == document


MARKED: dict[str, Incident] = {
    "the field": Incident(custom_fields=[CustomField(value="7", type=FieldType(name="cost"), markings=["tlp-2:red"])]),
    "its path": model(field_markings=[FieldMarking(marking="tlp-2:red", fields=["custom_fields.cost"])]),
    "its label": model(tlp=Tlp(schema="ENISA", value="Green", fields=[TlpField(field="custom_fields", value="Red")])),
}


@pytest.mark.parametrize("one", MARKED.values(), ids=MARKED)
def test_a_marked_field_does_not_stand_in_the_open_property(one: Incident) -> None:
    """If it failed, whoever may see the incident would see a field that is marked more strictly."""
    assert bearers(write([one], "stix-2.0")) == {}
    model_comes_back("stix-2.0", one)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("carry", ["extension", "drop"])
def test_it_is_valid(carry: Any) -> None:
    """If it failed, a consumer that validates would refuse the bundle for the property."""
    stix2 = pytest.importorskip("stix2", reason="the strict parser is not installed")
    validator = pytest.importorskip("stix2validator", reason="the validator is not installed")
    data = translate(DDOS.read_bytes(), "stix-2.0", "base", Context(carry=carry)).data
    assert bearers(data)
    for item in json.loads(data)["objects"]:
        assert PROPERTY not in item or stix2.parse(item, version="2.0", allow_custom=True)[PROPERTY] == item[PROPERTY]
    verdict = validator.validate_string(data.decode(), validator.ValidationOptions(version="2.0"))
    assert verdict.is_valid, [str(error) for error in verdict.errors]
    assert validate(data, "stix-2.0").faults == []


# ---- read --------------------------------------------------------------------------------------------------------


def test_the_property_is_read() -> None:
    """If it failed, other formats would get a property that nobody knows instead of custom fields."""
    (found,) = incidents(incident())
    assert [(one.value, one.type and one.type.name) for one in found.custom_fields] == [("412", "records"), ("a <b>", "note")]
    (item,) = (item for item in raised(incident())["objects"] if item["type"] == "incident")
    assert item["extensions"][EXTENSION]["custom_fields"] == FIELDS
    assert PROPERTY not in item


def but(**members: Any) -> Any:
    """An incident with a field that says these members."""
    return incident({"custom_fields": [{**FIELDS[0], **members}]})


def bearer(number: int = 1, **members: Any) -> Any:
    """An incident with the property."""
    return old("x-dragoman-incident", number, name="i", **{PROPERTY: OURS}, **members)


TOOL = old("tool", 2, name="t", labels=["x"], **{PROPERTY: OURS})
REPORT = old("report", name="r", published=TIME, labels=["x"], **{PROPERTY: OURS})
APART = [{"marking_ref": RED, "selectors": [f"{PROPERTY}.custom_fields.[1].value"]}]
KNOWN: dict[str, Any] = {
    "as we write it": incident(),
    "before other members": old_bundle(dict(reversed(bearer().items()))),
    "after other members": old_bundle(old("x-dragoman-incident", name="i", determination="confirmed", **{PROPERTY: OURS})),
    "before an extension": incident(extensions={f"extension-definition--{uuid(5)}": {"a": 1}}),
    "on a report": old_bundle(TOOL, REPORT),
    "an object alone": bearer(),
    "a list": [bearer(), TOOL],
    "two incidents": old_bundle(bearer(), bearer(2)),
}
THEIRS: dict[str, Any] = {
    "another member": but(unit="files"),
    "another member of the type": but(type={"name": "n", "unit": "files"}),
    "a number": but(value=412),
    "null": but(value=None),
    "no value": incident({"custom_fields": [{"type": {"name": "n"}}]}),
    "no name": but(type={"type": "int"}),
    "a marking": but(markings=["tlp-2:red"]),
    "a reference": but(x_ref=f"malware--{uuid(1)}"),
    "one of two": incident({"custom_fields": [*FIELDS, 5]}),
    "a member beside them": incident({**OURS, "unit": "files"}),
    "a bare list": incident(FIELDS),
    "no list": incident({"custom_fields": FIELDS[0]}),
    "a word": incident("records"),
    "nothing": incident({}),
    "an empty list": incident({"custom_fields": []}),
    "on something else": old_bundle(old("x-dragoman-incident", name="i"), TOOL),
    "twice under one id": old_bundle(bearer(), bearer(x_seen=2)),
    "marked apart": incident(granular_markings=APART, object_marking_refs=[GREEN]),
}


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("document", KNOWN.values(), ids=KNOWN)
def test_what_is_read_comes_back(document: Any, other: str) -> None:
    """If it failed, fields would be lost or doubled on the way through another format."""
    assert [found.custom_fields for found in incidents(document) if not found.custom_fields] == []
    assert over(document, other) == document


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("document", THEIRS.values(), ids=THEIRS)
def test_another_form_is_left_alone_and_comes_back(document: Any, other: str) -> None:
    """If it failed, what somebody else put into the property would be taken for ours, and changed without a word."""
    assert not any(found.custom_fields for found in incidents(document))
    assert json.dumps(over(document, other)) == json.dumps(document)


def test_a_field_that_is_marked_apart_never_becomes_an_open_one() -> None:
    """If it failed, a red field of 2.0 or 2.1 would be one of a green incident in every other format."""
    marking = [{"marking_ref": RED, "selectors": [PROPERTY]}]
    assert not incidents(incident(granular_markings=marking, object_marking_refs=[GREEN]))[0].custom_fields
    for selector in ("extensions", f"extensions.{EXTENSION}", f"extensions.{EXTENSION}.custom_fields.[0]"):
        marking[0]["selectors"] = [selector]
        item = made("incident", name="i", object_marking_refs=[GREEN], granular_markings=marking, extensions=EXTENSIONS["ours"])
        (found,) = read(encoded(item), "stix-2.1")
        assert not found.custom_fields
        assert json.loads(write([found], "stix-2.1")) == item


# ---- between the versions ----------------------------------------------------------------------------------------

HEAD = {"extension_type": "property-extension"}
EXTENSIONS: dict[str, Any] = {
    "ours": {EXTENSION: {**HEAD, **OURS}},
    "ours with another one": {CORE: {**HEAD, "determination": "confirmed"}, EXTENSION: {**HEAD, **OURS}},
    "theirs": {EXTENSION: {**HEAD, **OURS, "x": 1}},
}


@pytest.mark.parametrize("extensions", EXTENSIONS.values(), ids=EXTENSIONS)
@pytest.mark.parametrize("members", [{}, {PROPERTY: OURS}, {PROPERTY: 5}], ids=["alone", "beside the property", "beside a 5"])
def test_what_2_1_says_comes_back_over_2_0(members: Any, extensions: Any) -> None:
    """If it failed, an extension and a property of 2.1 would become one in 2.0, and one of them be lost."""
    document = made("incident", name="i", **members, extensions=extensions)
    there = translate(encoded(document), "stix-2.0", "stix-2.1", Context())
    assert json.loads(translate(there.data, "stix-2.1", "stix-2.0", Context()).data) == document


def test_a_property_of_theirs_is_not_overwritten() -> None:
    """If it failed, the fields of an incident would stand where somebody else's value was, for all but Dragoman."""
    found = lowered(made("incident", name="i", **{PROPERTY: 5}, extensions=EXTENSIONS["ours"]), carry="drop")
    assert found[PROPERTY] == 5


def test_the_extension_of_2_1_is_the_property_of_2_0() -> None:
    """If it failed, the definition of an extension would stand in a document of a version that has none."""
    data = write([model()], "stix-2.1")
    found = lowered(json.loads(data))
    field = {"id": uuid(2), "value": "7", "type": {"id": uuid(12), "name": "cost", "type": "int"}}
    assert bearers(encoded(found)) == {"x-dragoman-incident": {"custom_fields": [field]}}
    assert EXTENSION not in json.dumps(found)
    assert json.loads(translate(encoded(found), "stix-2.1", "stix-2.0", Context()).data) == json.loads(data)


# ---- any ---------------------------------------------------------------------------------------------------------

maybe = st.none() | texts
TYPES = st.builds(FieldType, id=maybe, name=texts.filter(bool), description=maybe, type=maybe)
PLAIN = st.builds(CustomField, id=maybe, value=texts, type=TYPES)


@quietly
@given(st.lists(PLAIN, min_size=1, max_size=3))
def test_any_plain_fields_are_native(fields: list[CustomField]) -> None:
    """If it failed, there would be a value or a name that only Dragoman can read."""
    (back,) = read(write([Incident(id=uuid(9), custom_fields=fields)], "stix-2.0", Context(carry="drop")), "stix-2.0")
    assert back.custom_fields == fields


@quietly
@given(st.lists(parts(CustomField) | PLAIN, max_size=3), st.lists(parts(CustomField), max_size=2))
def test_any_fields_come_back(some: list[CustomField], more: list[CustomField]) -> None:
    """If it failed, a marking, a missing name or an odd value would cost a field, or its neighbour."""
    model_comes_back("stix-2.0", Incident(id=uuid(8), custom_fields=some), Incident(id=uuid(9), custom_fields=more))


anything = texts | json_values
MEMBERS = st.fixed_dictionaries(
    {}, optional={"id": anything, "value": anything, "type": st.just({"name": "n"}) | json_values, "x": texts}
)
LISTS = st.lists(st.sampled_from(FIELDS) | MEMBERS, max_size=3)
PROPERTIES = LISTS.map(lambda found: {"custom_fields": found}) | LISTS | json_values


@quietly
@given(PROPERTIES, st.sampled_from(["stix-2.0", "stix-2.1", "base"]))
def test_any_property_comes_back(said: Any, other: str) -> None:
    """If it failed, there would be a property of somebody else that is changed in silence."""
    document = incident(said)
    assert over(document, other) == document
    assert over(bundled(said), other) == bundled(said)


def bundled(said: Any) -> Any:
    """A document in which a report stands for the incident, and something else has the property as well."""
    report = old("report", 1, name="r", published=TIME, labels=["x"], **{PROPERTY: said})
    return old_bundle(old("tool", 2, name="t", labels=["x"], **{PROPERTY: said}), report)


def test_an_edit_of_a_value_wins() -> None:
    """If it failed, a partner's correction would be undone by what is carried."""
    data = write([model(name="n", purpose="other")], "stix-2.0")
    (back,) = read(data.replace(b'"value": "7"', b'"value": "8"'), "stix-2.0")
    assert [one.value for one in back.custom_fields] == ["8"]


def test_the_fields_of_a_bundle_of_2_1_are_found_beside_other_objects() -> None:
    """If it failed, an object that comes before the incident would hide its fields."""
    data = json.loads(write([model()], "stix-2.1"))
    document = bundle(made("identity", 7, name="a"), *data["objects"])
    assert set(bearers(encoded(lowered(document)))) == {"x-dragoman-incident"}
