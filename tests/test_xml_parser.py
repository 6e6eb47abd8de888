"""The XML parser: what it refuses, what it keeps, that it never fails in any other way."""

from __future__ import annotations

import codecs
import socket
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from dragoman.errors import DragomanError, LimitExceeded, ReadError
from dragoman.limits import Limits
from dragoman.tree.xml import carriable, escape_attribute, escape_text, parse, serialise

LIMITS = Limits()
HOSTILE = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "hostile" / "files"

BOMB = '<!DOCTYPE a [<!ENTITY x "haha">' + "".join(
    f'<!ENTITY {this} "{f"&{before};" * 60}">' for before, this in zip("xyzv", "yzvw", strict=True)
)
DOCTYPES = {
    "bare": "<!DOCTYPE a><a/>",
    "attribute default": '<!DOCTYPE a [<!ATTLIST a restriction CDATA "public">]><a/>',
    "internal entity": '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "parameter entity": '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]><a/>',
    "external subset": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
    "public": '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x.dtd"><a/>',
    "bomb": BOMB + "]><a>&w;</a>",
    "after a newline": "\n\t \r\n<!DOCTYPE a><a/>",
    "after a comment": "<!-- harmless -->\n<!-- > <a> --><!DOCTYPE a><a/>",
    "after an instruction": "<?go <a/> ?><?stop?><!DOCTYPE a><a/>",
    "after much": "<!-- x -->" * 1000 + "<!DOCTYPE a><a/>",
    "cut short": "<!DOCTYPE",
}
ENCODED = {
    "UTF-8": lambda s: s.encode(),
    "UTF-8 declared": lambda s: ('<?xml version="1.0" encoding="UTF-8"?>' + s).encode(),
    "UTF-8 with a mark": lambda s: s.encode("utf-8-sig"),
    "UTF-16 little": lambda s: codecs.BOM_UTF16_LE + s.encode("utf-16-le"),
    "UTF-16 big": lambda s: codecs.BOM_UTF16_BE + s.encode("utf-16-be"),
    "UTF-16 declared": lambda s: ('<?xml version="1.0" encoding="utf-16"?>' + s).encode("utf-16"),
    "latin-1": lambda s: ("<?xml version='1.0' encoding='ISO-8859-1'?>" + s).encode("latin-1"),
    "windows-1252": lambda s: ("<?xml version='1.0' encoding='windows-1252'?>" + s).encode("cp1252"),
    "US-ASCII": lambda s: ("<?xml version='1.0' encoding='US-ASCII' standalone='yes'?>" + s).encode("ascii"),
}
# Refused for their encoding alone, before a DOCTYPE could matter.
OTHERWISE_ENCODED = {
    "UTF-7": b"<?xml version='1.0' encoding='utf-7'?>+ADwAIQ-DOCTYPE a+AD4-<a/>",
    "unicode_escape": b"<?xml version='1.0' encoding='unicode_escape'?>\\x3c!DOCTYPE a><a/>",
    "EBCDIC": "<?xml version='1.0' encoding='cp037'?><a/>".encode("cp037"),
    "EBCDIC by name": b"<?xml version='1.0' encoding='ebcdic-cp-us'?><a/>",
    "UTF-32": "<a/>".encode("utf-32"),
    "UTF-32 without a mark": "<a/>".encode("utf-32-be"),
    "UTF-16 without a mark": "<a/>".encode("utf-16-le"),
    "UTF-16 declared, no mark": "<?xml version='1.0' encoding='UTF-16'?><a/>".encode("utf-16-be"),
    "UTF-16 declared, is UTF-8": b"<?xml version='1.0' encoding='UTF-16'?><a/>",
    "UTF-8 declared, is UTF-16": "<?xml version='1.0' encoding='UTF-8'?><a/>".encode("utf-16"),
    "UTF-8 mark, latin-1 declared": codecs.BOM_UTF8 + b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
    "ASCII declared, is UTF-8": b"<?xml version='1.0' encoding='US-ASCII'?><a>\xc3\xa9</a>",
    "windows-1252 has no 81": b"<?xml version='1.0' encoding='windows-1252'?><a>\x81</a>",
    "UTF-16 with half a character": codecs.BOM_UTF16_LE + "<a>\ud800</a>".encode("utf-16-le", "surrogatepass"),
    "UTF-16 cut": "<a/>".encode("utf-16")[:-1],
    "UTF-8 cut": b"<a>\xc3",
    "UTF-8 overlong": b"<a>\xc0\xbcb></a>",
    "UTF-8 surrogate": b"<a>\xed\xa0\x80</a>",
    "no UTF-8 in an attribute": b"<a b='\xff'/>",
    "no UTF-8 in a comment": b"<a><!--\xff--></a>",
    "no UTF-8 in an instruction": b"<a><?x \xff?></a>",
    "empty name": b"<?xml version='1.0' encoding=' '?><a/>",
    "name far away": b"<?xml version='1.0'" + b" " * 5000 + b"encoding='utf-7'?><a/>",
    "shift_jis": b"<?xml version='1.0' encoding='shift_jis'?><a/>",
    "hz": b"<?xml version='1.0' encoding='hz'?><a>~{</a>",
}
NOT_XML = {
    "nothing": b"",
    "space": b" \n",
    "text": b"incident",
    "JSON": b'{"a":1}',
    "gzip": b"\x1f\x8b\x08\x00\x00",
    "two roots": b"<a/><b/>",
    "text after the root": b"<a/>x",
    "space before the declaration": b" <?xml version='1.0'?><a/>",
    "declaration without end": b"<?xml version='1.0' ",
    "cut in a tag": b"<a",
    "cut in an attribute": b"<a b='c",
    "cut in text": b"<a>b",
    "crossed": b"<a><b></a></b>",
    "equal attributes": b"<a b='1' b='2'/>",
    "equal names in a namespace": b"<a xmlns:x='u' xmlns:y='u' x:b='' y:b=''/>",
    "undeclared prefix": b"<x:a/>",
    "undeclared entity": b"<a>&nbsp;</a>",
    "undeclared entity in an attribute": b"<a b='&x;'/>",
    "control character": b"<a>\x1b[2J</a>",
    "NUL": b"<a>\0\0</a>",
    "NUL by reference": b"<a>&#0;</a>",
    "surrogate by reference": b"<a>&#xD83D;&#xDE00;</a>",
    "U+FFFF": "<a>\uffff</a>".encode(),
    "bare <": b"<a b='<'/>",
    "bare &": b"<a>R&D</a>",
    "DOCTYPE inside the root": b"<a><!DOCTYPE a></a>",
    "DOCTYPE after the root": b"<a/><!DOCTYPE a>",
    "DOCTYPE after text": b"x<!DOCTYPE a><a/>",
    "doctype in lower case": b"<!doctype a><a/>",
    "XML 2.0": b"<?xml version='2.0'?><a/>",
    "two declarations": b"<?xml version='1.0'?><?xml version='1.0' encoding='utf-7'?><a/>",
}


