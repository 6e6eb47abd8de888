"""The record of which message of ours was made from which received one: here, in one file of ours, and nowhere else.

Rows are only ever added, and each holds the digest of the one before: a row that was changed or taken out shows.  Of the
last rows, what shows is that numbers were given which nobody has; an export that was signed before then shows it as well.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dragoman.errors import ReadError
from dragoman.model.naming import canonical

START = "0" * 64
TABLES = """
CREATE TABLE IF NOT EXISTS links (number INTEGER PRIMARY KEY AUTOINCREMENT, derived TEXT NOT NULL, content TEXT NOT NULL,
                                  seal TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS by_derived ON links (derived);
CREATE TRIGGER IF NOT EXISTS no_change BEFORE UPDATE ON links BEGIN SELECT RAISE(ABORT, 'rows are never changed'); END;
CREATE TRIGGER IF NOT EXISTS no_removal BEFORE DELETE ON links BEGIN SELECT RAISE(ABORT, 'rows are never removed'); END;
"""


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the trail: a message of ours and the received one that it was made from.

    derived: our id.  parent_*: as the received document said, and its SHA-256.  partner: whom it was made for.
    fields: what was taken over; decisions: what became of the rest, by path, and what was permitted.
    """

    derived: str
    parent_sender: str
    parent_id: str
    parent_sha256: str
    parent_format: str
    at: str
    by: str
    partner: str = ""
    fields: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A link as it is kept; `seal` holds its digest and that of all rows before."""

    number: int
    derived: str
    content: str
    seal: str

    @property
    def link(self) -> Link:
        """What the row says.  Raises ReadError for one that is none of ours."""
        try:
            found: dict[str, Any] = json.loads(self.content)
            return Link(**found | {name: tuple(found[name]) for name in ("fields", "decisions")})
        except (ValueError, TypeError, KeyError):
            raise ReadError(f"row {self.number} is none of ours: it was changed", fix="dragoman provenance verify") from None

    @property
    def digest(self) -> str:
        """Of the content alone: stands for it where it must not be shown."""
        return digest_of(self.content) if isinstance(self.content, str) else ""

    def is_misfiled(self) -> bool:
        """Whether it stands under another message than it speaks of, where nobody who looks for that one finds it."""
        try:
            return self.link.derived != self.derived
        except ReadError:
            return False  # that it was changed shows by its digest


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def sealed(before: str, number: int, digest: str) -> str:
    """What ties a row to its number and to all rows before it."""
    return digest_of(f"{before} {number} {digest}")


class Provenance:
    """The store: one SQLite file that only its owner may read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def record(self, links: Sequence[Link]) -> None:
        """Adds the links, all or none; on the disk when it returns.  Raises ReadError, OSError."""
        with self._open(make=True) as store, store:
            store.execute("BEGIN IMMEDIATE")
            number, before = store.execute(
                "SELECT coalesce(max(number), 0), (SELECT seal FROM links ORDER BY number DESC LIMIT 1) FROM links"
            ).fetchone()
            before = before or START
            for link in links:
                number += 1
                content = canonical(asdict(link))
                before = sealed(before, number, digest_of(content))
                store.execute("INSERT INTO links VALUES (?, ?, ?, ?)", (number, link.derived, content, before))

    def rows(self) -> list[Row]:
        """All rows in their order; none where there is no store yet.  Raises ReadError, OSError."""
        if not self.path.exists():
            return []
        with self._open() as store:
            return [Row(*row) for row in store.execute("SELECT number, derived, content, seal FROM links ORDER BY number")]

    def trail(self, id: str) -> Iterator[Link]:
        """From a message of ours to what it was made from, and on, as long as that was ours as well."""
        seen: set[str] = set()
        wanted = bare(id)
        while wanted not in seen:
            seen.add(wanted)
            found = next((row.link for row in self._of(wanted)), None)
            if found is None:
                return
            yield found
            wanted = bare(found.parent_id)

    def faults(self) -> list[str]:
        """What is wrong with the store, one line each; none when no row was changed or taken out."""
        if not self.path.exists():
            return ["there is no store"]
        rows = self.rows()
        found = list(broken((row.number, row.digest, row.seal) for row in rows))
        with self._open() as store:
            given = store.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'links'").fetchone()[0]
        found += [f"row {row.number} stands under another message" for row in rows if row.is_misfiled()]
        last = rows[-1].number if rows else 0
        if given < last:
            found.append("the count of the rows was changed")
        return found + ([gone(last + 1, given)] if given > last else [])

    def _of(self, id: str) -> list[Row]:
        if not self.path.exists():
            return []
        with self._open() as store:
            chosen = "SELECT number, derived, content, seal FROM links WHERE derived = ? ORDER BY number"
            return [Row(*row) for row in store.execute(chosen, (id,))]

    @contextmanager
    def _open(self, make: bool = False) -> Iterator[sqlite3.Connection]:
        if make:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        try:
            with closing(sqlite3.connect(self.path, isolation_level=None, timeout=30)) as store:
                store.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + TABLES)
                yield store
        except sqlite3.DatabaseError as error:
            raise ReadError(f"the provenance store cannot be used: {error}", where=str(self.path)) from None


def bare(id: str) -> str:
    """The UUID of an id: formats write it alone or after the type of the object."""
    return id.rpartition("--")[2].lower()


def broken(rows: Iterator[tuple[int, str, str]]) -> Iterator[str]:
    """Where a chain of (number, digest, seal) does not hold."""
    before, expected = START, 1
    for number, digest, seal in rows:
        if number != expected:
            yield gone(expected, number - 1) if number > expected else f"row {number} stands twice"
        elif sealed(before, number, digest) != seal:
            yield f"row {number} was changed"
        before, expected = seal, number + 1


def gone(first: int, last: int) -> str:
    """That rows are missing."""
    return f"row {first} is gone" if first == last else f"rows {first} to {last} are gone"
