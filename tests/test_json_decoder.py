"""The strict JSON decoder: what it refuses, what it keeps, that it never fails in any other way."""

from __future__ import annotations

import json
import json.scanner
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dragoman.errors import DragomanError, InvalidOutput, LimitExceeded, ReadError
from dragoman.limits import Limits
from dragoman.tree import scan
from dragoman.tree.json import decode, encode, pointer

LIMITS = Limits()
HOSTILE = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "hostile" / "files"
LARGEST = 2**63 - 1

numbers = st.integers(-LARGEST, LARGEST) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | st.text()
values = st.recursive(scalars, lambda some: st.lists(some) | st.dictionaries(st.text(), some), max_leaves=40)
# Text that is nearly JSON: where a decoder and a scan before it are most likely to see two different things.
nearly = st.text('[]{}",:\\ u0dD8cea1-.E\n', max_size=60)

NOT_JSON = {
    "nothing": b"",
    "only space": b" \n",
    "two values": b"{} {}",
    "two lines": b'{"a":1}\n{"a":2}\n',
    "comma after the last item": b"[1,]",
    "comma after the last member": b'{"a":1,}',
    "no comma": b'["a" "b"]',
    "no colon": b'{"a" 1}',
    "key without quotes": b"{a:1}",
    "key that is a number": b"{1:1}",
    "single quotes": b"['a']",
    "a comment": b"[1] // one",
    "not closed": b'{"a":[1',
    "string not closed": b'["a',
    "closed twice": b"[]]",
    "closed crosswise": b"[{]}",
    "NaN": b"[NaN]",
    "Infinity": b"[Infinity]",
    "minus Infinity": b'{"a":-Infinity}',
    "nan": b"[nan]",
    "a float beyond floats": b"[1e400]",
    "minus a float beyond floats": b"[-1E+400]",
    "leading zero": b"[01]",
    "plus sign": b"[+1]",
    "bare point": b"[.5]",
    "trailing point": b"[5.]",
    "hexadecimal": b"[0x10]",
    "full-width digit": "[\uff11]".encode(),
    "True": b"[True]",
    "form feed": b"[\x0c1]",
    "no-break space": "[\u00a01]".encode(),
    "byte order mark inside": b"[\xef\xbb\xbf1]",
    "two byte order marks": b"\xef\xbb\xbf\xef\xbb\xbf[]",
    "control character in a string": b'["a\nb"]',
    "NUL in a string": b'["\x00"]',
    "NUL after the end": b"[]\x00",
    "unknown escape": b'["\\x41"]',
    "escape cut short": b'["\\u00"]',
    "escape with a sign": b'["\\u+041"]',
    "escape outside a string": b"[\\n]",
}
NOT_UTF8 = {
    "cut at the end": b'{"a":"\xc3',
    "cut inside": b'["\xe2\x82"]',
    "overlong": b'["\xc0\xaf"]',
    "raw surrogate": b'["\xed\xa0\x80"]',
    "beyond Unicode": b'["\xf4\x90\x80\x80"]',
    "latin-1": b'["\xe9"]',
    "UTF-16 with a mark": '{"a":1}'.encode("utf-16"),
    "UTF-16 little": '{"a":1}'.encode("utf-16-le"),
    "UTF-16 big": '{"a":1}'.encode("utf-16-be"),
    "UTF-32": '{"a":1}'.encode("utf-32"),
    "gzip": b"\x1f\x8b\x08\x00",
}
EQUAL_KEYS = {
    "plain": b'{"marking":"red","marking":"clear"}',
    "far apart": b'{"a":1,"b":{"a":1},"c":[{"a":1}],"a":2}',
    "deep inside": b'[[{"x":{"a":1,"b":2,"a":1}}]]',
    "after unescaping": b'{"name":1,"n\\u0061me":2}',
    "upper-case escape": b'{"/":1,"\\u002F":2}',
    "short escape": b'{"/":1,"\\/":2}',
    "colons in keys": b'{"a:b":1,"a\\u003ab":2}',
    "surrogate pair": '{"\U0001f600":1,"\\ud83d\\ude00":2}'.encode(),
    "empty": b'{"":1,"":1}',
    "same values": b'{"a":null,"a":null}',
    "one a prefix of escapes": b'{"a\\\\":1,"a\\\\":2}',
}
HALVES = {
    "high alone": b'["\\ud800"]',
    "low alone": b'["\\udc00"]',
    "low before high": b'["\\ude00\\ud83d"]',
    "high twice": b'["\\ud83d\\ud83d\\ude00"]',
    "high and a letter": b'["\\ud83dx"]',
    "high and another escape": b'["\\ud83d\\n"]',
    "upper case": b'["\\uD83D"]',
    "in a key": b'{"\\udfff":1}',
    "after an escaped backslash": b'["\\\\\\ud800"]',
}
TOO_LARGE_INTEGERS = [2**63, -(2**63), 2**64 - 1, 2**64, 10**30]


