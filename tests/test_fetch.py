"""Fetching over a real HTTPS server that does what partners should never do.  Names say what goes wrong if a test fails."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dragoman.attachments import fetch
from dragoman.attachments.connection import addresses_for
from dragoman.attachments.fetch import Terms, check_media_type, fetched, terms
from dragoman.attachments.store import digest_of
from dragoman.errors import DragomanError, PeerError, ReadError, UsageError
from dragoman.model.incident import Attachment
from dragoman.profile import Agreement, Fetch, Profile
from https_server import Handler, Site, certificates, serving

BODY = b'{"type": "bundle"}' * 5000
LIMITS: dict[str, Any] = {"connect_seconds": 2, "idle_seconds": 0.4, "total_seconds": 2}


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


def on(site: Site, **changes: Any) -> Terms:
    bounds = Fetch(**(LIMITS | {"private_hosts": (site.host,)} | changes))
    return Terms((site.host,), bounds, ca_file=certificates()[0])


def about(site: Site, path: str = "/a", body: bytes = BODY, **changes: Any) -> Attachment:
    made = Attachment(format="stix-2.1", uri=site.uri + path, size=len(body), sha256=digest_of(body), media_type="a/b+json")
    return replace(made, **changes)


def refusal(attachment: Attachment, terms: Terms, cache: Path) -> str:
    """The line of a fetch that must not succeed."""
    with pytest.raises(DragomanError) as error:
        fetched(attachment, terms, cache)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_what_is_served_is_fetched_once_and_then_taken_from_the_cache(site: Site, tmp_path: Path) -> None:
    """A cache that is not asked makes a partner see each of our runs; one that is not checked serves rot."""
    site.pages["/a"] = BODY
    assert fetched(about(site), on(site), tmp_path) == BODY
    assert fetched(about(site), on(site), tmp_path) == BODY
    assert len(site.seen) == 1
    (tmp_path / "blobs" / digest_of(BODY)).write_bytes(BODY[:-1])
    assert fetched(about(site), on(site), tmp_path) == BODY
    assert len(site.seen) == 2
    assert f"where the message says {len(BODY) + 1}" in refusal(about(site, size=len(BODY) + 1), on(site), tmp_path)


def test_the_request_says_nothing_of_who_asks(site: Site, tmp_path: Path) -> None:
    """A user agent with a version or a host name tells a hostile partner what to attack."""
    site.pages["/a"] = BODY
    fetched(about(site), on(site), tmp_path)
    assert site.seen[0].headers == {
        "host": site.host, "user-agent": "dragoman", "accept": "*/*", "accept-encoding": "identity", "connection": "close",
    }  # fmt: skip


def test_no_proxy_of_the_environment_is_used(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.pages["/a"] = BODY
    assert fetched(about(site), on(site), tmp_path) == BODY


@pytest.mark.parametrize(
    ("served", "changes", "said"),
    [
        (BODY[:-1] + b"!", {}, "SHA-256 is not the one"),
        (BODY, {"sha256": "0" * 64}, "SHA-256 is not the one"),
        (BODY, {"sha256": "no digest"}, "SHA-256 is not the one"),
        (BODY[:-1], {"sha256": None}, "89999 bytes, where the message says 90000"),
        (BODY + b"!", {}, "90001 bytes, more than the 90000"),
    ],
    ids=["changed byte", "wrong digest", "no digest", "short", "long"],
)
def test_bytes_that_the_message_does_not_speak_of_are_refused(
    site: Site, tmp_path: Path, served: bytes, changes: dict[str, Any], said: str
) -> None:
    site.pages["/a"] = served
    assert said in refusal(about(site, **changes), on(site), tmp_path)
    assert not list(tmp_path.glob("blobs/*"))


def test_more_than_the_profile_allows_is_refused_whoever_says_how_much_it_is(site: Site, tmp_path: Path) -> None:
    site.pages["/a"] = BODY
    site.pages["/endless"] = endless
    assert "more than the 1000" in refusal(about(site), on(site, max_bytes=1000), tmp_path)
    assert "more than 1000 bytes" in refusal(about(site, "/endless", size=None), on(site, max_bytes=1000), tmp_path)


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(10_000):
        handler.wfile.write(b"x" * 10_000)


def drip(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(BODY)))
    handler.end_headers()
    for place in range(100):
        handler.wfile.write(BODY[place : place + 1])
        time.sleep(0.1)


def drip_header(handler: Handler) -> None:
    for letter in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100:
        handler.wfile.write(bytes([letter]))
        time.sleep(0.1)


def silence(handler: Handler) -> None:
    time.sleep(3)


@pytest.mark.parametrize("serve", [drip, drip_header, silence])
def test_a_slow_server_is_left_in_time(site: Site, tmp_path: Path, serve: Any) -> None:
    """One slow partner would hold up everybody's night."""
    site.pages["/a"] = serve
    begin = time.monotonic()
    assert "too slow" in refusal(about(site), on(site), tmp_path)
    assert time.monotonic() - begin < 3


