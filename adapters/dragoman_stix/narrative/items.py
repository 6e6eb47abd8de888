"""Values that a format has no class for (log items, header fields, DNS records) as artifacts; what they are called
stands on the relationship that ties them to their owner."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dragoman.model import Additional, Artifact, Reference
from dragoman_stix.narrative.labels import labelled, words
from dragoman_stix.narrative.paths import OBSERVABLE_ID

if TYPE_CHECKING:
    from dragoman_stix.narrative.assemble import Assembling
    from dragoman_stix.narrative.flatten import Flattening

LABELS = {"name": "item", "dtype": "dtype", "meaning": "meaning", "format_id": "format"}
EMPTY = "\n"  # for strict readers an artifact holds something
TEXT, XML = "text/plain", "application/xml"


def packed(work: Flattening, text: str, mime_type: str, markings: Sequence[str] | None = None) -> str:
    """A text as an artifact, with the markings of its owner unless it has its own; returns its id."""
    payload = base64.b64encode((text or EMPTY).encode("utf-8", "surrogatepass")).decode()
    return work.observe(Artifact(payload_bin=payload, mime_type=mime_type), markings)


def unpacked(artifact: Artifact) -> str:
    """The text of an artifact that `packed` made."""
    try:
        text = base64.b64decode(artifact.payload_bin or "").decode("utf-8", "surrogatepass")
    except (binascii.Error, ValueError):
        return ""
    return "" if text == EMPTY else text


def artifact(work: Flattening, item: Additional) -> str:
    """The artifact of a value; returns its id."""
    return packed(work, item.xml, XML) if item.xml else packed(work, item.value or "", TEXT)


def item_of(found: Any, labels: Sequence[str]) -> Additional:
    """The value of an artifact that `artifact` made, with what labels say of it."""
    markup = getattr(found, "mime_type", None) == XML
    text = unpacked(found) if isinstance(found, Artifact) else ""
    told: dict[str, Any] = dict(words(labels, LABELS))
    return Additional(xml=text if markup else None, value=None if markup else text, **told)


def flatten_items(work: Flattening, items: Sequence[Additional], owner: str, path: str) -> None:
    """Artifacts for values, tied to an owner."""
    for place, item in enumerate(items):
        before, work.markings = work.markings, tuple(work.effective(item))
        ref = artifact(work, item)
        local = [Reference(source_name=OBSERVABLE_ID, external_id=item.id)] if item.id else ()
        work.link(f"{path}/{place}", owner, "related-to", ref, local, labelled(item, LABELS))
        work.markings = before


def assemble_items(work: Assembling, path: str) -> Any:
    """The values that `flatten_items` tied to the owner at a path."""
    found = []
    for relation, held, _ in work.members(path):
        made = item_of(held, relation.labels)
        made.markings = work.unmarked(relation.markings, work.markings)
        made.id = next((ref.external_id for ref in relation.references if ref.source_name == OBSERVABLE_ID), None)
        found.append(made)
    return found or ()
