"""What became of every leaf of a document: found by going there and back, not by believing the adapters.

A leaf is *native* when the target's native content alone brings it back to its path, *carried* when the whole target
does, *narrowed* when it comes back but natively with less, *dropped* when it does not come back.  What the reader could
not understand is *invalid*; what the target demands and nobody said is *defaulted* and stands among the losses.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dragoman.adapter import Can, Context
from dragoman.ledger import Kind, Ledger, Loss
from dragoman.legible import leaves_of
from dragoman.mapping.table import spellings
from dragoman.model.incident import Incident
from dragoman.registry import adapter
from dragoman.translate import Translation, read, write
from dragoman.tree.leaves import Leaf


@dataclass(frozen=True, slots=True)
class Fate:
    """One leaf of the source: where it stands, its text, what became of it, and where the target holds its value.

    targets: paths in the target at which the same text stands; empty when it stands there in another form.
    """

    path: str
    text: str
    kind: Kind
    targets: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"path": self.path, "value": self.text, "kind": self.kind.value, "targets": list(self.targets)}


@dataclass(frozen=True, slots=True)
class Report:
    """The whole account of one translation; `as_json` is what `--report x.json` writes.

    target_leaves: each leaf of the target with its text.  target_kinds: what is known of them; a leaf without a kind is
    the target's own: its structure, or the source's meaning in other words.
    """

    source_format: str
    target_format: str
    source: bytes
    target: bytes
    fates: list[Fate]
    target_leaves: list[tuple[str, str]]
    target_kinds: dict[str, Kind]
    losses: list[Loss]

    def counts(self) -> dict[str, int]:
        """Leaves of the source by kind, in the order of `Kind`, and what was filled in, which is none of them."""
        found = Counter(fate.kind for fate in self.fates)
        found[Kind.DEFAULTED] = sum(1 for loss in self.losses if loss.kind is Kind.DEFAULTED)
        return {kind.value: found[kind] for kind in Kind}

    def as_json(self) -> dict[str, Any]:
        counts = self.counts()
        return {
            "source": self.source_format,
            "target": self.target_format,
            "leaves": len(self.fates),
            "counts": counts,
            "native_share": round(counts["native"] / len(self.fates), 4) if self.fates else 1.0,
            "fates": [fate.as_json() for fate in self.fates],
            "losses": [loss.as_json() for loss in self.losses],
        }


def report(source: bytes, translation: Translation, context: Context | None = None) -> Report:
    """The account of a translation that was made.

    source: the document that was translated.  context: the one it was translated with.
    Costs about four more translations.  Raises what `read` and `write` raise.
    """
    context = context or Context()
    ours, theirs = translation.source_format, translation.target_format
    before = leaves_of(source, ours, context.limits)
    bare = replace(context, ledger=Ledger(), carry="drop")
    plainly = write(translation.incidents, theirs, bare)
    natively = _back(plainly, theirs, ours, replace(context, carry="drop"), translation.incidents)
    wholly = _back(translation.data, theirs, ours, replace(context, carry="extension"), ())
    target = leaves_of(translation.data, theirs, context.limits)
    fates = _fates(before, natively, wholly, _spots(target), _invalid(translation.ledger), spellings(ours))
    kinds = _target_kinds(target, leaves_of(plainly, theirs, context.limits), fates, translation.ledger)
    pairs = [(leaf.spot, leaf.text) for leaf in target]
    return Report(ours, theirs, source, translation.data, fates, pairs, kinds, list(translation.ledger))


def _back(data: bytes, theirs: str, ours: str, context: Context, like: Sequence[Incident]) -> list[Leaf]:
    """The leaves of a translation that was translated back, as the context carries: a source may hold cargo of its own.

    like: incidents of a document whose outer form the result takes, where the adapter can: in which wrapping a document
    stands is nothing that its target could say, and would move every path.
    """
    if not {Can.READ, Can.WRITE} <= set(adapter(ours).format.can) or Can.READ not in adapter(theirs).format.can:
        return []
    aside = context.aside()
    incidents = read(data, theirs, replace(aside, carry="extension"))
    lay_out = getattr(adapter(ours), "lay_out", None)
    if lay_out is not None and like:
        lay_out(incidents, like)
    return leaves_of(write(incidents, ours, context.aside()), ours, context.limits)


def _invalid(ledger: Ledger) -> set[str]:
    return {loss.value for loss in ledger.of({Kind.INVALID})}


def _spots(target: Iterable[Leaf]) -> dict[str, list[str]]:
    spots: dict[str, list[str]] = defaultdict(list)
    for leaf in target:
        spots[" ".join(leaf.text.split())].append(leaf.spot)
    return spots


def _fates(
    before: list[Leaf],
    natively: list[Leaf],
    wholly: list[Leaf],
    spots: dict[str, list[str]],
    invalid: set[str],
    spelled: Mapping[str, str],
) -> list[Fate]:
    places = _places(before, spots)
    native = Counter((leaf.path, leaf.value) for leaf in natively)
    whole = Counter((leaf.path, leaf.value) for leaf in wholly)
    other = Counter(leaf.path for leaf in natively)
    found = []
    for leaf in before:
        key = (leaf.path, leaf.value)
        path = leaf.path if native[key] > 0 else _respelled(leaf.path, spelled)
        if native[path, leaf.value] > 0:
            native[path, leaf.value] -= 1
            other[path] -= 1
            kind = Kind.NATIVE
        elif whole[key] > 0:
            kind = Kind.CARRIED
        else:
            kind = Kind.DROPPED
        whole[key] -= 1
        if leaf.text in invalid:
            kind = Kind.INVALID
        found.append(Fate(leaf.spot, leaf.text, kind, places(leaf)))
    return _narrowed(found, before, other)


def _respelled(path: str, spelled: Mapping[str, str]) -> str:
    """A path with the other spelling of an element, where the format has two for one thing."""
    for other, usual in spelled.items():
        path = path.replace(f"}}{other}/", f"}}{usual}/")
    return path


def _places(before: list[Leaf], spots: dict[str, list[str]]) -> Callable[[Leaf], tuple[str, ...]]:
    """Where the target holds a leaf's text: one for one where both hold it equally often, else some of the places."""
    often = Counter(" ".join(leaf.text.split()) for leaf in before)
    turn: Counter[str] = Counter()

    def places(leaf: Leaf) -> tuple[str, ...]:
        text = " ".join(leaf.text.split())
        found = spots.get(text, [])
        turn[text] += 1
        return (found[turn[text] - 1],) if len(found) == often[text] else tuple(found[:5])

    return places


