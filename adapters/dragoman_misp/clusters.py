"""Clusters of galaxies as parts, by the type of their galaxy: actors, malware, techniques, places, sectors.

A cluster that stands at several places is one part.  Its galaxy is told by labels, as other converters write them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from dragoman.ledger import Ledger
from dragoman.mapping.json import MISSING, JsonReader, JsonWriter
from dragoman.mapping.table import Spec, Table, facts
from dragoman.model import Incident
from dragoman.model.naming import uid
from dragoman.model.parts import Reference
from dragoman_misp.exact import FORMAT, Object, difference, keep, kept, restored, same
from dragoman_misp.growing import UUID, Growing

TABLE = "misp-galaxies"
NAME, TYPE = "misp:galaxy-name=", "misp:galaxy-type="
SPELLED = "spelled"
PLAIN = "url"  # the source of a reference that is only a page


class ClusterReader(JsonReader):
    """Reads clusters; each galaxy has a `meta` of its own, so what no row understands there is no fault."""

    def invalid(self, raw: Any, reason: str) -> Any:
        return MISSING


@cache
def kinds() -> Mapping[str, str]:
    """The kind of part that clusters of a galaxy type are."""
    raw = facts(TABLE)
    named = {word: kind for kind, words in raw["types"].items() for word in words}
    return named | {place["type"]: kind for kind, place in raw["parts"].items() if "type" in place}


def kind_of(galaxy_type: str) -> str:
    return kinds().get(galaxy_type, facts(TABLE)["other"])


def holder_of(kind: str) -> str:
    """The list of an incident in which such parts stand."""
    return str(facts(TABLE)["parts"][kind]["list"])


def tag_of(galaxy_type: str, value: str) -> str:
    return f'misp-galaxy:{galaxy_type}="{value}"'


class Clusters:
    """Reads and writes clusters of one document."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.reader, self.writer = ClusterReader(FORMAT, Ledger()), JsonWriter(FORMAT, Ledger())

    def read(self, cluster: Object, galaxy: Object, growing: Growing) -> tuple[str, Object]:
        """The id of the part of a cluster, and how it is put here; the part is added when it is new."""
        said = dict(cluster)
        part, kind = self._part(cluster, galaxy), kind_of(galaxy["type"])
        part.id = self._id(part, kind, galaxy["type"], growing)
        known = growing.parts.get(part.id)
        if known is None:
            self._label(part, galaxy)
            if found := difference(self.made(part, kind, galaxy["type"]), said):
                keep(part, SPELLED, found)
            return growing.add(holder_of(kind), part), {}
        return known.id, difference(self.write(known, galaxy["type"]), said)

    def _part(self, cluster: Object, galaxy: Object) -> Any:
        """The part of a cluster, whose members it takes; `meta` is shared with nobody afterwards."""
        source = {name: dict(value) if name == "meta" and type(value) is dict else value for name, value in cluster.items()}
        for name in ("type", "tag_name"):
            source.pop(name, None)
        meta = source.get("meta")
        references = list(_references(meta)) if type(meta) is dict else []
        if meta == {}:
            del source["meta"]
        part = self.reader.read(self.table.parts[kind_of(galaxy["type"])], source)
        if references:
            part.references = references
        return part

    def _id(self, part: Any, kind: str, galaxy_type: str, growing: Growing) -> str:
        """The id of a cluster: its uuid, unless it has none or shares it with another cluster of the event."""
        prefix = facts(TABLE)["parts"][kind]["kind"]
        name = part.abstract if kind == "topic" else part.name
        own = f"{prefix}--{part.id}"
        usable = part.id is not None and UUID.fullmatch(part.id)
        known = growing.parts.get(own)
        if usable and (known is None or _is_again(known, name, galaxy_type)):
            return own
        return uid(prefix, f"{galaxy_type} {name}")

    def _label(self, part: Any, galaxy: Object) -> None:
        if not galaxy["type"].startswith("stix-2.1-"):
            part.labels = [f'{NAME}"{galaxy.get("name", "")}"', f'{TYPE}"{galaxy["type"]}"', *part.labels]

    def write(self, part: Any, galaxy_type: str) -> Object:
        """The cluster of a part, as it was first said."""
        return restored(self.made(part, kind_of(galaxy_type), galaxy_type), kept(part, SPELLED))

    def made(self, part: Any, kind: str, galaxy_type: str) -> Object:
        """The cluster of a part, as we would say it."""
        spec: Spec = self.table.parts[kind]
        own, labels = part.labels, [word for word in part.labels if not word.startswith((NAME, TYPE))]
        part.labels = labels
        out = self.writer.plainly(spec, part)
        part.labels = own
        out["uuid"] = str(part.id).partition("--")[2]
        if part.references:
            _refer(out, part.references)
        value = out.get("value", "")
        return {"type": galaxy_type, "tag_name": tag_of(galaxy_type, value), **out}


def _is_again(known: Any, name: str | None, galaxy_type: str) -> bool:
    """Whether a part is the same cluster: of the same galaxy, under the same name."""
    own = getattr(known, "abstract", None) or known.name
    return own == name and galaxy_type in (type_of(known), None)


def type_of(part: Any) -> str | None:
    """The type of the galaxy that a part came from."""
    word = next((word for word in part.labels if word.startswith(TYPE)), None)
    return word[len(TYPE) + 1 : -1] if word is not None else None


def name_of(part: Any) -> str | None:
    """The name of the galaxy that a part came from."""
    word = next((word for word in part.labels if word.startswith(NAME)), None)
    return word[len(NAME) + 1 : -1] if word is not None else None


def _references(meta: Object) -> Iterator[Reference]:
    """Ids and pages in the meta of a cluster, which are taken out of it."""
    if _texts(meta.get("external_id")):
        yield from (Reference(source_name=source_of(word), external_id=word) for word in meta.pop("external_id"))
    if _texts(meta.get("refs")):
        yield from (Reference(source_name=PLAIN, urls=[word]) for word in meta.pop("refs"))


def _refer(out: Object, references: Sequence[Reference]) -> None:
    """Puts references into the meta of a cluster."""
    ids = [found.external_id for found in references if found.external_id is not None]
    pages = [found.urls[0] for found in references if found.urls]
    meta = out["meta"] = dict(out.get("meta") or {})
    if ids:
        meta["external_id"] = ids
    if pages:
        meta["refs"] = pages
    if not meta:
        del out["meta"]


def source_of(word: str) -> str:
    """Who gave an id, by how it begins."""
    sources: dict[str, str] = facts(TABLE)["sources"]
    found = next((start for start in sources if word.startswith(start) and word[len(start) : len(start) + 1].isdigit()), None)
    return sources[found] if found is not None else "external_id"


def _texts(value: Any) -> bool:
    return type(value) is list and bool(value) and all(type(item) is str for item in value)


def standing(incident: Incident) -> Iterator[tuple[str, str, Any]]:
    """The kind, the galaxy type and the part of everything in an incident that clusters can say, in our order."""
    for kind, place in facts(TABLE)["parts"].items():
        for part in getattr(incident, place["list"]):
            if _is_of(part, kind):
                found = type_of(part) or place.get("type")
                if found is not None and kind_of(found) == kind and (part.abstract if kind == "topic" else part.name):
                    yield kind, found, part


def _is_of(part: Any, kind: str) -> bool:
    place = facts(TABLE)["parts"][kind]
    return bool(place["list"] != "actors" or part.type == place["kind"])


__all__ = ["Clusters", "holder_of", "kind_of", "name_of", "same", "standing", "tag_of", "type_of"]
