"""What redaction leaves behind: copies in other spellings, translations, ids, counts; and what it must not take along."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from asked import message
from dragoman.adapter import Can, Context
from dragoman.ledger import Ledger
from dragoman.model import Address, Contact, File, Incident, NetworkTraffic, Process, UserAccount
from dragoman.model.marking import Level
from dragoman.model.naming import identified
from dragoman.model.parts import FieldMarking
from dragoman.registry import adapter, formats
from dragoman.sharing.copies import Copies
from dragoman.sharing.levels import level_of
from dragoman.sharing.redact import redacted, up_to
from dragoman.translate import read, write
from runner import run

GREEN = "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"
RED = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"
CLEAR = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
WRITERS = [name for name in sorted(formats()) if Can.WRITE in adapter(name).format.can]
CREATED = "2026-01-01T00:00:00.000Z"


def sdo(kind: str, *red: str, marked: str | None = GREEN, **said: Any) -> dict[str, Any]:
    """A STIX object, GREEN but for the selectors in `red`."""
    head = {"type": kind, "spec_version": "2.1", "id": f"{kind}--{uuid4()}", "created": CREATED, "modified": CREATED}
    marks: dict[str, Any] = {"object_marking_refs": [marked]} if marked else {}
    if red:
        marks["granular_markings"] = [{"marking_ref": RED, "selectors": list(red)}]
    return head | said | marks


def bundle(*objects: dict[str, Any]) -> list[Incident]:
    incident = sdo("incident", name="Odd traffic")
    return read(json.dumps({"type": "bundle", "id": f"bundle--{uuid4()}", "objects": [incident, *objects]}).encode())


def passed(incidents: list[Incident], limit: str = "GREEN", to: str = "stix-2.1") -> str:
    """The document of what may pass, as text."""
    found = redacted(incidents, up_to(level_of(limit)), Ledger())
    return write(found, to).decode("utf-8", "replace")


# ---- Spellings ----------------------------------------------------------------------------------------------------

SPELLINGS: list[Callable[[str], str]] = [
    str, str.upper, str.title, quote, html.escape,
    lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    lambda text: "".join(f"&#{ord(c)};" for c in text),
    lambda text: json.dumps(text)[1:-1],
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.urlsafe_b64encode(f"user={text};".encode()).decode().rstrip("="),
    lambda text: text.encode().hex(),
    lambda text: text.replace(".", "[.]").replace("http", "hxxp").replace("@", "[at]"),
    lambda text: text.replace(".", "(dot)").replace("://", "[:]//").replace("@", "(at)"),
    lambda text: text.replace(".", " dot ").replace("@", " at "),
    lambda text: "\u200b".join(text),
    lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    lambda text: text.replace(" ", "\n  "),
]  # fmt: skip
SECRETS = [
    "evil.example", "198.51.100.77", "jo@victim.example", "http://evil.example/gate.php", "Klinikum Nordstern", "Björn Åkesson",
]  # fmt: skip


@pytest.mark.requirement("TLP-5")
@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("spelled", SPELLINGS)
def test_a_copy_is_found_however_it_is_written(secret: str, spelled: Callable[[str], str]) -> None:
    """If it failed, a value that was taken out would be read in the description all the same."""
    text = f"we saw {spelled(secret)} twice"
    assert Copies([secret]).blanked(text, prose=True) in ("we saw [withheld] twice", "[withheld]")


@pytest.mark.requirement("TLP-5")
def test_a_secret_that_was_made_harmless_is_found_where_it_is_not() -> None:
    """If it failed, evil[.]example in a RED text would not be known for evil.example in a GREEN one."""
    assert Copies(["hxxp://evil[.]example"]).blanked("http://evil.example", prose=False) == "[withheld]"


@pytest.mark.requirement("TLP-5")
def test_an_international_name_is_found_as_its_ace_form() -> None:
    """If it failed, xn--… would spell a domain that may not be named."""
    assert Copies(["bücher.example"]).blanked("at XN--bcher-kva.example now", prose=True) == "at [withheld] now"


@pytest.mark.parametrize("text", ["nothing of it", "evil.examples", "notevil.example", "198.51.100.7", "dGVzdA== and 64696573"])
def test_what_only_looks_alike_is_no_copy(text: str) -> None:
    """If it failed, redaction would take out what may pass."""
    assert Copies(SECRETS).blanked(text, prose=True) is None


@pytest.mark.requirement("TLP-5")
def test_a_number_is_looked_for_in_prose_alone() -> None:
    """If it failed, a count that may not pass would stand in the summary, or a RED 2026 would take out every time."""
    copies = Copies([], ["2026"])
    assert copies.blanked("all 2026 of them", prose=True) == "all [withheld] of them"
    assert copies.blanked("2026-10-03T10:00:00Z", prose=False) is None


@pytest.mark.requirement("TLP-5")
@pytest.mark.parametrize("target", WRITERS)
def test_a_copy_in_another_incident_of_the_document_goes_too(target: str) -> None:
    """If it failed, the second incident of a document would tell what was taken out of the first."""
    first = Incident(summary="one", description=["Klinikum Nordstern"], markings=["tlp-2:green"])
    first.field_markings = [FieldMarking(marking="tlp-2:red", fields=["description"])]
    second = Incident(summary="as at KLINIKUM NORDSTERN", markings=["tlp-2:green"])
    found = redacted([first, second], up_to(Level.GREEN), Ledger())
    data = write(found if Can.MANY in adapter(target).format.can else found[1:], target)
    assert b"nordstern" not in data.lower()


@pytest.mark.parametrize("bit", [*"A ", "%41", "&amp;", "&a", "\\u0041", "a.", "xn--a.", "ab", "\\x41", "evil.", "klinikum "])
def test_looking_for_copies_takes_no_longer_than_the_text_is(bit: str) -> None:
    """If it failed, a sample of malware in a field would hold up the redaction for hours."""
    copies, text = Copies(SECRETS), bit * (400_000 // len(bit))
    start = process_time()
    copies.blanked(text, prose=True)
    assert process_time() - start < 5


# ---- What is no secret --------------------------------------------------------------------------------------------


def test_words_of_a_format_are_no_secrets() -> None:
    """If it failed, a RED person would take the word "person" out of every text."""
    hidden = Contact(name="Jo Doe", role="creator", type="person", markings=["tlp-2:red"])
    incident = Incident(summary="a person, its creator", contacts=[hidden], markings=["tlp-2:green"])
    [found] = redacted([incident], up_to(Level.GREEN), Ledger())
    assert found.summary == "a person, its creator"


def test_what_a_reader_kept_beside_a_secret_is_no_secret() -> None:
    """If it failed, the names of members that MISP's reader remembers would be taken for secrets, and blanked in texts."""
    red = {"uuid": str(uuid4()), "type": "domain", "category": "Network activity", "value": "evil.example",
           "to_ids": True, "timestamp": "1790000000", "Tag": [{"name": "tlp:red"}]}  # fmt: skip
    link = red | {"uuid": str(uuid4()), "type": "link", "value": "https://open.example/analysis/info", "Tag": []}
    event = {"uuid": str(uuid4()), "info": "info, type and value of an analysis", "date": "2026-10-03", "analysis": "1",
             "threat_level_id": "2", "Org": {"name": "Host", "uuid": str(uuid4())}, "Tag": [{"name": "tlp:green"}],
             "Attribute": [red, link]}  # fmt: skip
    text = passed(read(json.dumps({"Event": event}).encode()), to="misp")
    assert event["info"] in text
    assert link["value"] in text
    assert "evil.example" not in text


