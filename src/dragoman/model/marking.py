"""Who may see a thing: TLP 1, TLP 2.0, the IODEF restriction and the paper's two schemes as one ordered type; and PAP.

A marking is the word "scheme:value" and so remembers where it came from; `level` puts all of them in one order.
Sources: FIRST TLP 2.0; the Permissible Actions Protocol; RFC 7970 section 3.3.1 (amber is need-to-know inside the
organisation, so narrower than TLP:AMBER); the paper's Table 1, field 13.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Level(IntEnum):
    """The stricter, the higher; an unknown marking counts as the strictest."""

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    AMBER_STRICT = 3
    RED = 4


LEVELS = {
    "tlp-1:white": Level.CLEAR, "tlp-1:green": Level.GREEN, "tlp-1:amber": Level.AMBER, "tlp-1:red": Level.RED,
    "tlp-2:clear": Level.CLEAR, "tlp-2:green": Level.GREEN, "tlp-2:amber": Level.AMBER,
    "tlp-2:amber+strict": Level.AMBER_STRICT, "tlp-2:red": Level.RED,
    "iodef:white": Level.CLEAR, "iodef:public": Level.CLEAR, "iodef:green": Level.GREEN, "iodef:partner": Level.GREEN,
    "iodef:amber": Level.AMBER_STRICT, "iodef:need-to-know": Level.AMBER_STRICT,
    "iodef:red": Level.RED, "iodef:private": Level.RED,
    "enisa:white": Level.CLEAR, "enisa:green": Level.GREEN, "enisa:amber": Level.AMBER_STRICT, "enisa:red": Level.RED,
    "us-cert:white": Level.CLEAR, "us-cert:green": Level.GREEN, "us-cert:amber": Level.AMBER_STRICT,
    "us-cert:red": Level.RED,
}  # fmt: skip


def _mildest(scheme: str, needed: Level) -> str:
    """The word of a scheme for a level: the widest that is no wider than it."""
    fit = [word for word in LEVELS if word.startswith(f"{scheme}:") and LEVELS[word] >= needed]
    return min(fit, key=lambda word: LEVELS[word])


TLP_2_WORDS = {level: _mildest("tlp-2", level) for level in Level}
PAPER_WORDS = {level: _mildest("us-cert", level).partition(":")[2].capitalize() for level in Level}  # ENISA's are the same
AS_AGREED = "iodef:default"  # as agreed beforehand (RFC 7970 section 3.3.1): it adds nothing, and no other format can say it
PAP = ("white", "clear", "green", "amber", "red")


def is_about_sharing(marking: str) -> bool:
    """Whether a marking says who may see a thing.

    "As agreed beforehand" (iodef:default) adds nothing, and the permissible actions (pap:amber) say what may be done with
    it, whoever sees it.
    """
    return marking != AS_AGREED and marking.removeprefix("pap:") not in PAP


def level(marking: str) -> Level:
    """The strictness of "scheme:value"; what we do not know is RED, what is not about sharing adds nothing."""
    return LEVELS.get(marking, Level.RED if is_about_sharing(marking) else Level.CLEAR)


def strictest(markings: Iterable[str]) -> Level | None:
    """The strictest level among markings; None when none says who may see it."""
    levels = [level(marking) for marking in markings if is_about_sharing(marking)]
    return max(levels, default=None)
