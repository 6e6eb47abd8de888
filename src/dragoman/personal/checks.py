"""What must hold of a text that looks like personal data: check digits, lengths, words that are nobody's.

A check says how many characters of the candidate belong to the value; 0 means that it is something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address

from dragoman.personal.rows import table, words

DIGITS = re.compile(r"\d")
MAILBOX = re.compile(r"@|%40|\[@\]|\[at\]|\(at\)")
DOTS = re.compile(r"\.|\[\.\]|\(\.\)|\[dot\]|\(dot\)")
TOP_DOMAIN = re.compile(r"xn--[\w-]+|[^\W\d_]{2,}")
CARD_LENGTHS = {"2": (16,), "3": (14, 15, 16), "4": (13, 16, 19), "5": (16,), "6": (16, 17, 18, 19)}
TRAILING = ".,;:!?)]}'\""


def mail(text: str) -> int:
    """An address of a person: its domain ends in letters, and no word of the local part is that of a role."""
    local, domain = MAILBOX.split(text, maxsplit=1)
    last = DOTS.split(domain)[-1]
    top = TOP_DOMAIN.match(last)
    return len(text) - len(last) + top.end() if top and not is_role(local) else 0


def is_role(local: str) -> bool:
    """Whether a mailbox is that of a role."""
    known, local = words("mailboxes_of_roles"), local.casefold()
    return local in known or any(word in known for word in re.split(r"[.+_-]", local))


def iban(text: str) -> int:
    """ISO 13616: as long as its country has it, and 1 modulo 97."""
    length = table("patterns")["iban_lengths"].get(text[:2], 0)
    places = [place for place, character in enumerate(text) if character != " "][:length]
    if not length or len(places) < length:
        return 0
    value = "".join(text[place] for place in places)
    number = "".join(str(int(character, 36)) for character in value[4:] + value[:4])
    end = places[-1] + 1
    return end if int(number) % 97 == 1 and not text[end : end + 1].isalnum() else 0


def card(text: str) -> int:
    """ISO/IEC 7812: a length that issuers of this first digit use, and the check digit of Luhn."""
    digits = "".join(DIGITS.findall(text))
    if len(digits) not in CARD_LENGTHS[digits[0]] or (digits[0] == "2" and not "2221" <= digits[:4] <= "2720"):
        return 0
    total = sum(sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(reversed(digits)))
    return len(text) if total % 10 == 0 and len(set(digits)) > 1 else 0


def account(text: str) -> int:
    """A name that is that of no system account and no file."""
    name = text.rstrip(TRAILING)
    ending = name.rpartition(".")[2].casefold() if "." in name else ""
    nobody = name.casefold() in words("accounts_of_nobody") or name.endswith("$")
    return 0 if nobody or ending in table("patterns")["file_endings"] else len(name)


def ip(text: str) -> int:
    try:
        ip_address(text)
    except ValueError:
        return 0
    return len(text)


CHECKS: dict[str, Callable[[str], int]] = {"": len, "mail": mail, "iban": iban, "card": card, "account": account, "ip": ip}