def refusal(data: bytes, limits: Limits = LIMITS) -> str:
    """The one line that `data` is refused with."""
    with pytest.raises(ReadError) as caught:
        parse(data, limits, "evil.xml")
    line = str(caught.value)
    assert caught.value.exit_status == 4
    assert caught.value.what
    assert "evil.xml" in caught.value.where
    assert len(line) < 2000
    assert line.isprintable()
    return line


@pytest.mark.parametrize("encoding", ENCODED)
@pytest.mark.parametrize("document", DOCTYPES)
def test_any_doctype_is_refused_in_any_encoding(document: str, encoding: str) -> None:
    """If this fails, an internal subset can make `restriction` public, name a file, or explode."""
    assert "DOCTYPE" in refusal(ENCODED[encoding](DOCTYPES[document]))


@pytest.mark.parametrize("data", OTHERWISE_ENCODED.values(), ids=OTHERWISE_ENCODED.keys())
def test_other_encodings_and_disagreeing_ones_are_refused(data: bytes) -> None:
    """If this fails, another reader may see other markup in the same bytes."""
    refusal(data)


@pytest.mark.parametrize("data", NOT_XML.values(), ids=NOT_XML.keys())
def test_what_is_not_well_formed_is_refused(data: bytes) -> None:
    """If this fails, we repair a document by guessing, or let an lxml error out."""
    refusal(data)


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"<a>\n <b>\n</a>", "evil.xml:3:5: "),
        (b"\n<!-- \n --> <!DOCTYPE a><a/>", "evil.xml:3:6: "),
        (b"<?xml version='1.0' encoding='us-ascii'?>\n<a>\xe9</a>", "evil.xml:2:4: "),
        (b"<?xml version='1.0' encoding='utf-7'?>\n<a/>", "evil.xml:1:1: "),
    ],
)
def test_a_refusal_says_where(data: bytes, where: str) -> None:
    """If this fails, the user searches the whole file."""
    assert refusal(data).startswith(where)


