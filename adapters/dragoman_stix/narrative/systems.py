"""Systems as infrastructure that consists of addresses, traffic and software (STIX 2.1 sections 4.8, 6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from dragoman.mapping.table import facts
from dragoman.model import Counter, Event, Flow, Incident, NodeRole, Reference, System, Text
from dragoman.model.plain import copied
from dragoman_stix.narrative import observing, services, software
from dragoman_stix.narrative.labels import labelled, unlabel
from dragoman_stix.narrative.notes import assemble_notes, flatten_notes
from dragoman_stix.narrative.people import is_flat, postal
from dragoman_stix.narrative.values import tagged, untagged

if TYPE_CHECKING:
    from dragoman_stix.narrative.assemble import Assembling
    from dragoman_stix.narrative.flatten import Flattening

LABELS = {"category": "system", "spoofed": "spoofed", "virtual": "virtual", "ownership": "ownership",
          "interface": "interface"}  # fmt: skip
ASSET = "asset"
COUNTED, COUNTED_NODE = "counted", "counted at the node"
COUNT = re.compile(
    rf"(?P<whose>{COUNTED_NODE}|{COUNTED}) (?P<type>[^:]+): (?P<value>\S+) "
    r"(?P<unit>.+?)(?: per (?P<duration>[^,]+?))?(?:, (?P<meaning>.+))?",
    re.ASCII,
)
ENDS = ("ipv4-addr--", "ipv6-addr--", "mac-addr--", "domain-name--")  # what traffic can go between


def flatten_incident(work: Flattening, incident: Incident, flat: Incident) -> None:
    """Systems that stand on the incident itself; flat ones stay."""
    flat.systems = [system for system in incident.systems if is_flat(system, "infrastructure")] or ()
    for place, system in enumerate(s for s in incident.systems if not is_flat(s, "infrastructure")):
        _system(work, system, f"/systems/{place}")


def flatten_flows(work: Flattening, event: Event, owner: str, path: str) -> None:
    """The systems of an event's flows; the target of an event is what it impacts."""
    for place, flow in enumerate(event.flows):
        for index, system in enumerate(flow.systems):
            here = f"{path}/flows/{place}/systems/{index}"
            relation = "impacts" if system.category == "target" else "related-to"
            work.link(here, owner, relation, _system(work, system, here), markings=work.effective(system))


def _system(work: Flattening, system: System, path: str) -> str:
    before, work.markings = work.markings, tuple(work.effective(system))
    roles = [_role_word(role) for role in system.roles if role.category]
    flat = copied(
        system, id=work.id_of(system, "infrastructure", path), markings=work.markings, category=None, spoofed=None,
        virtual=None, ownership=None, interface=None,
        counters=(), node_counters=(), roles=(), services=(), operating_systems=(), addresses=(), postal_addresses=(),
        name=system.name or next(name for name, of in _system_names(system) if of is None or not work.stricter(of)),
        labels=[*labelled(system, LABELS), *_places(system), *_counts(system), *system.labels] or (),
        infrastructure_types=[*roles, *system.infrastructure_types] or (), asset_ids=(), locations=(),
        references=[*work.local(system), *(Reference(source_name=ASSET, external_id=a) for a in system.asset_ids),
                    *system.references] or (),
    )  # fmt: skip
    flat.additional = ()
    made = work.add("systems", flat)
    flatten_notes(work, system.additional, made, path)
    first = None
    for place, observable in enumerate(system.addresses):
        ref = observing.flatten_observable(work, observable, made, f"{path}/addresses/{place}", "consists-of")
        first = first or (ref if ref.startswith(ENDS) else None)
    for place, service in enumerate(system.services):
        services.flatten_service(work, service, system, first, made, f"{path}/services/{place}")
    for place, product in enumerate(system.operating_systems):
        software.flatten_software(work, product, made, f"{path}/operating_systems/{place}")
    work.markings = before
    return made


def _places(system: System) -> list[str]:
    """Where a system stands, as readable labels: STIX has locations only by region, country or coordinates."""
    return [tagged("location", place) for place in system.locations] + [
        tagged(f"address ({point.type})" if point.type else "address", Text(point.value or "", point.lang, point.group))
        for point in system.postal_addresses
    ]