# ---- History, translations, definitions ---------------------------------------------------------------------------

HISTORY = """<IODEF-Document version="2.00" xmlns="urn:ietf:params:xml:ns:iodef-2.0">
<Incident purpose="reporting" restriction="green"><IncidentID name="c.example">1</IncidentID>
<GenerationTime>2026-10-03T12:12:12Z</GenerationTime>
<Contact role="creator" type="organization"><ContactName>C</ContactName></Contact>
<IndicatorData><Indicator restriction="red"><IndicatorID name="c.example" version="1">r</IndicatorID>
<Description>secret-indicator</Description></Indicator></IndicatorData>
<History restriction="red"><HistoryItem action="other"><DateTime>2026-10-03T13:13:13Z</DateTime>
<Description>secret-step</Description></HistoryItem>{}</History></Incident></IODEF-Document>"""
OPEN = """<HistoryItem action="other" restriction="green"><DateTime>2026-10-03T14:13:13Z</DateTime>
<Description>open-step</Description></HistoryItem>"""


@pytest.mark.requirement("TLP-3", "TLP-5")
@pytest.mark.parametrize("target", WRITERS)
@pytest.mark.parametrize("more", ["", OPEN])
def test_the_restriction_of_a_history_holds_for_its_items(more: str, target: str) -> None:
    """If it failed, what was done would pass under the marking of the incident, against that of its history."""
    text = passed(read(HISTORY.format(more).encode()), to=target)
    assert "secret" not in text
    assert ("open-step" in text) == bool(more)
    assert 'History restriction="red"' not in text, "the label of what is gone tells that it was there"


