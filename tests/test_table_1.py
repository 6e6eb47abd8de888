"""The base message against Table 1 as docs/requirements.yaml has it, which knows nothing of our mapping."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings

from asked import TABLE_1, Message, message, paths, put, rows, sample, steps, taken_out
from dragoman import Context, read, write
from dragoman.adapter import Can
from dragoman.difference import differences
from dragoman.errors import ReadError
from dragoman.ledger import Kind
from dragoman.model import Contact, CustomField, FieldType, Incident, Tlp
from dragoman.model.incident import IncidentType
from dragoman.model.narrative import RelatedActivity
from dragoman.model.parts import Identifier, IdentifierSet, Reference
from dragoman.outgoing import prepared
from dragoman.profile import Agreement, Profile
from dragoman.registry import adapter, formats
from dragoman.testing import incidents

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
CASES = Path(__file__).parents[1] / "fixtures" / "cases"
DOCUMENTS = sorted(path for path in CASES.glob("*/*") if path.stem in formats())
OTHERS = [name for name in formats() if name != "base" and Can.READ | Can.WRITE in adapter(name).format.can]
CARRIERS = [name for name in OTHERS if Can.CARRY in adapter(name).format.can]
BEYOND = {f"attachments[].{name}" for name in ("id", "media_type", "size", "sha256", "filename")}  # allowed by the reading
ROWS = {row.path for row in TABLE_1}
WRONG = {"uuid": "no uuid", "text": 5, "number": "high", "fraction": 1.5, "time": "yesterday", "object": 5, "list": 5}


def taken(said: Any, context: Context | None = None) -> list[Incident]:
    return read(json.dumps(said).encode(), "base", context)


def said(found: list[Incident], context: Context | None = None) -> Message:
    whole: Message = json.loads(write(found, "base", context))
    return whole


def bare() -> Context:
    """Writes what the base message has a place for, and nothing else."""
    return Context(now=lambda: NOW, carry="drop")


def changed(path: str, value: Any) -> Message:
    whole = message()
    put(whole, path, value)
    return whole


# ---- The rows -----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("T1", "BF-1", "CF-1", "IT-1", "TLP-1")
def test_a_message_of_all_rows_is_understood_and_comes_back() -> None:
    """If it failed, some row of Table 1 would be no member of ours, or not be what the table says."""
    reading, writing = Context(), bare()
    found = taken(message(), reading)
    assert said(found, writing) == message()
    assert not [*reading.ledger, *writing.ledger]
    assert [incident.residue for incident in found] == [None]


@pytest.mark.requirement("T1", "BF-1", "TLP-1")
@rows()
def test_a_row_that_is_missing(row: Any) -> None:
    """If it failed, a message without a mandatory member would pass, or one without an optional member be refused."""
    whole = taken_out(message(), row.path)
    if row.mandatory:
        with pytest.raises(ReadError) as caught:
            taken(whole)
        assert caught.value.what == f"base message: {row.path.replace('[]', '[0]')} is missing"
    else:
        assert said(taken(whole), bare()) == whole


@pytest.mark.requirement("T1", "BF-2", "BF-3", "IT-3")
@rows(*WRONG)
def test_a_value_of_another_type(row: Any) -> None:
    """If it failed, a text could stand for a time and a name for an id, and nobody would be told; or the value be gone."""
    context = Context()
    whole = changed(row.path, WRONG[row.kind])
    found = taken(whole, context)
    place = "".join(f"/{step}" for step in steps(row.path.removesuffix("[]")))
    assert [(loss.kind, loss.path) for loss in context.ledger.of({Kind.INVALID})] == [(Kind.INVALID, place)]
    assert said(found) == whole


@pytest.mark.requirement("T1", "TLP-1", "TLP-2")
@rows("label")
def test_a_label_that_cannot_be_read(row: Any) -> None:
    """If it failed, somebody would have to guess who may see the message."""
    with pytest.raises(ReadError, match="tlp cannot be read"):
        taken(changed(row.path, "Purple"))


@pytest.mark.requirement("T1", "BF-1", "BF-6", "TLP-4")
def test_the_published_schema_has_these_members_and_no_others() -> None:
    """If it failed, our base message would be another one than the paper's; one more member might name the parent."""
    schema = adapter("base").schema()  # type: ignore[attr-defined]
    found = dict(members(schema, "incident"))
    assert set(found) == ROWS | BEYOND
    assert {path for path, mandatory in found.items() if mandatory} == {row.path for row in TABLE_1 if row.mandatory}


