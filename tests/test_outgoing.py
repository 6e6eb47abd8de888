"""What an agreement gives to a partner, and what it does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus import NOW
from dragoman import Context, Incident, read, write
from dragoman.adapter import Can
from dragoman.attachments.outbox import Outbox
from dragoman.attachments.provider import Order, Sent, packed
from dragoman.attachments.store import Store
from dragoman.errors import DragomanError, ForbiddenLoss, ReadError, UsageError
from dragoman.model import Attachment, Contact, ContactPoint, CustomField, Event, FieldType, IncidentType, Note
from dragoman.model.plain import copied
from dragoman.outgoing import prepared
from dragoman.profile import Agreement, Personal, Policy, Profile
from dragoman.registry import adapter, formats

INCIDENT = Incident(
    id="52252076-9d38-4ffb-a5da-174bf6189fc8",
    markings=["tlp-2:green"],
    summary="A leak",
    description=["canary-description"],
    type=IncidentType(name="leak", consequence=0.7),
    contacts=[Contact(role="liaison", name="canary-liaison", emails=[ContactPoint(value="canary@example.com")])],
    custom_fields=[
        CustomField(value="canary-1", type=FieldType(name="records")),
        CustomField(value="2", type=FieldType(name="days.open")),
    ],
    events=[Event(description=["canary-event"], residue={"iodef-2": {"x": "canary-residue"}})],
    residue={"iodef-2": {"y": "canary-rest"}},
)


def given(**terms: Any) -> tuple[Incident, list[str]]:
    context = Context()
    found = prepared(INCIDENT, Agreement(**terms), Profile(), context)
    assert {loss.code for loss in context.ledger} <= {"D601", "D414"}  # the liaison stays, and it is told that it does
    return found, [loss.path for loss in context.ledger if loss.code == "D601"]


def test_without_terms_everything_is_given() -> None:
    assert given() == (INCIDENT, [])


@pytest.mark.parametrize(
    ("path", "told", "gone"),
    [
        ("description", ["/description"], ["canary-description", "canary-rest"]),
        ("liaison.email", ["/liaison/emails"], ["canary@example.com"]),
        ("liaison", ["/liaison"], ["canary-liaison", "canary@example.com"]),
        ("contacts.emails", ["/contacts/emails"], ["canary@example.com"]),
        ("contacts", ["/contacts"], ["canary-liaison", "canary@example.com"]),
        ("custom_fields.records", ["/custom_fields/records"], ["canary-1"]),
        ("custom_fields.days.open", ["/custom_fields/days.open"], []),
        ("events.description", ["/events/description"], ["canary-event", "canary-residue"]),
        ("type.consequence", ["/type/consequence"], ["0.7"]),
        ("observables", [], []),
    ],
)
@pytest.mark.parametrize("target", ["base", "iodef-2", "stix-2.1"])
def test_what_is_withheld_is_in_no_output(path: str, told: list[str], gone: list[str], target: str) -> None:
    """Neither natively nor carried, nor in what the reader kept verbatim beside it."""
    found, paths = given(withhold=(path,))
    assert paths == told
    out = write([found], target, Context(now=lambda: NOW)).decode()
    before = write([INCIDENT], target, Context(now=lambda: NOW)).decode()
    assert [word for word in gone if word in out] == []
    assert [word for word in gone if word not in before] == []


def test_the_incident_that_was_given_stays_as_it_was() -> None:
    """The next partner may have agreed on more."""
    given(withhold=("description", "liaison.email"), fields=("summary", "description", "liaison"))
    assert INCIDENT.description == ["canary-description"]
    assert INCIDENT.contacts[0].emails


def test_only_the_fields_that_were_agreed_on_are_given_and_the_label_always() -> None:
    found, told = given(fields=("summary", "liaison.email", "custom_fields.records"))
    emails = [ContactPoint(value="canary@example.com")]
    assert found == Incident(
        id=INCIDENT.id,
        markings=["tlp-2:green"],
        summary="A leak",
        contacts=[Contact(role="liaison", emails=emails)],
        custom_fields=[INCIDENT.custom_fields[0]],
    )
    assert {"/description", "/residue", "/events", "/liaison/name"} <= set(told)


def test_a_part_that_is_given_whole_is_whole() -> None:
    found, _ = given(fields=("type", "type.name", "events"))
    assert (found.type, found.events) == (INCIDENT.type, INCIDENT.events)


@pytest.mark.parametrize("path", ["sumary", "liaison.mail", "type.name.x", "", "custom_field.records"])
def test_a_field_that_does_not_exist_is_refused(path: str) -> None:
    """A typing error in `withhold` would send what must stay."""
    with pytest.raises(UsageError, match="no field"):
        given(withhold=(path,))
    with pytest.raises(UsageError, match="no field"):
        given(fields=("summary", path))


def test_the_partner_talks_to_whom_the_agreement_says() -> None:
    found, told = given(liaison={"name": "Desk", "email": "desk@example.com", "zip": "1"})
    assert told == ["/contacts"]
    assert found.liaison == Contact(role="liaison", name="Desk", emails=[ContactPoint(value="desk@example.com")], zip="1")
    assert "canary-liaison" not in write([found], "base", Context(now=lambda: NOW)).decode()
    with pytest.raises(UsageError, match=r"liaison\.mail"):
        given(liaison={"mail": "x"})


def test_what_is_marked_above_the_agreement_is_not_sent() -> None:
    """The agreement's level holds for every value, and for what nobody marked as for AMBER."""
    context = Context()
    secret = replace(INCIDENT, events=[Event(markings=["tlp-2:red"], description=["canary-event"])])
    found = prepared(secret, Agreement(max_tlp="GREEN"), Profile(), context)
    assert found.summary == "A leak"
    assert "canary-event" not in str(found)
    assert "D401" in {loss.code for loss in context.ledger}
    with pytest.raises(ForbiddenLoss, match="nothing of the incident may pass"):
        given(max_tlp="CLEAR")
    with pytest.raises(ForbiddenLoss):
        prepared(Incident(summary="unmarked"), Agreement(max_tlp="GREEN"), Profile(), Context())
    with pytest.raises(UsageError, match="no TLP level"):
        given(max_tlp="PINK")


