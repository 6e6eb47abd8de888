"""What holds for every IODEF document that becomes STIX: it comes back, strict readers take it, nobody sees more."""

from __future__ import annotations

import base64
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from lxml import etree

import iodef_incidents as written
from dragoman import translate
from dragoman.errors import DragomanError
from dragoman.limits import Limits
from dragoman.model.marking import level
from dragoman.tree.leaves import leaves
from dragoman_stix.codecs import TLP
from iodef_generator import Generator
from test_stix_narrative import context

NS = "{urn:ietf:params:xml:ns:iodef-2.0}"
LEVELS = {ref: int(level(word)) for word, ref in TLP.items()}
WORDS = ("public", "partner", "need-to-know", "private", "default", "white", "green", "amber", "red")
TOKEN = re.compile(r"tok\d+x")
TEXTS = frozenset(re.findall(r"\S+", """
    Description ContactName ContactTitle PAddress TelephoneNumber Location ThreatActorID CampaignID DefinedCOA URL
    RecordItem AdditionalData FileName Cause MitigatingFactor IncidentCategory RelatedDNS EmailSubject EmailMessage
    KeyName Value DetectionConfiguration AssetID RegistryHandle IncidentID Server Name
"""))
GENERATED = [Generator(seed, 5).document() for seed in range(6)]
DOCUMENTS = {**written.ALL, **{f"generated-{seed}": data for seed, data in enumerate(GENERATED)}}
each = pytest.mark.parametrize("data", DOCUMENTS.values(), ids=DOCUMENTS)


def counted(data: bytes) -> Counter[Any]:
    return Counter((leaf.path, leaf.value) for leaf in leaves(data, Limits()))


@each
@pytest.mark.parametrize("target", ["stix-2.1", "base"])
def test_everything_comes_back(data: bytes, target: str) -> None:
    """If it failed: a leaf would be lost, or one made up, on the way to the other format and back."""
    there = translate(data, target, "iodef-2", context())
    back = translate(there.data, "iodef-2", target, context())
    assert counted(back.data) == counted(data)


@each
@pytest.mark.parametrize("carry", ["extension", "drop"])
@pytest.mark.filterwarnings("ignore")
def test_strict_readers_take_it(data: bytes, carry: str) -> None:
    """If it failed: a consumer that validates strictly would refuse the bundle."""
    stix2 = pytest.importorskip("stix2", reason="the strict parser is not installed")
    validator = pytest.importorskip("stix2validator", reason="the validator is not installed")
    found = translate(data, "stix-2.1", "iodef-2", context(carry=carry)).data.decode()
    for item in json.loads(found)["objects"]:
        stix2.parse(item, allow_custom=False)
    verdict = validator.validate_string(found, validator.ValidationOptions(version="2.1"))
    assert verdict.is_valid, [str(error) for error in verdict.errors]


def planted(data: bytes, seed: int) -> tuple[bytes, dict[str, int]]:
    """A document with random restrictions and a token of its own in every text, and how strict each token is."""
    chosen, root, wanted = random.Random(seed), etree.fromstring(data), {}
    for element in root.iter(f"{NS}*"):
        if "restriction" in element.attrib and chosen.random() < 0.6:
            element.set("restriction", chosen.choice(WORDS))
            element.attrib.pop("ext-restriction", None)
        name = etree.QName(element).localname
        if name in TEXTS and not len(element) and (element.text or "").strip():
            token = f"tok{len(wanted)}x"
            forms = {"Name": "{}.example.com", "Server": "{}.example.com", "URL": "http://e.com/{}"}
            element.text = forms.get(name, "{}").format(token)
            wanted[token] = strictness(element)
    return etree.tostring(root), wanted


def strictness(element: Any) -> int:
    """How strictly RFC 7970 restricts an element: by the nearest restriction; an incident without one is private."""
    while element is not None:
        word = element.get("restriction")
        if word == "ext-value":
            return int(level("iodef:" + element.get("ext-restriction", "")))
        if word and word != "default":
            return int(level(f"iodef:{word}"))
        if word is None and element.tag == f"{NS}Incident":
            return int(level("iodef:private"))
        element = element.getparent()
    return 0


def strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of an object with its selector, what artifacts hold in clear."""
    if isinstance(value, str):
        yield path, value
        if path.endswith("payload_bin"):
            yield path, base64.b64decode(value).decode("utf-8", "replace")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from strings(inner, f"{path}.[{place}]")


def shown(item: dict[str, Any], path: str) -> int:
    """How strictly a place of an object is marked."""
    refs = list(item.get("object_marking_refs", ()))
    for found in item.get("granular_markings", ()):
        if any(path == selector or path.startswith(f"{selector}.") for selector in found["selectors"]):
            refs.append(found.get("marking_ref"))
    return max((LEVELS.get(ref, 0) for ref in refs), default=0)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("carry", ["extension", "drop"])
def test_nobody_sees_more_than_before(seed: int, carry: str) -> None:
    """If it failed: a text that the source keeps private would stand in an object marked for more people."""
    data, wanted = planted(Generator(seed, 5).document(), seed)
    found = json.loads(translate(data, "stix-2.1", "iodef-2", context(carry=carry)).data)["objects"]
    widened = [
        (token, item["type"], path)
        for item in found
        for path, text in strings(item)
        for token in TOKEN.findall(text)
        if token in wanted and shown(item, path) < wanted[token]
    ]
    assert widened == []


@pytest.mark.parametrize("depth", [20, 90, 180])
@pytest.mark.parametrize("start", ["<EventData>", '<Contact type="person" role="irt">', '<IndicatorExpression operator="not">'])
def test_deep_nesting_works_or_is_refused_in_a_line(start: str, depth: int) -> None:
    """If it failed: a small hostile document would end in a traceback."""
    end = f"</{start[1:-1].split()[0]}>"
    nested = start * depth + "<!-- deepest -->" + end * depth
    inside = written.indicator(nested) if "Indicator" in start else nested
    inside = f"{inside}<!--contacts-->" if "Contact" in start else inside
    for carry in ("extension", "drop"):
        with suppress(DragomanError):
            there = translate(written.document(written.incident(inside)), "stix-2.1", "iodef-2", context(carry=carry))
            translate(there.data, "iodef-2", "stix-2.1", context(carry=carry))
