"""Objects of MISP: what a template becomes, and that an object comes back as it was, whatever it says."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.adapter import Context
from dragoman.model import (
    Address,
    DomainName,
    File,
    Incident,
    Indicator,
    NetworkTraffic,
    Observation,
    Process,
    Relation,
    UserAccount,
)
from dragoman.model.naming import identified
from dragoman_misp.exact import keep, same
from dragoman_misp.growing import Growing
from dragoman_misp.natural import comparisons
from dragoman_misp.objects import finish, read_object
from dragoman_misp.paths import FORMS
from dragoman_misp.telling import Telling
from dragoman_misp.templates import templates
from dragoman_misp.usual import Usual

UUID = "5a3c2fda-78f4-44b7-8366-{:012}"
REPORT = "grouping--5a3c2fcd-8328-42bb-a95e-4f4402de0b81"
VALUES = {
    "time": "2018-05-10T09:56:01.000000+0000",
    "integer": "7",
    "port": "443",
    "boolean": "1",
    "float": "1.5",
    "as-number": "AS64496",
    "protocol": "tcp",
}


def through(objects: list[dict[str, Any]]) -> tuple[Incident, list[dict[str, Any]]]:
    """The incident of some objects, and the objects that it is told as."""
    event = {"Object": copy.deepcopy(objects)}
    grown = Growing(Incident(), Context(), REPORT, None, Usual.of(event))
    for found in event["Object"]:
        read_object(found, grown)
    finish(grown)
    keep(grown.incident, "usual", grown.usual.as_json())
    keep(grown.incident, "known-tags", grown.tags)
    return grown.incident, Telling(grown.incident, grown.context).objects()


def an_object(name: str, *members: tuple[str, str], number: int = 1, **more: Any) -> dict[str, Any]:
    """An object with attributes of these relations and values."""
    row = templates().get(name)
    inner = [
        {
            "type": row.type_of(relation) if row else "text",
            "object_relation": relation,
            "category": "Other",
            "to_ids": False,
            "uuid": UUID.format(number * 100 + place),
            "timestamp": "1513894521",
            "value": value,
        }
        for place, (relation, value) in enumerate(members, 1)
    ]
    said = {"name": name} | (dict(row.template) if row else {"meta-category": "misc"})
    return said | {"uuid": UUID.format(number), "timestamp": "1513894521"} | more | {"Attribute": inner}


def example(name: str, relation: str) -> str:
    """A value that may stand under a relation."""
    row = templates()[name]
    kind, path = row.type_of(relation), row.places[relation].says[relation][0]
    form = next((form for form in VALUES if path.form is not None and path.form is FORMS[form]), None)
    if form is not None:
        return VALUES[form]
    digits = {
        "md5": 32,
        "sha1": 40,
        "sha224": 56,
        "sha256": 64,
        "sha384": 96,
        "sha512": 128,
        "sha512/224": 56,
        "sha512/256": 64,
    }
    digits |= {"sha3-224": 56, "sha3-256": 64, "sha3-384": 96, "sha3-512": 128}
    digits |= {f"x509-fingerprint-{kind}": digits[kind] for kind in ("md5", "sha1", "sha256")}
    known = dict.fromkeys(("url", "uri", "link"), "https://a.example/b")
    known |= {"ip-dst": "198.51.100.7", "ip-src": "2001:db8::1", "cpe": "cpe:2.3:a:b:c:1:*:*:*:*:*:*:*"}
    mails = dict.fromkeys(("email-src", "email-dst", "target-email"), "a@example.org")
    hosts = dict.fromkeys(("domain", "hostname"), "a.example")
    plain = "[file:name = 'a']" if kind == "stix2-pattern" else f"some {relation}"
    return (known | mails | hosts).get(kind, "a" * digits[kind] if kind in digits else plain)


@pytest.mark.parametrize("name", sorted(templates()))
def test_every_template_says_its_relations_natively(name: str) -> None:
    """A relation that a row names but that does not come back from the part would be residue in disguise."""
    row = templates()[name]
    members = [(relation, example(name, relation)) for relation in row.places]
    said = an_object(name, *members)
    incident, told = through([said])
    assert told == [said]
    assert not incident.reports, "it became a group: the row is not used"
    assert len([note for note in incident.notes if note.abstract in row.types.values()]) <= len(members) // 2


def test_a_file_is_one_observable_with_its_digests_and_folder() -> None:
    """Each digest as a file of its own would say that several files were seen."""
    said = an_object("file", ("filename", "a.exe"), ("md5", "a" * 32), ("sha256", "b" * 64), ("path", "C:\\temp"))
    incident, told = through([said])
    assert told == [said]
    (file,) = (part for part in incident.observables if isinstance(part, File))
    assert (file.name, file.hashes) == ("a.exe", {"MD5": "a" * 32, "SHA-256": "b" * 64})
    assert file.parent_directory_ref == next(part.id for part in incident.observables if part.type == "directory")
    (observation,) = incident.observations
    assert observation.id == f"observed-data--{UUID.format(1)}"


def test_an_object_for_detection_is_an_indicator_of_what_is_for_detection() -> None:
    """A pattern with more in it would miss what it should find; one with another path, what users of MISP search."""
    said = an_object("domain-ip", ("domain", "a.example"), ("ip", "198.51.100.7"), ("ip", "192.0.2.9"), comment="c2")
    said["Attribute"][0]["to_ids"] = said["Attribute"][1]["to_ids"] = True
    incident, told = through([said])
    assert told == [said]
    (indicator,) = incident.indicators
    assert indicator.pattern == "[domain-name:value = 'a.example' AND domain-name:resolves_to_refs[*].value = '198.51.100.7']"
    assert indicator.description == ["c2"]


def test_the_ends_of_a_connection_are_referred_to() -> None:
    """Addresses beside a connection that does not name them would say nothing of who talked to whom."""
    said = an_object("network-connection", ("ip-src", "192.0.2.1"), ("hostname-dst", "b.example"), ("dst-port", "443"))
    said["Attribute"][2]["to_ids"] = True
    incident, told = through([said])
    assert told == [said]
    (traffic,) = (part for part in incident.observables if isinstance(part, NetworkTraffic))
    ends = {part.id: part.value for part in incident.observables}
    assert (ends[traffic.src_ref], ends[traffic.dst_ref], traffic.dst_port) == ("192.0.2.1", "b.example", 443)
    assert incident.indicators[0].pattern == "[network-traffic:dst_port = 443]"


def test_what_a_template_has_no_field_for_is_a_note_about_the_object() -> None:
    """It would be seen by nobody who reads STIX."""
    said = an_object("file", ("md5", "a" * 32), ("state", "Malicious"))
    incident, told = through([said])
    assert told == [said]
    (note,) = incident.notes
    assert (note.content, note.object_refs) == ("Malicious", [incident.observations[0].id])


def test_a_template_that_we_do_not_know_is_a_note_about_its_attributes() -> None:
    """Its values would be in the residue only; as a grouping, others would take it for an event of its own."""
    said = an_object("unheard-of", ("software", "ESET"), ("signature", "Linux/Mozi.D"))
    incident, told = through([said])
    assert told == [said]
    group = next(note for note in incident.notes if note.id == f"note--{UUID.format(1)}")
    assert group.abstract == "unheard-of"
    assert [note.id for note in incident.notes if note is not group] == group.object_refs


def test_a_reference_is_a_relation_and_may_point_forward() -> None:
    """What an object refers to often stands after it in the event."""
    link = {"uuid": UUID.format(77), "object_uuid": UUID.format(1), "referenced_uuid": UUID.format(2)}
    link |= {"relationship_type": "resolved-to", "comment": "", "timestamp": "1513894521"}
    one = an_object("url", ("url", "https://a.example/"), ObjectReference=[link])
    two = an_object("domain-ip", ("domain", "a.example"), number=2, ObjectReference=[])
    lost = an_object("mutex", ("name", "m"), number=3, ObjectReference=[link | {"referenced_uuid": UUID.format(9)}])
    incident, told = through([one, two, lost])
    assert told == [one, two, lost]
    (relation,) = incident.relations
    assert relation.relation == "resolved-to"
    assert relation.target_ref == f"observed-data--{UUID.format(2)}"


def test_a_marked_attribute_keeps_its_marking_beside_the_object() -> None:
    """As a field of an observable that is not marked, it would be seen by those who may not see it."""
    said = an_object("file", ("md5", "a" * 32), ("filename", "secret.doc"))
    said["Attribute"][1]["Tag"] = [{"name": "tlp:red"}]
    incident, told = through([said])
    assert told == [said]
    (file,) = (part for part in incident.observables if isinstance(part, File) and part.hashes)
    assert file.name is None
    assert [part.markings for part in incident.observations if part.markings] == [["tlp-1:red"]]


def told_of(incident: Incident) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    telling = Telling(incident, Context())
    return telling.attributes(), telling.objects()


def test_observables_of_other_formats_are_the_simplest_attribute_or_object() -> None:
    """A file with two digests is no attribute; an address is no object."""
    parts: list[Any] = [
        identified(Address(type="ipv4-addr", value="198.51.100.7")),
        identified(DomainName(value="a.example")),
        identified(File(hashes={"MD5": "a" * 32})),
        identified(File(hashes={"MD5": "b" * 32, "SHA-1": "c" * 40}, size=7)),
        identified(UserAccount(account_login="eve", is_privileged=True)),
        identified(Process(pid=7, command_line="cmd.exe")),
    ]
    attributes, objects = told_of(Incident(observables=parts))
    assert [(item["type"], item["value"]) for item in attributes] == [
        ("ip-dst", "198.51.100.7"), ("domain", "a.example"), ("md5", "a" * 32)
    ]  # fmt: skip
    assert [found["name"] for found in objects] == ["file", "user-account", "process"]
    assert [item["value"] for item in objects[0]["Attribute"]] == ["b" * 32, "c" * 40, "7"]


def test_an_observable_that_stands_alone_comes_back_alone() -> None:
    """An observation that nobody made would be invented."""
    attributes, _ = told_of(Incident(observables=[identified(DomainName(value="a.example"))]))
    grown = Growing(Incident(), Context(), REPORT)
    from dragoman_misp.attributes import read_attribute

    read_attribute(attributes[0], grown)
    assert grown.incident.observations == ()
    assert grown.incident.observables == [identified(DomainName(value="a.example"))]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("[domain-name:value = 'a.example']", ("domain", "a.example")),
        ("[ file:hashes.MD5 = 'x' OR file:name = 'y' ]", ("stix2-pattern", "[ file:hashes.MD5 = 'x' OR file:name = 'y' ]")),
        ("[file:hashes.'SHA-256' = '" + "a" * 64 + "']", ("sha256", "a" * 64)),
        ("[url:value MATCHES '^https']", ("stix2-pattern", "[url:value MATCHES '^https']")),
    ],
)
def test_indicators_of_other_formats_are_attributes_for_detection(pattern: str, found: tuple[str, str]) -> None:
    """A pattern as a mere text would not reach the sensors that MISP feeds."""
    indicator = Indicator(id="indicator--" + UUID.format(5), pattern=pattern, pattern_type="stix")
    ((attribute,), _) = told_of(Incident(indicators=[indicator]))
    assert (attribute["type"], attribute["value"]) == found
    assert attribute["to_ids"] is True
    assert attribute["uuid"] == UUID.format(5)


def test_an_indicator_of_several_values_is_an_object() -> None:
    """As a pattern only, MISP could not correlate its values."""
    pattern = f"[file:name = 'a.exe' AND file:hashes.MD5 = '{'a' * 32}']"
    several = f"[file:name = 'a.exe' AND file:size = 7 AND file:hashes.MD5 = '{'a' * 32}']"
    attributes, objects = told_of(
        Incident(
            indicators=[
                Indicator(id="indicator--" + UUID.format(5), pattern=pattern, pattern_type="stix"),
                Indicator(id="indicator--" + UUID.format(6), pattern=several, pattern_type="stix"),
            ]
        )
    )
    assert [item["type"] for item in attributes] == ["filename|md5"]
    assert [item["object_relation"] for item in objects[0]["Attribute"]] == ["filename", "size-in-bytes", "md5"]
    assert [item["to_ids"] for item in objects[0]["Attribute"]] == [True, False, True]


def test_what_is_told_of_an_indicator_and_its_observation_has_two_uuids() -> None:
    """Some give both the same one; MISP keeps only one attribute of a uuid."""
    seen = identified(DomainName(value="a.example"))
    observation = Observation(id="observed-data--" + UUID.format(5), object_refs=[seen.id])
    indicator = Indicator(id="indicator--" + UUID.format(5), pattern="[domain-name:value = 'a.example']", pattern_type="stix")
    link = Relation(
        id="relationship--" + UUID.format(6), relation="based-on", source_ref=indicator.id, target_ref=observation.id
    )
    incident = Incident(observables=[seen], observations=[observation], indicators=[indicator], relations=[link])
    attributes, _ = told_of(incident)
    assert len({item["uuid"] for item in attributes}) == len(attributes) == 2


def test_a_pattern_is_read_as_comparisons_only_when_it_is_no_more() -> None:
    """Half of a pattern, taken for the whole, would find what nobody meant."""
    assert comparisons("[a:b = 'x\\'y' AND a:c = 7]") == [("a:b", "x'y"), ("a:c", "7")]
    for more in (
        "[a:b = 'x'] AND [a:c = 'y']",
        "[a:b = 'x' OR a:c = 'y']",
        "[a:b != 'x']",
        "[a:b = 'x'] WITHIN 5 SECONDS",
        "[]",
    ):
        assert not comparisons(more)


ANY = st.none() | st.booleans() | st.integers(-5, 10**6) | st.text(max_size=6) | st.lists(st.integers(0, 3), max_size=2)
NAMES = st.sampled_from(["file", "domain-ip", "network-connection", "vulnerability", "email", "yara", "unheard of"])
RELATIONS = st.sampled_from(
    ["md5", "filename", "path", "domain", "ip", "ip-src", "dst-port", "id", "to", "from", "yara", "x", "references"]
)
TEXTS = st.sampled_from(["a" * 32, "198.51.100.7", "a.example", "443", "a@b", "rule r {}"]) | st.text(max_size=6)
INNER = {
    "type": "text",
    "category": "Other",
    "to_ids": True,
    "comment": "c",
    "timestamp": "1513894521",
    "deleted": True,
    "id": "4",
}


@st.composite
def members(draw: st.DrawFn) -> dict[str, Any]:
    """An attribute inside an object that may say anything."""
    said: dict[str, Any] = {"object_relation": draw(RELATIONS | ANY), "value": draw(TEXTS | ANY)}
    said |= {name: INNER[name] for name in draw(st.sets(st.sampled_from(sorted(INNER))))}
    said |= draw(st.dictionaries(st.sampled_from(["type", "uuid", "to_ids", "comment", "timestamp", "extra"]), ANY, max_size=2))
    if draw(st.booleans()):
        said["uuid"] = UUID.format(draw(st.integers(100, 104)))
    return said


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    """An object that may say anything under any name."""
    said: dict[str, Any] = {"name": draw(NAMES | ANY), "Attribute": draw(st.lists(members(), max_size=4) | ANY)}
    outer = {"meta-category": "file", "uuid": UUID.format(draw(st.integers(1, 3))), "comment": "c", "timestamp": "1513894521"}
    said |= {name: outer[name] for name in draw(st.sets(st.sampled_from(sorted(outer))))}
    if draw(st.booleans()):
        target = UUID.format(draw(st.sampled_from([1, 2, 3, 100, 101])))
        said["ObjectReference"] = draw(
            st.lists(st.just({"referenced_uuid": target, "relationship_type": "x"}) | ANY, max_size=2)
        )
    return said | draw(
        st.dictionaries(st.sampled_from(["description", "deleted", "first_seen", "uuid", "id", "extra"]), ANY, max_size=2)
    )


@given(st.lists(objects(), max_size=3))
def test_any_object_comes_back_equal(said: list[dict[str, Any]]) -> None:
    """A relation, a type or a null that is lost would be a silent change of somebody's data."""
    _, told = through(said)
    assert told == said
    assert all(same(one, other) for one, other in zip(told, said, strict=True))
