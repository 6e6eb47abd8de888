"""STIX: cargo stands there as text, so that nothing we write is what the standard forbids; and what came before is read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import IODEF, MISP, needed
from dragoman import Context, Limits, read, translate, write
from dragoman.errors import LimitExceeded
from dragoman.model import Contact, Incident
from dragoman.model.plain import plain
from dragoman.registry import formats
from dragoman.strategies import json_values, parts
from dragoman.testing import fixed
from dragoman_stix import cargo
from dragoman_stix.cargo import EXTENSION
from stix_samples import TIME, bundle, made, uuid

FOLDER = Path(__file__).parent.parent / "fixtures" / "cases"
CASES = sorted(path for path in FOLDER.glob("*/*") if path.stem in formats() and "stix" not in path.stem)
STIX = ("stix-2.1", "stix-2.0")
KEY = re.compile(r"[A-Za-z0-9_-]{1,250}")


def forbidden(value: Any, path: str) -> Iterator[str]:
    """Where a value holds null, something empty, a list of several types or a key that a dictionary may not have."""
    if isinstance(value, dict | list):
        inside = list(value.items() if isinstance(value, dict) else enumerate(value))
        if not inside or (isinstance(value, list) and len({type(item) for item in value}) > 1):
            yield path
        for key, item in inside:
            if isinstance(key, str) and KEY.fullmatch(key) is None:
                yield f"{path}/{key}"
            yield from forbidden(item, f"{path}/{key}")
    elif value is None:
        yield path


def written(data: bytes, target: str) -> Any:
    return json.loads(translate(data, target, context=fixed()).data)


@pytest.mark.parametrize("target", STIX)
@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_case_makes_what_the_standard_forbids(path: Path, target: str) -> None:
    """If it failed, a strict reader could refuse a document for a null or an empty list in it (section 2.10)."""
    assert list(forbidden(written(path.read_bytes(), target), "")) == []


@needed
@pytest.mark.parametrize("target", STIX)
def test_no_document_makes_what_the_standard_forbids(target: str) -> None:
    """If it failed, what other formats leave empty or null would make documents that strict readers refuse."""
    for path in [*IODEF, *MISP]:
        assert list(forbidden(written(path.read_bytes(), target), path.name)) == []


empty = json_values | st.sampled_from([None, [], {}, {"": None}, [1, "x"]])


@given(parts(Incident), st.dictionaries(st.sampled_from(["x", "=", "a b"]), empty, min_size=1))
@settings(deadline=None, max_examples=60)
def test_whatever_is_carried_is_text_and_comes_back(incident: Incident, rest: dict[str, Any]) -> None:
    """If it failed, values that STIX cannot hold would stand in our extension, or not come back from it."""
    incident.residue = {"another": rest}
    data = write([incident], "stix-2.1", fixed())
    for item in json.loads(data)["objects"]:
        assert list(forbidden(item.get("extensions", {}).get(EXTENSION, "none"), "")) == []
    assert plain(read(data, "stix-2.1", fixed()), Incident) == plain([incident], Incident)


def carrying() -> Any:
    """A document with cargo on two objects, and one that belongs to the whole."""
    found = Incident(id=uuid(1), summary="s", created=TIME, next_update=TIME, contacts=[Contact(name="c", timezone="+01:00")])
    return json.loads(write([found, found], "stix-2.1", fixed()))


def bearing(document: Any) -> list[dict[str, Any]]:
    """The extensions of a document that carry something."""
    return [item["extensions"][EXTENSION] for item in document["objects"] if EXTENSION in item.get("extensions", {})]


def taken(document: Any, **limits: int) -> Any:
    return plain(read(json.dumps(document).encode(), "stix-2.1", Context(limits=Limits(**limits))), Incident)


def test_what_earlier_versions_wrote_is_read() -> None:
    """If it failed, documents that were written when cargo was no text yet would lose it."""
    document = carrying()
    wanted, extensions = taken(document), bearing(document)
    assert len(extensions) > 1
    for extension in extensions:
        extension |= {name: json.loads("".join(extension[name])) for name in ("cargo", "document") if name in extension}
    assert taken(document) == wanted


def test_a_long_text_is_cut_and_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    """If it failed, what is carried of a large document would be longer than readers take, and be refused."""
    whole = carrying()
    monkeypatch.setattr(cargo, "LENGTH", 7)
    cut = carrying()
    assert {len(text) for extension in bearing(cut) for name in extension if name != "extension_type"
            for text in extension[name]} <= set(range(1, 8))  # fmt: skip
    assert taken(cut) == taken(whole)


@pytest.mark.parametrize("said", [["no JSON"], ["[]"], ['{"a":1,"a":2}'], [], [1], "{}", ['{"x":', 1]])
def test_a_text_that_is_no_cargo_stays_where_it_is(said: Any) -> None:
    """If it failed, an extension that somebody spoilt would vanish, or stop the reading of the whole document."""
    ours = {EXTENSION: {"extension_type": "property-extension", "cargo": said}}
    document = bundle(made("identity", name="x", extensions=ours))
    assert json.loads(write(read(json.dumps(document).encode(), "stix-2.1", fixed()), "stix-2.1", fixed())) == document


def test_limits_hold_for_what_is_carried() -> None:
    """If it failed, a text could hold what the document around it may not: it is decoded as well."""
    document = carrying()
    for extension in bearing(document):
        extension |= {name: ['{"x":[' + "1," * 99 + "1]}"] for name in ("cargo", "document") if name in extension}
    taken(document, members=10_000)
    for limits in ({"members": 150}, {"string": 50}):
        with pytest.raises(LimitExceeded):
            taken(document, **limits)
    for extension in bearing(document):
        extension |= {name: ["[" * 60 + "]" * 60] for name in ("cargo", "document") if name in extension}
    with pytest.raises(LimitExceeded):
        taken(document, json_depth=50)