def test_what_the_policy_keeps_from_a_perimeter_is_not_sent(tmp_path: Path) -> None:
    """The perimeter of a partner decides by category, marking and time, as the policy of the profile says."""
    (tmp_path / "policy.yaml").write_text(
        "perimeters: {members: {max: AMBER}}\n"
        "rules:\n  - {name: people stay here, categories: [people], perimeters: [members], decision: withhold}\n"
    )
    profile = Profile(base=tmp_path, policy=Policy(file=Path("policy.yaml")))
    with pytest.raises(UsageError):
        prepared(INCIDENT, Agreement(perimeter="nowhere"), profile, Context())
    found = prepared(INCIDENT, Agreement(perimeter="members"), profile, Context(now=lambda: NOW))
    assert found.summary == "A leak"
    assert "canary-liaison" not in str(found)
    assert "canary-event" in str(found)


def test_personal_data_is_treated_as_was_agreed_with_the_partner() -> None:
    """An agreement that is ignored in silence is worse than none; without one, persons are taken out."""
    incident = replace(INCIDENT, notes=[Note(content="a call", authors=["canary-author"])])
    context = Context()
    assert "canary-author" not in str(prepared(incident, Agreement(), Profile(), context))
    assert [loss.path for loss in context.ledger if loss.code == "D411"] == ["/notes/0/authors/0"]
    assert "canary-author" in str(prepared(incident, Agreement(personal="allow", basis="contract"), Profile(), Context()))
    with pytest.raises(ForbiddenLoss, match="/notes/0/authors/0"):
        prepared(incident, Agreement(personal="block"), Profile(), Context())
    with pytest.raises(UsageError, match="basis"):
        prepared(incident, Agreement(personal="allow"), Profile(), Context())


SOURCE = Path(__file__).parents[1] / "fixtures" / "cases" / "phishing" / "iodef-2.xml"


def order(folder: Path, *attach: str, **terms: Any) -> list[Sent]:
    profile = Profile(base=folder, agreements={"acme": Agreement(**terms)})
    outbox = Outbox(folder / "outbox", Store(folder / "store"), "https://files.example/i")
    return packed(SOURCE.read_bytes(), None, Order(attach, profile, "acme"), outbox, Context(now=lambda: NOW))


