"""A text in a language as JSON documents have it: white space in it is meant."""

from __future__ import annotations

from typing import Any

from dragoman.mapping.xml import ElementCodec, own_text
from dragoman.model import Text, Words
from dragoman_iodef.hooks import GROUP, LANG, write_words


def read_words(element: Any, reader: Any) -> Words:
    """A str, or a Text when a language or a group is said."""
    text = own_text(element)
    if not element.items():
        return text
    return Text(text, lang=element.get(LANG), group=element.get(GROUP))


WORDS = ElementCodec(read_words, write_words)
