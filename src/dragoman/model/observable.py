"""What can be seen on a wire or a disk: one discriminated union, named as STIX 2.1 names its observables (section 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from dragoman.model.parts import Additional, Part, Software, Words

if TYPE_CHECKING:
    from dragoman.model.people import Contact

Table: TypeAlias = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Observable(Part):
    """Common to all: `category` keeps the source's finer word (ipv4-net, site-uri, …); `labels` its roles."""

    type: str = "observable"
    category: str | None = None
    value: str | None = None
    defanged: bool | None = None
    extensions: Table | None = None


@dataclass(slots=True, kw_only=True)
class Address(Observable):
    """ipv4-addr, ipv6-addr, mac-addr, email-addr, url, mutex and the kinds of address that only IODEF names."""

    name: str | None = None
    display_name: str | None = None
    belongs_to_ref: str | None = None
    belongs_to_refs: Sequence[str] = ()
    resolves_to_refs: Sequence[str] = ()
    vlan_name: str | None = None
    vlan_num: str | None = None


@dataclass(slots=True, kw_only=True)
class AutonomousSystem(Observable):
    type: str = "autonomous-system"
    number: int | None = None
    name: str | None = None
    rir: str | None = None


@dataclass(slots=True, kw_only=True)
class Nameserver(Part):
    """A server that answers for a domain, with its addresses."""

    server: str = ""
    addresses: Sequence[AnyObservable] = ()


@dataclass(slots=True, kw_only=True)
class DomainName(Observable):
    """A domain and what its registration says (RFC 7970 section 3.19)."""

    type: str = "domain-name"
    resolves_to_refs: Sequence[str] = ()
    system_status: str | None = None
    domain_status: str | None = None
    checked: str | None = None
    registered: str | None = None
    expires: str | None = None
    related_dns: Sequence[Additional] = ()
    nameservers: Sequence[Nameserver] = ()
    same_contact: str | None = None
    contacts: Sequence[Contact] = ()


@dataclass(slots=True, kw_only=True)
class Hash(Part):
    """One digest: `algorithm` as STIX names it (MD5, SHA-256) or the source's URI; `value` in hexadecimal where it is one."""

    algorithm: str | None = None
    value: str | None = None
    method_text: str | None = None
    canonicalization: str | None = None
    canonicalization_text: str | None = None
    application: Software | None = None


@dataclass(slots=True, kw_only=True)
class FuzzyHash(Part):
    values: Sequence[Additional] = ()
    application: Software | None = None
    additional: Sequence[Additional] = ()


@dataclass(slots=True, kw_only=True)
class HashSet(Part):
    """Digests of one scope (file-contents, file-pe-section, email-hash, …)."""

    scope: str | None = None
    target_id: str | None = None
    hashes: Sequence[Hash] = ()
    fuzzy: Sequence[FuzzyHash] = ()


@dataclass(slots=True, kw_only=True)
class File(Observable):
    type: str = "file"
    name: str | None = None
    size: int | None = None
    mime_type: str | None = None
    name_enc: str | None = None
    magic_number_hex: str | None = None
    ctime: str | None = None
    mtime: str | None = None
    atime: str | None = None
    parent_directory_ref: str | None = None
    contains_refs: Sequence[str] = ()
    content_ref: str | None = None
    hashes: dict[str, str] | None = None
    hash_sets: Sequence[HashSet] = ()
    urls: Sequence[str] = ()
    signatures: Sequence[str] = ()  # ds:Signature elements, untouched
    software: Software | None = None
    properties: Sequence[Additional] = ()


@dataclass(slots=True, kw_only=True)
class Directory(Observable):
    type: str = "directory"
    path: str | None = None
    path_enc: str | None = None
    ctime: str | None = None
    mtime: str | None = None
    atime: str | None = None
    contains_refs: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class Artifact(Observable):
    """Bytes, inline (base64) or by URL."""

    type: str = "artifact"
    mime_type: str | None = None
    payload_bin: str | None = None
    url: str | None = None
    hashes: dict[str, str] | None = None
    encryption_algorithm: str | None = None
    decryption_key: str | None = None


