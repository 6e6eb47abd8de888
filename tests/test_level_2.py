"""From provider to subscriber over a real HTTPS server: the incident comes back, and what is wrong with an attachment is
told in one line while the message remains usable."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import DOCUMENTS, NOW, context, tool
from dragoman import Incident, read, write
from dragoman.attachments import zipped
from dragoman.attachments.envelope import placed_inside
from dragoman.attachments.fetch import Terms
from dragoman.attachments.mail import Heading
from dragoman.attachments.merge import equal
from dragoman.attachments.outbox import Outbox
from dragoman.attachments.pack import File, Packed, pack
from dragoman.attachments.store import Store
from dragoman.attachments.unpack import Partner, State, Unpacked, unpack
from dragoman.model import Attachment
from dragoman.profile import Agreement, Fetch
from dragoman.testing import incidents
from https_server import Site, certificates, serving

CASES = Path(__file__).parents[1] / "fixtures" / "cases"
FIXTURES = [
    ("iodef-2", CASES / "phishing" / "iodef-2.xml"),
    ("stix-2.1", CASES / "ransomware" / "stix-2.1.json"),
    ("base", CASES / "ddos" / "base.json"),
]
FORMATS = ("iodef-2", "stix-2.1")
ALL = [*FIXTURES, *DOCUMENTS]
# The oracle leaves its files to be closed by the collector.
lenient = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


def packed(incident: Incident, wanted: tuple[str, ...], site: Site, folder: Path, files: tuple[File, ...] = ()) -> Packed:
    """A message whose attachments the site serves."""
    outbox = Outbox(folder, Store(folder / "store"), site.uri)
    message = pack(incident, wanted, files, outbox.place(), context())
    for entry in outbox.store.entries():
        site.pages[f"/{entry.name}"] = outbox.store.public(entry).read_bytes()
    return message


def partner(site: Site, folder: Path, **changes: Any) -> Partner:
    bounds = Fetch(private_hosts=(site.host,), connect_seconds=2, idle_seconds=0.5, total_seconds=2)
    agreement = Agreement(formats=(*FORMATS, "base"), hosts=(site.host,), **changes)
    return Partner(agreement, Terms((site.host,), bounds, ca_file=certificates()[0]), folder / "received")


@lenient
@pytest.mark.parametrize(("own", "file"), ALL, ids=lambda value: getattr(value, "stem", value))
@pytest.mark.parametrize("wanted", [FORMATS, ("iodef-2",), ("stix-2.1",)], ids="+".join)
def test_the_incident_comes_back_leaf_for_leaf(
    own: str, file: Path, wanted: tuple[str, ...], site: Site, tmp_path: Path
) -> None:
    """A missing leaf would be lost on the way to the subscriber; an added one would be something that nobody said."""
    if file.stat().st_size > 10**6 and wanted != FORMATS:
        pytest.skip("once is enough for three megabytes")
    back: list[Incident] = []
    for incident in read(file.read_bytes(), own, context()):
        message = packed(incident, wanted, site, tmp_path)
        told = context()
        done = unpack(message.message, partner(site, tmp_path), told)
        assert [outcome.state for outcome in done.outcomes if outcome.about.uri in {p.about.uri for p in message.pieces}] == [
            State.READ for _ in wanted
        ]
        assert [loss for loss in told.ledger if loss.code == "D603"] == []
        back += done.incidents
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(file.read_bytes())
    other.write_bytes(write(back, own, context()))
    if DOCUMENTS:
        found = tool("fidelity").compare(str(one), str(other))
        assert found["missing"] == []
        assert found["added"] == 0
    assert all(equal(before, after) for before, after in zip(read(one.read_bytes(), own, context()), back, strict=True))


@pytest.mark.parametrize(("own", "file"), ALL, ids=lambda value: getattr(value, "stem", value))
def test_the_message_stays_small_and_says_table_1(own: str, file: Path, site: Site, tmp_path: Path) -> None:
    """A message with everything in it is read by nobody (BF-4); without an attachment that holds everything it carries all."""
    for incident in read(file.read_bytes(), own, context()):
        message = json.loads(packed(incident, FORMATS, site, tmp_path).message)
        carried = message.pop("dragoman", {"cargo": {}})["cargo"]
        listed = message.pop("attachments")
        assert len(json.dumps(carried)) < 300
        assert len(json.dumps(message)) < 4000
        assert {"format", "uri", "media_type", "size", "sha256", "filename"} <= set(listed[-1])


def test_without_an_attachment_that_holds_all_the_message_carries_it(site: Site, tmp_path: Path) -> None:
    [incident] = read(FIXTURES[0][1].read_bytes(), "iodef-2", context())
    message = packed(incident, (), site, tmp_path)
    assert equal(unpack(message.message).incidents[0], incident)


SERVES: dict[str, tuple[Callable[[bytes], Any], str]] = {
    "changed byte": (lambda data: data[:-1] + b"!", "SHA-256"),
    "too long": (lambda data: data + b"!", "more than"),
    "gone": (lambda data: None, "404"),
    "a page to log in": (lambda data: lambda handler: handler.answer(200, data, Content_Type="text/html"), "text/html"),
    "redirect inside": (lambda data: lambda handler: handler.answer(302, b"", Location="https://10.0.0.1/"), "10.0.0.1"),
    "redirect loop": (lambda data: lambda handler: handler.answer(302, b"", Location=handler.path), "more than 3 times"),
    "silence": (lambda data: lambda handler: time.sleep(1), "too slow"),
    "not what it says": (lambda data: b"<html/>", "7 bytes"),
}


@pytest.mark.parametrize("name", SERVES)
def test_a_refused_attachment_leaves_the_message_usable(name: str, site: Site, tmp_path: Path) -> None:
    """One bad server must not keep a warning from its readers."""
    [incident] = read(FIXTURES[0][1].read_bytes(), "iodef-2", context())
    message = packed(incident, FORMATS, site, tmp_path)
    serve, said = SERVES[name]
    bad, good = message.pieces
    path = str(bad.about.uri).removeprefix(site.uri)
    site.pages[path] = serve(bad.data)
    told = context()
    done = unpack(message.message, partner(site, tmp_path), told)
    assert [outcome.state for outcome in done.outcomes] == [State.REFUSED, State.READ]
    assert said in str(done.outcomes[0])
    assert "\n" not in str(done.outcomes[0])
    assert [loss.code for loss in told.ledger if loss.kind == "dropped"] == ["D602"]
    assert [about.uri for about in done.incidents[0].attachments] == [bad.about.uri]
    assert equal(replace(done.incidents[0], attachments=()), incident)
    assert good.about.uri not in write(done.incidents, "base", context()).decode()


def test_alone_the_message_is_still_a_message(site: Site, tmp_path: Path) -> None:
    """With every attachment refused, Table 1 remains."""
    [incident] = read(FIXTURES[0][1].read_bytes(), "iodef-2", context())
    message = packed(incident, FORMATS, site, tmp_path)
    site.pages.clear()
    done = unpack(message.message, partner(site, tmp_path))
    assert [outcome.state for outcome in done.outcomes] == [State.REFUSED] * 2
    assert done.incidents[0].summary
    assert len(done.incidents[0].attachments) == 2


def test_what_was_cut_off_is_had_the_next_time(site: Site, tmp_path: Path) -> None:
    from test_fetch import Cut

    [incident] = read(FIXTURES[0][1].read_bytes(), "iodef-2", context())
    message = packed(incident, ("iodef-2",), site, tmp_path)
    site.pages[str(message.pieces[0].about.uri).removeprefix(site.uri)] = Cut(message.pieces[0].data)
    first = unpack(message.message, partner(site, tmp_path))
    assert "cut" in first.outcomes[0].reason
    second = unpack(message.message, partner(site, tmp_path))
    assert [outcome.state for outcome in second.outcomes] == [State.READ]
    assert equal(second.incidents[0], incident)


def states(done: Unpacked) -> list[tuple[str | None, str]]:
    return [(outcome.about.format, outcome.state.value) for outcome in done.outcomes]


def test_many_slow_attachments_are_left_in_time(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If it failed, a message with a hundred attachments would hold everything up for as many minutes."""
    monkeypatch.setattr("dragoman.attachments.unpack.TIMES", 0.05)
    [incident] = read(FIXTURES[0][1].read_bytes(), "iodef-2", context())
    message = packed(incident, FORMATS, site, tmp_path)
    first = (message.pieces[0].about.uri or "").removeprefix(site.uri)
    body = site.pages[first]
    site.pages[first] = lambda handler: (time.sleep(0.2), handler.answer(200, body))
    done = unpack(message.message, partner(site, tmp_path))
    assert states(done) == [("iodef-2", "read"), ("stix-2.1", "refused")]
    assert "took too long together" in done.outcomes[1].reason
    monkeypatch.undo()
    assert states(unpack(message.message, partner(site, tmp_path))) == [("iodef-2", "read"), ("stix-2.1", "read")]


