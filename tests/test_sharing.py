"""Redaction and policies: what may not pass is in no output, what may pass is, and a marking is never widened."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from asked import message
from dragoman.adapter import Can, Context
from dragoman.cli.settings import settings
from dragoman.errors import ForbiddenLoss, UsageError
from dragoman.ledger import Ledger
from dragoman.model import (
    Address,
    Attachment,
    CustomField,
    FieldType,
    Incident,
    MarkingDefinition,
    Note,
    Relation,
    Tlp,
    TlpField,
)
from dragoman.model.marking import PAPER_WORDS, TLP_2_WORDS, Level, level
from dragoman.model.parts import FieldMarking
from dragoman.model.plain import copied, fields, is_part, leaves, plain
from dragoman.registry import adapter, formats
from dragoman.sharing.levels import level_of
from dragoman.sharing.policy import Policy
from dragoman.sharing.policy import load as load_policy
from dragoman.sharing.redact import redacted, up_to
from dragoman.sharing.sieve import Leaf, labelled
from dragoman.translate import read, write

CASES = Path(__file__).parent.parent / "fixtures" / "cases"
DOCUMENTS = sorted(path for path in CASES.glob("*/*") if path.stem in formats())
WRITERS = [name for name in sorted(formats()) if Can.WRITE in adapter(name).format.can]
APART = {"markings", "field_markings", "tlp", "residue", "type", "id", "marking_definitions", "basis", "header"}
NOW = datetime(2026, 11, 22, tzinfo=UTC)


# ---- Every value its own word, every second one secret ----------------------------------------------------------


class Marker:
    """Replaces every text of an incident by a word of its own and marks some of them RED."""

    def __init__(self, seed: int) -> None:
        self.random, self.secret, self.open = Random(seed), set[str](), set[str]()

    def marked(self, value: Any, name: str = "") -> Any:
        if is_part(value):
            return self._part(value)
        if isinstance(value, list | tuple):
            return [self.marked(item, name) for item in value] or ()
        return self._word(value, self.open) if isinstance(value, str) else value

    def _part(self, part: Any) -> Any:
        cls: type = type(part)
        changes: dict[str, Any] = {"markings": (), "field_markings": (), "residue": None, "tlp": None}
        changes = {name: value for name, value in changes.items() if name in fields(cls)}
        red = []
        for name in fields(cls):
            value = getattr(part, name)
            if name in APART:
                continue
            if isinstance(value, str) and "field_markings" in fields(cls) and self._marks():
                changes[name] = self._word(value, self.secret)
                red.append(name)
            else:
                changes[name] = self.marked(value, name)
        if isinstance(part, Attachment):  # else it may repeat what is taken out beside it
            changes["markings"] = ["tlp-2:green"]
        if red:
            changes["field_markings"] = [FieldMarking(marking="tlp-2:red", fields=red)]
        return copied(part, **changes)

    def _marks(self) -> bool:
        return self.random.random() < 0.5

    def _word(self, value: str, words: set[str]) -> str:
        word = f"zq{len(self.secret) + len(self.open):04}{self.random.getrandbits(32):08x}"
        words.add(word)
        return word


def made(path: Path, seed: int, of: type[Marker] = Marker) -> tuple[Incident, Marker]:
    """The incident of a file with words for its texts, GREEN but for what the marker marked."""
    marker = of(seed)
    found = marker.marked(read(path.read_bytes())[0])
    found.markings = ["tlp-2:green"]
    return found, marker


@pytest.mark.requirement("TLP-5")
@pytest.mark.parametrize("target", WRITERS)
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_secret_is_in_the_bytes_and_nothing_else_is_gone(path: Path, target: str) -> None:
    """If it failed, a redacted document would hand out what is marked above the limit, or hold back what is not."""
    for seed in range(3):
        incident, marker = made(path, seed)
        assert marker.secret
        found = redacted([incident], up_to(Level.AMBER), Ledger())
        said = {value for _, value in leaves(found[0]) if isinstance(value, str)}
        assert marker.open <= said, "what could pass did not"
        data = write(found, target, Context(now=lambda: NOW)).decode("utf-8", "replace")
        assert [word for word in marker.secret if word in data] == []


@pytest.mark.requirement("TLP-5")
@pytest.mark.parametrize("target", WRITERS)
@pytest.mark.parametrize("carry", ["extension", "drop"])
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_translation_never_widens(path: Path, target: str, carry: Any) -> None:
    """If it failed, somebody would read in the target a value that its marking in the source kept from them."""
    if not Can.READ & adapter(target).format.can:
        pytest.skip(f"{target} cannot be read back")
    for seed in range(2):
        incident, marker = made(path, seed)
        data = write([incident], target, Context(now=lambda: NOW, carry=carry))
        for back in read(data, target):
            wide = [leaf.path for leaf in labelled(back) if leaf.label.level < Level.RED and said_in(leaf, marker.secret)]
            assert wide == []


def said_in(leaf: Leaf, words: set[str]) -> bool:
    text = leaf.value if isinstance(leaf.value, str) else ""
    return "zq" in text and any(word in text for word in words)


# ---- What goes with what is gone ----------------------------------------------------------------------------------


def one(incident: Incident, limit: str = "AMBER") -> tuple[Incident, Ledger]:
    ledger = Ledger()
    [found] = redacted([incident], up_to(level_of(limit)), ledger)
    return found, ledger


@pytest.mark.parametrize("needed", Level)
def test_the_words_for_a_level_are_no_wider(needed: Level) -> None:
    """If it failed, what is left of a redacted part, or a label that was raised, would say less than its strictest value."""
    assert level(TLP_2_WORDS[needed]) is needed
    for schema in ("enisa", "us-cert"):
        assert level(f"{schema}:{PAPER_WORDS[needed]}".lower()) >= needed


@pytest.mark.requirement("TLP-3")
def test_the_nearest_marking_wins_both_ways() -> None:
    """If it failed, a GREEN field of a RED message could not go out, or a RED one of a GREEN message could."""
    tlp = Tlp(schema="US-CERT", value="Red", fields=[TlpField(field="summary", value="Green")])
    incident = Incident(summary="seen", description=["hidden"], markings=["us-cert:red"], tlp=tlp)
    found, _ = one(incident, "GREEN")
    assert (found.summary, found.description) == ("seen", ())
    assert found.tlp is not None
    assert found.tlp.value == "Green", "a label of what is gone would tell that there was more"


@pytest.mark.requirement("TLP-3", "TLP-5")
def test_a_named_custom_field_is_found() -> None:
    """If it failed, the label of custom_fields.users would guard nothing."""
    users = [CustomField(value=value, type=FieldType(name=name)) for name, value in (("users", "412"), ("host", "db1"))]
    tlp = Tlp(schema="ENISA", value="Green", fields=[TlpField(field="custom_fields.users", value="Red")])
    found, ledger = one(Incident(summary="s", custom_fields=users, tlp=tlp, markings=["enisa:green"]))
    assert [field.value for field in found.custom_fields] == ["db1"]
    assert "/0/custom_fields/0/value" in [loss.path for loss in ledger]


def received(value: str, **fields: str) -> Incident:
    """An incident of a base message whose label says this, and something else of these fields."""
    labels = [{"field": field.replace("__", "."), "value": word} for field, word in fields.items()]
    tlp = {"schema": "ENISA", "value": value, "fields": labels}
    [incident] = read(json.dumps(message() | {"tlp": tlp}).encode(), "base")
    return incident


@pytest.mark.requirement("TLP-3", "TLP-5")
def test_one_red_field_of_a_received_message_does_not_hide_the_rest() -> None:
    """If it failed, what the label lets pass would be held back for the sake of one field that it does not."""
    found, ledger = one(received("Green", liaison__email="Red", attachments__0="Green"), "GREEN")
    again = json.loads(write([found], "base", Context(carry="drop")))
    assert (again["tlp"]["schema"], again["tlp"]["value"]) == ("ENISA", "Green")
    assert again == message() | {"tlp": again["tlp"], "liaison": message()["liaison"] | {"email": ""}}
    assert "/0/contacts/0/emails/0/value" in [loss.path for loss in ledger]


@pytest.mark.requirement("TLP-5", "AT-6")
def test_a_listed_file_that_nobody_marked_goes_with_what_is_taken_out() -> None:
    """If it failed, the message would be redacted, and the file that it leads to would say all of it."""
    assert one(received("Green"), "GREEN")[0].attachments, "nothing was taken out, so nothing is repeated"
    found, ledger = one(received("Green", summary="Red"), "GREEN")
    assert (found.summary, found.attachments) == (None, ())
    assert "/0/attachments/0" in [loss.path for loss in ledger if loss.code == "D401"]
    file = Attachment(uri="https://x.example/1", markings=["tlp-2:clear"])
    marked = copied(received("Green", summary="Red"), attachments=[file])
    assert one(marked, "GREEN")[0].attachments == marked.attachments
    two = copied(received("Green"), attachments=[copied(file, markings=["tlp-2:red"]), copied(file, uri="x:2", markings=())])
    assert [left.uri for left in one(two, "GREEN")[0].attachments] == ["x:2"], "a file does not repeat another"
    marks = [FieldMarking(marking="tlp-2:red", fields=["summary"])]
    only = Incident(summary="s", attachments=[copied(file, markings=())], markings=["tlp-2:green"], field_markings=marks)
    with pytest.raises(ForbiddenLoss):
        one(only)


@pytest.mark.requirement("TLP-3")
def test_one_open_field_of_a_received_message_does_not_open_the_rest() -> None:
    """If it failed, a field for everybody would take the message with it."""
    found, _ = one(received("Red", summary="White"), "GREEN")
    assert found.summary == message()["summary"]
    assert (found.description, found.contacts, found.custom_fields) == ((), (), ())
    assert found.tlp is not None
    assert (found.tlp.schema, found.tlp.value) == ("ENISA", "White"), "the label of what is left, under the same schema"


@pytest.mark.requirement("TLP-3")
def test_a_label_without_a_marking_beside_it_holds() -> None:
    """If it failed, an incident that was made by hand would pass as if nobody had marked it."""
    with pytest.raises(ForbiddenLoss):
        one(Incident(summary="s", tlp=Tlp(schema="ENISA", value="Red")))


@pytest.mark.requirement("TLP-2", "TLP-4")
@pytest.mark.parametrize("schema", ["ENISA", "US-CERT"])
def test_the_value_of_a_field_is_under_the_schema_of_the_label(schema: str) -> None:
    """If it failed, an Amber of one scheme would be read as that of another, whose Amber lets more people see it."""
    tlp = Tlp(schema=schema, value="White", fields=[TlpField(field="summary", value="Amber")])
    words = {leaf.path: leaf.label.word for leaf in labelled(Incident(summary="s", description=["d"], tlp=tlp))}
    assert words["/summary"] == f"{schema}:amber".lower()
    assert words["/description/0"] == f"{schema}:white".lower()


@pytest.mark.requirement("BF-2", "TLP-3")
@pytest.mark.parametrize("spell", [str, str.upper, "urn:uuid:{}".format])
def test_a_field_can_be_named_by_its_id_in_any_spelling(spell: Any) -> None:
    """If it failed, the label of one custom field would come for the whole message, or for nothing."""
    id_ = message()["custom_fields"][0]["id"]
    incident = received("Green", **{f"custom_fields__{spell(id_)}": "Red"})
    found, _ = one(incident, "GREEN")
    assert (found.custom_fields, found.summary) == ((), message()["summary"])


@pytest.mark.requirement("TLP-3")
def test_a_field_that_is_not_there_marks_the_whole() -> None:
    """If it failed, a slip in a path would let everything pass."""
    tlp = Tlp(schema="US-CERT", value="Green", fields=[TlpField(field="sumary", value="Red")])
    with pytest.raises(ForbiddenLoss):
        one(Incident(summary="s", tlp=tlp, markings=["us-cert:green"]))


def test_references_and_copies_go_too() -> None:
    """If it failed, a relation would tell that there is a hidden address, and the summary would spell it."""
    hidden = Address(id="ipv4-addr--1", type="ipv4-addr", value="198.51.100.7", markings=["tlp-2:red"])
    incident = Incident(
        summary="traffic to 198.51.100.7 at night", observables=[hidden], markings=["tlp-2:green"],
        relations=[Relation(relation="related-to", source_ref="x--1", target_ref="ipv4-addr--1")],
        notes=[Note(content="nothing", object_refs=["ipv4-addr--1", "x--2"])],
    )  # fmt: skip
    found, ledger = one(incident)
    assert (found.summary, found.observables, found.relations) == ("traffic to [withheld] at night", (), ())
    assert found.notes[0].object_refs == ["x--2"]
    assert {loss.code for loss in ledger} == {"D401", "D402", "D403"}
    assert "198.51.100.7" not in json.dumps([loss.as_json() for loss in ledger]), "the ledger tells what was hidden"


def test_residue_takes_the_strictest_around_it() -> None:
    """If it failed, what the reader had no row for would pass under the mildest marking of all."""
    incident = Incident(
        summary="s", residue={"misp": {"note": "kept"}}, markings=["tlp-2:green"],
        field_markings=[FieldMarking(marking="tlp-2:red", fields=["description"])], description=["secret words"],
    )  # fmt: skip
    assert one(incident)[0].residue is None
    assert one(copied(incident, description=(), field_markings=()))[0].residue == {"misp": {"note": "kept"}}


def test_places_in_a_list_that_lost_items_are_not_trusted() -> None:
    """If it failed, the label of labels.[1] would slip to another item, and the RED one would look GREEN."""
    said = [("tlp-2:red", "labels.[0]"), ("tlp-2:amber", "labels.[1]")]
    marks = [FieldMarking(marking=word, fields=[field]) for word, field in said]
    incident = Incident(summary="s", labels=["aa", "bb", "cc"], markings=["tlp-2:green"], field_markings=marks)
    found, _ = one(incident)
    assert found.labels == ["bb", "cc"]
    assert [(m.marking, m.fields) for m in found.field_markings] == [("tlp-2:amber", ["labels"])]


@pytest.mark.parametrize(
    ("definition", "level"),
    [
        ({"definition_type": "statement", "definition": {"statement": "Copyright"}}, Level.AMBER),
        ({"definition_type": "tlp", "definition": {"tlp": "green"}}, Level.GREEN),
        ({"definition_type": "house-rules", "definition": {"x": "y"}}, Level.RED),
    ],
)
def test_what_a_definition_means(definition: dict[str, Any], level: Level) -> None:
    """If it failed, a copyright notice would hide a document, or a marking that we cannot read would open one."""
    name = "marking-definition--52252076-9d38-4ffb-a5da-174bf6189fc8"
    incident = Incident(summary="s", markings=[name], marking_definitions=[MarkingDefinition(id=name, **definition)])
    assert {leaf.label.level for leaf in labelled(incident) if leaf.path == "/summary"} == {level}


def test_the_ledger_of_a_whole_document_that_may_pass_is_empty() -> None:
    """If it failed, redaction would change documents that need none."""
    for path in DOCUMENTS:
        before = read(path.read_bytes())
        ledger = Ledger()
        after = redacted(before, up_to(Level.RED), ledger)
        assert plain(after, Incident) == plain(before, Incident)
        assert len(ledger) == 0


# ---- Policies -----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("TLP-6")
def test_our_policy_passes_its_own_tests() -> None:
    """If it failed, the policy that we ship would not say what it claims to."""
    policy = load_policy(None)
    assert policy.tests
    assert policy.failures() == []


@pytest.mark.requirement("TLP-6")
def test_time_opens_what_the_victim_hears_first() -> None:
    """If it failed, the others would hear of a compromise before the one who is hit."""
    policy = load_policy(None)
    assert not policy.decide("compromise", Level.GREEN, "members", timedelta(hours=23)).passes
    assert policy.decide("compromise", Level.GREEN, "members", timedelta(hours=24)).passes
    assert not policy.decide("compromise", Level.RED, "members", timedelta(days=9)).passes


@pytest.mark.requirement("TLP-6")
def test_a_gate_follows_the_policy() -> None:
    """If it failed, `redact --for` would let pass what `policy explain` withholds."""
    incident = Incident(summary="s", detection_time="2026-11-21T12:00:00Z", criticality=90, markings=["tlp-2:green"])
    policy = load_policy(None)
    [found] = redacted([incident], policy.gate("members", incident, NOW), Ledger())
    assert (found.summary, found.criticality) == ("s", None)
    [found] = redacted([incident], policy.gate("members", incident, NOW + timedelta(days=1)), Ledger())
    assert found.criticality == 90


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no perimeters"),
        ("[]", "names no perimeters"),
        ("rules: {\xe5: 1}", "no text in UTF-8"),
        ("perimeters: {a: {max: PINK}}", "perimeters.a.max"),
        ("perimeters: {a: {max: RED}}\nrules: [{name: r, categories: [gossip], decision: pass}]", "gossip"),
        ("perimeters: {a: {max: RED}}\nrules: [{name: r, perimeters: [b], decision: pass}]", "'b'"),
        ("perimeters: {a: {max: RED}}\nrules: [{name: r, after: soon, decision: pass}]", "rules.0.after"),
    ],
)
def test_a_wrong_policy_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    """If it failed, a slip in a policy would be a rule that never fits, and so a hole."""
    file = tmp_path / "policy.yaml"
    file.write_text(text, "latin-1")
    with pytest.raises(UsageError) as error:
        load_policy(file)
    assert said in str(error.value)
    assert ": :" not in str(error.value)


def test_a_perimeter_that_nobody_defined_is_refused() -> None:
    """If it failed, a typing error in --for would send everything."""
    policy: Policy = load_policy(None)
    with pytest.raises(UsageError, match="membres"):
        policy.gate("membres", Incident(), settings().now())
