"""The base message is Table 1: its members, what is mandatory, what else is accepted, and that it comes back."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dragoman import Context, detect, read, translate, write
from dragoman.adapter import Likeness
from dragoman.errors import ForbiddenLoss, InvalidOutput, LimitExceeded, ReadError
from dragoman.ledger import Kind
from dragoman.limits import Limits
from dragoman.model import (
    Assessment,
    Contact,
    ContactPoint,
    CustomField,
    Event,
    FieldMarking,
    Impact,
    Incident,
    Indicator,
    Text,
)
from dragoman.registry import adapter
from dragoman.validate import validate

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
MESSAGE: dict[str, Any] = {
    "id": "52252076-9D38-4ffb-a5da-174bf6189fc8",
    "type": {"id": "1b7293c9-6b7c-4df0-8721-0da39a5d54a0", "name": "Data leak", "description": "d", "consequence": 0.7},
    "language": "en",
    "status": "unresolved",
    "impact": 0.5,
    "summary": "A leak",
    "description": "Customer records were copied.\n\nWe know who.",
    "occurrence_time": "2026-11-21T23:16:57.964629Z",
    "detection_time": "2026-11-22T00:16:57+01:00",
    "liaison": {
        "id": "4e4c896c-f8d0-41d3-ba46-27d986094ac3",
        "name": "Support",
        "email": "support@example.com",
        "phone": "+47 123",
        "address": "Road 1",
        "zip": "7000",
        "city": "Trondheim",
    },
    "attachments": [{"format": "iodef-2", "uri": "https://example.com/1.xml"}],
    "custom_fields": [
        {
            "id": "c55e03ac-31bc-49d7-8c4d-2dee442b7c54",
            "value": "120",
            "type": {
                "id": "0027a505-5e69-445a-9fff-3de07bc25d5a",
                "name": "records",
                "description": "how many",
                "type": "int",
            },
        }
    ],
    "tlp": {"schema": "ENISA", "value": "Amber", "fields": [{"field": "liaison.email", "value": "Red"}]},
    "next_update": "2026-11-23T10:00:00Z",
}
MANDATORY = [
    "id", "type", "language", "status", "impact", "summary", "description", "occurrence_time", "detection_time",
    "liaison", "liaison.id", "liaison.name", "liaison.email", "liaison.phone", "liaison.address", "liaison.zip",
    "liaison.city", "attachments[0].format", "attachments[0].uri", "custom_fields[0].id", "custom_fields[0].value",
    "custom_fields[0].type", "custom_fields[0].type.id", "custom_fields[0].type.name",
    "custom_fields[0].type.description", "custom_fields[0].type.type", "tlp.schema", "tlp.value",
    "tlp.fields[0].field", "tlp.fields[0].value",
]  # fmt: skip


def changed(**members: Any) -> dict[str, Any]:
    return copy.deepcopy(MESSAGE) | members


def taken(message: Any, context: Context | None = None) -> list[Incident]:
    return read(json.dumps(message).encode(), "base", context)


def given(incident: Incident, **settings: Any) -> dict[str, Any]:
    """What a base message natively says of an incident."""
    context = Context(now=lambda: NOW, carry="drop", **settings)
    message: dict[str, Any] = json.loads(write([incident], "base", context))
    return message


def back(message: Any) -> tuple[Any, Context, Context]:
    """The message after a visit to the model, what was told of reading it, what of writing it."""
    reading, writing = Context(), Context()
    return json.loads(write(taken(message, reading), "base", writing)), reading, writing


def test_a_message_comes_back_as_it_was_and_nothing_is_told() -> None:
    message, reading, writing = back(MESSAGE)
    assert message == MESSAGE
    assert list(message) == list(MESSAGE)
    assert not len(reading.ledger)
    assert not len(writing.ledger)


def without(path: str) -> dict[str, Any]:
    message: Any = copy.deepcopy(MESSAGE)
    node, steps = message, path.replace("[0]", ".0").split(".")
    for step in steps[:-1]:
        node = node[int(step) if step.isdigit() else step]
    del node[steps[-1]]
    return dict(message)


@pytest.mark.requirement("BF-1")
@pytest.mark.parametrize("path", MANDATORY)
def test_a_missing_mandatory_member_is_refused_by_its_path(path: str) -> None:
    with pytest.raises(ReadError) as caught:
        taken(without(path))
    assert caught.value.what == f"base message: {path} is missing"


@pytest.mark.requirement("BF-1")
@pytest.mark.parametrize("path", ["attachments", "custom_fields", "tlp", "tlp.fields", "next_update"])
def test_the_other_members_may_be_missing(path: str) -> None:
    assert back(without(path))[0] == without(path)


@pytest.mark.requirement("BF-1")
def test_the_place_in_a_list_of_messages_is_named() -> None:
    with pytest.raises(ReadError, match=r"\[1\]\.impact is missing"):
        taken([MESSAGE, without("impact")])


@pytest.mark.requirement("BF-1", "AT-2")
@pytest.mark.parametrize(
    "message",
    [
        changed(type="1b7293c9-6b7c-4df0-8721-0da39a5d54a0"),
        changed(type={"id": "1b7293c9-6b7c-4df0-8721-0da39a5d54a0"}),
        changed(language="nb_NO"),
        changed(impact=1),
        changed(attachments=[], custom_fields=[]),
        changed(attachments=[{"id": "c55e03ac-31bc-49d7-8c4d-2dee442b7c54", "format": "zip", "url": "https://x/y"}]),
        changed(attachments=[{"format": "zip", "uri": "u", "url": "u", "size": 3, "sha256": "ab", "filename": "f"}]),
        changed(tlp={"id": 1, "schema": "enisa", "value": "amber", "fields": [{"field": "summary", "value": "RED"}]}),
        changed(tlp={"schema": "us-cert", "value": "WHITE", "fields": []}),
        changed(tlp=None),
        changed(parent=None, extra={"a": [1, {"b": None}]}, dragoman={"cargo": "of somebody else"}),
        changed(dragoman={"cargo": {"": 1}}),
        changed(liaison=MESSAGE["liaison"] | {"phone": "", "country": "NO"}),
        changed(occurrence_time="2026-11-21 23:16", next_update="20261123T100000Z"),
        [MESSAGE],
        [MESSAGE, changed(summary="another")],
        [],
    ],
)
def test_other_manners_are_accepted_and_come_back(message: Any) -> None:
    assert back(message)[0] == message


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"id": "no uuid"}, "/id"),
        ({"impact": "high"}, "/impact"),
        ({"impact": True}, "/impact"),
        ({"summary": 5}, "/summary"),
        ({"summary": None}, "/summary"),
        ({"detection_time": "2026-02-30T10:00:00Z"}, "/detection_time"),
        ({"detection_time": "yesterday"}, "/detection_time"),
        ({"detection_time": "2026-11-22T10:00:00+14:30"}, "/detection_time"),
        ({"liaison": "Support"}, "/liaison"),
        ({"liaison": MESSAGE["liaison"] | {"id": "x"}}, "/liaison/id"),
        ({"custom_fields": ["x"]}, "/custom_fields"),
        ({"status": "closed"}, "/status"),
    ],
)
def test_a_wrong_value_is_told_and_kept(members: dict[str, Any], path: str) -> None:
    message, reading, _ = back(changed(**members))
    assert message == changed(**members)
    assert [(loss.kind, loss.path) for loss in reading.ledger] == [(Kind.INVALID, path)]


@pytest.mark.parametrize("name", ["iodef-1", "iodef-2", "stix-2.1"])
def test_a_zone_that_no_clock_has_makes_no_invalid_document(name: str) -> None:
    """XML Schema knows no clock that is more than 14 hours from UTC; a receiver that checks would refuse the document."""
    message = changed(detection_time="2026-11-22T10:00:00+99:00")
    data = translate(json.dumps(message).encode(), name).data
    assert validate(data, name).faults == []
    assert json.loads(translate(data, "base").data)["detection_time"] == message["detection_time"]


@pytest.mark.requirement("CF-1", "CF-4")
@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("int", "120", None),
        ("int", "notanumber", "D201"),
        ("integer", "-1", None),
        ("float", "1e3", None),
        ("float", "nan", "D201"),
        ("bool", "", None),
        ("bool", "yes", "D201"),
        ("datetime", "2026-11-22T10:00:00Z", None),
        ("datetime", "soon", "D201"),
        ("uri", "https://example.com", None),
        ("uri", "no uri", "D201"),
        ("json", '["a"]', None),
        ("json", "[", "D201"),
        ("string", "anything", None),
        ("colour", "red", "D202"),
    ],
)
def test_custom_fields_are_checked_by_their_type(kind: str, value: str, code: str | None) -> None:
    field = copy.deepcopy(MESSAGE["custom_fields"][0])
    field["value"], field["type"]["type"] = value, kind
    message, reading, _ = back(changed(custom_fields=[field]))
    assert message["custom_fields"] == [field]
    assert [loss.code for loss in reading.ledger] == ([code] if code else [])


@pytest.mark.requirement("TLP-1", "TLP-2")
@pytest.mark.parametrize(
    "tlp",
    [
        {"schema": "ENISA", "value": "Purple"},
        {"schema": "FIRST", "value": "Red"},
        {"schema": "ENISA", "value": 3},
        {"schema": "ENISA", "value": "Red", "fields": "summary"},
        {"schema": "ENISA", "value": "Red", "fields": [{"field": "summary", "value": "pink"}]},
        "RED",
    ],
)
def test_a_label_that_cannot_be_read_is_refused(tlp: Any) -> None:
    with pytest.raises(ReadError, match="tlp cannot be read"):
        taken(changed(tlp=tlp))


def test_the_strictest_label_holds_for_formats_without_fields() -> None:
    (incident,) = taken(MESSAGE)
    assert incident.markings == ["enisa:red"]


def test_an_override_for_no_field_is_told() -> None:
    reading = Context()
    taken(changed(tlp={"schema": "ENISA", "value": "Green", "fields": [{"field": "nowhere", "value": "Red"}]}), reading)
    assert [(loss.code, loss.path) for loss in reading.ledger] == [("D202", "/tlp/fields/0/field")]


@pytest.mark.requirement("TLP-1")
@pytest.mark.parametrize(
    ("markings", "value"),
    [
        (["tlp-1:white"], "White"),
        (["tlp-2:clear"], "White"),
        (["tlp-2:green"], "Green"),
        (["tlp-2:amber"], "Amber"),
        (["tlp-2:amber+strict"], "Amber"),
        (["iodef:need-to-know"], "Amber"),
        (["tlp-2:clear", "tlp-2:red"], "Red"),
        (["marking-definition--52252076-9d38-4ffb-a5da-174bf6189fc8"], "Red"),
    ],
)
def test_other_markings_become_the_label(markings: list[str], value: str) -> None:
    assert given(Incident(markings=markings))["tlp"] == {"schema": "US-CERT", "value": value}


def test_the_label_is_as_strict_as_anything_that_travels_along() -> None:
    inner = Incident(markings=["tlp-2:green"], indicators=[Indicator(markings=["tlp-2:red"])])
    assert given(inner)["tlp"]["value"] == "Red"
    field = Incident(markings=["tlp-2:green"], field_markings=[FieldMarking(marking="tlp-2:amber", fields=["summary"])])
    assert given(field)["tlp"]["value"] == "Amber"
    (own,) = taken(changed(tlp={"schema": "ENISA", "value": "Green"}))
    own.indicators = [Indicator(markings=["tlp-2:red"])]
    assert given(own)["tlp"] == {"schema": "ENISA", "value": "Red"}


def test_no_label_stays_no_label() -> None:
    assert "tlp" not in given(Incident(markings=["iodef:default"]))


def test_what_nobody_said_is_filled_and_told() -> None:
    context = Context(now=lambda: NOW)
    message = json.loads(write([Incident()], "base", context))
    assert set(MANDATORY[:17]) - {path for path in MANDATORY if "." in path} <= set(message)
    assert message["occurrence_time"] == "2026-11-22T10:00:00Z"
    assert (message["type"]["name"], message["language"], message["impact"]) == ("unspecified", "und", 0.0)
    told = {loss.path.removeprefix("/0") for loss in context.ledger.of({Kind.DEFAULTED})}
    assert {"/id", "/language", "/status", "/impact", "/liaison/phone", "/summary", "/occurrence_time"} <= told


def test_what_the_incident_says_elsewhere_comes_first() -> None:
    message = given(
        Incident(
            id="incident--52252076-9d38-4ffb-a5da-174bf6189fc8",
            lang="nb",
            description=[Text("First line\nsecond", lang="nb")],
            generation_time="2026-11-22T09:00:00Z",
            events=[Event(start_time="2026-11-20T09:00:00Z")],
            assessments=[Assessment(impacts=[Impact(severity="low"), Impact(severity="high")])],
            incident_types=["phishing"],
            status="in-progress",
            contacts=[
                Contact(role="creator", names=["C"]),
                Contact(role="irt", names=[Text("CERT", lang="en")], emails=[ContactPoint(value="c@example.com")]),
            ],
        )
    )
    assert message["id"] == "52252076-9d38-4ffb-a5da-174bf6189fc8"
    assert (message["language"], message["status"], message["impact"]) == ("nb", "unresolved", 0.9)
    assert (message["summary"], message["type"]["name"]) == ("First line", "phishing")
    assert (message["occurrence_time"], message["detection_time"]) == ("2026-11-20T09:00:00Z", "2026-11-20T09:00:00Z")
    assert (message["liaison"]["name"], message["liaison"]["email"]) == ("CERT", "c@example.com")


def test_the_profile_comes_before_the_fallback() -> None:
    settings = {"defaults.liaison.phone": "+47 1", "defaults.impact": "0.3", "defaults.language": "nb"}
    message = given(Incident(), settings=settings)
    assert (message["liaison"]["phone"], message["impact"], message["language"]) == ("+47 1", 0.3, "nb")


def test_strict_names_what_nobody_said() -> None:
    (incident,) = taken(MESSAGE)
    write([incident], "base", Context(strict=True))
    incident.impact = None
    with pytest.raises(ForbiddenLoss, match="nobody said impact"):
        write([incident], "base", Context(strict=True))
    assert given(incident, strict=True, settings={"defaults.impact": 0.1})["impact"] == 0.1


@pytest.mark.requirement("BF-2", "BF-7")
def test_ids_are_the_same_every_time() -> None:
    incident = Incident(summary="x")
    assert given(incident)["id"] == given(copy.deepcopy(incident))["id"]
    assert given(incident)["id"] != given(Incident(summary="y"))["id"]


@pytest.mark.requirement("BF-4")
def test_what_it_has_no_place_for_travels_in_one_member() -> None:
    (incident,) = taken(changed(dragoman="mine", **{"dragoman-2": 2}))
    incident.indicators = [Indicator(pattern="[x]")]
    message = json.loads(write([incident], "base"))
    assert (message["dragoman"], message["dragoman-2"]) == ("mine", 2)
    assert list(message["dragoman-3"]) == ["cargo"]
    assert taken(message) == [incident]


def test_many_small_differences_stay_inside_our_own_limits() -> None:
    """If each of them were a member of one object, no reader with our limits would take what we wrote."""
    incident = Incident(custom_fields=[CustomField(value=str(number)) for number in range(10_500)])
    assert read(write([incident], "base"), "base") == [incident]


def test_what_would_nest_too_deeply_for_any_reader_is_not_written() -> None:
    event = Event(goal="innermost")
    for _ in range(60):
        event = Event(events=[event])
    with pytest.raises(InvalidOutput, match="nests deeper"):
        write([Incident(events=[event])], "base")
    roomy = Context(limits=Limits(json_depth=300))
    assert read(write([Incident(events=[event])], "base", roomy), "base", roomy) == [Incident(events=[event])]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"3", "neither an object nor a list"),
        (b"[3]", "neither an object nor a list"),
        (b'{"id": 1, "id": 2}', "stands twice"),
        (b'{"impact": NaN}', "not finite"),
        (b"{", "value|Expecting"),
    ],
)
def test_a_broken_document_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(ReadError, match=why):
        read(data, "base")


def test_a_document_over_a_limit_is_refused() -> None:
    with pytest.raises(LimitExceeded):
        taken(MESSAGE, Context(limits=Limits(bytes=100)))


def test_it_is_detected() -> None:
    data = json.dumps(MESSAGE).encode()
    assert detect(data) == "base"
    assert detect(b"\xef\xbb\xbf [" + data + b"]") == "base"
    assert adapter("base").sniff(data[:600]) is Likeness.PROBABLY
    assert adapter("base").sniff(b'{"type": "bundle"}') is Likeness.NO


@pytest.mark.requirement("BF-1")
def test_the_published_schema_agrees() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = adapter("base").schema()  # type: ignore[attr-defined]
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    assert list(validator.iter_errors(MESSAGE)) == []
    assert list(validator.iter_errors(changed(type="1b7293c9-6b7c-4df0-8721-0da39a5d54a0"))) == []
    for path in MANDATORY:
        assert list(validator.iter_errors(without(path))), path


def faults(message: Any) -> list[str]:
    found: list[str] = adapter("base").faults(json.dumps(message).encode(), Context())  # type: ignore[attr-defined]
    return found


@pytest.mark.requirement("BF-1")
def test_faults_are_listed_by_path() -> None:
    assert faults(MESSAGE) == []
    assert faults(changed(id="x")) == ["/id: is no UUID: kept as it stands"]
    assert faults(without("liaison.zip")) == ["input: base message: liaison.zip is missing"]


def test_the_prototypes_own_message_is_read() -> None:
    push = Path(__file__).parents[2] / "shared" / "corpus" / "iist" / "notification-push.json"
    if not push.is_file():
        pytest.skip("the corpus is not here")
    (message,) = json.loads(push.read_bytes())["body"]["incidents"]
    assert back(message)[0] == message
