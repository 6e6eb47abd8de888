"""Services as network traffic of their system (STIX 2.1 section 6.12), which wants an address; without one as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.mapping.table import facts
from dragoman.model import NetworkTraffic, Reference, Service, System
from dragoman_stix.narrative import items, observing, software
from dragoman_stix.narrative.labels import labelled, words
from dragoman_stix.narrative.paths import OBSERVABLE_ID

if TYPE_CHECKING:
    from dragoman_stix.narrative.assemble import Assembling
    from dragoman_stix.narrative.flatten import Flattening

NUMBERS = {"portlist": "ports", "proto_code": "protocol-code", "proto_type": "protocol-type", "proto_field": "protocol-field"}
WHOLE = {"ip_protocol": "protocol", "iana_name": "service", "port": "port", **NUMBERS}
HIGHEST = 65535


def flatten_service(
    work: Flattening, service: Service, system: System, address: str | None, owner: str, path: str
) -> None:
    """A service and what hangs on it; `address` is the object of the system's address, `owner` that of the system."""
    items.flatten_items(work, service.header_fields, owner, f"{path}/header_fields")
    if service.email is not None:
        observing.flatten_observable(work, service.email, owner, f"{path}/email", "consists-of")
    if service.application is not None:
        software.flatten_software(work, service.application, owner, f"{path}/application")
    local = [Reference(source_name=OBSERVABLE_ID, external_id=service.id)] if service.id else ()
    told = labelled(service, NUMBERS if address else WHOLE)
    if address is None:
        member = items.packed(work, " ".join(told), items.TEXT)
    else:
        member = work.observe(_traffic(work, service, system, address, path))
        told += labelled(service, {"port": "port"}) if _port(service) is None else ()
    work.link(path, owner, "consists-of", member, local, told)


def _traffic(work: Flattening, service: Service, system: System, address: str, path: str) -> NetworkTraffic:
    """The traffic of a service: from a source, to anything else."""
    source, port = system.category == "source", _port(service)
    return NetworkTraffic(
        protocols=_protocols(service) or work.fill(f"{path}/protocols", ["ip"]),
        src_ref=address if source else None, dst_ref=None if source else address,
        src_port=port if source else None, dst_port=None if source else port,
    )  # fmt: skip


def _port(service: Service) -> int | None:
    text = service.port or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= HIGHEST else None


def _protocols(service: Service) -> list[str]:
    names: dict[str, str] = facts("stix-2.1-words")["ip_protocols"]
    number = names.get(service.ip_protocol or "", service.ip_protocol)
    return [word.lower() for word in (number, service.iana_name) if word]


def assemble_service(work: Assembling, relation: Any, found: Any, path: str) -> Service:
    """The service that an observable and its relationship stand for."""
    made = _service(found) if isinstance(found, NetworkTraffic) else Service()
    for field, value in words(relation.labels, WHOLE).items():
        setattr(made, field, value)
    made.id = next((ref.external_id for ref in relation.references if ref.source_name == OBSERVABLE_ID), None)
    made.header_fields = items.assemble_items(work, f"{path}/header_fields")
    email = work.member(f"{path}/email")
    if email is not None:
        made.email = observing.unobserved(work, *email, f"{path}/email")
    application = work.member(f"{path}/application")
    if application is not None:
        made.application = software.software_of(work, *application)
    return made


def _service(found: NetworkTraffic) -> Service:
    names = {theirs: ours for ours, theirs in facts("stix-2.1-words")["ip_protocols"].items()}
    told = [word for word in found.protocols if word != "ip"]
    known = told and (told[0] in names or told[0].isdigit())
    port = found.src_port if found.src_port is not None else found.dst_port
    return Service(
        ip_protocol=names.get(told[0], told[0]) if known else None,
        iana_name=next(iter(told[1:] if known else told), None), port=None if port is None else str(port),
    )  # fmt: skip
