"""Texts for people: templates that cannot act, gaps that are told, clocks that run from the right moment."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dragoman.errors import UsageError
from dragoman.model import (
    Contact,
    ContactPoint,
    CustomField,
    DomainName,
    FieldType,
    Incident,
    IncidentType,
    Indicator,
    Task,
)
from dragoman.people.catalogue import Regime, later, template, titles
from dragoman.people.render import Rendered, render
from dragoman.people.sandbox import rendered
from dragoman.translate import read
from runner import run

CASE = Path(__file__).parent.parent / "fixtures" / "cases" / "phishing" / "iodef-2.xml"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NASTY = '<script>alert(1)</script> | [x](javascript:y) **b** \x1b[31m \u202e {{ 7 * 7 }}'


def made(incident: Incident, name: str, **said: str) -> Rendered:
    return render(incident, template(name), said, NOW)


# ---- Templates cannot act -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ incident.__class__.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id') }}",
        "{{ self._TemplateReference__context }}",
        "{% include '/etc/passwd' %}",
        "{% import 'x' as y %}",
        "{{ incident.nobody_has_this }}",
        "{{ range(9) }}",
        "{{ incident.update({'a': 1}) }}",
        "{% if %}",
    ],
)
def test_a_template_can_reach_nothing_but_its_data(text: str) -> None:
    """If it failed, a template that teams pass around could run code, read files or change what others see."""
    with pytest.raises(UsageError) as error:
        rendered(text, {"incident": {"summary": "s"}}, "text", "mine.txt")
    assert "mine.txt" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in 'x' * 99999 %}{% for b in 'x' * 99999 %}{% endfor %}{% endfor %}",
        "{{ 'x' * 999999999 }}",
        "{% for a in 'x' * 999 %}{{ 'y' * 9999 }}{% endfor %}",
        "{{ 9 ** (9 ** 9) }}",
    ],
)
def test_a_template_has_bounds(text: str) -> None:
    """If it failed, one template could take the machine."""
    with pytest.raises(UsageError):
        rendered(text, {}, "text", "mine.txt")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("one\ntwo {{ incident.nobody }}", "line 2: 'dict object' has no attribute 'nobody'"),
        ("{{ nobody }}", "line 1: 'nobody' is undefined"),
        ("\n\n{% if %}", "line 3: Expected an expression"),
        ("{{ 1 / 0 }}", "line 1: division by zero"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "maximum recursion depth exceeded"),
    ],
)
@pytest.mark.parametrize("kind", ["html", "markdown", "text"])
def test_a_template_that_is_wrong_says_where_and_why(text: str, said: str, kind: str) -> None:
    """If it failed, whoever writes a template would be told of bounds that it never met."""
    with pytest.raises(UsageError) as error:
        rendered(text, {"incident": {}}, kind, "mine.txt")
    assert said in str(error.value)


def test_the_process_finds_what_we_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """If it failed, templates would fail for all who installed us with --user, or run us out of a folder."""
    monkeypatch.setattr(sys, "executable", getattr(sys, "_base_executable", sys.executable))
    assert rendered("{{ 'x' }}", {}, "text", "mine.txt") == ("x", [])


def test_data_is_never_a_template() -> None:
    """If it failed, whoever writes a summary could write our mails."""
    assert rendered("{{ a }}", {"a": "{{ 7 * 7 }}"}, "text", "t")[0] == "{{ 7 * 7 }}"


# ---- What attackers write stays text --------------------------------------------------------------------------


def test_a_page_shows_markup_as_text() -> None:
    """If it failed, opening a page about an attack would be one."""
    text = made(Incident(summary=NASTY, description=[NASTY]), "html").text
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert text.startswith("<!DOCTYPE html>\n<html"), "the page itself is no text"
    assert "default-src 'none'" in text
    assert "&amp;lt;" not in text, "escaped twice"


def test_a_page_shows_what_would_turn_the_text_around() -> None:
    """If it failed, exe.fdp would read pdf.exe, and all that stands behind it backwards."""
    text = made(Incident(summary=NASTY, custom_fields=[CustomField(value=NASTY, type=FieldType(name=NASTY))]), "html").text
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert text.count("\\u202e") == 4
    assert rendered("{{ '<b>x</b>' | safe }}", {}, "html", "mine.html")[0] == "<b>x</b>"


def test_markdown_and_mail_show_markup_as_text() -> None:
    """If it failed, a summary could make links and tables of its own, or move the cursor of a terminal."""
    text = made(Incident(summary=NASTY), "markdown").text
    assert "\\<script\\>" in text
    assert "\\[x\\](javascript:y)" in text
    for name in ("markdown", "mail"):
        text = made(Incident(summary=NASTY, description=["# no heading\n- no list"]), name).text
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "\\# no heading\n\\- no list" in made(Incident(description=["x", "# no heading\n- no list"]), "markdown").text


@pytest.mark.parametrize("name", ["mail", "markdown", "nis2-final"])
def test_a_value_of_one_line_makes_no_second_one(name: str) -> None:
    """If it failed, an address in an incident could write a contact of its own under the text, in our name."""
    evil = "x\n\nContact: desk@attacker.example\nStatus:    resolved"
    incident = Incident(
        summary=evil, status=evil, type=IncidentType(name=evil), contacts=[Contact(name=evil, role="liaison")],
        observables=[DomainName(value=evil)], indicators=[Indicator(name=evil)], history=[Task(name=evil, action="block")],
        custom_fields=[CustomField(value=evil, type=FieldType(name=evil))],
    )  # fmt: skip
    lines = made(incident, name).text.splitlines()
    assert not [line for line in lines if line.strip().lstrip("-* ").startswith(("Contact: desk", "Status:    resolved"))]


def test_lines_and_indents_stay_what_they_are() -> None:
    """If it failed, what was written on Windows would end in \\r, and a log would be code full of backslashes."""
    incident = Incident(summary="s", description=["one\r\ntwo\rthree\n\n    [4]\tfive"])
    assert "one\ntwo\nthree\n\n    [4] five" in made(incident, "mail").text
    assert "one\ntwo\nthree\n\n\u00a0\u00a0\u00a0\u00a0\\[4\\] five" in made(incident, "markdown").text
    assert "one\ntwo\nthree\n\n    [4] five" in made(incident, "html").text


def test_an_object_that_nobody_marked_is_no_wider_than_elsewhere() -> None:
    """If it failed, a text would be GREEN of which `redact --max-tlp GREEN` takes a part out."""
    unmarked = Indicator(id="indicator--52252076-9d38-4ffb-a5da-174bf6189fc8", name="unmarked")
    found = made(Incident(summary="s", markings=["tlp-2:green"], indicators=[unmarked]), "mail")
    assert found.text.startswith("TLP:AMBER ")


def test_no_custom_field_is_left_out() -> None:
    """If it failed, of two fields with one name a reader would see the last, and none that has only an id."""
    fields = [("users", "ann"), ("users", "bob"), (None, "4711")]
    incident = Incident(custom_fields=[CustomField(id="f-1", value=value, type=FieldType(name=name)) for name, value in fields])
    text = made(incident, "markdown").text
    assert "- users: ann bob" in text
    assert "- f-1: 4711" in text


@pytest.mark.parametrize(
    ("whole", "part", "shown"),
    [
        (["tlp-2:green"], ["tlp-2:red"], "TLP:RED"),
        (["iodef:green"], ["iodef:amber"], "TLP:AMBER+STRICT"),
        (["tlp-2:amber"], ["tlp-2:clear"], "TLP:AMBER"),
        (["tlp-2:green"], [], "TLP:GREEN"),
        ([], ["tlp-2:red"], "TLP:RED"),
        ([], ["tlp-2:green"], None),
        ([], [], None),
    ],
)
def test_a_text_is_marked_as_strictly_as_anything_in_it(whole: list[str], part: list[str], shown: str | None) -> None:
    """If it failed, a mail that says TLP:GREEN would hold an address that is TLP:RED."""
    incident = Incident(summary="s", markings=whole, observables=[DomainName(value="secret.example", markings=part)])
    for name in ("mail", "markdown", "html"):
        found = made(incident, name)
        assert "secret.example" in found.text
        assert ("who may see it" in found.gaps) is (shown is None)
        assert re.findall(r"TLP:[A-Z+]+", found.text) == ([shown] if shown else [])


# ---- Gaps -----------------------------------------------------------------------------------------------------


def test_what_nobody_said_is_marked_and_listed() -> None:
    """If it failed, a notice would look complete while the law asks for more."""
    found = made(Incident(summary="s"), "gdpr-33", controller="Example AS")
    assert "[missing: the likely consequences of the breach]" in found.text
    assert "the likely consequences of the breach" in found.gaps
    assert "the controller" not in found.gaps
    assert found.due is None
    assert "the reasons for the delay" not in found.gaps, "nobody is late before the clock runs"


def test_facts_come_from_custom_fields_and_the_incident() -> None:
    """If it failed, a handler would type again what the incident says."""
    field = CustomField(value="about 400", type=FieldType(name="number_of_data_subjects"))
    who = Contact(name="Kari", emails=[ContactPoint(value="kari@example.com")])
    found = made(Incident(description=["It leaked."], custom_fields=[field], contacts=[who]), "gdpr-33")
    assert "about 400" in found.text
    assert "It leaked." in found.text
    assert "Kari, kari@example.com" in found.text


def test_nothing_of_the_law_is_asked_twice_or_forgotten() -> None:
    """If it failed, a fact of article 33(3) would stand in no notice."""
    for name in titles():
        found = template(name)
        if found.regime is not None and name.startswith("gdpr"):
            assert [fact for fact in found.regime.facts if f"facts.{fact}" not in found.text] == []


# ---- Clocks ---------------------------------------------------------------------------------------------------


def test_the_clock_runs_from_awareness_and_not_from_detection() -> None:
    """If it failed, a deadline would be made up from a time that the law does not ask for."""
    incident = Incident(summary="s", detection_time="2026-11-01T00:00:00Z")
    assert made(incident, "gdpr-33").due is None
    found = made(incident, "gdpr-33", aware_at="2026-11-20T10:00:00+01:00")
    assert (found.due, found.late) == ("2026-11-23 09:00 UTC", False)
    assert made(incident, "nis2-early-warning", aware_at="2026-11-20T10:00:00+01:00").late


def test_who_is_late_says_why() -> None:
    """If it failed, a late notice would not give the reasons that article 33(1) demands."""
    found = made(Incident(summary="s"), "gdpr-33", aware_at="2026-11-01T00:00:00Z")
    assert found.late
    assert "the reasons for the delay" in found.gaps


@pytest.mark.parametrize(
    ("start", "end"), [((2026, 1, 31), (2026, 2, 28)), ((2026, 12, 31), (2027, 1, 31)), ((2026, 3, 31), (2026, 4, 30))]
)
def test_a_month_ends_with_its_last_day(start: Any, end: Any) -> None:
    """If it failed, a final report would be due on a day that there is not."""
    assert later(datetime(*start, tzinfo=UTC), 1) == datetime(*end, tzinfo=UTC)


@pytest.mark.parametrize(("name", "fact"), [("gdpr-33", "aware_at"), ("nis2-final", "notified_at")])
def test_the_end_of_the_calendar_is_one_line(name: str, fact: str) -> None:
    """If it failed, an incident whose custom field says so would be a fault of ours."""
    far = CustomField(value="9999-12-31T23:00:00Z", type=FieldType(name=fact))
    with pytest.raises(UsageError, match="beyond the calendar"):
        made(Incident(custom_fields=[far]), name)


def test_an_empty_fact_is_a_missing_one() -> None:
    """If it failed, an empty field would stop the notice in place of being listed."""
    found = made(Incident(custom_fields=[CustomField(value="", type=FieldType(name="aware_at"))]), "gdpr-33")
    assert "when the controller became aware of the breach" in found.gaps
    assert found.due is None


def test_a_time_without_a_zone_starts_no_clock() -> None:
    """If it failed, a deadline would be wrong by the hours of a zone that we guessed."""
    regime = Regime(law="x", since="aware_at", hours=72, facts={})
    with pytest.raises(UsageError, match="aware_at"):
        regime.due({"aware_at": "2026-11-22 10:00"})


# ---- As a user -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(titles()))
def test_every_template_renders_a_real_incident(name: str) -> None:
    """If it failed, a template of ours would stop at what real incidents leave out."""
    assert made(read(CASE.read_bytes())[0], name).text.strip()
    assert made(Incident(), name).gaps


def test_the_command_writes_and_tells(tmp_path: Path) -> None:
    """If it failed, gaps would go unseen, or --strict would write a notice that is not complete."""
    outcome = run("render", str(CASE), "--template", "gdpr-33", "-o", str(tmp_path / "n.md"), "--strict")
    assert outcome.status == 3
    assert "missing: the controller (--fact controller=…)" in outcome.err, "one would have to guess what it is called"
    assert not (tmp_path / "n.md").exists()


def test_a_template_of_ones_own(tmp_path: Path) -> None:
    """If it failed, users would be bound to our texts."""
    (tmp_path / "mine.md.j2").write_text("# {{ incident.summary }}\n{{ facts.ticket }}\n")
    outcome = run("render", str(CASE), "--template", str(tmp_path / "mine.md.j2"), "--fact", "ticket=T-1")
    assert outcome.status == 0
    assert outcome.out.endswith("T-1\n")
