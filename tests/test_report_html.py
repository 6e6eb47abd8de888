"""The report page: complete, self-contained, and nothing of the document acts in it."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256

import pytest

import toys
from dragoman.adapter import Context
from dragoman.ledger import Kind
from dragoman.render import SIGNS
from dragoman.render.html import page
from dragoman.render.outline import Row, outline
from dragoman.report import Report, report
from dragoman.translate import translate

NASTY = "</style></script><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} \"' \x1b\u202e\ud800"


@pytest.fixture(autouse=True)
def _toys() -> Iterator[None]:
    with toys.installed():
        yield


def account(**members: object) -> Report:
    source = json.dumps({"memo": 1, "title": "Worm"} | members).encode()
    context = Context()
    return report(source, translate(source, "slip", context=context), context)


def test_every_leaf_of_both_sides_is_on_the_page() -> None:
    found = account(state="contained", text="some text", tags=["a", "b"], who="Ann")
    shown = page([("worm.memo", found)])
    assert shown.count('<span class="value">') == len(found.fates) + len(found.target_leaves)
    for kind in ("native", "carried", "narrowed"):
        assert f'data-kind="{kind}"' in shown


def test_links_lead_to_the_line_that_holds_the_text() -> None:
    shown = page([("worm.memo", account())])
    source = re.search(r'data-n="(\d+)"[^>]*data-to="(\d+)"[^>]*title="native · /title"', shown)
    target = re.search(r'data-n="(\d+)"[^>]*data-to="(\d+)"[^>]*title="native · /slip"', shown)
    assert source
    assert target
    assert source.groups() == target.groups()[::-1]


def test_nothing_of_a_document_acts() -> None:
    nasty = NASTY.replace("\ud800", "")
    shown = page([(NASTY, account(title=nasty, text=nasty, who=nasty, **{"<b>": nasty}))])
    assert shown.count("<script") == shown.count("</script>") == 1
    assert shown.count("</style>") == 1
    assert "<img" not in shown
    assert "<b>:" not in shown
    assert "{{ 7*7 }}" in shown
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", shown)
    shown.encode("utf-8")


def test_the_page_needs_no_network_and_runs_only_its_own_script() -> None:
    shown = page([("worm.memo", account())])
    assert not re.search(r"https?:|src=|@import|url\(|<link|\son\w+=", shown)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', shown)
    assert policy
    assert policy[1].startswith("default-src 'none'") or "default-src &#39;none&#39;" in policy[1]
    for tag in ("style", "script"):
        text = re.search(f"<{tag}>(.*?)</{tag}>", shown, re.DOTALL)
        assert text
        digest = b64encode(sha256(text[1].encode()).digest()).decode()
        assert digest.replace("+", "&#43;") in policy[1].replace("+", "&#43;")


def test_no_kind_is_told_by_colour_alone() -> None:
    assert len(set(SIGNS.values())) == len(Kind)
    shown = page([("worm.memo", account(text="x"))])
    for sign in SIGNS.values():
        assert f'<b class="sign">{sign}</b>' in shown


def test_what_the_target_says_itself_has_no_kind() -> None:
    """A structure word or a translated word is neither ours nor filled in."""
    found = account(state="contained")
    assert "/is" not in found.target_kinds
    assert found.target_kinds["/slip"] is Kind.NATIVE


def test_cargo_is_carried_and_what_is_filled_in_is_defaulted() -> None:
    found = account(title=None, text="x")
    assert found.target_kinds["/cargo//items/0/1/summary/="] is Kind.CARRIED
    assert found.target_kinds["/slip"] is Kind.DEFAULTED


def test_several_documents_share_one_page() -> None:
    shown = page([("a.memo", account()), ("b.memo", account())])
    assert shown.count("<article>") == 2


def test_an_outline_has_a_line_for_every_container_once() -> None:
    rows = outline(
        [("/a/@x", "1"), ("/a", "text"), ("/a/b[1]/c", "2"), ("/a/b[1]/d~1e", "3"), ("/l/0", "4"), ("", "5")]
    )
    assert rows == [
        Row(0, "a"), Row(1, "@x", "/a/@x", "1"), Row(1, "text", "/a", "text"), Row(1, "b"),
        Row(2, "c", "/a/b[1]/c", "2"), Row(2, "d/e", "/a/b[1]/d~1e", "3"), Row(0, "l"), Row(1, "[0]", "/l/0", "4"),
        Row(0, "value", "", "5"),
    ]  # fmt: skip