def refusal(data: bytes, limits: Limits = LIMITS) -> str:
    """The one line that `data` is refused with."""
    with pytest.raises(ReadError) as caught:
        decode(data, limits, "evil.json")
    line = str(caught.value)
    assert caught.value.exit_status == 4
    assert caught.value.what
    assert "evil.json" in caught.value.where
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert len(line) < 2000
    assert line.isprintable()
    return line


@pytest.mark.parametrize("data", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_what_is_not_json_is_refused(data: bytes) -> None:
    """If this fails, we read a document that its other readers refuse, or read otherwise."""
    refusal(data)


@pytest.mark.parametrize("data", NOT_UTF8.values(), ids=NOT_UTF8.keys())
def test_what_is_not_utf8_is_refused(data: bytes) -> None:
    """If this fails, text changes on the way in, or an encoding hides a key from us."""
    refusal(data)


@pytest.mark.parametrize("data", EQUAL_KEYS.values(), ids=EQUAL_KEYS.keys())
def test_equal_keys_are_refused(data: bytes) -> None:
    """If this fails, a second `object_marking_refs` widens a marking."""
    assert "twice in one object" in refusal(data)


@pytest.mark.parametrize("data", HALVES.values(), ids=HALVES.keys())
def test_half_characters_are_refused(data: bytes) -> None:
    """If this fails, a string comes in that no writer can write."""
    assert "half a character" in refusal(data)


@pytest.mark.parametrize("number", TOO_LARGE_INTEGERS)
@pytest.mark.parametrize("form", ["%d", "[%d]", '{"a":{"b":[0,%d]}}'])
def test_integers_beyond_63_bits_are_refused(number: int, form: str) -> None:
    """If this fails, an id or a size reaches a reader that rounds it."""
    assert str(number) in refusal((form % number).encode())


def test_a_number_of_thousands_of_digits_is_refused_at_once() -> None:
    """If this fails, `int` raises ValueError, or takes its quadratic time."""
    refusal(b"[" + b"9" * 1_000_000 + b"]")


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b'{\n  "a": tru\n}', "evil.json:2:8: "),
        (b'{\n  "a": 1,\n  "b": {"x": 1, "x": 2}\n}', "evil.json:3:17: "),
        ('["é",\n "日本", NaN]'.encode(), "evil.json:2:8: "),
        (b'["NaN", "1e999",\n 1e999]', "evil.json:2:2: "),
        (b'["\xe2\x82\xac",\n "\xff"]', "evil.json:2:3: "),
        (b'["ab\\ud800"]', "evil.json:1:5: "),
        (b'["[[[[",\n' + b"[" * 200, "evil.json:2:100: "),
        (b"\xef\xbb\xbf[1 2]", "evil.json:1:4: "),
    ],
)
def test_a_refusal_says_where(data: bytes, where: str) -> None:
    """If this fails, the user searches 3 MB for one comma."""
    assert refusal(data).startswith(where)


