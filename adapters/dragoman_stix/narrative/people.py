"""Contacts as identities, actors and campaigns as themselves (STIX 2.1 sections 4.3, 4.5, 4.17; identity contact
extension 66e2492a).  What the extension has no place for stands as readable lines in `contact_information`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dragoman.model import Actor, Address, Campaign, Contact, ContactPoint, Incident, Reference, RelatedActivity, Text
from dragoman.model.plain import copied
from dragoman_stix.narrative.notes import assemble_notes, flatten_notes
from dragoman_stix.narrative.values import first_line, tagged, text_of, untagged
from dragoman_stix.wellformed import fits

if TYPE_CHECKING:
    from dragoman_stix.narrative.assemble import Assembling
    from dragoman_stix.narrative.flatten import Flattening

CLASSES = {"person": "individual", "organization": "organization"}
PHONES = {"wired": "work-phone", "mobile": "personal-mobile-phone", "fax": "work-fax", "hotline": "work-phone"}
RELATED = "related activity"


def flatten_contacts(work: Flattening, owner: Any, flat: Any, owner_id: str, path: str) -> None:
    """Identities for the contacts of an incident, event or contact; those that are flat already stay."""
    flat.contacts = [contact for contact in owner.contacts if is_flat(contact, "identity")] or ()
    relation = "related-to" if isinstance(owner, Contact) else "contact-for"
    nested = [contact for contact in owner.contacts if not is_flat(contact, "identity")]
    for place, contact in enumerate(nested):
        here = f"{path}/contacts/{place}"
        made = flatten_contact(work, contact, here)
        work.link(here, made, relation, owner_id, markings=work.effective(contact))


def is_flat(part: Any, type_name: str) -> bool:
    """Whether a part came from STIX, with the id of an object of its own."""
    return bool(part.id and part.id.startswith(f"{type_name}--"))


def flatten_contact(work: Flattening, contact: Contact, path: str) -> str:
    """The identity of one contact, and of those below it; returns its id."""
    before, work.markings = work.markings, tuple(work.effective(contact))
    names = contact.names or ([contact.name] if contact.name else [])
    flat = copied(
        contact, id=work.id_of(contact, "identity", path), markings=work.markings,
        name=text_of(names[0]) if names else _fallback_name(contact), names=(), titles=(), timezone=None, type=None,
        role=None, registry_handles=(), postal_addresses=(), contacts=(), zip=None, city=None,
        roles=[contact.role, *contact.roles] if contact.role else contact.roles,
        identity_class=contact.identity_class or CLASSES.get(contact.type or "", contact.type),
        references=[*work.local(contact), *_handles(contact.registry_handles), *contact.references],
        emails=[_email(work, point, path) for point in contact.emails if fits(_mailbox(point))] or (),
        phones=[_phone(work, point, path) for point in contact.phones] or (),
        contact_information="\n".join(_lines(contact)) or contact.contact_information,
    )  # fmt: skip
    flat.additional = ()
    made = work.add("contacts", flat)
    flatten_notes(work, contact.additional, made, path)
    flatten_contacts(work, contact, flat, made, path)
    work.markings = before
    return made


def _fallback_name(contact: Contact) -> str:
    points = [point.value for point in (*contact.emails, *contact.phones) if point.value]
    return points[0] if points else contact.role or "unnamed"


def _handles(handles: Sequence[ContactPoint]) -> list[Reference]:
    return [Reference(source_name=handle.type or "registry", external_id=handle.value) for handle in handles]


def _mailbox(point: ContactPoint) -> Address:
    return Address(type="email-addr", value=point.value)


def _email(work: Flattening, point: ContactPoint, path: str) -> ContactPoint:
    kind = work.fill(f"{path}/emails/digital_contact_type", "work")
    return ContactPoint(ref=work.observe(_mailbox(point)), type=kind, description=[point.type] if point.type else ())


def _phone(work: Flattening, point: ContactPoint, path: str) -> ContactPoint:
    kind = PHONES.get(point.type or "") or work.fill(f"{path}/phones/contact_number_type", "work-phone")
    return ContactPoint(value=point.value, type=kind, description=[point.type] if point.type else ())


def _lines(contact: Contact) -> list[str]:
    lines = [_line("e-mail", point) for point in contact.emails] + [_line("phone", point) for point in contact.phones]
    lines += [tagged("title", title) for title in contact.titles]
    lines += [tagged("also named", name) for name in contact.names[1:]]
    lines += [_line("address", point) for point in contact.postal_addresses]
    if contact.zip or contact.city:
        lines.append(f"place: {' '.join(filter(None, (contact.zip, contact.city)))}")
    return [*lines, f"time zone: {contact.timezone}"] if contact.timezone else lines


def _line(name: str, point: ContactPoint) -> str:
    """A readable line for a way to reach somebody, with the source's word for it: "phone (fax): +47 …"."""
    return tagged(f"{name} ({point.type})" if point.type else name, Text(point.value or "", point.lang, point.group))