def test_an_unknown_format_is_kept_and_listed(site: Site, tmp_path: Path) -> None:
    """Who adds a format later still has what came before."""
    [incident] = read(FIXTURES[0][1].read_bytes(), "iodef-2", context())
    message = packed(incident, ("iodef-2",), site, tmp_path, (File("notes.txt", b"we saw it\n"),))
    dealing = partner(site, tmp_path)
    assert states(unpack(message.message, dealing)) == [("iodef-2", "read"), ("octet-stream", "left")]
    assert dealing.agreement is not None
    agreed = dealing.agreement.model_copy(update={"formats": ("iodef-2", "octet-stream")})
    done = unpack(message.message, replace(dealing, agreement=agreed))
    assert states(done) == [("iodef-2", "read"), ("octet-stream", "kept")]
    assert [about.filename for about in done.incidents[0].attachments] == ["notes.txt"]
    kept = [path for path in tmp_path.glob("received/blobs/*") if path.read_bytes() == b"we saw it\n"]
    assert [path.name for path in kept] == [message.pieces[1].about.sha256]
    assert str(kept[0]) in done.outcomes[1].reason


def test_of_several_messages_each_has_its_own_attachments(site: Site, tmp_path: Path) -> None:
    """If it failed, the ledger would speak of the attachment of another message, and of a difference in none."""
    [incident] = read(FIXTURES[0][1].read_bytes(), "iodef-2", context())
    said = json.loads(packed(incident, ("iodef-2",), site, tmp_path).message)
    other = said | {"id": "4e4c896c-f8d0-41d3-ba46-27d986094ac3", "status": "resolved"}
    unread = other["attachments"][0] | {"uri": f"{site.uri}/gone", "sha256": "0" * 64}
    told = context()
    messages = json.dumps([said, other | {"attachments": [other["attachments"][0], unread]}])
    unpack(messages.encode(), partner(site, tmp_path), told)
    assert "/1/attachments/1" in [loss.path for loss in told.ledger if loss.code == "D602"]
    differing = [loss.path for loss in told.ledger if loss.code == "D603"]
    assert differing
    assert all(path.startswith("/1/") for path in differing)


