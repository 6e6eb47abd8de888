"""What looks like personal data in a text: what is found, what is not, and that no text takes more than its length."""

from __future__ import annotations

import re
import sys
import time

import pytest

from dragoman.errors import UsageError
from dragoman.personal import national
from dragoman.personal.known import Known
from dragoman.personal.looks import looks
from dragoman.personal.national import checked
from dragoman.personal.rows import national_ids, national_phone, not_numbers, patterns


def found(text: str, *countries: str, also: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return [(span.kind, text[span.start : span.end]) for span in looks(text, countries, also)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("write to jane.doe@corp.example.", "mail", "jane.doe@corp.example"),
        ("jane.doe[at]corp[.]example wrote", "mail", "jane.doe[at]corp[.]example"),
        ("https://x.example/?u=jane%40corp.example&x=1", "mail", "jane%40corp.example"),
        ("-jane+tag@corp.example-", "mail", "jane+tag@corp.example"),
        ("[email-addr:value = 'jane@corp.example']", "mail", "jane@corp.example"),
        ("From: Jane Doe <security@corp.example>", "name", "Jane Doe"),
        ('From: "Doe, Jane" <security@corp.example>', "name", "Doe, Jane"),
        ("call +47 22 85 50 50 now", "phone", "+47 22 85 50 50"),
        ("tel:+1-202-456-1111", "phone", "+1-202-456-1111"),
        ("to NO93 8601 1117 947 today", "iban", "NO93 8601 1117 947"),
        ("GB82WEST12345698765432, please", "iban", "GB82WEST12345698765432"),
        ("GB82 WEST 1234 5698 7654 32 AND MORE", "iban", "GB82 WEST 1234 5698 7654 32"),
        ("card 4111 1111 1111 1111 used", "card", "4111 1111 1111 1111"),
        ("378282246310005", "card", "378282246310005"),
        (r"logon of CORP\jdoe, then", "account", "jdoe"),
        (r"CORP\\jane.doe", "account", "jane.doe"),
        (r"C:\Users\jdoe\AppData\a.exe", "account", "jdoe"),
        (r"C:\Users\Jane Doe\a.exe", "account", "Jane Doe"),
        (r"C:\\Users\\jdoe\\a.exe", "account", "jdoe"),
        ("ran /home/jdoe/.cache/x", "account", "jdoe"),
        ("/Users/jdoe.", "account", "jdoe"),
        ("https://jdoe:s3cret@host.example/x", "account", "jdoe"),
        ("https://jdoe:s3cret@host.example/x", "credential", "s3cret"),
        ("ftp://jdoe@192.0.2.1", "account", "jdoe"), ("https://:s3cret@host.example/x", "credential", "s3cret"),
        ("S-1-5-21-3623811015-3361044348-30300820-1013", "account", "S-1-5-21-3623811015-3361044348-30300820-1013"),
    ],
)  # fmt: skip
def test_it_is_found_to_the_letter(text: str, kind: str, value: str) -> None:
    """If it failed, the value would go out, or what stands beside it would be blanked with it."""
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "version 10.0.19041.1415, then 2.17.1", "Chrome/119.0.6045.159 Safari/537.36", "build 20261122.4",
        "1.2.3+20261122103000", "2026-11-22T10:00:00Z", "2026-11-22 10:00:00.123456+01:00", "2026-11-22T10:00:00+0100",
        "20261122103000", "1700000000000",
        "192.0.2.1", "198.51.100.7:8080", "10.0.0.0/8", "2001:db8::1", "ports 22, 80, 443, 8080", "22 80 443 8080 8443",
        "CVE-2026-12345", "CVE-2021-44228", "CWE-79", "KB5005565", "order 1234567890123456", "ticket 4711-0815-2026",
        "order no. 22334455", "52252076-9d38-4ffb-a5da-174bf6189fc8", "identity--52252076-9d38-4ffb-a5da-174bf6189fc8",
        "00:1A:2B:3C:4D:5E", "0x7ffe12345678", "412 users, 1000000 records", "12 345 678 NOK", "SHA-256", "GB12",
        "abuse@isp.example", "cert-team@corp.example", "no-reply@corp.example", "lodash@4.17.21", "user@localhost", "@handle",
        "Message-ID: <20261122.ABC@mail.corp.example>", "git@github.com:x/y.git", "In-Reply-To: <CAF=x1@mail.example.com>",
        r"HKLM\Software\Microsoft\Windows", r"HKCU\Run", r"NT AUTHORITY\SYSTEM", r"BUILTIN\Administrators", r"SYSTEM32\cmd.exe",
        r"C:\Windows\System32\cmd.exe", r"C:\Users\Public\a.exe", r"\\FILES\share", r"%USERPROFILE%\AppData", "CORP\\FILES01$",
        "https://example.com/home/index.html", "/home/ubuntu/app", "S-1-5-18", "S-1-5-32-544", "AS64500", "rfc1918",
        "T1059.001", "4111 1111 1111 1112", "NO93 8601 1117 948", "1111111111111111",
    ],
)  # fmt: skip
def test_what_is_nobodys_is_left(text: str) -> None:
    """If it failed, hashes, versions, times, addresses and orders would be blanked: an incident is made of them."""
    assert found(text, "NO", "US", "GB", "DE") == []


