"""The cargo of a document: how what it natively says differs from what it was to say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import is_not
from typing import Any

from dragoman.align import Anchor, Pair, Prints, closest, gaps, matches
from dragoman.carry.bucket import AT, DROP, ITEMS, MORE, OF, SET, Cargo, Change, has_parts, is_empty, is_list, no_anchor
from dragoman.ledger import Kind
from dragoman.mapping.codecs import same_instant
from dragoman.model.incident import Incident
from dragoman.model.plain import fields, is_part, leaves, parts, plain, shapes, values_of


@dataclass(slots=True)
class Comparison:
    """How `wanted` differs from `native`: the cargo, and what to tell of it."""

    anchor: Anchor = no_anchor
    cargo: Cargo = field(default_factory=dict)
    told: list[tuple[Kind, str, Any]] = field(default_factory=list)
    _prints: Prints = field(init=False)
    _native: Sequence[Incident] = ()
    _names: Counter[str | None] | None = None

    def __post_init__(self) -> None:
        self._prints = Prints(self.anchor)

    def documents(self, native: Sequence[Incident], wanted: Sequence[Incident]) -> Cargo:
        """The cargo that makes `wanted` of `native`."""
        self._native = native
        root = self._list(native, wanted, "", Incident)
        if root:
            self.cargo[""] = root
        return self.cargo

    def _part(self, native: Any, wanted: Any, path: str) -> Change:
        found: Change = {}
        cls: type = type(wanted)
        values = values_of(cls)
        told, said = values(native), values(wanted)
        for name, before, after in compress(zip(fields(cls), told, said, strict=True), map(is_not, told, said)):
            if before != after:
                change = self._value(before, after, f"{path}/{name}", shapes(cls)[name][0])
                if change:
                    found[name] = change
        own = self.anchor(native)
        if own and found and (path.count("/") == 1 or self._alone(own)):  # an incident has no namesake below it
            self.cargo[own] = found
            return {}
        return found

    def _alone(self, name: str) -> bool:
        """Whether only one part has a name; counted when it is first asked, for most documents differ in few places."""
        if self._names is None:
            self._names = Counter(map(self.anchor, parts(self._native)))
        return self._names[name] == 1

    def _value(self, native: Any, wanted: Any, path: str, declared: type | None) -> Change:
        if native is wanted:
            return {}
        if type(native) is type(wanted) and is_part(native):
            return self._part(native, wanted, path)
        if native == wanted:
            return {}
        if is_list(native) and is_list(wanted) and (has_parts(native) or has_parts(wanted)):
            return self._list(native, wanted, path, declared)
        return self._replace(native, wanted, path, declared)

    def _list(self, native: Sequence[Any], wanted: Sequence[Any], path: str, declared: type | None) -> Change:
        pairs = self._pairs(native, wanted)
        found: Change = {}
        changes = [(i, self._value(native[i], wanted[j], f"{path}/{j}", declared)) for i, j in pairs]
        if items := [[i, change] for i, change in changes if change]:
            found[ITEMS] = items
        kept, stay = {i for i, _ in pairs}, {j for _, j in pairs}
        if drop := [i for i in range(len(native)) if i not in kept]:
            found[DROP] = drop
            self._tell(Kind.DEFAULTED, ((native[i], f"{path}/{i}") for i in drop))
        if found:
            found[OF] = self._prints.all(native)
        if more := [j for j in range(len(wanted)) if j not in stay]:
            found |= self._more(wanted, more, path, declared)
        return found

    def _pairs(self, native: Sequence[Any], wanted: Sequence[Any]) -> list[Pair]:
        """Which native item stands for which wanted one."""
        if len(native) == len(wanted) or not native or not wanted:
            return list(zip(range(len(native)), range(len(wanted)), strict=False))
        prints = Prints(no_anchor)
        pairs = matches([prints.of(item) for item in native], [prints.of(item) for item in wanted])
        found = list(pairs)
        for old, new in gaps(pairs, len(native), len(wanted)):
            near = closest([native[i] for i in old], [wanted[j] for j in new])
            found += [(old[i], new[j]) for i, j in near]
        return sorted(found)

    def _more(self, wanted: Sequence[Any], more: list[int], path: str, declared: type | None) -> Change:
        self._tell(Kind.CARRIED, ((wanted[j], f"{path}/{j}") for j in more))
        change: Change = {MORE: [plain(wanted[j], declared) for j in more]}
        if more[0] != len(wanted) - len(more):
            change[AT] = more
        return change

    def _replace(self, native: Any, wanted: Any, path: str, declared: type | None) -> Change:
        if _listed(native) == _listed(wanted):
            return {}
        if is_empty(native):
            self._tell(Kind.CARRIED, [(wanted, path)])
            return {SET: plain(wanted, declared)}
        if is_empty(wanted):
            self._tell(Kind.DEFAULTED, [(native, path)])
            return {SET: None, OF: self._print(native)}
        if is_part(native) or is_part(wanted):
            self._tell(Kind.CARRIED, [(wanted, path)])
        elif not same_value(native, wanted):
            self._tell(Kind.NARROWED, [(wanted, path)])
        return {SET: plain(wanted, declared), OF: self._print(native)}

    def _print(self, native: Any) -> str:
        return self._prints.all(native) if has_parts(native) else self._prints.of(native)

    def _tell(self, kind: Kind, values: Iterable[tuple[Any, str]]) -> None:
        for value, path in values:
            self.told += [(kind, leaf, scalar) for leaf, scalar in leaves(value, path)]


def same_value(native: Any, wanted: Any) -> bool:
    """Equal but for spelling: two timestamps of one instant, two texts apart by white space."""
    if not isinstance(native, str) or not isinstance(wanted, str):
        return bool(native == wanted)
    return native.split() == wanted.split() or same_instant(native, wanted)


def _listed(value: Any) -> Any:
    return None if is_empty(value) else list(value) if isinstance(value, tuple) else value
