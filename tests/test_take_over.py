"""Files taken over: cleaned of what is written about them, under a name and an address of ours."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from dragoman.adapter import Context
from dragoman.attachments.store import Store, digest_of
from dragoman.derivation.cleaned import cleaned
from dragoman.derivation.takeover import taken_over
from dragoman.errors import DragomanError, ForbiddenLoss, UsageError
from dragoman.model import Attachment, Contact, Incident
from dragoman.profile import Profile
from runner import run

CASE = Path(__file__).parent.parent / "fixtures" / "cases" / "phishing" / "iodef-2.xml"
RECEIVED = [Incident(summary="s", contacts=[Contact(name="Upstream Hosting")])]
SECRET = b"canary-4711"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*noted: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    picture = chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunk(kind, SECRET) for kind in noted) + picture


def segment(kind: int, data: bytes) -> bytes:
    return bytes((0xFF, kind)) + struct.pack(">H", len(data) + 2) + data


JPEG = (
    b"\xff\xd8" + segment(0xE0, b"JFIF\0") + segment(0xE1, b"Exif\0\0" + SECRET) + segment(0xFE, SECRET)
    + segment(0xDB, b"\0" * 65) + segment(0xDA, b"\0") + b"\x12\x34\xff\xd9"
)  # fmt: skip


def kept(folder: Path, data: bytes, base: str = "https://files.example.com/i/") -> Attachment:
    [found] = taken_over({"theirs.bin": data}, RECEIVED, Profile(), Store(folder), base, Context())
    return found


@pytest.mark.requirement("PR-7")
@pytest.mark.parametrize("data", [png(b"tEXt", b"eXIf", b"tIME") + SECRET, JPEG + SECRET], ids=["png", "jpeg"])
def test_a_picture_is_all_that_is_left_of_a_picture(tmp_path: Path, data: bytes) -> None:
    """If it failed, a picture would tell who took it, where and with what: the upstream."""
    found = kept(tmp_path, data)
    assert found.uri is not None
    left = (tmp_path / "public" / found.uri.rpartition("/")[2]).read_bytes()
    assert SECRET in data
    assert SECRET not in left
    assert (found.size, found.sha256) == (len(left), digest_of(left))
    assert found.sha256 != digest_of(data)
    assert found.filename in ("attachment-1.png", "attachment-1.jpg"), "their name of it went on"


def test_what_makes_the_picture_stays() -> None:
    """If it failed, cleaning would spoil the picture."""
    assert (cleaned(png(b"tEXt")) or pytest.fail("refused")).data == png()
    left = (cleaned(JPEG) or pytest.fail("refused")).data
    frame = segment(0xE0, b"JFIF\0") + segment(0xDB, b"\0" * 65) + segment(0xDA, b"\0")
    assert left == b"\xff\xd8" + frame + b"\x12\x34\xff\xd9"


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n\0", b"PK\x03\x04\0\0", b"\x89PNG\r\n\x1a\nbroken", b"\xff\xd8\xff\xe1", b"MZ\x90\0", b"\xff\xfeA\0"]
)
def test_what_cannot_be_cleaned_is_refused(tmp_path: Path, data: bytes) -> None:
    """If it failed, a document of an office would go on with its author, or half a picture with whatever hides in it."""
    with pytest.raises(ForbiddenLoss, match="cannot be cleaned"):
        kept(tmp_path, data)
    assert not (tmp_path / "public").exists()


def test_a_text_that_names_the_upstream_is_refused(tmp_path: Path) -> None:
    """If it failed, a log line would tell whom we had it from."""
    with pytest.raises(ForbiddenLoss, match="upstream hosting"):
        kept(tmp_path, b"08:00 mail of UPSTREAM  Hosting arrived\n")
    found = kept(tmp_path, b"08:00 mail arrived\r\n")
    assert found.sha256 != digest_of(b"08:00 mail arrived\r\n"), "an equal digest ties it to what we had received"


def test_an_incident_is_derived_and_not_attached(tmp_path: Path) -> None:
    """If it failed, the whole parent message would be embedded."""
    with pytest.raises(UsageError, match="derived, not attached"):
        kept(tmp_path, CASE.read_bytes())


@pytest.mark.parametrize("base", ["", "http://files.example.com/"])
def test_it_is_served_over_https(tmp_path: Path, base: str) -> None:
    """If it failed, a message would name files that nobody can fetch safely."""
    with pytest.raises(DragomanError, match="--base-uri"):
        kept(tmp_path, b"words\n", base)


def test_on_the_command_line(tmp_path: Path) -> None:
    """If it failed, the option would do nothing."""
    profile = tmp_path / "mine.toml"
    profile.write_text('[sender]\nname = "CSIRT of Ours"\nid = "0b7f5a54-5a5d-4d0f-8d0a-6f7a52f5e0d1"\n'
                       '[defaults.liaison]\nname = "Desk"\nemail = "desk@ours.example"\nphone = "+1"\naddress = "a"\n'
                       'zip = "1"\ncity = "c"\n')  # fmt: skip
    (tmp_path / "shot.png").write_bytes(png(b"tEXt"))
    outcome = run("derive", str(CASE), "--profile", str(profile), "--summary", "Mail is down", "--to", "base",
                  "--take-over", str(tmp_path / "shot.png"), "--base-uri", "https://ours.example/f/")  # fmt: skip
    assert outcome.status == 0, outcome.err
    assert '"uri": "https://ours.example/f/' in outcome.out
    assert "shot.png" not in outcome.out
