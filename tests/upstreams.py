"""Received incidents in which everything that can show who sent them is a word of its own.

`Upstream(1).marked(incident)` and `Upstream(2).marked(incident)` say the same to a receiver and come from two senders.
"""

from __future__ import annotations

import hashlib
import sys
from base64 import b64encode
from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import NAMESPACE_DNS, NAMESPACE_OID, NAMESPACE_URL, NAMESPACE_X500, UUID, uuid5

from dragoman.derivation.rounding import instant
from dragoman.derivation.rules import rules
from dragoman.mapping.codecs import TIME
from dragoman.model import (
    Additional,
    Attachment,
    Contact,
    ContactPoint,
    CustomField,
    ExtensionDefinition,
    FieldType,
    ForeignObject,
    Header,
    Identifier,
    IdentifierSet,
    Incident,
    IncidentType,
    MarkingDefinition,
    Note,
    Reference,
    RelatedActivity,
    Task,
)
from dragoman.model.parts import Text
from dragoman.model.plain import fields, is_part, shapes

# Of `cli/files/ours.toml`, as a partner calls them: a type, a number, a time, and what it says in a way of its own.
KNOWN_TYPE, KNOWN_FIELD, KNOWN_TIME, KNOWN_MORE = "DoS", "record_count", "since", "details"
SHARED = ("type", "markings", "field_markings", "tlp")  # of every part: what it is, and who may see it


