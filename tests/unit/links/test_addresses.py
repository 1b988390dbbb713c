"""Where a stranger's link may lead this server, and where not."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hubbub.links.addresses import is_allowed, is_public, read_address

PRIVATE = [ipaddress.ip_network(text) for text in ("10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.168.0.0/16")]


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "100::1",
        "2001::1",
        "2001:0:7f00:1::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:808:808::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2606:4700::5efe:7f00:1",
        "2606:4700::200:5efe:7f00:1",
    ],
)
def test_an_address_that_is_no_ordinary_one_is_refused(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450::1"])
def test_an_ordinary_address_is_let_through(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_no_ipv6_spelling_of_an_ipv4_address_is_let_through(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for prefix in ("::ffff:0:0", "::", "64:ff9b::", "64:ff9b:1::", "2002::", "2606:4700:0:0:0:5efe::"):
        shift = 80 if prefix == "2002::" else 0
        assert not is_public(ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | (number << shift)))


@given(st.ip_addresses())
@example(ipaddress.ip_address("::ffff:a00:1"))
def test_what_is_let_through_is_global_to_python_too(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_public(address):
        assert address.is_global
        assert not any((address.is_private, address.is_loopback, address.is_link_local, address.is_multicast))


@given(st.sampled_from(PRIVATE).flatmap(lambda network: st.ip_addresses(v=4, network=network)))
def test_a_private_address_is_let_through_only_where_the_owner_says_so(address: ipaddress.IPv4Address) -> None:
    assert not is_allowed(address, [])
    assert is_allowed(address, PRIVATE)


@pytest.mark.parametrize("text", ["2130706433", "0177.0.0.1", "0x7f.0.0.1", "127.1", "0x7f000001", "127.0.0.1.", "a"])
def test_other_spellings_of_an_address_are_none(text: str) -> None:
    assert read_address(text) is None
