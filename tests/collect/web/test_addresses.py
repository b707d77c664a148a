"""The guard against addresses inside the own network."""

import pytest

from beholder.collect.web.addresses import AddressGuard, is_public
from beholder.collect.web.problems import Failed, Refused


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_public_addresses(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1",
     "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1", "ff02::1"],
)  # fmt: skip
def test_private_addresses_plain_or_wrapped(address):
    assert not is_public(address)


def test_one_private_address_among_a_hosts_addresses_is_enough():
    guard = AddressGuard([], resolve=lambda host, port: ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(Refused, match=r"private_address: example\.org is 10\.0\.0\.1"):
        guard.check("https://example.org/photo.jpg")


def test_a_name_that_leads_elsewhere_once_connected_is_refused():
    guard = AddressGuard([], resolve=lambda host, port: ["93.184.216.34"])
    guard.check("https://example.org/photo.jpg")
    with pytest.raises(Refused, match="answered from 127"):
        guard.check_peer("https://example.org/photo.jpg", "127.0.0.1")


def test_an_allowed_host_is_allowed_on_its_port_only():
    guard = AddressGuard(["mirror:8080"], resolve=lambda host, port: ["10.0.0.1"])
    guard.check("http://mirror:8080/photo.jpg")
    with pytest.raises(Refused):
        guard.check("http://mirror:8081/photo.jpg")


def test_an_unknown_host_may_be_tried_another_day():
    def nowhere(host, port):
        raise OSError("Name or service not known")

    with pytest.raises(Failed, match="unknown_host"):
        AddressGuard([], resolve=nowhere).check("https://example.org/")