def test_what_is_no_answer_is_one_line(site: Site, tmp_path: Path) -> None:
    """If it failed, a server could write lines of its own into our log."""
    site.pages["/a"] = lambda handler: handler.wfile.write(b"HTTP/1.1 \x1b[2Jall is well\r\n\r\n")
    assert r"\x1b[2Jall is well" in refusal(about(site), on(site), tmp_path)


def header_bomb(handler: Handler) -> None:
    handler.send_response(200)
    for number in range(90):
        handler.send_header(f"X-{number}", "x" * 2000)
    handler.end_headers()


def many_headers(handler: Handler) -> None:
    handler.send_response(200)
    for number in range(1000):
        handler.send_header(f"X-{number}", "x")
    handler.end_headers()


def again_and_again(handler: Handler) -> None:
    for _ in range(100_000):
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")


@pytest.mark.parametrize("serve", [header_bomb, many_headers, again_and_again])
def test_headers_without_end_are_refused(site: Site, tmp_path: Path, serve: Any) -> None:
    site.pages["/a"] = serve
    assert "header" in refusal(about(site), on(site), tmp_path)


def test_a_packed_body_is_counted_as_it_comes_out(site: Site, tmp_path: Path) -> None:
    """25 MiB of zeros take 25 kB on the wire: who counts there runs out of memory."""
    bomb = gzip.compress(bytes(20 * 2**20))
    site.pages["/bomb"] = lambda handler: handler.answer(200, bomb, Content_Encoding="gzip")
    site.pages["/fair"] = lambda handler: handler.answer(200, gzip.compress(BODY), Content_Encoding="gzip")
    site.pages["/broken"] = lambda handler: handler.answer(200, b"\x1f\x8b\x08 none", Content_Encoding="gzip")
    site.pages["/other"] = lambda handler: handler.answer(200, b"", Content_Encoding="br")
    assert fetched(about(site, "/fair"), on(site), tmp_path) == BODY
    open_ended = {"size": None, "sha256": None}
    assert "100 times its size" in refusal(about(site, "/bomb", **open_ended), on(site), tmp_path)
    assert "more than 90000 bytes" in refusal(about(site, "/bomb"), on(site), tmp_path / "new")
    assert "cannot be unpacked" in refusal(about(site, "/broken", **open_ended), on(site), tmp_path)
    assert "'br'" in refusal(about(site, "/other", **open_ended), on(site), tmp_path)


def redirect(to: str) -> Any:
    return lambda handler: handler.answer(302, b"", Location=to)


def test_redirects_are_followed_as_far_as_was_agreed(site: Site, tmp_path: Path) -> None:
    site.pages |= {"/1": redirect("/2"), "/2": redirect("/3"), "/3": redirect("/a"), "/a": BODY, "/0": redirect("/1")}
    assert fetched(about(site, "/1"), on(site), tmp_path / "1") == BODY
    assert "more than 3 times" in refusal(about(site, "/0"), on(site), tmp_path / "2")
    site.pages["/loop"] = redirect("/loop")
    assert "more than 3 times" in refusal(about(site, "/loop"), on(site), tmp_path / "3")


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("http://localhost/a", "only https"),
        ("file:///etc/passwd", "only https"),
        ("https://metadata.example/a", "names no host metadata.example:443"),
        ("https://127.0.0.1:{port}/a", "names no host 127.0.0.1"),
        ("https://user@localhost:{port}/a", "holds a user"),
        ("https://[::1/", "cannot be read"),
        ("https://inner.example/a", "inner.example has the address 10.0.0.7"),
    ],
)
def test_a_redirect_leads_nowhere_else(site: Site, tmp_path: Path, to: str, said: str) -> None:
    """A partner, or who broke into it, would read our network through us."""
    site.pages["/a"] = redirect(to.format(port=site.port))
    known = {"inner.example": ["10.0.0.7"], "localhost": ["127.0.0.1"]}
    allowed = replace(on(site), hosts=(site.host, "inner.example"), resolve=lambda host, port: known[host])
    assert said in refusal(about(site), allowed, tmp_path)


@pytest.mark.parametrize(
    "uri",
    ["http://{host}/a", "ftp://{host}/a", "data:,x", "file:///etc/passwd", "https:///a", "https://{host}/a b", "//x", "",
     "https://{host}/a\r\nX: y", "https://localhost\\@{host}/a", "https://{host}:99999999/"],
)  # fmt: skip
def test_only_plain_https_uris_are_followed(site: Site, tmp_path: Path, uri: str) -> None:
    site.pages["/a"] = BODY
    refusal(about(site, uri=uri.format(host=site.host)), on(site), tmp_path)
    assert site.seen == []


