"""Deriving: nothing that a receiver gets leads to whom we had it from; what was chosen is there (REQUIREMENTS PR-1 to PR-8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid5

import pytest
from hypothesis import HealthCheck, given, settings

from dragoman.adapter import Can, Context
from dragoman.derivation import derive as derive_module
from dragoman.derivation import traces
from dragoman.derivation.derive import Derived, Wish, derive
from dragoman.derivation.renaming import Renaming
from dragoman.derivation.rounding import rounding
from dragoman.derivation.rules import rules
from dragoman.derivation.taking import Taking
from dragoman.errors import ForbiddenLoss, UsageError
from dragoman.incident_types.definitions import load as load_types
from dragoman.model import (
    Additional,
    Address,
    Contact,
    ContactPoint,
    CustomField,
    DomainName,
    EmailMessage,
    Event,
    FieldType,
    Incident,
    IncidentType,
    Note,
    Tlp,
    TlpField,
)
from dragoman.model.marking import TLP_2_WORDS, Level
from dragoman.model.naming import OURS
from dragoman.model.parts import FieldMarking
from dragoman.model.plain import parts
from dragoman.profile import Agreement, Derivation, Personal, Profile, Sender, load
from dragoman.profile import Types as TypeFiles
from dragoman.registry import adapter, formats
from dragoman.sharing.sieve import labelled
from dragoman.testing import incidents
from dragoman.translate import read, write
from upstreams import KNOWN_TYPE, Upstream, as_bytes, echoes

CASES = Path(__file__).parent.parent / "fixtures" / "cases"
DOCUMENTS = sorted(path for path in CASES.glob("*/*") if path.stem in formats())
WRITERS = [name for name in sorted(formats()) if Can.WRITE in adapter(name).format.can]
READERS = [name for name in WRITERS if Can.READ in adapter(name).format.can]
CARRY: tuple[Literal["extension", "drop"], ...] = ("extension", "drop")
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ALL = tuple(rules().fields["Incident"])
FILES = Path(__file__).parent / "cli" / "files"
UNTYPED = Profile(sender=Sender(id="5e3b1f64-6d0e-4b53-9a53-0c6f2a6f4a10", name="CSIRT of Ours"))
PROFILE = UNTYPED.model_copy(update={"base": FILES, "types": TypeFiles(files=(Path("ours.toml"),))})
[OUR_TYPE] = load_types([FILES / "ours.toml"]).types
SETTINGS = {"defaults.liaison.name": "Our Desk", "defaults.liaison.email": "desk@ours.example"}
EVERYTHING = Wish(keep=ALL, max_tlp="RED", because="a test")
STIX = CASES / "ransomware" / "stix-2.1.json"
by_name = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")


def context(**more: Any) -> Context:
    return Context(now=lambda: NOW, settings=SETTINGS, **more)


def counted() -> Callable[[], str]:
    """Ids that are known before: in place of random ones, so that two runs can be compared."""
    numbers = count(1)
    return lambda: f"00000000-0000-4000-8000-{next(numbers):012}"


def derived(received: list[Incident], wish: Wish = EVERYTHING, profile: Profile = PROFILE) -> list[Derived]:
    return derive(received, wish, profile, context(), counted())


def outputs(received: list[Incident], profile: Profile) -> dict[str, bytes]:
    """What a receiver can get of received incidents, in every format, with and without what is carried."""
    made = [one.incident for one in derived(received, profile=profile)]
    return {f"{name} {carry}": write(made, name, context(carry=carry)) for name in WRITERS for carry in CARRY}


def check_no_way_back(one: list[Incident], other: list[Incident], words: set[str], profile: Profile = PROFILE) -> None:
    """No word of the sender, nothing made of such a word; and the same message from another sender gives the same bytes."""
    found, again = outputs(one, profile), outputs(other, profile)
    everything = {word.lower().encode() for word in words} | {word.encode() for word in echoes(words)} | set(as_bytes(words))
    for name, data in found.items():
        small = data.lower()
        assert [word for word in everything if word in small or word in data] == [], name
        assert data == again[name], f"{name}: who sent it makes a difference"


@by_name
@pytest.mark.parametrize("profile", [PROFILE, UNTYPED], ids=["with types of ours", "without"])
def test_the_upstream_is_in_no_output(path: Path, profile: Profile) -> None:
    """PR-3, PR-5, PR-7: if it failed, a receiver could learn who our upstream is."""
    senders = [Upstream(1), Upstream(2)]
    one, other = ([sender.marked(incident) for incident in read(path.read_bytes())] for sender in senders)
    check_no_way_back(one, other, senders[0].words, profile)


@by_name
@pytest.mark.parametrize("source", READERS)
def test_the_upstream_is_in_no_output_whatever_format_it_sent(path: Path, source: str) -> None:
    """If it failed, what a reader makes of an upstream's document (ids, residue, what was carried) would be passed on."""
    senders = [Upstream(1), Upstream(2)]
    told = [[sender.marked(incident) for incident in read(path.read_bytes())] for sender in senders]
    one, other = (read(write(received, source, context()), source, context()) for received in told)
    check_no_way_back(one, other, senders[0].words)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(incidents())
