"""The benchmarks measure what they say: the documents they find, the events they make, the losses they print."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
CASES = BENCHMARKS.parent / "fixtures" / "cases"
peer = pytest.mark.skipif(importlib.util.find_spec("misp_stix_converter") is None, reason="pip install -e '.[bench]'")


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Imports a module of the benchmarks by its name, as their own scripts do."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))

    def load(name: str) -> ModuleType:
        return importlib.import_module(name)

    return load


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCHMARKS / script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "200"})


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_matrix_of_the_cases(jobs: str) -> None:
    """Anyone can print it without a corpus, on one core or two, and our own cases come back."""
    done = run("pairs.py", "--corpus", str(CASES), "--formats", "iodef-2,stix-2.1", "--markdown", "--jobs", jobs)
    assert done.returncode == 0, done.stderr
    assert "| of \\ through | " in done.stdout
    assert "Every document came back" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


def test_the_matrix_knows_its_formats(tmp_path: Path) -> None:
    """A wrong name is a wrong call; a folder without documents falls back to the cases and says so."""
    wrong = run("pairs.py", "--formats", "iodef-3")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
    empty = run("pairs.py", "--corpus", str(tmp_path), "--formats", "base", "--jobs", "1")
    assert "the project's own cases stand in" in empty.stdout


def test_what_does_not_come_back_is_listed(module: Any) -> None:
    """A loss in one of many documents must not drown in a sum, and a document that all refuse is one line."""
    pairs, trip = module("pairs"), module("survival").Trip
    cells = pairs.by_pair(
        [
            trip("iodef-2", "base", "a.xml", leaves=10, kept=9, added=2, first="gone: /Incident/Contact = x"),
            trip("iodef-2", "base", "b.xml", refused="line 1: not well-formed"),
            trip("iodef-2", "stix-2.1", "b.xml", refused="line 1: not well-formed"),
        ]
    )
    assert pairs.cell(cells["iodef-2", "base"]) == "9 / 10, 2 added, 1 refused"
    assert list(pairs.differing(cells)) == [
        "iodef-2 -> base  a.xml: 1 missing, 2 added; gone: /Incident/Contact = x",
        "iodef-2 -> any format  b.xml: refused: line 1: not well-formed",
    ]


def test_a_refused_document_costs_the_others_nothing(module: Any, tmp_path: Path) -> None:
    """One bad document must stand in the table as refused, with its message."""
    bad = tmp_path / "bad.xml"
    bad.write_bytes(b"<IODEF-Document")
    found = module("survival").trip("iodef-2", "base", bad)
    assert "well-formed" in found.refused
    assert not found.whole


def test_hostile_documents_and_strangers_are_no_part_of_it(module: Any, tmp_path: Path) -> None:
    """They would count as losses of formats that they are not of."""
    sample = next(CASES.glob("phishing/iodef-2.xml")).read_bytes()
    for name, data in {"a.xml": sample, "hostile/b.xml": sample, "c.json": b"{}", "d.txt": b"words"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert module("sources").sorted_out(tmp_path) == {"iodef-2": [tmp_path / "a.xml"]}


@pytest.mark.parametrize("objects", [False, True])
def test_generated_events_are_what_they_claim(module: Any, objects: bool) -> None:
    """Speeds are divided by the number of attributes; other bytes on each run would be another benchmark."""
    events, analyst = module("events"), module("analyst")
    data = events.event(40, objects)
    assert data == events.event(40, objects)
    (event,) = analyst.events(json.loads(data))
    found = list(analyst.attributes(event))
    assert len(found) == len({each["uuid"] for each in found}) == 40
    assert bool(event["Object"]) is objects


def test_the_values_of_an_analyst(module: Any) -> None:
    """Bookkeeping would hide losses in a large number; a value that counted twice would make them worse than they are."""
    values = module("analyst").values
    attribute = {"id": "7", "uuid": "u", "type": "domain", "value": "d.example", "to_ids": True, "comment": ""}
    seen = {"first_seen": "2026-01-01T00:00:00+0000", "timestamp": "1"}
    galaxy = {"GalaxyCluster": [{"type": "tool", "value": "T", "tag_name": 'misp-galaxy:tool="T"'}]}
    tags = [{"name": "tlp:red", "colour": "#f00"}, {"name": 'misp-galaxy:tool="T"'}]
    event = {"id": "1", "info": "I", "Orgc": {"name": "O"}, "Attribute": [attribute | seen], "Galaxy": [galaxy], "Tag": tags}
    assert sorted(kind for kind, _ in values([event]).elements()) == [
        "attribute/first_seen", "attribute/to_ids", "attribute/type", "attribute/value",
        "cluster/value", "event/Orgc", "event/info", "label", "label",
    ]  # fmt: skip
    respelled = attribute | {"to_ids": "1", "first_seen": "2026-01-01T00:00:00Z"}
    moved = {**event, "Attribute": [], "Object": [{"Attribute": [respelled]}]}
    assert values([event]) == values([moved])
    assert values([event]) - values([{**event, "Orgc": None, "Tag": [*tags, {"name": 'misp-galaxy:producer="O"'}]}]) == {}


@pytest.mark.parametrize("wrap", [lambda e: e, lambda e: {"Event": e}, lambda e: {"response": [{"Event": e}]}, lambda e: [e]])
def test_an_event_is_found_in_any_wrap(module: Any, wrap: Any) -> None:
    """What misp-stix wraps in another way than the source would all be lost."""
    assert module("analyst").events(wrap({"info": "I"})) == [{"info": "I"}]


def test_without_misp_stix_there_is_one_clear_line(
    module: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is not needed for anything else, so most people will not have it."""
    monkeypatch.setattr(module("sides"), "installed", lambda *packages: {})
    monkeypatch.setattr(sys, "argv", ["misp_stix.py"])
    assert module("misp_stix").main() == 2
    assert capsys.readouterr().err == "misp_stix: misp-stix is not installed (pip install -e '.[bench]')\n"


