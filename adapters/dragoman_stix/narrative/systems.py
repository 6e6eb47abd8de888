"""Systems as infrastructure that consists of addresses, traffic and software (STIX 2.1 sections 4.8, 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.mapping.table import facts
from dragoman.model import Event, Flow, Incident, NetworkTraffic, NodeRole, Reference, Service, System
from dragoman.model.plain import copied
from dragoman_stix.narrative import evidence, items, software
from dragoman_stix.narrative.labels import label, labelled, take, unlabel
from dragoman_stix.narrative.paths import OBSERVABLE_ID
from dragoman_stix.narrative.people import is_flat
from dragoman_stix.narrative.values import text_of

if TYPE_CHECKING:
    from dragoman_stix.narrative.assemble import Assembling
    from dragoman_stix.narrative.flatten import Flattening

LABELS = {"category": "system", "spoofed": "spoofed", "virtual": "virtual", "ownership": "ownership",
          "interface": "interface"}  # fmt: skip
ASSET = "asset"


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
        virtual=None, ownership=None, interface=None, roles=(), services=(), operating_systems=(), addresses=(),
        name=system.name or _system_name(system), labels=[*labelled(system, LABELS), *_places(system), *system.labels] or (),
        infrastructure_types=[*roles, *system.infrastructure_types] or (), asset_ids=(), locations=(),
        references=[*work.local(system), *(Reference(source_name=ASSET, external_id=a) for a in system.asset_ids),
                    *system.references] or (),
    )  # fmt: skip
    made = work.add("systems", flat)
    first = None
    for place, observable in enumerate(system.addresses):
        ref = evidence.flatten_observable(work, observable, made, f"{path}/addresses/{place}", "consists-of")
        first = first or ref
    for place, service in enumerate(system.services):
        _service(work, service, system, first, made, f"{path}/services/{place}")
    for place, product in enumerate(system.operating_systems):
        software.flatten_software(work, product, made, f"{path}/operating_systems/{place}")
    work.markings = before
    return made


def _places(system: System) -> list[str]:
    return [label("location", text_of(place)) for place in system.locations]


def _system_name(system: System) -> str:
    values = [found.value for found in system.addresses if found.value]
    return values[0] if values else f"{system.category or 'unnamed'} system"


def _role_word(role: NodeRole) -> str:
    words: dict[str, str] = facts("stix-2.1-words")["node_roles"]
    return words.get(role.category or "", role.category or "")


def _numbers(service: Service) -> list[tuple[str, str | None]]:
    port = service.port if service.port and not (service.port.isdigit() and int(service.port) <= 65535) else None
    return [("port", port), ("ports", service.portlist), ("protocol-code", service.proto_code),
            ("protocol-type", service.proto_type), ("protocol-field", service.proto_field)]  # fmt: skip


def _service(work: Flattening, service: Service, system: System, address: str | None, owner: str, path: str) -> None:
    """Traffic of a service: from a source, to anything else; STIX wants an address for it."""
    if address is None:
        return
    source = system.category == "source"
    port = int(service.port) if service.port and service.port.isdigit() and int(service.port) <= 65535 else None
    made = NetworkTraffic(
        protocols=_protocols(service), src_ref=address if source else None, dst_ref=None if source else address,
        src_port=port if source else None, dst_port=None if source else port,
    )  # fmt: skip
    local = [Reference(source_name=OBSERVABLE_ID, external_id=service.id)] if service.id else ()
    labels = [label(name, value) for name, value in _numbers(service) if value]
    work.link(path, owner, "consists-of", work.observe(made), local, labels)
    items.flatten_items(work, service.header_fields, owner, f"{path}/header_fields")
    if service.email is not None:
        evidence.flatten_observable(work, service.email, owner, f"{path}/email", "consists-of")
    if service.application is not None:
        software.flatten_software(work, service.application, owner, f"{path}/application")


def _protocols(service: Service) -> list[str]:
    names: dict[str, str] = facts("stix-2.1-words")["ip_protocols"]
    number = names.get(service.ip_protocol or "", service.ip_protocol)
    return [word.lower() for word in (number, service.iana_name) if word] or ["ip"]


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
    places, left = take(flat.labels, "location")
    flat.locations, flat.labels = places or (), left or ()
    words = {theirs: ours for ours, theirs in facts("stix-2.1-words")["node_roles"].items()}
    flat.roles = [NodeRole(category=words.get(word, word)) for word in flat.infrastructure_types] or ()
    flat.infrastructure_types = ()
    flat.addresses = evidence.assemble_observables(work, f"{path}/addresses")
    if flat.name == _system_name(flat):
        flat.name = None
    assets = [ref for ref in flat.references if ref.source_name == ASSET and ref.external_id]
    flat.asset_ids = [ref.external_id or "" for ref in assets] or ()
    flat.references = [ref for ref in flat.references if ref not in assets] or ()
    flat.services = [_unservice(work, *found) for found in work.members(f"{path}/services")] or ()
    flat.operating_systems = [software.software_of(r, p) for r, p, _ in work.members(f"{path}/operating_systems")] or ()
    work.leave(before)
    return flat


def _unservice(work: Assembling, relation: Any, found: NetworkTraffic, path: str) -> Service:
    names = {theirs: ours for ours, theirs in facts("stix-2.1-words")["ip_protocols"].items()}
    words = [word for word in found.protocols if word != "ip"]
    known = words and (words[0] in names or words[0].isdigit())
    port = found.src_port if found.src_port is not None else found.dst_port
    made = Service(
        ip_protocol=names.get(words[0], words[0]) if known else None,
        iana_name=next(iter(words[1:] if known else words), None), port=None if port is None else str(port),
    )  # fmt: skip
    unlabelled = {"ports": "portlist", "protocol-code": "proto_code", "protocol-type": "proto_type",
                  "protocol-field": "proto_field", "port": "port"}  # fmt: skip
    for word in relation.labels:
        name, _, value = word.partition(":")
        if name in unlabelled:
            setattr(made, unlabelled[name], value)
    made.id = next((ref.external_id for ref in relation.references if ref.source_name == OBSERVABLE_ID), None)
    made.header_fields = items.assemble_items(work, f"{path}/header_fields")
    email = work.member(f"{path}/email")
    if email is not None:
        made.email = evidence.unobserved(work, *email, f"{path}/email")
    application = work.member(f"{path}/application")
    if application is not None:
        made.application = software.software_of(*application)
    return made


__all__ = ["assemble_flows", "assemble_incident", "flatten_flows", "flatten_incident"]
