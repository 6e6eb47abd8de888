"""What transcripts cannot show of the command line: the process around it, hostile text, files, speed of `--help`."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import toys
from dragoman.adapter import Context
from dragoman.cli import COMMANDS, main
from dragoman.cli.errors import told
from dragoman.cli.settings import settings
from dragoman.difference import differences
from dragoman.errors import DragomanError, ForbiddenLoss, InvalidOutput, LimitExceeded, ReadError, UsageError
from dragoman.files import names
from dragoman.mapping.matrix import matrix
from dragoman.model import Event, Incident, System
from runner import run

HOSTILE = "\x1b[2J\x1b]0;owned\x07 \u202etxt.exe \u2066 \x9b31m [bold red]x[/]"
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(autouse=True)
def _toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    with toys.installed():
        yield


def memo(**more: object) -> str:
    return json.dumps({"memo": 1, "title": "Worm"} | more)


def process(*arguments: str, code: str = "", stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """A run in a process of its own."""
    program = code or "import dragoman.cli as c; c.main()"
    return subprocess.run([sys.executable, "-c", program, *arguments], input=stdin, capture_output=True, timeout=60)


# --- what loading costs ---


def test_help_imports_nothing_that_costs() -> None:
    """`dragoman --help` is typed often and by completion: it must not pay for parsers and adapters."""
    code = (
        "import sys, dragoman.cli as c\n"
        "sys.argv = ['dragoman']\n"
        "try: c.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pydantic', 'lxml', 'yaml', 'rich', 'jinja2', 'msgspec', 'dragoman.registry', 'dragoman.model'}\n"
        "found = {n for n in sys.modules if n in heavy or n.startswith(('dragoman_', 'dragoman.cli.t'))}\n"
        "sys.exit(', '.join(sorted(found)) or 0)"
    )
    done = process(code=code)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_static_index_tells_the_truth() -> None:
    """The summaries of `--help` are written down twice so that no command is imported: they must agree."""
    context = click.Context(main)
    for name, summary in COMMANDS.items():
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert (command.help or "").partition("\n")[0] == summary


@pytest.mark.parametrize("name", list(COMMANDS))
def test_the_help_of_every_command_has_examples(name: str) -> None:
    outcome = run(name, "--help")
    assert outcome.status == 0
    assert f"Examples:\n    dragoman {name}" in outcome.out


# --- exit status ---


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DragomanError("x"), 1), (KeyError("x"), 1), (RecursionError("x"), 1), (MemoryError(), 4),
        (UsageError("x"), 2), (click.UsageError("x"), 2), (ForbiddenLoss("x"), 3), (ReadError("x"), 4),
        (LimitExceeded("x"), 4), (InvalidOutput("x"), 5), (FileNotFoundError(2, "x", "y"), 7),
        (ConnectionError("x"), 7), (KeyboardInterrupt(), 130),
    ],
)  # fmt: skip
def test_every_error_is_one_line_and_a_status(error: BaseException, status: int) -> None:
    line, found = told(error, "a.json")
    assert found == status
    assert line
    assert "\n" not in line


def test_what_a_message_quotes_cannot_act_on_a_terminal() -> None:
    line, _ = told(ReadError(HOSTILE, where=HOSTILE, fix=HOSTILE))
    assert not ACTING.search(line)


def test_a_long_quotation_is_cut() -> None:
    assert len(told(ReadError("x" * 100_000))[0]) <= 600


def test_a_fault_of_ours_has_no_traceback_unless_asked_for() -> None:
    quiet = run("translate", "-", "-t", "slip", stdin=memo(title="bug"))
    loud = run("translate", "-", "-t", "slip", stdin=memo(title="bug"), environment=[("DRAGOMAN_DEBUG", "1")])
    assert (quiet.status, loud.status) == (1, 1)
    assert "Traceback" not in quiet.err
    assert quiet.err.count("\n") == 1
    assert "Traceback" in loud.err


@pytest.mark.parametrize("command", [["explain"], ["formats", "--matrix"]])
def test_a_reader_that_leaves_early_is_no_traceback(command: list[str]) -> None:
    """`dragoman explain | head -1` must end quietly, and a table is no fault of ours when nobody reads it."""
    program = f"import sys, dragoman.cli as c; sys.stdin.read(); c.main({command})"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout
        assert running.stdin
        assert running.stderr
        running.stdout.close()
        running.stdin.close()
        assert running.stderr.read() == b""
        assert running.wait(60) == 7


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a disk that is always full")
def test_a_full_disk_is_told() -> None:
    with open("/dev/full", "wb") as full:
        program = [sys.executable, "-c", "import dragoman.cli as c; c.main(['explain'])"]
        done = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 7
    assert b"no space left" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_directory_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    outcome = run("translate", "-", "-t", "slip", "-o", str(tmp_path / "none" / "x.slip"), stdin=memo())
    assert outcome.status == 7
    assert outcome.err.count("\n") == 1


@pytest.mark.filterwarnings("default")
def test_a_warning_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third party's broken adapter is left out and told, and the others work."""
    broken = toys.EntryPoint("broken\x1b", "no.such.module:x", toys.registry.GROUP)
    monkeypatch.setattr(toys, "POINTS", [*toys.POINTS, broken])
    with toys.installed():
        code = run("detect", "-", stdin=memo())
    assert (code.status, code.out) == (0, "memo\n")
    assert code.err.startswith("dragoman: warning: ")
    assert code.err.count("\n") == 1
    assert "\x1b" not in code.err