@dataclass(slots=True, kw_only=True)
class EmailMessage(Observable):
    """A mail: as STIX splits it, and as RFC 7970 section 3.21 does (senders and receivers as plain addresses)."""

    type: str = "email-message"
    is_multipart: bool | None = None
    date: str | None = None
    content_type: str | None = None
    from_ref: str | None = None
    sender_ref: str | None = None
    to_refs: Sequence[str] = ()
    cc_refs: Sequence[str] = ()
    bcc_refs: Sequence[str] = ()
    message_id: str | None = None
    subject: str | None = None
    received_lines: Sequence[str] = ()
    additional_header_fields: Table | None = None
    body: str | None = None
    body_multipart: Sequence[Table] = ()
    raw_email_ref: str | None = None
    to: Sequence[str] = ()
    sender: str | None = None
    x_mailer: str | None = None
    header_fields: Sequence[Additional] = ()
    headers: str | None = None
    message: str | None = None
    hash_sets: Sequence[HashSet] = ()
    signatures: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class NetworkTraffic(Observable):
    type: str = "network-traffic"
    start: str | None = None
    end: str | None = None
    is_active: bool | None = None
    src_ref: str | None = None
    dst_ref: str | None = None
    src_port: int | None = None
    dst_port: int | None = None
    protocols: Sequence[str] = ()
    src_byte_count: int | None = None
    dst_byte_count: int | None = None
    src_packets: int | None = None
    dst_packets: int | None = None
    ipfix: Table | None = None
    src_payload_ref: str | None = None
    dst_payload_ref: str | None = None
    encapsulates_refs: Sequence[str] = ()
    encapsulated_by_ref: str | None = None


@dataclass(slots=True, kw_only=True)
class Process(Observable):
    type: str = "process"
    is_hidden: bool | None = None
    pid: int | None = None
    created_time: str | None = None
    cwd: str | None = None
    command_line: str | None = None
    environment_variables: Table | None = None
    opened_connection_refs: Sequence[str] = ()
    creator_user_ref: str | None = None
    image_ref: str | None = None
    parent_ref: str | None = None
    child_refs: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class SoftwareProduct(Observable):
    type: str = "software"
    name: str | None = None
    cpe: str | None = None
    swid: str | None = None
    languages: Sequence[str] = ()
    vendor: str | None = None
    version: str | None = None


@dataclass(slots=True, kw_only=True)
class UserAccount(Observable):
    type: str = "user-account"
    user_id: str | None = None
    credential: str | None = None
    account_login: str | None = None
    account_type: str | None = None
    display_name: str | None = None
    is_service_account: bool | None = None
    is_privileged: bool | None = None
    can_escalate_privs: bool | None = None
    is_disabled: bool | None = None
    account_created: str | None = None
    account_expires: str | None = None
    credential_last_changed: str | None = None
    account_first_login: str | None = None
    account_last_login: str | None = None


@dataclass(slots=True, kw_only=True)
class RegistryKey(Observable):
    """A Windows registry key; `action` says what was done to it, `data` is IODEF's single value."""

    type: str = "windows-registry-key"
    key: str | None = None
    data: str | None = None
    action: str | None = None
    values: Sequence[Table] = ()
    modified_time: str | None = None
    creator_user_ref: str | None = None
    number_of_subkeys: int | None = None


@dataclass(slots=True, kw_only=True)
class Certificate(Observable):
    """An X.509 certificate: decoded fields, or (`x509_data`) the ds:X509Data element, untouched."""

    type: str = "x509-certificate"
    is_self_signed: bool | None = None
    hashes: dict[str, str] | None = None
    version: str | None = None
    serial_number: str | None = None
    signature_algorithm: str | None = None
    issuer: str | None = None
    validity_not_before: str | None = None
    validity_not_after: str | None = None
    subject: str | None = None
    subject_public_key_algorithm: str | None = None
    subject_public_key_modulus: str | None = None
    subject_public_key_exponent: int | None = None
    x509_v3_extensions: Table | None = None
    x509_data: str | None = None
    description: Sequence[Words] = ()


AnyObservable: TypeAlias = (
    Address | AutonomousSystem | DomainName | File | Directory | Artifact | EmailMessage | NetworkTraffic | Process
    | SoftwareProduct | UserAccount | RegistryKey | Certificate
)
"""Told apart by `type`; every type that no class claims (ipv4-addr, url, mutex, atm, …) is an Address."""
