"""The store: by what attachments are for us, under names that nobody can guess for others."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from dragoman.attachments.store import Blobs, Entry, Store, digest_of, unguessable
from dragoman.errors import UsageError


def named(folder: Path) -> Store:
    numbers = count(1)
    return Store(folder, lambda: f"name-{next(numbers)}")


def test_names_have_256_random_bits_and_say_nothing_of_the_content(tmp_path: Path) -> None:
    """A name that follows from the content tells who knows the content that we sent it."""
    names = {unguessable() for _ in range(100)}
    assert len(names) == 100
    assert {len(bytes.fromhex(name)) for name in names} == {32}
    one, other = (Store(tmp_path / home).add(b"x", "a/b", "f").name for home in "ab")
    assert one != other
    assert digest_of(b"x") not in (one, other)


def test_the_same_bytes_keep_their_name(tmp_path: Path) -> None:
    """Else each update of a message would break the links of the last."""
    first = named(tmp_path).add(b"x", "a/b", "f")
    again = named(tmp_path).add(b"x", "a/b", "f")
    assert first == again == Entry("name-1", digest_of(b"x"), 1, "a/b", "f")
    assert named(tmp_path).public(first).read_bytes() == b"x"


def test_two_at_once_agree_on_the_name(tmp_path: Path) -> None:
    """Of two names for the same bytes, one would stand in no list and could never be taken back."""
    with ThreadPoolExecutor(8) as pool:
        entries = list(pool.map(lambda _: Store(tmp_path).add(b"x", "a/b", "f"), range(32)))
    assert set(entries) == set(Store(tmp_path).entries())
    assert [path.name for path in (tmp_path / "public").iterdir()] == [entries[0].name]


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    """Other users of the host are no subscribers."""
    before = os.umask(0)
    try:
        Store(tmp_path / "store").add(b"x", "a/b", "f")
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "store").rglob("*") if path.is_file()}
    folders = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "store").rglob("*") if path.is_dir()}
    folders.add(stat.S_IMODE((tmp_path / "store").stat().st_mode))
    assert modes == {0o600}
    assert folders == {0o700}


def test_what_is_removed_can_no_longer_be_fetched(tmp_path: Path) -> None:
    store = named(tmp_path)
    entry = store.add(b"x", "a/b", "f")
    store.add(b"y", "a/b", "f")
    assert store.remove("name-1") == entry
    assert [entry.name for entry in store.entries()] == ["name-2"]
    assert not any(digest_of(b"x") in str(path) or "name-1" in str(path) for path in tmp_path.rglob("*"))
    with pytest.raises(UsageError, match="no attachment 'name-1'"):
        store.remove("name-1")


@pytest.mark.parametrize("digest", ["../../etc/passwd", "", "x" * 64, "A" * 64])
def test_nothing_but_a_digest_is_looked_up(tmp_path: Path, digest: str) -> None:
    """The digest comes from a message, so from outside: it must not name a file."""
    assert Blobs(tmp_path).get(digest) is None


def test_what_the_disk_lost_is_written_again(tmp_path: Path) -> None:
    """A blob that is cut short must not be served as if it were whole."""
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"whole")
    blobs.path(digest).write_bytes(b"wh")
    assert blobs.get(digest) is None
    assert blobs.put(b"whole") == digest
    assert blobs.get(digest) == b"whole"


def test_nothing_half_written_is_left_when_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        Blobs(tmp_path).put(b"x")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_store_of_ours_is_told(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / ("a" * 64)).write_text("{}")
    with pytest.raises(UsageError, match="no entry of a store"):
        list(Store(tmp_path).entries())


def test_a_file_system_without_links_gets_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise OSError("not supported")

    monkeypatch.setattr(os, "link", none)
    store = named(tmp_path)
    assert store.public(store.add(b"x", "a/b", "f")).read_bytes() == b"x"
