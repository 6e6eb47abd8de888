"""Numbers as countries write them: identity numbers through python-stdnum, phone numbers through phonenumbers.

Both come with the extra `personal`, and are imported only when a profile names countries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from dragoman.errors import UsageError
from dragoman.personal.rows import national_ids, national_phone
from dragoman.personal.spans import Span

BEFORE = 24  # how far before a number its word may stand
GROUPS = re.compile(r"\d+")


def checked(countries: Iterable[str]) -> tuple[str, ...]:
    """Codes of countries in capitals.  Raises UsageError for one that nobody knows, and without the extra."""
    found = tuple(sorted({country.upper() for country in countries}))
    for country in found:
        if country not in _library("phonenumbers").SUPPORTED_REGIONS:
            raise UsageError(f"{country!r} is no country", where="[personal] countries", fix="two letters, as in ISO 3166: NO")
    return found


def numbers(text: str, countries: Iterable[str]) -> Iterator[Span]:
    """The identity and phone numbers in a text, as these countries write them."""
    for country in countries:
        yield from _identity_numbers(text, country)
        yield from _phone_numbers(text, country)


def _identity_numbers(text: str, country: str) -> Iterator[Span]:
    for row in national_ids().get(country, ()):
        valid: Any = _library(f"stdnum.{row.module}").is_valid
        for found in row.pattern.finditer(text):
            if (row.near is None or _said_before(text, found.start(), row.near)) and valid(found[0]):
                yield Span(found.start(), found.end(), "national-id", "likely", f"an identity number of {country}")


def _phone_numbers(text: str, country: str) -> Iterator[Span]:
    form, near = national_phone()
    for found in form.finditer(text):
        if _is_phone(found[0], country, _said_before(text, found.start(), near)):
            yield Span(found.start(), found.end(), "phone", "likely", f"a phone number of {country}")


def _is_phone(text: str, country: str, announced: bool) -> bool:
    """A number that is in use, grouped as the country groups it, announced by a word, or dialled from it to another one."""
    library: Any = _library("phonenumbers")
    try:
        number = library.parse(text, country, keep_raw_input=True)
    except library.NumberParseException:
        return False
    if number.country_code_source == library.CountryCodeSource.FROM_NUMBER_WITH_IDD:
        return bool(library.is_valid_number(number))
    if not library.is_valid_number_for_region(number, country):
        return False
    groups = GROUPS.findall(text)
    usual = GROUPS.findall(library.format_number(number, library.PhoneNumberFormat.NATIONAL))
    return announced or (len(groups) > 1 and groups == usual)


def _said_before(text: str, start: int, near: re.Pattern[str]) -> bool:
    return near.search(text[max(0, start - BEFORE) : start]) is not None


@cache
def _library(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError:
        what = f"[personal] countries needs {name.partition('.')[0]}"
        raise UsageError(what, fix="pip install 'dragoman[personal]'") from None
