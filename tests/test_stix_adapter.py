"""STIX 2.1: documents come back as they were, in every shape; several incidents in one; what is refused and why."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dragoman.adapter import Likeness
from dragoman.errors import ReadError, UsageError
from dragoman.model import Incident
from dragoman.model.marking import Level, strictest
from dragoman.model.plain import build, plain
from dragoman_stix import adapter
from dragoman_stix.codecs import PAP, TLP
from stix_samples import CORE, SHARED, TIME, bundle, made, read, returned, uuid, write

CORPUS = sorted(file for file in SHARED.glob("corpus/stix/*.json") if not file.name.startswith("playbook_viewer"))
TWO_ORDERS = {  # hand-made: objects with the same members in two orders, of which the first is written
    "Stix-ORM_Conti_CISA_Alert.json", "Stix-ORM_incident_indicators.json", "oasis_incident_ransom.json",
}  # fmt: skip
EXTENSIONS = {
    "event": "extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e",
    "impact": "extension-definition--7cc33dd6-f6a1-489b-98ea-522d351d71b9",
    "task": "extension-definition--2074a052-8be4-4932-849e-f5e7798e0030",
}


def compared(original: Path, data: bytes, folder: Path) -> dict[str, Any]:
    """What the oracle that knows no adapter says came back."""
    (folder / "returned.json").write_bytes(data)
    command = [sys.executable, str(SHARED / "tools" / "fidelity.py"), str(original), str(folder / "returned.json")]
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    return found


# ---- Exactness --------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not CORPUS, reason="needs ../shared/corpus/stix")
@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.stem)
def test_a_real_document_comes_back_exactly(file: Path, tmp_path: Path) -> None:
    """If it failed, a value, an object or an order of the source would be lost, changed or invented on the way."""
    original = file.read_bytes()
    incidents, _ = read(original)
    data, context = write(incidents)
    found = compared(file, data, tmp_path)
    assert (found["missing"], found["added"], found["exact"]) == ([], 0, found["leaves"])
    assert not context.ledger.losses
    assert json.loads(data) == json.loads(original)
    if file.name not in TWO_ORDERS:
        assert json.dumps(json.loads(data)) == json.dumps(json.loads(original))


@pytest.mark.skipif(not CORPUS, reason="needs ../shared/corpus/stix")
@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.stem)
def test_it_also_comes_back_from_the_plain_model(file: Path) -> None:
    """If it failed, something would be kept outside of the model, and be lost on the way through another format."""
    incidents, _ = read(file.read_bytes())
    kept = json.loads(json.dumps([plain(incident, Incident) for incident in incidents]))
    data, context = write([build(item, Incident) for item in kept])
    assert json.loads(data) == json.loads(file.read_bytes())
    assert not context.ledger.losses


IDENTITY = made("identity", 2, name="An organisation")
ODD: dict[str, Any] = {
    "one object": made("incident", name="x"),
    "a list": [made("incident", name="x"), made("malware", 2, is_family=True, name="m")],
    "an observable alone": {"type": "url", "id": f"url--{uuid(3)}", "value": ""},
    "a bundle that says more": bundle(IDENTITY, spec_version="2.1", x_custom={"a": [1, None]}),
    "a bundle of nothing": {"type": "bundle", "id": f"bundle--{uuid(1)}"},
    "a bundle of an empty list": {"type": "bundle", "id": f"bundle--{uuid(1)}", "objects": []},
    "a bundle without an id": {"type": "bundle", "objects": [IDENTITY]},
    "a bundle with a wrong id": {"id": "mine", "objects": [IDENTITY], "type": "bundle"},
    "one object twice": bundle(IDENTITY, IDENTITY),
    "two versions": bundle(IDENTITY, {**IDENTITY, "modified": "2021-01-01T00:00:00.000Z", "name": "b"}, IDENTITY),
    "same version, other content": bundle(IDENTITY, {**IDENTITY, "name": "another"}),
    "a relationship to nowhere": bundle(
        made("relationship", relationship_type="uses", source_ref=f"malware--{uuid(7)}", target_ref=f"tool--{uuid(8)}")
    ),
    "explicit defaults": bundle({**IDENTITY, "revoked": False, "lang": "en", "confidence": 0}),
    "empty strings": bundle({**IDENTITY, "name": "", "description": "", "labels": [""]}),
    "spellings of one time": bundle(
        made("malware", 1, is_family=False, first_seen="2020-01-01T00:00:00Z", last_seen="2020-01-01T00:00:00.000000Z"),
        {**IDENTITY, "created": "2020-01-01T00:00:00.0002Z"},
    ),
    "no spec_version on some": bundle(
        {key: value for key, value in IDENTITY.items() if key != "spec_version"},
        made("identity", 3, name="c"), made("identity", 4, name="d"),
        {"type": "ipv4-addr", "id": f"ipv4-addr--{uuid(5)}", "value": "192.0.2.1"},
        {"type": "ipv4-addr", "spec_version": "2.1", "id": f"ipv4-addr--{uuid(6)}", "value": "192.0.2.2"},
        {"type": "url", "id": f"url--{uuid(7)}", "value": "https://example.com/"},
    ),
    "required members left out": bundle({"type": "indicator", "spec_version": "2.1", "id": f"indicator--{uuid(1)}"},
                                        {"type": "incident", "spec_version": "2.1", "id": f"incident--{uuid(1)}",
                                         "description": "no name, no times"}),
    "nulls": bundle({**IDENTITY, "name": None, "labels": None, "extensions": None}),
    "unknown properties and types": bundle({**IDENTITY, "x_a": {"b": [1, 2.5, None]}}, made("x-thing", 9, q={"": 1}),
                                           {"type": "x-bare", "id": f"x-bare--{uuid(3)}"}),
    "an extension of somebody": bundle({**IDENTITY, "extensions": {
        f"extension-definition--{uuid(1)}": {"extension_type": "property-extension", "rank": 5, "deep": {"a": [{}]}}}}),
    "selectors that point at nothing": bundle({**IDENTITY, "granular_markings": [
        {"marking_ref": f"marking-definition--{uuid(1)}", "selectors": ["name", "labels.[4]"], "x_why": "?"},
        {"lang": "de", "selectors": ["name"]}]}),
    "orders of members": bundle(dict(reversed(IDENTITY.items())), made("tool", 3, name="t")),
    "mixed order of objects": bundle(made("tool", 1, name="a"), IDENTITY, made("tool", 3, name="b"),
                                     made("incident", 4, name="c"), made("identity", 5, name="d")),
}  # fmt: skip


@pytest.mark.parametrize("document", ODD.values(), ids=ODD)
def test_an_odd_document_comes_back_exactly(document: Any) -> None:
    """If it failed, what people really send and no example shows would be changed by merely passing through."""
    out = returned(copy.deepcopy(document))
    assert json.dumps(out) == json.dumps(document)
    incidents, _ = read(copy.deepcopy(document))
    again, _ = write([build(json.loads(json.dumps(plain(i, Incident))), Incident) for i in incidents])
    assert json.loads(again) == document


BROKEN: dict[str, tuple[Any, str]] = {
    "an empty id": ({**IDENTITY, "id": ""}, "id"),
    "an upper-case type in the id": ({**IDENTITY, "id": f"Identity--{uuid(2)}"}, "id"),
    "an id of another type": ({**IDENTITY, "id": f"malware--{uuid(2)}"}, "id"),
    "an id with a line break": ({**IDENTITY, "id": IDENTITY["id"] + "\n"}, "id"),
    "an id that is a number": ({**IDENTITY, "id": 5}, "id"),
    "no id": ({"type": "identity", "name": "a"}, "id"),
    "no type": ({key: value for key, value in IDENTITY.items() if key != "type"}, "type"),
    "a type that is a number": ({**IDENTITY, "type": 5}, "type"),
    "no object": ("text", ""),
    "a number": (5, ""),
    "a list in the list": ([IDENTITY], ""),
}


@pytest.mark.parametrize(("item", "member"), BROKEN.values(), ids=BROKEN)
def test_an_object_without_a_name_is_told_and_kept(item: Any, member: str) -> None:
    """If it failed, one empty id would cost a whole document, or an object would vanish without a word."""
    document = bundle(made("tool", 1, name="a"), item, made("tool", 3, name="b"))
    incidents, context = read(copy.deepcopy(document))
    assert [loss.path for loss in context.ledger] == [f"/objects/1/{member}".removesuffix("/")]
    assert len(incidents[0].tools) == 2
    assert len(incidents[0].foreign) == 1
    assert returned(document) == document


# ---- What is refused --------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[Any, str]] = {
    "a wrapper": ({"original": bundle(IDENTITY)}, "no STIX document"),
    "an empty object": ({}, "no STIX document"),
    "an empty list": ([], "no STIX document"),
    "a list of words": (["a"], "no STIX document"),
    "a word": ("bundle", "no STIX document"),
    "objects that are no list": ({"type": "bundle", "id": f"bundle--{uuid(1)}", "objects": {}}, "no list"),
    "STIX 2.0": ({"type": "bundle", "id": f"bundle--{uuid(1)}", "spec_version": "2.0",
                  "objects": [{"type": "malware", "id": f"malware--{uuid(1)}", "labels": ["x"]}]}, "STIX 2.0"),
    "markings that are a word": (bundle({**IDENTITY, "object_marking_refs": "tlp:red"}), "marking"),
    "markings that are nothing": (bundle({**IDENTITY, "object_marking_refs": None}), "marking"),
    "a marking that is a number": (bundle({**IDENTITY, "object_marking_refs": [5]}), "marking"),
    "a marking with a bad id": (bundle({**IDENTITY, "object_marking_refs": ["marking-definition--red"]}), "marking"),
    "a marking that is an identity": (bundle({**IDENTITY, "object_marking_refs": [IDENTITY["id"]]}), "marking"),
    "the same on a type of nobody's": (bundle(made("x-thing", object_marking_refs=[IDENTITY["id"]])), "marking"),
    "the same under a bad id": (bundle({**IDENTITY, "id": "", "object_marking_refs": [IDENTITY["id"]]}), "marking"),
    "field markings that are an object": (bundle({**IDENTITY, "granular_markings": {}}), "marking"),
    "a field marking without fields": (
        bundle({**IDENTITY, "granular_markings": [{"marking_ref": f"marking-definition--{uuid(1)}"}]}), "marking"),
    "a field marking of nothing": (bundle({**IDENTITY, "granular_markings": [{"selectors": ["name"]}]}), "marking"),
    "a field marking of two things": (bundle({**IDENTITY, "granular_markings": [
        {"selectors": ["name"], "lang": "de", "marking_ref": f"marking-definition--{uuid(1)}"}]}), "marking"),
    "a fixed marking that says another colour": (bundle(made(
        "marking-definition", name="TLP:CLEAR", definition_type="tlp", definition={"tlp": "white"})
        | {"id": "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"}), "marking"),
}  # fmt: skip


@pytest.mark.parametrize(("document", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_safely_is_refused(document: Any, reason: str) -> None:
    """If it failed, a document would be misread, or a marking that nobody understands would be dropped: widened."""
    with pytest.raises(ReadError, match=reason):
        read(document)


def test_an_empty_list_of_markings_is_told_only() -> None:
    """If it failed, documents that say "no marking" clumsily would be refused, though nothing is hidden there."""
    document = bundle({**IDENTITY, "object_marking_refs": []})
    _, context = read(document)
    assert [loss.code for loss in context.ledger] == ["D201"]
    assert returned(document) == document


# ---- Several incidents, and none --------------------------------------------------------------------------------


def related(number: int, source: dict[str, Any], target: dict[str, Any], kind: str = "related-to") -> dict[str, Any]:
    return made("relationship", number, relationship_type=kind, source_ref=source["id"], target_ref=target["id"])


def test_objects_belong_to_the_first_incident_that_reaches_them() -> None:
    """If it failed, what is known of one incident would be told as part of another."""
    one, two = made("incident", 1, name="one"), made("incident", 2, name="two")
    mine, yours, both, deep, nobodys = (made("tool", n, name=str(n)) for n in range(3, 8))
    note = made("note", 8, content="on yours", object_refs=[yours["id"]])
    document = bundle(
        deep, two, mine, one, yours, both, nobodys, note,
        related(10, one, mine), related(11, mine, deep), related(12, two, yours), related(13, one, both),
        related(14, two, both), related(15, one, two, "duplicate-of"), related(16, deep, mine),
    )  # fmt: skip
    second, first = read(document)[0]
    assert (first.summary, second.summary) == ("one", "two")
    # In the document the incident "two" stands first: what both reach, and what nobody reaches, is its.
    assert [tool.name for tool in first.tools] == ["6", "3"]
    assert [tool.name for tool in second.tools] == ["4", "5", "7"]
    assert [note.content for note in second.notes] == ["on yours"]
    assert sorted(str(r.id)[-36:-28] for r in first.relations) == ["0000000a", "0000000b", "0000000d", "00000010"]
    assert returned(document) == document


def test_cycles_and_deep_chains_of_references_are_walked() -> None:
    """If it failed, a chain of ten thousand references, or a ring, would end in a traceback or never."""
    chain = [made("note", n, content="", object_refs=[f"note--{uuid(n + 1)}"]) for n in range(10, 5010)]
    chain[-1]["object_refs"] = [chain[0]["id"]]
    one = made("incident", 1, name="one", created_by_ref=IDENTITY["id"])
    document = bundle(one, made("incident", 2, name="two"), IDENTITY, *chain, related(3, one, chain[0]))
    incidents, _ = read(document)
    assert [len(incident.notes) for incident in incidents] == [5000, 0]


@pytest.mark.parametrize(
    ("objects", "basis"),
    [
        ([made("campaign", 1, name="c"), made("report", 2, name="r", published=TIME, object_refs=[IDENTITY["id"]])],
         f"report--{uuid(2)}"),
        ([made("campaign", 1, name="c"), made("grouping", 2, context="x", object_refs=[IDENTITY["id"]])],
         f"grouping--{uuid(2)}"),
        ([made("campaign", 1, name="c"), IDENTITY], f"campaign--{uuid(1)}"),
        ([IDENTITY], "none"),
    ],
)  # fmt: skip
def test_without_an_incident_object_none_is_invented(objects: list[Any], basis: str) -> None:
    """If it failed, a report of indicators would come back with an incident that nobody ever declared."""
    incidents, _ = read(bundle(*objects))
    assert [incident.basis for incident in incidents] == [basis]
    assert returned(bundle(*objects)) == bundle(*objects)


# ---- The shapes of the incident extension -----------------------------------------------------------------------


def incident(**core: Any) -> dict[str, Any]:
    said = {"extension_type": "property-extension", "determination": "confirmed", "investigation_status": "open"}
    return made("incident", name="i", extensions={CORE: {**said, **core}})


EVENT, TASK, IMPACT = f"event--{uuid(5)}", f"task--{uuid(6)}", f"impact--{uuid(7)}"
ENTRY = {"event_ref": f"event--{uuid(8)}", "sequence_start": False,
         "next_steps": [{"event_ref": EVENT, "condition_type": "required", "transition_type": "success"}]}  # fmt: skip
SHAPES: dict[str, Any] = {
    "A": incident(availability_impacts=[{"availability_impact": 5}], attacker_activities=[{"description": "x"}]),
    "B": incident(determination="successful-attempt", activities=[{"event_ref": EVENT, "sequence_start": 1}]),
    "C": incident(events=[{"event_ref": EVENT}, ENTRY], tasks=[{"task_ref": TASK}], impact_refs=[IMPACT],
                  impacted_entity_counts={"system": 3, "customer": 0}, scores=[{"name": "s", "value": 75.5}]),
    "D": incident(event_refs=[EVENT], task_refs=[TASK], impact_refs=[IMPACT],
                  impacted_entity_counts=[{"entity_type": "system", "count": 3, "precise_within": 0.5}]),
    "C and D": incident(events=[{"event_ref": EVENT}], task_refs=[TASK],
                        impacted_entity_counts=[{"entity_type": "system", "count": 3}]),
    "both names": incident(events=[{"event_ref": EVENT}], event_refs=[EVENT]),
    "E": incident(event_refs=[EVENT], sequence_start_refs=[f"sequence--{uuid(9)}"], other_object_refs=[IDENTITY["id"]]),
    "F": made("incident", name="i", determination="confirmed", investigation_status="closed", event_refs=[EVENT],
              criticality=70, impacted_entity_counts=[{"entity_type": "system", "count": 3}]) | {"spec_version": "2.2"},
    "impact, plain": made("impact", impact_category="availability", impacted_entity_counts={"system": 2},
                          extensions={EXTENSIONS["impact"]: {"extension_type": "new-sdo"},
                                      "availability-ext": {"availability_impact": 70}}),
    "impact, -ext": made("impact", impact_category="external-ext", extensions={"external-ext": {"impact_type": "x"}}),
    "impact, old key": made("impact", impact_category="monetary", extensions={"monetary": {"min_amount": 0}}),
    "impact, other key": made("impact", impact_category="monetary", extensions={"integrity-ext": {"x": "none"}}),
    "impact, none": made("impact", impact_category="monetary"),
    "event": made("event", status="occurred", subevents=[{"event_ref": EVENT, "sequence_start": True}, EVENT],
                  extensions={EXTENSIONS["event"]: {"extension_type": "new-sdo"}}),
    "event of 2.2": made("event", status="occurred", next_event_refs=[EVENT]) | {"spec_version": "2.2"},
    "task": made("task", outcome="successful", priority=5, impacted_entity_counts={"system": 2}, owner=IDENTITY["id"],
                 changed_objects=[{"state_change_type": "caused", "result_ref": f"file--{uuid(1)}"}],
                 extensions={EXTENSIONS["task"]: {"extension_type": "new-sdo"}}),
}  # fmt: skip


@pytest.mark.parametrize("item", SHAPES.values(), ids=SHAPES)
def test_every_shape_comes_back_in_its_own(item: Any) -> None:
    """If it failed, reading and writing would turn one draft of the extension into another behind the user's back."""
    assert returned(bundle(item)) == bundle(item)