def test_nothing_is_fetched_that_was_not_agreed_on(site: Site, tmp_path: Path) -> None:
    """Who unpacks a message from nobody in particular opens no connection (F1)."""
    [incident] = read(FIXTURES[0][1].read_bytes(), "iodef-2", context())
    message = packed(incident, FORMATS, site, tmp_path)
    site.seen.clear()
    assert states(unpack(message.message)) == [("iodef-2", "left"), ("stix-2.1", "left")]
    assert site.seen == []
    dealing = partner(site, tmp_path)
    assert dealing.agreement is not None
    only = replace(dealing, agreement=dealing.agreement.model_copy(update={"formats": ("stix-2.1",)}))
    assert states(unpack(message.message, only)) == [("iodef-2", "left"), ("stix-2.1", "read")]
    assert len(site.seen) == 1


def test_a_message_cannot_call_an_attachment_what_its_format_never_is(site: Site, tmp_path: Path) -> None:
    [incident] = read(FIXTURES[0][1].read_bytes(), "iodef-2", context())
    message = json.loads(packed(incident, ("iodef-2",), site, tmp_path).message)
    message["attachments"][0]["media_type"] = "text/html"
    done = unpack(json.dumps(message).encode(), partner(site, tmp_path))
    assert states(done) == [("iodef-2", "refused")]


