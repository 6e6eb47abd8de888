"""The galaxies of an event or attribute: which clusters stand there, and how the list was put.

What an attribute has to do with a cluster is a relation whose id follows from both.  A list that is not simply all clusters
of the event in our order is kept beside, by the ids of their parts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

from dragoman.ledger import Kind
from dragoman.mapping.table import facts
from dragoman.model import Incident, Relation
from dragoman.model.naming import our_uuid
from dragoman_misp.clusters import TABLE, Clusters, name_of, standing, tag_of, type_of
from dragoman_misp.exact import Object, forget, keep, kept, restored, same
from dragoman_misp.growing import Growing, derived
from dragoman_misp.labels import machine
from dragoman_misp.tables import table

LISTED, KNOWN, ODD = "galaxies", "known-galaxies", "odd"
HELD = "GalaxyCluster"


@cache
def clusters_for(tables: tuple[str, ...]) -> Clusters:
    return Clusters(table(tables))


def take(listed: Any, growing: Growing, owner: Any) -> list[str]:
    """Adds the parts of a list of galaxies; the names of their tags.  owner: the incident, or the part that they are about."""
    found: list[Any] = []
    names: list[str] = []
    for galaxy in listed if type(listed) is list else [listed]:
        if _is_sound(galaxy):
            ids = [_cluster(cluster, galaxy, growing, owner, names) for cluster in galaxy[HELD]]
            found.append(_entry(galaxy, ids, growing))
        else:
            reason = "is no galaxy with clusters: kept as it stands"
            growing.context.ledger.note(Kind.INVALID, "D201", "/Galaxy", reason, galaxy)
            found.append({ODD: galaxy})
    if type(listed) is not list:
        found = [{ODD: listed}, None]
    keep(owner, LISTED, found)
    return names


def _is_sound(galaxy: Any) -> bool:
    if type(galaxy) is not dict or type(galaxy.get("type")) is not str or type(galaxy.get(HELD)) is not list:
        return False
    return type(galaxy.get("name", "")) is str and all(_is_cluster(cluster) for cluster in galaxy[HELD])


def _is_cluster(cluster: Any) -> bool:
    return type(cluster) is dict and type(cluster.get("value")) is str and bool(cluster["value"])


def _cluster(cluster: Object, galaxy: Object, growing: Growing, owner: Any, names: list[str]) -> list[Any]:
    """The id of one cluster, with how it is put here when that is not as elsewhere."""
    name = cluster.get("tag_name")
    names.append(name if type(name) is str else tag_of(galaxy["type"], cluster["value"]))
    id_, how = clusters_for(growing.context.tables).read(cluster, galaxy, growing)
    if owner is not growing.incident:
        _link(owner, id_, growing)
    return [id_, how] if how else [id_]


def link_id(source: str, target: str) -> str:
    return derived("relationship", "galaxy", f"{source} {target}")


def _link(owner: Any, id_: str, growing: Growing) -> None:
    """That a part has to do with a cluster."""
    relation = Relation(id=link_id(owner.id, id_), source_ref=owner.id, target_ref=id_)
    if relation.id in growing.parts:
        return
    relation.relation = "indicates" if owner.id.startswith("indicator--") and indicates(id_) else "related-to"
    relation.created, relation.modified, relation.created_by = owner.created, owner.modified, owner.created_by
    growing.add("relations", relation)


def indicates(id_: str) -> bool:
    """Whether an indicator can indicate a part (STIX 2.1 section 4.7)."""
    return id_.partition("--")[0] in ("attack-pattern", "campaign", "intrusion-set", "malware", "threat-actor", "tool")


def _entry(galaxy: Object, ids: list[list[Any]], growing: Growing) -> Object:
    """How a galaxy is put: what is said of it is kept once for the event, and here when it is otherwise."""
    shell = {name: None if name == HELD else value for name, value in galaxy.items()}
    entry: Object = {"type": galaxy["type"], "of": ids}
    if not same(growing.galaxies.setdefault(galaxy["type"], shell), shell):
        entry["as"] = shell
    return entry


def settle(growing: Growing) -> None:
    """Forgets how the event's galaxies are listed when it is as we would list them."""
    incident = growing.incident
    if known := {name: shell for name, shell in growing.galaxies.items() if not same(shell, _shell(name, None))}:
        keep(incident, KNOWN, known)
    telling = Galaxies(incident, growing.context.tables, set(growing.mains.values()))
    listed = kept(incident, LISTED)
    if listed is not None and listed == telling.natural():
        forget(incident, LISTED)
    elif listed is None and telling.natural():
        keep(incident, LISTED, [])