def assembled(work: Assembling, path: str) -> list[Contact]:
    """The contacts that hang on the owner at a path."""
    members = work.members(f"{path}/contacts", owned_by_target=True)
    return [assemble_contact(work, member, here) for _, member, here in members]


def assemble_contact(work: Assembling, flat: Contact, path: str) -> Contact:
    """An identity as the contact it was; changed in place."""
    before = work.enter(flat, "identity", path)
    for point in flat.emails:
        work.use(point.ref)
    if flat.contact_information:
        _from_lines(flat, flat.contact_information.split("\n"))
    if flat.name and flat.name != _fallback_name(flat):
        flat.names = [flat.name, *flat.names]
    flat.name = None
    if flat.roles:
        flat.role, flat.roles = flat.roles[0], list(flat.roles[1:]) or ()
    backwards = {theirs: ours for ours, theirs in CLASSES.items()}
    flat.type = backwards.get(flat.identity_class or "", flat.identity_class)
    flat.identity_class = None
    flat.registry_handles = [
        ContactPoint(type=None if ref.source_name == "registry" else ref.source_name, value=ref.external_id)
        for ref in flat.references if ref.source_name and ref.external_id and not ref.urls
    ] or ()  # fmt: skip
    flat.references = [ref for ref in flat.references if not ref.external_id or ref.urls] or ()
    flat.contacts = assembled(work, path) or ()
    flat.additional = assemble_notes(work, path)
    work.leave(before)
    return flat


def _from_lines(flat: Contact, lines: list[str]) -> None:
    values: dict[str, list[Any]] = {}
    for line in lines:
        name, text = untagged(line)
        name, _, kind = name.removesuffix(")").partition(" (")
        values.setdefault(name, []).append((kind or None, text))
    flat.emails = [postal(kind, text) for kind, text in values.get("e-mail", ())] or ()
    flat.phones = [postal(kind, text) for kind, text in values.get("phone", ())] or ()
    flat.titles = [value for _, value in values.get("title", ())] or ()
    flat.names = [value for _, value in values.get("also named", ())] or ()
    flat.postal_addresses = [postal(kind, text) for kind, text in values.get("address", ())] or ()
    flat.timezone = next((value for _, value in values.get("time zone", ())), None)
    flat.contact_information = None


def postal(kind: str | None, text: Any) -> ContactPoint:
    """A way to reach somebody from its type and its text."""
    lang, group = (text.lang, text.group) if isinstance(text, Text) else (None, None)
    return ContactPoint(type=kind, value=text_of(text), lang=lang, group=group)