def test_a_name_is_resolved_once_and_its_answer_is_where_we_go(site: Site, tmp_path: Path) -> None:
    """Between check and connection a hostile name server would answer otherwise (DNS rebinding)."""
    site.pages["/a"] = BODY
    answers = [["127.0.0.1"], ["10.0.0.7"], ["169.254.169.254"]]
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    assert fetched(about(site), replace(on(site), resolve=resolve), tmp_path) == BODY
    assert asked == ["localhost"]


def test_one_private_address_among_several_bars_a_name() -> None:
    with pytest.raises(PeerError, match=r"10\.0\.0\.1"):
        addresses_for("x.example", 443, False, lambda host, port: ["93.184.216.34", "10.0.0.1"], 1)


def test_an_address_that_does_not_answer_gives_way_to_the_next(site: Site, tmp_path: Path) -> None:
    """A name with an IPv6 address would be out of reach for hosts without IPv6."""
    site.pages["/a"] = BODY
    both = replace(on(site), resolve=lambda host, port: ["::1", "127.0.0.1"])
    assert fetched(about(site), both, tmp_path) == BODY
    neither = replace(on(site), resolve=lambda host, port: ["127.0.0.2", "127.0.0.3"])
    assert "the connection failed" in refusal(about(site), neither, tmp_path / "new")


def test_a_name_server_that_does_not_answer_is_left_in_time() -> None:
    with pytest.raises(PeerError, match="not resolved"):
        addresses_for("x.example", 443, False, lambda host, port: time.sleep(1) or [], 0.05)  # type: ignore[func-returns-value]


def test_the_loopback_is_barred_unless_the_operator_says_it_is_ours(site: Site, tmp_path: Path) -> None:
    site.pages["/a"] = BODY
    assert "not on the open internet" in refusal(about(site), on(site, private_hosts=()), tmp_path)
    assert site.seen == []


def test_a_certificate_of_a_stranger_is_refused(site: Site, tmp_path: Path) -> None:
    site.pages["/a"] = BODY
    assert "CERTIFICATE_VERIFY_FAILED" in refusal(about(site), replace(on(site), ca_file=None), tmp_path)
    assert site.seen == []


def test_the_credential_goes_to_its_host_and_no_further(site: Site, tmp_path: Path) -> None:
    with serving() as other:
        site.pages["/a"] = redirect("/b")
        site.pages["/b"] = redirect(f"{other.uri}/c")
        other.pages["/c"] = BODY
        both = (site.host, other.host)
        allowed = replace(on(site, private_hosts=both), hosts=both, token="s3cret")
        assert fetched(about(site), allowed, tmp_path) == BODY
        assert [seen.headers.get("authorization") for seen in site.seen] == ["Bearer s3cret"] * 2
        assert "authorization" not in other.seen[0].headers


def test_the_credential_is_never_in_the_profile(tmp_path: Path) -> None:
    """A profile is shared and versioned; a token in it is a token on the street."""
    (tmp_path / "token").write_text("from-file\n")
    (tmp_path / "bad").write_text("two words\r\nX-Evil: 1")
    profile = Profile(base=tmp_path)
    assert terms(Agreement(token_file=Path("token")), profile).token == "from-file"
    assert terms(Agreement(token_env="T"), profile, {"T": "from-env"}.get).token == "from-env"
    with pytest.raises(UsageError, match="T is not set"):
        terms(Agreement(token_env="T"), profile, {}.get)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name in ("bad", "binary"):
        with pytest.raises(UsageError, match="no token"):
            terms(Agreement(token_file=Path(name)), profile)


def test_a_slip_in_the_certificates_is_told_before_anything_is_fetched(tmp_path: Path) -> None:
    """If it failed, each attachment would be refused for it, or the line would not say which file is meant."""
    (tmp_path / "bad.pem").write_text("no certificate")
    with pytest.raises(UsageError, match=r"bad\.pem: ca_file cannot be read"):
        terms(Agreement(), Profile(base=tmp_path, fetch=Fetch(ca_file=Path("bad.pem"))))
    with pytest.raises(FileNotFoundError) as error:
        terms(Agreement(), Profile(base=tmp_path, fetch=Fetch(ca_file=Path("none.pem"))))
    assert error.value.filename == str(tmp_path / "none.pem")


@pytest.mark.parametrize("status", [204, 206, 401, 404, 416, 500, 503])
def test_an_answer_without_the_attachment_says_its_status(site: Site, tmp_path: Path, status: int) -> None:
    site.pages["/a"] = lambda handler: handler.answer(status, BODY)
    assert str(status) in refusal(about(site), on(site), tmp_path)


