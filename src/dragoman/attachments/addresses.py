"""Which addresses a fetch may connect to: what a name resolves to is judged, never the name.

`ipaddress.is_global` alone is no filter: it is true for forms of IPv6 that hold a private IPv4 address (RFC 6052, 3056,
4380, 5214), for multicast and for some special ranges.  So an address and every address inside it must be global.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

# Global by the registry of Python 3.11, and yet nobody's to serve attachments from.
SPECIAL = (
    IPv4Network("192.0.0.0/24"),  # RFC 6890: protocol assignments
    IPv4Network("192.88.99.0/24"),  # RFC 7526: 6to4 relays
    IPv6Network("64:ff9b:1::/48"),  # RFC 8215: translation inside one network
    IPv6Network("2001::/23"),  # RFC 2928: protocol assignments, Teredo among them
    IPv6Network("3fff::/20"),  # RFC 9637: documentation
    IPv6Network("5f00::/16"),  # RFC 9602: segment routing
    IPv6Network("fec0::/10"),  # RFC 3879: site-local, deprecated
)
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
COMPATIBLE = IPv6Network("::/96")  # RFC 4291 section 2.5.5.1
ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # RFC 5214: the upper half of the interface identifier


def inside(address: Address) -> Iterator[Address]:
    """The address and every IPv4 address that it holds."""
    yield address
    if isinstance(address, IPv4Address):
        return
    last = IPv4Address(int(address) & 0xFFFF_FFFF)
    if address in NAT64 or address in COMPATIBLE or (int(address) >> 32) & 0xFFFF_FFFF in ISATAP:
        yield last
    yield from (inner for inner in (address.ipv4_mapped, address.sixtofour, *(address.teredo or ())) if inner)


def public(text: str) -> bool:
    """Whether an address, as `getaddrinfo` writes it, and all that it holds belong to the open internet."""
    return all(_open(one) for one in inside(_parsed(text)))


def private(text: str) -> bool:
    """Whether it is a loopback or a private address (RFC 1918, RFC 4193): what an operator may allow for hosts of its own.

    Link-local addresses, where clouds keep their credentials, multicast and the unspecified address never are.
    """
    return all(_own(one) for one in inside(_parsed(text)) if not _is_wrapper(one))


def _parsed(text: str) -> Address:
    return ip_address(text.partition("%")[0])


def _open(address: Address) -> bool:
    barred = address.is_multicast or address.is_reserved or any(address in network for network in SPECIAL)
    return address.is_global and not barred


def _own(address: Address) -> bool:
    never = address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved
    return (address.is_private or address.is_loopback) and not (never and not address.is_loopback)


def _is_wrapper(address: Address) -> bool:
    return isinstance(address, IPv6Address) and address.ipv4_mapped is not None