def test_the_upstream_is_in_no_output_of_any_incident(incident: Incident) -> None:
    """If it failed, some corner of the model that no fixture has would lead to the upstream."""
    senders = [Upstream(1), Upstream(2)]
    one, other = ([sender.marked(incident)] for sender in senders)
    check_no_way_back(one, other, senders[0].words)


def _old_name(self: Renaming, part: Any, old: str) -> str:
    return old


def _made_of_the_old_name(self: Renaming, part: Any, old: str) -> str:
    return f"{part.type if hasattr(part, 'type') else 'x'}--{uuid5(OURS, old)}"


def _as_it_was(step: str) -> Any:
    return lambda text, up=False: text


SABOTAGES = {
    "ids stay": (Renaming, "_named", _old_name),
    "ids are made of theirs": (Renaming, "_named", _made_of_the_old_name),
    "times are not rounded": (derive_module, "rounding", _as_it_was),
    "custom fields stay as they are": (Taking, "_custom", lambda self, part, *rest: part),
}


@pytest.mark.parametrize("how", SABOTAGES)
def test_the_search_finds_what_leaks(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If it failed, the tests above would look at nothing."""
    where, name, broken = SABOTAGES[how]
    monkeypatch.setattr(where, name, broken)
    senders = [Upstream(1), Upstream(2)]
    one, other = ([sender.marked(incident) for incident in read(STIX.read_bytes())] for sender in senders)
    with pytest.raises(AssertionError):
        check_no_way_back(one, other, senders[0].words)


def test_the_search_finds_a_field_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """If it failed, a row too many in the table of what may be taken over would pass unseen."""
    senders = [Upstream(1), Upstream(2)]
    one, other = ([sender.marked(incident) for incident in read(STIX.read_bytes())] for sender in senders)
    monkeypatch.setitem(rules().fields, "Malware", (*rules().fields["Malware"], "labels"))
    with pytest.raises(AssertionError):
        check_no_way_back(one, other, senders[0].words)


# ---- What is taken over -------------------------------------------------------------------------------------------


def incident(**said: Any) -> Incident:
    """A received incident with a sender of its own."""
    who = Contact(name="CERT Alpha", role="liaison", emails=[ContactPoint(value="soc@tickets.alpha.example")])
    return Incident(**{"id": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "contacts": [who], "status": "new"} | said)


def one(received: Incident, profile: Profile = PROFILE, **wish: Any) -> Derived:
    return derived([received], Wish(**{"keep": ALL} | wish), profile)[0]


@by_name
@pytest.mark.parametrize("target", WRITERS)
def test_a_derived_message_is_valid(path: Path, target: str) -> None:
    """If it failed, what we pass on would be refused."""
    made = [found.incident for found in derived(read(path.read_bytes()))]
    data = write(made, target, context())
    if hasattr(adapter(target), "faults"):
        assert adapter(target).faults(data, context()) == []


def test_what_was_chosen_is_there_and_hangs_together() -> None:
    """PR-1: if it failed, a receiver would get ids and references that lead nowhere, or nothing."""
    [found] = derived(read(STIX.read_bytes()))
    made, old = found.incident, read(STIX.read_bytes())[0]
    assert [seen.value for seen in made.observables] == [seen.value for seen in old.observables]
    ids = {part.id for part in parts([made]) if getattr(part, "id", None)}
    assert made.relations
    assert {tie.source_ref for tie in made.relations} | {tie.target_ref for tie in made.relations} <= ids


def test_nobody_chose_so_little_is_taken_over() -> None:
    """PR-6: if it failed, passing on would not be an act of ours."""
    received = incident(summary="as they say", detection_time="2026-10-03T12:31:07.123456+02:00", impact=0.6)
    assert one(received, keep=()).taken == ("status", "impact", "detection_time")


def test_the_message_is_ours() -> None:
    """PR-5: if it failed, the receiver would turn to somebody else, or see none of us."""
    found = one(incident(), texts={"summary": "Web mail is down"}).incident
    assert found.liaison is not None
    assert (found.liaison.name, found.liaison.emails[0].value) == ("Our Desk", "desk@ours.example")
    assert found.identifier is not None
    assert (found.identifier.authority, found.identifier.value) == ("CSIRT of Ours", found.id)
    assert (found.summary, found.generation_time) == ("Web mail is down", "2026-11-22T09:30:00.000Z")


# ---- Incident types and custom fields -----------------------------------------------------------------------------


def custom(name: str, value: str, id: str = "9f2d2f1e-0000-4000-8000-000000000009", kind: str = "string") -> CustomField:
    """A custom field as an upstream defines it."""
    return CustomField(value=value, type=FieldType(id=id, name=name, description="their words", type=kind))


def typed(*fields: CustomField, kind: str = KNOWN_TYPE, **more: Any) -> Incident:
    """A received incident of a type that an upstream defined."""
    theirs = IncidentType(id="9f2d2f1e-0000-4000-8000-000000000008", name=kind, description="their words", consequence=0.87)
    return incident(type=theirs, custom_fields=list(fields), **more)


def passed(received: Incident, profile: Profile = PROFILE, **wish: Any) -> list[tuple[str | None, FieldType | None]]:
    return [(field.value, field.type) for field in one(received, profile, **wish).incident.custom_fields]


@pytest.mark.requirement("PR-7", "CF-3")
def test_types_and_fields_are_ours() -> None:
    """If it failed, the ids and words of the upstream's types would lead to it."""
    found = one(typed(custom("record_count", "0012", kind="int"), custom("records", "13"), custom("their own", "x"))).incident
    assert found.type == OUR_TYPE.shown()
    assert (found.type and found.type.description, found.type and found.type.consequence) == (OUR_TYPE.description, 0.4)
    ours = OUR_TYPE.fields[0].shown()
    assert [(field.value, field.type) for field in found.custom_fields] == [("12", ours), ("13", ours)]
    assert all(UUID(field.id).version == 4 for field in found.custom_fields if field.id), "its id is theirs"


@pytest.mark.requirement("PR-7")
def test_of_a_type_that_is_not_ours_only_the_name_is_taken_over() -> None:
    """If it failed, the words in which an upstream describes its types, or its estimate of the damage, would show it."""
    found = one(typed(custom("records", "12"), kind="Flood")).incident
    assert found.type is not None
    assert (found.type.name, found.type.description, found.type.consequence) == ("Flood", None, None)
    assert found.type.id != "9f2d2f1e-0000-4000-8000-000000000008"
    assert [field.type for field in found.custom_fields] == [OUR_TYPE.fields[0].shown()], "only one type of ours has it"


def test_additional_data_called_like_a_field_of_ours_is_that_field() -> None:
    """If it failed, what a foreign document says in its own way could not be passed on."""
    said = Additional(name="record_count", dtype="integer", value="7", meaning="their words")
    assert passed(typed(additional=[said, Additional(name="x", value="y")])) == [("7", OUR_TYPE.fields[0].shown())]


@pytest.mark.parametrize("profile", [PROFILE, UNTYPED], ids=["with types of ours", "without"])
def test_a_field_of_no_type_of_ours_goes_only_by_its_name(profile: Profile) -> None:
    """PR-6: if it failed, a word of theirs would pass that nobody looked at, or none that somebody chose."""
    theirs = typed(custom("colour", "red"), custom("floor", "3"), kind="Flood")
    assert passed(theirs, profile) == []
    [(value, kind)] = passed(theirs, profile, keep=("custom_fields.colour",))
    assert kind is not None
    assert (value, kind.name, kind.description, kind.type) == ("red", "colour", None, "string")
    assert kind.id not in (None, "9f2d2f1e-0000-4000-8000-000000000009")
    assert UUID(kind.id).version == 4


@pytest.mark.parametrize("name", ["records", "record_count"])
def test_a_field_of_ours_can_be_chosen_and_withheld_by_each_of_its_names(name: str) -> None:
    """If it failed, the word that a partner uses would open or hide nothing."""
    theirs = typed(custom("record_count", "12"), custom("details", '{"a":1}'))
    assert [value for value, _ in passed(theirs, keep=(f"custom_fields.{name}",))] == ["12"]
    profile = agreed(withhold=[f"custom_fields.{name}"])
    assert [value for value, _ in passed(theirs, profile, partner="acme")] == ['{"a":1}']


@pytest.mark.parametrize("spelling", ["{}", "urn:uuid:{}", "x--{}"])
def test_an_id_of_ours_that_the_upstream_uses_as_well_is_another(spelling: str) -> None:
    """PR-7: if it failed, the id in a file that we share with an upstream would lead to it."""
    shared = [str(OUR_TYPE.id), str(OUR_TYPE.fields[0].id)]
    theirs = typed(custom("records", "12", id=spelling.format(shared[1].upper())))
    assert theirs.type is not None
    theirs.type.id = spelling.format(shared[0])
    found = one(theirs).incident
    assert [field.value for field in found.custom_fields] == ["12"]
    assert found.type is not None
    assert found.type.name == OUR_TYPE.name
    assert not any(word in str(found) for word in shared)


@pytest.mark.parametrize(
    ("name", "said", "value"),
    [
        ("since", "2026-10-03T12:31:07.123456+02:00", "2026-10-03T10:00:00.000Z"),
        ("details", "2026-10-03T12:31:07.123456+02:00", "2026-10-03T10:00:00.000Z"),
        ("since", "soon", None),
        ("records", "many", "many"),
        ("details", '{ "by": "CERT \\u0041lpha" }', None),
        ("details", '{"CERT Alpha": 1}', None),
        ("records", "", None),
    ],
)
def test_the_value_of_a_custom_field_is_held_to_the_same_rules(name: str, said: str, value: str | None) -> None:
    """PR-7: if it failed, a custom field would say the name or the clock that every other field hides."""
    assert [found for found, _ in passed(typed(custom(name, said)))] == ([value] if value else [])


def test_a_value_that_is_not_of_its_kind_is_told() -> None:
    """If it failed, nobody would learn that what goes out does not fit the type."""
    assert ("D201", "/0/custom_fields/0/value") in [
        (loss.code, loss.path) for loss in one(typed(custom("records", "many"))).decisions
    ]


def test_a_definition_of_ours_that_names_the_upstream_is_left_out(tmp_path: Path) -> None:
    """PR-7: if it failed, a word in the file of our types would say whom we had it from."""
    text = (FILES / "ours.toml").read_text("utf-8")
    (tmp_path / "ours.toml").write_text(text.replace("How many records", "As CERT Alpha counts: how many records"))
    found = one(typed(custom("records", "12")), PROFILE.model_copy(update={"base": tmp_path}))
    assert found.incident.custom_fields == ()
    assert [(loss.code, loss.path) for loss in found.to_rewrite] == [("D702", "/0/custom_fields/0")]


def test_a_marking_of_a_field_holds_under_the_name_that_is_ours() -> None:
    """TLP-3: if it failed, the name under which a field was marked would be gone, and the mark with it."""
    label = Tlp(schema="US-CERT", value="Green", fields=[TlpField(field="custom_fields.record_count", value="Red")])
    received = typed(custom("record_count", "12"), custom("details", "[1]"), tlp=label, markings=["us-cert:green"])
    assert [value for value, _ in passed(received)] == ["[1]"]
    found = one(received, max_tlp="RED", because="a test").incident
    assert [(field.value, list(field.markings)) for field in found.custom_fields] == [("12", ["tlp-2:red"]), ("[1]", [])]


@pytest.mark.parametrize(
    ("text", "step", "up", "rounded"),
    [
        ("2026-10-03T12:31:07.123456+02:00", "1h", False, "2026-10-03T10:00:00.000Z"),
        ("2026-10-03T12:31:07.123456Z", "1h", True, "2026-10-03T13:00:00.000Z"),
        ("2026-10-03T12:00:00Z", "1h", True, "2026-10-03T12:00:00.000Z"),
        ("2026-10-03T12:31:07", "15m", False, "2026-10-03T12:30:00.000Z"),
        ("2026-10-03T12:31:07Z", "1d", False, "2026-10-03T00:00:00.000Z"),
        ("yesterday", "1h", False, None),
        ("9999-12-31T23:59:59Z", "1h", True, None),
    ],
)
def test_times_are_rounded(text: str, step: str, up: bool, rounded: str | None) -> None:
    """If it failed, a time to the microsecond would show in whose log it was first."""
    assert rounding(step)(text, up) == rounded


@pytest.mark.parametrize("step", ["", "0h", "1", "1 hour", "-1h"])
def test_no_step_is_refused(step: str) -> None:
    """If it failed, a typing error in the profile would pass times on as they are."""
    with pytest.raises(UsageError):
        rounding(step)


# ---- Words that name the upstream ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "CERT Alpha saw it first",
        "cert\u00a0ALPHA saw it",
        "CERT\u200b Alpha saw it",
        "see https://wiki.alpha.example/1",
        "mail soc@tickets.alpha.example",
        "ticket 7C9E6679-7425-40DE-944B-E07FC1F90AE7",
        "seen by Falcon",
    ],
)
def test_a_text_that_names_the_upstream_is_not_taken_over(text: str) -> None:
    """If it failed, a text would say what every field hides."""
    profile = PROFILE.model_copy(update={"derivation": Derivation(names=("Falcon",))})
    found = one(incident(summary=text, description=["Mail is slow."]), profile)
    assert found.incident.summary is None
    assert found.incident.description == ["Mail is slow."]
    assert [(loss.code, loss.path) for loss in found.to_rewrite] == [("D702", "/0/summary")]


