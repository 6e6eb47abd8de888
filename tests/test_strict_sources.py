"""No translation shows a value to more people than the document did that it was read from, both read by a stranger.

test_strict_readers marks models; here documents are marked: every text of one becomes a word of its own, the markings of its
format are put anywhere it allows, and each word must be as strictly marked in the target as it was in the source.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from lxml import etree

from dragoman.adapter import Context
from dragoman.model.marking import Level, level
from dragoman.translate import read, write
from dragoman_misp.tags import BY_LEVEL
from dragoman_stix.codecs import TLP
from test_sharing import CASES, NOW
from test_strict_readers import READERS, texts

WORD = re.compile(r"zq\d{5}x")
XSD = "{http://www.w3.org/2001/XMLSchema}"
SCHEMAS = Path(__file__).parent.parent / "adapters" / "dragoman_iodef" / "schema"
# What names, refers, says a type or was marked already: another word there would make another document of it.
FIXED = {
    "id", "spec_version", "created", "modified", "restriction", "ext-restriction", "purpose", "tlp", "Tag", "uuid", "type",
    "object_marking_refs", "granular_markings", "extensions", "version", "lang", "object_relation", "attachments", "timestamp",
}  # fmt: skip
TEXTS = {"Description", "ContactName", "EmailTo", "TelephoneNumber", "PostalAddress", "Address", "Name", "URL", "FileName",
         "RecordItem", "IncidentID", "RelatedDNS", "KeyName", "EmailSubject"}  # fmt: skip
DEFINED = ("marking-definition", "extension-definition")
LABELS = ("White", "Green", "Amber", "Red")


class Words:
    """Replaces texts by words of their own."""

    def __init__(self, random: Random) -> None:
        self.random, self.known = random, 0

    def word(self, text: str) -> str:
        if self.random.random() < 0.5:
            return text
        self.known += 1
        return f"zq{self.known:05}x"

    def put(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: item if _is_fixed(key, value) else self.put(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.put(item) for item in value]
        return self.word(value) if isinstance(value, str) else value


def _is_fixed(key: str, around: dict[str, Any]) -> bool:
    return key in FIXED or key.endswith(("_ref", "_refs")) or around.get("type") in DEFINED


def base(document: dict[str, Any], random: Random) -> dict[str, Any]:
    named = ["summary", "description", "liaison", "liaison.name", "custom_fields", "custom_fields.0.value", "type", "type.name"]
    labels = [{"field": name, "value": random.choice(LABELS)} for name in random.sample(named, 3)]
    return document | {"tlp": {"schema": "ENISA", "value": random.choice(LABELS), "fields": labels}}


def stix(document: dict[str, Any], random: Random) -> dict[str, Any]:
    for item in document["objects"]:
        if item["type"] not in DEFINED:
            item.pop("object_marking_refs", None)
            if random.random() < 0.6:
                item["object_marking_refs"] = [random.choice(list(TLP.values()))]
            places = [path for text, path in texts(item) if WORD.fullmatch(text) and not path.startswith("labels")]
            one = {"marking_ref": random.choice(list(TLP.values())), "selectors": random.sample(places, min(2, len(places)))}
            if places and random.random() < 0.5:
                item["granular_markings"] = [one]
    return document


def misp(document: dict[str, Any], random: Random) -> dict[str, Any]:
    event = document["Event"]
    inside = [said for item in event.get("Object", ()) for said in item.get("Attribute", ())]
    for part in (event, *event.get("Attribute", ()), *inside):
        part["Tag"] = [tag for tag in part.get("Tag", ()) if not tag["name"].startswith("tlp:")]
        part["Tag"] += [{"name": name} for name in random.sample(list(BY_LEVEL.values()), random.choice([0, 0, 1, 2]))]
    return document


def iodef(data: bytes, random: Random, words: Words, version: str) -> bytes:
    root = etree.fromstring(data)
    allowed = ["public", "need-to-know", "private"] + (["partner", "amber", "green"] if version == "2" else [])
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        if name in TEXTS and not len(element) and element.text and element.get("name") != "dragoman-cargo":
            element.text = words.word(element.text)
        if name in _restricted(version):
            element.attrib.pop("restriction", None)
            if random.random() < 0.4:
                element.set("restriction", random.choice(allowed))
    return etree.tostring(root)


def _restricted(version: str) -> set[str]:
    """The classes that have a restriction."""
    root = etree.parse(SCHEMAS / ("iodef-2.xsd" if version == "2" else "iodef-1.0.xsd"))
    return {found.get("name") for found in root.iter(f"{XSD}element") if found.get("name") and _has_one(found)}


def _has_one(declared: Any) -> bool:
    own = declared.xpath("*[local-name()='complexType']//*[local-name()='attribute'][@name='restriction']")
    return any(next(one.iterancestors(f"{XSD}element")) is declared for one in own)


def labelled(data: bytes) -> Iterator[tuple[str, str, Level]]:
    """The paper's Table 1: the value of the nearest field that the label names, else the main one."""
    message = json.loads(data)
    label = message.get("tlp") or {"schema": "ENISA", "value": "White"}
    named = {one["field"]: one["value"] for one in label.get("fields", ())}
    for text, path in texts(message):
        plain = re.sub(r"\.?\[(\d+)\]", r".\1", path)
        around = [name for name in named if plain == name or plain.startswith(f"{name}.")]
        word = named[max(around, key=len)] if around else label["value"]
        yield text, path, level(f"{label['schema']}:{word}".lower())