def test_what_is_served_as_something_else_is_refused(site: Site, tmp_path: Path) -> None:
    """The page to log in has a size and comes with 200: without digest and size only its type gives it away."""
    site.pages["/a"] = b"<html>who are you?</html>"
    site.types["/a"] = "text/html; charset=utf-8"
    assert "text/html" in refusal(about(site, size=None, sha256=None), on(site), tmp_path)


@pytest.mark.parametrize(
    ("served", "agreed", "fine"),
    [
        ("application/json", "application/stix+json;version=2.1", True), ("text/xml", "application/xml", True),
        ("application/octet-stream", "application/xml", True), ("", "application/xml", True),
        ("APPLICATION/XML", "application/xml", True), ("application/stix+json", "application/json", False),
        ("text/html", "application/xml", False), ("application/xml", "application/stix+json", False),
        ("application/iodef+xml", "application/iodef+xml", True), ("text/plain", None, True),
    ],
)  # fmt: skip
def test_media_types_that_mean_the_same(served: str, agreed: str | None, fine: bool) -> None:
    try:
        check_media_type(served, agreed)
    except ReadError:
        assert not fine
    else:
        assert fine


class Cut:
    """Serves half of it, and the rest to who asks for it by the right tag."""

    def __init__(self, body: bytes, tag: str = '"v1"') -> None:
        self.body, self.tag = body, tag

    def __call__(self, handler: Handler) -> None:
        asked = handler.headers.get("Range")
        if asked and handler.headers.get("If-Range") == self.tag:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            place = f"bytes {start}-{len(self.body) - 1}/{len(self.body)}"
            handler.answer(206, self.body[start:], ETag=self.tag, Content_Range=place)
            return
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(self.body)))
        handler.send_header("ETag", self.tag)
        handler.end_headers()
        handler.wfile.write(self.body[: len(self.body) // 2])


def test_what_was_cut_off_goes_on_where_it_stopped(site: Site, tmp_path: Path) -> None:
    site.pages["/a"] = Cut(BODY)
    assert "cut 45000 bytes before the end" in refusal(about(site), on(site), tmp_path)
    assert fetched(about(site), on(site), tmp_path) == BODY
    assert site.seen[1].headers["range"] == "bytes=45000-"
    assert site.seen[1].headers["if-range"] == '"v1"'
    assert not list(tmp_path.glob("partial/*"))


def test_what_the_user_cut_off_goes_on_as_well(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If it failed, whoever loses patience with a slow server would begin again."""
    def impatient(response: object, into: bytearray, most: int) -> None:
        into += BODY[:100]
        raise KeyboardInterrupt

    site.pages["/a"] = Cut(BODY)
    with monkeypatch.context() as patched:
        patched.setattr(fetch, "collect", impatient)
        with pytest.raises(KeyboardInterrupt):
            fetched(about(site), on(site), tmp_path)
    assert fetched(about(site), on(site), tmp_path) == BODY
    assert site.seen[1].headers["range"] == "bytes=100-"


def test_what_changed_in_between_is_fetched_from_the_start(site: Site, tmp_path: Path) -> None:
    """Two halves of two versions make an attachment that nobody wrote."""
    site.pages["/a"] = Cut(BODY)
    refusal(about(site, sha256=None), on(site), tmp_path)
    other = BODY[::-1]
    site.pages["/a"] = lambda handler: handler.answer(200, other, ETag='"v2"')
    assert fetched(about(site, sha256=None), on(site), tmp_path) == other


def test_another_part_than_was_asked_for_is_refused(site: Site, tmp_path: Path) -> None:
    site.pages["/a"] = Cut(BODY)
    refusal(about(site), on(site), tmp_path)
    site.pages["/a"] = lambda handler: handler.answer(206, BODY[1:], Content_Range="bytes 1-89999/90000")
    assert "another part" in refusal(about(site), on(site), tmp_path)


def test_the_rest_of_another_version_is_refused(site: Site, tmp_path: Path) -> None:
    """Without a digest in the message nobody would see that the halves of two documents were put together."""
    site.pages["/a"] = Cut(BODY)
    unchecked = about(site, sha256=None)
    refusal(unchecked, on(site), tmp_path)
    had = len(next((tmp_path / "partial").iterdir()).read_bytes().partition(b"\n")[2])
    said = {"Content_Range": f"bytes {had}-{len(BODY) - 1}/{len(BODY)}", "ETag": '"two"'}
    site.pages["/a"] = lambda handler: handler.answer(206, BODY[had:], **said)
    assert "another part" in refusal(unchecked, on(site), tmp_path)


def test_without_a_tag_there_is_nothing_to_go_on_from(site: Site, tmp_path: Path) -> None:
    site.pages["/a"] = Cut(BODY, "W/weak")
    refusal(about(site), on(site), tmp_path)
    refusal(about(site), on(site), tmp_path)
    assert "range" not in site.seen[1].headers
