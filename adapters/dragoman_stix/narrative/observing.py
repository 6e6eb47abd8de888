"""Observables of a place, and what the place says of them.

An observable stands once for its value; what one place says of it beyond its value (the document's id, a finer word)
stands on the relationship that ties it to that place.  A value that STIX lets not stand under its type stands as text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.model import (
    Address,
    Artifact,
    DomainName,
    EmailMessage,
    File,
    Hash,
    HashSet,
    Incident,
    Nameserver,
    Observable,
    Reference,
    RegistryKey,
)
from dragoman.model.plain import copied
from dragoman_stix.narrative.items import (
    TEXT,
    XML,
    assemble_items,
    flatten_items,
    packed,
    unpacked,
)
from dragoman_stix.narrative.labels import label, take
from dragoman_stix.narrative.paths import OBSERVABLE_ID, STIX_ID
from dragoman_stix.wellformed import MALFORMED, digest_name, fits, full_key, web_address

if TYPE_CHECKING:
    from dragoman_stix.narrative.assemble import Assembling
    from dragoman_stix.narrative.flatten import Flattening


ASIDES: dict[type, tuple[str, ...]] = {
    DomainName: ("system_status", "domain_status", "checked", "registered", "expires"),
    Address: ("vlan_name", "vlan_num"),
}


def flatten_loose(work: Flattening, incident: Incident, flat: Incident) -> None:
    """Observables that stand on the incident itself: those from STIX stay, others get their ids."""
    flat.observables = [found for found in incident.observables if found.id and STIX_ID.fullmatch(found.id)] or ()
    for found in incident.observables:
        if not (found.id and STIX_ID.fullmatch(found.id)):
            show(work, found, work.effective(found))


def assemble_loose(work: Assembling) -> None:
    """Nothing hangs on the incident itself: loose observables keep their ids."""


def flatten_observable(work: Flattening, found: Any, owner: str, path: str, relation: str) -> str:
    """One observable of a place: itself, and the relationship that says what the place says of it."""
    marks, fit = work.effective(found), fits(found)
    ref = _shown(work, found, fit, marks)
    local = [Reference(source_name=OBSERVABLE_ID, external_id=found.id)] if found.id else ()
    labels = [] if fit else [label("type", found.type)]
    labels += [label("category", found.category)] if found.category else []
    labels += [label(name, value) for name, value in _asides(found, fit)]
    work.link(path, owner, relation, ref, local, labels, marks)
    for place, text in enumerate(getattr(found, "signatures", ())):
        work.link(f"{path}/signatures/{place}", ref, "related-to", packed(work, text, XML))
    if isinstance(found, DomainName):
        flatten_items(work, found.related_dns, ref, f"{path}/related_dns")
        for place, server in enumerate(found.nameservers):
            here = f"{path}/nameservers/{place}"
            name = show(work, DomainName(value=server.server))
            work.link(here, ref, "related-to", name, labels=unfit(DomainName(value=server.server)))
            for index, address in enumerate(server.addresses):
                flatten_observable(work, address, name, f"{here}/addresses/{index}", "resolves-to")
    return ref


def show(work: Flattening, found: Any, markings: Any = None) -> str:
    """The object of an observable; text where its value is not what STIX lets stand under its type."""
    return _shown(work, found, fits(found), markings)


def _shown(work: Flattening, found: Any, fit: bool, markings: Any) -> str:
    return work.observe(value_only(work, found), markings) if fit else packed(work, found.value or "", TEXT, markings)


def unfit(found: Any) -> list[str]:
    """The label that says of what type a text is, for an observable that could only be shown as text."""
    return [] if fits(found) else [label("type", found.type)]


def _asides(found: Any, fit: bool) -> list[tuple[str, str]]:
    """What a place says of an observable that STIX says of none, as words.  fit: whether it stands under its type."""
    names = ASIDES.get(type(found), ())
    told = [(name.replace("_", "-"), value) for name in names if (value := getattr(found, name)) is not None]
    broken = found.type == "url" and found.value and fit and found.value != web_address(found.value)
    return [*told, ("value", found.value)] if broken else told


def value_only(work: Flattening, found: Any) -> Any:
    """The observable as STIX has it: no document id, no finer word; files with hashes, mails with references."""
    made = copied(found, id=None, category=None, markings=(), residue=None)
    if isinstance(made, DomainName):
        made.system_status = made.domain_status = made.checked = made.registered = made.expires = None
        made.same_contact, made.related_dns, made.nameservers, made.contacts = None, (), (), ()
        return made
    if isinstance(made, Address):
        made.vlan_name = made.vlan_num = None
        if made.type == "url":
            made.value = web_address(made.value or "") or made.value
        return made
    if isinstance(made, File):
        return _file(made)
    if isinstance(made, RegistryKey):
        if made.data is not None:
            made.values = [{"data": made.data}]
        made.key, made.data, made.action = full_key(made.key or ""), None, None
        return made
    return _mail(work, made) if isinstance(made, EmailMessage) else made


def _file(made: File) -> File:
    hashes = dict(made.hashes or {})
    for group in made.hash_sets:
        for found in group.hashes:
            name = digest_name(found.algorithm, found.value)
            if name and not name.startswith(MALFORMED):
                hashes.setdefault(name, found.value or "")
    name = made.name if made.name or hashes else (made.urls[0] if made.urls else "unnamed")
    size = made.size if made.size is None or made.size >= 0 else None
    return copied(made, size=size, hashes=hashes or None, name=name, hash_sets=(), urls=(), signatures=(),
                  software=None, properties=())  # fmt: skip


def _mail(work: Flattening, made: EmailMessage) -> EmailMessage:
    to, others = _receivers(work, made.to)
    senders, other = _receivers(work, [made.sender] if made.sender else ())
    sender = senders[0] if senders else made.from_ref
    raw = packed(work, made.message, "message/rfc822") if made.message else made.raw_email_ref
    fields = dict(made.additional_header_fields or {})
    told = {"X-Mailer": made.x_mailer, "To": ", ".join(others), "From": next(iter(other), None)}
    fields |= {name: values for name, values in told.items() if values}
    return copied(
        made, is_multipart=_multipart(work, made), to_refs=to or made.to_refs, from_ref=sender, raw_email_ref=raw,
        additional_header_fields=fields or None, to=(), sender=None, x_mailer=None, header_fields=(), headers=None,
        message=None, hash_sets=(), signatures=(),
    )  # fmt: skip


def _multipart(work: Flattening, made: EmailMessage) -> bool:
    return work.fill("/email-message/is_multipart", False) if made.is_multipart is None else made.is_multipart


def _receivers(work: Flattening, addresses: Any) -> tuple[list[str], list[str]]:
    """The objects of mail addresses, and those that are none."""
    made = [Address(type="email-addr", value=address) for address in addresses]
    return [work.observe(found) for found in made if fits(found)], [f.value or "" for f in made if not fits(f)]


def assemble_observables(work: Assembling, path: str) -> Any:
    """The observables of a place, as the place has them."""
    return [unobserved(work, relation, found, here) for relation, found, here in work.members(path, kind=Observable)] or ()


def unobserved(work: Assembling, relation: Any, found: Any, path: str) -> Any:
    """An observable as its place has it: with the id and words that stand on the relationship."""
    kinds, labels = take(relation.labels, "type")
    made: Any = work.plain(typed(found, kinds[0]) if kinds else found, work.markings)
    own = [ref.external_id for ref in relation.references if ref.source_name == OBSERVABLE_ID]
    made.id = own[0] if own else None
    for word in labels:
        name, _, value = word.partition(":")
        field = name.replace("-", "_")
        if hasattr(made, field) and value:
            setattr(made, field, value)
    refill(work, made)
    owner, work.owner = work.owner, str(found.id)
    signatures = [unpacked(kept) for _, kept, _ in work.members(f"{path}/signatures")]
    if signatures:
        made.signatures = signatures
    if isinstance(made, DomainName):
        made.related_dns = assemble_items(work, f"{path}/related_dns")
        made.nameservers = _nameservers(work, path)
    work.owner = owner
    return made


def typed(found: Any, kind: str) -> Any:
    """The observable that could only be shown as text."""
    text = unpacked(found) if isinstance(found, Artifact) else ""
    value = text or None
    made: Any = DomainName(value=value) if kind == "domain-name" else Address(type=kind, value=value)
    made.markings = found.markings
    return made


def _nameservers(work: Assembling, path: str) -> Any:
    found = []
    for relation, name, here in list(work.members(f"{path}/nameservers")):
        work.owner = str(name.id)
        server = typed(name, "domain-name").value if relation.labels else name.value
        found.append(Nameserver(server=server or "", addresses=assemble_observables(work, f"{here}/addresses")))
    return found or ()


def refill(work: Assembling, made: Any) -> None:
    """Files, keys and mails the way the tree has them."""
    if isinstance(made, File) and made.hashes:
        hashes = [Hash(algorithm=name, value=value) for name, value in made.hashes.items()]
        made.hash_sets = [HashSet(scope="file-contents", hashes=hashes)]
        made.hashes = None
    if isinstance(made, File) and made.name == "unnamed":
        made.name = None
    if isinstance(made, RegistryKey) and len(made.values) == 1 and made.values[0].keys() == {"data"}:
        made.data, made.values = made.values[0]["data"], ()
    if isinstance(made, EmailMessage):
        _refill_mail(work, made)


def _refill_mail(work: Assembling, made: EmailMessage) -> None:
    made.to = [value for ref in made.to_refs if (value := _value(work, ref))] or ()
    made.sender = _value(work, made.from_ref)
    message = work.use(made.raw_email_ref)
    if isinstance(message, Artifact):
        made.message, made.raw_email_ref = unpacked(message), None
    fields = dict(made.additional_header_fields or {})
    others = fields.pop("To", ())
    made.to = [*made.to, *([others] if isinstance(others, str) else others)] or ()
    made.sender = fields.pop("From", made.sender)
    made.x_mailer = fields.pop("X-Mailer", None)
    made.additional_header_fields = fields or None
    made.to_refs, made.from_ref = (), None
    if made.is_multipart is False:
        made.is_multipart = None


def _value(work: Assembling, ref: str | None) -> str | None:
    return getattr(work.use(ref), "value", None)