def _counts(system: System) -> list[str]:
    """What was counted at a system, as readable labels: "rate: 90000 packet per second, at its peak"."""
    named = [*((COUNTED, counter) for counter in system.counters), *((COUNTED_NODE, c) for c in system.node_counters)]
    return [f"{name} {counter.type}: {_count(counter)}" for name, counter in named if counter.type and counter.value]


def _count(counter: Counter) -> str:
    rate = f" per {counter.duration}" if counter.duration else ""
    return f"{counter.value} {counter.unit or 'event'}{rate}" + (f", {counter.meaning}" if counter.meaning else "")


def _counted(word: str) -> Counter | None:
    """The counter that `_counts` made a label of."""
    found = COUNT.fullmatch(word)
    if found is None:
        return None
    told: dict[str, Any] = {name: found[name] for name in COUNT.groupindex if name != "whose"}
    return Counter(**told)


def _system_names(system: System) -> Iterator[tuple[str, Any]]:
    """What a system without a name may be called, and the address that is called so: the first that is not for fewer."""
    yield from ((found.value, found) for found in system.addresses if found.value)
    yield f"{system.category or 'unnamed'} system", None


def _role_word(role: NodeRole) -> str:
    words: dict[str, str] = facts("stix-2.1-words")["node_roles"]
    return words.get(role.category or "", role.category or "")


def assemble_flows(work: Assembling, path: str) -> Any:
    """The flows of an event."""
    flows: list[Flow] = []
    while True:
        here = f"{path}/flows/{len(flows)}/systems"
        systems = [_unsystem(work, system, below) for _, system, below in work.members(here)]
        if not systems:
            return flows or ()
        flows.append(Flow(systems=systems))


def assemble_incident(work: Assembling) -> None:
    """Systems that stand on the incident itself."""
    found: list[System] = []
    while flat := work.own("infrastructure", f"/systems/{len(found)}"):
        found.append(_unsystem(work, flat, f"/systems/{len(found)}"))
    work.placed["systems"] = found


def _unsystem(work: Assembling, flat: System, path: str) -> System:
    before = work.enter(flat, "infrastructure", path)
    unlabel(flat, LABELS)
    _unplaced(flat)
    flat.roles = [NodeRole(category=_roles().get(word, word)) for word in flat.infrastructure_types] or ()
    flat.infrastructure_types = ()
    flat.addresses = observing.assemble_observables(work, f"{path}/addresses")
    if flat.name in [name for name, _ in _system_names(flat)]:
        flat.name = None
    assets = [ref for ref in flat.references if ref.source_name == ASSET and ref.external_id]
    flat.asset_ids = [ref.external_id or "" for ref in assets] or ()
    flat.references = [ref for ref in flat.references if ref not in assets] or ()
    flat.services = [services.assemble_service(work, *found) for found in work.members(f"{path}/services")] or ()
    flat.additional = assemble_notes(work, path)
    flat.operating_systems = [software.software_of(work, r, p) for r, p, _ in work.members(f"{path}/operating_systems")] or ()
    work.leave(before)
    return flat


@cache
def _roles() -> dict[str, str]:
    """Our words for the roles of systems, by theirs."""
    return {theirs: ours for ours, theirs in facts("stix-2.1-words")["node_roles"].items()}


def _unplaced(flat: System) -> None:
    """Takes what `_places` made out of the labels."""
    if not flat.labels:
        return
    places, addresses, left = [], [], []
    counts: dict[str, list[Counter]] = {COUNTED: [], COUNTED_NODE: []}
    for word in flat.labels:
        name, text = untagged(word)
        counter = _counted(word)
        if counter is not None:
            counts[COUNTED_NODE if word.startswith(COUNTED_NODE + " ") else COUNTED].append(counter)
        elif name == "location":
            places.append(text)
        elif name == "address" or name.startswith("address ("):
            addresses.append(postal(name[9:-1] or None, text))
        else:
            left.append(word)
    flat.locations, flat.postal_addresses, flat.labels = places or (), addresses or (), left or ()
    flat.counters, flat.node_counters = counts[COUNTED] or (), counts[COUNTED_NODE] or ()


__all__ = ["assemble_flows", "assemble_incident", "flatten_flows", "flatten_incident"]