def test_the_shapes_mean_the_same_in_the_model() -> None:
    """If it failed, another format would get the impacts and events of some drafts only."""
    (one,), (other,), (top,) = (read(bundle(SHAPES[name]))[0] for name in "CDF")
    for found in (one, other, top):
        assert found.determination == "confirmed"
        assert (found.impacted_counts[0].entity, found.impacted_counts[0].count) == ("system", 3)
        assert found.event_refs[0] == EVENT
    assert (one.status, top.status) == ("in-progress", "resolved")
    assert one.event_refs[1] == ENTRY
    old = read(bundle(SHAPES["impact, old key"]))[0][0].assessments[0].impacts[0]
    assert (old.category, old.measures) == ("monetary", {"min_amount": 0})


def rewritten(document: Any, shape: str) -> Any:
    incidents, _ = read(document)
    data, _ = write(incidents, **{"stix.shape": shape})
    return json.loads(data)["objects"][0]


def test_a_shape_can_be_asked_for() -> None:
    """If it failed, a consumer of the 2.2 draft, or of the older one, could not be served."""
    lists, entries, top = (rewritten(bundle(SHAPES["D"]), shape) for shape in ("D", "C", "F"))
    assert lists == SHAPES["D"]
    assert entries["extensions"][CORE]["events"] == [{"event_ref": EVENT}]
    assert entries["extensions"][CORE]["tasks"] == [{"task_ref": TASK}]
    assert (top["spec_version"], top["event_refs"], top["determination"]) == ("2.2", [EVENT], "confirmed")
    assert CORE not in top.get("extensions", {})
    back = rewritten(bundle(SHAPES["F"]), "D")
    assert back["spec_version"] == "2.1"
    assert back["extensions"][CORE]["investigation_status"] == "closed"
    event, impact = (rewritten(bundle(SHAPES[name]), "D") for name in ("event of 2.2", "impact, plain"))
    assert event["extensions"][EXTENSIONS["event"]] == {"extension_type": "new-sdo"}
    assert impact["impacted_entity_counts"] == [{"entity_type": "system", "count": 2}]