def members(schema: Any, part: str, path: str = "") -> Any:
    """The members of a schema by their path, and whether they are mandatory."""
    definition = schema["$defs"][part]
    for name, shape in definition["properties"].items():
        inner = shape.get("items", shape)
        place = f"{path}{name}{'[]' if 'items' in shape else ''}"
        yield place, name in definition["required"]
        for one in inner.get("anyOf", [inner]):
            if "$ref" in one:
                yield from members(schema, one["$ref"].rpartition("/")[2], f"{place}.")


# ---- Ids ----------------------------------------------------------------------------------------------------------

SPELLINGS: list[Callable[[str], str]] = [str.upper, lambda text: text.replace("-", ""), "urn:uuid:{}".format, "{{{}}}".format]


@pytest.mark.requirement("BF-2")
@pytest.mark.parametrize("spell", SPELLINGS, ids=["upper", "plain", "urn", "braces"])
@rows("uuid")
def test_two_spellings_of_one_id(row: Any, spell: Callable[[str], str]) -> None:
    """If it failed, one and the same id would look like two; or who sent it would get it back in another spelling."""
    whole = changed(row.path, spell(sample(row)))
    found = taken(whole)
    assert list(differences(taken(message()), [without_spelling(found[0])])) == []
    assert said(found) == whole


def without_spelling(incident: Incident) -> Incident:
    """The incident without the notes on how its source put things."""
    found = copy.deepcopy(incident)
    for part in (found, found.type, *found.contacts, *found.custom_fields, *(one.type for one in found.custom_fields)):
        assert part is not None
        part.residue = None
    return found


@pytest.mark.requirement("BF-2")
def test_ids_that_nobody_gave_are_uuids_and_each_providers_own() -> None:
    """If it failed, a subscriber of two providers would take the types of one for those of the other."""
    ours, theirs, next_one = (nameless(name, number) for name, number in (("a.example", 1), ("b.example", 1), ("a.example", 2)))
    assert all(UUID(found) for found in ours.values())
    assert not set(ours.values()) & set(theirs.values())
    assert {path for path in ours if ours[path] == next_one[path]} == {"type.id", "liaison.id", "custom_fields[].type.id"}


def nameless(provider: str, number: int) -> dict[str, str]:
    """The ids in a message about an incident that has none of its own."""
    whole = said([
        Incident(
            identifier=Identifier(value=str(number), authority=provider), incident_types=["phishing"],
            contacts=[Contact(role="liaison", name="Desk")], summary="s",
            custom_fields=[CustomField(value="412", type=FieldType(name="records", type="int"))],
        )
    ], bare())  # fmt: skip
    field = whole["custom_fields"][0]
    return {"id": whole["id"], "type.id": whole["type"]["id"], "liaison.id": whole["liaison"]["id"],
            "custom_fields[].id": field["id"], "custom_fields[].type.id": field["type"]["id"]}  # fmt: skip


# ---- Times and updates --------------------------------------------------------------------------------------------


@pytest.mark.requirement("BF-3")
@pytest.mark.parametrize("text", ["2026-11-21T23:16Z", "20261121T231600Z", "2026-W47-6T23:16:00Z", "2026-11-21 23:16:00+00:00"])
@rows("time")
def test_other_forms_of_iso_8601(row: Any, text: str) -> None:
    """If it failed, a time that ISO 8601 allows would be no time in other formats, or come back in another form."""
    context = Context()
    found = taken(changed(row.path, text), context)
    assert not list(context.ledger)
    assert datetime.fromisoformat(getattr(found[0], row.path)) == datetime(2026, 11, 21, 23, 16, tzinfo=UTC)
    assert said(found) == changed(row.path, text)


