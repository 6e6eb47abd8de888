"""The label of a message on single fields, in a format that marks those: no more is hidden than was asked, and no less."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dragoman.model import Contact, ContactPoint, CustomField, FieldType, Incident, Tlp, TlpField
from dragoman.model.by_field import by_field
from dragoman.model.marking import Level
from dragoman.translate import translate
from test_strict_readers import READERS, stix

THEFT = json.loads((Path(__file__).parent / "cli" / "files" / "theft.json").read_bytes())
FIELDS = {
    **{name: THEFT[name] for name in ("summary", "description", "occurrence_time")},
    "liaison.phone": "+47 00 00 00 01",
    "custom_fields.colour": "Of the door",
}


def message(*fields: tuple[str, str]) -> bytes:
    label = {"schema": "ENISA", "value": "Green", "fields": [{"field": name, "value": word} for name, word in fields]}
    return json.dumps(THEFT | {"tlp": label}).encode()


def shown(data: bytes) -> dict[str, Level]:
    """The level at which each text may be read, at its widest."""
    found: dict[str, Level] = {}
    for text, _, level in stix(data):
        found[text] = min(found.get(text, Level.RED), level)
    return found


@pytest.mark.requirement("TLP-3")
def test_the_rest_stays_as_open_as_it_was() -> None:
    """If it failed, one RED phone number would keep a whole GREEN message from those who may read it."""
    seen = shown(translate(message(("liaison.phone", "Red"), ("description", "Amber")), "stix-2.1").data)
    assert seen[THEFT["summary"]] is Level.GREEN
    assert seen[THEFT["description"]] is Level.AMBER_STRICT, "amber of ENISA stays inside the organisation"
    assert seen[THEFT["liaison"]["phone"]] is Level.RED


@pytest.mark.requirement("TLP-5")
@pytest.mark.parametrize(("target", "reader"), READERS)
@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_as_hidden_as_it_was(field: str, target: str, reader: Any) -> None:
    """If it failed, a RED field of a GREEN message would stand in the open: as itself, elsewhere, or among what is carried."""
    secret = FIELDS[field]
    made = translate(message((field, "Red")), target).data
    assert not [place for text, place, level in reader(made) if secret in text and level < Level.RED]
    back = json.loads(translate(made, "base").data)
    assert back["tlp"] == json.loads(message((field, "Red")))["tlp"]
    assert {name: back[name] for name in THEFT if name != "tlp"} == {name: THEFT[name] for name in THEFT if name != "tlp"}


def incident(*fields: tuple[str, str], **more: Any) -> Incident:
    tlp = Tlp(schema="US-CERT", value="Green", fields=[TlpField(field=name, value=word) for name, word in fields])
    contact = Contact(role="liaison", phones=[ContactPoint(value="1")])
    custom = [CustomField(value=name, type=FieldType(name=name)) for name in ("users", "records")]
    return Incident(
        **({"summary": "s", "labels": ["a", "b"], "contacts": [contact], "custom_fields": custom, "tlp": tlp} | more)
    )


def test_each_value_marks_what_it_is_of() -> None:
    """If it failed, a value of the label would mark another field, or a part beside the one that was meant."""
    found = by_field(incident(("liaison.phone", "Red"), ("custom_fields.records", "Amber"), ("labels.[1]", "Red")))
    assert found.markings == ["us-cert:green"]
    assert [one.fields for one in found.contacts[0].field_markings] == [["phones"]] or found.contacts[0].phones[0].markings
    assert [field.markings for field in found.custom_fields] == [(), ["us-cert:amber"]]
    assert [(one.marking, one.fields) for one in found.field_markings] == [("us-cert:red", ["labels.[1]"])]


@pytest.mark.parametrize(
    "whole",
    [
        incident(("sumary", "Red"), markings=["us-cert:red"]),
        incident(("summary", "Red"), markings=["us-cert:red", "tlp-2:amber"]),
        incident(markings=["us-cert:green"]),
        incident(tlp=None, markings=["tlp-2:green"]),
    ],
    ids=["a field that is not there", "another marking beside it", "no field", "no label"],
)
def test_what_cannot_be_told_apart_stays_whole(whole: Incident) -> None:
    """If it failed, a misspelt field would open a message that its label closes."""
    assert by_field(whole) is whole


def test_a_wider_value_opens_nothing() -> None:
    """If it failed, a format would be given a marking wider than that of what is around it."""
    found = by_field(incident(("summary", "White"), markings=["us-cert:green"]))
    assert (found.markings, found.field_markings) == (["us-cert:green"], ())


@pytest.mark.requirement("TLP-3")
@pytest.mark.parametrize(("target", "reader"), READERS)
def test_one_hidden_custom_field_leaves_the_others_where_people_find_them(target: str, reader: Any) -> None:
    """If it failed, one RED custom field would take the GREEN ones with it, out of sight of all but Dragoman."""
    made = translate(message(("custom_fields.colour", "Red")), target).data
    texts = [(text, level) for text, _, level in reader(made)]
    assert all(level is Level.RED for text, level in texts if "Of the door" in text)
    assert min(level for text, level in texts if text == "encrypted") < Level.RED
    back = json.loads(translate(made, "base").data)
    assert back["custom_fields"] == THEFT["custom_fields"]