def test_what_another_shape_cannot_say_is_carried() -> None:
    """If it failed, asking for shape D would silently lose the order of events that shape C knows."""
    incidents, _ = read(bundle(SHAPES["C"]))
    data, _ = write(incidents, **{"stix.shape": "D"})
    assert json.loads(data)["objects"][0]["extensions"][CORE]["event_refs"] == [EVENT, ENTRY["event_ref"]]
    assert plain(read(data)[0][0], Incident)["event_refs"] == [EVENT, ENTRY]


def test_a_report_without_references_stays_without() -> None:
    """If it failed, a report would refer to everything in its document, though nobody said so."""
    document = bundle(made("indicator", 1), made("report", 2))
    assert returned(document) == document


def test_a_selector_to_nothing_comes_back_where_the_field_has_another_name() -> None:
    """If it failed, an incident whose missing name is marked would be marked as a whole."""
    marking = {"marking_ref": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "selectors": ["name"]}
    document = bundle(made("incident", 1, granular_markings=[marking]))
    assert returned(document) == document


def test_there_are_no_other_shapes() -> None:
    """If it failed, a misspelt option would be ignored."""
    with pytest.raises(UsageError, match=r"stix\.shape"):
        write([Incident()], **{"stix.shape": "Z"})


# ---- Knowing it, and not knowing it -----------------------------------------------------------------------------

