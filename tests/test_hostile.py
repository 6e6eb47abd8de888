"""Hostile input, at the command line as a user would meet it: refused in one clear line, or accepted and harmless."""

from __future__ import annotations

import json
import re
import resource
import socket
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from lxml import etree

from dragoman import Context
from dragoman.translate import translate
from hostile_cases import NS, TLP, A, Case, R, cases
from runner import run
from stix_samples import CORE, TIME, bundle, made, read, uuid, write

ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
SECRET = "a word that stands in one file only"
CASES = list(cases())


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("target", ["base", "iodef-1", "iodef-2", "iodef-json", "stix-2.1"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.format}-{case.name}")
def test_a_hostile_document(case: Case, target: str, tmp_path: Path) -> None:
    """If it failed: a document could crash the command, pass although it is wrong, reach out, or act on a terminal."""
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    file, output = tmp_path / "in", tmp_path / "out"
    file.write_bytes(case.data.replace(b"SECRET", str(secret).encode()))
    before = file.read_bytes()
    outcome = run("translate", "--from", case.format, "--to", target, "--fail-on", "invalid", str(file), "-o", str(output))
    if "what has to be carried nests deeper" in outcome.err:  # the target has no class for it, and no reader would follow
        assert outcome.status == 5
    else:
        assert outcome.status in {A: (0,), R: (3, 4)}.get(case.expected, (0, 3, 4)), outcome.err
    assert not ACTING.search(outcome.err.replace("\n", " ")), outcome.err
    assert len(outcome.err.splitlines()) <= 1
    if outcome.status:
        assert outcome.err.startswith(f"dragoman: {file}")
        assert len(outcome.err) < 800
    assert output.exists() is (outcome.status == 0)
    assert not output.exists() or SECRET not in output.read_text("utf-8")
    assert file.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} - {"out"} == {"in", "secret.txt"}


@pytest.mark.parametrize("case", [case for case in CASES if case.expected == A], ids=lambda case: f"{case.format}-{case.name}")
def test_what_is_accepted_comes_back(case: Case, tmp_path: Path) -> None:
    """If it failed: hostile content would be lost on the way through another format."""
    file, between = tmp_path / "in", tmp_path / "between"
    file.write_bytes(case.data)
    other = "stix-2.1" if case.format == "iodef-2" else "iodef-2"
    assert run("translate", "--from", case.format, "--to", other, str(file), "-o", str(between)).status == 0
    there = run("translate", "--from", case.format, "--to", case.format, str(file))
    back = run("translate", "--from", other, "--to", case.format, str(between))
    assert back.out == there.out


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.format}-{case.name}")
def test_no_other_command_falls_over(case: Case, tmp_path: Path) -> None:
    """If it failed: looking at a hostile document would do what translating it does not."""
    file = tmp_path / "in"
    file.write_bytes(case.data)
    for arguments in (["validate", "--from", case.format], ["inspect", "--from", case.format], ["detect"]):
        outcome = run(*arguments, str(file))
        assert outcome.status in (0, 2, 4), (arguments, outcome.err)
        assert not ACTING.search((outcome.out + outcome.err).replace("\n", " ")), arguments


# ---- who may see it ---------------------------------------------------------------------------------------------------

STRICT = {"private", "red", "need-to-know", None}  # none at all is private, section 3.2
WIDE = re.compile(b'restriction="(public|white|green|partner)"')
RED, WHITE = TLP["red"], TLP["white"]


def observable(type_name: str, number: int = 2, **more: Any) -> dict[str, Any]:
    return {"type": type_name, "spec_version": "2.1", "id": f"{type_name}--{uuid(number)}", **more}


MAIL = observable("email-addr", 6, value="shown@x.example")
CONTACT = "extension-definition--66e2492a-bbd3-4be6-88f5-cc91a017a498"
MARKED: dict[str, dict[str, Any]] = {
    "note": made("note", 2, content="shown", abstract="shown", object_refs=[f"incident--{uuid(1)}"]),
    "course-of-action": made("course-of-action", 2, name="shown", description="shown"),
    "malware": made("malware", 2, name="shown", is_family=False),
    "threat-actor": made("threat-actor", 2, name="shown"),
    "indicator": made("indicator", 2, name="shown", pattern="[url:value = 'shown']", pattern_type="stix", valid_from=TIME),
    "software": observable("software", name="shown"),
    "process": observable("process", command_line="shown"),
    "directory": observable("directory", path="shown"),
    "user-account": observable("user-account", account_login="shown"),
    "url": observable("url", value="http://shown/"),
    "file": observable("file", name="shown"),
}


def seen(data: bytes, word: str = "shown") -> list[str | None]:
    """The restriction that holds at each place where a word can be read."""
    found = []
    for element in etree.fromstring(data).iter(etree.Element):
        if any(word in text for text in (element.text or "", *element.attrib.values())):
            around = (element, *element.iterancestors())
            found.append(next((one.get("restriction") for one in around if one.get("restriction")), None))
    return found


def translated(*objects: dict[str, Any]) -> bytes:
    return translate(BytesIO(json.dumps(bundle(*objects)).encode()), "iodef-2", "stix-2.1", Context()).data


