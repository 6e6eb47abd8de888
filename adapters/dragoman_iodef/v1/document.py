"""The markup of a document of v1: cargo stands inside the last incident, and nothing may be left to v1's own defaults."""

from __future__ import annotations

from typing import Any

from dragoman.adapter import Context
from dragoman.mapping.table import Row
from dragoman.mapping.xml import Plans
from dragoman.model import Incident
from dragoman.model.marking import level
from dragoman_iodef.document import SCHEMAS, Document
from dragoman_iodef.shapes import Writer, changed
from dragoman_iodef.v1.hooks import word_of
from dragoman_iodef.v1.lenient import NAMESPACE, without_namespace

CLOSING = "</Incident>"


class Writer1(Writer):
    """A writer of v1.

    said: whether the restriction is written out where v1's own default would hold instead of what holds around (an
    IncidentID is public unless it says otherwise, section 3.3, also inside a private incident).  lifted: the marking that an
    incident needs for what is inside it, when that is stricter than its own.
    """

    moment = ("report_time", "ReportTime")
    named = False
    said = True
    lifted: str | None = None

    def __init__(self, plans: Plans) -> None:
        super().__init__(plans)
        self.facts = plans.facts
        fields = plans.facts["unsaid"].items()
        self._defaulted = [self.plans[name].spec.row(core) for name, core in fields]

    def _marking(self, row: Row, part: object, left: object) -> str:
        written = super()._marking(row, part, left)  # type: ignore[arg-type]
        if isinstance(part, Incident) and self._raised is not None and level(self._raised) > self._holds:
            self.lifted = self._raised
        if written or not self.said or not any(row is known for known in self._defaulted):
            return written
        return f' restriction="{word_of(self._holds)}"'


class Document1(Document):
    writes = Writer1
    version = "1.00"
    location = f"{NAMESPACE} {SCHEMAS}/iodef-1.0.xsd"
    unsaid = ("IncidentID", "EventData", "Expectation", "History")

    def __init__(self, plans: Plans, context: Context) -> None:
        super().__init__(plans, context)
        self._incidents = 0
        self._bare: list[str] = []

    def add(self, incident: Incident) -> None:
        if not self._incidents:
            left = ((incident.header and incident.header.residue) or {}).get(self.writer.format, {})
            self.writer.said = "unsaid" not in left  # type: ignore[attr-defined]
            self._bare = [name for name in left.get("xmlns", ()) if isinstance(name, str)]
        self._incidents += 1
        self._add(incident)

    def _add(self, incident: Incident) -> None:
        """Writes an incident; once more, when what says what holds around it was written before that was known."""
        writer: Any = self.writer
        start, ids, writer.lifted = len(writer.out), set(writer.ids), None
        super().add(incident)
        if writer.lifted is not None:
            del writer.out[start:]
            writer.ids = ids
            super().add(changed(incident, markings=[writer.lifted]))

    def data(self) -> bytes:
        """The document in UTF-8."""
        whole = super().data()
        return without_namespace(whole, self._bare) if self._bare else whole

    def content(self) -> str:
        """The incidents, with the cargo at the end of the last."""
        body = "".join(self.writer.out)
        if not self.cargo:
            return body
        if body.rstrip().endswith("/>"):  # it was read so: an incident without anything
            body = body.rstrip().removesuffix("/>") + f">{CLOSING}\n"
        end = body.rindex(CLOSING)
        return f"{body[:end]}{self.cargo}{body[end:]}"
