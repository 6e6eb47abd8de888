"""The table of addresses: what is denied, what only an operator may allow, what the open internet is."""

from __future__ import annotations

import pytest

from dragoman.attachments.addresses import private, public

OPEN = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "2a00:1450:4001:81b::200e", "64:ff9b::8.8.8.8",
        "::ffff:8.8.8.8"]  # fmt: skip
OURS = ["127.0.0.1", "127.8.9.10", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "::1", "fd00::1", "fc00::1",
        "::ffff:127.0.0.1", "::ffff:10.1.2.3", "64:ff9b::a00:1"]  # fmt: skip
NEVER = [
    "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.0.8",
    "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "::", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1", "5f00::1", "100::1",
    "::127.0.0.1", "::a9fe:a9fe", "::ffff:169.254.169.254", "::ffff:0.0.0.0", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:c0a8:101::", "2002:0808:0808::1",
    "2001:0:7f00:1::", "2001:0:808:808:0:0:80ff:fffe", "2001:2::1", "2606:2800:220:1:0:5efe:7f00:1",
    "2606:2800:220:1:200:5efe:a00:1", "4000::1", "::8.8.8.8",
]  # fmt: skip


@pytest.mark.parametrize("address", OPEN)
def test_the_open_internet_can_be_reached(address: str) -> None:
    """If not, no partner could."""
    assert public(address)


@pytest.mark.parametrize("address", [*OURS, *NEVER])
def test_no_other_address_is_public(address: str) -> None:
    """A partner could make us read our own network, or the cloud's credentials."""
    assert not public(address)


@pytest.mark.parametrize("address", OURS)
def test_an_operator_may_allow_what_is_private(address: str) -> None:
    assert private(address)


@pytest.mark.parametrize("address", [*NEVER, *OPEN])
def test_nobody_may_allow_what_is_neither(address: str) -> None:
    """`private_hosts` must not open the metadata service of a cloud."""
    assert not private(address)