@pytest.mark.parametrize(
    ("country", "text", "kind", "value"),
    [
        ("NO", "ring 22 85 50 50", "phone", "22 85 50 50"),
        ("NO", "tlf. 22855050", "phone", "22855050"),
        ("US", "(202) 456-1111 rang", "phone", "(202) 456-1111"),
        ("GB", "on 020 7946 0958", "phone", "020 7946 0958"),
        ("NO", "born as 15108695088", "national-id", "15108695088"),
        ("SE", "880320-0016", "national-id", "880320-0016"),
        ("IT", "RCCMNL83S18D969H", "national-id", "RCCMNL83S18D969H"),
        ("US", "ssn 536-90-4399", "national-id", "536-90-4399"),
        ("NL", "BSN 111222333", "national-id", "111222333"),
        ("NO", "0047 90012345", "phone", "0047 90012345"), ("NO", "fra 0049 30 901820.", "phone", "0049 30 901820"),
        ("ES", "X-5253868-R", "national-id", "X-5253868-R"), ("DK", "CPR 2110625629", "national-id", "2110625629"),
        ("SE", "personnummer 198803200016", "national-id", "198803200016"),
    ],
)  # fmt: skip
def test_numbers_of_a_country_are_found_when_it_is_named(country: str, text: str, kind: str, value: str) -> None:
    """If it failed, naming a country in the profile would do nothing, or too much where nobody named it."""
    assert (kind, value) in found(text, country)
    assert (kind, value) not in found(text)


def test_a_weak_number_needs_its_word() -> None:
    """If it failed, one of eleven orders would be an identity number of the Netherlands."""
    assert found("order 111222333", "NL") == []


@pytest.mark.parametrize("country", sorted(national_ids()))
def test_every_row_of_countries_names_a_format_that_exists(country: str) -> None:
    """If it failed, a row would end in an error the first time somebody names the country."""
    assert checked([country.lower()]) == (country,)
    assert found("0" * 9, country) == []
    assert all(callable(national._library(f"stdnum.{row.module}").is_valid) for row in national_ids()[country])


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """If it failed, a profile with countries would end in a traceback, or find nothing in silence."""
    national._library.cache_clear()
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    with pytest.raises(UsageError, match=r"countries needs phonenumbers.*") as error:
        checked(["NO"])
    assert "dragoman[personal]" in str(error.value)
    national._library.cache_clear()


def test_a_country_that_is_none_is_refused() -> None:
    """If it failed, a slip in the profile would look for nothing."""
    with pytest.raises(UsageError, match="'XX'"):
        checked(["XX"])


