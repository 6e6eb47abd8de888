"""The base message of the paper (Table 1) as JSON: small, readable by people, the hub's own format."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dragoman.adapter import Can, Context, Format
from dragoman.errors import ForbiddenLoss, ReadError
from dragoman.ledger import Kind
from dragoman.mapping.adapter import CODES
from dragoman.mapping.documents import JsonTableAdapter, as_lists, sound
from dragoman.mapping.json import JsonReader, JsonWriter, Object
from dragoman.model.incident import Incident
from dragoman_base import check, forms, label, schema
from dragoman_base.fill import Fill, as_uuid
from dragoman_base.manner import Manner, again, blanks

TELLTALE = frozenset({"liaison", "occurrence_time", "detection_time", "custom_fields", "next_update"})


class BaseAdapter(JsonTableAdapter):
    """One object for one message; several messages are a list."""

    format = Format(
        name="base",
        title="base message",
        version="1",
        suffixes=(".json",),
        media_types=("application/vnd.dragoman.base+json", "application/json"),
        specification="https://doi.org/10.3390/cryptography2040041",
        can=Can.READ | Can.WRITE | Can.MANY | Can.CARRY,
        options={"defaults.PATH": "what to say at PATH (defaults.liaison.phone) when nobody did"},
    )
    telltale = TELLTALE
    codecs = forms.CODECS_OF_OURS

    def taken(self, reader: JsonReader, source: Object, context: Context) -> Incident:
        """One message.  Raises ReadError that names a mandatory member which is missing, or a label nobody can read."""
        table = self.table(context)
        spec = table.parts[self.root]
        manner = Manner.of(source)
        if gone := list(check.missing(table, spec, source, _place(reader))):
            what = f"base message: {', '.join(gone)} {'is' if len(gone) == 1 else 'are'} missing"
            raise ReadError(what, where=context.source)
        incident: Incident = reader.read(spec, source)
        check.refuse_label(incident, (incident.residue or {}).get("base", {}), context.source)
        check.tell(incident, frozenset(row.path[0] for row in spec.rows), reader.ledger, _pointer(reader))
        manner.keep(incident, incident.contacts)
        as_lists(spec, incident)
        self._settle(incident)
        return incident

    def _settle(self, incident: Incident) -> None:
        """Puts words in the spelling that the model has for them, and the label where other formats look for it."""
        forms.canonise(incident, forms.INCIDENT, self.format.name)
        for part in forms.named(incident):
            forms.canonise(part, forms.NAMED, self.format.name)
        if incident.tlp is not None:
            forms.canonise(incident.tlp, forms.TLP, self.format.name)
            for field in incident.tlp.fields:
                forms.canonise(field, forms.TLP_FIELD, self.format.name)
            incident.markings = label.said(incident.tlp)

    def given(self, writer: JsonWriter, incident: Incident, context: Context) -> Object:
        """One message, complete.  Raises ForbiddenLoss under `strict` when something mandatory was not said."""
        table = self.table(context)
        spec = table.parts[self.root]
        target = writer.write(spec, sound(spec, self._spelled(incident)))
        blanks(incident, target)
        filling = Fill(table, incident, context)
        target = filling.fill(spec, target)
        if context.strict and filling.missing:
            fix = "say it in the source, or under [defaults] in the profile"
            raise ForbiddenLoss(f"base message: nobody said {', '.join(filling.missing)}", fix=fix)
        for path in filling.blank:
            reason = "base message demands a value that nobody said: left empty"
            context.ledger.note(Kind.DEFAULTED, CODES[Kind.DEFAULTED], "/" + path.replace(".", "/"), reason)
        return again(target, incident)

    def _spelled(self, incident: Incident) -> Any:
        """The incident as the message says it: one liaison, ids that are UUIDs, every word as it was spelled."""
        copy = forms.spelled(incident, forms.INCIDENT, self.format.name)
        tlp = label.label(incident)
        if tlp is not None:
            fields = [forms.spelled(field, forms.TLP_FIELD, self.format.name) for field in tlp.fields]
            tlp = replace(forms.spelled(tlp, forms.TLP, self.format.name), fields=fields or ())
        id_ = copy.id if _sound_id(copy.id) else as_uuid(copy.id)
        return replace(copy, **self._named(incident), tlp=tlp, id=id_, contacts=self._liaison(incident))

    def _named(self, incident: Incident) -> dict[str, Any]:
        """The parts that have an id, with the id as it was spelled."""
        fields = [replace(self._id(field), type=self._id(field.type)) for field in incident.custom_fields]
        attachments = [self._id(attachment) for attachment in incident.attachments]
        return {"type": self._id(incident.type), "attachments": attachments or (), "custom_fields": fields or ()}

    def _id(self, part: Any) -> Any:
        return part and forms.spelled(part, forms.NAMED, self.format.name)

    def _liaison(self, incident: Incident) -> Any:
        chosen = self._id(incident.liaison)
        if chosen is None:
            return None
        id_ = chosen.id if _sound_id(chosen.id) else as_uuid(chosen.id)
        return replace(chosen, name=chosen.label, id=id_)

    def schema(self) -> dict[str, Any]:
        """The JSON Schema (2020-12) of a message."""
        return schema.schema(self.table(Context()))

    def faults(self, data: bytes, context: Context) -> list[str]:
        """Where a document is not what Table 1 says, as "path: reason"; empty when it is."""
        aside = context.aside()
        try:
            tree = self.parse(data, aside)
            self.unload(tree, aside)
            self.take(tree, aside)
        except ReadError as error:
            return [f"{error.where}: {error.what}"]
        return [f"{loss.path}: {loss.reason}" for loss in aside.ledger.of({Kind.INVALID})]


def _sound_id(text: str | None) -> bool:
    try:
        return bool(forms.uuid(text))
    except ValueError:
        return False


def _place(reader: JsonReader) -> str:
    return "".join(f"[{step}]." for step in reader.trail)


def _pointer(reader: JsonReader) -> str:
    return "".join(f"/{step}" for step in reader.trail)


adapter = BaseAdapter()
