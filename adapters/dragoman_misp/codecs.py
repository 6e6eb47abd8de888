"""How MISP spells the values of an event.  What another spelling said is kept beside it by comparison (`exact`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dragoman.mapping.codecs import Codec, check_time, to_utc
from dragoman.mapping.table import facts
from dragoman.model.parts import KillChainPhase
from dragoman_misp.growing import UUID
from dragoman_misp.times import of_epoch, to_epoch

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
IDENTITY = "identity--"


def uuid(value: Any) -> str:
    """A UUID in small letters."""
    lowered = value.lower() if type(value) is str else ""
    if not UUID.fullmatch(lowered):
        raise ValueError("is no UUID")
    return lowered


def digits(value: Any) -> str:
    """A small number, as a string or as one."""
    if type(value) is int:
        return str(value)
    if type(value) is not str or not value.isdecimal():
        raise ValueError("is no number in a string")
    return value


def epoch(value: Any) -> str | None:
    """The time of seconds since 1970; 0 is none."""
    seconds = digits(value)
    found = of_epoch(seconds)
    if found is None:
        raise ValueError("is no time in seconds since 1970")
    return None if seconds == "0" else found


def day(value: Any) -> str:
    """The beginning of a day."""
    try:
        if type(value) is str and DAY.fullmatch(value):
            return check_time(f"{value}T00:00:00Z")
    except ValueError:
        pass
    raise ValueError("is no day such as 2026-11-22")


def to_day(moment: str) -> str | None:
    """The day of a time, in UTC; None for what is no time."""
    try:
        return to_utc(check_time(moment))[:10]
    except ValueError:
        return None


def threat_level(value: Any) -> float | None:
    known: dict[str, float] = facts("misp")["threat-levels"]
    word = digits(value)
    if word not in known and word != "4":
        raise ValueError("is no threat level from 1 to 4")
    return known.get(word)


def to_threat_level(impact: float) -> str | None:
    """The level of an impact that is one of ours: nobody knows the scale of any other."""
    return next((word for word, value in facts("misp")["threat-levels"].items() if value == impact), None)


def identity(value: Any) -> str:
    return IDENTITY + uuid(value)


def of_identity(id_: str) -> str | None:
    """The UUID in the id of a contact; None when there is none."""
    bare = id_.rpartition("--")[2].lower()
    return bare if UUID.fullmatch(bare) else None


def one(value: Any) -> str:
    """The only text in a list, as the meta of a cluster says what there is one of."""
    if type(value) is not list or len(value) != 1 or type(value[0]) is not str:
        raise ValueError("is no list of one string")
    return value[0]


def one_number(value: Any) -> int:
    return int(digits(one(value)))


def one_float(value: Any) -> float:
    found = float(one(value))
    if repr(found) != value[0]:
        raise ValueError("is no number as we would write it")
    return found


def one_boolean(value: Any) -> bool:
    if one(value) not in ("true", "false"):
        raise ValueError("is neither true nor false")
    return value[0] == "true"  # type: ignore[no-any-return]


def kill_chain(value: Any) -> list[KillChainPhase]:
    """Phases such as "mitre-attack:execution"."""
    if type(value) is not list or not value or any(type(item) is not str or ":" not in item for item in value):
        raise ValueError("is no list of phases")
    pairs = [item.partition(":") for item in value]
    return [KillChainPhase(kill_chain_name=name, phase_name=phase) for name, _, phase in pairs]


def to_kill_chain(phases: Sequence[KillChainPhase]) -> list[str] | None:
    return [f"{phase.kill_chain_name}:{phase.phase_name}" for phase in phases if phase.kill_chain_name and phase.phase_name]


CODECS = {
    "one": Codec(one, lambda text: [text]),
    "one-number": Codec(one_number, lambda number: [str(number)]),
    "one-float": Codec(one_float, lambda number: [repr(float(number))]),
    "one-boolean": Codec(one_boolean, lambda flag: ["true" if flag else "false"]),
    "kill-chain": Codec(kill_chain, to_kill_chain),
    "uuid": Codec(uuid, of_identity),
    "digits": Codec(digits, lambda text: text if text.isdecimal() else None),
    "epoch": Codec(epoch, to_epoch),
    "day": Codec(day, to_day),
    "threat-level": Codec(threat_level, to_threat_level),
    "identity": Codec(identity, of_identity),
}