KNOWN: list[tuple[Any, Likeness]] = [
    (bundle(IDENTITY), Likeness.SURELY),
    ({"objects": [IDENTITY], "id": f"bundle--{uuid(1)}", "type": "bundle"}, Likeness.SURELY),
    (bundle(IDENTITY, spec_version="2.0"), Likeness.SURELY),
    (IDENTITY, Likeness.SURELY),
    ([IDENTITY], Likeness.SURELY),
    ({"type": "url", "id": f"url--{uuid(1)}", "value": "x"}, Likeness.PROBABLY),
    (
        {"type": "bundle", "id": f"bundle--{uuid(1)}", "spec_version": "2.0", "objects": [{"type": "malware"}]},
        Likeness.NO,
    ),
    ({"original": bundle(IDENTITY)}, Likeness.NO),
    ({"Event": {"info": "x", "type": "bundle", "id": f"url--{uuid(1)}"}}, Likeness.NO),
    ({"type": "alert", "id": "5"}, Likeness.NO),
    ({"text": json.dumps(bundle(IDENTITY))}, Likeness.NO),
    ([], Likeness.NO),
]


@pytest.mark.parametrize(("document", "likeness"), KNOWN)
def test_sniffing(document: Any, likeness: Likeness) -> None:
    """If it failed, STIX would have to be named by hand, or another format would be taken for it."""
    assert adapter.sniff(json.dumps(document, indent=1).encode()) is likeness


