"""Post to an endpoint on the public internet, and to nothing else.

The host's name is looked up once. If one of its addresses is not public, nothing is sent. The connection goes to an
address that was checked, so a name that changes its address in between (DNS rebinding) changes nothing; TLS still
checks the certificate for the name. No redirect is followed, no proxy is used.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Timer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from debrief.errors import OutcomeUnknown, RecipientBlocked, Unavailable

if TYPE_CHECKING:
    from urllib3.connection import HTTPSConnection

_CONNECT_SECONDS, _ANSWER_SECONDS, _ALL_SECONDS = 5.0, 15.0, 30.0
_MOST_BODY = 64 * 1024  # bytes of an answer that are read
_MOST_ADDRESSES = 8
_IPV4_INSIDE = {  # IPv6 networks whose addresses contain an IPv4 address, and its first byte: NAT64, 6to4
    ipaddress.IPv6Network("64:ff9b::/96"): 12,
    ipaddress.IPv6Network("2002::/16"): 2,
}
_GIVEN_OUT = ipaddress.IPv6Network("2000::/3")  # the only IPv6 addresses of the internet; fec0::/10 is inside networks
_NOT_PUBLIC = tuple(  # besides those that Python knows: Teredo, documentation, relays of 6to4
    map(ipaddress.ip_network, ("2001::/32", "3fff::/20", "192.88.99.0/24"))
)


def addresses_of(host: str, port: int) -> Sequence[str]:
    """Look up the addresses of a host. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Return whether an address is on the public internet, also one inside an IPv6 address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:  # for example with a scope: link-local
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        for network, first in _IPV4_INSIDE.items():
            if ip in network:
                return is_public(str(ipaddress.IPv4Address(ip.packed[first : first + 4])))
        if ip not in _GIVEN_OUT:
            return False
    if any(ip in network for network in _NOT_PUBLIC):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


@dataclass(frozen=True)
class Network:
    """How hosts are found and which addresses may be reached; tests use a network of their own."""

    addresses: Callable[[str, int], Sequence[str]] = addresses_of
    may_reach: Callable[[str], bool] = is_public
    ca_file: str = ""  # certificates of authorities; blank: the usual ones
    port: int = 0  # instead of the URL's port; 0: the URL's


@dataclass(frozen=True, slots=True)
class Answer:
    """The status and the beginning of the body of an answer."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes = field(repr=False)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def retry_after(self) -> float | None:
        """Return the seconds of the Retry-After header, at most a day; None without a number."""
        text = self.headers.get("retry-after", "")
        return min(float(text), 86_400.0) if text.isascii() and text.isdigit() else None


@dataclass(frozen=True)
class Endpoint:
    """An https URL. Its text is a secret: no error quotes it."""

    url: str = field(repr=False)
    what: str  # names the endpoint in errors, such as `the endpoint of the channel crm`
    network: Network = field(default_factory=Network, repr=False)

    def check(self) -> None:
        """Check the URL, without looking up its host. Raises RecipientBlocked."""
        self._parts()

    def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send one request and return the answer, whatever its status.

        Raises RecipientBlocked for a wrong URL or an address that may not be reached, Unavailable if nothing was sent,
        OutcomeUnknown if the connection broke after that.
        """
        host, port, target = self._parts()
        with self._connected(host, port) as connection:
            try:
                connection.request(
                    "POST",
                    target,
                    body=body,
                    headers={"Host": _host_header(host, port), **headers},
                    preload_content=False,  # an answer may be endless
                    decode_content=False,
                )
                response = connection.getresponse()
            except Exception:  # noqa: BLE001 - urllib3 raises many kinds; the request may have arrived
                raise OutcomeUnknown(f"The connection to {self.what} broke before it confirmed the message.") from None
            try:
                read = response.read(_MOST_BODY, decode_content=False)
            except Exception:  # noqa: BLE001 - the status is known
                read = b""
            return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, read)

    @contextmanager
    def _connected(self, host: str, port: int) -> Iterator[HTTPSConnection]:
        """Yield a connection to the first checked address that answers. It is closed after _ALL_SECONDS at most."""
        from urllib3.connection import HTTPSConnection

        for address in self._checked(host, port)[:_MOST_ADDRESSES]:
            connection = HTTPSConnection(
                address,
                self.network.port or port,
                timeout=_CONNECT_SECONDS,
                server_hostname=host,
                assert_hostname=host,
                cert_reqs="CERT_REQUIRED",
                ca_certs=self.network.ca_file or _authorities(),
            )
            try:
                connection.connect()
            except Exception:  # noqa: BLE001 - urllib3 raises many kinds; nothing was sent
                connection.close()
                continue
            try:
                connected = connection.sock
                connected.settimeout(_ANSWER_SECONDS)
                watch = Timer(_ALL_SECONDS, _shut, (connected,))
                watch.daemon = True
                watch.start()
                try:
                    yield connection
                finally:
                    watch.cancel()
            finally:
                connection.close()
            return
        raise Unavailable(f"{_sentence(self.what)} could not be reached.")

    def _parts(self) -> tuple[str, int, str]:
        """Return host, port and target of the URL. Raises RecipientBlocked."""
        try:
            parts = urlsplit(self.url)
            port = parts.port or 443
        except ValueError:
            parts, port = urlsplit(""), 443
        host = parts.hostname or ""
        is_plain = self.url.isascii() and self.url.isprintable() and " " not in self.url and "\\" not in self.url
        if parts.scheme != "https" or not host or parts.username is not None or not is_plain:
            raise RecipientBlocked(f"The URL of {self.what} must look like https://hooks.example.com/….")
        return host, port, f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"

    def _checked(self, host: str, port: int) -> Sequence[str]:
        try:
            found = self.network.addresses(host, port)
        except (OSError, UnicodeError):
            raise Unavailable(f"The host of {self.what} cannot be found.") from None
        if not found or not all(map(self.network.may_reach, found)):
            raise RecipientBlocked(f"The host of {self.what} has an address that is not on the public internet.")
        return found


def _host_header(host: str, port: int) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port == 443 else f"{name}:{port}"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _shut(connected: socket.socket) -> None:
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)


def _authorities() -> str:
    """Return the file of authorities that `requests` uses too."""
    from certifi import where

    return where()
