"""Reading and writing the parts of a document that was raised: what its objects remember stays on their parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from dragoman.ledger import Loss
from dragoman.mapping.json import form, remember
from dragoman.mapping.table import Spec
from dragoman.model import ForeignObject, Incident
from dragoman.tree.json import pointer
from dragoman_stix.older.custom import Property
from dragoman_stix.older.rows import AT, FORMAT, MEMORY, Object, memory, rows
from dragoman_stix.read import Reading
from dragoman_stix.write import Writing


class OlderReading(Reading):
    """Reads objects of 2.1 that were objects of 2.0; what is told of them names their places there."""

    home = Property()

    def incidents(self, objects: list[Any]) -> list[Incident]:
        """The incidents of the document; the objects are used up."""
        told, memories = len(self.context.ledger.losses), [memory(item) for item in objects]
        types = [item.get("type") if isinstance(item, dict) else None for item in objects]
        objects[:] = [_bare(item) for item in objects]
        found = super().incidents(objects)
        for (part, *_), kept in zip(self.entries, memories, strict=True):
            self._keep(part, kept)
        places = [kept.get(AT) for kept in memories]
        losses = self.context.ledger.losses
        losses[told:] = [self._placed(loss, places, types) for loss in losses[told:]]
        return found

    def _keep(self, part: Any, kept: Object) -> None:
        for name, value in kept.items():
            if name != AT:
                remember(part, FORMAT, name, value)
        for name in kept.get("assumed", ()):
            setattr(part, name, None)

    def _placed(self, loss: Loss, places: Sequence[Any], types: Sequence[Any]) -> Loss:
        """A loss under the place that its value has in the document of 2.0."""
        head, steps = len(self.head), loss.path.split("/")[1:]
        whole = self.form.wrapper == "object"
        number = "0" if whole else "".join(steps[head : head + 1])
        if not number.isdecimal() or int(number) >= len(places):
            return loss
        rest = steps if whole else steps[head + 1 :]
        own = places[int(number)]
        where = steps[: 0 if whole else head + 1] if own is None else [*self.head, own[0], "objects", own[1]]
        rule = rows().rule(types[int(number)])
        named = [*("labels" if step == rule.types else rule.down.get(step, step) for step in rest[:1]), *rest[1:]]
        said = "".join(f"/{step}" for step in named)
        return replace(loss, path=pointer(where) + said)


def _bare(item: Any) -> Any:
    return {key: value for key, value in item.items() if key != MEMORY} if memory(item) else item


class OlderWriting(Writing):
    """Writes objects of 2.1 that are going to be lowered: what their parts remember goes with them."""

    home = Property()

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.shape = None  # the shapes of the incident extension are those of 2.1

    def _object(self, spec: Spec, part: Any) -> Object:
        written: Object = _remembering(super()._object(spec, part), part)
        return written

    def _foreign(self, part: ForeignObject) -> Iterator[Any]:
        for item in super()._foreign(part):
            yield _remembering(item, part)


def _remembering(item: Any, part: Any) -> Any:
    kept = form(part, FORMAT)
    return {**item, MEMORY: kept} if kept and isinstance(item, dict) else item
