"""Whether CBOR is what we take (RFC 8949), before anything of it is decoded: two readers must not see two documents.

Refused are indefinite lengths, tags and simple values that IODEF has no use for, what is cut off or goes on, and what is
over a limit.
"""

from __future__ import annotations

from dragoman.errors import LimitExceeded, ReadError
from dragoman.limits import Limits
from dragoman.text import visible

UINT, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE = range(8)
LENGTHS = {24: 1, 25: 2, 26: 4, 27: 8}  # of the argument, by the lower bits of the first byte
SIMPLES = frozenset({20, 21, 22, 25, 26, 27})  # false, true, null and the three sizes of floats
DATE, BIG, NEGATIVE_BIG, URI, SELF = 0, 2, 3, 32, 55799
BYTES_AS = {21: "base64url", 22: "base64", 23: "base16"}  # what bytes become in JSON
TAGS = frozenset({DATE, BIG, NEGATIVE_BIG, URI, SELF, *BYTES_AS})


class Scan:
    """One pass over the heads of all items; `check` raises ReadError or LimitExceeded."""

    def __init__(self, data: bytes, limits: Limits, source: str) -> None:
        self.data, self.limits, self.source = data, limits, source
        self.at = 0
        self.count = 0

    def check(self) -> None:
        waiting = [1]  # how many items are still to come in each container that is open
        while waiting:
            if waiting[-1] == 0:
                waiting.pop()
                continue
            waiting[-1] -= 1
            inner = self._item()
            if inner is not None:
                waiting.append(inner)
                if len(waiting) > 2 * self.limits.json_depth:
                    raise self._too_much(f"arrays and maps nest deeper than {self.limits.json_depth} levels", "json_depth")
        if self.at != len(self.data):
            raise self._fault("more follows after the end of the document", "a document is one item of CBOR")

    def _item(self) -> int | None:
        """Steps over a head and what is not made of items; gives the number of items inside."""
        first = self._take(1)
        major, info = first >> 5, first & 31
        self.count += 1
        if self.count > self.limits.members:
            raise self._too_much(f"more than {self.limits.members:,} items", "members")
        if major == SIMPLE:
            if info not in SIMPLES:
                raise self._fault("a value that IODEF has no use for", "there are numbers, texts, true, false and null")
            self._take(LENGTHS.get(info, 0))
            return None
        return self._of(major, self._argument(info))

    def _of(self, major: int, argument: int) -> int | None:
        if major in (BYTES, TEXT):
            if argument > self.limits.string:
                raise self._too_much(f"a text of more than {self.limits.string:,} characters", "string")
            self._take(argument)
        elif major == TAG and argument not in TAGS:
            raise self._fault(f"the tag {argument} has no meaning in IODEF", "leave it out")
        elif major in (ARRAY, MAP) and argument > len(self.data):
            raise self._cut_off()
        return {ARRAY: argument, MAP: 2 * argument, TAG: 1}.get(major)

    def _argument(self, info: int) -> int:
        if info == 31:
            raise self._fault("a length that is not said (indefinite)", "write it with definite lengths")
        if info > 27:
            raise self._fault("this is no CBOR", "see RFC 8949 section 3")
        return info if info < 24 else self._take(LENGTHS[info])

    def _take(self, length: int) -> int:
        """The next bytes as a number."""
        self.at += length
        if self.at > len(self.data):
            raise self._cut_off()
        return int.from_bytes(self.data[self.at - length : self.at], "big") if length <= 8 else 0

    def _cut_off(self) -> ReadError:
        self.at = len(self.data)
        return self._fault("the document is cut off", "fetch it again")

    def _fault(self, what: str, fix: str) -> ReadError:
        return ReadError(what, where=f"{visible(self.source)}: byte {self.at}", fix=fix)

    def _too_much(self, what: str, limit: str) -> LimitExceeded:
        return LimitExceeded(what, where=visible(self.source), fix=f"raise the limit on {limit} if you trust the document")