@pytest.mark.parametrize("text", ["The certalpha library", "alphaexample", "gmail.com is slow"])
def test_a_text_that_names_nobody_is_taken_over(text: str) -> None:
    """If it failed, hardly anything could be passed on."""
    assert one(incident(summary=text)).incident.summary == text


def test_a_seen_value_on_a_host_of_theirs_is_not_taken_over() -> None:
    """If it failed, the victim among the values would be known for our upstream."""
    seen = [Address(type="url", value="https://www.alpha.example/x"), Address(type="url", value="https://evil.example/x")]
    assert [found.value for found in one(incident(observables=seen)).incident.observables] == ["https://evil.example/x"]


def test_words_of_ours_that_name_the_upstream_are_refused() -> None:
    """If it failed, a slip of the pen would give the upstream away."""
    with pytest.raises(ForbiddenLoss, match="cert alpha"):
        one(incident(), texts={"summary": "We had it from CERT Alpha"})
    harmless = PROFILE.model_copy(update={"derivation": Derivation(harmless=("CERT Alpha",))})
    assert one(incident(), harmless, texts={"summary": "By CERT Alpha"}).incident.summary == "By CERT Alpha"


def test_a_registrant_of_a_domain_is_no_sender() -> None:
    """If it failed, a malicious domain could not be passed on because its own registration names it."""
    registrant = Contact(name="Mallory", emails=[ContactPoint(value="m@evil.example")])
    found = one(incident(observables=[DomainName(value="evil.example", contacts=[registrant])])).incident
    assert found.observables == [DomainName(value="evil.example")]