def test_sniffing_needs_the_beginning_only() -> None:
    """If it failed, a large bundle whose head is cut in the middle would not be known."""
    data = json.dumps(bundle(*[IDENTITY] * 2000)).encode()
    assert adapter.sniff(data[: 64 * 1024]) is Likeness.SURELY
    assert adapter.sniff(b"\xef\xbb\xbf  " + data[:300]) is Likeness.SURELY
    assert adapter.sniff(b"<IODEF-Document/>") is Likeness.NO


def test_reading_needs_no_stix_library() -> None:
    """If it failed, every start of the program would wait for a library of 220 ms that it does not use."""
    code = "import sys, dragoman_stix; sys.exit('stix2' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


# ---- Permissible actions -----------------------------------------------------------------------------------------


def test_permissible_actions_are_no_level_of_sharing() -> None:
    """If it failed, PAP:CLEAR beside TLP:RED would widen it, or PAP:RED alone would forbid what nobody forbade."""
    item = made("incident", name="i", object_marking_refs=[PAP["pap:red"], TLP["tlp-2:green"]])
    [found], _ = read(bundle(item))
    assert found.markings == ["pap:red", "tlp-2:green"]
    assert strictest(found.markings) is Level.GREEN
    assert strictest(["pap:red"]) is None
    assert returned(bundle(item)) == bundle(item)


# ---- What a report says for its incident ------------------------------------------------------------------------


def test_a_report_that_stands_for_an_incident_lets_it_speak() -> None:
    """If it failed, a base message of the report would have no summary, and a marking of its name would guard nothing."""
    granular = [{"marking_ref": TLP["tlp-2:red"], "selectors": ["name"]}]
    report = made("report", 2, name="r", published=TIME, object_refs=[IDENTITY["id"]], granular_markings=granular)
    [found], _ = read(bundle(report, IDENTITY))
    assert (found.summary, found.reports[0].name) == ("r", None)
    assert [(one.marking, one.fields) for one in found.field_markings] == [("tlp-2:red", ["summary"])]
    assert found.reports[0].object_refs == (), "a reference to everything says nothing"
    assert returned(bundle(report, IDENTITY)) == bundle(report, IDENTITY)


def test_a_report_of_some_objects_keeps_its_references() -> None:
    """If it failed, a report would grow to hold objects that its author left out."""
    report = made("report", 2, name="r", published=TIME, object_refs=[IDENTITY["id"]])
    document = bundle(report, IDENTITY, made("campaign", 1, name="c"))
    [found], _ = read(document)
    assert found.reports[0].object_refs == [IDENTITY["id"]]
    assert returned(document) == document
