"""Zips and mails from outside: nothing is extracted, everything is counted, and one bad member takes no other down."""

from __future__ import annotations

import json
import re
import struct
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import NOW, context
from dragoman import read
from dragoman.attachments import mail, zipped
from dragoman.attachments.envelope import opened, placed_inside
from dragoman.attachments.mail import Heading
from dragoman.attachments.pack import File, Packed, pack
from dragoman.attachments.unpack import unpack
from dragoman.errors import DragomanError, LimitExceeded, ReadError, UsageError
from dragoman.limits import Limits
from dragoman.profile import Fetch

SOURCE = Path(__file__).parents[1] / "fixtures" / "cases" / "phishing" / "iodef-2.xml"


def packed() -> Packed:
    numbers = iter(range(100))
    place = placed_inside(lambda: f"{next(numbers):032}")
    return pack(read(SOURCE.read_bytes())[0], ("iodef-2",), [File("log", b"x" * 100)], place, context())


PACKED = packed()
ZIP = zipped.write(PACKED.message, PACKED.pieces)
MAIL = mail.write(PACKED, Heading("a@example.com"), NOW)


def changed(**members: bytes | None) -> bytes:
    """Our zip with members replaced, added or (None) left out; `_` stands for what Python's names cannot hold."""
    sink = BytesIO()
    with ZipFile(BytesIO(ZIP)) as before, ZipFile(sink, "w", ZIP_DEFLATED) as after:
        old = {info.filename: before.read(info) for info in before.infolist()}
        for name, data in (old | {name.replace("_", "."): data for name, data in members.items()}).items():
            if data is not None:
                after.writestr(name, data)
    return sink.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(DragomanError) as error:
        unpack(data)
    assert "\n" not in str(error.value)
    return str(error.value)


def reasons(data: bytes, **bounds: Any) -> list[str]:
    from dragoman.attachments.fetch import Terms
    from dragoman.attachments.unpack import Partner

    done = unpack(data, Partner(terms=Terms((), Fetch(**bounds))))
    assert done.incidents[0].description, "the message must remain usable"
    return [f"{outcome.state}: {outcome.reason}" for outcome in done.outcomes]


def test_the_same_input_gives_the_same_file() -> None:
    again = packed()
    assert zipped.write(again.message, again.pieces) == ZIP
    assert mail.write(again, Heading("a@example.com"), NOW) == MAIL


def test_a_zip_says_nothing_of_when_and_by_whom_it_was_made() -> None:
    with ZipFile(BytesIO(ZIP)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[:2] == ["manifest.json", "message.json"]
        assert not any("log" in name for name in archive.namelist())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04 and then nothing", "no zip"),
        (ZIP[:-200], "no zip"),
        (changed(manifest_json=None), "no members are called manifest.json"),
        (changed(manifest_json=b"{}"), "none of ours"),
        (changed(manifest_json=b'{"dragoman": 1, "dragoman": 1}'), "manifest.json"),
        (changed(message_json=None), "no members are called message.json"),
        (changed(message_json=b"nonsense"), "JSON"),
        (b"", "neither"),
        (b"<xml/>", "neither"),
        (b"Subject: hello\r\n\r\nthere", "no parts"),
    ],
)
def test_what_is_no_message_is_refused_in_a_line(data: bytes, said: str) -> None:
    assert said in refused(data)


def doubled(name: str, data: bytes) -> bytes:
    sink = BytesIO(ZIP)
    with pytest.warns(UserWarning, match="Duplicate"), ZipFile(sink, "a") as archive:
        archive.writestr(name, data)
    return sink.getvalue()


def test_of_two_members_with_one_name_the_one_that_was_promised_is_read() -> None:
    """Readers that take the last, and those that take the first, would read two different messages."""
    assert "2 members are called message.json" in refused(doubled("message.json", b"{}"))
    inner = f"attachments/{0:032}"
    assert reasons(doubled(inner, b"<other/>"))[0].startswith("read")