# ---- Markings -----------------------------------------------------------------------------------------------------


def test_what_may_not_be_passed_on_is_blank_and_listed() -> None:
    """A26: if it failed, TLP would be shown and not kept."""
    label = Tlp(schema="US-CERT", value="Green", fields=[TlpField(field="summary", value="Red")])
    found = one(incident(summary="secret", description=["open"], tlp=label, markings=["us-cert:green"]))
    assert (found.incident.summary, found.incident.description) == (None, ["open"])
    assert [(loss.code, loss.path) for loss in found.to_rewrite] == [("D401", "/0/summary")]
    assert found.incident.markings == ["tlp-2:green"]


@pytest.mark.parametrize("marking", ["tlp-2:red", "tlp-2:amber+strict", "us-cert:amber", "iodef:private", "tlp-9:mauve"])
def test_nothing_of_it_may_be_passed_on(marking: str) -> None:
    """If it failed, what is for one person or one house would travel on."""
    with pytest.raises(ForbiddenLoss):
        one(incident(markings=[marking]))
    found = one(incident(markings=[marking]), texts={"summary": "ours"})
    assert found.taken == ()
    assert found.incident.markings == ["tlp-2:amber"]


def test_a_permission_needs_a_reason_and_keeps_the_marking() -> None:
    """A26: if it failed, somebody could override a marking and nobody would know why, or it would be widened."""
    with pytest.raises(UsageError):
        one(incident(markings=["tlp-2:red"]), max_tlp="RED")
    found = one(incident(markings=["tlp-2:red"]), max_tlp="RED", because="she said so on the phone").incident
    assert found.markings == ["tlp-2:red"]