def test_without_a_word_the_formats_of_the_agreement_are_attached(tmp_path: Path) -> None:
    [sent] = order(tmp_path, formats=("iodef-2", "stix-2.1"))
    assert [piece.about.format for piece in sent.message.pieces] == ["iodef-2", "stix-2.1"]
    assert sent.path == tmp_path / "outbox" / f"{sent.message.id}.json"
    assert sent.path.read_bytes() == sent.message.message


@pytest.mark.parametrize("attach", ["stix-2.1", str(SOURCE), __file__])
def test_a_format_that_was_not_agreed_on_is_refused_before_anything_is_written(attach: str, tmp_path: Path) -> None:
    with pytest.raises(DragomanError, match="did not agree") as error:
        order(tmp_path, attach, formats=("base",))
    assert error.value.exit_status == 3
    assert list(tmp_path.iterdir()) == []


def test_what_is_withheld_is_in_no_attachment_either(tmp_path: Path) -> None:
    said = "Twelve employees"
    [sent] = order(tmp_path, formats=("iodef-2", "stix-2.1"), withhold=("description",))
    everything = sent.message.message + b"".join(piece.data for piece in sent.message.pieces)
    assert said.encode() in SOURCE.read_bytes()
    assert said.encode() not in everything
    assert "/description" in [loss.path for loss in sent.told if loss.code == "D601"]
    assert read(sent.message.pieces[0].data)[0].description == ()


@pytest.mark.parametrize(
    "uri", ["http://files.example/", "files.example", "https://", "https://a.example/?q=1", "https://u@a.example/", "https://[x/",
            "https://a.example/\nx", "https://a.example:99999/", "https://a.example:x/", "https://a.example/\\x",
            "https://a.example/\xe5", "https://\xe5.example/"],
)  # fmt: skip
def test_attachments_are_served_over_https_only(uri: str, tmp_path: Path) -> None:
    """Subscribers fetch over nothing else: they would all refuse."""
    with pytest.raises(UsageError, match="--base-uri"):
        Outbox(tmp_path, Store(tmp_path), uri).place()
    with pytest.raises(UsageError, match="nobody could fetch"):
        Outbox(tmp_path, Store(tmp_path)).place()


@pytest.mark.requirement("BF-6", "PR-3")
@pytest.mark.parametrize("target", ["base", "iodef-2", "stix-2.1"])
def test_the_message_that_it_was_made_from_is_never_named(target: str) -> None:
    """If it failed, a member of an older exchange would let customers map our suppliers."""
    parent = "7a1f2c1e-3d55-4d0a-9a43-0d9ff1d0c0de"
    context = Context(now=lambda: NOW)
    received = copied(INCIDENT, residue={"base": {"parent": parent, "ticket": "T-1"}})
    found = prepared(received, Agreement(), Profile(), context)
    assert found.residue == {"base": {"ticket": "T-1"}}
    assert "/residue/parent" in [loss.path for loss in context.ledger]
    assert parent not in write([found], target, context).decode()


# ---- Files that go with the message -------------------------------------------------------------------------------

SECRET = "canary-4711"
SAID = "Twelve employees got a mail"


def enclosed(folder: Path, name: str, data: bytes, vouch: bool = False, **terms: Any) -> Sent:
    """A message to acme with a file that somebody attaches, or vouches for."""
    file = folder / name
    file.write_bytes(data)
    profile = Profile(base=folder, agreements={"acme": Agreement(**{"formats": (*formats(), "octet-stream")} | terms)})
    outbox = Outbox(folder / "outbox", Store(folder / "store"), embed="zip")
    chosen = Order((), profile, "acme", vouch=(str(file),)) if vouch else Order((str(file),), profile, "acme")
    message = write([other()], "iodef-2", Context(now=lambda: NOW))
    return packed(message, None, chosen, outbox, Context(now=lambda: NOW))[0]


def other(**said: Any) -> Incident:
    """An incident in a file of its own, with something in it for each way to keep it back."""
    return Incident(**{"id": INCIDENT.id, "summary": SAID, "status": "new", "markings": ["tlp-2:green"]} | said)