def test_a_refusal_of_misp_stix_is_told_in_its_own_words(module: Any) -> None:
    """It returns its errors instead of raising them; overlooked, a refused event would count as finished."""
    outcome = module("sides").outcome
    told = {"bundle--1": ["Attribute type text not mapped.", "Use the parameter to make this choice explicit."]}
    refused = outcome({"fails": ["a.json - Invalid value\nline two"], "warnings": told})
    assert (refused.stopped, refused.told, refused.files) == ("a.json - Invalid value", 1, [])
    assert outcome({"success": 1, "results": ["x"], "warnings": told}).files == [Path("x")]


@peer
def test_side_by_side_on_a_small_event(module: Any, tmp_path: Path) -> None:
    """Every part runs, on the same event, and the figures are written down."""
    events, bundles, figures = tmp_path / "events", tmp_path / "bundles", tmp_path / "figures.json"
    events.mkdir()
    (events / "small.json").write_bytes(module("events").event(10, True))
    (events / "broken.json").write_bytes(b"{")
    bundles.mkdir()
    (bundles / "case.json").write_bytes(next(CASES.glob("ransomware/stix-2.1.json")).read_bytes())
    folders = (str(events), "--bundles", str(bundles), "--json", str(figures))
    done = run("misp_stix.py", *folders, "--rounds", "1", "--synthetic", "20")
    assert done.returncode == 0, done.stderr
    found = json.loads(figures.read_text())
    small, broken = found["events"]["peer"][1], found["events"]["peer"][0]
    assert (small["stopped"], small["attributes"]) == ("", 10)
    assert small["types"]["indicator"] > 0
    assert 0 < small["values_lost"] < small["values"]
    assert broken["stopped"]
    assert [one["attributes"] for one in (*found["speed"]["real"], *found["speed"]["synthetic"])] == [10, 20]
    assert found["incidents"]["peer"][0]["incidents"] == 1