def test_the_profile_can_mark_more_strictly() -> None:
    """If it failed, what we send would be less protected than we wanted."""
    profile = PROFILE.model_copy(update={"derivation": Derivation(marking="AMBER")})
    seen = [Address(type="url", value="https://evil.example/", markings=["tlp-2:clear"])]
    found = one(incident(markings=["tlp-2:green"], observables=seen), profile).incident
    assert {leaf.label.level for leaf in labelled(found)} == {Level.AMBER}


def test_a_profile_cannot_permit_for_good() -> None:
    """If it failed, one line in a file would void every marking that comes in."""
    with pytest.raises(UsageError):
        one(incident(), PROFILE.model_copy(update={"derivation": Derivation(max_tlp="RED")}))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(incidents())
def test_no_value_is_passed_on_under_a_wider_marking(received: Incident) -> None:
    """If it failed, the next receiver could pass on what this one may not."""
    label = {word: level for level, word in TLP_2_WORDS.items()}
    for text in ("alpha", "beta", "gamma"):
        received.notes = [*received.notes, Note(id=f"note--{text}", content=text, object_refs=["x"], markings=["tlp-2:green"])]
    received.notes[-1].field_markings = [FieldMarking(marking="tlp-2:red", fields=["content"])]
    received.observables = [*received.observables, Address(id="x", type="url", value="https://evil.example/")]
    found = one(received, texts={"name": "ours"}, max_tlp="RED", because="a test").incident
    shown = {leaf.value: leaf.label.level for leaf in labelled(found) if leaf.path.endswith("/content")}
    assert shown == {"alpha": Level.GREEN, "beta": Level.GREEN, "gamma": Level.RED}
    assert found.markings[0] in label


