"""Values that their format has no class for, where people read them: notes about the object that they belong to (STIX
2.1 section 4.11), with what they are called and mean as the abstract and labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dragoman.model import Additional, Note
from dragoman.model.hardened import marked_fields
from dragoman_stix.narrative.items import LABELS
from dragoman_stix.narrative.labels import labelled, words
from dragoman_stix.narrative.paths import member_id

if TYPE_CHECKING:
    from dragoman_stix.narrative.assemble import Assembling
    from dragoman_stix.narrative.flatten import Flattening

MARKUP = "markup"


def flatten_notes(work: Flattening, values: Sequence[Additional], about: str, path: str) -> None:
    """A note for each value that an object of ours holds."""
    for place, value in enumerate(values):
        marks = work.effective(value)
        labels = [*labelled(value, LABELS), *([MARKUP] if value.xml else ())]
        made = Note(
            id=member_id("note", work.key, f"{path}/additional/{place}"), content=value.xml or value.value or "",
            abstract=value.meaning or value.name, object_refs=[work.core(about)], labels=labels or (), markings=marks or (),
            references=work.local(value) or (),
        )  # fmt: skip
        work.add("notes", made)


def assemble_notes(work: Assembling, path: str) -> Any:
    """The values that `flatten_notes` wrote about the owner at a path."""
    found = []
    for note, here in work.owned_by_place("note", f"{path}/additional"):
        name, markup = str(note.id), MARKUP in note.labels
        before = work.enter(note, "note", here)
        told: dict[str, Any] = dict(words(note.labels, LABELS))
        made = Additional(id=note.id, markings=[*note.markings, *marked_fields(note)] or (), **told)
        made.xml, made.value = (note.content, None) if markup else (None, note.content or None)
        work.names[id(made)] = name
        work.leave(before)
        found.append(made)
    return found or ()
