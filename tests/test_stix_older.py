"""STIX 2.0: what comes back, what 2.1 and others get of it, and what 2.0 gets of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from corpus import IODEF, STIX, context, needed
from dragoman import Context, detect, translate
from dragoman.adapter import Likeness
from dragoman.errors import ReadError
from dragoman.ledger import Kind
from dragoman.registry import adapter
from dragoman.translate import read
from dragoman.validate import validate
from dragoman_stix.sniff import older_types
from stix20_samples import (
    AMBER,
    DOCUMENTS,
    GREEN,
    HARD,
    MAIL,
    RED,
    STRICT,
    encoded,
    incidents,
    lowered,
    observed,
    old,
    old_bundle,
    over,
    raised,
)
from stix_samples import CORE, TIME, bundle, made, uuid

CASES = Path(__file__).parents[1] / "fixtures" / "cases"
OTHERS = ("stix-2.0", "stix-2.1", "base", "iodef-2")


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("document", HARD.values(), ids=HARD)
def test_a_document_comes_back_as_it_was(document: Any, other: str) -> None:
    """If it failed, local keys, ids, markings or values would change on the way, and nobody would be told."""
    assert json.dumps(over(document, other)) == json.dumps(document)


@settings(max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(DOCUMENTS)
def test_whatever_it_says_comes_back(document: Any) -> None:
    """If it failed, there would be a document of 2.0 that is changed in silence."""
    assert over(document, "stix-2.0") == document
    assert over(document, "stix-2.1") == document


# ---- upwards ----------------------------------------------------------------------------------------------------


def by_type(document: Any, name: str) -> list[Any]:
    return [item for item in document["objects"] if item["type"] == name]


def test_observables_become_objects() -> None:
    """If it failed, a consumer of 2.1 would not find the address in the mail."""
    found = raised(HARD["mail"])
    (seen,), (mail,), (sender,) = (by_type(found, name) for name in ("observed-data", "email-message", "email-addr"))
    assert mail["from_ref"] == sender["id"]
    assert {item["id"] for item in found["objects"]} >= set(seen["object_refs"])
    archive = next(item for item in by_type(found, "file") if item.get("name") == "bill.zip")
    assert archive["ctime"] == TIME
    assert archive["extensions"]["archive-ext"]["contains_refs"][0].startswith("file--")
    assert mail["body_multipart"] == [{"body_raw_ref": archive["id"]}]
    assert "is_encrypted" not in archive


def test_an_observable_has_the_id_that_the_standard_gives_it() -> None:
    """If it failed, two tools would tell one address as two."""
    found = raised(old_bundle(observed({"0": {"type": "ipv4-addr", "value": "198.51.100.3"}})))
    assert by_type(found, "ipv4-addr")[0]["id"] == "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"


def test_an_observable_is_marked_as_what_it_stood_in() -> None:
    """If it failed, taking an address out of a red observation would show it to everybody."""
    found = raised(HARD["equal observables, marked otherwise"])
    assert [item["object_marking_refs"] for item in by_type(found, "email-addr")] == [[RED], [GREEN]]
    (marked,) = by_type(raised(HARD["markings of parts"]), "email-addr")
    assert RED in marked["object_marking_refs"]


def test_labels_that_say_a_type_become_types() -> None:
    """If it failed, 2.1 would get machine tags for types, or no types at all."""
    (found,) = by_type(raised(HARD["labels"]), "indicator")
    assert found["indicator_types"] == ["malicious-activity"]
    assert found["labels"] == ["own", 'misp:type="url"']
    assert found["pattern_type"] == "stix"
    assert found["granular_markings"][0]["selectors"] == ["labels.[0]", "indicator_types", "labels", "indicator_types.[0]"]


def test_patterns_follow_the_names_and_spans_of_2_1() -> None:
    """If it failed, the pattern could not be parsed by tools of 2.1."""
    path = "[file:{0} = t'2020-01-01T00:00:00Z' AND file:name = 'file:created']"
    span = "START {0}'2016-06-01T00:00:00Z' STOP {0}'2017-06-01T00:00:00Z'"
    old_text, new_text = f"{path.format('created')} {span.format('')}", f"{path.format('ctime')} {span.format('t')}"
    document = old_bundle(old("indicator", pattern=old_text, valid_from=TIME, labels=["unknown"]))
    (found,) = by_type(raised(document), "indicator")
    assert found["pattern"] == new_text
    assert over(document, "stix-2.1") == document


def test_what_nobody_said_is_not_said_for_them() -> None:
    """If it failed, a malware would be called no family, though its source did not say so."""
    document = old_bundle(old("malware", name="m", labels=["worm"]))
    assert incidents(document)[0].malware[0].is_family is None
    found = translate(encoded(document), "stix-2.1", "stix-2.0", Context())
    assert [loss.path for loss in found.ledger.of({Kind.DEFAULTED})] == ["/0/malware/0/is_family"]


def test_a_wrong_value_is_told_by_its_place() -> None:
    """If it failed, the message would lead into a document that the user has never seen."""
    wrong = old_bundle(
        observed({"a": {"type": "file", "name": "x", "created": "yesterday"}}), old("tool", 2, name="t", labels=[])
    )
    ledger = Context().ledger
    read(encoded(wrong), "stix-2.0", Context(ledger=ledger))
    assert [loss.path for loss in ledger] == ["/objects/1/labels", "/objects/0/objects/a/created"]


# ---- downwards --------------------------------------------------------------------------------------------------

ADDRESS = {
    "type": "ipv4-addr",
    "spec_version": "2.1",
    "id": "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4",
    "value": "198.51.100.3",
}
EXTENSION = {CORE: {"extension_type": "property-extension", "determination": "confirmed", "investigation_status": "open"}}


def test_types_that_2_0_lacks_become_custom_objects() -> None:
    """If it failed, strict consumers of 2.0 would refuse the document, or relationships would lead nowhere."""
    found = lowered(
        bundle(
            made("incident", 1, name="i", extensions=EXTENSION),
            made("location", 2, country="de"),
            made(
                "relationship",
                3,
                relationship_type="located-at",
                source_ref=f"incident--{uuid(1)}",
                target_ref=f"location--{uuid(2)}",
            ),
        )
    )
    incident, place, link = found["objects"][0], *(by_type(found, name)[0] for name in ("x-dragoman-location", "relationship"))
    assert (incident["type"], incident["determination"]) == ("x-dragoman-incident", "confirmed")
    assert place["country"] == "de"
    assert (link["source_ref"], link["target_ref"]) == (incident["id"], place["id"])
    assert all("spec_version" not in item for item in found["objects"])
    assert found["spec_version"] == "2.0"


def test_an_observable_that_stands_alone_gets_a_frame() -> None:
    """If it failed, addresses would vanish for consumers of 2.0, or what refers to them would break."""
    document = bundle(
        made("indicator", 1, pattern="[ipv4-addr:value = '198.51.100.3']", pattern_type="stix", valid_from=TIME),
        made("relationship", 2, relationship_type="based-on", source_ref=f"indicator--{uuid(1)}", target_ref=ADDRESS["id"]),
        ADDRESS,
    )
    found = lowered(document, carry="drop")
    (frame,), (link,) = by_type(found, "observed-data"), by_type(found, "relationship")
    assert frame["objects"] == {"0": {"type": "ipv4-addr", "value": "198.51.100.3"}}
    assert link["target_ref"] == frame["id"]
    assert by_type(found, "indicator")[0]["labels"] == ["unknown"]
    back = json.loads(translate(encoded(found), "stix-2.1", "stix-2.0", Context()).data)
    assert by_type(back, "relationship")[0]["target_ref"] == ADDRESS["id"]
    assert not by_type(back, "observed-data")


def test_observables_that_name_each_other_are_not_repeated_without_end() -> None:
    """If it failed, a directory of many files, each named by a relationship, would fill the memory: the square of them."""
    folder = f"directory--{uuid(1)}"
    head = {"type": "file", "spec_version": "2.1"}
    files = [
        {**head, "id": f"file--{uuid(number)}", "name": f"f{number}", "parent_directory_ref": folder}
        for number in range(9, 150)
    ]
    links = [made("relationship", number, relationship_type="duplicate-of", source_ref=file["id"], target_ref=files[0]["id"])
             for number, file in enumerate(files)]  # fmt: skip
    whole = {
        "type": "directory",
        "spec_version": "2.1",
        "id": folder,
        "path": "/",
        "contains_refs": [file["id"] for file in files],
    }
    document = bundle(*links, whole, *files)
    there = translate(encoded(document), "stix-2.0", "stix-2.1", Context())
    assert len(there.data) < 10 * len(encoded(document))
    assert json.loads(translate(there.data, "stix-2.1", "stix-2.0", Context()).data) == document


def test_a_pattern_of_another_language_is_no_indicator_of_2_0() -> None:
    """If it failed, a snort rule would stand where every consumer of 2.0 expects a STIX pattern."""
    found = lowered(bundle(made("indicator", 1, pattern="alert tcp any", pattern_type="snort", valid_from=TIME)))
    assert found["objects"][0]["type"] == "x-dragoman-indicator"


def test_a_grouping_is_a_report() -> None:
    """If it failed, what a platform of 2.1 groups would be invisible in one of 2.0."""
    document = bundle(made("grouping", 1, name="g", context="suspicious-activity", object_refs=[f"malware--{uuid(2)}"]))
    (found,) = lowered(document)["objects"]
    assert (found["type"], found["published"], found["x_dragoman_context"]) == ("report", TIME, "suspicious-activity")
    there = translate(encoded(document), "stix-2.0", "stix-2.1", Context())
    assert json.loads(translate(there.data, "stix-2.1", "stix-2.0", Context()).data) == document


def test_markings_are_never_widened() -> None:
    """If it failed, TLP:AMBER+STRICT would become AMBER or nothing in a version that does not know it."""
    words = {"clear": "94868c89-83c2-464b-929b-a1a8aa3c8487", "amber+strict": STRICT.partition("--")[2]}
    item = made(
        "malware",
        1,
        name="m",
        is_family=False,
        object_marking_refs=[STRICT],
        granular_markings=[{"marking_ref": f"marking-definition--{words['clear']}", "selectors": ["name"]}],
    )
    found = lowered(bundle(item))["objects"][0]
    assert found["object_marking_refs"] == [RED]
    assert found["granular_markings"][0]["marking_ref"] == "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"
    there = translate(encoded(bundle(item)), "stix-2.0", "stix-2.1", Context())
    (back,) = read(there.data, "stix-2.0", Context())
    assert list(back.malware[0].markings) == ["tlp-2:amber+strict"]


def test_the_marking_of_an_observable_selects_it() -> None:
    """If it failed, a red address inside of a green observation would be green."""
    seen = {"first_observed": TIME, "last_observed": TIME, "number_observed": 1, "object_refs": [ADDRESS["id"]]}
    item = made("observed-data", 1, **seen, object_marking_refs=[GREEN])
    marked = {
        **ADDRESS,
        "object_marking_refs": [GREEN, RED],
        "granular_markings": [{"marking_ref": AMBER, "selectors": ["value"]}],
    }
    (found,) = lowered(bundle(item, marked), carry="drop")["objects"]
    assert found["granular_markings"] == [
        {"marking_ref": RED, "selectors": ["objects.0"]},
        {"marking_ref": AMBER, "selectors": ["objects.0.value"]},
    ]


def test_cargo_is_a_custom_property() -> None:
    """If it failed, `extensions` would stand in objects of 2.0, which do not have them."""
    data = translate((CASES / "phishing" / "iodef-2.xml").read_bytes(), "stix-2.0", "iodef-2", Context()).data
    found = json.loads(data)
    assert "x_dragoman_cargo" in found["objects"][0]
    own = [item for item in found["objects"] if item["type"] in TYPES]
    assert own
    assert not any("extensions" in item for item in own)
    assert not by_type(found, "extension-definition")


TYPES = older_types()
NAMED = re.compile(r'"([a-z0-9-]+)--[0-9a-f]{8}-')


def custom_only_where_it_must_be(items: list[Any]) -> None:
    """Each object passes the strict parser.

    Custom content is allowed to it only if it has a custom property (x_...), or is of, or names an object of, a type
    that 2.0 does not have.
    """
    stix2 = pytest.importorskip("stix2", reason="the strict parser is not installed")
    for item in items:
        text = json.dumps(item)
        custom = '"x_' in text or not set(NAMED.findall(text)) <= TYPES
        stix2.parse(item, version="2.0", allow_custom=custom)


@needed
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("carry", ["extension", "drop"])
@pytest.mark.parametrize("file", IODEF, ids=lambda file: file.stem)
def test_what_we_write_is_valid(file: Path, carry: Any) -> None:
    """If it failed, a consumer that validates strictly would refuse the bundle."""
    validator = pytest.importorskip("stix2validator", reason="the validator is not installed")
    data = translate(file.read_bytes(), "stix-2.0", "iodef-2", context(carry=carry)).data.decode()
    custom_only_where_it_must_be(json.loads(data)["objects"])
    verdict = validator.validate_string(data, validator.ValidationOptions(version="2.0"))
    assert verdict.is_valid, [str(error) for error in verdict.errors]
    assert validate(data.encode(), "stix-2.0").faults == []


# Documents of others with faults of their own: no UUID, an address block, a type of observable that nobody knows.
FAULTY = ("incident-malware", "slider_examples", "evidence")


@needed
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("file", [f for f in STIX if not any(name in f.name for name in FAULTY)], ids=lambda file: file.stem)
def test_what_we_write_of_2_1_is_valid(file: Path) -> None:
    """If it failed, a document of 2.1 could not be given to consumers of 2.0."""
    validator = pytest.importorskip("stix2validator", reason="the validator is not installed")
    if file.stat().st_size > 1_000_000:
        pytest.skip("the parser of patterns takes minutes for it")
    data = translate(file.read_bytes(), "stix-2.0", "stix-2.1", context()).data.decode()
    found = json.loads(data)
    custom_only_where_it_must_be(found["objects"] if found["type"] == "bundle" else [found])
    verdict = validator.validate_string(data, validator.ValidationOptions(version="2.0"))
    assert verdict.is_valid, [str(error) for error in verdict.errors]


# ---- knowing it, and judging it ---------------------------------------------------------------------------------

KNOWN: list[tuple[Any, Any, str]] = [
    (old_bundle(old("malware")), Likeness.SURELY, "stix-2.0"),
    ({"objects": [dict(reversed(old("malware").items()))], "id": f"bundle--{uuid(1)}"}, Likeness.SURELY, "stix-2.0"),
    (old("malware"), Likeness.PROBABLY, "stix-2.0"),
    ([old("malware")], Likeness.PROBABLY, "stix-2.0"),
    (old_bundle(made("malware")), Likeness.NO, "stix-2.1"),
    (bundle(made("malware"), spec_version="2.1"), Likeness.NO, "stix-2.1"),
    (old_bundle(made("malware"), old("malware", 2)), Likeness.SURELY, "stix-2.0"),
    (bundle(ADDRESS), Likeness.NO, "stix-2.1"),
    ({"type": "url", "id": f"url--{uuid(1)}", "value": "x"}, Likeness.NO, "stix-2.1"),
    (old("incident"), Likeness.NO, "stix-2.1"),
    (old_bundle(), Likeness.SURELY, "stix-2.0"),
]


@pytest.mark.parametrize(("document", "likeness", "name"), KNOWN)
def test_sniffing_tells_the_versions_apart(document: Any, likeness: Likeness, name: str) -> None:
    """If it failed, labels and times would be read by the rules of the other version."""
    data = json.dumps(document, indent=1).encode()
    assert adapter("stix-2.0").sniff(data) is likeness
    assert detect(data) == name


WRONG: dict[str, tuple[Any, list[str]]] = {
    "no labels": (old_bundle(old("malware", name="m")), ["/objects/0/labels: is missing"]),
    "too precise": (
        old_bundle({**old("tool", name="t", labels=["x"]), "created": "2019-01-01T00:00:00.0000Z"}),
        ["/objects/0/created: has not exactly three digits after the second"],
    ),
    "another version": (
        old_bundle(old("tool", name="t", labels=["x"], spec_version="2.1")),
        ["/objects/0/spec_version: does not exist in this version"],
    ),
    "a type of 2.1": (old_bundle(old("note", content="x")), ["/objects/0: 2.0 has no objects of type note"]),
    "an id": (
        old_bundle({**old("tool", name="t", labels=["x"]), "id": "tool--28bb3599-77cd-5a82-a950-b5bc3caf07c4"}),
        ["/objects/0/id: is no UUID of version 4"],
    ),
    "a link to nowhere": (
        old_bundle(observed({"0": {"type": "ipv4-addr", "value": "1.2.3.4", "resolves_to_refs": ["7"]}})),
        [
            "/objects/0/objects/0/resolves_to_refs: names '7', which is not in this observed-data",
            "/objects/0/objects/0/resolves_to_refs: is no id such as type--f81d4fae-7dec-41d0-a765-00a0c91e6bf6 ('['7']')",
        ],
    ),
    "inside": (old_bundle(observed({"a": {"type": "url"}})), ["/objects/0/objects/a/value: is missing"]),
    "no version": (
        {"type": "bundle", "id": f"bundle--{uuid(1)}", "objects": [old("tool", name="t", labels=["x"])]},
        ["/spec_version: is missing"],
    ),
}


@pytest.mark.parametrize(("document", "expected"), WRONG.values(), ids=WRONG)
def test_a_fault_is_told_by_its_place(document: Any, expected: list[str]) -> None:
    """If it failed, a document that the standard forbids would be called valid, or nobody could find what is wrong."""
    found = validate(encoded(document), "stix-2.0").faults
    assert set(found) <= set(expected)
    assert found


def test_what_is_right_has_no_faults() -> None:
    """If it failed, a valid document would be refused."""
    right = old_bundle(observed(MAIL), old("x-own-thing", 2), old("tool", 3, name="t", labels=["x"], x_own=5))
    assert validate(encoded(right), "stix-2.0").faults == []


@pytest.mark.parametrize(
    "document", [5, "x", {}, [], {"type": "bundle", "objects": 5}, old_bundle(old("tool", object_marking_refs=5))]
)
def test_what_cannot_be_read_safely_is_refused(document: Any) -> None:
    """If it failed, the user would see a traceback, or a marking that nobody understands would be dropped."""
    with pytest.raises(ReadError):
        read(encoded(document), "stix-2.0", Context())
