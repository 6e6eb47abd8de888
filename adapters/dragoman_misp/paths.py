"""Where in a part a value stands ("name", "hashes/MD5", "protocols/*", "references url"): put there and got again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from dragoman.model import ContactPoint, Reference
from dragoman_misp.patterns import escaped
from dragoman_misp.times import of_seen, to_moment
from dragoman_misp.values import CODECS, Unfit

Fields = dict[str, Any]
Read: TypeAlias = Callable[[str], Any]
Write: TypeAlias = Callable[[Any], str]
TRUTH = {"1": True, "true": True, "True": True, "0": False, "false": False, "False": False}
REFERENCES = ("url", "cve", "capec", "mitre-attack")


def time(text: str) -> str:
    """Raises Unfit for what is no time with a zone."""
    found = of_seen(text)
    if found is None:
        raise Unfit
    return found


def truth(text: str) -> bool:
    if text not in TRUTH:
        raise Unfit
    return TRUTH[text]


def decimal(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        raise Unfit from None
    if found != found or abs(found) > 1e300:
        raise Unfit
    return found


FORMS: dict[str, tuple[Read, Write]] = {
    **CODECS,
    "time": (time, to_moment),
    "boolean": (truth, lambda value: "1" if value else "0"),
    "float": (decimal, lambda value: str(int(value)) if value == int(value) else repr(value)),
    "protocol": (str.lower, str),
    "point": (lambda text: ContactPoint(value=text), lambda point: point.value or ""),
    "url": (lambda text: Reference(source_name="url", urls=[text]), lambda found: next(iter(found.urls), "")),
    "mitre-attack": (lambda text: Reference(source_name="mitre-attack", urls=[text]), lambda found: next(iter(found.urls), "")),
    "cve": (lambda text: Reference(source_name="cve", external_id=text), lambda found: found.external_id or ""),
    "capec": (
        lambda text: Reference(source_name="capec", external_id=f"CAPEC-{text}"),
        lambda found: (found.external_id or "").removeprefix("CAPEC-"),
    ),
}


class Path:
    """A place in a part.  `form` is how the value is written there; None: as the text that it is."""

    __slots__ = ("form", "name", "place", "source", "steps")

    def __init__(self, text: str) -> None:
        place, _, form = text.partition(" ")
        self.source = form if form in REFERENCES else None
        self.steps = [*place.split("/"), *(["*"] if self.source or form == "point" else [])]
        self.name = self.steps[0]
        self.form = FORMS[form] if form else None
        self.place = self.name + "".join(_step(step) for step in self.steps[1:])

    def put(self, fields: Fields, text: str) -> None:
        """Puts a value into the fields of a part to be made.  Raises Unfit for one that cannot stand there, or not twice."""
        value = self.form[0](text) if self.form else text
        node: Any = fields
        for step, after in zip(self.steps, [*self.steps[1:], None], strict=True):
            if step == "*":
                node.append(value)
            elif step == "0":
                node.extend([] if node else [{}])
                node = node[0]
            elif after is not None:
                node = node.setdefault(step, [] if after in ("*", "0") else {})
            elif step in node:
                raise Unfit
            else:
                node[step] = value

    def get(self, part: Any) -> list[str]:
        """The values that stand there."""
        nodes = [getattr(part, self.name)]
        for step in self.steps[1:]:
            nodes = [inner for node in nodes for inner in _inside(node, step)]
        found = [node for node in nodes if node is not None and (self.source is None or node.source_name == self.source)]
        return [text for text in map(self._text, found) if text]

    def _text(self, value: Any) -> str | None:
        if self.form is not None:
            return self.form[1](value)
        found = value if isinstance(value, str) else getattr(value, "value", None)
        return found if isinstance(found, str) else None

    def sought(self, text: str) -> str:
        """The comparison of a pattern: the path as STIX writes it, and the value."""
        return f"{self.place} = {self._literal(text)}"

    def _literal(self, text: str) -> str:
        value = self.form[0](text) if self.form else text
        if self.form is FORMS["time"]:
            return f"t'{value}'"
        if isinstance(value, bool):
            return str(value).lower()
        return f"'{escaped(value)}'" if isinstance(value, str) else str(value)


def _inside(node: Any, step: str) -> list[Any]:
    if step in ("*", "0"):
        return list(node if step == "*" else node[:1]) if isinstance(node, list | tuple) else []
    return [node[step]] if isinstance(node, dict) and step in node else []


def _step(step: str) -> str:
    if step in ("*", "0"):
        return "[*]"
    return f".{step}" if step.replace("_", "").isalnum() else f".'{step}'"
