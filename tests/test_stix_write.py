"""STIX 2.1: what is written for incidents from elsewhere: ids, markings, cargo, and what the standard demands."""

from __future__ import annotations

import json
import uuid as uuids
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from dragoman.adapter import Context
from dragoman.ledger import Kind
from dragoman.model import (
    Actor,
    Address,
    CustomField,
    DomainName,
    EntityCount,
    FieldMarking,
    File,
    ForeignObject,
    Impact,
    Incident,
    Indicator,
    Location,
    Malware,
    MalwareAnalysis,
    Note,
    Observation,
    Opinion,
    Process,
    Reference,
    Relation,
    Report,
    Sighting,
    SoftwareProduct,
    Vulnerability,
)
from dragoman.model.marking import LEVELS, Level, level
from dragoman.model.plain import plain
from dragoman.translate import differences
from dragoman_stix import adapter
from dragoman_stix import cargo as cargo_module
from dragoman_stix.cargo import AUTHOR, EXTENSION, loaded
from dragoman_stix.codecs import PAP, TLP, WORDS, marking_ref, marking_refs
from dragoman_stix.ids import OBSERVABLES, OURS, canonical, observable_id, observable_uuid, our_uuid, uid
from stix_samples import CORE, TIME, bundle, made, read, types, uuid, whole, write

# ---- Ids --------------------------------------------------------------------------------------------------------

VECTORS: list[tuple[str, dict[str, Any], str]] = [
    ("ipv4-addr", {"value": "198.51.100.3"}, "28bb3599-77cd-5a82-a950-b5bc3caf07c4"),
    ("domain-name", {"value": "example.com"}, "bedb4899-d24b-5401-bc86-8f6b4cc18ec7"),
    ("url", {"value": "https://example.com/research/index.html"}, "47c3cf9a-5027-5bf0-997a-017c7edc7c55"),
    ("email-addr", {"value": "john@example.com", "display_name": "J"}, "7165e2a9-671f-585d-b1e1-ca59c671d934"),
    ("autonomous-system", {"number": 15139}, "3aa27478-50b5-5ab8-9da9-cdc12b657fff"),
    ("file", {"name": "qwerty.dll", "size": 5}, "06ce4029-bd3e-524d-bc97-61a81394c0d6"),
    ("file", {"name": "foo.exe", "hashes": {"SHA-256": "a" * 64, "MD5": "d41d8cd98f00b204e9800998ecf8427e"}},
     "51d0535d-dfbb-5909-b066-8ee329783353"),
    ("user-account", {"account_type": "unix", "user_id": "1001", "account_login": "jdoe"},
     "f94d689e-707d-58c3-b803-c720bb6ed096"),
    ("artifact", {"payload_bin": "aGVsbG8=", "mime_type": "text/plain"}, "c31e8e38-8283-504b-9e75-800b29a09186"),
    ("software", {"name": "Word", "vendor": "Microsoft", "version": "2002"}, "c616478f-891e-5ddb-bb5c-f6d497d2a513"),
    ("mutex", {"name": "m"}, "07f2b411-b577-5759-885d-c3058bce0b29"),
]  # fmt: skip


@pytest.mark.parametrize(("type_name", "properties", "expected"), VECTORS)
def test_the_id_of_an_observable_is_that_of_other_tools(type_name: str, properties: dict[str, Any], expected: str) -> None:
    """If it failed, the same address would get another id here than elsewhere, and never be found to be the same."""
    assert observable_id(type_name, properties) == f"{type_name}--{expected}"


def test_the_library_of_the_standard_gives_the_same_ids() -> None:
    """If it failed, the vectors above would hold but the rule behind them would not."""
    v21 = pytest.importorskip("stix2.v21")
    found = v21.NetworkTraffic(src_ref=f"ipv4-addr--{uuid(1)}", protocols=["tcp", "http"], dst_port=80,
                               start="2020-01-01T00:00:00Z")  # fmt: skip
    said = json.loads(found.serialize())
    assert observable_id("network-traffic", {key: said[key] for key in said if key != "id"}) == said["id"]
    found = v21.WindowsRegistryKey(key='HKEY_X\\é"', values=[{"name": "b", "data": "a", "data_type": "REG_SZ"}])
    said = json.loads(found.serialize())
    assert observable_id("windows-registry-key", {key: said[key] for key in said if key != "id"}) == said["id"]


@pytest.mark.parametrize("name", ["", "a", "é𝄞", "x" * 1000])
def test_our_ids_are_uuid5(name: str) -> None:
    """If it failed, the fast way of making ids would not be the standard one, and ids would differ between releases."""
    assert our_uuid(name) == str(uuids.uuid5(OURS, name))
    assert observable_uuid(name) == str(uuids.uuid5(OBSERVABLES, name))
    assert str(uuids.uuid5(uuids.NAMESPACE_URL, "https://dragoman.invalid/ns/stix")) == str(OURS)


