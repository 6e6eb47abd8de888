"""A to B to A gives A back, leaf for leaf, over the real documents; judged by an oracle that knows no adapter."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus import DOCUMENTS, IODEF, STIX, context, needed, tool
from dragoman import report, translate
from dragoman.errors import ForbiddenLoss
from dragoman.ledger import Kind

FORMATS = ("base", "iodef-1", "iodef-2", "iodef-json", "iodef-cbor", "misp", "stix-2.0", "stix-2.1")
PAIRS = [(own, other, file) for own, file in DOCUMENTS for other in FORMATS]
# The oracle leaves its files to be closed by the collector.
lenient = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
pytestmark = [needed, lenient]


def compared(tmp_path: Path, one: bytes, other: bytes) -> dict[str, object]:
    (tmp_path / "one").write_bytes(one)
    (tmp_path / "other").write_bytes(other)
    found: dict[str, object] = tool("fidelity").compare(str(tmp_path / "one"), str(tmp_path / "other"))
    return found


@pytest.mark.parametrize(("own", "other", "file"), PAIRS, ids=lambda value: getattr(value, "stem", value))
def test_everything_comes_back(own: str, other: str, file: Path, tmp_path: Path) -> None:
    """A missing leaf would be a loss that nobody was told of; an added one an invention."""
    data = file.read_bytes()
    there = translate(data, other, own, context())
    back = translate(there.data, own, other, context())
    found = compared(tmp_path, data, back.data)
    assert found["missing"] == []
    assert found["added"] == 0


@pytest.mark.parametrize(("own", "other", "file"), PAIRS, ids=lambda value: getattr(value, "stem", value))
def test_the_same_input_gives_the_same_bytes(own: str, other: str, file: Path) -> None:
    """If not, ids or order would come from somewhere else than the document."""
    data = file.read_bytes()
    assert translate(data, other, own, context()).data == translate(data, other, own, context()).data


def test_native_means_native() -> None:
    """Below 90 % the work would be done by the extension, and nobody but us could read it."""
    counts: dict[str, int] = {}
    for file in IODEF:
        data = file.read_bytes()
        for kind, number in report(data, translate(data, "stix-2.1", "iodef-2", context()), context()).counts().items():
            counts[kind] = counts.get(kind, 0) + number
    leaves = sum(number for kind, number in counts.items() if kind != "defaulted")
    assert counts["native"] / leaves >= 0.9, counts
    assert counts["dropped"] == 0


@pytest.mark.parametrize("file", IODEF, ids=lambda file: file.stem)
def test_every_leaf_called_native_stands_in_the_native_output(file: Path, tmp_path: Path) -> None:
    """The ledger would lie if a leaf called native came back only because the extension brought it."""
    data = file.read_bytes()
    account = report(data, translate(data, "stix-2.1", "iodef-2", context()), context())
    plain = translate(data, "stix-2.1", "iodef-2", context(carry="drop"))
    assert b"cargo" not in plain.data
    back = translate(plain.data, "iodef-2", "stix-2.1", context(carry="drop"))
    kept = compared(tmp_path, data, back.data)["kept"]
    natives = [fate for fate in account.fates if fate.kind is Kind.NATIVE]
    respelled = sum("/Key[" in fate.path and fate.path.split("/")[-1].startswith("Value[") for fate in natives)
    assert isinstance(kept, int)
    assert kept >= len(natives) - respelled


def test_values_stand_literally_in_the_output(tmp_path: Path) -> None:
    """Without the extension, a reader of STIX must still see most of what was said in its own letters."""
    kept = leaves = 0
    for file in IODEF:
        translated = tmp_path / "translated.json"
        translated.write_bytes(translate(file.read_bytes(), "stix-2.1", "iodef-2", context(carry="drop")).data)
        found = tool("fidelity").occurrences(str(file), str(translated))
        kept, leaves = kept + found["kept"], leaves + found["leaves"]
    assert kept / leaves >= 0.7, f"{kept} of {leaves}"


@pytest.mark.parametrize("file", IODEF, ids=lambda file: file.stem)
@pytest.mark.parametrize("carry", ["extension", "drop"])
@pytest.mark.filterwarnings("ignore")
def test_what_we_write_is_valid_stix(file: Path, carry: str) -> None:
    """A consumer that validates strictly would refuse the bundle."""
    stix2 = pytest.importorskip("stix2", reason="the strict parser is not installed")
    validator = pytest.importorskip("stix2validator", reason="the validator is not installed")
    data = translate(file.read_bytes(), "stix-2.1", "iodef-2", context(carry=carry)).data.decode()
    for item in json.loads(data)["objects"]:
        stix2.parse(item, allow_custom=False)
    verdict = validator.validate_string(data, validator.ValidationOptions(version="2.1"))
    assert verdict.is_valid, [str(error) for error in verdict.errors]


@pytest.mark.parametrize("file", STIX, ids=lambda file: file.stem)
def test_what_we_write_is_valid_iodef(file: Path) -> None:
    """A document that the schema of the standard refuses could be read by nobody else."""
    from dragoman.limits import UNLIMITED
    from dragoman.tree import xml
    from dragoman_iodef.validate import faults

    data = translate(file.read_bytes(), "iodef-2", "stix-2.1", context()).data
    assert faults(xml.parse(data, UNLIMITED)) == []


def test_strict_refuses_to_fill_in() -> None:
    """With `strict`, a value that nobody said must never appear in the output."""
    data = next(file for file in IODEF if "malware2" in file.name).read_bytes()
    with pytest.raises(ForbiddenLoss, match="nobody said"):
        translate(data, "base", "iodef-2", context(strict=True))