# ---- Personal data ------------------------------------------------------------------------------------------------

MAIL = "Mail of jane.doe@victim.example, and of pat"


def personal(profile: Profile = PROFILE, **said: Any) -> Profile:
    return profile.model_copy(update={"personal": Personal(**said)})


@pytest.mark.requirement("GD-1", "GD-2")
def test_persons_are_taken_out_and_told_whatever_the_profile_says_not() -> None:
    """A20: if it failed, passing an incident on would publish the persons in it."""
    found = one(incident(summary=MAIL))
    assert found.incident.summary == "Mail of [personal data], and of pat"
    assert [(loss.code, loss.path) for loss in found.persons] == [("D411", "/0/summary")]
    assert "D414" not in [loss.code for loss in found.decisions], "our own liaison is no decision on what we received"


@pytest.mark.requirement("GD-1")
def test_a_person_whom_only_a_field_of_theirs_names_is_taken_out_of_the_texts() -> None:
    """If it failed, a name would stay in the text because the field that says it is one was not chosen."""
    users = CustomField(value="pat", type=FieldType(name="users"))
    registrant = DomainName(value="evil.example", contacts=[Contact(name="Mallory Dusk", type="person")])
    received = incident(summary=f"{MAIL}; Mallory Dusk did it", custom_fields=[users], observables=[registrant])
    found = one(received, keep=("summary",))
    assert found.incident.summary == "Mail of [personal data], and of [personal data]; [personal data] did it"