def test_frozen_ids() -> None:
    """If it failed, what older releases have written could no longer be read."""
    assert EXTENSION == "extension-definition--7d4c3f90-f11d-57cf-8117-eabc84835b1f"
    assert AUTHOR == "identity--0f3eb6f8-28d6-5f2a-8f0c-f9217b0d5553"
    assert all(frozen == derived for frozen, derived in cargo_module.names())
    assert uid("bundle", "x") == "bundle--" + str(uuids.uuid5(OURS, "bundle x"))


def test_a_process_has_an_id_that_looks_random_and_is_not() -> None:
    """If it failed, two processes would be one object, or one would be another each time, or the standard broken."""
    first, again, other = (observable_id("process", {"pid": pid}) for pid in (1, 1, 2))
    assert first == again != other
    assert uuids.UUID(first.removeprefix("process--")).version == 4


CANONICAL = [
    ({"b": 1, "a": [True, None, "x\n\u20ac"]}, '{"a":[true,null,"x\\n\u20ac"],"b":1}'),
    ({"\ufb33": 1, "\U0001f600": 2}, '{"\U0001f600":2,"\ufb33":1}'),
    (1.0, "1"), (0.1, "0.1"), (1e21, "1e+21"), (1.5e-7, "1.5e-7"), (0.000001, "0.000001"), (-1.5e-06, "-0.0000015"),
    (333333333.3333333, "333333333.3333333"), (1e20, "100000000000000000000"), (-0.0, "0"), (5e-324, "5e-324"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), CANONICAL)
def test_canonical_json(value: Any, text: str) -> None:
    """If it failed, ids of observables with numbers or odd keys would differ from those of RFC 8785."""
    assert canonical(value) == text


# ---- Markings ---------------------------------------------------------------------------------------------------


def test_the_fixed_markings() -> None:
    """If it failed, a TLP marking would become a private one that nobody enforces."""
    assert len(TLP) == 9
    assert len(WORDS) == len(TLP) + len(PAP), "two words share a marking"
    assert marking_ref("tlp-2:amber+strict") == "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"


@pytest.mark.parametrize("word", [*LEVELS, "somebody:secret", "words"])
def test_a_marking_of_another_scheme_is_never_widened(word: str) -> None:
    """If it failed, what may be seen inside one organisation only could be passed on by a reader of the document."""
    assert level(WORDS[marking_ref(word)]) >= level(word)


def test_as_agreed_is_no_marking_and_equal_levels_are_said_once() -> None:
    """If it failed, a document would carry the same marking twice, which strict readers refuse."""
    assert marking_refs(["iodef:default"]) is None
    assert marking_refs(["iodef:amber", "iodef:need-to-know"]) == [TLP["tlp-2:amber+strict"]]


def levels(item: dict[str, Any]) -> Level:
    return max((level(WORDS.get(ref, ref)) for ref in item.get("object_marking_refs", ())), default=Level.CLEAR)


def test_parts_of_a_marked_incident_are_marked() -> None:
    """If it failed, an actor or a note would leave a RED incident as an object that anyone may have."""
    malware = Malware(id=uuid(3), name="m", markings=["tlp-2:amber"])
    incident = Incident(id=uuid(1), summary="s", markings=["tlp-2:red"], actors=[Actor(name="a")],
                        notes=[Note(content="n")], malware=[malware])  # fmt: skip
    objects = json.loads(write([incident])[0])["objects"]
    found = {item["type"]: levels(item) for item in objects if item["id"] not in (AUTHOR, EXTENSION)}
    assert found == {"incident": Level.RED, "threat-actor": Level.RED, "note": Level.RED, "malware": Level.AMBER}


def test_a_marking_of_a_field_holds_for_the_property_or_for_the_whole() -> None:
    """If it failed, a field that only few may see would stand in an object that anyone may have."""
    by_name = Actor(name="a", field_markings=[FieldMarking(marking="tlp-2:red", fields=["external_ids", "name"])])
    elsewhere = Incident(id=uuid(1), summary="s", actors=[by_name],
                         field_markings=[FieldMarking(marking="tlp-2:amber", fields=["summary"])])  # fmt: skip
    incident, actor = json.loads(write([elsewhere])[0])["objects"][:2]
    assert incident["granular_markings"][0] == {"marking_ref": TLP["tlp-2:amber"], "selectors": ["name"]}
    assert "object_marking_refs" not in incident
    assert actor["granular_markings"] == [{"marking_ref": TLP["tlp-2:red"], "selectors": ["name"]}]
    assert levels(actor) is Level.RED


# ---- Cargo ------------------------------------------------------------------------------------------------------

BASE = [made("identity", 2, name="b"), made("incident", 1, name="a"),
        {"type": "file", "id": f"file--{uuid(3)}", "name": "f"}]  # fmt: skip


