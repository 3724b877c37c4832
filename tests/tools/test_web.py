"""Requests of graphs: only to checked addresses, within bounds, with secrets for their own origin alone."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Mapping
from ipaddress import ip_address
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from studio.spec.outside import WebRequest, WebResponse
from studio.support.errors import NodeError
from studio.tools import addresses
from studio.tools.addresses import Address, address_problem, read_url
from studio.tools.decoding import Decoder
from studio.tools.web import CheckedWeb
from tests.support.web_places import Place, Serve

PUBLIC = "93.184.216.34"


def no_secret(name: str, origin: str) -> str:
    raise NodeError(f"The secret {name} is not bound to {origin}.", code="secret")


@pytest.fixture
async def here(serve: Serve) -> Place:
    return await serve()


async def asked(request: WebRequest, *places: Place, **options: Any) -> WebResponse:
    """Send one request; servers of `places` may be reached."""
    checked = CheckedWeb(options.pop("secret", no_secret), origins=[place.origin for place in places], **options)
    try:
        return await checked.request(request)
    finally:
        await checked.close()


def moved(status: int, to: str) -> Any:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": to})

    return answer


def saying(body: bytes, **headers: str) -> Any:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return answer


# -- what is reached ------------------------------------------------------------------------------


async def test_an_allowed_origin_is_asked_and_answers(here: Place) -> None:
    got = await asked(WebRequest(here.url("/a?b=c"), "POST", {"X-One": "two"}, b"body"), here)

    assert (got.status, got.body, got.url) == (200, b"hello", here.url("/a?b=c"))
    assert here.asked[0].headers["X-One"] == "two"
    assert here.asked[0].headers["User-Agent"].startswith("ganglia-studio")
    assert here.bodies == [b"body"]


async def test_a_server_of_this_machine_is_not_reached_unless_its_very_origin_is_allowed(
    here: Place, serve: Serve
) -> None:
    other = await serve()
    for origins in ((), (other,)):
        with pytest.raises(NodeError, match="this machine") as told:
            await asked(WebRequest(here.url()), *origins)
        assert f"web.origins {here.origin}" in told.value.hint

    assert here.asked == []


async def test_an_unchecked_client_does_reach_it(here: Place) -> None:
    """The control of all the refusals."""
    async with aiohttp.ClientSession() as session, session.get(here.url()) as response:
        assert await response.text() == "hello"


async def test_https_is_another_origin_than_http(here: Place) -> None:
    with pytest.raises(NodeError, match="this machine"):
        await asked(WebRequest(here.url().replace("http:", "https:")), here)


# -- names that change their mind -----------------------------------------------------------------


class Rebinding:
    """A name service that says a public address first and this machine from then on."""

    def __init__(self) -> None:
        self.calls = 0

    async def __call__(self, host: str, port: int) -> list[str]:
        self.calls += 1
        return [PUBLIC] if self.calls == 1 else ["127.0.0.1"]


async def test_a_name_that_changes_between_check_and_connection_gains_nothing(here: Place) -> None:
    lookup = Rebinding()
    port = read_url(here.url()).port

    # The connection goes to the address that was checked, which tests do not reach.
    with pytest.raises(AssertionError, match=f"tried to connect to .*{PUBLIC}"):
        await asked(WebRequest(f"http://rebind.example:{port}/"), lookup=lookup)

    assert lookup.calls == 1
    assert here.asked == []


async def test_a_client_that_checks_and_then_connects_by_name_is_led_here(here: Place) -> None:
    """The control: check first, connect later, as many do."""
    lookup = Rebinding()
    port = read_url(here.url()).port

    class Naive(AbstractResolver):
        async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
            found = await lookup(host, port)
            return [ResolveResult(hostname=host, host=one, port=port, family=2, proto=0, flags=0) for one in found]

        async def close(self) -> None:
            """Nothing is open."""

    assert address_problem(ip_address((await lookup("rebind.example", port))[0])) == ""
    connector = aiohttp.TCPConnector(resolver=Naive())
    url = f"http://rebind.example:{port}/"
    async with aiohttp.ClientSession(connector=connector) as session, session.get(url) as response:
        assert await response.text() == "hello"


async def test_a_name_of_this_machine_is_refused(here: Place) -> None:
    async def lookup(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    with pytest.raises(NodeError, match=r"http://evil\.example:\d+ leads to 127\.0\.0\.1"):
        await asked(WebRequest(f"http://evil.example:{read_url(here.url()).port}/"), lookup=lookup)

    assert here.asked == []


# -- redirects ------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_this_machine_is_refused(here: Place, serve: Serve, status: int) -> None:
    victim = await serve()
    here.answers["/"] = moved(status, victim.url("/secret"))

    with pytest.raises(NodeError, match="this machine"):
        await asked(WebRequest(here.url()), here)

    assert victim.asked == []
    async with aiohttp.ClientSession() as session, session.get(here.url()) as response:  # the control
        assert await response.text() == "hello"
    assert len(victim.asked) == 1


async def test_a_stranger_cannot_redirect_to_an_allowed_server_of_this_machine(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def problem(address: Address) -> str:
        return "" if str(address) == "127.0.0.2" else address_problem(address)  # it plays a public server

    monkeypatch.setattr(addresses, "address_problem", problem)
    stranger, mine = await serve("127.0.0.2"), await serve()
    stranger.answers["/"] = moved(302, mine.url("/delete_all"))

    with pytest.raises(NodeError, match="this machine"):
        await asked(WebRequest(stranger.url()), mine)
    assert mine.asked == []

    await asked(WebRequest(mine.url()), mine)  # the control: it is allowed for who starts there
    assert len(mine.asked) == 1


async def test_credentials_do_not_go_along_to_another_origin(here: Place, serve: Serve) -> None:
    other = await serve()
    here.answers["/"] = moved(302, "/again")
    here.answers["/again"] = moved(302, other.url())
    sent = {
        "Authorization": "Bearer secret:A_TOKEN", "X-Api-Key": "plain-text-key", "Cookie": "a=b", "Accept": "text/x"
    }  # fmt: skip

    await asked(WebRequest(here.url(), headers=sent), here, other, secret=lambda name, origin: "value-of-a-token")

    for request in here.asked:
        assert request.headers["Authorization"] == "Bearer value-of-a-token"
        assert request.headers["X-Api-Key"] == "plain-text-key"
    assert other.asked[0].headers["Accept"] == "text/x"
    assert not {"Authorization", "X-Api-Key", "Cookie"} & set(other.asked[0].headers)


async def test_a_post_becomes_a_get_after_see_other_and_is_repeated_only_on_its_origin(
    here: Place, serve: Serve
) -> None:
    other = await serve()
    here.answers["/see"] = moved(303, "/seen")
    here.answers["/same"] = moved(307, "/done")
    here.answers["/away"] = moved(308, other.url())

    await asked(WebRequest(here.url("/see"), "POST", {}, b"private"), here)
    await asked(WebRequest(here.url("/same"), "POST", {}, b"private"), here)
    with pytest.raises(NodeError, match="redirects a POST"):
        await asked(WebRequest(here.url("/away"), "POST", {}, b"private"), here, other)

    methods = [(one.method, one.path) for one in here.asked]
    assert methods == [("POST", "/see"), ("GET", "/seen"), ("POST", "/same"), ("POST", "/done"), ("POST", "/away")]
    assert here.bodies[1] == b""
    assert here.bodies[3] == b"private"
    assert other.asked == []


async def test_redirects_without_end_are_cut(here: Place) -> None:
    here.answers["/"] = moved(302, "/")

    with pytest.raises(NodeError, match="redirects more than 3 times"):
        await asked(WebRequest(here.url(), redirects=3), here)

    assert len(here.asked) == 4


@pytest.mark.parametrize("where", ["file:///etc/passwd", "ftp://x/", "http://[", "//2130706433/", "http://a@b/"])
async def test_a_redirect_to_what_is_no_good_url_is_refused(here: Place, where: str) -> None:
    here.answers["/"] = moved(302, where)

    with pytest.raises(NodeError):
        await asked(WebRequest(here.url()), here)

    assert len(here.asked) == 1


# -- bounds ---------------------------------------------------------------------------------------


async def test_an_answer_without_end_is_cut(here: Place) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65_536)

    here.answers["/"] = endless

    with pytest.raises(NodeError, match="more than 100000 bytes"):
        await asked(WebRequest(here.url(), most_bytes=100_000), here)


async def test_a_small_body_that_would_grow_to_hundreds_of_megabytes_takes_none(here: Place) -> None:
    bomb = gzip.compress(b"\0" * 200_000_000, mtime=0)
    assert len(bomb) < 200_000
    here.answers["/"] = saying(bomb, Content_Encoding="gzip")

    tracemalloc.start()
    try:
        with pytest.raises(NodeError, match="more than 1000000 bytes"):
            await asked(WebRequest(here.url(), most_bytes=1_000_000), here)
        checked = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        assert len(zlib.decompressobj(47).decompress(bomb)) == 200_000_000  # the control: whoever just decodes
        unchecked = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert checked < 20_000_000
    assert unchecked > 200_000_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw", ""])
async def test_compressed_answers_are_read(here: Place, encoding: str) -> None:
    text = b"one two three " * 1_000
    raw = zlib.compressobj(wbits=-15)
    bodies = {
        "gzip": gzip.compress(text[:99], mtime=0) + gzip.compress(text[99:]),
        "deflate": zlib.compress(text),
        "": text,
    }
    bodies["raw"] = raw.compress(text) + raw.flush()
    here.answers["/"] = saying(bodies[encoding], Content_Encoding=encoding.replace("raw", "deflate") or "identity")

    got = await asked(WebRequest(here.url()), here)

    assert got.body == text
    assert "content-encoding" not in got.headers


@pytest.mark.parametrize(
    ("body", "encoding"), [(b"no gzip", "gzip"), (gzip.compress(b"x" * 99, mtime=0)[:-9], "gzip"), (b"x", "br")]
)
async def test_what_is_not_encoded_as_it_says_is_refused(here: Place, body: bytes, encoding: str) -> None:
    here.answers["/"] = saying(body, Content_Encoding=encoding)

    with pytest.raises(NodeError, match="is refused"):
        await asked(WebRequest(here.url()), here)


def test_a_decoder_never_holds_more_than_it_may() -> None:
    decoder = Decoder("gzip", 1_000)
    with pytest.raises(ValueError, match="more than 1000"):
        decoder.feed(gzip.compress(b"x" * 1_001, mtime=0))

    exact = Decoder("gzip", 1_000)
    exact.feed(gzip.compress(b"x" * 1_000, mtime=0))
    exact.end()
    assert exact.data == b"x" * 1_000


async def test_a_server_that_drips_does_not_hold_a_request_longer_than_its_time(here: Place) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b".")
            await asyncio.sleep(0.01)

    here.answers["/"] = drip

    with pytest.raises(NodeError, match=r"did not answer within 0\.3 s") as told:
        await asked(WebRequest(here.url(), timeout_s=0.3), here)

    assert told.value.transient
    assert told.value.kind == "timeout"


@pytest.fixture
async def raw() -> AsyncIterator[Any]:
    """A server that says given bytes and closes."""
    servers: list[asyncio.Server] = []

    async def start(answer: bytes) -> Place:
        async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(say, "127.0.0.1", 0)
        servers.append(server)
        return Place(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")

    yield start
    for server in servers:
        server.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.0\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 999999 OK\r\n\r\n",
    ],
)
async def test_what_is_no_http_gives_one_sentence(raw: Any, answer: bytes) -> None:
    place = await raw(answer)

    with pytest.raises(NodeError) as told:
        await asked(WebRequest(place.url()), place)

    assert len(str(told.value)) < 500
    assert told.value.__cause__ is None


async def test_nobody_listening_is_told_with_the_origin(here: Place) -> None:
    with pytest.raises(NodeError, match=r"http://127\.0\.0\.1:1 cannot be reached") as told:
        await asked(WebRequest("http://127.0.0.1:1/?q=private"), Place("http://127.0.0.1:1"))

    assert "private" not in str(told.value)
    assert told.value.transient


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "other"}, {"Content-Length": "1"}, {"Transfer-Encoding": "chunked"}, {"Connection": "upgrade"},
        {"A b": "c"}, {"A": "b\r\nC: d"}, {"A": "b\nc"}, {"A:": "b"}, {"": "b"}, {"A": "b\0"}, {"A": "x" * 5_000},
        {f"A{number}": "b" for number in range(65)}, {"A": "\u20ac"},
    ],
)  # fmt: skip
async def test_headers_that_would_change_the_request_itself_are_refused(
    here: Place, headers: Mapping[str, str]
) -> None:
    with pytest.raises(NodeError):
        await asked(WebRequest(here.url(), headers=headers), here)

    assert here.asked == []


async def test_a_secret_with_a_line_break_is_not_sent(here: Place) -> None:
    with pytest.raises(NodeError, match="cannot stand in a header"):
        await asked(
            WebRequest(here.url(), headers={"A": "secret:X"}), here, secret=lambda name, origin: "value\r\nB: c"
        )

    assert here.asked == []


async def test_a_method_that_is_none_is_refused(here: Place) -> None:
    for method in ("CONNECT", "TRACE", "GET / HTTP/1.1\r\nX:", ""):
        with pytest.raises(NodeError, match="no HTTP method"):
            await asked(WebRequest(here.url(), method), here)

    assert here.asked == []


# -- what is not kept, and not believed -----------------------------------------------------------


async def test_cookies_are_not_kept(here: Place) -> None:
    here.answers["/"] = saying(b"", Set_Cookie="session=1; Path=/")
    checked = CheckedWeb(no_secret, origins=[here.origin])
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as usual:
        for _ in range(2):
            await checked.request(WebRequest(here.url()))
            async with usual.get(here.url()):
                pass
    await checked.close()

    with_cookie = ["Cookie" in one.headers for one in here.asked]
    assert with_cookie == [False, False, False, True]  # the last one is the control


async def test_a_proxy_of_the_environment_is_not_used(
    here: Place, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = await serve()
    monkeypatch.setenv("HTTP_PROXY", proxy.origin)
    monkeypatch.setenv("http_proxy", proxy.origin)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    await asked(WebRequest(here.url()), here)
    assert (len(here.asked), len(proxy.asked)) == (1, 0)

    async with aiohttp.ClientSession(trust_env=True) as usual, usual.get(here.url()):  # the control
        pass
    assert (len(here.asked), len(proxy.asked)) == (1, 1)


async def test_a_closed_web_asks_nothing(here: Place) -> None:
    checked = CheckedWeb(no_secret, origins=[here.origin])
    await checked.close()

    with pytest.raises(NodeError, match="run is over"):
        await checked.request(WebRequest(here.url()))


async def test_connections_are_kept_for_few_origins(serve: Serve) -> None:
    places = [await serve() for _ in range(20)]
    checked = CheckedWeb(no_secret, origins=[place.origin for place in places])
    for place in places:
        await checked.request(WebRequest(place.url()))

    assert len(checked._sessions) == 16
    assert (await checked.request(WebRequest(places[0].url()))).body == b"hello"
    await checked.close()
