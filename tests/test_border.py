"""The borders: incidents and tables that others wrote are checked once, and the fault is named."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragoman import read, translate
from dragoman.adapter import Context
from dragoman.errors import MappingError, ReadError
from dragoman.mapping.schema import check, schema
from dragoman.mapping.yaml import load_yaml
from dragoman.model import border
from dragoman.model.incident import Incident
from dragoman.testing import incidents

CASE = Path(__file__).parents[1] / "fixtures" / "cases" / "phishing" / "iodef-2.xml"
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def test_an_incident_comes_back_from_its_json() -> None:
    """What `inspect --json` prints would be of no use if it could not be read again."""
    (incident,) = read(CASE.read_bytes())
    assert border.incident_of(json.loads(json.dumps(border.json_of(incident)))) == incident


@SLOW
@given(incidents())
def test_every_incident_passes_its_own_border(incident: Incident) -> None:
    """A field that the model can hold and its schema refuses would be a wrong annotation."""
    assert border.incident_of(border.json_of(incident)) == incident


def test_what_a_field_cannot_hold_is_named() -> None:
    """Without the path nobody would find the fault in a large incident."""
    with pytest.raises(ReadError, match="/events/0/status"):
        border.incident_of({"events": [{"status": ["new"]}]})


@pytest.mark.requirement("BF-1")
def test_the_schema_names_table_1() -> None:
    """The base fields stand under their own names (Table 1)."""
    properties = border.schema()["$defs"]["Incident"]["properties"]
    assert {"id", "type", "language", "status", "impact", "summary", "description", "occurrence_time", "detection_time",
            "attachments", "custom_fields", "tlp", "next_update"} <= properties.keys()  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "dictionary"),
        ("format: base", "parts"),
        ("format: base\nparts: {incident: null}", "parts/incident"),
        ("format: base\nparts: {incident: {rows: [{core: name, base: x, run: ls}]}}", "run"),
        ("format: base\nparts: {incident: {rows: [{core: name}]}}", "at"),
        ("format: base\nparts: {incident: {rows: [{core: markings, base: x}]}}", "who may see"),
        ("format: base\nparts: {incident: {rows: [{core: tlp, base: x}]}}", "who may see"),
        ("a: &x 1\nb: *x", "aliases"),
        ("a: !!python/object/apply:os.system [ls]", "not a mapping table"),
        ("a: 1\na: 2", "equal keys"),
    ],
)
def test_a_table_that_may_not_be_is_refused(text: str, said: str, tmp_path: Path) -> None:
    """A mapping runs no code, and cannot widen who may see a thing (promises T3 and T5)."""
    file = tmp_path / "mine.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(MappingError) as caught:
        translate(CASE.read_bytes(), "base", context=Context(tables=(str(file),)))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@SLOW
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                        st.sampled_from(["format", "parts", "rows", "core", "base", "vocab", "incident", "x"]), inner,
                        max_size=4)))  # fmt: skip
def test_no_table_brings_a_traceback(raw: object) -> None:
    """Whatever a table says, it is accepted or refused in one line."""
    with contextlib.suppress(MappingError):
        check(raw, "mine.yaml")
        assert isinstance(raw, dict)


def test_the_schema_of_tables_is_closed() -> None:
    """An editor that knows the schema shows a wrong key while it is typed."""
    assert schema()["additionalProperties"] is False
    assert load_yaml("format: base\nparts: {}", "x") == {"format": "base", "parts": {}}