def edited(document: Any) -> tuple[Any, list[Incident]]:
    """A document whose incident says what STIX has no place for, and that incident."""
    incidents, _ = read(document)
    incidents[0].custom_fields = [CustomField(value="v")]
    if incidents[0].contacts:
        incidents[0].contacts[0].timezone = "+01:00"
    if incidents[0].observables:
        incidents[0].observables[0].category = "finer"
    return json.loads(write(incidents)[0]), incidents


def bears(document: Any) -> list[str]:
    listed = document if isinstance(document, list) else document.get("objects", [document])
    return [item["type"] for item in listed if EXTENSION in item.get("extensions", {})]


WHERE = [
    (bundle(*BASE), ["identity", "incident"]),
    (BASE, ["identity", "incident"]),
    (BASE[1], ["incident"]),
    (bundle(BASE[0], BASE[2]), ["identity"]),
    (bundle(BASE[2]), ["identity"]),
    (bundle(BASE[0], BASE[0]), ["identity"]),
    ({"type": "bundle", "id": f"bundle--{uuid(1)}"}, ["identity"]),
]


@pytest.mark.parametrize(("document", "where"), WHERE)
def test_cargo_travels_on_the_object_it_belongs_to_and_comes_back(document: Any, where: list[str]) -> None:
    """If it failed, cargo would be lost, or stand on an observable, whose id would no longer be that of its content."""
    out, incidents = edited(json.loads(json.dumps(document)))
    assert bears(out) == where
    back, context = read(out)
    assert differences(back, incidents).told == []
    assert not context.ledger.losses
    assert [len(i.extension_definitions) for i in back] == [0]


def test_cargo_comes_with_its_definition_and_goes_with_it() -> None:
    """If it failed, a reader could not look up what the extension is, or our own objects would pile up in documents."""
    out, _ = edited(bundle(*BASE))
    assert [item["id"] for item in out["objects"][3:]] == [AUTHOR, EXTENSION]
    (back,), _ = read(out)
    back.custom_fields, back.contacts[0].timezone, back.observables[0].category = (), None, None
    assert json.loads(write([back])[0]) == bundle(*BASE)


def test_an_extension_of_ours_that_carries_nothing_is_anybodys() -> None:
    """If it failed, a document that merely holds our definition would come back without it."""
    document = bundle(*BASE, *loaded(bundle(), {})["objects"])
    assert json.loads(write(read(document)[0])[0]) == document
    odd = made("identity", 4, name="x", extensions={EXTENSION: {"extension_type": "property-extension", "cargo": "none"}})
    assert json.loads(write(read(bundle(odd))[0])[0]) == bundle(odd)


def test_the_schema_of_the_extension_fits() -> None:
    """If it failed, the published schema would refuse what is written."""
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((Path(cargo_module.__file__).parent / "extension.schema.json").read_text("utf-8"))
    out, _ = edited(bundle(*BASE))
    for item in out["objects"][:2]:
        jsonschema.validate(item["extensions"][EXTENSION], schema)
    assert schema["$id"] == out["objects"][4]["schema"]


# ---- What the standard demands ----------------------------------------------------------------------------------

FOREIGN = Incident(
    id=uuid(1), summary="s", description=["d"], generation_time="2021-02-03T04:05:06+02:00", status="forwarded",
    impacted_counts=[EntityCount(entity="system", count=4)],
    actors=[Actor(), Actor(type="intrusion-set", name="i", references=[Reference(urls=["https://example.com/a"])])],
    malware=[Malware(name="m"), Malware(name="n", is_family=True)], malware_analyses=[MalwareAnalysis()],
    reports=[Report(name="r"), Report(type="grouping")], notes=[Note(content="c")], opinions=[Opinion(explanation="e")],
    locations=[Location(city="c"), Location(country="NO")], vulnerabilities=[Vulnerability()],
    relations=[Relation(source_ref="local-1", target_ref="local-2", relation="uses")],
    sightings=[Sighting(count=2)],
    observations=[Observation(object_refs=[f"mutex--{uuid(4)}"])],
    observables=[Address(type="mutex", name="m"), File(), Process(pid=4), Process(pid=5), SoftwareProduct()],
    foreign=[ForeignObject(format="misp", content={"a": 1})],
)  # fmt: skip


def test_what_nobody_said_is_filled_in_and_told() -> None:
    """If it failed, a document would not be valid, or a made-up value would pass for one that somebody gave."""
    data, context = write([FOREIGN])
    assert json.loads(data)["objects"][0]["created"] == "2021-02-03T02:05:06.000Z"
    told = {loss.path for loss in context.ledger if loss.kind is Kind.DEFAULTED}
    assert {"/0/actors/0/name", "/0/malware/0/is_family", "/0/locations/0/region", "/0/determination"} <= told
    assert not any(path.startswith("/0/header") for path in told)
    assert plain(read(data)[0], Incident) == plain([FOREIGN], Incident)