# --- hostile text ---


def test_no_view_lets_text_act_on_a_terminal(tmp_path: Path) -> None:
    source = memo(title=HOSTILE, state=HOSTILE, text=HOSTILE, tags=[HOSTILE], who=HOSTILE, seen=HOSTILE, key=HOSTILE)
    other = tmp_path / "other.memo"
    other.write_text(memo(title="other"), "utf-8")
    for command in (
        ["inspect", "-"], ["translate", "-", "-t", "slip", "-v", "-o", "x.slip"], ["diff", "-", str(other)],
        ["validate", "-"], ["detect", "-v", "-"],
    ):  # fmt: skip
        outcome = run(*command, stdin=source)
        assert outcome.status in (0, 3)
        assert not ACTING.search(outcome.out + outcome.err), command


def test_the_name_of_a_file_cannot_act_on_a_terminal(tmp_path: Path) -> None:
    name = "a\x1b[31m\u202e\n.memo"
    (tmp_path / name).write_text(memo(), "utf-8")
    for command in (
        ["detect", name, name + "x"],
        ["inspect", name],
        ["translate", name, "-t", "memo", "--report", "r.html"],
    ):
        outcome = run(*command)
        assert not ACTING.search(outcome.out.replace("\n", "") + outcome.err.replace("\n", ""))


# --- files ---


def test_output_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "x.slip"
    target.write_text("before", "utf-8")
    assert run("translate", "-", "-t", "slip", "-o", str(target), stdin=memo(title="unwritable")).status == 5
    assert target.read_text("utf-8") == "before"
    assert run("translate", "-", "-t", "slip", "-o", str(target), stdin=memo()).status == 0
    assert json.loads(target.read_text("utf-8")) == {"slip": "Worm"}
    assert [path.name for path in tmp_path.iterdir()] == ["x.slip"]


