"""The leaves of a document: what is a leaf, and which of them count as come back."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from corpus import IODEF, SHARED, STIX, tool
from dragoman.limits import UNLIMITED
from dragoman.tree.leaves import leaves, returned

CASES = Path(__file__).parents[1] / "fixtures" / "cases"
LIKE_EACH_OTHER = [sorted(CASES.glob("*/golden/iodef-2.xml")), sorted(CASES.glob("*/golden/stix-2.1.*")), IODEF, STIX[:6]]
judged = pytest.mark.skipif(not SHARED.joinpath("tools", "fidelity.py").is_file(), reason="the oracle is not there")


@judged
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("files", LIKE_EACH_OTHER, ids=["our iodef", "our stix", "iodef", "stix"])
def test_leaves_are_compared_as_the_oracle_compares_them(files: list[Path]) -> None:
    """If not, the matrix would call whole what the judge calls lost."""
    for one, other in [*permutations(files, 2), *((file, file) for file in files)]:
        found = returned(leaves(one.read_bytes(), UNLIMITED), leaves(other.read_bytes(), UNLIMITED))
        wanted = tool("fidelity").compare(str(one), str(other))
        assert (found.leaves, found.kept, len(found.added)) == (wanted["leaves"], wanted["kept"], wanted["added"]), (one, other)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<a>one<!-- c --> two</a>", b"<a>one</a>"),
        (b"<a><b/>one<!-- c --> two</a>", b"<a><b/>one</a>"),
        (b'{"a": null}', b'{"a": "None"}'),
        (b'{"a": true}', b'{"a": "True"}'),
        (b'{"a": []}', b'{"a": "[]"}'),
        (b'{"a": ["x", "x"]}', b'{"a": ["x"]}'),
    ],
)
def test_what_is_not_the_same_is_missing(before: bytes, after: bytes) -> None:
    """A loss of these would not be seen by the report either."""
    found = returned(leaves(before, UNLIMITED), leaves(after, UNLIMITED))
    assert len(found.missing) == 1
    assert found.kept == found.leaves - 1


def test_a_comment_inside_a_text_is_no_difference() -> None:
    """A comment is no content, and the text around it is one text."""
    assert [leaf.text for leaf in leaves(b"<a>one<!-- c --> two<b/></a>", UNLIMITED)] == ["one two"]