def test_nameless_parts_need_no_cargo() -> None:
    """If it failed, a table of ten thousand nameless records would carry an id and two times for each."""
    incident = Incident(id=uuid(1), summary="s", created=TIME, modified=TIME, markings=["tlp-2:green"],
                        actors=[Actor(name=str(n)) for n in range(5)])  # fmt: skip
    data, context = write([incident])
    assert not context.ledger.losses
    ids = [item["id"] for item in json.loads(data)["objects"]]
    assert len(set(ids)) == 6
    assert plain(read(data)[0], Incident) == plain([incident], Incident)


def test_references_by_other_names_follow_their_objects() -> None:
    """If it failed, a relation between objects that other formats name by a bare UUID would point at nothing."""
    incident = Incident(id=uuid(1), summary="s", actors=[Actor(id=uuid(5), name="a")],
                        malware=[Malware(id="m-1", name="m")],
                        relations=[Relation(source_ref=uuid(5), target_ref="m-1", relation="uses"),
                                   Relation(source_ref="lost", target_ref="m-1", relation="uses")])  # fmt: skip
    objects = {item["id"]: item for item in json.loads(write([incident])[0])["objects"]}
    relations = [item for item in objects.values() if item["type"] == "relationship"]
    assert relations[0]["source_ref"] == f"threat-actor--{uuid(5)}"
    assert objects[relations[0]["target_ref"]]["name"] == "m"
    assert objects[relations[1]["source_ref"]]["type"] == "incident"


def strictly(data: bytes) -> list[str]:
    """What the library of the standard and the validator of OASIS say against a document."""
    stix2, validator = pytest.importorskip("stix2"), pytest.importorskip("stix2validator")
    stix2.parse(data.decode(), allow_custom=False)
    results = validator.validate_string(data.decode(), validator.ValidationOptions(version="2.1"))
    return [str(error) for error in results.errors or ()]


@pytest.mark.filterwarnings("ignore")
def test_a_foreign_incident_is_written_as_strict_readers_want_it() -> None:
    """If it failed, other tools would refuse what Dragoman writes."""
    assert strictly(write([FOREIGN])[0]) == []


@pytest.mark.filterwarnings("ignore")
def test_an_incident_that_says_nothing_is_written_as_strict_readers_want_it() -> None:
    """If it failed, the smallest incident would be no STIX."""
    assert strictly(write([Incident()])[0]) == []


def test_impacts_and_indicators_on_their_own() -> None:
    """If it failed, parts that STIX wants whole could not be written without being complete."""
    objects = json.loads(write([Incident(id=uuid(1), indicators=[Indicator(id=f"indicator--{uuid(2)}", name="i")])])[0])
    indicator = next(item for item in objects["objects"] if item["type"] == "indicator")
    assert {"pattern", "pattern_type", "valid_from"} <= indicator.keys()
    assert Impact in {spec.cls for spec in types().values()}
    assert CORE in whole("incident")["extensions"]


@pytest.mark.parametrize("order", [("extensions", "granular_markings"), ("granular_markings", "extensions")])
def test_the_order_of_members_needs_no_cargo(order: tuple[str, str]) -> None:
    """If it failed, a foreign incident would come back with objects of ours that say how its members stood."""
    known = {
        "extensions": {f"extension-definition--{uuid(70)}": {"extension_type": "property-extension", "a": 1}},
        "granular_markings": [{"marking_ref": TLP["tlp-2:red"], "selectors": ["name"]}],
    }
    head = {"type": "incident", "spec_version": "2.1", "id": f"incident--{uuid(71)}", "created": TIME, "modified": TIME}
    document = bundle(head | {"name": "s"} | {name: known[name] for name in order})
    incidents, _ = read(json.loads(json.dumps(document)))
    again = write(incidents)[0]
    assert json.loads(again) == document
    assert list(json.loads(again)["objects"][0]) == list(document["objects"][0])


@pytest.mark.parametrize("carry", ["extension", "drop"])
@pytest.mark.parametrize("value", ["secret.example", ""])
def test_an_observable_of_no_format_is_as_marked_as_it_says(value: str, carry: Any) -> None:
    """If it failed: what a tracker's reader found and marked RED would stand as open as its incident."""
    found = DomainName(value=value, markings=["tlp-2:red"])
    incident = Incident(summary="s", markings=["tlp-2:green"], observables=[found])
    sink = BytesIO()
    adapter.write([incident], sink, Context(carry=carry))
    written = json.loads(sink.getvalue())["objects"]
    [item] = [item for item in written if item["type"] in ("domain-name", "artifact")]
    assert item["object_marking_refs"] == [TLP["tlp-2:red"]]
