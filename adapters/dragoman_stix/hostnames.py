"""Names of hosts as RFC 5890 to 5893 allow them: letters, digits and hyphens, or letters of one direction in Unicode."""

from __future__ import annotations

import re
import unicodedata

PLAIN = re.compile(r"(?!..--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)
PLAIN_NAME = re.compile(rf"{PLAIN.pattern}(?:\.{PLAIN.pattern})*\.?", re.ASCII)
LETTERS = {"Ll", "Lo", "Lm", "Mn", "Mc", "Nd"}
KEPT = "\u00df\u03c2"  # letters that folding changes and RFC 5892 section 2.6 allows all the same
# Parts of Hangul syllables, marks for symbols, and vowels that nobody sees (RFC 5892 sections 2.3, 2.4 and 2.9).
IGNORED = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u20d0-\u20ff\u17b4\u17b5]")
LONGEST, LONGEST_LABEL = 253, 63


def is_hostname(text: str) -> bool:
    """Whether a text is a host name, in ASCII or with letters of other scripts."""
    name = text.removesuffix(".")
    if not 0 < len(name) <= LONGEST:
        return False
    return PLAIN_NAME.fullmatch(text) is not None or all(map(_is_label, name.split(".")))


def _is_label(label: str) -> bool:
    if label.isascii() and label[:4].lower() == "xn--":
        return _is_encoded(label.lower())
    if label.isascii():
        return PLAIN.fullmatch(label) is not None
    return len(label.encode("punycode")) + 4 <= LONGEST_LABEL and _is_international(label)


def _is_encoded(label: str) -> bool:
    """Whether an A-label stands for a U-label, and just so."""
    try:
        decoded = label[4:].encode().decode("punycode")
    except UnicodeError:
        return False
    return len(label) <= LONGEST_LABEL and _is_international(decoded) and decoded.encode("punycode").decode() == label[4:]


def _is_international(label: str) -> bool:
    if label.isascii() or label.startswith("-") or label.endswith("-") or label[2:4] == "--":
        return False
    if unicodedata.category(label[0]).startswith("M") or unicodedata.normalize("NFC", label) != label:
        return False
    return all(map(_is_letter, label)) and _is_one_way(label)


def _is_letter(letter: str) -> bool:
    if letter == "-" or letter in KEPT:
        return True
    if IGNORED.fullmatch(letter):
        return False
    folded = unicodedata.normalize("NFKC", letter.casefold())
    return unicodedata.category(letter) in LETTERS and folded == letter


def _is_one_way(label: str) -> bool:
    """The bidi rule of RFC 5893, somewhat stricter: a label from right to left has no letters from left to right."""
    ways = [unicodedata.bidirectional(letter) for letter in label]
    if not {"R", "AL", "AN"} & set(ways):
        return True
    ends = [way for way in ways if way != "NSM"][-1:]
    return ways[0] in ("R", "AL") and "L" not in ways and ends[0] != "ES" and not {"EN", "AN"} <= set(ways)
