"""The two that are laid side by side: misp-stix, and this project.  Both from file to file.

misp-stix is driven through the functions that its own command line calls, with the values that its command line gives them:
`misp_to_stix2` (export -v 2.1), and `stix_2_to_misp` (import), which finds out by itself whether a bundle came from MISP.
Its messages are counted: it says itself of much of what it leaves out.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from dragoman import Context, DragomanError, formats, translate
from dragoman.files import load, save

CHOICE = "parameter to make this choice explicit"  # a warning of misp-stix about how it was called


@dataclass(frozen=True, slots=True)
class Outcome:
    """One translation.  files: what was written.  stopped: the message, if it was refused.  told: messages about content."""

    files: list[Path] = field(default_factory=list)
    stopped: str = ""
    told: int = 0


class Side(Protocol):
    """One that translates.  Each writes `target`, or says why it stopped."""

    name: str

    def missing(self) -> str:
        """Why it cannot be measured here, or nothing."""

    def versions(self) -> dict[str, str]: ...

    def to_stix(self, sources: list[Path], target: Path) -> Outcome: ...

    def to_misp(self, source: Path, target: Path) -> Outcome: ...


class Peer:
    """misp-stix, which is installed by `pip install -e .[bench]`."""

    name = "misp-stix"

    @cached_property
    def library(self) -> ModuleType:
        logging.disable(logging.CRITICAL)  # it logs a line for each document
        return import_module("misp_stix_converter")

    def missing(self) -> str:
        return "" if self.versions() else "misp-stix is not installed (pip install -e '.[bench]')"

    def versions(self) -> dict[str, str]:
        return installed("misp-stix", "pymisp", "stix2")

    def to_stix(self, sources: list[Path], target: Path) -> Outcome:
        """One event is exported as the command line does it, several into one bundle as `--single-output` does it."""
        if len(sources) == 1:
            return outcome(self.library.misp_to_stix2(sources[0], version="2.1", output_name=target, overwrite=True))
        join = self.library.misp_collection_to_stix2
        return outcome(join(*sources, version="2.1", single_output=True, in_memory=True, output_name=target, overwrite=True))

    def to_misp(self, source: Path, target: Path) -> Outcome:
        """A file for each event, in the target's folder."""
        made = self.library.stix_2_to_misp(source, output_dir=target.parent, force_contextual_data=True, overwrite=True)
        return outcome(made)


class Ours:
    """This project, as a library."""

    name = "dragoman"

    def missing(self) -> str:
        return "" if "misp" in formats() else "no adapter named misp is installed"

    def versions(self) -> dict[str, str]:
        return installed("dragoman", "msgspec")

    def to_stix(self, sources: list[Path], target: Path) -> Outcome:
        return self._translated(sources[0], "misp", "stix-2.1", target)

    def to_misp(self, source: Path, target: Path) -> Outcome:
        return self._translated(source, "stix-2.1", "misp", target)

    def _translated(self, source: Path, own: str, other: str, target: Path) -> Outcome:
        context = Context()
        try:
            made = translate(load(str(source), context.limits.bytes), other, own, context)
        except DragomanError as error:
            return Outcome(stopped=str(error))
        save(target, made.data)
        return Outcome([target], told=len(list(made.ledger)))


SIDES: dict[str, Side] = {"peer": Peer(), "ours": Ours()}


def outcome(result: dict[str, Any]) -> Outcome:
    """What a function of misp-stix returned, in our terms."""
    told = [line for bucket in ("warnings", "errors") for line in messages(result.get(bucket)) if CHOICE not in line]
    if not result.get("success"):
        failures = messages(result.get("fails")) + messages(result.get("errors")) + ["no message"]
        return Outcome(stopped=failures[0].split("\n")[0], told=len(told))
    made = result["results"]
    return Outcome([Path(file) for file in (made if isinstance(made, list) else [made])], told=len(told))


def messages(bucket: Any) -> list[str]:
    """The lines of a bucket of messages: a list, or lists by document."""
    lists = bucket.values() if isinstance(bucket, dict) else [bucket or ()]
    return [str(line) for some in lists for line in some]


def installed(*packages: str) -> dict[str, str]:
    """The versions of packages; nothing if the first is not there."""
    try:
        return {package: version(package) for package in packages}
    except PackageNotFoundError:
        return {}


def decoded(files: Iterable[Path]) -> list[Any]:
    return [json.loads(file.read_bytes()) for file in files]