@pytest.mark.requirement("GD-2")
def test_the_profile_and_the_agreement_say_what_becomes_of_persons(tmp_path: Path) -> None:
    """A20: if it failed, what we decided once would hold for what is packed and not for what is passed on."""
    (tmp_path / "key").write_bytes(b"0123456789abcdef" * 2)
    masked = personal(default="pseudonymise", key_file=tmp_path / "key")
    assert "@pseudonym.invalid" in (one(incident(summary=MAIL), masked).incident.summary or "")
    allowed = personal(default="allow", basis="a contract")
    assert one(incident(summary=MAIL), allowed).incident.summary == MAIL
    strict = agreed(allowed, personal="block")
    with pytest.raises(ForbiddenLoss, match="/0/summary"):
        one(incident(summary=MAIL), strict, partner="acme")
    with pytest.raises(UsageError, match="basis"):
        one(incident(), personal(default="allow"))


def test_persons_in_what_was_not_chosen_block_nothing() -> None:
    """If it failed, no incident with a person in it could be passed on, although nothing of the person would be."""
    found = one(incident(summary=MAIL), personal(default="block", also=()), keep=("status",))
    assert found.incident.status == "new"


def test_what_persons_alone_filled_is_not_told_as_taken_over() -> None:
    """If it failed, the record for an auditor would say that a field was passed on which was not."""
    sent = EmailMessage(sender="jane.doe@victim.example")
    found = one(incident(observables=[sent]))
    assert (found.incident.observables, "observables" in found.taken) == ((), False)


# ---- Partners -----------------------------------------------------------------------------------------------------


def agreed(profile: Profile = PROFILE, **said: Any) -> Profile:
    return profile.model_copy(update={"agreements": {"acme": Agreement(**said)}})


