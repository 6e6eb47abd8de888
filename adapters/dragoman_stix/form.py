"""How a document was put, where that carries no meaning: it is kept on the header of the first incident."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from dragoman.errors import ReadError
from dragoman.mapping.looks import Looks, arranged
from dragoman.model import Header, Incident
from dragoman_stix.ids import TYPE_NAME, is_identifier, uid

FORMAT = "stix-2.1"
BUNDLE = ["type", "id", "objects"]
NONE: Iterator[Any] = iter(())
NAMELESS = "?"  # stands in the order for objects that have no id, or none of their type


@dataclass(slots=True)
class Form:
    """wrapper: bundle, object or list.  id: of the bundle.  members: of the bundle, but for its type, id and objects.

    order: the sequence of types ("identity indicator*3 1:malware", with the number of the incident if it is not the
    first), where it is not the order in which we write.
    """

    wrapper: str = "bundle"
    id: str | None = None
    members: dict[str, Any] = field(default_factory=dict)
    order: str = ""
    looks: Looks = field(default_factory=Looks)

    def keep(self, incident: Incident) -> None:
        """Puts it on the incident's header, if there is anything to keep."""
        kept = self.looks.as_json()
        if self.wrapper != "bundle":
            kept["wrapper"] = self.wrapper
        if self.members:
            kept["members"] = self.members
        if self.order:
            kept["order"] = self.order
        if kept or self.id is not None:
            incident.header = Header(id=self.id, residue={FORMAT: kept} if kept else None)

    @classmethod
    def kept(cls, incidents: Sequence[Incident]) -> Form:
        """From the header of the first incident; of documents of other formats, how we write on our own."""
        header = incidents[0].header if incidents else None
        if header is None:
            return cls()
        kept = (header.residue or {}).get(FORMAT)
        kept = kept if isinstance(kept, dict) else {}
        members, order = kept.get("members"), kept.get("order")
        return cls(
            str(kept.get("wrapper", "bundle")),
            header.id if is_identifier(header.id, "bundle") else None,
            members if isinstance(members, dict) else {},
            order if isinstance(order, str) else "",
            Looks.of(kept),
        )

    def document(self, objects: list[Any]) -> Any:
        """The document of these objects."""
        if self.wrapper == "object" and len(objects) == 1:
            return objects[0]
        if self.wrapper == "list" and objects:
            return objects
        bundle = {"type": "bundle", "id": self.id or bundle_id(objects)}
        if "bundle" in self.looks.absent:
            del bundle["id"]
        if objects:
            bundle["objects"] = objects  # type: ignore[assignment]
        return self.looks.arranged("bundle", arranged(bundle | self.members, BUNDLE))


def opened(tree: Any, source: str) -> tuple[Form, list[Any]]:
    """The form of a document and its objects.  Raises ReadError for what is no STIX 2.1."""
    if isinstance(tree, list) and any(_is_object(item) for item in tree):
        return Form("list"), tree
    if isinstance(tree, dict) and tree.get("type") == "bundle":
        return _bundle(tree, source)
    if isinstance(tree, dict) and _is_object(tree):
        return Form("object"), [tree]
    fix = "a bundle, an object with type and id, or a list of such objects"
    raise ReadError("no STIX document", where=source, fix=fix)


def _is_object(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("type"), str) and ("id" in item or "spec_version" in item)


def _bundle(tree: dict[str, Any], source: str) -> tuple[Form, list[Any]]:
    objects = tree.get("objects", [])
    if not isinstance(objects, list):
        raise ReadError("the bundle's objects are no list", where=f"{source}: /objects")
    if tree.get("spec_version") == "2.0" and not any(_says_version(item) for item in objects):
        raise ReadError("STIX 2.0, which differs in what properties mean", where=source, fix="read it with --from stix-2.0")
    order = list(tree)
    form = Form(members={key: value for key, value in tree.items() if key not in BUNDLE or value == []})
    if is_identifier(tree.get("id"), "bundle"):
        form.id = None if tree["id"] == bundle_id(objects) else tree["id"]
    elif "id" in tree:
        form.members["id"] = tree["id"]
    else:
        form.looks.absent["bundle"] = ["id"]
    if list(arranged(dict.fromkeys(order), BUNDLE)) != order:
        form.looks.orders["bundle"] = [order]
    return form, objects


def _says_version(item: Any) -> bool:
    return isinstance(item, dict) and "spec_version" in item


def bundle_id(objects: Sequence[Any]) -> str:
    """The id of a bundle of these objects, when nobody gave it one: it follows from its incidents."""
    ids = [name for item in objects if type(item) is dict and type(name := item.get("id")) is str]
    incidents = [name for name in ids if name.startswith("incident--")]
    return uid("bundle", " ".join(incidents or ids[:1]))


def kind_of(item: Any, number: int) -> str:
    """What an object is in the order: its type, with the number of its incident; one without an id of its type is none."""
    name = item.get("type") if isinstance(item, dict) else None
    named = isinstance(name, str) and is_identifier(item.get("id"), name)
    return kind(name if named else NAMELESS, number)


@lru_cache(maxsize=1024)
def kind(name: str, number: int) -> str:
    """What objects of a type, in the incident of that number, are in the order."""
    name = name if TYPE_NAME.fullmatch(name) else NAMELESS
    return f"{number}:{name}" if number else name


def sequence(kinds: Iterable[str]) -> str:
    """Kinds in their order as one text: runs are counted."""
    runs = [(name, sum(1 for _ in run)) for name, run in groupby(kinds)]
    return " ".join(name if count == 1 else f"{name}*{count}" for name, count in runs)


def in_order(items: Sequence[tuple[str, Any]], order: str) -> list[Any]:
    """Objects (each with its kind) in the order of a sequence; what it does not name comes last."""
    if not order:
        return [item for _, item in items]
    waiting: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for place, (name, item) in enumerate(items):
        waiting[name].append((place, item))
    queues = {name: iter(queue) for name, queue in waiting.items()}
    out: list[tuple[int, Any]] = []
    for run in order.split():
        name, _, count = run.partition("*")
        out += islice(queues.get(name, NONE), int(count[:9]) if count.isdecimal() else 1)
    left = sorted((pair for queue in queues.values() for pair in queue), key=itemgetter(0))
    return [item for _, item in (*out, *left)]
