"""What the values of STIX 2.1 must look like (section 2), as codecs for the table; each says what is wrong in one line.

`checks` in the table describes objects inside objects (the extensions of observables, registry values …): their values
stay as they are, but are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from dragoman.mapping.codecs import CODECS, STIX_TIME, Codec, check_stix_time, to_utc
from dragoman.model.marking import AS_AGREED, TLP_2_WORDS, level
from dragoman_stix.ids import IDENTIFIER, ONE_UUID, uid

BINARY = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?", re.ASCII)
HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+", re.ASCII)
MARKING = re.compile(rf"marking-definition--{ONE_UUID.pattern}", re.ASCII)

TLP = {
    "tlp-1:white": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    "tlp-1:green": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    "tlp-1:amber": "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    "tlp-1:red": "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
    "tlp-2:clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "tlp-2:green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "tlp-2:amber": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "tlp-2:amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "tlp-2:red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
PAP = {  # extension f8d78575-edfd-406e-8e84-6162a8450f5b of the common objects: as fixed as those of TLP
    "pap:white": "marking-definition--a3bea94c-b469-41dc-9cfe-d6e7daba7730",
    "pap:clear": "marking-definition--ad15a0cd-55b6-4588-a14c-a66105329b92",
    "pap:green": "marking-definition--c43594d1-4b11-4c59-93ab-1c9b14d53ce9",
    "pap:amber": "marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab",
    "pap:red": "marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e",
}
FIXED = TLP | PAP
WORDS = {marking: word for word, marking in FIXED.items()}
NO_IDENTIFIER = "is no id such as type--f81d4fae-7dec-41d0-a765-00a0c91e6bf6"

same = CODECS["any"].encode


def matching(pattern: re.Pattern[str], reason: str) -> Callable[[Any], str]:
    """A check that the whole of a string has a shape."""

    fits = pattern.fullmatch

    def check(value: Any) -> str:
        if type(value) is not str or fits(value) is None:
            raise ValueError(reason)
        return value

    return check


def list_of(check: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    """A check of a list, which may not be empty (section 2.10)."""

    def checked(value: Any) -> list[Any]:
        if type(value) is not list or not value:
            raise ValueError("is no list with items")
        return [check(item) for item in value]

    return checked


@lru_cache(maxsize=1 << 15)  # what was just written is asked for again when it is recalled
def _checked_time(text: str) -> str | None:
    """A text that is a timestamp; None for any other."""
    try:
        return check_stix_time(text)
    except ValueError:
        return None


def timestamp(value: Any) -> str:
    """A timestamp (section 2.16); the spelling is kept."""
    if type(value) is not str:
        raise ValueError("is no timestamp")
    return _checked_time(value) or check_stix_time(value)


def precise(text: str) -> str:
    """A time as `created` and `modified` need it: UTC, and at least milliseconds unless it came so (section 3.2)."""
    return _checked_time(text) or _precise(text)


@lru_cache(maxsize=4096)
def _precise(text: str) -> str:
    if STIX_TIME.fullmatch(text):
        return text
    written = to_utc(text)
    return written.replace("Z", ".000Z") if "." not in written else written


def in_utc(text: str) -> str:
    """A time in UTC."""
    return _checked_time(text) or _in_utc(text)


_in_utc = lru_cache(maxsize=4096)(to_utc)


def refs(value: Any) -> list[str]:
    """A list of ids."""
    if type(value) is not list or not value:
        raise ValueError("is no list with items")
    for item in value:
        if type(item) is not str or IDENTIFIER.fullmatch(item) is None:
            raise ValueError(NO_IDENTIFIER)
    return value[:]


def percent(value: Any) -> int:
    """An integer from 0 to 100."""
    if type(value) is not int or not 0 <= value <= 100:
        raise ValueError("is no integer from 0 to 100")
    return value


def one_of(words: Sequence[str]) -> Callable[[Any], str]:
    """A check for a word of a closed list."""
    known = frozenset(words)

    def check(value: Any) -> str:
        if type(value) is not str or value not in known:
            raise ValueError(f"is none of {', '.join(words)}")
        return value

    return check


def dictionary(value: Any) -> dict[str, Any]:
    """An object with at least one member (section 2.5)."""
    if type(value) is not dict or not value:
        raise ValueError("is no object with members")
    return value


def values_of(check: Callable[[Any], Any]) -> Callable[[Any], dict[str, Any]]:
    """A check of a dictionary whose values all are of one kind."""

    def checked(value: Any) -> dict[str, Any]:
        for item in dictionary(value).values():
            check(item)
        return value  # type: ignore[no-any-return]

    return checked


def text_or_texts(value: Any) -> Any:
    """A string or a list of strings (headers of a mail)."""
    return value if type(value) is str else CODECS["strings"].decode(value)


def text_or_integer(value: Any) -> Any:
    if type(value) not in (str, int):
        raise ValueError("is neither a string nor an integer")
    return value


def one_url(value: Any) -> list[str]:
    """A single URL as the list of addresses that the model has."""
    return [CODECS["string"].decode(value)]


def first(values: Sequence[str]) -> str | None:
    return values[0] if values else None


def incident_id(value: Any) -> str:
    """The UUID of an incident's id."""
    if type(value) is not str or not value.startswith("incident--") or IDENTIFIER.fullmatch(value) is None:
        raise ValueError("is no id of an incident")
    return value[10:]


