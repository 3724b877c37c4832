"""URLs are read strictly, and addresses that are not public are refused, in whatever dress they come."""

from __future__ import annotations

import json
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address, IPv6Address, ip_address
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from studio.support.errors import NodeError
from studio.tools.addresses import address_problem, checked_addresses, origin_of, read_url

HOSTS = (
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.1",
    "127.0.1",
    "0",
    "①②⑦.⓪.⓪.①",
    "１２７.０.０.１",
    "127。0。0。1",
    "127．0．0．1",
)
"""Hosts that lead an unwary client to this machine."""

WRONG = (
    "", "example.org", "//example.org/", "ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)",
    "gopher://example.org/", "http:///x", "http://", "http://exa mple.org/", "http://example.org\\@127.0.0.1/",
    "http://user@example.org/", "http://user:pw@127.0.0.1/", "http://example.org:0/", "http://example.org:65536/",
    "http://example.org:80:80/", "http://example.org:８０/", "http://[::1", "http://[::1%25lo]/", "http://[1.2.3.4]/",
    "http://::1/", "http://127.0.0.1.:80/", "http://1.2.3/", "http://1.2.3.4.5/", "http://256.1.1.1/", "http://01.1.1.1/",
    "http://a..b/", "http://-a.org/", "http://ex%61mple.org/", "http://exa\tmple.org/", "http://example.org/\r\nX: y",
    "http://exam\u00adple.org/", "http://ex\u200bample.org/", "http://ﬁ.org/", "http://example.org/" + "x" * 9_000,
    "http://0x/", "http://1.1.1.0x7f/",
)  # fmt: skip

REFUSED = (
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::ffff:0:127.0.0.1", "::127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1",
    "64:ff9b:1::1", "2002:7f00:1::", "2002:c0a8:101::", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1",
    "2001:10::1", "2001:db8::1", "3fff::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    "100::1", "4000::1", "5f00::1", "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:10.0.0.1",
)  # fmt: skip
PUBLIC = (
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700:4700::1111",
    "64:ff9b::8.8.8.8",
)


class Greeter(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"reached")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_that_is_a_number_in_disguise_is_refused(host: str) -> None:
    with pytest.raises(NodeError) as told:
        read_url(f"http://{host}:8080/")

    assert told.value.kind == "address"


def test_an_unwary_client_is_led_to_this_machine_by_those_hosts() -> None:
    """The control: without the strict reader each of these reaches a server of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Greeter)
    Thread(target=server.serve_forever, daemon=True).start()
    client = (
        "import json, socket, sys\n"
        "def reached(host):\n"
        "    try:\n"
        "        with socket.create_connection((host, int(sys.argv[1])), timeout=5) as s:\n"
        "            s.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')\n"
        "            return s.makefile('rb').read().endswith(b'reached')\n"
        "    except (OSError, UnicodeError) as error:\n"
        "        return repr(error)\n"
        "print(json.dumps({host: reached(host) for host in json.loads(sys.argv[2])}))"
    )
    try:
        # Apart, since in this process tests look up no names.
        done = subprocess.run(
            [sys.executable, "-c", client, str(server.server_port), json.dumps(HOSTS)],
            capture_output=True,
            text=True,
            check=True,
        )
    finally:
        server.shutdown()
        server.server_close()

    assert json.loads(done.stdout) == dict.fromkeys(HOSTS, True)


@pytest.mark.parametrize("url", WRONG)
def test_what_two_readers_might_read_differently_is_refused_in_a_sentence(url: str) -> None:
    with pytest.raises(NodeError) as told:
        read_url(url)

    assert told.value.message.endswith(".")
    assert len(str(told.value)) < 400


@pytest.mark.parametrize("text", REFUSED)
def test_an_address_that_is_not_public_is_refused(text: str) -> None:
    assert address_problem(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_reached(text: str) -> None:
    assert address_problem(ip_address(text)) == ""


def test_origins_have_one_spelling() -> None:
    assert origin_of("HTTPS://Example.ORG:443/a?b#c") == "https://example.org"
    assert origin_of("http://example.org:8080") == "http://example.org:8080"
    assert origin_of("http://[0:0::1]:80/") == "http://[::1]"
    assert origin_of("https://bücher.example/") == "https://xn--bcher-kva.example"


@given(st.integers(0, 2**32 - 1))
def test_what_python_does_not_call_global_is_refused(number: int) -> None:
    address = IPv4Address(number)
    if not address.is_global or address.is_multicast:
        assert address_problem(address)


@given(st.one_of(st.integers(0, 2**128 - 1), st.integers(0x2000 << 112, (0x4000 << 112) - 1)))
def test_what_python_does_not_call_global_is_refused_in_the_newer_internet(number: int) -> None:
    address = IPv6Address(number)
    if not address.is_global or address.is_multicast or address.is_site_local:
        assert address_problem(address)


@given(
    st.sampled_from([ip_address(text) for text in REFUSED if "." in text and ":" not in text]),
    st.sampled_from(["::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "::/96", "2002::/16"]),
    st.integers(0, 2**80 - 1),
)
def test_no_carrier_brings_a_refused_address_in(inner: IPv4Address, carrier: str, rest: int) -> None:
    net = int(IPv6Address(carrier.partition("/")[0]))
    value = net | (int(inner) << 80 | rest if carrier.startswith("2002") else int(inner))

    assert address_problem(IPv6Address(value))


@given(st.text(alphabet=st.sampled_from("0123456789abcdefxXz.-:[]@/\\%?#①。．é\u00ad_ "), max_size=30))
def test_what_is_accepted_names_one_host_for_every_reader(rest: str) -> None:
    try:
        target = read_url(f"http://{rest}")
    except NodeError:
        return

    again = URL(str(target.url))
    assert again.raw_host == target.host
    assert again.port == target.port
    assert again.raw_user is None
    assert target.host.isascii()
    if target.literal is not None:
        assert str(target.literal) == target.host


async def test_one_bad_address_among_good_ones_refuses_the_host() -> None:
    async def mixed(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "127.0.0.1"]

    with pytest.raises(NodeError, match=r"this machine"):
        await checked_addresses(read_url("http://example.org/"), False, mixed)

    assert await checked_addresses(read_url("http://example.org/"), True, mixed) == ["93.184.216.34", "127.0.0.1"]


async def test_a_name_without_an_address_is_told() -> None:
    async def none(host: str, port: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    with pytest.raises(NodeError, match=r"no address for example\.org"):
        await checked_addresses(read_url("http://example.org/"), False, none)