@pytest.mark.requirement("BF-3", "BF-7")
@pytest.mark.parametrize("over", ["base", *CARRIERS])
def test_an_update_is_the_same_incident_with_another_time(over: str) -> None:
    """If it failed, who gets an update in this format would see two incidents, or the first guess of when it happened."""
    update = changed("occurrence_time", "2026-11-20T01:00:00Z")
    update["next_update"] = "2026-11-23T10:00:00Z"
    first, second = (said(read(write(taken(whole), over), over)) for whole in (message(), update))
    assert first["id"] == second["id"] == message()["id"]
    assert (second["occurrence_time"], second["next_update"]) == ("2026-11-20T01:00:00Z", "2026-11-23T10:00:00Z")


# ---- The structure ------------------------------------------------------------------------------------------------


@pytest.mark.requirement("BF-1", "BF-4", "AT-2", "CF-3")
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_whatever_is_told_the_structure_stays(path: Path) -> None:
    """If it failed, readers of base messages would meet members that no table knows."""
    found = read(path.read_bytes())
    assert paths(said(found, bare())) <= ROWS | BEYOND
    carried = said(found, Context(now=lambda: NOW))
    assert {name for name in carried if name not in ROWS and f"{name}[]" not in ROWS} <= {"dragoman"}


@pytest.mark.requirement("BF-4", "AT-2", "CF-3")
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(incidents())
def test_the_structure_stays_for_any_incident(incident: Incident) -> None:
    """If it failed, some corner of the model would have grown a member of its own."""
    for part in (incident, incident.type, *incident.attachments, *incident.custom_fields, *incident.contacts):
        if part is not None:
            part.residue = None
    whole = said([incident], bare())
    assert {name for name in whole if name not in ROWS and f"{name}[]" not in ROWS} == set()


@pytest.mark.requirement("BF-1", "BF-4")
@pytest.mark.parametrize("over", CARRIERS)
@pytest.mark.parametrize("place", ["", "type.", "liaison.", "attachments[].", "custom_fields[].", "custom_fields[].type."])
def test_members_that_nobody_knows_travel_in_the_extension(place: str, over: str) -> None:
    """If it failed, what a partner added would be gone on the other side, or pass without a word."""
    whole = changed(f"{place}house_rule", "zq-kept")
    context = Context()
    data = write(taken(whole), over, context)
    assert said(read(data, over)) == whole
    assert [loss for loss in context.ledger.of({Kind.CARRIED}) if loss.path.endswith("/house_rule")]
    assert b"zq-kept" not in write(taken(whole), over, bare())


@pytest.mark.requirement("BF-6", "PR-2", "PR-3")
def test_the_message_has_no_place_for_its_parent() -> None:
    """If it failed, a customer could learn from the base message who our suppliers are."""
    parent = Identifier(value="zq-parent", authority="zq-upstream.example")
    incident = Incident(
        summary="s", related=[RelatedActivity(identifiers=[parent])], alternatives=IdentifierSet(identifiers=[parent]),
        references=[Reference(source_name="zq-parent", urls=["https://zq-upstream.example/1"])],
    )  # fmt: skip
    assert "zq-" not in json.dumps(said([incident], bare()))
    assert b"zq-" in write([incident], "base"), "what is carried is what derivation has to leave out"


# ---- Types and fields ---------------------------------------------------------------------------------------------


