"""Two toy formats, so that the command line can be tested without any real adapter: memo says much, slip little."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from typing import Any
from unittest.mock import patch

from dragoman import registry
from dragoman.adapter import Can, Context, Format, Likeness
from dragoman.carry import Anchor, Cargo, no_anchor
from dragoman.errors import InvalidOutput
from dragoman.ledger import Kind
from dragoman.mapping.adapter import TableAdapter
from dragoman.model import Contact, Incident
from dragoman.tree.json import decode, encode

MEMO_FIELDS = {"title": "name", "state": "status", "seen": "detection_time", "text": "summary", "key": "id"}
COARSE = {"contained": "open"}  # a word for which slip only has a coarser one


class Toy(TableAdapter):
    """What both share: JSON, told by its first key."""

    def sniff(self, head: bytes) -> Likeness:
        return Likeness.SURELY if head.lstrip().startswith(b'{"%s"' % self.format.name.encode()) else Likeness.NO

    def parse(self, data: bytes, context: Context) -> Any:
        return decode(data, context.limits, context.source)

    def render(self, tree: Any) -> bytes:
        return encode(tree, indent=False)

    def load(self, tree: Any, cargo: Cargo, context: Context) -> Any:
        return tree | {"cargo": cargo}

    def unload(self, tree: Any, context: Context) -> Cargo:
        return dict(tree.pop("cargo", {}))


class Memo(Toy):
    """{"memo": 1, "title": …, "state": …, "seen": …, "text": …, "tags": […], "who": name}"""

    format = Format(
        "memo", "toy memo", "1", (".memo.json",), ("application/x-memo",), "tests/toys.py",
        Can.READ | Can.WRITE | Can.CARRY, {"memo.style": "How to write it: plain or fancy."},
    )  # fmt: skip

    def take(self, tree: Any, context: Context) -> tuple[list[Incident], Anchor]:
        incident = Incident(**{core: tree[key] for key, core in MEMO_FIELDS.items() if key in tree})
        incident.labels = tuple(tree.get("tags", ()))
        incident.contacts = [Contact(name=tree["who"])] if "who" in tree else ()
        if str(incident.status).startswith("?"):
            context.ledger.note(Kind.INVALID, "D202", "/state", "no such state: kept as it stands", incident.status)
        return [incident], no_anchor

    def give(self, incidents: list[Incident], context: Context) -> Any:
        (incident,) = incidents
        pairs = {key: getattr(incident, core) for key, core in MEMO_FIELDS.items()}
        pairs |= {"tags": list(incident.labels), "who": incident.contacts[0].name if incident.contacts else None}
        return {"memo": 1} | {key: value for key, value in pairs.items() if value}

    def faults(self, data: bytes, context: Context) -> list[str]:
        return [] if "title" in json.loads(data) else ["/: title is missing"]

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "required": ["memo"]}


class Slip(Toy):
    """{"slip": title, "is": status, "when": time}: a title is demanded, and one word of status is not known."""

    format = Format("slip", "toy slip", "2", ("slip",), ("application/x-slip",), "tests/toys.py")

    def take(self, tree: Any, context: Context) -> tuple[list[Incident], Anchor]:
        return [Incident(name=tree["slip"], status=tree.get("is"), detection_time=tree.get("when"))], no_anchor

    def give(self, incidents: list[Incident], context: Context) -> Any:
        (incident,) = incidents
        if incident.name == "unwritable":
            raise InvalidOutput("a slip cannot be called that", where="/slip", fix="rename it")
        if incident.name == "bug":
            raise KeyError("\x1b[31mred")
        pairs = {"is": COARSE.get(incident.status or "", incident.status), "when": incident.detection_time}
        return {"slip": incident.name or "untitled"} | {key: value for key, value in pairs.items() if value}


memo, slip = Memo(), Slip()
POINTS = [EntryPoint(name, f"toys:{name}", registry.GROUP) for name in ("memo", "slip")]


@contextmanager
def installed() -> Iterator[None]:
    """The toys are the only formats there are."""
    with patch("dragoman.registry.entry_points", return_value=POINTS):
        _forget()
        try:
            yield
        finally:
            _forget()


def _forget() -> None:
    registry.formats.cache_clear()
    registry.adapter.cache_clear()