@pytest.mark.parametrize("encoding", ENCODED)
def test_each_accepted_encoding_is_read(encoding: str) -> None:
    """If this fails, documents that agree with their own declaration are turned away."""
    assert parse(ENCODED[encoding]("<a>text</a>"), LIMITS).text == "text"


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-8 with a mark", "UTF-16 little", "UTF-16 declared", "windows-1252"])
def test_text_beyond_ascii_keeps_its_characters(encoding: str) -> None:
    """If this fails, names arrive garbled."""
    assert parse(ENCODED[encoding]("<a b='€'>é</a>"), LIMITS).attrib["b"] == "€"


def test_markup_in_text_is_only_text() -> None:
    """If this fails, a mail or a web page inside an incident makes us refuse it."""
    page = b"<!-- <!DOCTYPE x> --><a><![CDATA[<!DOCTYPE html><p>&nbsp;]]><!-- <!DOCTYPE y [<!ENTITY z ''>]> --></a>"
    assert parse(page, LIMITS).text == "<!DOCTYPE html><p>&nbsp;"


def test_comments_instructions_and_blanks_are_kept() -> None:
    """If this fails, a translation loses them in silence."""
    data = b"<?xml version='1.0' encoding='UTF-8'?>\n<!--1--><?two 2?><a> <!--3--> <b/>\n<?four?></a><!--5-->\n"
    assert serialise(parse(data, LIMITS)) == data


