"""What an event says of itself: its own members, the organisation that made it, and whether it is published.

The event stands as a report where it is published, else as a grouping: `basis` names which, and the report holds nothing
but that.  What has no row is residue; how a value was spelled is kept by comparison with what we would write.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dragoman.adapter import Context
from dragoman.mapping.json import JsonReader, JsonWriter
from dragoman.mapping.table import Table
from dragoman.model import Contact, Incident, Report
from dragoman.model.naming import canonical, our_uuid, uid
from dragoman.model.parts import Text
from dragoman_misp.codecs import to_day
from dragoman_misp.exact import FORMAT, Object, difference, keep, kept, restored
from dragoman_misp.growing import UUID
from dragoman_misp.times import of_epoch, to_epoch

SPELLED, NOBODY = "spelled", "nobody"
LISTS = ("Tag", "Attribute", "Object", "Galaxy", "EventReport")
UNNAMED = "unnamed"
DAYS = ("occurrence_time", "detection_time", "created", "modified", "report_time", "generation_time")


@dataclass(slots=True)
class Opened:
    """An event without its parts.  report: the id under which it stands.  creator: that of its organisation.

    said: its members.  made: what we would write of them.
    """

    incident: Incident
    report: str
    creator: str | None
    said: Object
    made: Object


class Envelope:
    """Reads and writes the members of events that are not parts of their own."""

    def __init__(self, table: Table, context: Context) -> None:
        self.table, self.context = table, context
        self.incident, self.organisation = table.parts["incident"], table.parts["organisation"]
        self.reader = JsonReader(FORMAT, context.ledger)
        self.writer = JsonWriter(FORMAT, context.ledger)
        self.order = [*self.incident.orders[()], "published", "publish_timestamp", "distribution", "Orgc", *LISTS]

    def read(self, event: Object, trail: Sequence[str | int]) -> Opened:
        """The incident of an event whose parts were taken."""
        said = dict(event)
        creator = self._creator(event, trail)
        published = said.get("published") is True
        report_time = self._published(event, published)
        if type(event.get("published")) is bool:
            del event["published"]
        if event.get("distribution") == self.table.facts["distribution"]:
            del event["distribution"]
        self.reader.trail = [*trail]
        incident: Incident = self.reader.read(self.incident, event)
        if incident.id is None:
            incident.id = our_uuid(f"event {canonical(said)}")
        incident.created = incident.modified
        kind = "report" if published else "grouping"
        incident.basis = f"{kind}--{incident.id}"
        context = None if published else self.table.facts["report-context"]
        incident.reports = [Report(id=incident.basis, type=kind, context=context, published=report_time)]
        if creator is not None:
            incident.contacts, incident.created_by = [creator], creator.id
        else:
            keep(incident, NOBODY, True)
        return Opened(incident, incident.basis, incident.created_by, said, self.made(incident))

    def settle(self, opened: Opened) -> None:
        """Keeps how the members of an event were spelled, now that all is known which they are written from."""
        if spelled := difference(self.made(opened.incident), opened.said):
            keep(opened.incident, SPELLED, spelled)

    def _published(self, event: Object, published: bool) -> str | None:
        """When the event was published, as far as the model has a place for it."""
        seconds = event.get("publish_timestamp")
        moment = of_epoch(str(seconds)) if published and type(seconds) in (str, int) and str(seconds) != "0" else None
        if moment is not None:
            del event["publish_timestamp"]
        return moment

    def _creator(self, event: Object, trail: Sequence[str | int]) -> Contact | None:
        """The organisation that made the event; one without a good id gets one from what it says."""
        said = event.get("Orgc")
        if type(said) is not dict:
            return None
        del event["Orgc"]
        self.reader.trail = [*trail, "Orgc"]
        contact: Contact = self.reader.read(self.organisation, dict(said))
        if contact.id is None:
            contact.id = uid("identity", canonical(said))
        if spelled := difference(self.writer.write(self.organisation, contact), said):
            keep(contact, SPELLED, spelled)
        return contact

    def write(self, incident: Incident, made: Object) -> Object:
        """The members of the event of an incident, as they were spelled."""
        return restored(dict(made), kept(incident, SPELLED))

    def made(self, incident: Incident) -> Object:
        """The members of the event of an incident, as we spell them."""
        self._defaults(incident)
        event = self.writer.write(self.incident, incident)
        event.update(_standing(incident))
        event.setdefault("distribution", self.table.facts["distribution"])
        creator = _made_by(incident)
        if creator is not None:
            event["Orgc"] = restored(self.writer.write(self.organisation, creator), kept(creator, SPELLED))
        elif not kept(incident, NOBODY):
            event["Orgc"] = self._somebody(incident)
        return event

    def _somebody(self, incident: Incident) -> Object:
        """The organisation of an event that nobody said to have made: whom to talk to, else that of the profile."""
        liaison = incident.liaison
        name = (liaison.label if liaison is not None else None) or self.context.setting("defaults.contact.name", "unknown")
        return {"uuid": our_uuid(f"organisation {name}"), "name": name}

    def _defaults(self, incident: Incident) -> None:
        """What MISP demands and nobody said."""
        moments = [moment for name in DAYS if (moment := getattr(incident, name)) and to_day(moment)]
        now = self.context.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        self.writer.defaults = {
            "uuid": _uuid(incident),
            "info": _title(incident),
            "date": to_day(moments[0] if moments else now),
            "timestamp": to_epoch(incident.created or now) or to_epoch(now),
        }


def _uuid(incident: Incident) -> str:
    """The uuid of an event: that of the report that stands for it, else one that follows from what the incident says."""
    standing = (incident.basis or "").rpartition("--")[2]
    return standing if UUID.fullmatch(standing) else our_uuid(f"event {incident.id or _told(incident)}")


def _standing(incident: Incident) -> Object:
    """Whether the event is published, and when that was."""
    own = next((report for report in incident.reports if report.id == incident.basis), None)
    published = (incident.basis or "").startswith("report--")
    seconds = to_epoch(own.published) if published and own is not None and own.published else None
    return {"published": published} | ({"publish_timestamp": seconds} if seconds is not None else {})


def _made_by(incident: Incident) -> Contact | None:
    """The contact that made the incident, if it has an id that an organisation of MISP can have."""
    found = next((contact for contact in incident.contacts if contact.id == incident.created_by), None)
    usable = found is not None and found.id is not None and UUID.fullmatch(found.id.removeprefix("identity--"))
    return found if usable else None


def _title(incident: Incident) -> str:
    """What to call an event that has no short text."""
    words = [text.value if isinstance(text, Text) else text for text in incident.description]
    return incident.name or next((word.strip().split("\n")[0] for word in words if word.strip()), UNNAMED)


def _told(incident: Incident) -> str:
    return canonical([incident.summary, incident.created, incident.occurrence_time])