def test_a_hostile_key_and_source_are_shown_safely() -> None:
    """If this fails, the error message itself carries the escape code to the terminal."""
    with pytest.raises(ReadError) as caught:
        decode(b'{"\\u001b[2J\\u202e":1,"\\u001b[2J\\u202e":2}', LIMITS, "a\x1b[2Jb.json")
    assert str(caught.value).isprintable()
    assert r"\x1b[2J\u202e" in str(caught.value)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b" \t\r\n[ ]\n", []),
        (b'"alone"', "alone"),
        (b"0", 0),
        (b"null", None),
        (b"\xef\xbb\xbf{}", {}),
        (b'{"a":1,"A":2,"\\u0061 ":3}', {"a": 1, "A": 2, "a ": 3}),
        ('{"e\u0301":1,"\u00e9":2}'.encode(), {"e\u0301": 1, "\u00e9": 2}),
        (b'["\\ud83d\\ude00","\\uD83D\\uDE00"]', ["\U0001f600"] * 2),
        (b'["\\\\ud800","\\u0000","\\u2028\\/"]', ["\\ud800", "\0", "\u2028/"]),
        (b"[9223372036854775807,-9223372036854775807]", [LARGEST, -LARGEST]),
        (b"[1.0,1e2,-0.0,1e-400]", [1.0, 100.0, -0.0, 0.0]),
        (b'["]]]]{{{{,,,,", "\\"[[[["]', ["]]]]{{{{,,,,", '"[[[[']),
        ('["\ufeff\ufffe\uffff"]'.encode(), ["\ufeff\ufffe\uffff"]),
    ],
)
def test_what_is_json_is_read(data: bytes, value: Any) -> None:
    """If this fails, we refuse or change what every reader accepts."""
    assert repr(decode(data, LIMITS)) == repr(value)


def test_members_keep_their_order() -> None:
    """If this fails, the output is not the input's twin line by line."""
    assert list(decode(b'{"z":1,"a":2,"m":3}', LIMITS)) == ["z", "a", "m"]


@pytest.mark.parametrize("form", ["[%s]", '{"k":%s}', '[0,"]",%s]', '{"a":"{}","\\"]":%s}'])
def test_depth_is_bounded_exactly(form: str) -> None:
    """If this fails, the limit on depth is not the one that is documented, or brackets in strings move it."""
    nested = "1"
    for _ in range(LIMITS.json_depth):
        nested = form % nested
    decode(nested.encode(), LIMITS)
    assert "nest deeper than 100 levels" in refusal((form % nested).encode())


@pytest.mark.parametrize("data", [b"[" * 10**6, b'{"a":' * 10**5, b"[" * 40_000 + b"]" * 40_000, b'[{"a":' * 50_000])
def test_bottomless_nesting_is_refused_before_recursion(data: bytes) -> None:
    """If this fails, nesting ends in RecursionError, or at a depth that depends on the caller's stack."""
    with pytest.raises(LimitExceeded, match="nest deeper"):
        decode(data, LIMITS)


@pytest.mark.parametrize(
    ("data", "limits", "what"),
    [
        (b"[1,2,3]", Limits(bytes=6), "7 bytes"),
        (b"[" + b"1," * 50 + b"1]", Limits(members=50), "more than 50"),
        (b"[" + b"[]," * 50 + b"1]", Limits(members=50), "more than 50"),
        (b'{"a":1,"b":2,"c":3}', Limits(keys=2), "3 members"),
        (b'["abcdef"]', Limits(string=5), "6 characters"),
        (b'[{"abcdef":1}]', Limits(string=5), "6 characters"),
    ],
)
def test_each_limit_is_told_with_its_number(data: bytes, limits: Limits, what: str) -> None:
    """If this fails, a document takes more memory than the limits promise."""
    assert what in refusal(data, limits)


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        (b"[1,2,3]", Limits(bytes=7)),
        (b"[" + b"1," * 49 + b"1]", Limits(members=50)),
        (b'["' + b"," * 500 + b'"]', Limits(members=50)),
        (b'[{"a":1,"b":2},{"c":1,"d":2}]', Limits(keys=2)),
        ('["' + "é" * 5 + '","\\u0061\\u0061"]', Limits(string=5)),
    ],
)
def test_what_is_at_a_limit_is_read(data: bytes | str, limits: Limits) -> None:
    """If this fails, a limit refuses what it allows: commas in text are not items, bytes are not characters."""
    decode(data if isinstance(data, bytes) else data.encode(), limits)


@given(st.binary() | nearly.map(str.encode))
@example(b'["\\')
@example(b'\\"[')
def test_any_bytes_end_in_a_value_or_one_clear_error(data: bytes) -> None:
    """If this fails, some input gives a traceback instead of a line."""
    try:
        decode(data, LIMITS)
    except DragomanError:
        refusal(data)


@given(values)
def test_what_is_encoded_is_decoded_the_same(value: Any) -> None:
    """If this fails, writing and reading again changes a value."""
    for data in (encode(value), encode(value, indent=False), json.dumps(value).encode()):
        assert repr(decode(data, LIMITS)) == repr(value)


