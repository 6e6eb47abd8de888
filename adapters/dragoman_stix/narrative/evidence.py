"""What was seen: observables, and records of them as observed data.

An observable stands once for its value; what one place says of it beyond its value (the document's id, a finer word)
stands on the relationship, or on the observed data, that ties it to that place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dragoman.model import (
    Address,
    Artifact,
    Certificate,
    CertificateSet,
    DomainName,
    EmailMessage,
    Event,
    File,
    FileSet,
    Hash,
    HashSet,
    Incident,
    Observation,
    Record,
    RecordSet,
    Reference,
    RegistryChange,
    RegistryKey,
)
from dragoman.model.plain import copied
from dragoman_stix.narrative import software
from dragoman_stix.narrative.certificates import from_x509, x509_of
from dragoman_stix.narrative.items import (
    LABELS,
    TEXT,
    XML,
    artifact,
    assemble_items,
    flatten_items,
    item_of,
    packed,
    unpacked,
)
from dragoman_stix.narrative.labels import label, labelled, take
from dragoman_stix.narrative.paths import OBSERVABLE_ID, STIX_ID, member_id
from dragoman_stix.narrative.values import base_time, tagged, text_of, untagged
from dragoman_stix.wellformed import MALFORMED, digest_name, fits, full_key, short_hive, web_address, with_hive

if TYPE_CHECKING:
    from dragoman_stix.narrative.assemble import Assembling
    from dragoman_stix.narrative.flatten import Flattening

MEMBER = "member-id"
SETS = {"files": ("files", FileSet), "registry": ("keys", RegistryChange), "certificates": ("certificates", CertificateSet)}


def flatten_loose(work: Flattening, incident: Incident, flat: Incident) -> None:
    """Observables that stand on the incident itself: those from STIX stay, others get their ids."""
    flat.observables = [found for found in incident.observables if found.id and STIX_ID.fullmatch(found.id)] or ()
    for found in incident.observables:
        if not (found.id and STIX_ID.fullmatch(found.id)):
            show(work, found)


def assemble_loose(work: Assembling) -> None:
    """Nothing hangs on the incident itself: loose observables keep their ids."""


def flatten_observable(work: Flattening, found: Any, owner: str, path: str, relation: str) -> str:
    """One observable of a place: itself, and the relationship that says what the place says of it."""
    marks = work.effective(found)
    ref = show(work, found, marks)
    local = [Reference(source_name=OBSERVABLE_ID, external_id=found.id)] if found.id else ()
    labels = [*unfit(found), *([label("category", found.category)] if found.category else ())]
    for name, value in _asides(found):
        labels.append(label(name, value))
    work.link(path, owner, relation, ref, local, labels, marks)
    for place, text in enumerate(getattr(found, "signatures", ())):
        work.link(f"{path}/signatures/{place}", ref, "related-to", packed(work, text, XML))
    if isinstance(found, DomainName):
        flatten_items(work, found.related_dns, ref, f"{path}/related_dns")
        for place, server in enumerate(found.nameservers):
            here = f"{path}/nameservers/{place}"
            name = work.observe(DomainName(value=server.server))
            work.link(here, ref, "related-to", name)
            for index, address in enumerate(server.addresses):
                flatten_observable(work, address, name, f"{here}/addresses/{index}", "resolves-to")
    return ref


def show(work: Flattening, found: Any, markings: Any = None) -> str:
    """The object of an observable; text where its value is not what STIX lets stand under its type."""
    if fits(found):
        return work.observe(_value_only(work, found), markings)
    return packed(work, found.value or "", TEXT)


def unfit(found: Any) -> list[str]:
    """The label that says of what type a text is, for an observable that could only be shown as text."""
    return [] if fits(found) else [label("type", found.type)]


def _asides(found: Any) -> list[tuple[str, str]]:
    """What a place says of an observable that STIX says of none, as words."""
    names = {
        DomainName: ("system_status", "domain_status", "checked", "registered", "expires"),
        Address: ("vlan_name", "vlan_num"),
    }.get(type(found), ())
    told = [(name.replace("_", "-"), value) for name in names if (value := getattr(found, name)) is not None]
    broken = found.type == "url" and found.value and fits(found) and found.value != web_address(found.value)
    return [*told, ("value", found.value)] if broken else told


def _value_only(work: Flattening, found: Any) -> Any:
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
    return copied(made, hashes=hashes or None, name=name, hash_sets=(), urls=(), signatures=(), software=None, properties=())


def _mail(work: Flattening, made: EmailMessage) -> EmailMessage:
    to, others = _receivers(work, made.to)
    senders, other = _receivers(work, [made.sender] if made.sender else ())
    sender = senders[0] if senders else made.from_ref
    raw = packed(work, made.message, "message/rfc822") if made.message else made.raw_email_ref
    fields = dict(made.additional_header_fields or {})
    told = {"X-Mailer": made.x_mailer, "To": others, "From": next(iter(other), None)}
    fields |= {name: values for name, values in told.items() if values}
    return copied(
        made, is_multipart=bool(made.is_multipart), to_refs=to or made.to_refs, from_ref=sender, raw_email_ref=raw,
        additional_header_fields=fields or None, to=(), sender=None, x_mailer=None, header_fields=(), headers=None,
        message=None, hash_sets=(), signatures=(),
    )  # fmt: skip


def _receivers(work: Flattening, addresses: Any) -> tuple[list[str], list[str]]:
    """The objects of mail addresses, and those that are none."""
    made = [Address(type="email-addr", value=address) for address in addresses]
    return [work.observe(found) for found in made if fits(found)], [f.value or "" for f in made if not fits(f)]


def assemble_observables(work: Assembling, path: str) -> Any:
    """The observables of a place, as the place has them."""
    return [unobserved(work, relation, found, here) for relation, found, here in work.members(path)] or ()


def unobserved(work: Assembling, relation: Any, found: Any, path: str) -> Any:
    """An observable as its place has it: with the id and words that stand on the relationship."""
    kinds, labels = take(relation.labels, "type")
    made: Any = work.plain(_typed(found, kinds[0]) if kinds else found, work.markings)
    made.id = next((ref.external_id for ref in relation.references if ref.source_name == OBSERVABLE_ID), None)
    for word in labels:
        name, _, value = word.partition(":")
        field = name.replace("-", "_")
        if hasattr(made, field) and value:
            setattr(made, field, value)
    _refill(work, made)
    owner, work.owner = work.owner, str(found.id)
    signatures = [unpacked(artifact) for _, artifact, _ in work.members(f"{path}/signatures")]
    if signatures:
        made.signatures = signatures
    if isinstance(made, DomainName):
        made.related_dns = assemble_items(work, f"{path}/related_dns")
        made.nameservers = _nameservers(work, path)
    work.owner = owner
    return made


def _typed(found: Any, kind: str) -> Any:
    """The observable that could only be shown as text."""
    text = unpacked(found) if isinstance(found, Artifact) else ""
    value = text or None
    made: Any = DomainName(value=value) if kind == "domain-name" else Address(type=kind, value=value)
    made.markings = found.markings
    return made


def _nameservers(work: Assembling, path: str) -> Any:
    from dragoman.model import Nameserver

    found = []
    for _, name, here in list(work.members(f"{path}/nameservers")):
        work.owner = str(name.id)
        found.append(Nameserver(server=name.value or "", addresses=assemble_observables(work, f"{here}/addresses")))
    return found or ()


def _refill(work: Assembling, made: Any) -> None:
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
    made.to = [*made.to, *fields.pop("To", ())] or ()
    made.sender = fields.pop("From", made.sender)
    made.x_mailer = fields.pop("X-Mailer", None)
    made.additional_header_fields = fields or None
    made.to_refs, made.from_ref = (), None
    if made.is_multipart is False:
        made.is_multipart = None


def _value(work: Assembling, ref: str | None) -> str | None:
    return getattr(work.use(ref), "value", None)


def flatten_records(work: Flattening, event: Event, owner: str, path: str) -> None:
    """The records of an event: observed data for each set of files, keys or certificates, and for log items."""
    if event.record is None:
        return
    before, work.markings = work.markings, tuple(work.effective(event.record))
    for place, record in enumerate(event.record.records):
        here = f"{path}/record/{place}"
        inner, work.markings = work.markings, tuple(work.effective(record))
        for field, (member, _) in SETS.items():
            for index, group in enumerate(getattr(record, field)):
                made = observation(work, getattr(group, member), group, f"{here}/{field}/{index}", record.time)
                work.link(f"{here}/{field}/{index}", owner, "related-to", made, markings=work.effective(group))
        _items(work, record, owner, f"{here}/items")
        _words(work, record, owner, here)
        work.markings = inner
    work.markings = before


def _items(work: Flattening, record: Record, owner: str, path: str) -> None:
    """Log items: each an artifact in observed data of its own, which says what it is called."""
    for place, item in enumerate(record.items):
        before, work.markings = work.markings, tuple(work.effective(item))
        made = _observed(work, f"{path}/{place}", [artifact(work, item)], record.time)
        made.references, made.labels = work.local(item) or (), labelled(item, LABELS) or ()
        work.link(f"{path}/{place}", owner, "related-to", work.add("observations", made))
        work.markings = before


def _words(work: Flattening, record: Record, owner: str, path: str) -> None:
    """What a record says itself (its id, words, pages, application) stands on observed data of its own."""
    refs = [work.observe(Address(type="url", value=url)) for url in record.urls]
    made = software.product(record.application) if record.application else None
    refs += [work.observe(made)] if made else []
    refs += [packed(work, text_of(text), TEXT) for text in record.description]
    if not refs:
        return
    seen = _observed(work, f"{path}/words", refs, record.time)
    seen.references = work.local(record) or ()
    seen.labels = [tagged("description", text) for text in record.description] or ()
    work.link(f"{path}/words", owner, "related-to", work.add("observations", seen))
    if made and record.application:
        software.flatten_software(work, record.application, str(seen.id), f"{path}/application")


def observation(work: Flattening, members: Iterable[Any], group: Any, path: str, time: str | None = None) -> str:
    """Observed data for observables that belong together; returns its id."""
    before, work.markings = work.markings, tuple(work.effective(group))
    members = list(members)
    refs = [ref for found in members for ref in _refs(work, found)]
    made = _observed(work, path, refs, time)
    names = [Reference(source_name=MEMBER, external_id=found.id) for found in members if found.id]
    made.references = [*work.local(group), *(names if len(names) == len(members) else ())] or ()
    actions = [label("registry-action", f.action) for f in members if isinstance(f, RegistryKey) and f.action]
    hives = {short_hive(found.key or "") for found in members if isinstance(found, RegistryKey)}
    hive = [label("hive", short) for short in hives if short and len(hives) == 1]
    kinds = list(dict.fromkeys(word for found in members for word in unfit(found)))
    wrong = [label(name, h.value or "") for h in _digests(members)
             if (name := digest_name(h.algorithm, h.value)) and name.startswith(MALFORMED)]  # fmt: skip
    scopes = [label("hash-scope", s.scope) for f in members if isinstance(f, File) for s in f.hash_sets if s.scope]
    made.labels = [*(actions if len(actions) == len(members) else ()), *scopes, *hive, *kinds, *wrong] or ()
    for place, found in enumerate(members):
        if isinstance(found, File) and found.software:
            software.flatten_software(work, found.software, str(made.id), f"{path}/{place}/software")
    work.markings = before
    return work.add("observations", made)


def _digests(members: list[Any]) -> Iterator[Hash]:
    for found in members:
        for group in getattr(found, "hash_sets", ()):
            yield from group.hashes


def _observed(work: Flattening, path: str, refs: list[str], time: str | None) -> Observation:
    when = time or base_time(work.incident)
    return Observation(
        id=member_id("observed-data", work.key, path), first_observed=when, last_observed=when, number_observed=1,
        object_refs=list(dict.fromkeys(refs)), markings=work.markings,
    )  # fmt: skip


def _refs(work: Flattening, found: Any) -> list[str]:
    """The objects of one member: itself, and as artifacts the markup that must stay untouched."""
    if not fits(found):
        return [show(work, found)]
    if isinstance(found, Certificate) and found.x509_data:
        readable = from_x509(found)
        return [*([work.observe(readable)] if readable else []), packed(work, found.x509_data, XML)]
    refs = [work.observe(_value_only(work, found), work.effective(found))]
    refs += [packed(work, text, XML) for text in getattr(found, "signatures", ())]
    if isinstance(found, File):
        refs += [work.observe(Address(type="url", value=url)) for url in found.urls]
    return refs


def assemble_records(work: Assembling, path: str) -> RecordSet | None:
    """The records of an event."""
    records: list[Record] = []
    while record := _record(work, f"{path}/record/{len(records)}"):
        records.append(record)
    return RecordSet(records=records) if records else None


def _record(work: Assembling, path: str) -> Record | None:
    made, found = Record(), False
    for field, (member, cls) in SETS.items():
        groups = []
        for _, flat, here in work.members(f"{path}/{field}"):
            groups.append(unobserve_group(work, flat, here, cls, member, made))
        if groups:
            setattr(made, field, groups)
            found = True
    made.items = _unitems(work, f"{path}/items", made)
    said = work.member(f"{path}/words")
    if said is not None:
        _unwords(work, said[1], path, made)
    return made if found or made.items or said is not None else None


def unobserve_group(work: Assembling, flat: Observation, path: str, cls: Any, member: str, record: Any = None) -> Any:
    """A set of files, keys or certificates from its observed data."""
    name = str(flat.id)
    if record is not None:
        record.time = flat.first_observed
    ids = [ref.external_id for ref in flat.references if ref.source_name == MEMBER]
    flat.references = [ref for ref in flat.references if ref.source_name != MEMBER]
    before = work.enter(flat, "observed-data", path)
    group = cls(id=flat.id, markings=flat.markings, **{member: members_of(work, flat)})
    found = getattr(group, member)
    if len(ids) == len(found):
        for part, own in zip(found, ids, strict=True):
            part.id = own
    _relabel(flat, found)
    for place, part in enumerate(found):
        made = work.member(f"{path}/{place}/software") if isinstance(part, File) else None
        if made is not None:
            part.software = software.software_of(*made)
    work.names[id(group)] = name
    work.leave(before)
    return group


def _relabel(flat: Observation, found: list[Any]) -> None:
    actions, labels = take(flat.labels, "registry-action")
    if len(actions) == len(found):
        for key, action in zip(found, actions, strict=True):
            key.action = action
    hives, labels = take(labels, "hive")
    for key in found if hives else ():
        key.key = with_hive(key.key or "", hives[0])
    wrong = [word.removeprefix(MALFORMED).partition(":") for word in labels if word.startswith(MALFORMED)]
    for part in found:
        if wrong and isinstance(part, File) and not part.hash_sets:
            name, _, value = wrong.pop(0)
            part.hash_sets = [HashSet(scope="file-contents", hashes=[Hash(algorithm=name, value=value)])]
    scopes, _ = take(labels, "hash-scope")
    for part in found:
        for group in getattr(part, "hash_sets", ()):
            group.scope = scopes.pop(0) if scopes else None


def members_of(work: Assembling, flat: Observation) -> list[Any]:
    """The observables of observed data as the tree has them; artifacts of markup go to whom they belong."""
    out: list[Any] = []
    kinds, _ = take(flat.labels, "type")
    for ref in flat.object_refs:
        found = work.use(ref)
        if found is None:
            continue
        if isinstance(found, Artifact) and found.mime_type == XML:
            _markup(out, unpacked(found))
            continue
        if isinstance(found, Artifact) and found.mime_type == TEXT and kinds:
            found = _typed(found, kinds[0])
        if out and isinstance(out[-1], File) and isinstance(found, Address):
            _file_aside(out[-1], found)
            continue
        made: Any = work.plain(found, work.markings)
        _refill(work, made)
        out.append(made)
    return out


def _file_aside(file: File, found: Address) -> None:
    """What follows a file in its observed data: the pages it came from."""
    file.urls = [*file.urls, found.value or ""]
    if file.name == file.urls[0]:
        file.name = None


def _markup(out: list[Any], text: str) -> None:
    if "X509Data" in text[:200]:
        if out and isinstance(out[-1], Certificate) and out[-1].x509_data is None:
            out.pop()
        out.append(x509_of(text))
    elif out and isinstance(out[-1], File | EmailMessage):
        out[-1].signatures = [*out[-1].signatures, text]


def _unitems(work: Assembling, path: str, record: Record) -> Any:
    found = []
    for _, flat, here in work.members(path):
        record.time = flat.first_observed
        name, before = str(flat.id), work.enter(flat, "observed-data", here)
        made = item_of(next((work.use(ref) for ref in flat.object_refs), None), flat.labels)
        made.id, made.markings = flat.id, flat.markings
        work.names[id(made)] = name
        work.leave(before)
        found.append(made)
    return found or ()


def _unwords(work: Assembling, flat: Observation, path: str, record: Record) -> None:
    name = str(flat.id)
    before = work.enter(flat, "observed-data", f"{path}/words")
    record.time = flat.first_observed
    record.id = flat.id
    record.description = [untagged(word)[1] for word in flat.labels if word.startswith("description")] or ()
    found = [work.use(ref) for ref in flat.object_refs]
    record.urls = [part.value for part in found if isinstance(part, Address) and part.value] or ()
    application = work.member(f"{path}/application")
    if application is not None:
        record.application = software.software_of(*application)
    work.names[id(record)] = name
    work.leave(before)