def test_ip_addresses_only_when_asked() -> None:
    """If it failed, every incident would lose the addresses that it is about."""
    assert found("from 192.0.2.1 and 2001:db8::1") == []
    assert [value for _, value in found("from 192.0.2.1 and 2001:db8::1", also=("ip",))] == ["192.0.2.1", "2001:db8::1"]


# ---- Values that are known -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kind", "text", "says"),
    [
        ("Jane Doe", "name", "seen by JANE\n DOE there", ["JANE\n DOE"]),
        ("Jane Doe", "name", "Doe, Jane and Doe Jane", ["Doe, Jane", "Doe Jane"]),
        ("Jane Doe", "name", "Doe was there", ["Doe"]),
        ("Jane Young", "name", "young and Young", ["Young"]),
        ("jdoe", "account", "JDOE, jdoe_x and adjdoe", ["JDOE"]),
        ("張三", "name", "我是張三的同事", ["張三"]),
        ("1001", "account", "port 1001", []),
        ("Li", "name", "Li was there", []),
    ],
)  # fmt: skip
def test_known_values_are_found_however_they_are_written(value: str, kind: str, text: str, says: list[str]) -> None:
    """If it failed, a name that was taken out of its field would stand in the summary."""
    known = Known()
    known.add(value, kind, "", surname=True)
    assert [text[span.start : span.end] for span in known.found(text)] == says


# ---- Hostile texts -------------------------------------------------------------------------------------------------

BLOW_UPS = [
    "a", "a.", "a@", "@", "a@a.", ".", "-", "+", "1", "1 ", "1-", "+1 ", "1.", "aa:", "f", "A", "A ", "A1 ", "GB82", "\\",
    "A\\", "/home/", "C:\\Users\\", "C:\\Users\\a ", "Aa ", '"', '"a', "<", " <a", "S-1-5-21-", "4 ", "[at]", "a[at]a[.]",
    "%40", "ab:", "1:", "::", "\0", "é", "🦊", "2026-11-22T", "CVE-1", "a-", "A-", "_", "0f", "(", ")1", "0 (",
]  # fmt: skip


PATTERNS = {row.name: row.pattern for row in patterns()} | {"no number": not_numbers(), "a phone number": national_phone()[0]}
PATTERNS |= {f"{country} {number}": row.pattern for country, rows in national_ids().items() for number, row in enumerate(rows)}
TIMES = 8  # as long: linear work is 8 times as much, quadratic 64 times
FLOOR = 0.0005  # seconds: less than this is not measured


def growth(pattern: re.Pattern[str], piece: str, tail: str) -> float:
    """How many times the work a text of TIMES the length is: the least of three runs, in processor time."""
    return work(pattern, piece * 1000 * TIMES + tail) / max(work(pattern, piece * 1000 + tail), FLOOR)


def work(pattern: re.Pattern[str], text: str) -> float:
    times = []
    for _ in range(3):
        start = time.process_time()
        pattern.sub("", text)
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("name", PATTERNS)
def test_the_work_grows_as_the_text_does(name: str) -> None:
    """If it failed, one hostile text could stop a whole batch."""
    grown = {(piece, tail): growth(PATTERNS[name], piece, tail) for piece in BLOW_UPS for tail in ("", "!@")}
    assert {case: times for case, times in grown.items() if times > 3 * TIMES} == {}


def test_the_measure_sees_a_pattern_that_blows_up() -> None:
    """If it failed, the law above would hold for every pattern."""
    assert growth(re.compile(r"[\w.]+@"), "a", "!") > 3 * TIMES


def test_a_text_of_known_names_takes_no_longer_for_more_of_them() -> None:
    """If it failed, a document with many contacts would be searched once for each."""
    text = "Ann Bo met Cy Di. " * 500
    few, many = Known(), Known()
    for number in range(20_000):
        many.add(f"Ann {number}x", "name", "")
    few.add("Ann 1x", "name", "")
    assert seconds(many, text) < 8 * max(seconds(few, text), FLOOR)


def seconds(known: Known, text: str) -> float:
    start = time.process_time()
    assert list(known.found(text)) == []
    return time.process_time() - start
