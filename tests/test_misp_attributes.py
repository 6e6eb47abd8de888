"""Attributes of MISP: what each type becomes, and that an attribute comes back as it was, whatever it says."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.adapter import Context
from dragoman.mapping.table import facts
from dragoman.model import Incident, Indicator, Note, Observation
from dragoman_misp.attributes import read_attribute
from dragoman_misp.exact import keep, same
from dragoman_misp.growing import Growing
from dragoman_misp.objects import finish
from dragoman_misp.rows import category_of, rows
from dragoman_misp.telling import Telling
from dragoman_misp.usual import Usual

UUID = "5a3c2fda-78f4-44b7-8366-46da02de0b81"
REPORT = "grouping--5a3c2fcd-8328-42bb-a95e-4f4402de0b81"
EXAMPLES = {
    "ip-src": "198.51.100.7",
    "ip-dst": "2001:db8::7",
    "ip-src|port": "198.51.100.7|443",
    "ip-dst|port": "198.51.100.7|443",
    "hostname|port": "host.example|8080",
    "domain|ip": "host.example|198.51.100.7",
    "mac-address": "00:1b:44:11:3a:b7",
    "AS": "AS64496",
    "port": "443",
    "size-in-bytes": "1024",
    "malware-sample": "bad.exe|" + "0" * 32,
    "regkey|value": "HKEY_LOCAL_MACHINE\\Software\\Evil|'quoted' \\ value",
    "cpe": "cpe:2.3:a:example:product:1.0:*:*:*:*:*:*:*",
    "stix2-pattern": "[file:name = 'a']",
    "vulnerability": "CVE-2021-44228",
    **dict.fromkeys(("email", "target-email", "whois-registrant-email", "dns-soa-email"), "user@example.org"),
    **dict.fromkeys(("email-src", "email-dst"), "user@example.org"),
    **dict.fromkeys(("domain", "hostname", "onion-address"), "host.example"),
    **{f"x509-fingerprint-{name}": "a" * digits for name, digits in (("md5", 32), ("sha1", 40), ("sha256", 64))},
    **{name: "a" * (digits or 40) for name, (_, digits) in facts("misp-attributes")["hashes"].items()},
    **{
        f"filename|{name}": "a|b|" + "a" * (digits or 40)
        for name, (_, digits) in facts("misp-attributes")["hashes"].items()
        if f"filename|{name}" in rows()
    },
}


def growing(event: dict[str, Any] | None = None) -> Growing:
    return Growing(Incident(), Context(), REPORT, None, Usual.of(event or {}))


def through(attributes: list[dict[str, Any]]) -> tuple[Incident, list[dict[str, Any]]]:
    """The incident of some attributes, and the attributes that it is told as."""
    grown = growing({"Attribute": attributes})
    for attribute in copy.deepcopy(attributes):
        read_attribute(attribute, grown)
    finish(grown)
    keep(grown.incident, "usual", grown.usual.as_json())
    keep(grown.incident, "known-tags", grown.tags)
    return grown.incident, Telling(grown.incident, grown.context).attributes()


def attribute(kind: str, value: str, **more: Any) -> dict[str, Any]:
    said = {"type": kind, "category": category_of(kind), "to_ids": False, "uuid": UUID, "timestamp": "1513894521"}
    return said | {"value": value} | more


def residue_of(incident: Incident) -> dict[str, Any]:
    found = {}
    for part in (*incident.observations, *incident.indicators, *incident.notes, *incident.vulnerabilities):
        if part.residue:
            found[part.id] = part.residue
    return found


@pytest.mark.parametrize("finds", [False, True])
@pytest.mark.parametrize("kind", sorted(name for name in rows() if " and " not in name))
def test_every_type_with_a_row_comes_back_without_residue(kind: str, finds: bool) -> None:
    """A row whose way back differs from its way there would leave its value in the residue."""
    said = attribute(kind, EXAMPLES.get(kind, "some value"), to_ids=finds)
    incident, told = through([said])
    assert told == [said]
    assert residue_of(incident) == {}


@pytest.mark.parametrize("kind", sorted(name for name, row in rows().items() if row.finds is not None and " and " not in name))
def test_every_type_for_detection_has_a_pattern_that_stix_can_parse(kind: str) -> None:
    """A pattern with a slip in the table would be refused by every STIX tool."""
    validator = pytest.importorskip("stix2patterns.validator")
    incident, _ = through([attribute(kind, EXAMPLES.get(kind, "it's a \\ value"), to_ids=True)])
    (indicator,) = incident.indicators
    assert validator.validate(indicator.pattern, stix_version="2.1"), indicator.pattern


def test_every_type_that_misp_knows_has_a_category() -> None:
    """A type without one would be written under a category that MISP refuses for it."""
    listed = [kind for kinds in facts("misp-attributes")["categories"].values() for kind in kinds]
    assert len(listed) == len(set(listed)) > 180
    assert {name.removesuffix(" and data") for name in rows()} <= set(listed)
    assert set(facts("misp-attributes")["to_ids"]) <= set(listed)


@pytest.mark.parametrize(
    ("kind", "value", "pattern"),
    [
        ("md5", "a" * 32, f"[file:hashes.MD5 = '{'a' * 32}']"),
        ("filename|sha256", "a'b\\c|" + "b" * 64, f"[file:name = 'a\\'b\\\\c' AND file:hashes.'SHA-256' = '{'b' * 64}']"),
        (
            "ip-dst",
            "2001:db8::1",
            "[network-traffic:dst_ref.type = 'ipv6-addr' AND network-traffic:dst_ref.value = '2001:db8::1']",
        ),
        (
            "domain|ip",
            "a.example|192.0.2.1",
            "[domain-name:value = 'a.example' AND domain-name:resolves_to_refs[*].value = '192.0.2.1']",
        ),
        ("AS", "AS64496", "[autonomous-system:number = 64496]"),
    ],
)
def test_patterns_are_what_users_of_misp_and_stix_expect(kind: str, value: str, pattern: str) -> None:
    """Another path would find nothing where these patterns are run; numbers are numbers and quotes are escaped."""
    incident, _ = through([attribute(kind, value, to_ids=True)])
    assert incident.indicators[0].pattern == pattern


def test_an_indicator_is_based_on_what_was_seen() -> None:
    """Without them a reader of STIX would know how to find it, but not that and when it was seen."""
    seen = {"first_seen": "2020-07-22T22:00:00.000000+00:00", "last_seen": "2020-08-15T22:00:00.500000+00:00"}
    incident, told = through([attribute("domain", "a.example", to_ids=True, comment="a site", **seen)])
    (indicator,), (observation,), (link,) = incident.indicators, incident.observations, incident.relations
    assert indicator.id == f"indicator--{UUID}"
    assert indicator.description == ["a site"]
    assert (observation.first_observed, observation.last_observed) == ("2020-07-22T22:00:00Z", "2020-08-15T22:00:00.5Z")
    assert (link.relation, link.source_ref, link.target_ref) == ("based-on", indicator.id, observation.id)
    assert observation.object_refs == [incident.observables[0].id]
    assert told[0]["first_seen"] == seen["first_seen"]
    assert residue_of(incident) == {}


def test_one_value_is_one_observable() -> None:
    """Two observables of one id would make the STIX bundle invalid."""
    incident, _ = through([attribute("domain", "a.example"), attribute("hostname", "a.example", uuid=UUID[:-1] + "2")])
    assert len(incident.observables) == 1
    assert len(incident.observations) == 2


def test_an_edit_of_the_part_shows_in_misp() -> None:
    """What was kept of the spelling must not undo what somebody changed since."""
    said = attribute("domain", "a.example", to_ids="1", comment="old")
    grown = growing()
    read_attribute(dict(said), grown)
    (indicator,) = grown.incident.indicators
    assert Telling(grown.incident, grown.context).attributes() == [said]
    indicator.pattern = "[domain-name:value = 'b.example']"
    indicator.description = ["new"]
    told = Telling(grown.incident, grown.context).attributes()
    assert told == [said | {"value": "b.example", "comment": "new"}]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("md5", "nonsense"), ("ip-dst", "no address"), ("domain|ip", "half"), ("AS", "many"), ("port", "80 or so")],
)
def test_a_value_that_its_type_cannot_have_is_a_note_and_told(kind: str, value: str) -> None:
    """As an observable it would be invalid STIX; silently as text nobody would know."""
    grown = growing()
    main = grown.parts.get(read_attribute(attribute(kind, value, to_ids=True), grown))
    assert isinstance(main, Note)
    assert main.content == value
    if kind != "port":
        assert not any(isinstance(part, Observation | Indicator) for part in grown.parts.values())
    assert [loss.code for loss in grown.context.ledger] == ["D201"]


def test_a_bad_uuid_costs_nothing_but_a_word() -> None:
    """One empty uuid must not take the event down, and two attributes of one uuid must not become one."""
    said = [
        attribute("text", "a", uuid=""),
        attribute("text", "b"),
        attribute("text", "c"),
        attribute("text", "d", uuid=UUID.upper()),
    ]
    incident, told = through(said)
    assert told == said
    assert len({note.id for note in incident.notes}) == 4


def test_what_all_attributes_say_alike_is_kept_once() -> None:
    """Attributes of a server's export would each carry a dozen members of bookkeeping."""
    said = [
        attribute("domain", f"{n}.example", uuid=f"{n:08}{UUID[8:]}", event_id="7", distribution="5", comment="", Galaxy=[])
        for n in range(40)
    ]
    said[7]["distribution"] = "0"
    incident, told = through(said)
    assert told == said
    assert list(residue_of(incident)) == [f"observed-data--00000007{UUID[8:]}"]


