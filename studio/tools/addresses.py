"""Which addresses of the network may be reached: strict reading of URLs, and what of the Internet is not public.

The rule (server-side request forgery, OWASP; RFC 6890 and the IANA registries of special-purpose addresses): a name
is resolved, every address it has must be public, and the connection goes to one of these very addresses.  Loopback and
private addresses are reached only through an origin (scheme, host, port) that a person allowed.
"""

from __future__ import annotations

import asyncio
import re
import socket
import unicodedata
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Final

from studio.support.errors import NodeError
from studio.support.plain import plain_line
from studio.support.values import preview

if TYPE_CHECKING:
    from yarl import URL

Address = IPv4Address | IPv6Address
Lookup = Callable[[str, int], Awaitable[list[str]]]
"""Returns the numeric addresses of a host name. Raises `OSError` where there are none."""

MAX_URL = 8_000
"""Longest URL in characters; few servers take longer ones."""

_PORTS: Final = {"http": 80, "https": 443}

# Named here and not left to `ipaddress`, whose idea of a global address changed from version to version of Python.
_REFUSED_V4: Final = tuple(
    (IPv4Network(net), why)
    for net, why in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by customers of one provider"),
        ("127.0.0.0/8", "this machine"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "for documentation"),
        ("192.31.196.0/24", "reserved"),
        ("192.52.193.0/24", "reserved"),
        ("192.88.99.0/24", "a relay into other networks"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "reserved"),
        ("198.18.0.0/15", "for measurements"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_PUBLIC_V6: Final = IPv6Network("2000::/3")
"""All that is handed out as global unicast; everything else is local, reserved or a way into other networks."""

_REFUSED_V6: Final = tuple(
    (IPv6Network(net), why)
    for net, why in (
        ("2001::/23", "reserved"),  # among them Teredo 2001::/32, ORCHID and benchmarking
        ("2001:db8::/32", "for documentation"),
        ("2620:4f:8000::/48", "reserved"),
        ("3fff::/20", "for documentation"),
    )
)
_NAT64: Final = IPv6Network("64:ff9b::/96")
_CARRIERS: Final = (
    # Where an IPv6 address carries an IPv4 address, and how many bits stand to the right of it.
    (IPv6Network("::ffff:0:0/96"), 0),  # mapped (RFC 4291)
    (IPv6Network("::ffff:0:0:0/96"), 0),  # translated (RFC 2765)
    (_NAT64, 0),  # NAT64 (RFC 6052)
    (IPv6Network("2002::/16"), 80),  # 6to4 (RFC 3056)
    (IPv6Network("::/96"), 0),  # compatible (RFC 4291, withdrawn)
)
_ISATAP: Final = 0x5EFE

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}\.?$)(?:{_LABEL}\.)*{_LABEL}\.?")
_NUMBER_LIKE = re.compile(r"\d+|0x[0-9a-f]*")
_BAD = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\\]")


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that was read strictly. `origin` is `scheme://host[:port]` without the scheme's own port."""

    url: URL
    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """The origin in one spelling, so that origins can be compared as texts."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")

    @property
    def literal(self) -> Address | None:
        """The address, if the host is one and no name."""
        return ip_address(self.host) if ":" in self.host or self.host.replace(".", "").isdigit() else None


def read_url(text: str) -> Target:
    """Return what a URL names. Raises `NodeError` for anything that two readers might read differently.

    Refused are other schemes than http and https, user names and passwords, control characters, backslashes, and
    hosts that are numbers in disguise (`2130706433`, `0x7f000001`, `127.1`, circled digits).
    """
    from yarl import URL

    if not text or len(text) > MAX_URL:
        raise _refused(text, f"it is longer than {MAX_URL} characters" if text else "it is empty")
    if _BAD.search(text):
        raise _refused(text, "it holds a space, a backslash or a control character")
    scheme, colon, rest = text.partition("://")
    scheme = scheme.lower()
    if not colon or scheme not in _PORTS:
        raise _refused(text, "only http:// and https:// are reached")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in authority:
        raise _refused(text, "it names a user; put credentials into a header, as in `Bearer secret:NAME`")
    host, port = _host_and_port(text, authority, scheme)
    try:
        url = URL(f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}{rest[len(authority) :] or '/'}")
    except ValueError:
        raise _refused(text, "it is not well formed") from None
    # What is checked here must be what the library connects to.
    if (url.scheme, url.raw_host, url.port, url.raw_user) != (scheme, host, port, None):
        raise _refused(text, "it can be read in more than one way")
    return Target(url.with_fragment(None), scheme, host, port)


def origin_of(text: str) -> str:
    """Return the origin of a URL in its one spelling. Raises `NodeError` as `read_url` does."""
    return read_url(text).origin


def address_problem(address: Address) -> str:
    """Return why an address is not reached, as a noun phrase such as `private`, or "" for a public one."""
    if isinstance(address, IPv4Address):
        return next((why for net, why in _REFUSED_V4 if address in net), "")
    if address.scope_id:
        return "link-local"
    if address == IPv6Address("::1"):
        return "this machine"
    value = int(address)
    for net, right in _CARRIERS:
        if address in net:
            why = address_problem(IPv4Address((value >> right) & 0xFFFFFFFF))
            # A network of IPv6 only reaches all public IPv4 addresses by NAT64; the other forms have no honest use.
            return why or ("" if net == _NAT64 else "an IPv4 address in disguise")
    if address.is_multicast:
        return "multicast"
    if address in IPv6Network("fe80::/10"):
        return "link-local"
    if address in IPv6Network("fc00::/7"):
        return "private"
    if address not in _PUBLIC_V6:
        return "reserved"
    if (value >> 32) & 0xFFFF == _ISATAP and (value >> 48) & 0xFCFF == 0:
        return "a tunnel (ISATAP)"
    return next((why for net, why in _REFUSED_V6 if address in net), "")


async def checked_addresses(target: Target, allowed: bool, lookup: Lookup) -> list[str]:
    """Return the addresses a connection may go to. Raises `NodeError` if one of them is not public, unless `allowed`.

    One bad address among good ones refuses the host: whoever mixes them hopes that the bad one is tried.
    """
    literal = target.literal
    if literal is not None:
        found = [str(literal)]
    else:
        try:
            found = await lookup(target.host, target.port)
        except OSError as error:
            raise NodeError(
                f"There is no address for {target.host} ({plain_line(error.strerror or type(error).__name__)}).",
                hint="Check the name and the connection to the network.",
                code="web",
            ) from None
    if not found:
        raise NodeError(f"There is no address for {target.host}.", hint="Check the name.", code="web")
    for text in () if allowed else found:
        try:
            why = address_problem(ip_address(text))
        except ValueError:
            why = "no address"
        if why:
            raise NodeError(
                f"{target.origin} leads to {text} ({why}), which graphs do not reach.",
                hint=f"If that is your own server, allow this origin: studio config web.origins {target.origin}",
                code="address",
            )
    return found


async def look_up(host: str, port: int) -> list[str]:
    """Return the addresses the system knows for a name, each once, in its order."""
    loop = asyncio.get_running_loop()
    infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(_numeric(info[4]) for info in infos))


def _numeric(place: tuple[object, ...]) -> str:
    scope = place[3] if len(place) == 4 else 0
    return f"{place[0]}%{scope}" if scope and "%" not in str(place[0]) else str(place[0])


def allowed_origins(origins: Collection[str]) -> frozenset[str]:
    """Return allowed origins in their one spelling. Raises `NodeError` for one that is none."""
    return frozenset(map(origin_of, origins))


def _host_and_port(text: str, authority: str, scheme: str) -> tuple[str, int]:
    if authority.startswith("["):
        inner, bracket, tail = authority[1:].partition("]")
        try:
            address = IPv6Address(inner)
        except ValueError:
            raise _refused(text, "its host is no IPv6 address") from None
        if not bracket or address.scope_id or (tail and not tail.startswith(":")):
            raise _refused(text, "its host is not well formed")
        return str(address), _port(text, tail[1:], scheme, bool(tail))
    host, colon, port = authority.partition(":")
    return _name(text, host), _port(text, port, scheme, bool(colon))


def _port(text: str, port: str, scheme: str, given: bool) -> int:
    if not given:
        return _PORTS[scheme]
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise _refused(text, "its port is no number from 1 to 65535")
    return int(port)


def _name(text: str, host: str) -> str:
    """The host in lower-case ASCII. A name that looks like a number must be a plain IPv4 address."""
    if not host.isascii():
        # Compatibility forms (circled digits, full-width letters, other dots) turn into plain ones on the way.
        if unicodedata.normalize("NFKC", host).lower() != host.lower():
            raise _refused(text, "its host has letters that stand for other ones")
        import idna

        try:
            host = idna.encode(host.lower(), strict=True).decode("ascii")
        except idna.IDNAError:
            raise _refused(text, "its host is no name of the Internet") from None
    host = host.lower()
    if not _HOST.fullmatch(host):
        raise _refused(text, "its host is no name of the Internet")
    last = host.rstrip(".").rpartition(".")[2]
    if _NUMBER_LIKE.fullmatch(last):
        try:
            plain = str(IPv4Address(host))
        except ValueError:
            plain = ""
        if plain != host:
            raise _refused(text, "its host is a number in disguise; write an IPv4 address as four decimal numbers")
    return host


def _refused(text: str, why: str) -> NodeError:
    # The query of a URL may hold what nobody should read in an error.
    shown = preview(plain_line(text.partition("?")[0]), 100)
    return NodeError(f"The URL {shown} is refused: {why}.", hint="Correct the URL.", code="address")