def test_of_a_part_that_is_gone_no_shell_is_left() -> None:
    """If it failed, the number of hidden indicators would show, and ids without a value would be written."""
    text = passed(read(HISTORY.format("").encode()), to="iodef-2")
    assert "<Indicator" not in text


@pytest.mark.requirement("TLP-5")
def test_a_translation_of_what_is_gone_goes_too() -> None:
    """If it failed, a hidden name would be read in German."""
    named = sdo("malware", "name", name="wolf", description="bites", is_family=False)
    hidden = sdo("tool", marked=RED, name="key")
    words = {named["id"]: {"name": "geheimer-wolf", "description": "beisst"}, hidden["id"]: {"name": "geheimschluessel"}}
    texts = [
        sdo("language-content", object_ref=ref, object_modified=CREATED, contents={"de": said}) for ref, said in words.items()
    ]
    text = passed(bundle(named, hidden, *texts))
    assert "beisst" in text
    assert "geheim" not in text


@pytest.mark.requirement("TLP-3")
def test_the_definitions_of_markings_stay_with_what_they_mark() -> None:
    """If it failed, an object would lose a marking whose definition nobody marked, or that of what is gone would stay."""
    kept, gone = (
        {"type": "marking-definition", "spec_version": "2.1", "id": f"marking-definition--{uuid4()}", "created": CREATED,
         "definition_type": "statement", "definition": {"statement": text}}
        for text in ("for kept", "for gone")
    )  # fmt: skip
    open_one, hidden = sdo("tool", name="open"), sdo("tool", marked=RED, name="hidden")
    open_one["object_marking_refs"].append(kept["id"])
    hidden["object_marking_refs"].append(gone["id"])
    text = passed(bundle(kept, gone, open_one, hidden))
    assert text.count(kept["id"]) == 2
    assert "for gone" not in text


@pytest.mark.requirement("TLP-3")
def test_an_object_that_nobody_marked_is_not_as_open_as_its_neighbours() -> None:
    """If it failed, the CLEAR of an incident would open the unmarked objects of its bundle, of which it says nothing."""
    incident = sdo("incident", marked=CLEAR, name="known to all")
    tool = sdo("tool", marked=None, name="unmarked-tool")
    document = json.dumps({"type": "bundle", "id": f"bundle--{uuid4()}", "objects": [incident, tool]}).encode()
    assert "unmarked-tool" not in passed(read(document), "CLEAR")
    assert "known to all" in passed(read(document), "CLEAR")
    assert "unmarked-tool" in passed(read(document), "AMBER")


# ---- Places -------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("TLP-5")
@pytest.mark.parametrize("target", WRITERS)
def test_properties_of_ones_own_are_marked_one_by_one(target: str) -> None:
    """If it failed, a RED property that only its author knows would pass, or take its whole object along."""
    person = sdo("identity", "x_secret", name="Open Name", identity_class="individual", x_secret="hidden-1", x_open="shown-1")
    thing = sdo("x-thing", "aa", "list.[0]", "table.inner", aa="hidden-2", list=["hidden-3", "shown-3"], bb="shown-2",
                table={"inner": {"key": "hidden-4"}})  # fmt: skip
    text = passed(bundle(person, thing), to=target)
    assert "hidden" not in text
    assert "Open Name" in text
    if target == "stix-2.1":
        assert all(word in text for word in ("shown-1", "shown-2", "shown-3"))
        assert "inner" not in text, "a table of which nothing is left tells its name"