KEPT_BACK: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "fields": ({"fields": ("status",)}, {"description": [SECRET]}),
    "withhold": ({"withhold": ("description",)}, {"description": [SECRET]}),
    "max_tlp": ({"max_tlp": "AMBER"}, {"notes": [Note(content=SECRET, object_refs=["x"], markings=["tlp-2:red"])]}),
    "perimeter": ({"perimeter": "members"}, {"notes": [Note(content=SECRET, object_refs=["x"], markings=["tlp-2:red"])]}),
    "liaison": ({"liaison": {"name": "Desk"}}, {"contacts": [Contact(role="liaison", name=SECRET)]}),
    "personal": ({"personal": "redact"}, {"description": [f"ask {SECRET}@corp.example"]}),
    "nobody decided on persons": ({}, {"description": [f"ask {SECRET}@corp.example"]}),
}
OPEN = {"personal": "allow", "basis": "a contract"}


@pytest.mark.requirement("AT-3", "AT-6", "TLP-5", "GD-1", "CS-2")
@pytest.mark.parametrize("target", [name for name in sorted(formats()) if Can.READ | Can.WRITE in adapter(name).format.can])
@pytest.mark.parametrize("how", KEPT_BACK)
def test_what_is_kept_from_the_partner_is_in_no_file_either(how: str, target: str, tmp_path: Path) -> None:
    """If it failed, whoever attaches a file would hand out what the agreement keeps back."""
    terms, said = KEPT_BACK[how]
    given = write([other(**said)], target, Context(now=lambda: NOW))
    terms = terms if how in ("personal", "nobody decided on persons") else OPEN | terms
    sent = enclosed(tmp_path, f"{SECRET}.bin", given, **terms)
    [piece] = sent.message.pieces
    assert SECRET.encode() in given
    assert SECRET.encode() not in sent.path.read_bytes() + piece.data
    assert piece.about.format == target
    assert SECRET not in (piece.about.filename or ""), "its name is as much of it as its words"
    if how != "fields":
        assert read(piece.data)[0].summary == SAID, "what may pass is gone as well"
    assert "D604" in [loss.code for loss in piece.ledger]


@pytest.mark.requirement("AT-3", "AT-6")
@pytest.mark.parametrize("data", [b"08:00 jane@corp.example logged in\n", b"%PDF-1.7\0", b"{}", b""])
@pytest.mark.parametrize("how", KEPT_BACK)
def test_a_file_that_cannot_be_read_is_refused_where_anything_is_kept_back(how: str, data: bytes, tmp_path: Path) -> None:
    """If it failed, a log would carry past the agreement what the message leaves out."""
    terms, _ = KEPT_BACK[how]
    with pytest.raises(ForbiddenLoss, match=r"mail\.log: .*--vouch mail\.log") as error:
        enclosed(tmp_path, "mail.log", data, **terms if how in ("personal", "nobody decided on persons") else OPEN | terms)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "outbox").exists()


@pytest.mark.requirement("AT-5")
@pytest.mark.parametrize("data", [b"08:00 logged in\n", SOURCE.read_bytes()], ids=["log", "incident"])
@pytest.mark.parametrize("vouch", [True, False])
def test_a_file_goes_byte_for_byte_where_nothing_is_kept_back_or_somebody_vouches(
    data: bytes, vouch: bool, tmp_path: Path
) -> None:
    """If it failed, a signed file could not be sent, or nobody could answer for one."""
    terms = {"withhold": ("description",)} if vouch else OPEN
    sent = enclosed(tmp_path, "x.bin", data, vouch, **terms)
    piece = sent.message.pieces[-1]
    assert (piece.data, piece.about.filename) == (data, "x.bin")
    assert [loss.code for loss in piece.ledger] == (["D605"] if vouch else [])
    assert len(sent.message.pieces) == (1 + len(formats()) if vouch else 1), "the formats of the agreement go along"


def test_a_file_of_which_nothing_may_pass_is_refused_by_its_name(tmp_path: Path) -> None:
    """If it failed, an empty file would tell that there is something, or nobody would know which file it was."""
    given = write([other(markings=["tlp-2:red"])], "iodef-2", Context(now=lambda: NOW))
    with pytest.raises(ForbiddenLoss, match=r"x\.xml: /0: nothing of the incident may pass"):
        enclosed(tmp_path, "x.xml", given, **OPEN, max_tlp="AMBER")


