"""Which addresses a fetch may connect to: what a name resolves to is judged, never the name.

`ipaddress.is_global` alone is no filter: it is true for forms of IPv6 that hold a private IPv4 address, for multicast, and
for ranges that nobody was ever given.  So of IPv6 only what is handed out counts, and what holds an IPv4 address is judged
by that as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

UNICAST = IPv6Network("2000::/3")  # RFC 4291: all that is handed out
WRAPPERS = (
    IPv6Network("::ffff:0:0/96"),  # RFC 4291 section 2.5.5.2: IPv4 as IPv6
    IPv6Network("64:ff9b::/96"),  # RFC 6052: NAT64
)
ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # RFC 5214: the upper half of an interface identifier before an IPv4 address
NOBODYS = (  # public for Python 3.11, and yet nobody's to serve attachments from
    IPv4Network("192.0.0.0/24"),  # RFC 6890: protocol assignments
    IPv4Network("192.88.99.0/24"),  # RFC 7526: 6to4 relays
    IPv6Network("2001::/23"),  # RFC 2928: protocol assignments, Teredo among them
    IPv6Network("2002::/16"),  # RFC 3056: 6to4, deprecated by RFC 7526
    IPv6Network("3fff::/20"),  # RFC 9637: documentation
)
OURS = (
    IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"),
    IPv4Network("10.0.0.0/8"), IPv4Network("172.16.0.0/12"), IPv4Network("192.168.0.0/16"),  # RFC 1918
    IPv6Network("fc00::/7"),  # RFC 4193
)  # fmt: skip


def public(text: str) -> bool:
    """Whether an address, as `getaddrinfo` writes it, and what it holds belong to the open internet."""
    return all(_open(one) for one in _judged(text))


def private(text: str) -> bool:
    """Whether it is of the loopback or a private network: what an operator may allow for hosts of its own.

    Link-local addresses, where clouds keep their credentials, are not, nor is anything else that is merely not public.
    """
    return all(any(one in network for network in OURS) for one in _judged(text))


def _judged(text: str) -> Iterator[Address]:
    """The addresses that count: the one that is written, and the IPv4 address in it."""
    address = ip_address(text.partition("%")[0])
    inner = IPv4Address(int(address) & 0xFFFF_FFFF)
    if isinstance(address, IPv6Address) and any(address in network for network in WRAPPERS):
        yield inner
        return
    yield address
    if isinstance(address, IPv6Address) and (int(address) >> 32) & 0xFFFF_FFFF in ISATAP:
        yield inner


def _open(address: Address) -> bool:
    given = address in UNICAST if isinstance(address, IPv6Address) else not address.is_multicast
    return given and address.is_global and not any(address in network for network in NOBODYS)