def incident_ref(value: str) -> str:
    """An incident's id: of its UUID, of a whole id, or of any other name."""
    if ONE_UUID.fullmatch(value):
        return f"incident--{value}"
    return value if value.startswith("incident--") and IDENTIFIER.fullmatch(value) else uid("incident", value)


def steps(value: Any) -> list[Any]:
    """References to events or tasks, or (shape C of the incident extension) entries that also say their order."""
    if type(value) is not list or not value:
        raise ValueError("is no list with items")
    for item in value:
        ref(item.get("event_ref", item.get("task_ref")) if type(item) is dict else item)
    return value


def step_refs(values: Sequence[Any]) -> list[Any]:
    return list(values)


def marking(value: Any) -> str:
    """The id of a marking, as "tlp-2:green" where it is one of the fixed ones."""
    word = WORDS.get(value) if type(value) is str else None
    if word is None and (type(value) is not str or MARKING.fullmatch(value) is None):
        raise ValueError("is no id of a marking")
    return word or str(value)


def markings(value: Any) -> list[str]:
    """A list of markings."""
    if type(value) is not list or not value:
        raise ValueError("is no list with items")
    return [*_markings(tuple(value))] if {*map(type, value)} == {str} else [marking(ref) for ref in value]


@lru_cache(maxsize=1024)
def _markings(value: tuple[str, ...]) -> Sequence[str]:
    return [marking(ref) for ref in value]


def marking_ref(word: str) -> str:
    """The id for a marking; a word of another scheme gets the TLP 2.0 marking of its level, never a wider one."""
    if word in FIXED:
        return FIXED[word]
    return word if MARKING.fullmatch(word) else TLP[TLP_2_WORDS[level(word)]]


def marking_refs(words: Sequence[str]) -> list[str] | None:
    """The ids for markings; two words of other schemes that come out as one marking are written once."""
    return list(_marking_refs(tuple(words))) or None


@lru_cache(maxsize=1024)
def _marking_refs(words: tuple[str, ...]) -> Sequence[str]:
    refs = [marking_ref(word) for word in words if word != AS_AGREED]
    if any(word not in FIXED and not word.startswith("marking-definition--") for word in words):
        refs = list(dict.fromkeys(refs))
    return refs


identifier = matching(IDENTIFIER, NO_IDENTIFIER)
ref = identifier

NATIVE: dict[str, Codec] = {
    "timestamp": Codec(timestamp, in_utc),
    "precise": Codec(timestamp, precise),
    "identifier": Codec(identifier, same),
    "ref": Codec(ref, same),
    "refs": Codec(refs, list),
    "steps": Codec(steps, step_refs),
    "incident-id": Codec(incident_id, incident_ref),
    "markings": Codec(markings, marking_refs),
    "marking": Codec(marking, marking_ref),
    "percent": Codec(percent, same),
    "binary": Codec(matching(BINARY, "is no base64"), same),
    "hex": Codec(matching(HEX, "is no hexadecimal text"), same),
    "dictionary": Codec(dictionary, same),
    "string-values": Codec(values_of(CODECS["string"].decode), same),
    "header-values": Codec(values_of(text_or_texts), same),
    "plain-values": Codec(values_of(text_or_integer), same),
    "strings-values": Codec(values_of(CODECS["strings"].decode), same),
    "integer-values": Codec(values_of(CODECS["integer"].decode), same),
    "objects-values": Codec(values_of(dictionary), same),
    "url": Codec(one_url, first),
}


def with_checks(checks: Mapping[str, Any]) -> dict[str, Codec]:
    """All codecs of this format: those above, and for each check of the table one, and one for a list of it ("x[]")."""
    known = dict(NATIVE)

    def find(name: Any) -> Callable[[Any], Any]:
        if isinstance(name, list):
            return one_of(name)
        if name.endswith("[]"):
            return list_of(find(name[:-2]))
        return (known.get(name) or CODECS[name]).decode

    for name, members in checks.items():
        check = _object({key: find(what) for key, what in members.items()})
        known[name], known[f"{name}[]"] = Codec(check, same), Codec(list_of(check), list)
    return known


def _object(members: Mapping[str, Callable[[Any], Any]]) -> Callable[[Any], dict[str, Any]]:
    others = members.get("*")

    def check(value: Any) -> dict[str, Any]:
        for key, item in dictionary(value).items():
            known = members.get(key, others)
            if known is not None:
                try:
                    known(item)
                except ValueError as error:
                    raise ValueError(f"{key} {error}") from None
        return value  # type: ignore[no-any-return]

    return check