def test_a_member_that_is_not_what_the_message_says_is_refused_alone() -> None:
    inner = f"attachments/{0:032}"
    sink = BytesIO()
    with ZipFile(BytesIO(ZIP)) as before, ZipFile(sink, "w") as after:
        for info in before.infolist():
            data = before.read(info)
            after.writestr(info, data[:-1] + b"!" if info.filename == inner else data)
    found = reasons(sink.getvalue())
    assert found[0].startswith("refused: its SHA-256")
    assert found[1].startswith("kept")


def flagged(offset: int, local: int, value: int) -> bytes:
    """Our zip with a field of the attachment's headers changed."""
    data = bytearray(ZIP)
    with ZipFile(BytesIO(ZIP)) as archive:
        info = archive.infolist()[2]
    entry = ZIP.rindex(info.filename.encode()) - 46
    while ZIP[entry : entry + 4] != zipped.ENTRY or ZIP[entry + 46 : entry + 46 + len(info.filename)] != info.filename.encode():
        entry -= 1
    struct.pack_into("<H", data, entry + offset, value)
    struct.pack_into("<H", data, info.header_offset + local, value)
    return bytes(data)


def test_members_that_cannot_be_read_are_told_and_the_rest_is_used() -> None:
    assert "is encrypted" in reasons(flagged(8, 6, 1))[0]
    assert "compressed by method 12" in reasons(flagged(10, 8, ZIP_BZIP2))[0]
    assert "is broken" in reasons(flagged(16, 14, 0xBEEF))[0]


def test_bytes_are_counted_as_they_come_out() -> None:
    """A zip of some kilobytes may hold gigabytes."""
    bomb = File("bomb", bytes(30 * 2**20))
    big = pack(read(SOURCE.read_bytes())[0], (), [bomb], placed_inside(), context())
    data = zipped.write(big.message, big.pieces)
    assert len(data) < 10**5
    assert "holds more than 10485760 bytes" in reasons(data)[0]
    assert "holds more than 2000 bytes" in reasons(ZIP, max_bytes=2000)[0]


def test_a_directory_without_end_is_refused_before_it_is_read() -> None:
    with pytest.raises(LimitExceeded, match="members"):
        opened(b"PK" + zipped.ENTRY * (zipped.MEMBERS + 1), Limits(), Fetch())


def test_a_member_name_never_becomes_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`../../.ssh/authorized_keys` is a name like any other."""
    monkeypatch.chdir(tmp_path)
    manifest = json.loads(ZipFile(BytesIO(ZIP)).read("manifest.json"))
    manifest["attachments"][0]["file"] = "../escaped"
    sink = BytesIO(changed(manifest_json=json.dumps(manifest).encode()))
    with ZipFile(sink, "a") as archive:
        archive.writestr("../escaped", PACKED.pieces[0].data)
    assert reasons(sink.getvalue())[0].startswith("read")
    assert list(tmp_path.iterdir()) == []
    assert not (tmp_path.parent / "escaped").exists()


@given(st.data())
def test_a_broken_zip_or_mail_ends_in_a_line(data: st.DataObject) -> None:
    """A traceback is a way to stop a service."""
    whole = bytearray(data.draw(st.sampled_from([ZIP, MAIL])))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    with suppress(DragomanError):
        unpack(bytes(whole[: data.draw(st.integers(1, len(whole)))]))


@pytest.mark.parametrize("field", ["sender", "recipient", "subject"])
@pytest.mark.parametrize("evil", ["x\r\nBcc: all@example.com", "x\nBcc: y", "x\rBcc: y", "x\0", "x\x1b[2J", "x\u2028Bcc: y"])
def test_a_heading_cannot_begin_another_header(field: str, evil: str) -> None:
    """A line break in a subject would make a header of the attacker's: Bcc, for instance."""
    with pytest.raises(UsageError, match=field):
        mail.write(PACKED, Heading(**{field: evil}), NOW)


