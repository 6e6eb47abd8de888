"""One search of an incident: what stands in fields first, for the texts are then searched for it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from dragoman.model.incident import Incident
from dragoman.model.named import pointer
from dragoman.personal.find import Finding
from dragoman.personal.known import Known
from dragoman.personal.looks import looks
from dragoman.personal.places import Field, Path, Place, Written, places
from dragoman.personal.pseudonym import is_ours, normal
from dragoman.personal.rows import kinds, of_persons_only, words
from dragoman.personal.rules import LIAISON, STRICTNESS, Rules, steps_of
from dragoman.personal.spans import Span, apart
from dragoman.profile import Treatment

EXCEPTION = "the liaison: a declared exception"
Value: TypeAlias = tuple[str, str]  # kind and value, as `normal` writes it
BASE64 = re.compile(r"\s*+(?:[A-Za-z0-9+/]{4}\s*+){3,}+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\s*+")
SEPARATORS = str.maketrans(";\n\t", ",,,")


@dataclass(slots=True)
class Search:
    """known: what texts are searched for.  strict: what becomes of such a value wherever it stands.  open: values that stand
    somewhere with permission, and why.  done: what goes anyhow.  exempt: where the liaison is."""

    incident: Incident
    rules: Rules
    at: str = ""
    known: Known = field(default_factory=Known)
    strict: dict[Value, Treatment] = field(default_factory=dict)
    open: dict[Value, str] = field(default_factory=dict)
    done: set[Path] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    exempt: Path | None = None

    def all(self) -> list[Finding]:
        """Every finding, in the order of the places."""
        found = list(places(self.incident))
        self.ids = {place.text for place in found if isinstance(place, Written) and place.of_id}
        self.exempt = self._liaison()
        whole = self._whole([place for place in found if isinstance(place, Field)])
        out: list[Finding] = []
        for place in found:
            out += [whole[place.path]] if isinstance(place, Field) and place.path in whole else self._inside(place)
        keys = {one.path for one in out if one.of_key}
        return [replace(one, place=self._place(one.path, keys)) for one in out]

    def learn(self, other: Incident) -> None:
        """What is treated in the fields of another incident is looked for in the texts of this one, and treated as there."""
        apart = Search(other, self.rules)
        apart.exempt = apart._liaison()
        found = [place for place in places(other) if isinstance(place, Field)]
        whole = apart._whole(found)
        for one in found:
            if one.path in whole and whole[one.path].treatment != "allow" and kinds()[one.kind].copies:
                self._remember(whole[one.path], one)

    def _liaison(self) -> Path | None:
        """Where the contact stands that is a declared exception; None when there is none, or when somebody asked for it."""
        liaison = self.incident.liaison
        if liaison is None or liaison.role not in words(LIAISON):
            return None
        return ("contacts", next(n for n, contact in enumerate(self.incident.contacts) if contact is liaison))

    def _is_exempt(self, path: Path) -> bool:
        return self.exempt is not None and path[:2] == self.exempt and not self.rules.asked(LIAISON)

    # ---- What is personal as a whole ------------------------------------------------------------------------------

    def _whole(self, found: list[Field]) -> dict[Path, Finding]:
        """The findings of fields by their paths, and what else has to be known before the texts are read."""
        made = {one.path: self._of_field(one) for one in found if self._counts(one.kind) and not is_ours(one.value)}
        treated = {key(one) for one in made.values() if one.treatment != "allow"}
        allowed = {key(one): one.why for one in made.values() if one.treatment == "allow"}
        self.open = {value: why for value, why in allowed.items() if value not in treated or why == EXCEPTION}
        return {one.path: self._settled(made[one.path], one) for one in found if one.path in made}

    def _counts(self, kind: str) -> bool:
        return not kinds()[kind].also or kind in self.rules.also

    def _of_field(self, one: Field) -> Finding:
        sure, why = ("likely", "the field is called so") if one.by_name else ("certain", "the field holds such data")
        exempt = self._is_exempt(one.path)
        treatment = "allow" if exempt else self._treatment(one.kind, one.where, one.path)
        why = EXCEPTION if exempt else why
        several = tuple(split(one))
        return Finding("", one.path, one.where, one.kind, sure, why, treatment, one.value, leaf=one.leaf, several=several)

    def _settled(self, found: Finding, one: Field) -> Finding:
        """A finding when all fields are known: what is the liaison's stays elsewhere as well."""
        if found.treatment != "allow" and key(found) in self.open:
            found = replace(found, treatment="allow", why=EXCEPTION)
        self.done |= {found.path, one.leaf} if found.treatment != "allow" else {one.leaf}
        if kinds()[one.kind].copies:
            self._remember(found, one)
        return found

    def _remember(self, found: Finding, one: Field) -> None:
        """The texts are searched for the value, and for the surname of a person."""
        for value in found.several:
            self.known.add(value, one.kind, f"repeats {one.where}", surname=one.person)
            for said in (value, value.split()[-1]) if one.person and value.strip() else (value,):
                if found.treatment != "allow":
                    before = self.strict.get((one.kind, normal(one.kind, said)), "allow")
                    self.strict[one.kind, normal(one.kind, said)] = max(before, found.treatment, key=STRICTNESS.index)

    def _treatment(self, kind: str, where: str, path: Path) -> Treatment:
        of_liaison = self.exempt is not None and path[:2] == self.exempt
        said = self.rules.treatment(kind, where, steps_of(path, of_liaison, self._name_of(path)))
        return "redact" if said == "pseudonymise" and kinds()[kind].secret else said

    def _name_of(self, path: Path) -> str | None:
        """The name that somebody gave to the custom field in which a place is."""
        if path[:1] != ("custom_fields",) or len(path) < 2 or not isinstance(path[1], int):
            return None
        given = self.incident.custom_fields[path[1]].type
        return given.name if given is not None else None

    # ---- What stands in a text ------------------------------------------------------------------------------------

    def _inside(self, place: Place) -> Iterable[Finding]:
        if isinstance(place, Field) or self._goes_anyhow(place.path) or self._is_exempt(place.path):
            return ()
        if place.where in words("encoded"):
            return self._decoded(place)
        if not place.of_id and place.text in self.ids:
            return ()
        return list(self._read(place)) or (self._decoded(place) if is_encoded(place) else ())

    def _goes_anyhow(self, path: Path) -> bool:
        return any(path[:length] in self.done for length in range(1, len(path) + 1))

    def _read(self, place: Written) -> Iterator[Finding]:
        """The findings in a text: those that are treated with nothing left out between them, and those that are allowed."""
        found = [(span, self._said(place, span)) for span in self._spans(place)]
        strict = apart(span for span, treatment in found if treatment != "allow")
        for span in strict:
            among = [said for one, said in found if span.start <= one.start < span.end]
            yield self._of_span(place, span, max(among, key=STRICTNESS.index))
        for span, treatment in found:
            if treatment == "allow" and not any(one.start < span.end and span.start < one.end for one in strict):
                yield self._of_span(place, span, "allow")

    def _said(self, place: Written, span: Span) -> Treatment:
        """What becomes of a stretch: a copy is treated as its field is, or more strictly where its place says so; of what
        stands somewhere with permission only the path of the place can say otherwise."""
        value = (span.kind, normal(span.kind, span.value or place.text[span.start : span.end]))
        steps = steps_of(place.path, of_liaison=False, named=self._name_of(place.path))
        if value in self.open:
            return self.rules.of_path(steps) or "allow"
        return max(self._treatment(span.kind, place.where, place.path), self.strict.get(value, "allow"), key=STRICTNESS.index)

    def _spans(self, place: Written) -> Iterator[Span]:
        """What stands in a text and may not stand there of itself; an id has no looks, only copies."""
        yield from self.known.found(place.text)
        if place.of_id:
            return
        for span in looks(place.text, self.rules.countries, self.rules.also, place.where):
            said = place.text[span.start : span.end]
            if (place.where, span.kind) not in of_persons_only() and not is_ours(said):
                yield span

    def _of_span(self, place: Written, span: Span, treatment: Treatment) -> Finding:
        value = span.value or place.text[span.start : span.end]
        exception = treatment == "allow" and self.open.get((span.kind, normal(span.kind, value))) == EXCEPTION
        why = EXCEPTION if exception else span.why
        return Finding(
            "", place.path, place.where, span.kind, span.sure, why, treatment, value,
            start=span.start, end=span.end, of_key=place.of_key, of_id=place.of_id,
        )  # fmt: skip

    def _decoded(self, place: Written) -> Iterator[Finding]:
        """A field of bytes goes whole for the first thing that is found in it."""
        try:
            data = base64.b64decode("".join(place.text.split()), validate=True)
        except (binascii.Error, ValueError):
            data = place.text.encode("utf-8", "surrogatepass")
        program = b"\0" in data or (place.where not in words("encoded") and not is_text(data))
        only_copies = program  # of which nothing has the looks of anything
        inside = replace(place, text=data.decode("utf-8", "replace"), of_id=only_copies)
        inner = next((one for one in self._read(inside) if one.treatment != "allow"), None)
        if inner is not None:
            treatment: Treatment = "block" if inner.treatment == "block" else "redact"
            why = f"in encoded bytes: {inner.why}"
            yield replace(inner, treatment=treatment, leaf=place.path, start=0, end=0, of_id=False, why=why)

    def _place(self, path: Path, keys: set[Path]) -> str:
        """A path without the names of members that are personal themselves."""
        steps = ["*" if path[: n + 1] in keys else step for n, step in enumerate(path)]
        return f"{self.at}{pointer(steps)}"


def is_encoded(place: Written) -> bool:
    """Whether a text that nobody declared so may be base64: its letters and its length are right."""
    return not (place.of_key or place.of_id) and BASE64.fullmatch(place.text) is not None


def is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def key(found: Finding) -> Value:
    """What makes two findings the same value."""
    return found.kind, normal(found.kind, found.value)


def split(one: Field) -> list[str]:
    """The values of a field that somebody named: a list, if it has commas."""
    if not one.by_name or one.kind in ("postal", "credential"):
        return [one.value]
    return [value.strip() for value in one.value.translate(SEPARATORS).split(",") if value.strip()]