def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "x.slip"
    target.touch(0o600)
    run("translate", "-", "-t", "slip", "-o", str(target), stdin=memo())
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_inputs_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    for folder in ("a", "b", "out"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.memo").write_text(memo(text=folder), "utf-8")
    assert run("translate", "a/x.memo", "b/x.memo", "-t", "slip", "-o", "out", "-q").status == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["x-2.slip", "x.memo", "x.slip"]


def test_no_input_is_ever_an_output(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(memo(), "utf-8")
    assert names([str(tmp_path / "x.json"), "-"], tmp_path, ".json") == [tmp_path / "x-2.json", tmp_path / "stdin.json"]


# --- settings ---


def test_a_profile_is_flattened_and_an_option_wins(tmp_path: Path) -> None:
    profile = tmp_path / "p.toml"
    profile.write_text('mappings = ["mine.yaml"]\n[memo]\nstyle = "plain"\n[defaults.contact]\nname = "Ann"\n', "utf-8")
    found = settings(str(profile), ("memo.style=fancy",), ("bytes=2k",), ("other.yaml",)).context("x")
    assert found.settings == {"memo.style": "fancy", "defaults.contact.name": "Ann"}
    assert found.tables == (str(tmp_path / "mine.yaml"), "other.yaml")
    assert found.limits.bytes == 2048


def test_the_clock_stands_still_at_source_date_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert settings().context("x").now().year == 1970
    assert run("inspect", "-", stdin=memo(), environment=[("SOURCE_DATE_EPOCH", "soon")]).status == 2


# --- what people see ---


def test_inspect_shows_what_is_nested(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events in events, their systems, and how many rows are left out."""
    inner = Event(name="inner", start_time="2001-01-01T00:00:00Z")
    incident = Incident(
        name="Nested",
        systems=[System(name="host", category="target")],
        events=[Event(name=f"outer {n}", events=[inner]) for n in range(40)],
    )
    monkeypatch.setattr(toys.Memo, "take", lambda self, tree, context: ([incident], None))
    short, whole = run("inspect", "-", stdin=memo()), run("inspect", "--all", "-", stdin=memo())
    assert "target host" in short.out
    assert "inner" in short.out
    assert "outer 39" not in short.out
    assert "10 more" in short.out
    assert "outer 39" in whole.out


def test_diff_names_only_what_differs() -> None:
    """Objects by their members, lists of parts item by item wherever they stand, other lists as wholes."""
    one = Incident(
        labels=["a"], extensions={"x": 1, "y": 2}, systems=[System(name="gone"), System(name="kept", id="1")]
    )
    other = Incident(labels=["a", "b"], extensions={"x": 1}, systems=[System(name="kept", id="1", ownership="us")])
    assert [(each.sign, each.path, each.before, each.after) for each in differences([one], [other])] == [
        ("~", "/0/labels", ["a"], ["a", "b"]),
        ("-", "/0/extensions/y", 2, None),
        ("-", "/0/systems/0/name", "gone", None),
        ("+", "/0/systems/0/ownership", None, "us"),
    ]


def test_diff_is_blind_for_spelling() -> None:
    one = Incident(detection_time="2001-09-13T18:11:21+02:00", summary="a  b", labels=())
    other = Incident(detection_time="2001-09-13T16:11:21Z", summary="a b", labels=[])
    assert list(differences([one], [other])) == []


def test_a_report_of_several_documents_names_each(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.memo").write_text(memo(text=name), "utf-8")
    assert run("translate", "a.memo", "b.memo", "-t", "slip", "-o", "out", "--report", "r.json").status == 0
    report = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert [document["document"] for document in report["documents"]] == ["a.memo", "b.memo"]


def test_the_report_is_written_even_if_the_losses_are_forbidden(tmp_path: Path) -> None:
    """It is what the user needs to see why."""
    done = run("translate", "-", "-t", "slip", "--report", "r.json", "--fail-on", "carried", stdin=memo(text="x"))
    assert (done.status, done.out) == (3, "")
    assert (tmp_path / "r.json").exists()


def test_completion_knows_commands_formats_and_codes() -> None:
    def completed(words: str) -> str:
        variables = [
            ("_DRAGOMAN_COMPLETE", "bash_complete"),
            ("COMP_WORDS", words),
            ("COMP_CWORD", str(words.count(" "))),
        ]
        return run(environment=variables).out

    assert "plain,translate" in completed("dragoman tr")
    assert completed("dragoman translate --to sl") == "plain,slip\n"
    assert "plain,D101" in completed("dragoman explain d1")


def test_strict_reaches_the_adapters(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Context] = []
    monkeypatch.setattr(toys.Slip, "load", lambda self, tree, cargo, context: seen.append(context) or tree)
    run("translate", "-", "-t", "slip", "--strict", stdin=memo(text="x"))
    assert [context.strict for context in seen] == [True]


def test_the_matrix_names_places_and_narrowed_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the tables alone: rows, short forms and word lists, and which format has no place."""
    table = {
        "format": "memo",
        "common": {"shared": {"same": ["name"]}},
        "parts": {
            "one": {"part": "Incident", "include": ["shared"], "rows": [
                {"core": "status", "memo": "state", "vocab": {"open": "open", "contained": [{"as": "open"}]}},
                {"memo": "memo", "constant": 1},
            ]},
            "two": {"part": "Incident", "rows": [{"core": "status", "memo": "other/state"}]},
        },
    }  # fmt: skip
    tables = {"memo": table, "slip": {"format": "slip", "parts": {}}}
    monkeypatch.setattr("dragoman.mapping.matrix.facts", tables.__getitem__)
    assert matrix(tables) == (
        {
            ("Incident", "name"): {"memo": "name"},
            ("Incident", "status"): {"memo": "state ≈ contained as open | other/state"},
        },
        [],
    )
    assert "contained as open" in run("formats", "--matrix").out