def test_what_was_agreed_with_a_partner_holds() -> None:
    """If it failed, a partner would get what was not agreed, or talk to the wrong desk."""
    profile = agreed(fields=["status", "summary", "events"], withhold=["events.description"], liaison={"name": "Desk for Acme"})
    inner = Event(description=["inner"], status="new", start_time="2026-10-03T12:31:07Z")
    received = incident(summary="x", impact=0.5, events=[Event(description=["outer"], status="new", events=[inner])])
    found = one(received, profile, keep=(), partner="acme").incident
    assert (found.status, found.summary, found.impact) == ("new", "x", None)
    assert found.events == [Event(status="new", events=[Event(status="new", start_time="2026-10-03T12:00:00.000Z")])]
    assert found.liaison is not None
    assert found.liaison.name == "Desk for Acme"


def test_what_was_not_agreed_cannot_be_kept() -> None:
    """If it failed, a word on the command line would undo an agreement."""
    with pytest.raises(UsageError, match="impact"):
        one(incident(), agreed(fields=["status"]), keep=("impact",), partner="acme")


@pytest.mark.parametrize("said", [{"max_tlp": "GREEN"}, {"perimeter": "external.public"}])
def test_a_partner_gets_no_more_than_it_may_see(said: dict[str, str]) -> None:
    """If it failed, an agreement would be one in name only."""
    with pytest.raises(ForbiddenLoss):
        one(incident(markings=["tlp-2:amber"]), agreed(**said), keep=("status",), partner="acme")


@pytest.mark.parametrize("field", ["contacts", "history", "statu", "events.contacts", "events.x"])
def test_a_field_that_cannot_be_taken_over_is_refused(field: str) -> None:
    """If it failed, a typing error would pass for a choice."""
    with pytest.raises(UsageError):
        one(incident(), keep=(field,))


@pytest.mark.parametrize("profile", [Profile(), PROFILE])
def test_somebody_has_to_send_it(profile: Profile) -> None:
    """If it failed, a message would go out that names nobody."""
    with pytest.raises(UsageError):
        derive([incident()], Wish(), profile, Context(now=lambda: NOW))


def test_ids_are_random() -> None:
    """If it failed, two messages made from one could be told to be, or an id would follow from something."""
    made = [derive([incident()], Wish(), PROFILE, context())[0].incident.id or "" for _ in range(2)]
    assert made[0] != made[1]
    assert {UUID(name).version for name in made} == {4}


def test_the_profile_of_the_guide_is_one(tmp_path: Path) -> None:
    """If it failed, who follows the guide would be refused."""
    guide = Path(__file__).parents[1] / "docs" / "guides" / "pass-it-on.md"
    blocks = guide.read_text("utf-8").split("```toml\n")[1:]
    for name, block in zip(("mine.toml", "types.toml"), blocks, strict=True):
        (tmp_path / name).write_text(block.split("```")[0])
    profile = load(tmp_path / "mine.toml")
    received = incident(summary="seen by Falcon in Oslo", status="new")
    found = derive([received], Wish(partner=None), profile, context())[0]
    assert (found.taken, found.incident.identifier and found.incident.identifier.authority) == (("status",), "CSIRT of Ours")
    theft = typed(custom("record_count", "0412"), kind="Leak")
    made = derive([theft], Wish(keep=("type", "custom_fields")), profile, context())[0].incident
    assert (made.type and made.type.name, [field.value for field in made.custom_fields]) == ("Data theft", ["412"])


def test_a_large_incident_takes_no_longer_than_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """If it failed, every text would be held against every id, and an event of thousands would take hours."""
    searched = []
    monkeypatch.setattr(traces, "_whole", lambda name: (searched.append(name), "x")[1])
    seen = [Address(id=f"domain-name--{n:032x}", type="domain-name", value=f"a{n}.evil.example") for n in range(500)]
    assert len(one(incident(observables=seen)).incident.observables) == 500
    assert len(searched) < 500