@pytest.mark.requirement("CF-3")
def test_fields_of_any_definition_come_back_over_every_format() -> None:
    """If it failed, what two partners agreed on would be lost by a translation."""
    whole = message()
    whole["custom_fields"] = [copy.deepcopy(whole["custom_fields"][0]) for _ in range(3)]
    for number, field in enumerate(whole["custom_fields"]):
        field["id"] = field["id"][:-4] + f"9{number:03}"
        field["type"] |= {"id": field["id"][:-4] + f"8{number:03}", "name": f"agreed {number}"}
    for over in CARRIERS:
        assert said(read(write(taken(whole), over), over)) == whole


@pytest.mark.requirement("IT-1", "IT-2")
def test_a_type_is_told_with_all_that_table_2_has() -> None:
    """If it failed, a subscriber could not see whether it needs the type."""
    kind = IncidentType(id="52252076-9d38-4ffb-a5da-174bf6180001", name="n", description="d", consequence=0.5)
    found = said([Incident(type=kind)], bare())["type"]
    assert found == {"id": kind.id, "name": "n", "description": "d", "consequence": 0.5}


@pytest.mark.requirement("IT-3")
def test_the_consequence_can_be_withheld_from_one_partner() -> None:
    """If it failed, every subscriber would read how deep the provider was hit."""
    incident = taken(message())[0]
    found = prepared(incident, Agreement(withhold=("type.consequence",)), Profile(), bare())
    assert "consequence" not in said([found], bare())["type"]
    assert said([incident], bare()) == message()


# ---- Labels -------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("TLP-1", "TLP-2")
@pytest.mark.parametrize("schema", ["ENISA", "US-CERT"])
@pytest.mark.parametrize("value", ["Red", "Amber", "Green", "White"])
def test_a_label_stays_under_its_schema(schema: str, value: str) -> None:
    """If it failed, a receiver would read a word under rules under which nobody said it."""
    whole = message() | {"tlp": {"schema": schema, "value": value, "fields": [{"field": "summary", "value": value}]}}
    assert taken(whole)[0].markings == [f"{schema}:{value}".lower()]
    for over in ["base", *CARRIERS]:
        assert said(read(write(taken(whole), over), over))["tlp"] == whole["tlp"]


@pytest.mark.requirement("TLP-2")
@pytest.mark.parametrize("over", OTHERS)
@pytest.mark.parametrize("schema", ["ENISA", "US-CERT"])
def test_a_schema_that_a_format_cannot_say_is_told(schema: str, over: str) -> None:
    """If it failed, the label would change hands between two schemes and no ledger would know."""
    context = bare()
    data = write(taken(message() | {"tlp": {"schema": schema, "value": "Green"}}), over, context)
    again = said(read(data, over), bare()).get("tlp", {})
    assert again.get("schema") == schema or [loss for loss in context.ledger if loss.path == "/0/tlp/schema"]


@pytest.mark.requirement("TLP-2")
@pytest.mark.parametrize(
    ("markings", "schema"),
    [
        (["enisa:amber"], "ENISA"),
        (["us-cert:amber"], "US-CERT"),
        (["enisa:red", "us-cert:green"], "ENISA"),
        (["enisa:green", "us-cert:red"], "US-CERT"),
        (["tlp-2:amber"], "US-CERT"),
    ],
)
def test_a_marking_of_one_of_the_two_schemes_is_said_in_it(markings: list[str], schema: str) -> None:
    """If it failed, ENISA's words would be given to a receiver as US-CERT's."""
    assert said([Incident(markings=markings)], bare())["tlp"]["schema"] == schema


@pytest.mark.requirement("TLP-2")
def test_a_label_raised_across_schemes_is_told() -> None:
    """If it failed, somebody's US-CERT Red would become an ENISA Red in silence."""
    context = Context(now=lambda: NOW)
    inner = Contact(role="liaison", name="Desk", markings=["us-cert:red"])
    incident = Incident(tlp=Tlp(schema="ENISA", value="Green"), markings=["enisa:green"], contacts=[inner])
    assert said([incident], context)["tlp"] == {"schema": "ENISA", "value": "Red"}
    assert {"/0/tlp/value", "/0/contacts/0/markings/0"} <= {loss.path for loss in context.ledger}
