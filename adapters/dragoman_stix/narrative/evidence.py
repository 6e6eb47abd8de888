"""Records (files, registry keys, certificates, log items) as observed data; what a set says of its members beyond their
values stands among the labels and references of its observed data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dragoman.model import (
    Address,
    Artifact,
    Certificate,
    CertificateSet,
    EmailMessage,
    Event,
    File,
    FileSet,
    Hash,
    HashSet,
    Observation,
    Record,
    RecordSet,
    Reference,
    RegistryChange,
    RegistryKey,
)
from dragoman_stix.narrative import observing, software
from dragoman_stix.narrative.certificates import from_x509, x509_of
from dragoman_stix.narrative.items import (
    LABELS,
    TEXT,
    XML,
    artifact,
    item_of,
    packed,
    unpacked,
)
from dragoman_stix.narrative.labels import label, labelled, take
from dragoman_stix.narrative.paths import member_id
from dragoman_stix.narrative.values import base_time, tagged, text_of, untagged
from dragoman_stix.wellformed import MALFORMED, digest_name, fits, short_hive, with_hive

if TYPE_CHECKING:
    from dragoman_stix.narrative.assemble import Assembling
    from dragoman_stix.narrative.flatten import Flattening

MEMBER = "member-id"
SETS = {"files": ("files", FileSet), "registry": ("keys", RegistryChange), "certificates": ("certificates", CertificateSet)}


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
    refs = [observing.show(work, Address(type="url", value=url)) for url in record.urls]
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
    kinds = list(dict.fromkeys(word for found in members for word in observing.unfit(found)))
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
    when = time or work.fill(f"{path}/first_observed", base_time(work.incident))
    work.fill(f"{path}/number_observed", 1)
    return Observation(
        id=member_id("observed-data", work.key, path), first_observed=when, last_observed=when, number_observed=1,
        object_refs=list(dict.fromkeys(refs)), markings=work.markings,
    )  # fmt: skip


def _refs(work: Flattening, found: Any) -> list[str]:
    """The objects of one member: itself, and as artifacts the markup that must stay untouched."""
    if not fits(found):
        return [observing.show(work, found)]
    if isinstance(found, Certificate) and found.x509_data:
        readable = from_x509(found)
        return [*([work.observe(readable)] if readable else []), packed(work, found.x509_data, XML)]
    refs = [work.observe(observing.value_only(work, found), work.effective(found))]
    refs += [packed(work, text, XML) for text in getattr(found, "signatures", ())]
    if isinstance(found, File):
        pages = [Address(type="url", value=url) for url in found.urls]
        refs += [work.observe(page) for page in pages if fits(page)]
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
        _timed(work, record, flat)
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
            part.software = software.software_of(work, *made)
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
            found = observing.typed(found, kinds[0])
        if out and isinstance(out[-1], File) and isinstance(found, Address):
            _file_aside(out[-1], found)
            continue
        made: Any = work.plain(found, work.markings)
        observing.refill(work, made)
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


def _timed(work: Assembling, record: Record, flat: Observation) -> None:
    """A record's time, unless it was filled in."""
    if flat.first_observed != work.created:
        record.time = flat.first_observed


def _unitems(work: Assembling, path: str, record: Record) -> Any:
    found = []
    for _, flat, here in work.members(path):
        _timed(work, record, flat)
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
    _timed(work, record, flat)
    record.id = flat.id
    record.description = [untagged(word)[1] for word in flat.labels if word.startswith("description")] or ()
    found = [work.use(ref) for ref in flat.object_refs]
    record.urls = [part.value for part in found if isinstance(part, Address) and part.value] or ()
    application = work.member(f"{path}/application")
    if application is not None:
        record.application = software.software_of(work, *application)
    work.names[id(record)] = name
    work.leave(before)
