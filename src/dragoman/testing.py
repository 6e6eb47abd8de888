"""The laws that every adapter must satisfy, ours and a stranger's alike.  In a plugin's own tests:

    from dragoman.testing import check_adapter

    def test_my_format() -> None:
        check_adapter("my-format")

A law that does not hold raises AssertionError and says which leaf differs.  `incidents` builds incidents over the whole
model; it and `check_adapter` need hypothesis (pip install hypothesis).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dragoman.adapter import Can, Context, Likeness
from dragoman.detect import detect
from dragoman.errors import UsageError
from dragoman.legible import leaves_of
from dragoman.limits import Limits
from dragoman.model.incident import Incident
from dragoman.model.plain import leaves as model_leaves
from dragoman.registry import adapter
from dragoman.translate import read, write

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

SHOWN = 10  # differences in a message
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def fixed() -> Context:
    """A context whose clock stands still: what a format fills in from the clock is no difference."""
    return Context(now=lambda: NOW)


def model_comes_back(name: str, *incidents: Incident) -> None:
    """Model to format to model: the same incidents, when the format can carry what it has no place for."""
    data = write(incidents, name, fixed())
    back = read(data, name, fixed())
    assert len(back) == len(incidents), f"{name}: {len(incidents)} incidents went out, {len(back)} came back"
    _same(name, _of_model(incidents), _of_model(back))


def document_comes_back(name: str, data: bytes) -> None:
    """Document to model to the same format: every leaf of the document, at its path."""
    back = write(read(data, name, fixed()), name, fixed())
    _same(name, _of_document(data, name), _of_document(back, name))


def nothing_is_silent(source: str, target: str, data: bytes) -> None:
    """Document to another format and back: every leaf of the document, at its path."""
    there = write(read(data, source, fixed()), target, fixed())
    back = write(read(there, target, fixed()), source, fixed())
    _same(f"{source} over {target}", _of_document(data, source), _of_document(back, source))


def writes_the_same_twice(name: str, *incidents: Incident) -> None:
    """The same input and settings give the same bytes, and writing leaves the model as it was."""
    before = _of_model(incidents)
    first, second = write(incidents, name, fixed()), write(incidents, name, fixed())
    assert first == second, f"{name}: written twice, the bytes differ"
    _same(f"{name}: writing changed the model", before, _of_model(incidents))


def sniffs_its_own(name: str, data: bytes | None = None) -> None:
    """The adapter knows what it wrote, nobody else is as sure, and it leaves noise alone."""
    data = write([Incident()], name, fixed()) if data is None else data
    assert adapter(name).sniff(data) > Likeness.NO, f"{name}: does not know its own document"
    assert detect(data) == name
    for noise in (b"", b"\x00\x01\x02", b"plain words", b"[]", b"{}", b"<a/>"):
        assert adapter(name).sniff(noise) <= Likeness.MAYBE, f"{name}: takes {noise!r} for its own"


def check_adapter(name: str, examples: int = 50) -> None:
    """All laws for one installed adapter, over random incidents.  Raises UnknownFormat, AssertionError.

    examples: how many; they are the same ones every time, so raise it to look further.
    """
    from hypothesis import HealthCheck, given, settings

    can = adapter(name).format.can
    if not {Can.READ, Can.WRITE} <= set(can):
        return
    several = lists_of_incidents(3 if Can.MANY in can else 1)

    lenient = list(HealthCheck)

    @settings(max_examples=examples, deadline=None, suppress_health_check=lenient, database=None, derandomize=True)
    @given(several)
    def laws(incidents: list[Incident]) -> None:
        writes_the_same_twice(name, *incidents)
        if Can.CARRY in can:
            model_comes_back(name, *incidents)
        document_comes_back(name, write(incidents, name, fixed()))

    sniffs_its_own(name)
    laws()


def incidents() -> SearchStrategy[Incident]:
    """Incidents over the whole model, with the texts that formats stumble over.  Raises UsageError."""
    built: SearchStrategy[Incident] = _strategies().parts(Incident)
    return built


def lists_of_incidents(most: int = 3) -> SearchStrategy[list[Incident]]:
    """One incident or several.  Raises UsageError."""
    from hypothesis.strategies import lists

    return lists(incidents(), min_size=1, max_size=most)


def _strategies() -> Any:
    try:
        from dragoman import strategies
    except ImportError as error:
        raise UsageError("the laws need hypothesis", fix="pip install hypothesis") from error
    return strategies


def _of_model(incidents: Iterable[Incident]) -> Counter[Any]:
    found = (leaf for place, item in enumerate(incidents) for leaf in model_leaves(item, f"/{place}"))
    return Counter((path, repr(value)) for path, value in found)


def _of_document(data: bytes, name: str) -> Counter[Any]:
    return Counter((leaf.path, repr(leaf.value)) for leaf in leaves_of(data, name, Limits()))


def _same(what: str, before: Counter[Any], after: Counter[Any]) -> None:
    if before == after:
        return
    lines = [f"  gone:  {path} = {value:.120}" for path, value in list((before - after).elements())[:SHOWN]]
    lines += [f"  added: {path} = {value:.120}" for path, value in list((after - before).elements())[:SHOWN]]
    raise AssertionError("\n".join([f"{what}: not what it was", *lines]))
