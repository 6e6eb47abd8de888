"""STIX 2.0 documents for tests: small ones by hand, and random ones that say what real ones should not."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from dragoman import Context
from dragoman.translate import read, translate
from stix_samples import TIME, uuid

Object = dict[str, Any]
GREEN = "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"
WHITE = "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"
AMBER = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"
RED = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"
STRICT = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"


def old(type_name: str, number: int = 1, **properties: Any) -> Object:
    """A domain object of 2.0 with what every one has."""
    return {"type": type_name, "id": f"{type_name}--{uuid(number)}", "created": TIME, "modified": TIME, **properties}


def observed(objects: Any, number: int = 1, **properties: Any) -> Object:
    seen = {"first_observed": TIME, "last_observed": TIME, "number_observed": 1}
    return old("observed-data", number, **seen, objects=objects, **properties)


def old_bundle(*objects: Any, **members: Any) -> Object:
    return {"type": "bundle", "id": f"bundle--{uuid(0xB)}", "spec_version": "2.0", "objects": list(objects), **members}


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


def raised(document: Any) -> Any:
    """A document of 2.0 as STIX 2.1."""
    return json.loads(translate(encoded(document), "stix-2.1", "stix-2.0", Context()).data)


def lowered(document: Any, **settings: Any) -> Any:
    """A document of 2.1 as STIX 2.0."""
    return json.loads(translate(encoded(document), "stix-2.0", "stix-2.1", Context(**settings)).data)


def over(document: Any, other: str) -> Any:
    """What comes back of a document of 2.0 from another format."""
    there = translate(encoded(document), other, "stix-2.0", Context())
    return json.loads(translate(there.data, "stix-2.0", other, Context()).data)


def incidents(document: Any) -> list[Any]:
    return read(encoded(document), "stix-2.0", Context())


MAIL: Object = {
    "0": {
        "type": "email-message",
        "is_multipart": True,
        "subject": "Pay",
        "from_ref": "2",
        "body_multipart": [{"body_raw_ref": "1"}],
    },
    "1": {
        "type": "file",
        "name": "bill.zip",
        "created": TIME,
        "is_encrypted": True,
        "x_seen": 3,
        "extensions": {"archive-ext": {"contains_refs": ["3"], "version": "5"}},
    },
    "2": {"type": "email-addr", "value": "a@b.example"},
    "3": {"type": "file", "hashes": {"MD5": "d41d8cd98f00b204e9800998ecf8427e"}},
}
HARD: dict[str, Any] = {
    "mail": old_bundle(observed(MAIL)),
    "keys that are no numbers, and a circle": old_bundle(
        observed(
            {
                "a": {"type": "process", "pid": 5, "name": "x.exe", "binary_ref": "b", "parent_ref": "p"},
                "b": {"type": "file", "name": "x.exe"},
                "p": {"type": "process", "pid": 5, "name": "y.exe", "child_refs": ["a"], "created": TIME},
            }
        )
    ),
    "equal observables under two keys": old_bundle(observed({"0": MAIL["2"], "1": MAIL["2"]})),
    "equal observables, marked otherwise": old_bundle(
        observed({"0": MAIL["2"]}, 1, object_marking_refs=[RED]), observed({"0": MAIL["2"]}, 2, object_marking_refs=[GREEN])
    ),
    "equal but for what 2.1 has no place for": old_bundle(
        observed({"0": {"type": "process", "pid": 1, "name": "a"}}, 1),
        observed({"0": {"type": "process", "pid": 1, "name": "b"}}, 2),
    ),
    "two versions": old_bundle(observed({"0": MAIL["2"]}), observed({"0": MAIL["3"]}, modified="2021-01-01T00:00:00.000Z")),
    "markings of parts": old_bundle(
        observed(
            MAIL,
            object_marking_refs=[GREEN],
            granular_markings=[
                {"marking_ref": RED, "selectors": ["objects.0.subject", "objects.2", "number_observed"]},
                {"marking_ref": WHITE, "selectors": ["objects.1.created", "objects"]},
            ],
        )
    ),
    "references to nothing": old_bundle(observed({"1": {"type": "network-traffic", "protocols": ["ip"], "dst_ref": "9"}})),
    "both spellings": old_bundle(
        observed(
            {
                "0": {"type": "network-traffic", "protocols": ["ip"], "encapsulated_by_ref": "1"},
                "1": {"type": "network-traffic", "protocols": ["tcp"], "encapsulates_by_ref": "0"},
            }
        )
    ),
    "nothing observed": old_bundle(observed({}), observed({"0": 5}, 2), observed({"0": {"type": "identity"}}, 3)),
    "labels": old_bundle(
        old(
            "indicator",
            pattern="[url:value = 'x']",
            valid_from=TIME,
            labels=["own", "malicious-activity", 'misp:type="url"'],
            granular_markings=[{"marking_ref": RED, "selectors": ["labels.[0]", "labels", "labels.[1]"]}],
        )
    ),
    "members of 2.1": old_bundle(
        old("indicator", pattern="[url:value = 'x']", pattern_type="stix", confidence=5, valid_from=TIME),
        old("malware", 2, name="m", is_family=True, malware_types=["x"], labels=["worm"]),
        old("tool", 3, name="t", aliases=["a"], x_dragoman_aliases=["b"]),
    ),
    "a mixed document": old_bundle(
        old("identity", 1, name="a", identity_class="group"),
        old("location", 2, country="de"),
        old("incident", 3, name="theirs"),
        old("malware", 4, spec_version="2.1", name="m", is_family=True),
        {"type": "url", "id": f"url--{uuid(5)}", "value": "http://a/"},
    ),
    "what is called as ours": old_bundle(
        old("x-dragoman-incident", 1, determination="confirmed", x_dragoman_cargo=5, name="a")
    ),
    "other ids": old_bundle(
        {**old("identity", name="a", identity_class="group"), "id": "identity--28bb3599-77cd-5a82-a950-b5bc3caf07c4"},
        old(
            "report",
            2,
            name="r",
            published=TIME,
            labels=["threat-report"],
            created_by_ref=f"identity--{uuid(7)}",
            object_refs=["malware--28bb3599-77cd-5a82-a950-b5bc3caf07c4", f"location--{uuid(3)}"],
        ),
    ),
    "no objects at all": old_bundle(
        "word", None, {"type": "indicator"}, {"type": "malware", "id": "malware--x", "labels": ["worm"]}
    ),
    "other times": old_bundle({**old("identity", name="a", identity_class="group"), "created": "2020-01-01T00:00:00Z"}),
    "a bundle of its own": {
        "x_by": "me",
        **old_bundle(old("vulnerability", name="v")),
        "id": "bundle--28bb3599-77cd-5a82-a950-b5bc3caf07c4",
    },
    "no version at all": {"type": "bundle", "id": f"bundle--{uuid(1)}", "objects": [old("vulnerability", name="v")]},
    "one object": old("malware", name="m", labels=["ransomware", "own"]),
    "one observation": observed(MAIL),
    "a list": [observed(MAIL), old("campaign", name="c")],
}

# ---- random documents --------------------------------------------------------------------------------------------

KEYS = st.sampled_from(["0", "1", "2", "a", "k-1"])
REFS = st.sampled_from(
    ["file_ref", "parent_ref", "child_refs", "src_ref", "parent_directory_ref", "encapsulates_by_ref", "x_own_refs"]
)
WORDS = st.sampled_from(["unknown", "worm", "malicious-activity", "own", "tool", "", "remote-access"])
MARKS = st.sampled_from([WHITE, GREEN, AMBER, RED, STRICT, f"marking-definition--{uuid(5)}"])
PATHS = st.sampled_from(
    ["objects.0", "objects.1.name", "objects.a.created", "labels", "labels.[0]", "labels.[1]", "name", "objects"]
)
MEMBERS = ("name", "created", "modified", "value", "pid", "ctime", "is_encrypted", "defanged", "x_a", "key", "x_dragoman_id")


@st.composite
def observables(draw: Any) -> Object:
    name = draw(
        st.sampled_from(["file", "process", "directory", "ipv4-addr", "network-traffic", "user-account", "x-own", "mutex"])
    )
    item: Object = {"type": name}
    for member in draw(st.lists(st.sampled_from(MEMBERS), max_size=3, unique=True)):
        item[member] = draw(st.sampled_from(["a", "b", TIME]))
    if draw(st.booleans()):
        ref = draw(REFS)
        item[ref] = draw(KEYS) if ref.endswith("_ref") else [draw(KEYS)]
    return item


@st.composite
def objects(draw: Any) -> Object:
    name = draw(
        st.sampled_from(
            [
                "indicator",
                "malware",
                "tool",
                "identity",
                "report",
                "x-own",
                "location",
                "incident",
                "sighting",
                "observed-data",
                "observed-data",
                "observed-data",
            ]
        )
    )
    item = old(name, draw(st.integers(1, 4)))
    if draw(st.booleans()):
        item["labels"] = draw(st.lists(WORDS, max_size=3))
    for member in draw(
        st.lists(
            st.sampled_from(
                ["confidence", "is_family", "aliases", "name", "x_dragoman_aliases", "x_foo", "pattern_type", "x_dragoman_id"]
            ),
            max_size=2,
            unique=True,
        )
    ):
        item[member] = draw(st.sampled_from([5, True, "stix", ["a"], f"malware--{uuid(1)}"]))
    if name == "observed-data":
        item["objects"] = draw(st.dictionaries(KEYS, observables(), max_size=4))
    if draw(st.booleans()):
        item["object_marking_refs"] = draw(st.lists(MARKS, min_size=1, max_size=2, unique=True))
    if draw(st.booleans()):
        item["granular_markings"] = draw(
            st.lists(
                st.builds(
                    lambda ref, words: {"marking_ref": ref, "selectors": words}, MARKS, st.lists(PATHS, min_size=1, max_size=3)
                ),
                min_size=1,
                max_size=2,
            )
        )
    for member in draw(
        st.lists(st.sampled_from(["sighting_of_ref", "object_refs", "where_sighted_refs"]), max_size=2, unique=True)
    ):
        kind = draw(st.sampled_from(["malware", "location", "x-dragoman-incident", "observed-data"]))
        ref = f"{kind}--{uuid(draw(st.integers(1, 5)))}"
        item[member] = ref if member.endswith("_ref") else [ref]
    if draw(st.integers(0, 9)) == 0:
        item["spec_version"] = "2.1"
    return item


DOCUMENTS = st.lists(objects(), max_size=5).map(lambda items: old_bundle(*items))