@given(nearly)
def test_it_agrees_with_the_standard_library_on_what_it_accepts(text: str) -> None:
    """If this fails, we read something else than everybody does."""
    try:
        value = decode(text.encode(), LIMITS)
    except ReadError:
        return
    assert repr(value) == repr(json.loads(text))


def depth_of(value: Any) -> int:
    """The plain version of `scan.deeper_than`: how deep the value nests."""
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


@given(values, st.integers(0, 6))
def test_the_scan_measures_what_the_decoder_builds(value: Any, limit: int) -> None:
    """If this fails, brackets in strings mislead the check that stands before the recursion."""
    assert scan.deeper_than(json.dumps(value).encode(), limit) == (depth_of(value) > limit)


def depth_reached(text: str) -> int:
    """How deep the standard library's decoder, in Python, recurses into a text until it ends or stops at a fault."""
    deepest = level = 0

    def counted(parse: Callable[..., Any]) -> Callable[..., Any]:
        def enter(*arguments: Any) -> Any:
            nonlocal deepest, level
            level += 1
            deepest = max(deepest, level)
            made = parse(*arguments)
            level -= 1
            return made

        return enter

    decoder: Any = json.JSONDecoder()
    decoder.parse_array, decoder.parse_object = counted(decoder.parse_array), counted(decoder.parse_object)
    plain_scanner: Any = vars(json.scanner)["py_make_scanner"]
    decoder.scan_once = plain_scanner(decoder)
    with suppress(ValueError):
        decoder.decode(text)
    return deepest


@given(nearly, st.integers(0, 4))
@example('["\\"[', 1)
@example('[\\"[[[[', 1)
@example("[[[[\\]]]]", 3)
def test_no_broken_text_hides_its_depth(text: str, limit: int) -> None:
    """If this fails, a syntax error at the right place lets the decoder recurse past the limit."""
    if not scan.deeper_than(text.encode(), limit):
        assert depth_reached(text) <= limit


def test_encoding_escapes_only_what_it_must() -> None:
    """If this fails, people cannot read what we write."""
    assert encode({"z": "é\U0001f600/", "a": [1]}) == '{\n  "z": "é\U0001f600/",\n  "a": [\n    1\n  ]\n}\n'.encode()
    assert encode({"z": 1, "a": []}, indent=False) == b'{"z":1,"a":[]}\n'


@given(st.integers())
@example(2**64 + 1)
@example(-(10**40))
def test_integers_of_any_size_are_written_exactly(number: int) -> None:
    """If this fails, a value from another format is rounded on the way out."""
    assert encode([number], indent=False) == f"[{number}]\n".encode()
    assert json.loads(encode([number])) == [number]


def test_what_json_cannot_hold_is_not_written() -> None:
    """If this fails, we write a document that a strict reader, ours for one, refuses."""
    with pytest.raises(InvalidOutput, match="half a character"):
        encode({"a": "\ud800"})
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    with pytest.raises(InvalidOutput, match="too deeply"):
        encode(deep)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], ""),
        (["objects", 0, "name"], "/objects/0/name"),
        (["a/b", "m~n", ""], "/a~1b/m~0n/"),
        (["~1"], "/~01"),
    ],
)
def test_pointers_are_those_of_rfc_6901(parts: list[str | int], expected: str) -> None:
    """If this fails, the paths in reports do not resolve in other tools."""
    assert pointer(parts) == expected


REFUSED = [
    "dup-key-name.json",
    "nan-veris.json",
    "int-4301-digits.json",
    "surrogate-lone-comment.json",
    "utf8-cut-at-end.json",
    "ndjson.json",
]


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the corpus of hostile inputs is not beside this repository")
@pytest.mark.parametrize("name", REFUSED)
def test_the_hostile_corpus_is_refused(name: str) -> None:
    """If this fails, a known attack gets through."""
    refusal((HOSTILE / "dev" / name).read_bytes())


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the corpus of hostile inputs is not beside this repository")
@pytest.mark.parametrize("name", ["stix.json", "misp.json", "veris.json", "thehive.json"])
def test_the_controls_are_read(name: str) -> None:
    """If this fails, the refusals above mean nothing."""
    data = (HOSTILE / "control" / name).read_bytes()
    assert decode(data, LIMITS) == json.loads(data)
