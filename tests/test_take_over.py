"""Files taken over: cleaned of what is written about them, under a name and an address of ours."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from dragoman.adapter import Context
from dragoman.attachments.store import Store, digest_of
from dragoman.derivation.cleaned import cleaned
from dragoman.derivation.derive import Wish
from dragoman.derivation.takeover import taken_over
from dragoman.errors import DragomanError, ForbiddenLoss, UsageError
from dragoman.model import Attachment, Contact, CustomField, FieldType, Incident
from dragoman.model.plain import copied
from dragoman.profile import Agreement, Profile
from runner import run

CASE = Path(__file__).parent.parent / "fixtures" / "cases" / "phishing" / "iodef-2.xml"
RECEIVED = Incident(summary="s", contacts=[Contact(name="Upstream Hosting")])
PROFILE = Profile(agreements={"acme": Agreement(personal="block"), "closed": Agreement(max_tlp="GREEN")})
SECRET = b"canary-4711"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*noted: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    picture = chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunk(kind, SECRET) for kind in noted) + picture


def segment(kind: int, data: bytes) -> bytes:
    return bytes((0xFF, kind)) + struct.pack(">H", len(data) + 2) + data


JFIF = b"JFIF\0\1\1\0\0\1\0\1"
JPEG = (
    b"\xff\xd8" + segment(0xE0, JFIF + b"\0\0") + segment(0xE1, b"Exif\0\0" + SECRET) + segment(0xFE, SECRET)
    + segment(0xDB, b"\0" * 65) + segment(0xDA, b"\0") + b"\x12\x34\xff\xd9"
)  # fmt: skip


def kept(
    folder: Path, data: bytes, base: str = "https://files.example.com/i/", profile: Profile = PROFILE,
    received: Incident = RECEIVED, **wish: Any,
) -> Attachment:  # fmt: skip
    [found] = taken_over({"theirs.bin": data}, [received], Wish(**wish), profile, Store(folder), base, Context())
    return found


def served(folder: Path, found: Attachment) -> bytes:
    """What a partner gets."""
    return (folder / "public" / (found.uri or "").rpartition("/")[2]).read_bytes()


@pytest.mark.requirement("PR-7")
@pytest.mark.parametrize("data", [png(b"tEXt", b"eXIf", b"tIME") + SECRET, JPEG + SECRET], ids=["png", "jpeg"])
def test_a_picture_is_all_that_is_left_of_a_picture(tmp_path: Path, data: bytes) -> None:
    """If it failed, a picture would tell who took it, where and with what: the upstream."""
    found = kept(tmp_path, data)
    left = served(tmp_path, found)
    assert SECRET in data
    assert SECRET not in left
    assert (found.size, found.sha256) == (len(left), digest_of(left))
    assert found.sha256 != digest_of(data)
    assert found.filename in ("attachment-1.png", "attachment-1.jpg"), "their name of it went on"


def test_what_makes_the_picture_stays() -> None:
    """If it failed, cleaning would spoil the picture."""
    assert (cleaned(png(b"tEXt")) or pytest.fail("refused")).data == png()
    left = (cleaned(JPEG) or pytest.fail("refused")).data
    frame = segment(0xE0, JFIF + b"\0\0") + segment(0xDB, b"\0" * 65) + segment(0xDA, b"\0")
    assert left == b"\xff\xd8" + frame + b"\x12\x34\xff\xd9"


PLAIN = segment(0xE0, JFIF + b"\0\0"), segment(0xDB, b"\0" * 65), segment(0xDA, b"\0") + b"\x12\xff\x00\xff\xd0\x34"


@pytest.mark.requirement("PR-7")
@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize(
    "noted",
    [
        segment(0xFE, SECRET), segment(0xE1, SECRET), segment(0xE0, b"JFXX\0" + SECRET), segment(0xE0, JFIF + b"\1\1" + SECRET),
        segment(0xEE, b"Adobe" + b"\0" * 7 + SECRET), segment(0xC8, SECRET), segment(0xF0, SECRET),
        segment(0xFE, b"\xff\xd9" + SECRET),
    ],
)  # fmt: skip
def test_nothing_that_is_written_about_a_picture_stays_wherever_it_stands(noted: bytes, place: int) -> None:
    """If it failed, a comment between two scans or a small picture beside the large one would tell of the upstream."""
    parts = [*PLAIN[:place], noted, *PLAIN[place:], PLAIN[-1]]
    left = (cleaned(b"\xff\xd8" + b"".join(parts) + b"\xff\xd9") or pytest.fail("refused")).data
    assert SECRET not in left
    assert left.count(PLAIN[-1]) == 2, "both scans are there"
    assert left.endswith(b"\xff\xd9")


@pytest.mark.parametrize("kind", [b"IHDR", b"tRNS", b"IEND"])
def test_a_chunk_that_is_too_long_for_what_it_is_does_not_stay(kind: bytes) -> None:
    """If it failed, words could be hidden in a part of the picture that no viewer shows."""
    data = png().replace(chunk(b"IEND", b""), chunk(kind, SECRET * 30) + chunk(b"IEND", b""))
    found = cleaned(data)
    assert found is None or SECRET not in found.data


@pytest.mark.parametrize("data", [
    b"%PDF-1.7\n\0", b"PK\x03\x04\0\0", b"\x89PNG\r\n\x1a\nbroken", b"\xff\xd8\xff\xe1", b"MZ\x90\0", b"\xff\xfeA\0",
    b"%PDF-1.4\n<< /Author (J) >>\n", b"%!PS\n%%For: J",
    b"{\\rtf1{\\info{\\author J}}}", b"\n<svg><metadata>J</metadata></svg>",
])  # fmt: skip
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


@pytest.mark.requirement("TLP-5")
@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ({"markings": ["tlp-2:red"]}, {}),
        ({"markings": ["tlp-2:amber"]}, {"partner": "closed"}),
        ({"attachments": [Attachment(sha256=digest_of(b"words\n").upper(), markings=["tlp-2:red"])]}, {}),
    ],
    ids=["of the message", "for the partner", "of the file"],
)
def test_a_file_is_kept_where_its_marking_keeps_it(tmp_path: Path, said: dict[str, Any], wish: dict[str, str]) -> None:
    """If it failed, a file would be passed on that came with a message of which nothing may be."""
    received = copied(RECEIVED, **said)
    with pytest.raises(ForbiddenLoss, match=r"theirs\.bin: came with a message whose marking keeps it here"):
        kept(tmp_path, b"words\n", received=received, **wish)
    assert not (tmp_path / "public").exists()
    if not wish:
        assert kept(tmp_path, b"words\n", received=received, max_tlp="RED", because="by mail")


def test_a_file_with_a_marking_of_its_own_may_be_passed_on(tmp_path: Path) -> None:
    """If it failed, the picture that everybody may see would stay because the message around it is for one person."""
    file = Attachment(sha256=digest_of(b"words\n"), markings=["tlp-2:clear"])
    assert kept(tmp_path, b"words\n", received=copied(RECEIVED, markings=["tlp-2:red"], attachments=[file]))


@pytest.mark.requirement("GD-1", "AT-6")
def test_persons_in_a_text_are_taken_out_of_it(tmp_path: Path) -> None:
    """If it failed, the log would say who it was, and the message would not."""
    users = CustomField(value="pat", type=FieldType(name="users"))
    found = kept(tmp_path, b"08:00 pat asked jane@corp.example\n", received=copied(RECEIVED, custom_fields=[users]))
    assert served(tmp_path, found) == b"08:00 [personal data] asked [personal data]\n\n"
    with pytest.raises(ForbiddenLoss, match="personal data"):
        kept(tmp_path, b"08:00 jane@corp.example\n", partner="acme")


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
                  "--take-over", str(tmp_path / "shot.png"), "--base-uri", "https://ours.example/f/",
                  "--max-tlp", "AMBER+STRICT", "--because", "by mail")  # fmt: skip
    assert outcome.status == 0, outcome.err
    assert '"uri": "https://ours.example/f/' in outcome.out
    assert "shot.png" not in outcome.out