def flatten_related(work: Flattening, incident: Incident, flat: Incident, owner: str) -> None:
    """Actors, campaigns and ids of related activity; ids and pages become external references of the incident."""
    references = list(flat.references)
    for place, related in enumerate(incident.related):
        path = f"/related/{place}"
        before, work.markings = work.markings, tuple(work.effective(related))
        for index, actor in enumerate(related.actors):
            made = _threat(work, actor, "threat-actor", f"{path}/actors/{index}")
            work.link(f"{path}/actors/{index}", owner, "attributed-to", work.add("actors", made))
        for index, campaign in enumerate(related.campaigns):
            made = _threat(work, campaign, "campaign", f"{path}/campaigns/{index}")
            work.link(f"{path}/campaigns/{index}", work.add("campaigns", made), "associated-with", owner)
        work.markings = before
        if not work.stricter(related):
            told = [found for found in related.identifiers if not work.stricter(found)]
            references += [_related(found.authority, found.value) for found in told]
            references += [Reference(source_name=RELATED, urls=[url]) for url in related.urls]
    flat.references = references or ()


def _related(authority: str | None, value: str) -> Reference:
    return Reference(source_name=authority or "incident", external_id=value, description=[RELATED])


def _threat(work: Flattening, part: Any, type_name: str, path: str) -> Any:
    names = [*part.external_ids, *([part.name] if part.name else ())]
    made = work.id_of(part, type_name, path)
    before, work.markings = work.markings, tuple(work.effective(part))
    flatten_notes(work, part.additional, made, path)
    marks, work.markings = work.markings, before
    return copied(
        part, id=made, markings=marks, additional=(), external_ids=(), urls=(),
        name=names[0] if names else first_line(part.description) or "unnamed", aliases=[*names[1:], *part.aliases] or (),
        references=[*work.local(part), *(Reference(source_name="page", urls=[url]) for url in part.urls), *part.references],
    )  # fmt: skip


def assemble_related(work: Assembling, incident: Incident) -> None:
    """The related activity that `flatten_related` spread out; one for each run of members, one for bare references."""
    found: list[RelatedActivity] = []
    while True:
        path = f"/related/{len(found)}"
        actors = [_untangled(work, m, "threat-actor", p) for _, m, p in work.members(f"{path}/actors")]
        campaigns = [
            _untangled(work, m, "campaign", p) for _, m, p in work.members(f"{path}/campaigns", owned_by_target=True)
        ]
        if not actors and not campaigns:
            break
        found.append(RelatedActivity(actors=actors or (), campaigns=campaigns or ()))
    ids = [ref for ref in incident.references if list(ref.description) == [RELATED]]
    urls = [ref for ref in incident.references if ref.source_name == RELATED and ref.urls]
    if (ids or urls) and not found:
        found.append(RelatedActivity())
    if ids:
        found[0].identifiers = [_identifier(ref) for ref in ids]
    if urls:
        found[0].urls = [url for ref in urls for url in ref.urls]
    told = {id(ref) for ref in (*ids, *urls)}
    incident.references = [ref for ref in incident.references if id(ref) not in told] or ()
    incident.related = [*found, *incident.related] or ()


def _identifier(reference: Reference) -> Any:
    from dragoman.model import Identifier

    return Identifier(value=reference.external_id or "", authority=reference.source_name)


def _untangled(work: Assembling, flat: Actor | Campaign, type_name: str, path: str) -> Any:
    before = work.enter(flat, type_name, path)
    pages = [ref for ref in flat.references if ref.source_name == "page" and ref.urls]
    flat.urls = [url for ref in pages for url in ref.urls] or ()
    flat.references = [ref for ref in flat.references if ref not in pages] or ()
    if flat.name and flat.name not in ("unnamed", first_line(flat.description)):
        flat.external_ids = [flat.name, *flat.aliases]
        flat.aliases = ()
    flat.name = None
    flat.additional = assemble_notes(work, path)
    work.leave(before)
    return flat


__all__ = ["assemble_contact", "assemble_related", "assembled", "flatten_contact", "flatten_contacts", "flatten_related"]
