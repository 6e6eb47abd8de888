"""Where a reader of STIX finds what an IODEF incident tells: whom to call, when, what was seen, what it did."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import UTC, datetime
from typing import Any

import pytest

import iodef_incidents as written
from dragoman import Context, report, translate
from dragoman.ledger import Kind

Object = dict[str, Any]


def context(**settings: Any) -> Context:
    return Context(now=lambda: datetime(2026, 1, 1, tzinfo=UTC), **settings)


def objects(data: bytes, **settings: Any) -> list[Object]:
    """The STIX objects of an IODEF document; nothing of it carried unless asked for."""
    settings.setdefault("carry", "drop")
    found: list[Object] = json.loads(translate(data, "stix-2.1", "iodef-2", context(**settings)).data)["objects"]
    return found


def of(found: list[Object], type_name: str) -> list[Object]:
    return [item for item in found if item["type"] == type_name]


def only(found: list[Object], type_name: str) -> Object:
    (item,) = of(found, type_name)
    return item


def tied(found: list[Object], relation: str) -> list[tuple[str, str]]:
    """The types at the ends of relationships of a kind."""
    ends = [(item["source_ref"], item["target_ref"]) for item in of(found, "relationship")
            if item["relationship_type"] == relation]  # fmt: skip
    return [(source.partition("--")[0], target.partition("--")[0]) for source, target in ends]


def test_a_reader_finds_whom_to_call() -> None:
    """If it failed: a STIX tool would show nobody to ask about a phishing site."""
    found = objects(written.PHISHING)
    person = only(found, "identity")
    assert (person["name"], person["identity_class"], person["roles"]) == ("Kari Nordmann", "individual", ["irt"])
    contact = next(value for value in person["extensions"].values() if "email_addresses" in value)
    assert contact["contact_numbers"][0]["contact_number"] == "+47 900 00 000"
    assert only(found, "email-addr")["value"] == "kari@csirt.example.com"
    assert tied(found, "contact-for") == [("identity", "incident")]


def test_a_reader_finds_what_was_seen() -> None:
    """If it failed: names, addresses and pages of a phishing site could not be blocked from the STIX alone."""
    found = objects(written.PHISHING)
    assert {item["value"] for item in of(found, "domain-name")} == {"login.example.net", "ns1.example.net"}
    assert only(found, "url")["value"] == "http://login.example.net/bank?x=1"
    assert only(found, "ipv4-addr")["value"] == "192.0.2.53"
    assert only(found, "infrastructure")["infrastructure_types"] == ["phishing"]
    assert only(found, "file")["name"] == "invoice.zip"
    assert only(found, "event")["start_time"] == "2026-02-28T22:00:00Z"


def test_a_reader_finds_what_it_did_and_how_long() -> None:
    """If it failed: the severity, the sum and the hours of an outage would be for us alone to read."""
    outage, delay = of(objects(written.DDOS), "impact")
    assert (outage["impact_category"], outage["criticality"]) == ("availability", 70)
    assert {"amount:3.5", "duration:hour", "metric:downtime"} <= set(delay["labels"])
    ransom, money = of(objects(written.RANSOMWARE), "impact")
    assert ransom["impact_category"] == money["impact_category"] == "monetary"
    assert money["extensions"]["monetary-ext" if "monetary-ext" in money["extensions"] else "monetary"]["currency"] == "EUR"


def test_a_reader_finds_how_much_was_counted() -> None:
    """If it failed: the size of an attack would be lost for whoever reads the STIX."""
    sources = [item for item in of(objects(written.DDOS), "infrastructure") if "system:source" in item["labels"]]
    assert len(sources) == 5
    assert all("counted count: 90000 packet per second" in item["labels"] for item in sources)


def test_a_reader_finds_what_is_to_be_done_and_what_was() -> None:
    """If it failed: a request to block a host would reach nobody."""
    asked = only(objects(written.DDOS), "task")
    assert (asked["task_types"], asked["outcome"], asked["priority"]) == (["block-host"], "pending", 85)
    found = objects(written.HISTORY)
    done = only(found, "task")
    assert (done["outcome"], done["end_time"]) == ("successful", "2026-03-02T08:00:00Z")
    assert only(found, "course-of-action")["name"] == "COA-7"


def test_holes_are_named_as_others_name_them() -> None:
    """If it failed: CVE, CAPEC and CWE could not be matched with what other feeds say of them."""
    found = objects(written.HOLES)
    names = {ref["external_id"]: ref["source_name"] for item in found for ref in item.get("external_references", ())}
    assert {("CVE-2014-0160", "cve"), ("CAPEC-540", "capec"), ("CWE-126", "cwe")} <= set(names.items())
    assert {item["name"] for item in of(found, "vulnerability")} == {"CVE-2014-0160", "CWE-126"}


def test_a_bulk_list_is_one_pattern() -> None:
    """If it failed: a list of bots could not be searched for."""
    indicator = only(objects(written.BOTNET), "indicator")
    assert indicator["pattern"] == (
        "[ipv4-addr:value = '192.0.2.1' OR ipv4-addr:value = '192.0.2.2' OR ipv4-addr:value = '198.51.100.7']"
    )
    assert (indicator["valid_from"], indicator["valid_until"]) == ("2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z")


def test_no_pattern_says_another_thing_than_the_source() -> None:
    """If it failed: an indicator of "not this address" would raise an alarm for it."""
    found = {item["external_references"][0]["external_id"]: item for item in of(objects(written.OPERATORS), "indicator")}
    assert [found[name]["pattern_type"] for name in ("no", "one", "other")] == ["iodef"] * 3
    assert "192.0.2.9" in found["no"]["pattern"]
    assert found["nested"]["pattern"].startswith("([ipv6-addr:value = '2001:db8::1'] AND [email-addr:value = 'a\\'b\\\\c@")
    assert not any("payload_bin = ''" in item["pattern"] for item in found.values())


def test_what_has_ended_is_not_valid_for_ever() -> None:
    """If it failed: an indicator that expired before the report was written would come to life again."""
    old = "<EndTime>2020-01-01T00:00:00Z</EndTime>"
    inside = written.indicator(written.ADDRESS.format("ipv4-addr", "192.0.2.1"), before=old)
    assert only(objects(written.document(written.incident(inside))), "indicator")["valid_until"] == "2020-01-01T00:00:00Z"


def test_a_value_that_is_none_of_its_type_stands_as_text() -> None:
    """If it failed: strict readers would refuse the bundle, or the value would vanish."""
    found = objects(written.ADDRESSES)
    texts = {b64decode(item["payload_bin"]).decode() for item in of(found, "artifact")}
    assert {"nobody", "999.1.1.1", "no page", "2001:db8::1%eth0"} <= texts
    assert only(found, "autonomous-system")["number"] == 64496


def test_a_value_without_a_class_is_a_note() -> None:
    """If it failed: what a team added to an incident would be for us alone to read."""
    note = only(objects(written.ODD), "note")
    assert (note["abstract"], note["content"]) == ("ticket", "T-1")
    assert note["object_refs"][0].startswith("incident--")


def test_times_at_the_ends_of_the_calendar() -> None:
    """If it failed: a date in the year 1 or 9999, which testers like, would end in a traceback or a date of three digits."""
    inside = (
        "<EventData><DetectTime>0999-01-01T00:00:00Z</DetectTime><StartTime>9999-12-31T23:59:59-14:00</StartTime>"
        "<EndTime>0001-01-01T00:00:00+14:00</EndTime></EventData>"
    )
    event = only(objects(written.document(written.incident(inside))), "event")
    assert (event["start_time"], event["end_time"]) == ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z")


@pytest.mark.parametrize("name", ["phishing", "botnet", "holes", "several", "history", "addresses"])
def test_most_of_a_plain_story_is_native(name: str) -> None:
    """If it failed: a reader without Dragoman would see less than nine tenths of an everyday incident."""
    data = written.ALL[name]
    counts = report(data, translate(data, "stix-2.1", "iodef-2", context()), context()).counts()
    leaves = sum(number for kind, number in counts.items() if kind != Kind.DEFAULTED.value)
    assert counts["native"] >= 0.9 * leaves, counts


def test_what_nobody_said_is_told() -> None:
    """STIX demands a time of validity, measures of an impact, a count: made up in silence they would read as facts.

    Reading takes them off again, so that comparing alone would never find them.
    """
    body = (
        '<Assessment><SystemImpact severity="high" type="availability-service"/></Assessment>'
        '<Contact role="admin" type="organization"><ContactName>N</ContactName></Contact>'
        "<EventData><Record><RecordData><FileData><File><FileName>x</FileName></File></FileData></RecordData></Record></EventData>"
        '<IndicatorData><Indicator><IndicatorID name="n" version="1">i</IndicatorID><EndTime>2024-01-01T00:00:00Z</EndTime>'
        '<Observable><Address category="ipv4-addr">203.0.113.8</Address></Observable></Indicator></IndicatorData>'
    )
    data = (
        '<IODEF-Document version="2.00" xmlns="urn:ietf:params:xml:ns:iodef-2.0"><Incident purpose="mitigation">'
        '<IncidentID name="n">1</IncidentID><GenerationTime>2025-06-01T10:00:00Z</GenerationTime>'
        f"{body}</Incident></IODEF-Document>"
    )
    found = translate(data.encode(), "stix-2.1", "iodef-2")
    told = {loss.path for loss in found.ledger.of({Kind.DEFAULTED})}
    assert {
        "/0/indicators/0/start_time",
        "/0/assessments/0/impacts/0/measures/availability_impact",
        "/0/events/0/record/0/files/0/first_observed",
        "/0/events/0/record/0/files/0/number_observed",
    } <= told