def test_a_mail_reads_as_one() -> None:
    from email import message_from_bytes, policy

    found = message_from_bytes(MAIL, policy=policy.default)
    assert found["Subject"] == f"Incident message {PACKED.id}"
    assert found["Date"] == "Thu, 01 Jan 2026 00:00:00 +0000"
    parts = [(part.get_content_type(), part.get_filename()) for part in found.iter_attachments()]
    assert parts == [
        ("application/vnd.dragoman.base+json", f"{PACKED.id}.json"),
        ("application/xml", f"{PACKED.id}.xml"),
        ("application/octet-stream", "log"),
    ]
    assert max(map(len, MAIL.split(b"\r\n"))) <= 998


def test_every_mail_program_finds_the_parts() -> None:
    """RFC 2046 section 5.1.1 allows 70 characters, and a boundary that is folded as RFC 2231 does is known to few programs."""
    [boundary] = re.findall(rb'^Content-Type: multipart/mixed;\s+boundary="([^"]+)"\r$', MAIL, re.MULTILINE)
    assert len(boundary) <= 70


@pytest.mark.parametrize("field", ["sender", "recipient"])
@pytest.mark.parametrize("wrong", ["", "the desk", "desk@", "k@\xe5s.example", "a@example.com, nobody"])
def test_a_heading_names_addresses_to_which_mail_can_go(field: str, wrong: str) -> None:
    """The standard library writes a domain of other letters as an encoded word, which RFC 2047 forbids in an address."""
    with pytest.raises(UsageError, match="is no mail address"):
        mail.write(PACKED, Heading(**{field: wrong}), NOW)


def passed_on(types: dict[str, str], called: str | None) -> bytes:
    """Our mail as another program sends it on: parts typed and named its own way."""
    from email import message_from_bytes

    found = message_from_bytes(MAIL)
    for number, part in enumerate(part for part in found.walk() if not part.is_multipart()):
        part.set_type(types.get(part.get_content_type(), part.get_content_type()))
        del part["Content-ID"]
        if called is not None:
            part["Content-ID"] = called.format(number)
    return found.as_bytes()


@pytest.mark.parametrize("called", [None, "<image{}@01DC5B7A>"])
@pytest.mark.parametrize("message", ["application/vnd.dragoman.base+json", "application/json", "application/octet-stream"])
def test_a_mail_that_was_passed_on_holds_its_attachments_still(message: str, called: str | None) -> None:
    """Programs that forward a mail give parts new ids and types; the digest says all the same which part is meant."""
    types = {"application/vnd.dragoman.base+json": message, "application/xml": "text/xml"}
    assert [reason.partition(":")[0] for reason in reasons(passed_on(types, called))] == ["read", "kept"]


@pytest.mark.parametrize("first", [b"Return-Path:<a@example.com>\r\n", b"Received:\r\n by mx.example\r\n", b"From a@b Sun\r\n"])
def test_a_mail_is_known_by_any_header(first: bytes) -> None:
    assert reasons(first + MAIL) == reasons(MAIL)


def test_a_mail_may_hold_a_base_message_as_an_attachment_too() -> None:
    both = pack(read(SOURCE.read_bytes())[0], ("base",), (), placed_inside(), context())
    data = mail.write(both, Heading(), NOW)
    assert [outcome.state.value for outcome in unpack(data).outcomes] == ["read"]


def test_parts_without_end_are_refused() -> None:
    head = b"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    with pytest.raises(LimitExceeded, match="parts"):
        mail.opened(head + b"--b\r\n\r\nx\r\n" * 2000, "mail")
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000))
    with pytest.raises(ReadError):
        mail.opened(b"Subject: x\r\n" + deep, "mail")


def test_two_parts_of_one_name_are_refused() -> None:
    """Which of the two is meant, nobody knows."""
    twice = MAIL.replace(b"Content-ID: <%s@" % f"{1:032}".encode(), b"Content-ID: <%s@" % f"{0:032}".encode())
    assert twice != MAIL
    assert any("2 parts are called" in reason for reason in reasons(twice))