def test_a_file_beside_the_value_is_an_artifact() -> None:
    """The sample itself would be lost for every reader of STIX."""
    said = attribute("malware-sample", "bad.exe|" + "0" * 32, to_ids=True, data="UEsDBA==")
    incident, told = through([said])
    assert told == [said]
    artifact = next(part for part in incident.observables if part.type == "artifact")
    assert (artifact.payload_bin, artifact.decryption_key) == ("UEsDBA==", "infected")


SCALARS = st.none() | st.booleans() | st.integers(-5, 2**40) | st.floats(allow_nan=False, width=16) | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2)
)
MEMBERS = [
    "uuid",
    "category",
    "comment",
    "timestamp",
    "to_ids",
    "deleted",
    "first_seen",
    "last_seen",
    "data",
    "object_relation",
    "distribution",
    "id",
    "event_id",
    "Galaxy",
]
KINDS = st.sampled_from(sorted(EXAMPLES)) | st.sampled_from(["text", "unheard of", ""]) | SCALARS
GOOD = {
    "uuid": UUID,
    "timestamp": "1513894521",
    "to_ids": True,
    "first_seen": "2020-07-22T22:00:00.000000+00:00",
    "comment": "c",
    "data": "AAAA",
    "deleted": True,
}


@st.composite
def attributes(draw: st.DrawFn) -> dict[str, Any]:
    """An attribute that may say anything under any name."""
    kind = draw(KINDS)
    value = EXAMPLES[kind] if kind in EXAMPLES and draw(st.booleans()) else draw(st.text(max_size=10) | VALUES)  # type: ignore[index]
    said = {"type": kind, "value": value} | {name: GOOD[name] for name in draw(st.sets(st.sampled_from(sorted(GOOD))))}
    said |= draw(st.dictionaries(st.sampled_from(MEMBERS) | st.text(max_size=5), VALUES, max_size=4))
    return {
        name: said[name] for name in said if name not in draw(st.sets(st.sampled_from(["type", "value", "uuid"]), max_size=1))
    }


