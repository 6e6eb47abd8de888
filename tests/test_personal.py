"""Personal data in incidents: what is treated is in no byte of any output, and what is not personal stays."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from dragoman.adapter import Can, Context
from dragoman.errors import ForbiddenLoss, UsageError
from dragoman.model import (
    Actor,
    Additional,
    Address,
    Artifact,
    Contact,
    ContactPoint,
    CustomField,
    Directory,
    EmailMessage,
    FieldType,
    File,
    Incident,
    Indicator,
    Note,
    Process,
    Relation,
    UserAccount,
)
from dragoman.model.named import pointer
from dragoman.model.naming import identified
from dragoman.model.plain import copied, leaves, plain
from dragoman.personal import findings, personal_of, treated
from dragoman.personal.rows import field_rows, kinds
from dragoman.profile import Agreement, Personal, Profile
from dragoman.registry import adapter, formats
from dragoman.translate import read, write

CASES = Path(__file__).parent.parent / "fixtures" / "cases"
DOCUMENTS = sorted(path for path in CASES.glob("*/*") if path.stem in formats())
WRITERS = [name for name in sorted(formats()) if Can.WRITE in adapter(name).format.can]
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def at_now() -> Context:
    return Context(now=lambda: NOW)


@pytest.fixture
def keyed(tmp_path: Path) -> Personal:
    file = tmp_path / "personal.key"
    file.write_bytes(b"0123456789abcdef0123456789abcdef")
    return Personal(default="pseudonymise", key_file=file)


# ---- Marker persons everywhere -------------------------------------------------------------------------------------


class Persons:
    """Makes marker persons: `said` holds every word that must not go out."""

    def __init__(self, seed: int) -> None:
        self.random, self.said = Random(seed), set[str]()

    def word(self, capital: bool = False) -> str:
        made = "zq" + "".join(self.random.choices("bcdfghklmnprstvw", k=10))
        made = made.capitalize() if capital else made
        self.said.add(made)
        return made

    def name(self) -> str:
        return f"{self.word(capital=True)} {self.word(capital=True)}"

    def mail(self) -> str:
        return f"{self.word()}.{self.word()}@corp.example"

    def digits(self) -> str:
        made = "".join(self.random.choices("23456789", k=9))
        self.said.add(made)
        return made


def crowded(base: Incident, persons: Persons) -> Incident:
    """An incident with a person in every field that holds one by definition, and in every kind of text."""
    name, mail, login = persons.name(), persons.mail(), persons.word()
    point = ContactPoint
    contact = Contact(
        id="identity--5c0a6a1e-1111-4222-8333-444455556666", type="person", role="tech", name=name, names=[name],
        first_name=persons.word(True), middle_name=persons.word(True), last_name=persons.word(True), city=persons.word(True),
        zip=persons.digits(), emails=[point(value=mail)], phones=[point(value=f"+47 {persons.digits()}")],
        postal_addresses=[point(value=f"{persons.word(True)} road 4")], accounts=[point(value=persons.word())],
        registry_handles=[point(value=f"{persons.word()}-RIPE", type="ripe")], contact_information=persons.mail(),
    )  # fmt: skip
    sender = identified(Address(type="email-addr", value=persons.mail(), display_name=persons.name()))
    account = identified(UserAccount(user_id=login, account_login=login, display_name=name, credential=persons.word()))
    message = EmailMessage(
        sender=persons.mail(), to=[persons.mail(), persons.mail()], from_ref=sender.id, subject=f"for {name}",
        body=f"Dear {name},\nwrite to {persons.mail()}",
        header_fields=[Additional(name="From", value=f"{persons.name()} <{mail}>")],
    )  # fmt: skip
    observables = [
        sender, account, identified(message),
        identified(Directory(path=rf"C:\Users\{persons.word()}\Downloads")), identified(File(name="a.exe")),
        Process(command_line=f"type /home/{persons.word()}/notes.txt", environment_variables={"USERNAME": persons.word()}),
        identified(Address(type="url", value=f"https://login.example/?who={persons.mail()}")),
        Artifact(payload_bin=base64.b64encode(f"to: {mail}".encode()).decode(), mime_type="text/plain"),
    ]  # fmt: skip
    ids = [one.id for one in observables if one.id]
    custom = [
        CustomField(value=f"{persons.word()}, {persons.word()}", type=FieldType(name="users")),
        CustomField(value=f"seen by {name}", type=FieldType(name="remark", type="string")),
    ]
    return copied(
        base,
        summary=f"{name} ({mail}) reported it; {login} was used",
        description=[f"call +47 {persons.digits()}", f"or {name.split()[1]}"],
        contacts=[*base.contacts, contact], observables=[*base.observables, *observables], custom_fields=custom,
        notes=[Note(content=f"CORP\\{persons.word()} as {login.upper()}", authors=[persons.name()], object_refs=ids)],
        indicators=[*base.indicators, Indicator(pattern=f"[email-addr:value = '{persons.mail()}']", pattern_type="stix")],
        relations=[Relation(relation="related-to", source_ref=sender.id, target_ref=account.id)],
        residue={"x": {"was": f"{name} <{mail}>"}}, extensions={"x-note": {mail: 1, "who": name}}, labels=[f"by {name}"],
    )  # fmt: skip


def test_the_crowd_fills_every_field_that_is_personal_by_definition() -> None:
    """If it failed, a row was added that no marker person stands in, and nobody would see that it does nothing."""
    found = findings(crowded(Incident(), Persons(0)), Personal(also=("ip",)))
    rows = {f"{part}.{name}" for (part, name), of in field_rows().items() if {row.kind for row in of} != {"ip"}}
    elsewhere = {"Opinion.authors"}  # as Note.authors
    assert rows - {one.where for one in found} == elsewhere
    assert {one.kind for one in found} >= kinds().keys() - {"national-id", "iban", "card", "ip"}


@pytest.mark.parametrize("target", WRITERS)
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_person_is_in_the_bytes(path: Path, target: str, keyed: Personal) -> None:
    """If it failed, a treated document would name somebody: in a field, a copy, residue, cargo or an id."""
    for seed, personal in enumerate([Personal(), Personal(also=("liaison",)), keyed]):
        persons = Persons(seed)
        incident = crowded(read(path.read_bytes())[0], persons)
        data = write([treated(incident, personal, at_now())], target, at_now()).lower()
        assert [word for word in persons.said if word.casefold().encode() in data] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_is_not_personal_stays_leaf_by_leaf(path: Path) -> None:
    """If it failed, the treatment would cost values that nobody has to protect."""
    for incident in read(path.read_bytes()):
        found = findings(incident)
        gone = {pointer(one.leaf or one.path) for one in found if one.treatment != "allow"}
        before = {where: value for where, value in leaves(incident) if "residue" not in where}
        after = {value for _, value in leaves(treated(incident, Personal(), at_now()))}
        kept = {value for where, value in before.items() if where not in gone and not where.endswith("id")}
        assert kept - after == set()


def test_an_incident_without_persons_is_the_same() -> None:
    """If it failed, a treatment that has nothing to do would do something."""
    incident = Incident(id="a", summary="server down", residue={"x": {"y": "z"}}, actors=[Actor(name="Group One")])
    context = at_now()
    assert plain(treated(incident, Personal(), context), Incident) == plain(incident, Incident)
    assert len(context.ledger) == 0


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_twice_is_once(path: Path, keyed: Personal) -> None:
    """If it failed, blanks and pseudonyms would be taken for persons, and pseudonyms of pseudonyms match nothing."""
    for personal in (Personal(), keyed):
        once = treated(crowded(read(path.read_bytes())[0], Persons(7)), personal, at_now())
        assert [one for one in findings(once, personal) if one.treatment != "allow"] == []
        assert plain(treated(once, personal, at_now()), Incident) == plain(once, Incident)


def test_the_one_that_was_given_stays_as_it_was() -> None:
    """If it failed, a sender would lose from the own records what only the partner must not see."""
    incident = crowded(Incident(), Persons(1))
    before = json.dumps(plain(incident, Incident))
    treated(incident, Personal(), at_now())
    assert json.dumps(plain(incident, Incident)) == before


# ---- What becomes of it ---------------------------------------------------------------------------------------------


def victim(**more: Any) -> Incident:
    contact = Contact(role="tech", type="person", name="Jane Doe", emails=[ContactPoint(value="jane.doe@corp.example")])
    return Incident(summary="Jane Doe (jane.doe@corp.example) clicked", contacts=[contact], **more)


def test_redacted_is_blank_in_texts_and_gone_in_fields() -> None:
    """If it failed, the default would not be what the guide says."""
    context = at_now()
    found = treated(victim(), Personal(), context)
    assert found.summary == "[personal data] ([personal data]) clicked"
    assert (found.contacts[0].name, found.contacts[0].emails, found.contacts[0].role) == (None, (), "tech")
    assert {(loss.code, loss.path) for loss in context.ledger} == {
        ("D411", "/summary"), ("D411", "/contacts/0/name"), ("D411", "/contacts/0/emails/0"),
    }  # fmt: skip
    said = json.dumps([loss.as_json() for loss in context.ledger])
    assert "Doe" not in said, "the ledger tells whom it protects"


def test_block_names_the_places_and_never_the_value() -> None:
    """If it failed, a refusal would leave the sender searching, or print what must not be printed."""
    with pytest.raises(ForbiddenLoss) as error:
        treated(victim(), Personal(), at_now(), override="block")
    assert "/contacts/0/emails/0 (a mail address)" in str(error.value)
    assert "Doe" not in str(error.value)
    assert "jane" not in str(error.value)


def test_a_pseudonym_is_the_same_for_the_same_person_in_every_document(keyed: Personal) -> None:
    """If it failed, nobody could tell that two incidents hit the same account."""
    one = treated(victim(), keyed, at_now())
    other = treated(Incident(description=["from Jane.Doe@CORP.example"]), keyed, at_now())
    [point] = one.contacts[0].emails
    assert point.value is not None
    assert point.value.startswith("p-")
    assert point.value.endswith("@pseudonym.invalid")
    assert one.summary == f"{one.contacts[0].name} ({point.value}) clicked"
    assert other.description == [f"from {point.value}"]


def test_without_the_key_nobody_can_tell_whose_a_pseudonym_is(keyed: Personal, tmp_path: Path) -> None:
    """If it failed, who guesses a mail address could check the guess; or the key would be in what it protects."""
    other_key = tmp_path / "other.key"
    other_key.write_bytes(b"another key of thirty-two bytes!")
    other = keyed.model_copy(update={"key_file": other_key})
    context = at_now()
    one = treated(crowded(Incident(), Persons(2)), keyed, context)
    two = treated(crowded(Incident(), Persons(2)), other, at_now())
    changed = {value for _, value in leaves(one) if isinstance(value, str) and "pseudonym.invalid" in value}
    assert changed
    assert changed & {value for _, value in leaves(two)} == set()
    assert keyed.key_file is not None
    key = keyed.key_file.read_text()
    assert key not in json.dumps(plain(one, Incident)) + json.dumps([loss.as_json() for loss in context.ledger])


def test_an_observable_is_named_after_its_pseudonym(keyed: Personal) -> None:
    """If it failed, the id would still follow from the mail address, and two documents would not meet."""
    sender = identified(Address(type="email-addr", value="jane@corp.example"))
    seen = EmailMessage(id="email-message--5c0a6a1e-1111-5222-8333-444455556666", from_ref=sender.id)
    relation = Relation(id="relationship--5c0a6a1e-2222-5222-8333-444455556666", source_ref=sender.id, target_ref=seen.id)
    incident = Incident(id="a", observables=[sender, seen], relations=[relation])
    context = at_now()
    found = treated(incident, keyed, context)
    address, message = found.observables
    assert address.id == identified(copied(address)).id != sender.id
    assert isinstance(message, EmailMessage)
    [tie] = found.relations
    assert (message.from_ref, tie.source_ref, tie.target_ref) == (address.id, address.id, message.id)
    assert message.id != seen.id, "its id was made from that of the sender"
    assert tie.id != relation.id
    assert [loss.path for loss in context.ledger if loss.code == "D415"] != []


def test_two_persons_who_lost_their_names_stay_two() -> None:
    """If it failed, what was said of one account would be said of another."""
    accounts = [identified(UserAccount(account_login=login, account_type="unix")) for login in ("jane.doe", "john.roe")]
    found = treated(Incident(id="a", summary="s", observables=accounts), Personal(), at_now())
    assert [one.account_login for one in found.observables if isinstance(one, UserAccount)] == [None, None]
    ids = {one.id for one in found.observables}
    assert len(ids) == 2
    assert ids & {one.id for one in accounts} == set()


def test_an_id_that_spells_a_person_is_spelt_otherwise() -> None:
    """If it failed, the id would tell what the field does not any more."""
    account = UserAccount(id="acc-jdoe", account_login="jdoe", account_type="unix")
    incident = Incident(id="inc-jdoe-1", notes=[Note(object_refs=["acc-jdoe"])], observables=[account])
    found = treated(incident, Personal(), at_now())
    assert found.id == "inc-personal-data-1"
    assert found.observables[0].id == found.notes[0].object_refs[0] == "acc-personal-data"


def test_what_is_encoded_goes_whole() -> None:
    """If it failed, a mail in base64 would carry its sender out."""
    raw = base64.b64encode(b"From: Jane Doe <jane@corp.example>").decode()
    folded = base64.encodebytes(b"From: Jane Doe <jane@corp.example>, and a line that is longer than mails have it").decode()
    both = [Artifact(payload_bin=one, mime_type="message/rfc822") for one in (raw, folded)]
    incident = Incident(summary="s", observables=both)
    [artifact, other] = treated(incident, Personal(), at_now()).observables
    assert isinstance(artifact, Artifact)
    assert isinstance(other, Artifact)
    assert other.payload_bin is None, "a program that breaks lines would make it safe"
    assert (artifact.payload_bin, artifact.mime_type) == (None, "message/rfc822")


def test_what_is_encoded_is_found_in_fields_that_do_not_say_so() -> None:
    """If it failed, bytes of a record, or of an object that nobody knows, would carry a sender out; or a digest would go."""
    raw = base64.encodebytes(b"From: Jane Doe <jane@corp.example>, and a line that is longer than mails have it").decode()
    digest = "d41d8cd98f00b204e9800998ecf8427e"
    items = [Additional(dtype="byte", value=raw), Additional(dtype="string", value=digest)]
    found = treated(Incident(summary="s", additional=items), Personal(), at_now())
    assert [item.value for item in found.additional] == [None, digest]
    residue = {"stix-2.1": {"blob": raw, "digest": digest}}
    assert raw not in str(treated(Incident(summary="s", residue=residue), Personal(), at_now()).residue)


def test_a_program_goes_only_for_a_value_that_is_known() -> None:
    """If it failed, samples would be lost for letters that are none; or carry a login out that stands in a field."""
    for text, left in ((b"MZ\0\0XX\\Hh", True), (b"MZ\0\0jdoe\0", False)):
        sample = Artifact(payload_bin=base64.b64encode(text).decode())
        incident = Incident(summary="s", observables=[sample, UserAccount(account_login="jdoe", account_type="unix")])
        found = treated(incident, Personal(), at_now()).observables
        assert any(getattr(one, "payload_bin", None) for one in found) is left


def test_a_pattern_of_which_half_would_be_wrong_goes_whole() -> None:
    """If it failed, the receiver would search for a blank."""
    indicator = Indicator(name="n", pattern="[email-addr:value = 'jane@corp.example']", pattern_type="stix")
    [found] = treated(Incident(summary="s", indicators=[indicator]), Personal(), at_now()).indicators
    assert (found.pattern, found.name) == (None, "n")


def test_the_name_of_a_member_is_treated_and_never_told() -> None:
    """If it failed, a table keyed by mail addresses would be handed out, or printed in the ledger."""
    context = at_now()
    incident = Incident(summary="s", extensions={"x": {"jane@corp.example": 1, "john@corp.example": 2}})
    found = treated(incident, Personal(), context)
    assert found.extensions == {"x": {"personal-data": 1, "personal-data-2": 2}}
    assert {loss.path for loss in context.ledger} == {"/extensions/x/*"}


@pytest.mark.parametrize("name", ["users", "User_Name", "accountName"])
def test_a_custom_field_of_users_goes_and_a_count_of_them_stays(name: str) -> None:
    """If it failed, the types that are in use today would pass names on, or lose how many were hit."""
    fields = [CustomField(value=value, type=FieldType(name=name)) for value in ("jdoe; asmith", "412")]
    found = treated(Incident(summary="asmith did it", custom_fields=fields), Personal(), at_now())
    assert [one.value for one in found.custom_fields] == ["412"]
    assert found.summary == "[personal data] did it"


def test_an_organisation_is_no_person() -> None:
    """If it failed, nobody would know whom to call."""
    contact = Contact(
        role="tech", type="organization", name="Example Ltd", phones=[ContactPoint(value="+47 22 85 50 50")],
        emails=[ContactPoint(value="soc@corp.example"), ContactPoint(value="jane@corp.example")], city="Oslo",
    )  # fmt: skip
    [found] = treated(Incident(summary="Example Ltd in Oslo", contacts=[contact]), Personal(), at_now()).contacts
    assert (found.name, found.city, len(found.phones), [one.value for one in found.emails]) == (
        "Example Ltd", "Oslo", 1, ["soc@corp.example"],
    )  # fmt: skip


# ---- The liaison ----------------------------------------------------------------------------------------------------


def with_liaison() -> Incident:
    liaison = Contact(role="liaison", name="Kari Nordmann", emails=[ContactPoint(value="kari@csirt.example")])
    return copied(victim(description=["ask Kari Nordmann, kari@csirt.example"]), contacts=[liaison, *victim().contacts])


def test_the_liaison_stays_and_is_told() -> None:
    """If it failed, nobody could answer a message; or the exception would not be a declared one."""
    context = at_now()
    found = treated(with_liaison(), Personal(), context)
    assert found.contacts[0].name == "Kari Nordmann"
    assert found.description == ["ask Kari Nordmann, kari@csirt.example"]
    assert {loss.path for loss in context.ledger if loss.code == "D414"} == {
        "/contacts/0/name", "/contacts/0/emails/0", "/description/0",
    }  # fmt: skip


@pytest.mark.parametrize("asked", [Personal(also=("liaison",)), Personal(fields={"liaison": "redact"})])
def test_the_liaison_goes_when_asked(asked: Personal) -> None:
    """If it failed, a liaison could not be kept from a partner."""
    assert "Kari" not in json.dumps(plain(treated(with_liaison(), asked, at_now()), Incident))


def test_one_field_of_the_liaison() -> None:
    """If it failed, liaison.email in a profile would do nothing, or too much."""
    personal = Personal(default="allow", basis="contract", fields={"liaison.email": "redact"})
    found = treated(with_liaison(), personal, at_now())
    assert (found.contacts[0].name, found.contacts[0].emails) == ("Kari Nordmann", ())
    assert found.description == ["ask Kari Nordmann, [personal data]"]


# ---- Profiles -------------------------------------------------------------------------------------------------------


def test_to_allow_takes_a_basis_which_the_ledger_tells() -> None:
    """If it failed, personal data could go out and nobody would have to say why."""
    with pytest.raises(UsageError, match="without a basis"):
        treated(victim(), Personal(), at_now(), override="allow")
    with pytest.raises(UsageError, match="without a basis"):
        treated(victim(), Personal(fields={"mail": "allow"}, basis=" "), at_now())
    context = at_now()
    found = treated(victim(), Personal(), context, override="allow", basis="consent, case 4711")
    assert plain(found, Incident) == plain(victim(), Incident)
    assert {(loss.code, "consent, case 4711" in loss.reason) for loss in context.ledger} == {("D414", True)}


def test_the_nearest_row_decides() -> None:
    """If it failed, a row for one field would be one for all, or for none."""
    rows: dict[str, Any] = {"mail": "allow", "summary": "redact", "Contact.name": "redact"}
    found = treated(victim(), Personal(fields=rows, basis="b", default="block"), at_now())
    assert (found.contacts[0].name, [one.value for one in found.contacts[0].emails]) == (None, ["jane.doe@corp.example"])
    assert found.summary == "[personal data] ([personal data]) clicked"


def test_a_word_for_all_is_never_milder_than_a_row() -> None:
    """If it failed, --allow would open what the profile keeps shut."""
    personal = Personal(fields={"mail": "redact"})
    found = treated(victim(), personal, at_now(), override="allow", basis="b")
    assert (found.contacts[0].name, found.contacts[0].emails) == ("Jane Doe", ())


def test_an_agreement_says_it_for_one_partner(tmp_path: Path) -> None:
    """If it failed, what was agreed with one partner would not hold, or hold for all."""
    profile = Profile(base=tmp_path, personal=Personal(fields={"name": "redact"}, key_file=Path("k")))
    found = personal_of(profile, Agreement(personal="allow", basis="contract 7"))
    assert (found.default, found.basis, found.key_file) == ("allow", "contract 7", tmp_path / "k")
    assert found.fields == {"name": "redact"}
    assert personal_of(profile).default == "redact"


@pytest.mark.parametrize("name", ["mial", "Contact.mial", "Kontact.name", "sumary"])
def test_a_row_that_names_nothing_is_refused(name: str) -> None:
    """If it failed, a slip in a profile would leave the default in force in silence."""
    with pytest.raises(UsageError, match="names nothing"):
        findings(victim(), Personal(fields={name: "block"}))


@pytest.mark.parametrize("content", [None, b"", b"short", b"   \n"])
def test_a_pseudonym_takes_a_key_worth_the_name(tmp_path: Path, content: bytes | None) -> None:
    """If it failed, pseudonyms would be made with a key that anybody can guess."""
    file = tmp_path / "k"
    if content is not None:
        file.write_bytes(content)
    for personal in (Personal(key_file=file), Personal()):
        with pytest.raises(UsageError, match="key"):
            treated(victim(), personal, at_now(), override="pseudonymise")


def test_a_credential_never_becomes_a_pseudonym(keyed: Personal) -> None:
    """If it failed, who has the key could try passwords."""
    account = UserAccount(account_login="jdoe", credential="hunter22")
    found = treated(Incident(summary="with hunter22", observables=[account]), keyed, at_now())
    assert [getattr(one, "credential", "") for one in found.observables] == [None]
    assert found.summary == "with [personal data]"


def test_ip_addresses_keep_their_form(keyed: Personal) -> None:
    """If it failed, the target would refuse the pseudonym of an address."""
    said = [("ipv4-addr", "10.0.0.7"), ("ipv6-addr", "2001:db8::7"), ("ipv4-addr", "10.0.0.0/8")]
    seen = [Address(type=type_name, value=value) for type_name, value in said]
    found = treated(Incident(summary="10.0.0.7", observables=seen), keyed.model_copy(update={"also": ("ip",)}), at_now())
    values = [getattr(one, "value", None) or "" for one in found.observables]
    assert found.summary == values[0]
    assert values[0].startswith("2")
    assert values[1].startswith("2001:db8:")
    assert values[2].endswith("/8")
    untouched = Incident(summary="10.0.0.7", observables=seen)
    assert plain(treated(untouched, keyed, at_now()), Incident) == plain(untouched, Incident)


def test_what_is_nothing_but_personal_is_refused() -> None:
    """If it failed, an empty message would tell that there was one."""
    with pytest.raises(ForbiddenLoss, match="nothing of the incident is left"):
        treated(Incident(contacts=[Contact(name="Jane Doe")]), Personal(), at_now())


def test_findings_are_masked() -> None:
    """If it failed, the list of what must not be printed would print it."""
    found = findings(with_liaison())
    assert found
    assert not any(word in json.dumps([one.as_json() for one in found]) for word in ("Doe", "jane", "Kari", "kari"))