@pytest.mark.requirement("TLP-3", "TLP-5")
def test_a_property_inside_a_list_is_marked_under_our_name_of_it() -> None:
    """If it failed, one RED address of a reference would take the whole object along."""
    pages = [{"source_name": "shown-a", "url": "https://hidden.example/"}, {"source_name": "shown-b", "url": "https://shown.example/"}]
    tool = sdo("tool", "external_references.[0].url", name="open", external_references=pages)
    text = passed(bundle(tool))
    assert "hidden" not in text
    assert all(word in text for word in ("shown-a", "shown-b", "https://shown.example/", '"open"'))


@pytest.mark.requirement("TLP-3", "TLP-5")
def test_a_marking_across_a_report_and_its_incident_holds_for_both() -> None:
    """If it failed, a RED description would pass because the same marking names a property that only reports have."""
    tool = sdo("tool", name="open")
    report = sdo("report", "external_references.[0].description", "report_types.[0]", "description",
                 name="shown", published=CREATED, description="hidden-1",
                 report_types=["hidden-2", "shown-type"], object_refs=[tool["id"]],
                 external_references=[{"source_name": "shown-source", "description": "hidden-3"}])  # fmt: skip
    document = {"type": "bundle", "id": f"bundle--{uuid4()}", "objects": [report, tool]}
    incidents = read(json.dumps(document).encode())
    text = passed(incidents)
    assert "hidden" not in text
    assert all(word in text for word in ("shown-type", "shown-source", report["id"]))
    assert json.loads(write(incidents, "stix-2.1")) == document, "the one marking comes back as one"


def test_the_form_of_the_document_does_not_tell_what_it_had() -> None:
    """If it failed, the order of the members that its reader keeps would name the types and properties that are gone."""
    text = passed(bundle(sdo("x-secret-type", marked=RED, x_hidden=1), sdo("tool", name="open")))
    assert "secret" not in text
    assert "hidden" not in text


def test_the_ledger_names_the_places_of_the_source() -> None:
    """If it failed, somebody who reads what was taken out would look at another item of the list."""
    hidden = Address(id="ipv4-addr--1", type="ipv4-addr", value="198.51.100.7", markings=["tlp-2:red"])
    other = File(id="file--1", type="file", name="copy of 198.51.100.7", size=3)
    ledger = Ledger()
    incident = Incident(summary="s", observables=[hidden, other], markings=["tlp-2:green"])
    redacted([incident], up_to(Level.GREEN), ledger, Level.GREEN)
    assert "/0/observables/1/name" in {loss.path for loss in ledger if loss.code == "D403"}


# ---- Ids ----------------------------------------------------------------------------------------------------------


def hidden_in(part: Any, *names: str) -> Any:
    part.markings, part.field_markings = ["tlp-2:green"], [FieldMarking(marking="tlp-2:red", fields=list(names))]
    return identified(part)


@pytest.mark.requirement("TLP-5")
@pytest.mark.parametrize("target", WRITERS)
def test_no_id_that_was_made_of_a_secret_is_left(target: str) -> None:
    """If it failed, whoever guesses an address could make its id and see that it was the one."""
    address = identified(Address(type="ipv4-addr", value="198.51.100.7", markings=["tlp-2:red"]))
    file = hidden_in(File(type="file", name="payroll.xls", size=7), "name")
    account = hidden_in(UserAccount(type="user-account", user_id="7", account_login="jdoe"), "account_login")
    flow = identified(NetworkTraffic(type="network-traffic", dst_ref=address.id, dst_port=443, protocols=["tcp"]))
    process = Process(id=f"process--{uuid4()}", type="process", command_line="x", image_ref=file.id)
    flow.markings = process.markings = ["tlp-2:green"]
    incident = Incident(summary="s", observables=[address, file, account, flow, process], markings=["tlp-2:green"])
    text = passed([incident], to=target)
    assert [id_ for id_ in (address.id, file.id, account.id, flow.id) if id_[-36:] in text] == []
    [found] = redacted([incident], up_to(Level.GREEN), Ledger())
    assert found.observables[-1].image_ref == found.observables[0].id, "references follow the new id"
    assert len({part.id for part in found.observables}) == 4