@pytest.mark.parametrize("name", MARKED)
@pytest.mark.parametrize("how", ["object", "field", "both"])
def test_a_marking_follows_what_is_shown(name: str, how: str) -> None:
    """If it failed: what one object says under TLP:RED would stand in an element that anybody may read."""
    item = dict(MARKED[name])
    fields = [field for field, value in item.items() if isinstance(value, str) and "shown" in value]
    if how == "object":
        item["object_marking_refs"] = [RED]
    else:
        item["granular_markings"] = [{"marking_ref": RED, "selectors": fields}]
        item |= {"object_marking_refs": [WHITE]} if how == "both" else {}
    incident = made("incident", 1, name="x", object_marking_refs=[WHITE])
    for objects in ([incident, item], [item]):
        restrictions = seen(translated(*objects))
        assert restrictions
        assert set(restrictions) <= STRICT


REACHED = {"email_addresses": [{"email_address_ref": MAIL["id"], "digital_contact_type": "work"}]}
REFERRING = {
    "from and to": observable("email-message", is_multipart=False, from_ref=MAIL["id"], to_refs=[MAIL["id"]]),
    "sender": observable("email-message", is_multipart=False, sender_ref=MAIL["id"]),
    "contact": made("identity", 2, name="x", extensions={CONTACT: REACHED}),
}


@pytest.mark.parametrize("name", REFERRING)
def test_a_marking_follows_into_those_who_refer_to_it(name: str) -> None:
    """If it failed: an address under TLP:RED could be read in a mail or contact that is not."""
    incident = made("incident", 1, name="x", object_marking_refs=[WHITE])
    item = {**REFERRING[name], "object_marking_refs": [WHITE]}
    restrictions = seen(translated(incident, {**MAIL, "object_marking_refs": [RED]}, item))
    assert len(restrictions) > 1
    assert set(restrictions) <= STRICT


def test_the_strictest_of_two_markings_holds() -> None:
    """If it failed: RED and WHITE on one object would come out as white."""
    for refs in ([RED, WHITE], [WHITE, RED]):
        data = translated(made("incident", 1, name="shown", object_marking_refs=refs))
        assert not WIDE.search(data.partition(b"dragoman-cargo")[0])


# ---- memory and time --------------------------------------------------------------------------------------------------


def test_memory_that_runs_out_is_one_clear_line(tmp_path: Path) -> None:
    """If it failed: a large document would end in a traceback, which says nothing about what to do."""
    file = tmp_path / "large.json"
    item = '{"type":"note","id":"note--%s","content":"x"}'
    file.write_text('{"type":"bundle","objects":[' + ",".join(item % uuid(n) for n in range(60_000)) + "]}")
    room = 180 * 2**20
    command = [sys.executable, "-m", "dragoman", "translate", "--to", "iodef-2", str(file), "-o", str(tmp_path / "o")]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (room, room)),
    )  # fmt: skip
    assert done.returncode == 4, done.stderr
    assert re.fullmatch(r"dragoman: .*more memory than there is.*\n", done.stderr)
    assert not (tmp_path / "o").exists()


def test_incidents_of_one_name_cost_no_more_than_others() -> None:
    """If it failed: a document of many incidents with the same id would take minutes."""
    def cost(same: bool) -> float:
        inside = "".join(
            f'<Incident purpose="reporting"><IncidentID name="x">{1 if same else n}</IncidentID>'
            "<GenerationTime>2020-01-01T00:00:00Z</GenerationTime>"
            '<Contact role="creator" type="organization"><ContactName>x</ContactName></Contact></Incident>'
            for n in range(1200)
        )
        data = f'<IODEF-Document version="2.00" xmlns="{NS}">{inside}</IODEF-Document>'.encode()
        before = process_time()
        translate(data, "stix-2.1", "iodef-2", Context())
        return process_time() - before

    assert cost(True) < 4 * cost(False) + 1


# ---- odd bundles that once did not come back ---------------------------------------------------------------------------


@pytest.mark.parametrize("objects", [
    [{"type": "incident"}, {"type": "incident"}],
    [{"type": "relationship"}, {"type": "relationship", "id": f"relationship--{uuid(2)}"}],
    [{"type": "url"}, {"type": "url", "id": f"url--{uuid(2)}"}, {"type": "campaign", "id": f"campaign--{uuid(3)}"}],
    [{"type": "incident", "id": f"incident--{uuid(1)}", "modified": "2020-10-19T01:01:01.000Z"}],
    [{"type": "incident", "id": f"incident--{uuid(1)}", "criticality": 80, "extensions": {}}],
    [{**made("incident", 1, name="x"), "extensions": {CORE: {"event_refs": [{"event_ref": f"event--{uuid(2)}"}]}}}],
    [{**made("incident", 1, name="x"), "lang": ""}],
    [made("impact", 1, impact_category="")],
], ids=str)  # fmt: skip
def test_odd_bundles_come_back(objects: list[dict[str, Any]]) -> None:
    """If it failed: an object without an id, a time or a name would change its place, gain what nobody said, or crash."""
    document = bundle(*objects)
    for _ in range(2):
        incidents, _ = read(document)
        data, context = write(incidents)
        assert json.loads(data) == document
        assert not context.ledger.losses
