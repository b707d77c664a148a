"""Which addresses may be asked: public ones over HTTP, wherever a redirect leads."""

import ipaddress
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from beholder.collect.web.problems import Failed, Refused

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Resolve = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host; raises OSError where it has none."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class AddressGuard:
    """Refuses what is not public HTTP: a service's answer must not make us ask inside the own network.

    `allowed` names exceptions as `host:port`.
    """

    def __init__(self, allowed: list[str], resolve: Resolve = resolve):
        self._allowed = set(allowed)
        self._resolve = resolve

    def check(self, url: str) -> None:
        """Raise Refused where `url` may not be asked, Failed where its host has no address just now."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError as error:
            raise Refused("bad_address", f"{url}: {error}") from None
        if parts.scheme not in ("http", "https"):
            raise Refused("scheme", f"{url[:80]} is not http or https")
        if not host or parts.username or parts.password:
            raise Refused("bad_address", f"{url[:80]} has no host, or has a password")
        if f"{host}:{port}" in self._allowed:
            return
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise Failed("unknown_host", f"{host}: {error}") from None
        for address in found:
            if not is_public(address):
                raise Refused("private_address", f"{host} is {address}")

    def check_peer(self, url: str, peer: str) -> None:
        """Raise Refused where the connection for `url` ended at a private `peer`: the name was resolved anew in between."""
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if f"{parts.hostname}:{port}" not in self._allowed and not is_public(peer):
            raise Refused("private_address", f"{parts.hostname} answered from {peer}")


def is_public(address: str) -> bool:
    """Return whether an IP address, or the IPv4 address that it wraps, is one of the public internet."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = (
            ip.ipv4_mapped or ip.sixtofour or (ipaddress.ip_address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
        )
        ip = wrapped or ip
    return ip.is_global and not ip.is_multicast