@given(st.lists(attributes(), max_size=4))
def test_any_attribute_comes_back_equal(said: list[dict[str, Any]]) -> None:
    """A member, a type or a null that is lost would be a silent change of somebody's data."""
    said = [{name: value for name, value in item.items() if name not in ("Galaxy", "Tag")} for item in said]
    _, told = through(said)
    assert sorted(map(repr, map(_sorted, told))) == sorted(map(repr, map(_sorted, said)))
    assert all(same(one, other) for one, other in zip(_in_order(told), _in_order(said), strict=True))


def _sorted(item: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(item.items())


def _in_order(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(items, key=lambda item: repr(_sorted(item)))


@pytest.mark.parametrize("detects", [True, False])
def test_a_url_without_a_scheme_can_be_looked_for_and_is_no_observable(detects: bool) -> None:
    """STIX refuses it as a URL; as invalid it would be told of half of all feeds."""
    said = {"uuid": UUID, "type": "url", "category": "Network activity", "to_ids": detects, "value": "198.51.100.7/a"}
    grown = growing()
    read_attribute(copy.deepcopy(said), grown)
    assert not grown.incident.observables
    assert len(grown.incident.indicators) == detects
    assert len(grown.incident.notes) == (not detects)
    assert not list(grown.context.ledger)
    assert through([copy.deepcopy(said)])[1] == [said]


def test_the_hive_of_a_registry_key_is_spelled_out() -> None:
    """STIX wants it so (section 6.17), and MISP gets it as it was."""
    said = {"uuid": UUID, "type": "regkey", "category": "Persistence mechanism", "to_ids": False, "value": "HKCU\\Software\\x"}
    incident, back = through([copy.deepcopy(said)])
    assert incident.observables[0].key == "HKEY_CURRENT_USER\\Software\\x"  # type: ignore[union-attr]
    assert back == [said]


@pytest.mark.parametrize("kind", ["authentihash", "imphash", "sha224", "filename|vhash"])
@pytest.mark.parametrize("detects", [True, False])
def test_a_digest_that_stix_has_no_name_for_is_no_observable(kind: str, detects: bool) -> None:
    """If it failed, a strict reader of STIX would refuse the file, and with it whatever refers to it."""
    value = "a.exe|" * ("|" in kind) + "a" * 56
    said = attribute(kind, value, to_ids=detects)
    incident, told = through([said])
    assert told == [said]
    assert incident.observables == ()
    assert len(incident.indicators) == detects
    assert len(incident.notes) == (not detects)