def test_a_broken_file_is_refused_by_its_name(tmp_path: Path) -> None:
    """If it failed, what we cannot read to its end would go out as it is."""
    with pytest.raises(ReadError, match=r"x\.xml"):
        enclosed(tmp_path, "x.xml", SOURCE.read_bytes()[:-20], withhold=("description",))


LINKED = Incident(summary="s", description=["d"], attachments=[Attachment(format="iodef-2", uri="https://files.example/full")])


@pytest.mark.requirement("AT-6")
@pytest.mark.parametrize("how", KEPT_BACK)
def test_a_file_that_the_incident_lists_is_not_given_where_anything_is_kept_back(how: str) -> None:
    """If it failed, the message would leave something out, and lead to a file that says it."""
    terms, _ = KEPT_BACK[how]
    context = Context(now=lambda: NOW)
    assert prepared(LINKED, Agreement(**terms), Profile(), context).attachments == ()
    assert "D601" in [loss.code for loss in context.ledger if loss.path.startswith("/attachments")]


def test_a_listed_file_is_given_where_nothing_is_kept_back_or_the_agreement_names_it() -> None:
    """If it failed, a partner who may have everything would get less than was agreed."""
    assert prepared(LINKED, Agreement(**OPEN), Profile(), Context()).attachments == LINKED.attachments
    named = Agreement(fields=("summary", "attachments"))
    assert prepared(LINKED, named, Profile(), Context()).attachments == LINKED.attachments


def test_somebody_can_vouch_for_a_listed_file(tmp_path: Path) -> None:
    """If it failed, a file that we took over and cleaned could not go to a partner, or one that nobody listed would seem to."""
    uri, other_uri = "https://files.example/full", "https://files.example/other"
    two = copied(LINKED, attachments=[*LINKED.attachments, Attachment(format="iodef-2", uri=other_uri)])
    source = write([two], "base", Context(now=lambda: NOW))
    profile = Profile(agreements={"acme": Agreement(formats=("iodef-2",), withhold=("description",))})
    outbox = Outbox(tmp_path, Store(tmp_path / "store"), embed="zip")
    [sent] = packed(source, None, Order((), profile, "acme", vouch=(uri,)), outbox, Context(now=lambda: NOW))
    assert uri.encode() in sent.message.message
    assert other_uri.encode() not in sent.message.message + sent.message.pieces[0].data
    assert "D605" in [loss.code for loss in sent.told]
    with pytest.raises(UsageError, match="no incident lists"):
        packed(source, None, Order((), profile, "acme", vouch=("https://x.example/1",)), outbox, Context())


# ---- Without a partner --------------------------------------------------------------------------------------------


def to_nobody_in_particular(folder: Path, profile: Profile, *attach: str) -> Sent:
    outbox = Outbox(folder / "outbox", Store(folder / "store"), embed="zip")
    source = write([other(description=[f"ask {SECRET}@corp.example"])], "iodef-2", Context(now=lambda: NOW))
    return packed(source, None, Order(attach, profile), outbox, Context(now=lambda: NOW))[0]


@pytest.mark.requirement("GD-1", "GD-2")
def test_what_the_profile_says_of_persons_holds_without_a_partner(tmp_path: Path) -> None:
    """If it failed, leaving out --for would publish the persons whom the profile protects."""
    sent = to_nobody_in_particular(tmp_path, Profile(personal=Personal()), "stix-2.1")
    assert SECRET.encode() not in sent.message.message + sent.message.pieces[0].data
    assert "D411" in [loss.code for loss in sent.told]
    assert sent.persons == 0
    (tmp_path / "mail.log").write_text("x")
    with pytest.raises(ForbiddenLoss, match="--vouch"):
        to_nobody_in_particular(tmp_path, Profile(personal=Personal()), str(tmp_path / "mail.log"))


@pytest.mark.requirement("GD-2")
def test_personal_data_that_nobody_decided_on_is_counted(tmp_path: Path) -> None:
    """If it failed, whoever packs without a profile would publish persons and not be told."""
    sent = to_nobody_in_particular(tmp_path, Profile(), "stix-2.1")
    assert SECRET.encode() in sent.message.message
    assert sent.persons == 1