def _narrowed(found: list[Fate], before: list[Leaf], left: Counter[str]) -> list[Fate]:
    """A carried leaf whose path holds another value natively is narrowed."""
    out = []
    for fate, leaf in zip(found, before, strict=True):
        if fate.kind is Kind.CARRIED and left[leaf.path] > 0:
            left[leaf.path] -= 1
            fate = replace(fate, kind=Kind.NARROWED)
        out.append(fate)
    return out


def _target_kinds(target: list[Leaf], plainly: list[Leaf], fates: list[Fate], ledger: Ledger) -> dict[str, Kind]:
    """What is known of the target's leaves: cargo is what the plain document lacks, the rest goes by its text."""
    native = Counter((leaf.path, leaf.value) for leaf in plainly)
    filled = {loss.value for loss in ledger.of({Kind.DEFAULTED})}
    best: dict[str, Kind] = {}
    for fate in fates:
        for spot in fate.targets:
            best.setdefault(spot, fate.kind)
    found = {}
    for leaf in target:
        native[leaf.path, leaf.value] -= 1
        if native[leaf.path, leaf.value] < 0:
            found[leaf.spot] = Kind.CARRIED
        elif leaf.spot in best:
            found[leaf.spot] = best[leaf.spot]
        elif leaf.text in filled:
            found[leaf.spot] = Kind.DEFAULTED
    return found
