"""Tags: TLP and PAP as markings, what names a galaxy cluster with that cluster, all others as labels.

A tag is its name.  What a server keeps about a name (colour, exportable, its local id) is kept once for the event.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from dragoman.model.marking import AS_AGREED, LEVELS, PAP, TLP_2_WORDS, is_about_sharing, level, strictest
from dragoman_misp.exact import Object, keep, kept, same
from dragoman_misp.labels import machine

TLP_TAGS = {
    "tlp:white": "tlp-1:white",
    "tlp:green": "tlp-1:green",
    "tlp:amber": "tlp-1:amber",
    "tlp:red": "tlp-1:red",
    "tlp:clear": "tlp-2:clear",
    "tlp:amber+strict": "tlp-2:amber+strict",
}
UNMARKED = frozenset({"tlp:ex:chr", "tlp:unclear"})  # words of the taxonomy that do not say who may see it
MARKED = ("tlp:", "pap:", "mark")  # how tags begin that are markings
BY_LEVEL = {strict: f"tlp:{word.partition(':')[2]}" for strict, word in TLP_2_WORDS.items()}
DEFINITION = re.compile(r"marking-definition--[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # a marking of its own in STIX
LISTED, SPECIAL, ODD, UNTAGGED = "tags", "tag", "odd-tags", "untagged"  # what is kept: how the tags of a part were put
CONFUSING = "machine-tags"  # tags that look like the machine tags which we write ourselves

Known = dict[str, Object]


def take(tags: Any, part: Any, known: Known, elsewhere: Sequence[str] = (), inherited: Sequence[str] = ()) -> bool:
    """Puts the tags of an event or attribute on its part; whether all of them are tags.

    tags: None when there is no list.  known: what is known of each tag name in the event; it grows.  elsewhere: names
    that other parts say (galaxies).  inherited: the markings that the event gives to its parts.
    """
    sound, names = _read(tags)
    if untagged := [name for name in elsewhere if name not in names]:
        keep(part, UNTAGGED, untagged)
    if tags is None:
        return True
    marks = [marking for name in names if (marking := marking_of(name)) is not None]
    labels = [name for name in names if marking_of(name) is None and name not in elsewhere]
    if marks:
        part.markings = nearest(marks, inherited)
    if confusing := [name for name in labels if machine([name])]:
        keep(part, CONFUSING, confusing)
        labels = [name for name in labels if name not in confusing]
    if labels:
        part.labels = [*part.labels, *labels]
    own = [*_of_markings([word for word in marks if word not in inherited]), *labels, *confusing]
    again = [*own, *(name for name in elsewhere if name in names)]
    if len(sound) != len(names) or type(tags) is not list or len(tags) != len(names):
        keep(part, ODD, [again, tags])
    else:
        _remember(sound, part, known)
        if again != names or not names:
            keep(part, LISTED, names)
    return type(tags) is list and len(sound) == len(tags)


def give(
    part: Any,
    known: Known,
    labels: Sequence[str] | None = None,
    elsewhere: Iterable[str] = (),
    inherited: Sequence[str] = (),
) -> Any:
    """The tags of a part, as they came where they still say the same; None when there are none.

    labels: those of the part that are tags, when not all are.  elsewhere: names that other parts say.  inherited: the
    markings of the event, which need no tags again.
    """
    own, untagged, confusing = part.labels if labels is None else labels, kept(part, UNTAGGED), kept(part, CONFUSING)
    own = [*own, *(name for name in (confusing if isinstance(confusing, list) else ()) if isinstance(name, str))]
    more = [name for name in elsewhere if not isinstance(untagged, list) or name not in untagged]
    listed, special, odd = kept(part, LISTED), kept(part, SPECIAL), kept(part, ODD)
    marks = [word for word in part.markings if word not in inherited or _said(word, listed)]
    if raised := _of_fields(part):  # a wider word beside it would only confuse, unless MISP itself said it
        marks = [word for word in marks if not is_about_sharing(word) or _said(word, listed)]
    names = list(dict.fromkeys([*_of_markings(marks), *raised, *own, *more]))
    if isinstance(odd, list) and len(odd) == 2 and same(names, odd[0]):
        return odd[1]
    tags = [_tag(name, known, special) for name in _arranged(names, listed)]
    return tags if tags or listed == [] else None


@lru_cache(4096)
def marking_of(name: str) -> str | None:
    """The marking that a tag is; a TLP word that we do not know is kept, and counts as the strictest."""
    start = name[:4].lower()
    if start not in MARKED:
        return None
    lowered = name.lower()
    if start == "tlp:":
        return None if lowered in UNMARKED else TLP_TAGS.get(lowered, lowered)
    usual = lowered[4:] in PAP if start == "pap:" else DEFINITION.fullmatch(name)
    return lowered if usual else None


def said_in(listed: Any) -> Iterator[str]:
    """The markings that a list of tags says, as it may come from anywhere."""
    for tag in listed if isinstance(listed, list) else ():
        name = tag.get("name") if isinstance(tag, dict) else None
        if isinstance(name, str) and (marking := marking_of(name)) is not None:
            yield marking


def tag_of(marking: str) -> str:
    """The name of the tag that says a marking; of what TLP does not know, that of its level, never a wider one."""
    scheme, _, word = marking.partition(":")
    if scheme == "pap" and word in PAP:
        return marking.upper()
    if DEFINITION.fullmatch(marking):
        return marking
    if scheme == "tlp" or (scheme in ("tlp-1", "tlp-2") and marking in LEVELS):
        return f"tlp:{word}"
    return BY_LEVEL[level(marking)]


def _said(marking: str, listed: Any) -> bool:
    """Whether a list of names says a marking, however it is spelled."""
    names = listed if isinstance(listed, list) else ()
    return any(isinstance(name, str) and marking_of(name) == marking for name in names)


def nearest(own: Sequence[str], inherited: Sequence[str]) -> list[str]:
    """The markings of a part: its own, and what is inherited of those kinds (sharing, actions) of which it says none."""
    said = {is_about_sharing(marking) for marking in own}
    return [*own, *(marking for marking in inherited if is_about_sharing(marking) not in said)]


def _of_markings(markings: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(tag_of(word) for word in markings if word != AS_AGREED)) if markings else []


def _of_fields(part: Any) -> list[str]:
    """A tag for what is marked field by field, which tags cannot say: the whole gets the strictest."""
    if not part.field_markings:
        return []
    return raising((found.marking for found in part.field_markings if found.marking is not None), part.markings)


def raising(words: Iterable[str], around: Sequence[str]) -> list[str]:
    """The tag that is needed besides some markings, so that nothing is shown to more than other words say; none, or one."""
    most, whole = strictest(words), strictest(around)
    return [BY_LEVEL[most]] if most is not None and (whole is None or whole < most) else []


def _read(tags: Any) -> tuple[list[Object], list[str]]:
    """The objects in a list that have a name of their own as the format demands, and their names, each once."""
    listed = tags if type(tags) is list else []
    sound = [tag for tag in listed if type(tag) is dict and type(tag.get("name")) is str]
    return sound, list(dict.fromkeys(tag["name"] for tag in sound))


def _remember(tags: list[Object], part: Any, known: Known) -> None:
    """What tags say beyond their names: once for the event; on the part where it is otherwise there."""
    special = {}
    for tag in tags:
        name = tag["name"]
        if not same(known.setdefault(name, tag), tag):
            special[name] = tag
    if special:
        keep(part, SPECIAL, special)


def _tag(name: str, known: Known, special: Any) -> Object:
    own = special.get(name) if isinstance(special, dict) else None
    found = own if isinstance(own, dict) else known.get(name)
    return dict(found) if isinstance(found, dict) and found.get("name") == name else {"name": name}


def _arranged(names: list[str], listed: Any) -> Iterator[str]:
    """Names in the order and the spelling in which they came; new ones come last."""
    waiting = dict.fromkeys(names)
    for name in listed if isinstance(listed, list) else ():
        said = name if not isinstance(name, str) or name in waiting else _canonical(name)
        if isinstance(said, str) and said in waiting:
            del waiting[said]
            yield name
    yield from waiting


def _canonical(name: str) -> str:
    """The tag that we would write for a marking that is spelled otherwise."""
    marking = marking_of(name)
    return "" if marking is None else tag_of(marking)
