"""A tool server that is reached by HTTP: the client of the reference package over connections that were checked.

The rule is that of `studio.tools.web`: the name is resolved here, every address is checked, and the connection goes
to one of these addresses; the name stays in the `Host` header and in what TLS verifies.  No
proxy of the environment is used.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from studio.support.errors import NodeError
from studio.tools.addresses import Lookup, Target, allowed_origins, checked_addresses, look_up, read_url
from studio.tools.web import Refused, Secret, fill_in, header_problem, user_agent

if TYPE_CHECKING:
    import httpx2
    from mcp.client._transport import TransportStreams

MAX_ANSWER = 8_000_000
"""Most bytes of one answer; a stream of events may be as long as a call."""

CONNECT_S = 30.0
SILENCE_S = 300.0


@asynccontextmanager
async def http_streams(
    url: str,
    headers: Mapping[str, str],
    secret: Secret,
    origins: Collection[str],
    lookup: Lookup = look_up,
) -> AsyncIterator[TransportStreams]:
    """Yield what an MCP session reads and writes, carried by HTTP to `url`. Raises `NodeError` for what is refused."""
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    target = read_url(url)
    if problem := header_problem(headers):
        raise NodeError(problem, hint="Correct `headers`.", code="server")
    allowed = target.origin in allowed_origins(origins)
    await checked_addresses(target, allowed, lookup)
    client = httpx2.AsyncClient(
        transport=_checked(target, allowed, headers, secret, lookup),
        headers={"User-Agent": user_agent()},
        timeout=httpx2.Timeout(CONNECT_S, read=SILENCE_S),
        trust_env=False,
        follow_redirects=False,
    )
    async with (
        client,
        streamable_http_client(str(target.url), http_client=client, max_sse_event_size=MAX_ANSWER) as both,
    ):
        yield both


def _checked(target: Target, allowed: bool, headers: Mapping[str, str], secret: Secret, lookup: Lookup) -> Any:
    """The transport; made in a function since its library is imported late."""
    import httpx2

    class Checked(httpx2.AsyncBaseTransport):
        def __init__(self) -> None:
            self.inner = httpx2.AsyncHTTPTransport(trust_env=False, retries=0)

        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            asked = read_url(str(request.url))
            if asked.origin != target.origin:
                raise NodeError(f"The tool server leads to {asked.origin}, which was not asked for.", code="address")
            sent = [pair for pair in request.headers.raw if pair[0].lower() != b"accept-encoding"]
            sent.append((b"Accept-Encoding", b"identity"))  # what is compressed could grow without bound
            filled = await fill_in(headers, target.origin, secret)
            sent += [(name.encode("ascii"), value.encode("latin-1")) for name, value in filled.items()]
            try:
                addresses = await checked_addresses(asked, allowed, lookup)
            except NodeError as error:
                raise Refused(error) from None
            failure: Exception | None = None
            for address in addresses:
                going = httpx2.Request(
                    request.method,
                    request.url.copy_with(host=address),
                    headers=sent,
                    stream=request.stream,
                    extensions={**request.extensions, "sni_hostname": asked.host},
                )
                try:
                    response = await self.inner.handle_async_request(going)
                except httpx2.ConnectError as error:
                    failure = error
                    continue
                if response.headers.get("content-encoding", "identity").lower() != "identity":
                    await response.aclose()
                    raise httpx2.RemoteProtocolError("the answer is compressed, which was not asked for")
                return httpx2.Response(
                    response.status_code,
                    headers=response.headers,
                    stream=_bounded(response.stream),
                    extensions=response.extensions,
                )
            assert failure is not None
            raise failure

        async def aclose(self) -> None:
            await self.inner.aclose()

    return Checked()


def _bounded(stream: Any) -> Any:
    import httpx2

    class Bounded(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            size = 0
            async for chunk in stream:
                size += len(chunk)
                if size > MAX_ANSWER:
                    raise httpx2.RemoteProtocolError(f"an answer holds more than {MAX_ANSWER} bytes")
                yield chunk

        async def aclose(self) -> None:
            await stream.aclose()

    return Bounded()