def _shell(galaxy_type: str, part: Any) -> Object:
    """What we say of a galaxy."""
    own = next((place["name"] for place in facts(TABLE)["parts"].values() if place.get("type") == galaxy_type), None)
    name = (name_of(part) if part is not None else None) or own or galaxy_type
    return {"uuid": our_uuid(f"galaxy {galaxy_type}"), "name": name, "type": galaxy_type, "description": name, HELD: None}


class Galaxies:
    """Tells the clusters of an incident.  told: ids of parts that something else tells; parts and links told here join."""

    def __init__(self, incident: Incident, tables: tuple[str, ...], told: Collection[str] = ()) -> None:
        self.incident, self.clusters = incident, clusters_for(tables)
        self.parts: dict[str, tuple[str, Any]] = {}
        for _, galaxy_type, part in standing(incident):
            if part.id and part.id not in told and not machine(part.labels):
                self.parts.setdefault(part.id, (galaxy_type, part))
        self.links: dict[str, list[str]] = defaultdict(list)
        self.told = set(self.parts)
        for link in incident.relations:
            if link.target_ref in self.parts and link.source_ref and link.id == link_id(link.source_ref, link.target_ref):
                self.links[link.source_ref].append(link.target_ref)
                self.told.add(link.id)
        known = kept(incident, KNOWN)
        self.known: Object = known if isinstance(known, dict) else {}

    def natural(self) -> list[Object]:
        """The clusters that stand at the event unless it says otherwise: those that no attribute has to do with."""
        linked = {id_ for ids in self.links.values() for id_ in ids}
        return self._entries(id_ for id_ in self.parts if id_ not in linked)

    def _entries(self, ids: Any) -> list[Object]:
        grouped: dict[str, list[list[str]]] = {}
        for id_ in ids:
            grouped.setdefault(self.parts[id_][0], []).append([id_])
        return [{"type": galaxy_type, "of": found} for galaxy_type, found in grouped.items()]

    def give(self, owner: Any) -> tuple[Any, list[str]]:
        """The galaxies of the event or of a part, None when it has none, and the names of their tags."""
        listed = kept(owner, LISTED)
        whole = owner is self.incident
        if not whole and listed is None and owner.id not in self.links:
            return None, []
        natural = self.natural() if whole else self._entries(self.links.get(owner.id, ()))
        entries = natural if not isinstance(listed, list) else [*listed, *self._missing(listed, natural)]
        names: list[str] = []
        found = [galaxy for entry in entries for galaxy in self._galaxy(entry, names)]
        if listed and listed[-1] is None and len(listed) == 2 and isinstance(listed[0], dict):
            return listed[0].get(ODD), names
        return found or None, names

    def _missing(self, listed: list[Any], natural: list[Object]) -> Iterator[Object]:
        """What a list does not name, though it should be there."""
        named = {pair[0] for entry in listed for pair in _pairs(entry)}
        for entry in natural:
            if left := [pair for pair in entry["of"] if pair[0] not in named]:
                yield {"type": entry["type"], "of": left}

    def _galaxy(self, entry: Any, names: list[str]) -> Iterator[Any]:
        if isinstance(entry, dict) and ODD in entry:
            yield entry[ODD]
            return
        pairs = [pair for pair in _pairs(entry) if pair[0] in self.parts]
        if (not pairs and _pairs(entry)) or not isinstance(entry, dict):
            return
        galaxy_type = str(entry.get("type"))
        held = []
        for pair in pairs:
            cluster = restored(self.clusters.write(self.parts[pair[0]][1], galaxy_type), pair[1] if len(pair) > 1 else None)
            names.append(cluster.get("tag_name") or tag_of(galaxy_type, cluster.get("value", "")))
            held.append(cluster)
        shell = entry.get("as") or self.known.get(galaxy_type)
        if not isinstance(shell, dict):
            shell = _shell(galaxy_type, self.parts[pairs[0][0]][1] if pairs else None)
        yield {name: held if name == HELD else value for name, value in shell.items()}


def _pairs(entry: Any) -> list[list[Any]]:
    """The clusters that an entry names."""
    listed = entry.get("of") if isinstance(entry, dict) else None
    found = listed if isinstance(listed, list) else []
    return [pair for pair in found if isinstance(pair, list) and pair and isinstance(pair[0], str)]


__all__ = ["Galaxies", "settle", "take", "type_of"]