def test_parts_that_lost_the_same_are_still_two() -> None:
    """If it failed, two accounts of which the logins are gone would become one."""
    accounts = [UserAccount(type="user-account", account_type="unix", account_login=name) for name in "ab"]
    hidden = [hidden_in(account, "account_login") for account in accounts]
    [found] = redacted([Incident(summary="s", observables=hidden, markings=["tlp-2:green"])], up_to(Level.GREEN), Ledger())
    assert len({part.id for part in found.observables}) == 2


def test_an_address_without_its_value_is_gone() -> None:
    """If it failed, an object would be written that its format demands a value of."""
    card = {"type": "mac-addr", "spec_version": "2.1", "id": f"mac-addr--{uuid4()}", "value": "d2:fb:49:24:37:18"}
    host = {"type": "ipv4-addr", "spec_version": "2.1", "id": f"ipv4-addr--{uuid4()}", "value": "198.51.100.7",
            "resolves_to_refs": [card["id"]], "object_marking_refs": [GREEN],
            "granular_markings": [{"marking_ref": RED, "selectors": ["value"]}]}  # fmt: skip
    text = passed(bundle(host, card | {"object_marking_refs": [GREEN]}))
    assert "ipv4-addr" not in text
    assert "mac-addr" in text


def test_the_base_message_has_no_copy_of_a_red_field() -> None:
    """If it failed, the sample of the paper itself would leak through its description."""
    said = message()
    phone = said["liaison"]["phone"]
    said["summary"] = f"call {phone}"
    said["tlp"] = {"schema": "ENISA", "value": "Green", "fields": [{"field": "liaison.phone", "value": "Red"}]}
    [found] = redacted(read(json.dumps(said).encode(), "base"), up_to(Level.GREEN), Ledger())
    assert found.summary == "call [withheld]"
    assert phone not in write([found], "base", Context(carry="drop")).decode()


# ---- What is explained is what is done ----------------------------------------------------------------------------


@pytest.mark.requirement("TLP-6")
@pytest.mark.parametrize("perimeter", ["members", "research", "external.government"])
def test_what_is_explained_is_what_is_redacted(tmp_path: Path, perimeter: str) -> None:
    """If it failed, `policy explain` would promise a partner a value that `redact` takes out, or the other way."""
    hidden = sdo("malware", "name", name="wolf", description="a wolf at 198.51.100.7", is_family=False)
    host = {"type": "ipv4-addr", "spec_version": "2.1", "id": f"ipv4-addr--{uuid4()}", "value": "198.51.100.7"}
    file = {"type": "file", "spec_version": "2.1", "id": f"file--{uuid4()}", "name": "pay.xls", "size": 3,
            "object_marking_refs": [GREEN], "granular_markings": [{"marking_ref": RED, "selectors": ["name"]}]}  # fmt: skip
    about = sdo("note", content="who did it", object_refs=[hidden["id"], host["id"]])
    tie = sdo("relationship", relationship_type="related-to", source_ref=hidden["id"], target_ref=host["id"])
    incident = sdo("incident", name="odd", x_mine="kept beside")
    objects = [incident, hidden, host | {"object_marking_refs": [RED]}, file, about, tie]
    source = tmp_path / "bundle.json"
    source.write_text(json.dumps({"type": "bundle", "id": f"bundle--{uuid4()}", "objects": objects}))
    rows = json.loads(run("policy", "explain", str(source), "--for", perimeter, "--json").out)
    done = run("redact", str(source), "--for", perimeter)
    told = {line.split(": taken out")[0].removeprefix("/0") for line in done.err.splitlines()}
    promised = [row["value"] for row in rows if row["passes"] and isinstance(row["value"], str)]
    assert [value for value in promised if value not in done.out] == []
    withheld = {row["path"] for row in rows if not row["passes"]}
    assert {path for path in withheld if not any(path == one or path.startswith(f"{one}/") for one in told)} == set()