class Upstream:
    """One sender: `words` are all that only it can have said, `ids` those of them that are ids."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.words: set[str] = set()
        self.ids: dict[str, str] = {}
        self.groups: dict[str, str] = {}

    def marked(self, incident: Incident) -> Incident:
        """The incident as this sender says it."""
        self._meet(incident)
        return self._told(self._part(incident))

    def word(self) -> str:
        made = f"zq{self.random.getrandbits(48):012x}"
        self.words.add(made)
        return made

    def uuid(self) -> str:
        made = str(UUID(int=self.random.getrandbits(128), version=4))
        self.words.add(made)
        return made

    # ---- what it says of a part that is there ---------------------------------------------------------------------

    def _meet(self, value: Any) -> None:
        """New ids for all parts, so that references can follow."""
        if is_part(value):
            old = getattr(value, "id", None)
            if old and old not in self.ids:
                kind, apart, _ = old.partition("--")
                self.ids[old] = f"{kind}--{self.uuid()}" if apart and kind else self.uuid()
            for name in fields(type(value)):
                self._meet(getattr(value, name))
        elif isinstance(value, list | tuple):
            for item in value:
                self._meet(item)

    def _part(self, part: Any) -> Any:
        cls: type = type(part)
        allowed = set(rules().fields.get(cls.__name__, ()))
        if isinstance(part, Reference) and not rules().registered(part.source_name, part.external_id):
            allowed = set()
        said = {}
        for name in fields(cls):
            value = getattr(part, name)
            said[name] = value if name in SHARED and not is_part(value) else self._value(value, name, name in allowed)
        made = cls(**said)
        if getattr(part, "id", None):
            made.id = self.ids[part.id]
        if isinstance(part, IncidentType | FieldType):
            made.name = part.name
        return made

    def _value(self, value: Any, name: str, shared: bool) -> Any:
        if is_part(value):
            return self._part(value)
        if isinstance(value, list | tuple):
            return [self._value(item, name, shared) for item in value] or ()
        if isinstance(value, dict):
            return value if shared else {self.word(): self._value(item, name, shared) for item in value.values()}
        if isinstance(value, str):
            return self._text(value, name, shared)
        return value if shared or value is None or isinstance(value, bool) else self.random.randrange(2**31)

    def _text(self, text: str, name: str, shared: bool) -> str:
        if name == "group":
            return self.groups.setdefault(text, self.word())
        if name.endswith(("_ref", "_refs")):
            return self.ids.setdefault(text, self.uuid())
        if TIME.fullmatch(text) and instant(text):
            return self._time(text) if not shared or name in rules().times else text
        return text if shared else self.word()

    def _time(self, text: str) -> str:
        """Another moment of the same hour, in UTC as it is."""
        digits = f"{self.random.randrange(10**6):06}"
        clock = f"{self.random.randrange(10, 50)}:{self.random.randrange(10, 60)}.{digits}"
        self.words |= {clock, digits}
        when = instant(text)
        assert when is not None
        return f"{when:%Y-%m-%dT%H}:{clock}Z"

    # ---- what it says besides -------------------------------------------------------------------------------------

    def _told(self, incident: Incident) -> Incident:
        self._everywhere(incident)
        who = Contact(id=f"identity--{self.uuid()}", name=f"{self.word()} {self.word()}", role="liaison")
        who.emails = [ContactPoint(value=f"{self.word()}@{self.word()}.example")]
        who.phones = [ContactPoint(value=self.word())]
        incident.contacts = [who, *incident.contacts]
        incident.created_by = who.id
        incident.id = self.uuid()
        incident.identifier = Identifier(value=self.word(), authority=f"{self.word()}.example", instance=self.word())
        incident.alternatives = IdentifierSet(identifiers=[Identifier(value=self.word(), authority=self.word())])
        incident.related = [RelatedActivity(identifiers=[Identifier(value=self.word())], urls=[self._url()])]
        incident.history = [Task(id=self.uuid(), action="other", description=[self.word()], contact=who, time=self._time(NOON))]
        incident.attachments = [self._attachment()]
        incident.header = Header(format_id=self.word(), private_enum_name=self.word(), private_enum_id=self.word())
        incident.notes = [*incident.notes, Note(id=f"note--{self.uuid()}", content="shared", authors=[self.word()])]
        incident.extension_definitions = [
            ExtensionDefinition(id=f"extension-definition--{self.uuid()}", name=self.word(), schema=self._url())
        ]
        incident.marking_definitions = [
            MarkingDefinition(id=f"marking-definition--{self.uuid()}", name=self.word(), definition_type="statement",
                              definition={"statement": self.word()})
        ]  # fmt: skip
        content = {self.word(): self.word()}
        incident.foreign = [ForeignObject(id=f"x-thing--{self.uuid()}", format=self.word(), type=self.word(), content=content)]
        kind = incident.type or IncidentType(name=KNOWN_TYPE)
        kind.id, kind.description = self.uuid(), self.word()
        incident.type = kind
        incident.custom_fields = [
            self._custom(KNOWN_FIELD, "12"),
            self._custom(KNOWN_TIME, self._time(NOON)),
            self._custom(self.word(), self.word()),
        ]
        more = Additional(name=KNOWN_MORE, dtype="string", value='{"in": "the north"}', meaning=self.word())
        incident.additional = [*incident.additional, more]
        return incident

    def _attachment(self) -> Attachment:
        digest = f"{self.random.getrandbits(256):064x}"
        self.words.add(digest)
        return Attachment(id=self.uuid(), format="iodef-2", uri=self._url(), filename=f"{self.word()}.pdf", sha256=digest)

    def _custom(self, name: str, value: str) -> CustomField:
        kind = FieldType(id=self.uuid(), name=name, description=self.word(), type="string")
        return CustomField(id=self.uuid(), value=value, type=kind)

    def _url(self) -> str:
        return f"https://{self.word()}.{self.word()}.example/{self.word()}"

    def _everywhere(self, value: Any) -> None:
        """Extensions, residue, references, authors and further names on whatever can have them."""
        if is_part(value):
            cls: type = type(value)
            for name in fields(cls):
                self._everywhere(getattr(value, name))
            self._besides(value, fields(cls))
        elif isinstance(value, list | tuple):
            for item in value:
                self._everywhere(item)

    def _besides(self, part: Any, names: tuple[str, ...]) -> None:
        if "residue" in names and not isinstance(part, Text):
            part.residue = {self.word(): {self.word(): self.word()}}
        if "extensions" in names and shapes(type(part))["extensions"] == (None, False):
            found = {"extension_type": "property-extension", "x": self.word()}
            part.extensions = {f"extension-definition--{self.uuid()}": found}
        if "references" in names and shapes(type(part))["references"][0] is Reference:
            more = Reference(source_name=self.word(), external_id=self.word(), urls=[self._url()])
            part.references = [*part.references, more]
        if "additional" in names:
            part.additional = [Additional(name=self.word(), dtype="string", value=self.word())]
        if "created_by" in names:
            part.created_by = f"identity--{self.uuid()}"
        if "labels" in names:
            part.labels = [self.word()]


NOON = "2026-10-03T12:00:00Z"


def namespaces() -> set[UUID]:
    """All that the project makes names in, found in its modules, and those that everybody has."""
    ours = {
        value
        for name, module in list(sys.modules.items())
        if name.split(".")[0].startswith("dragoman")
        for value in vars(module).values()
        if isinstance(value, UUID)
    }
    return ours | {NAMESPACE_DNS, NAMESPACE_URL, NAMESPACE_OID, NAMESPACE_X500}


def echoes(words: set[str]) -> Iterator[str]:
    """What a word leads back to although it does not stand there: names made of it, digests of it, other spellings."""
    spaces = namespaces()
    for word in words:
        for name in (word, f"incident {word}", f"identity {word}", f"incident--{word}"):
            data = name.encode()
            for space in spaces:
                made = str(uuid5(space, name))
                yield from (made, made.replace("-", ""))
            yield from (hashlib.new(kind, data).hexdigest() for kind in ("md5", "sha1", "sha256"))
            yield b64encode(data).decode().rstrip("=")
        if len(word) == 36:
            yield word.replace("-", "")


def as_bytes(words: set[str]) -> Iterator[bytes]:
    """The ids and digests among the words as a binary format may write them."""
    for word in words:
        digits = word.replace("-", "")
        if len(digits) in (32, 64) and all(digit in "0123456789abcdef" for digit in digits):
            yield bytes.fromhex(digits)
