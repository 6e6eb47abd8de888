"""Runs a template in a process of its own that can read nothing, call nothing and not run for long.

The process gets the template and plain data on its standard input and gives the text on its standard output.  Inside,
Jinja2's immutable sandbox has no loader and no globals, and a name that there is not is an error.  Data is never rendered
as a template.  Bounds: 2 seconds of processor time, 300 MiB beyond what Python itself takes, 1 MiB of text.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from dragoman.errors import UsageError
from dragoman.text import visible

SECONDS, MEMORY, MOST = 2, 300 * 2**20, 2**20
PATIENCE = 20  # seconds by the clock, for machines under load
PROCESS = "import sys; sys.path += sys.argv[1:]; from dragoman.people.sandbox import main; sys.exit(main())"
LATER = ("encodings.idna", "jinja2.debug", "pprint", "textwrap")  # imported when needed, when no file can be opened any more
GAP = "[missing: {}]"
# What Markdown would take for markup, wherever it stands; and what it would take for a heading, list, quote or link.
MARKDOWN = re.compile(r"[\\`*_\[\]<>|~&]|^\s*(?:[#+=-]|\d+[.)](?=\s|$))|(?<=[a-zA-Z]):(?=//)|(?<=www)\.", re.MULTILINE)
LINE_END = re.compile(r"\r\n?|\n")
INDENT = re.compile(r"^ {4,}", re.MULTILINE)  # of which Markdown would make code; spaces that do not break stay what they are


def rendered(template: str, data: dict[str, Any], kind: str, name: str) -> tuple[str, list[str]]:
    """The text that a template makes of data, and the gaps in it: what it needed and nobody said.

    kind: html, markdown or text; it decides how values are escaped.  Raises UsageError for a template that is wrong,
    asks for what there is not, or takes more than it may.
    """
    job = json.dumps({"template": template, "data": data, "kind": kind}).encode()
    try:
        done = subprocess.run(_command(), input=job, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise UsageError("the template takes too long", where=name, fix=f"it has {SECONDS} seconds") from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        bounds = f"it took more than {SECONDS} seconds, {MEMORY >> 20} MiB or {MOST >> 20} MiB of text"
        what = said if done.returncode == 2 else bounds
        raise UsageError(f"the template cannot be rendered: {visible(what)}", where=name)
    found = json.loads(done.stdout)
    return found["text"], found["gaps"]


def _command() -> list[str]:
    """Python without the environment and the folder of the user, but with what this process found its packages in."""
    folders = [folder for folder in sys.path if Path(folder).is_absolute()]
    return [sys.executable, "-I", "-c", PROCESS, *folders]


# ---- Inside the process -------------------------------------------------------------------------------------------


def escaped(kind: str, value: Any) -> Any:
    """A value as it may stand in a text of that kind."""
    if hasattr(value, "__html__"):
        return value  # of the template itself
    text = "\n".join(visible(line.expandtabs(4), MOST) for line in LINE_END.split(str(value)))
    if kind != "markdown":
        return text
    text = MARKDOWN.sub(lambda found: found[0][:-1] + "\\" + found[0][-1], text)
    return INDENT.sub(lambda found: "\u00a0" * len(found[0]), text)


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Renders one job.  Raises jinja2.TemplateError."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    kind, gaps = job["kind"], []

    def needed(value: Any, what: str) -> Any:
        if value is None or value == "" or value == []:
            gaps.append(what)
            return Raw(GAP.format(what))
        return value

    def finalize(value: Any) -> Any:
        return value if value is None or isinstance(value, Raw) else escaped(kind, value)

    environment = ImmutableSandboxedEnvironment(
        autoescape=kind == "html", undefined=StrictUndefined, finalize=finalize, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    environment.globals.clear()
    environment.filters |= {"needed": needed, "line": line}
    pieces, length = [], 0
    for piece in environment.from_string(job["template"]).generate(**job["data"]):
        pieces.append(str(piece))
        length += len(piece)
        if length > MOST:
            raise MemoryError
    return {"text": "".join(pieces), "gaps": list(dict.fromkeys(gaps))}


def line(value: Any) -> Any:
    """A value on one line, for the cells of tables."""
    return value if value is None or isinstance(value, Raw) else " ".join(str(value).split())


class Raw(str):
    """A text of ours, which needs no escaping."""

    __slots__ = ()


def confine() -> None:
    """Takes from this process what it does not need."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY + 256 * 2**20, MEMORY + 256 * 2**20))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def line_of(error: BaseException) -> int | None:
    """The line of the template at which it failed; None when that is unknown."""
    found, trail = getattr(error, "lineno", None), error.__traceback__
    while trail is not None:
        if trail.tb_frame.f_code.co_filename == "<template>":
            found = trail.tb_lineno
        trail = trail.tb_next
    return found


def main() -> int:
    """The process: a job in, a text out; exit status 2 with one line for a template that is wrong."""
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    for name in LATER:
        import_module(name)
    ImmutableSandboxedEnvironment(autoescape=True).from_string("{{ [1]|map('string')|join }}").render()
    job = json.load(sys.stdin)
    confine()
    try:
        made = run(job)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError,
            RuntimeError) as error:  # fmt: skip
        line = line_of(error)
        sys.stderr.write(f"line {line}: {error}\n" if line else f"{error}\n")
        return 2
    sys.stdout.write(json.dumps(made))
    return 0