def test_nothing_is_fetched_or_included(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, reading a document opens a file or a connection that the document names."""
    secret = tmp_path / "secret"
    secret.write_text("canary")

    def no_socket(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", no_socket)
    data = f"""<?xml-stylesheet href="{secret.as_uri()}"?><?oasis-xml-catalog catalog="{secret.as_uri()}"?>
    <a xmlns:xi="http://www.w3.org/2001/XInclude" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
       xml:base="{tmp_path.as_uri()}/" xsi:schemaLocation="urn:x {secret.as_uri()} urn:y http://127.0.0.1:9/y.xsd">
      <xi:include href="secret" parse="text"/></a>""".strip()
    assert b"canary" not in serialise(parse(data.encode(), LIMITS))


def test_equal_ids_are_no_fault() -> None:
    """If this fails, `xml:id` means something to the parser, and a second one refuses the document."""
    assert len(parse(b"<a xml:id='x'><b xml:id='x'/></a>", LIMITS)) == 1


def nested(depth: int, name: str = "a") -> bytes:
    return f"<{name}>".encode() * depth + f"</{name}>".encode() * depth


@pytest.mark.parametrize("depth", [5, 256, 300])
def test_depth_is_bounded_exactly(depth: int) -> None:
    """If this fails, the limit on depth is not the one that is documented."""
    limits = Limits(xml_depth=depth)
    parse(nested(depth), limits)
    assert str(depth) in refusal(nested(depth + 1), limits)


@pytest.mark.parametrize("data", [nested(30_000, "Contact"), b"<a>" * 10**6, b"<a b='" + b"c" * 10 + b"'>" * 10**5])
@pytest.mark.parametrize("limits", [LIMITS, Limits(xml_depth=10), Limits(xml_depth=100_000)])
def test_bottomless_nesting_is_refused_at_once(data: bytes, limits: Limits) -> None:
    """If this fails, depth costs time or memory, or ends in a signal."""
    start = time.monotonic()
    with pytest.raises(ReadError):
        parse(data, limits)
    assert time.monotonic() - start < 5


MANY = b"<a " + b" ".join(b"b%d=''" % n for n in range(6)) + b"/>"


@pytest.mark.parametrize(
    ("data", "limits", "what"),
    [
        (b"<a></a>", Limits(bytes=6), "7 bytes"),
        (b"<a>" + b"<b/>" * 6 + b"</a>", Limits(nodes=6), "6 elements"),
        (b"<a>" + b"<!---->" * 6 + b"</a>", Limits(nodes=6), "6 elements"),
        (b"<a>" + b"<?b?>" * 6 + b"</a>", Limits(nodes=6), "6 elements"),
        (MANY, Limits(nodes=6), "6 elements"),
        (MANY, Limits(keys=5), "5 attributes"),
        (b"<a " + b" ".join(b"xmlns:b%d='u'" % n for n in range(6)) + b"/>", Limits(keys=5), "5 attributes"),
        (b"<a>abcdef</a>", Limits(string=5), "text, in 'a'"),
        (b"<a>abc<![CDATA[def]]></a>", Limits(string=5), "text, in 'a'"),
        (b"<a><b/>abcdef</a>", Limits(string=5), "text, in 'a'"),
        (b"<a b='abcdef'/>", Limits(string=5), "attribute, in 'a'"),
        (b"<a><!--abcdef--></a>", Limits(string=5), "comment"),
        (b"<?a abcdef?><a/>", Limits(string=5), "processing instruction"),
    ],
)
def test_each_limit_is_told(data: bytes, limits: Limits, what: str) -> None:
    """If this fails, a document takes more memory than the limits promise."""
    assert what in refusal(data, limits)


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        (b"<a></a>", Limits(bytes=7)),
        (b"<a>" + b"<b/>" * 5 + b"</a>", Limits(nodes=6)),
        (b"<a>" + b"=<![CDATA[<=<=]]>" * 50 + b"</a>", Limits(nodes=6)),
        (MANY, Limits(nodes=7, keys=6)),
        (b"<a>" + b"=" * 500 + b"</a>", Limits(keys=5)),
        ("<a b='ééééé'>ééééé<!--ééééé-->ééééé<b/>ééééé</a>".encode(), Limits(string=5)),
    ],
)
def test_what_is_at_a_limit_is_read(data: bytes, limits: Limits) -> None:
    """If this fails, a limit refuses what it allows: `<` and `=` in text are no nodes, bytes are no characters."""
    parse(data, limits)


LONG = 10 * 2**20


@pytest.mark.parametrize("form", [b"<a>%s</a>", b"<a b='%s'/>", b"<a><!--%s--></a>", b"<a><![CDATA[%s]]></a>"])
def test_strings_reach_our_limit_and_not_that_of_the_library(form: bytes) -> None:
    """If this fails, libxml2's own ten million characters decide."""
    parse(form % (b"x" * LONG), LIMITS)
    with pytest.raises(LimitExceeded, match="10,485,760"):
        parse(form % (b"x" * (LONG + 1)), LIMITS)


MARKUP = """<a> </a> <b_c=' ' " /> & &lt; &x; <!-- --> <![CDATA[ ]]> <?p ?> ]> xmlns='u' é \0 <!DOCTYPE_a_[
    <!ENTITY_x_'y'> <?xml_version='1.0' _encoding='utf-16'"""
pieces = st.sampled_from(["\n", *(piece.replace("_", " ") for piece in MARKUP.split())])
nearly = st.lists(pieces | st.text(max_size=3), max_size=20).map("".join)


@given(
    st.binary()
    | nearly.map(lambda s: s.encode("utf-8", "surrogatepass"))
    | nearly.map(lambda s: s.encode("utf-16", "replace"))
)
@example(b"\xff\xfe")
@example(b"\xef\xbb\xbf")
@example(b"<?xml ?>")
@example(b"<?xml version='1.0' encoding='\x1b'?><a/>")
def test_any_bytes_end_in_a_tree_or_one_clear_error(data: bytes) -> None:
    """If this fails, some input gives a traceback instead of a line."""
    try:
        parse(data, LIMITS)
    except DragomanError:
        refusal(data)


@given(nearly)
def test_no_document_gets_a_document_type_past_us(text: str) -> None:
    """If this fails, there is a way to write a DOCTYPE that only the parser sees."""
    try:
        root = parse(text.encode("utf-8", "replace"), LIMITS)
    except ReadError:
        return
    assert root.getroottree().docinfo.internalDTD is None
    assert not list(root.iter(etree.Entity))


@given(st.binary(max_size=8))
def test_utf8_is_strict(inside: bytes) -> None:
    """If this fails, the parser takes bytes for text that Python would not."""
    try:
        text = parse(b"<a>" + inside.replace(b"<", b"").replace(b"&", b"") + b"</a>", LIMITS).text or ""
    except ReadError:
        return
    assert text == inside.replace(b"<", b"").replace(b"&", b"").decode().replace("\r\n", "\n").replace("\r", "\n")


ANY_TEXT = st.text(
    st.characters(codec=None, exclude_categories=()) | st.sampled_from("<>&'\"\r\n\t]\0\x1b\ufffe\ud800")
)


@given(ANY_TEXT)
def test_what_is_escaped_comes_back(s: str) -> None:
    """If this fails, writing XML as text changes a value or lets markup in."""
    kept = "".join(c if carriable(c) else "\ufffd" for c in s)
    for quote in "'\"":
        data = f"<a b={quote}{escape_attribute(s)}{quote}>{escape_text(s)}</a>".encode()
        root = parse(data, LIMITS)
        assert (root.text or "") == kept
        assert root.attrib["b"] == kept
        assert len(root) == 0
        assert len(root.attrib) == 1


@given(ANY_TEXT)
def test_carriable_is_what_the_library_lets_us_write(s: str) -> None:
    """If this fails, we write what no parser reads, or drop what every parser reads."""
    try:
        etree.Element("a").text = s
    except ValueError:
        assert not carriable(s)
    else:
        assert carriable(s)


@given(ANY_TEXT, ANY_TEXT)
def test_what_is_serialised_is_parsed_the_same(text: str, value: str) -> None:
    """If this fails, writing and reading again changes a value."""
    root = etree.Element("a", b="".join(filter(carriable, value)))
    root.text = "".join(filter(carriable, text)) or None
    data = serialise(root)
    again = parse(data, LIMITS)
    assert data.endswith(b"</a>\n" if root.text else b"/>\n")
    assert data.startswith(b"<?xml")
    assert (again.text, again.items()) == (root.text, root.items())


def test_a_part_is_serialised_alone() -> None:
    """If this fails, writing one element takes its siblings or the text behind it along."""
    part = parse(b"<a><b/>tail<c/></a>", LIMITS)[0]
    assert serialise(part) == b"<?xml version='1.0' encoding='UTF-8'?>\n<b/>\n"


REFUSED = [
    "entity-single-internal.xml",
    "xxe-two-step-canary.xml",
    "laughs-4-levels-wide.xml",
    "cut-in-attribute.xml",
    "declared-ascii-is-utf8.xml",
]


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the corpus of hostile inputs is not beside this repository")
@pytest.mark.parametrize("name", REFUSED)
def test_the_hostile_corpus_is_refused(name: str) -> None:
    """If this fails, a known attack gets through."""
    refusal((HOSTILE / "dev" / name).read_bytes())


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the corpus of hostile inputs is not beside this repository")
@pytest.mark.parametrize("name", ["control/iodef.xml", "dev/schemalocation-ssrf-case.xml"])
def test_the_controls_are_read(name: str) -> None:
    """If this fails, the refusals above mean nothing."""
    assert parse((HOSTILE / name).read_bytes(), LIMITS).tag.endswith("IODEF-Document")