def test_an_attachment_that_cannot_be_read_is_refused(site: Site, tmp_path: Path) -> None:
    """Right digest, wrong content: a DOCTYPE, for instance."""
    bad = b'<!DOCTYPE x [<!ENTITY a "b">]><IODEF-Document xmlns="urn:ietf:params:xml:ns:iodef-2.0">&a;</IODEF-Document>'
    [incident] = read(FIXTURES[0][1].read_bytes(), "iodef-2", context())
    message = packed(incident, (), site, tmp_path, (File("x.xml", bad),))
    done = unpack(message.message.replace(b'"octet-stream"', b'"iodef-2"'), partner(site, tmp_path))
    assert states(done) == [("iodef-2", "refused")]
    assert "DOCTYPE" in done.outcomes[0].reason


@given(incidents(), st.sampled_from([("iodef-2",), ("stix-2.1",), ("base",), ("stix-2.1", "iodef-2"), ()]))
def test_any_incident_comes_back(incident: Incident, wanted: tuple[str, ...]) -> None:
    """The documents of the corpus are polite; what people send is not."""
    numbers = count()
    message = pack(incident, wanted, (), placed_inside(lambda: f"{next(numbers):032}"), context())
    done = unpack(zipped.write(message.message, message.pieces))
    assert states(done)[-len(wanted) or len(done.outcomes) :] == [(name, "read") for name in wanted]
    assert equal(replace(done.incidents[0], attachments=()), replace(incident, attachments=()))


def test_a_message_with_attachments_without_end_is_read_all_the_same(site: Site, tmp_path: Path) -> None:
    """Each of them may take a minute."""
    [incident] = read(FIXTURES[0][1].read_bytes(), "iodef-2", context())
    many = [Attachment(format="iodef-2", uri=f"{site.uri}/none/{n}") for n in range(150)]
    message = write([replace(incident, attachments=many)], "base", context())
    site.seen.clear()
    done = unpack(message, partner(site, tmp_path))
    assert len(done.outcomes) == len(done.refused) == len(done.incidents[0].attachments) == 150
    assert len(site.seen) == 100
    done = unpack(b"[" + b",".join([message] * 3) + b"]", partner(site, tmp_path))
    assert len(done.outcomes) == 450
    assert len(site.seen) == 200


def test_what_is_fetched_needs_a_folder(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one, files would appear wherever the program runs."""
    monkeypatch.chdir(tmp_path)
    [incident] = read(FIXTURES[0][1].read_bytes(), "iodef-2", context())
    message = packed(incident, ("iodef-2",), site, tmp_path / "provider")
    done = unpack(message.message, replace(partner(site, tmp_path), cache=None))
    assert "no folder" in done.outcomes[0].reason
    assert [path.name for path in tmp_path.iterdir()] == ["provider"]


def test_the_same_incident_gives_the_same_message(site: Site, tmp_path: Path) -> None:
    """An update that changes nothing must not look like one."""
    [incident] = read(FIXTURES[0][1].read_bytes(), "iodef-2", context())
    assert packed(incident, FORMATS, site, tmp_path) == packed(incident, FORMATS, site, tmp_path)


@pytest.mark.parametrize("embed", ["zip", "mime"])
@pytest.mark.parametrize(("own", "file"), FIXTURES, ids=lambda value: getattr(value, "stem", value))
def test_one_file_with_everything_inside_comes_back_too(own: str, file: Path, embed: Any, tmp_path: Path) -> None:
    """A partner with a mailbox only gets as much as one with a web server."""
    [incident] = read(file.read_bytes(), own, context())
    outbox = Outbox(tmp_path, Store(tmp_path / "store"), embed=embed)
    files = [File("räksmörgås\r\nX-Evil: 1.bin", b"\0\xff\r\n.\r\nFrom x")]
    message = pack(incident, FORMATS, files, outbox.place(), context())
    data = outbox.put(message, Heading("csirt@example.com", "a@example.org", "Phishing"), NOW).read_bytes()
    assert b"\nX-Evil" not in data
    done = unpack(data)
    assert states(done)[-3:] == [("iodef-2", "read"), ("stix-2.1", "read"), ("octet-stream", "kept")]
    known = {about.uri for about in incident.attachments}
    assert [about.sha256 for about in done.incidents[0].attachments if about.uri not in known] == [
        message.pieces[-1].about.sha256
    ]
    assert equal(replace(done.incidents[0], attachments=incident.attachments), incident)
    assert not (tmp_path / "store").exists()