SHOWN: dict[str, Callable[[bytes], Iterator[tuple[str, str, Level]]]] = dict(READERS) | {"base": labelled}
SOURCES = sorted(path for path in CASES.glob("*/golden/*") if path.name.split(".json")[0].split(".xml")[0] in SHOWN)
SOURCES += sorted(path for path in CASES.glob("*/*") if path.stem in SHOWN)
SOURCES += sorted(path for path in CASES.glob("*/golden/*.misp.json"))
SOURCES += sorted(path for path in CASES.glob("*/golden/*.stix.json") if path.parent.parent.name in ("ddos", "ransomware"))


def marked(path: Path, source: str, seed: int) -> bytes:
    """A document with its texts replaced and its markings put at random; what travels in it for Dragoman is left out."""
    random = Random(f"{path.parent.parent.name} {path.name} {seed}")
    words = Words(random)
    [*incidents] = read(path.read_bytes(), source)
    data = write(incidents, source, Context(now=lambda: NOW, carry="drop"))
    if source in ("iodef-1", "iodef-2"):
        return iodef(data, random, words, source[-1])
    made = words.put(json.loads(data))
    if source != "iodef-json":
        made = {"base": base, "misp": misp}.get(source, stix)(made, random)
    return json.dumps(made).encode()


def strictness(data: bytes, name: str) -> dict[str, Level]:
    """How strictly each word is marked where it is marked least."""
    found: dict[str, Level] = {}
    for text, _, said in SHOWN[name](data):
        for word in WORD.findall(text):
            found[word] = min(said, found.get(word, said))
    return found


@pytest.mark.requirement("TLP-5")
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.parent.name}-{path.parent.name}-{path.name}")
def test_no_word_of_a_document_is_shown_to_more_than_before(path: Path) -> None:
    """If it failed, what a document marks would be open in a translation of it."""
    source = next(name for name in sorted(SHOWN, key=len, reverse=True) if path.name.startswith(name))
    for seed in range(3):
        data = marked(path, source, seed)
        before = strictness(data, source)
        assert before
        incidents = read(data, source)
        for target in SHOWN:
            for carry in ("extension", "drop"):
                after = strictness(write(incidents, target, Context(now=lambda: NOW, carry=carry)), target)
                wide = {word: (before[word].name, said.name) for word, said in after.items() if said < before.get(word, said)}
                assert wide == {}, (target, carry)
