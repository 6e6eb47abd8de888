"""Tags of MISP: markings never widen, labels stay, galaxies are parts; all of them come back as they were."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.model import Incident, Level, strictest
from dragoman.model.marking import level
from dragoman.model.parts import FieldMarking
from dragoman.translate import read
from dragoman_misp.tags import marking_of, tag_of
from misp_samples import UUID, again, attribute, context, document, event, incident, incidents, stix

CLUSTER = {"type": "threat-actor", "value": "Sofacy", "uuid": "5b4ee3ea-eee3-4c8e-8323-85ae32658754",
           "tag_name": 'misp-galaxy:threat-actor="Sofacy"', "description": "x", "tag_id": "7",
           "meta": {"synonyms": ["APT28"], "refs": ["https://example.org"], "country": ["XX"]}}  # fmt: skip
GALAXY = {"uuid": "698774c7-8022-42c4-917f-8d6e4f06ada3", "name": "Threat Actor", "type": "threat-actor",
          "description": "Actors", "version": "2", "GalaxyCluster": [CLUSTER]}  # fmt: skip
NAMED = [{"name": CLUSTER["tag_name"]}]


def tagged(*names: str) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


@pytest.mark.parametrize(
    ("name", "marking"),
    [
        ("tlp:white", "tlp-1:white"), ("tlp:clear", "tlp-2:clear"), ("TLP:AMBER", "tlp-1:amber"),
        ("tlp:amber+strict", "tlp-2:amber+strict"), ("PAP:RED", "pap:red"), ("tlp:unheard-of", "tlp:unheard-of"),
        ("tlp:ex:chr", None), ("osint", None), ("tlp", None), ("marking-definition--x", None),
    ],
)  # fmt: skip
def test_which_tags_are_markings(name: str, marking: str | None) -> None:
    """A label in place of a marking would let everybody see the event."""
    assert marking_of(name) == marking


def test_a_tag_is_never_wider_than_the_marking_it_says() -> None:
    """A subscriber would see what the source closed."""
    for marking in ("iodef:amber", "iodef:private", "us-cert:amber", "tlp-2:red", "nobody:knows", "tlp:unheard-of"):
        found = marking_of(tag_of(marking))
        assert found is not None
        assert level(found) >= level(marking), marking


def test_a_field_that_is_marked_alone_marks_the_whole() -> None:
    """Tags cannot mark one field; unmarked it would be open."""
    marked = {"summary": "x", "tlp": {"schema": "US-CERT", "value": "Green", "fields": [{"field": "summary", "value": "Red"}]}}
    message = {"id": UUID, "type": UUID, "language": "en", "status": "resolved", "impact": 1, "summary": "x",
               "description": "y", "occurrence_time": "2026-01-01T00:00:00Z", "detection_time": "2026-01-01T00:00:00Z",
               "liaison": dict.fromkeys(("name", "email", "phone", "address", "zip", "city"), "x") | {"id": UUID}}  # fmt: skip
    found = read(json.dumps(message | marked).encode(), "base", context())
    assert document(*found)["Event"]["Tag"] == tagged("tlp:red")


def test_the_marking_of_an_event_holds_for_every_object_of_it() -> None:
    """In STIX a report's marking is the report's alone: an unmarked indicator could be passed on."""
    said = event(Tag=tagged("tlp:amber"), Attribute=[attribute(1, to_ids=True), attribute(2), attribute(3, type="text")])
    for item in stix({"Event": said}, carry="drop"):
        assert item.get("object_marking_refs") == ["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"], item["type"]


def test_the_marking_of_an_attribute_holds_for_all_that_it_brings_along() -> None:
    """The value of a red attribute would stand unmarked in the observable beside its indicator."""
    found = incident(Tag=tagged("tlp:green"), Attribute=[attribute(1, to_ids=True, Tag=tagged("tlp:red", "PAP:RED"))])
    for part in (*found.indicators, *found.observations, *found.observables, *found.relations):
        assert strictest(part.markings) is Level.RED, part
    assert found.indicators[0].markings == ["tlp-1:red", "pap:red"]


def test_an_attribute_that_says_only_what_may_be_done_keeps_the_sharing_of_its_event() -> None:
    """PAP in place of TLP would leave it open."""
    found = incident(Tag=tagged("tlp:red"), Attribute=[attribute(Tag=tagged("PAP:GREEN"))])
    assert set(found.observations[0].markings) == {"pap:green", "tlp-1:red"}


def test_an_observable_of_two_attributes_is_as_strict_as_the_stricter() -> None:
    """It stands once, and the wider of the two would win."""
    one, two = attribute(1, Tag=tagged("tlp:red")), attribute(2, Tag=tagged("tlp:green"), value=attribute(1)["value"])
    for order in ([one, two], [two, one]):
        (found,) = incident(Attribute=order).observables
        assert strictest(found.markings) is Level.RED


LISTS: list[Any] = [
    tagged("tlp:amber"), tagged("b", "tlp:amber", "a"), tagged("TLP:Amber", "a"), tagged("a", "a"), [],
    [{"name": "a", "colour": "#ff0000", "exportable": True}], [{"name": "a"}, {"colour": "x"}, 5], "a", {"name": "a"},
    tagged("tlp:amber", "tlp:green"), tagged("tlp:green", "PAP:AMBER"), tagged('misp:type="md5"'), [{"name": ""}], None,
]  # fmt: skip


@pytest.mark.parametrize("tags", LISTS, ids=str)
@pytest.mark.parametrize("over", [None, "stix-2.1", "iodef-2"])
def test_tags_come_back_as_they_were(tags: Any, over: str | None) -> None:
    """Names, order, spelling, colours: a server takes every difference for another tag."""
    said = {"Event": event(Tag=tagged("tlp:green", "x"), Attribute=[attribute(Tag=tags)])}
    assert again(said, over) == said
    said = {"Event": event(Tag=tags, Attribute=[attribute(Tag=tagged("tlp:amber")), attribute(2)])}
    assert again(said, over) == said


def test_what_a_server_knows_of_a_tag_is_kept_once() -> None:
    """A colour on each of 16,000 attributes would be most of what is carried."""
    tag = {"name": "a", "colour": "#ff0000", "id": "7"}
    found = incident(Attribute=[attribute(number, Tag=[tag]) for number in range(1, 30)])
    assert all("misp:form" not in (part.residue or {}) for part in found.observations)


def test_a_cluster_is_a_part_with_its_other_names_and_pages() -> None:
    """As a mere tag nobody outside MISP could tell who it is."""
    (actor,) = incident(Galaxy=[GALAXY], Tag=NAMED).actors
    assert (actor.type, actor.name, actor.aliases) == ("threat-actor", "Sofacy", ["APT28"])
    assert actor.references[0].urls == ["https://example.org"]
    assert 'misp:galaxy-type="threat-actor"' in actor.labels


def test_a_cluster_of_an_attribute_is_tied_to_its_indicator() -> None:
    """Otherwise the actor would stand for the whole event."""
    found = incident(Attribute=[attribute(to_ids=True, Galaxy=[GALAXY], Tag=NAMED)])
    link = next(link for link in found.relations if link.target_ref == found.actors[0].id)
    assert (link.relation, link.source_ref) == ("indicates", found.indicators[0].id)


OTHER = GALAXY | {"type": "guidelines", "name": "Guidelines", "GalaxyCluster": [CLUSTER | {"type": "guidelines"}]}
GALAXIES: list[Any] = [
    [GALAXY], [GALAXY | {"GalaxyCluster": []}], [OTHER], [GALAXY | {"GalaxyCluster": [CLUSTER | {"uuid": ""}]}],
    [GALAXY | {"GalaxyCluster": [CLUSTER, CLUSTER | {"value": "Another with the same uuid"}]}],
    [GALAXY | {"GalaxyCluster": [CLUSTER, CLUSTER]}], [OTHER, GALAXY], [GALAXY | {"GalaxyCluster": [CLUSTER | {"meta": []}]}],
    [GALAXY | {"GalaxyCluster": [{"value": "bare"}]}], [5, GALAXY], [], {}, [GALAXY | {"GalaxyCluster": 5}],
    [GALAXY | {"GalaxyCluster": [CLUSTER | {"meta": {"synonyms": "x", "refs": [1], "kill_chain": ["a:b", "c"]}}]}],
]  # fmt: skip


@pytest.mark.parametrize("galaxies", GALAXIES, ids=range(len(GALAXIES)))
@pytest.mark.parametrize("over", [None, "stix-2.1"])
def test_galaxies_come_back_as_they_were(galaxies: Any, over: str | None) -> None:
    """An empty or shared uuid makes peers refuse the whole event."""
    for tags in ([], NAMED):
        said = {"Event": event(Galaxy=galaxies, Tag=tags, Attribute=[attribute(Galaxy=galaxies, Tag=tags), attribute(2)])}
        assert again(said, over) == said


def test_an_attribute_that_shares_the_cluster_of_its_event_says_so_still() -> None:
    """Said once, one of the two would lose it."""
    elsewhere = GALAXY | {"GalaxyCluster": [CLUSTER | {"tag_id": "8", "local": True}]}
    said = {"Event": event(Galaxy=[GALAXY], Tag=NAMED, Attribute=[attribute(Galaxy=[elsewhere], Tag=NAMED)])}
    assert again(said) == said
    assert len(incident(**said["Event"]).actors) == 1


def test_the_actors_and_techniques_of_other_formats_are_clusters() -> None:
    """An intrusion set that travelled in the cargo alone would be invisible to an analyst."""
    bundle = {"type": "bundle", "id": "bundle--44af6c39-c09b-49c5-9de2-394224b04982", "objects": [
        {"type": "malware", "spec_version": "2.1", "id": "malware--31b940d4-6f7f-459a-80ea-9c1f17b5891b", "is_family": True,
         "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z", "name": "Poison Ivy",
         "aliases": ["PI"]}]}  # fmt: skip
    out = document(*read(json.dumps(bundle).encode(), "stix-2.1", context()))["Event"]
    (cluster,) = out["Galaxy"][0]["GalaxyCluster"]
    assert (cluster["value"], cluster["meta"]["synonyms"]) == ("Poison Ivy", ["PI"])
    assert {"name": 'misp-galaxy:stix-2.1-malware="Poison Ivy"'} in out["Tag"]


def test_an_incident_says_its_label_as_a_tag() -> None:
    assert document(Incident(markings=["us-cert:green"]))["Event"]["Tag"] == tagged("tlp:green")


def test_an_event_has_one_word_on_who_may_see_it() -> None:
    """If it failed, an event of a marked field would say tlp:green and tlp:red, and each reader would take its own."""
    red = [FieldMarking(marking="tlp-2:red", fields=["description"])]
    found = Incident(id=UUID, summary="s", description=["d"], markings=["tlp-2:green"], field_markings=red)
    assert document(found)["Event"]["Tag"] == tagged("tlp:red")
    (back,) = incidents(document(found))
    assert (back.markings, back.field_markings) == (["tlp-2:green"], red)
