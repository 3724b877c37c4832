"""HTTP for graphs: to addresses that were checked, with secrets bound to their origin, within bounds of size and time.

A host is resolved once for each connection; the addresses are checked, and the connection goes to one of these, so
that an answer of the name service that changes in between (rebinding) gains nothing.  Each redirect is checked anew.
Proxies named in the environment are not used: a proxy resolves names itself, which would make the check void.  So
where only a proxy leads out, requests of graphs fail; models are not concerned.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from studio.spec.outside import WebRequest, WebResponse
from studio.support import keys
from studio.support.errors import NodeError
from studio.support.plain import plain_line
from studio.support.values import preview
from studio.tools.addresses import Lookup, Target, allowed_origins, checked_addresses, look_up, read_url
from studio.tools.decoding import Decoder

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
REFERENCE = re.compile(r"\bsecret:([A-Za-z_][A-Za-z0-9_]*)")
"""How a header value names a secret: `secret:NAME`, as in `Bearer secret:NAME`."""

MAX_HEADERS = 64
MAX_HEADER = 4_096
"""Most headers of a request, and the longest value of one in characters, secrets not counted."""

_MOST_SESSIONS = 16
_LARGE = 200_000
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}")
_VALUE = re.compile(r"[\x20-\x7e\xa0-\xff\t]*")
_OURS = frozenset(
    (
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "expect",
        "accept-encoding", "proxy-authorization", "proxy-connection", "http2-settings",
    )
)  # fmt: skip
"""Headers that frame the request or choose its receiver: only we write them."""

_CROSS = frozenset(("accept", "accept-language", "user-agent", "content-type"))
"""Headers that go along to another origin. All others may be credentials, whatever their names."""

Secret = Callable[[str, str], str]
"""Returns a secret by name for an origin. Raises `NodeError` if it is not bound to it."""


class CheckedWeb:
    """`spec.outside.Web`: see the module. One per run; connections are kept per origin while it lives."""

    def __init__(self, secret: Secret, *, origins: Collection[str] = (), lookup: Lookup = look_up) -> None:
        """`origins` (scheme, host, port) on this machine or its network may be reached; `lookup` resolves names."""
        self._secret = secret
        self._origins = allowed_origins(origins)
        self._lookup = lookup
        self._sessions: OrderedDict[tuple[str, bool], _Kept] = OrderedDict()
        self._closed = False
        self._scrub = keys.scrubber()

    async def request(self, request: WebRequest) -> WebResponse:
        """Send one request and follow its redirects. See `spec.outside.Web`."""
        check_request(request)
        try:
            async with asyncio.timeout(request.timeout_s):
                return await self._follow(request)
        except TimeoutError:
            raise NodeError(
                f"{_place(request.url)} did not answer within {request.timeout_s:g} s.",
                hint="Try again, or allow more time.",
                transient=True,
                code="timeout",
            ) from None

    async def close(self) -> None:
        """Close all connections; requests under way end with an error."""
        self._closed = True
        while self._sessions:
            await self._sessions.popitem()[1].session.close()

    async def _follow(self, request: WebRequest) -> WebResponse:
        method, headers, body = request.method.upper(), dict(request.headers), request.body
        target = read_url(request.url)
        # Strangers cannot lead a request to a server of this machine: only who starts there may go on there.
        may_be_near = True
        for _ in range(max(0, request.redirects) + 1):
            may_be_near = may_be_near and target.origin in self._origins
            async with self._sent(target, may_be_near, method, headers, body) as response:
                where = response.headers.get("Location", "")
                if response.status not in (301, 302, 303, 307, 308) or not where or request.redirects == 0:
                    return await _whole(response, target, request.most_bytes, self._scrub)
                status = response.status
            onward = _joined(target, where)
            if status == 303 or (status in (301, 302) and method == "POST"):
                method, body = ("HEAD" if method == "HEAD" else "GET"), b""
                headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
            if onward.origin != target.origin:
                if method not in ("GET", "HEAD"):
                    raise NodeError(
                        f"{target.origin} redirects a {method} to {onward.origin}, which was not asked for.",
                        hint="Use that URL if you trust it.",
                        code="web",
                    )
                headers = {name: value for name, value in headers.items() if name.lower() in _CROSS}
                headers = {name: value for name, value in headers.items() if not REFERENCE.search(value)}
            target = onward
        raise NodeError(
            f"{_place(request.url)} redirects more than {request.redirects} times.", hint="Check the URL.", code="web"
        )

    @asynccontextmanager
    async def _sent(
        self, target: Target, may_be_near: bool, method: str, headers: Mapping[str, str], body: bytes
    ) -> AsyncIterator[ClientResponse]:
        from aiohttp import ClientError

        filled = await fill_in(headers, target.origin, self._secret)
        try:
            kept = await self._session(target, may_be_near)
            kept.uses += 1
            try:
                async with kept.session.request(
                    method, target.url, headers=filled, data=body or None, allow_redirects=False
                ) as response:
                    yield response
            finally:
                kept.uses -= 1
        except ClientError as error:
            if refusal := _refusal(error):
                raise refusal from None
            raise NodeError(
                f"{target.origin} cannot be reached ({keys.scrub_error(plain_line(_reason(error)))}).",
                hint="Check the address and the connection.",
                transient=True,
                code="web",
            ) from None
        except ValueError as error:  # of the library's reader: an answer that is no HTTP
            raise NodeError(
                f"{target.origin} gave an answer that is no HTTP ({type(error).__name__}).", code="web"
            ) from None

    async def _session(self, target: Target, may_be_near: bool) -> _Kept:
        """The session of an origin. Its resolver checks what each new connection may go to."""
        from aiohttp import ClientSession, DummyCookieJar, TCPConnector

        if self._closed:
            raise NodeError("The run is over: nothing is requested any more.", code="web")
        if target.literal is not None:  # the library connects to an address without asking its resolver
            await checked_addresses(target, may_be_near, self._lookup)
        key = (target.origin, may_be_near)
        kept = self._sessions.get(key)
        if kept is None:
            connector = TCPConnector(
                resolver=_resolver(target, may_be_near, self._lookup), use_dns_cache=False, limit=8
            )
            session = ClientSession(
                connector=connector,
                cookie_jar=DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
                headers={"User-Agent": user_agent(), "Accept-Encoding": "gzip, deflate", "Accept": "*/*"},
            )
            kept = self._sessions[key] = _Kept(session)
        self._sessions.move_to_end(key)
        idle = [one for one, held in self._sessions.items() if not held.uses and held is not kept]
        for one in idle[: max(0, len(self._sessions) - _MOST_SESSIONS)]:
            await self._sessions.pop(one).session.close()
        return kept


@dataclass(slots=True)
class _Kept:
    """The connections of one origin, and how many requests use them now."""

    session: ClientSession
    uses: int = 0


def check_request(request: WebRequest) -> None:
    """Raise `NodeError` for a method or headers that are not sent."""
    if request.method.upper() not in METHODS:
        raise NodeError(
            f"There is no HTTP method {preview(request.method)} here.", hint=f"Use one of {', '.join(METHODS)}."
        )
    if problem := header_problem(request.headers):
        raise NodeError(problem, hint="Correct `headers`.", code="web")


def header_problem(headers: Mapping[str, Any]) -> str:
    """Return what is wrong with the headers of a request as a sentence, or ""."""
    if len(headers) > MAX_HEADERS:
        return f"A request has at most {MAX_HEADERS} headers."
    for name, value in headers.items():
        if not isinstance(name, str) or not _TOKEN.fullmatch(name):
            return f"{preview(name)} is no name of a header."
        if name.lower() in _OURS:
            return f"The header `{name}` is written by the studio itself."
        if not isinstance(value, str) or len(value) > MAX_HEADER or not _VALUE.fullmatch(value):
            return f"The value of the header `{name}` is no single line of at most {MAX_HEADER} plain characters."
    return ""


def secret_names(headers: Mapping[str, Any]) -> list[str]:
    """Return the secrets that header values name, each once."""
    texts = (value for value in headers.values() if isinstance(value, str))
    return list(dict.fromkeys(name for text in texts for name in REFERENCE.findall(text)))


async def fill_in(headers: Mapping[str, str], origin: str, secret: Secret) -> dict[str, str]:
    """Return the headers with each `secret:NAME` replaced by its value for this origin. Raises `NodeError`."""
    values = {name: await asyncio.to_thread(secret, name, origin) for name in secret_names(headers)}
    for name, value in values.items():
        if not _VALUE.fullmatch(value):
            raise NodeError(
                f"The secret {name} cannot stand in a header: it is no single line of plain characters.",
                hint=f"Set it anew with `studio secrets set {name}`.",
                code="secret",
            )
    return {name: REFERENCE.sub(lambda found: values[found[1]], text) for name, text in headers.items()}


def user_agent() -> str:
    """How we call ourselves to servers."""
    try:
        return f"ganglia-studio/{version('ganglia-studio')}"
    except PackageNotFoundError:
        return "ganglia-studio"


async def _whole(response: ClientResponse, target: Target, most_bytes: int, scrub: Callable[[str], str]) -> WebResponse:
    """Read the body within its bounds, decoded and without keys: a server may send back what it was sent."""
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        known = headers.get(name.lower())
        headers[name.lower()] = scrub(value if known is None else f"{known}, {value}")
    decoder = Decoder(headers.pop("content-encoding", ""), most_bytes)
    if response.method != "HEAD":
        try:
            async for chunk in response.content.iter_chunked(65_536):
                decoder.feed(chunk)
            decoder.end()
        except ValueError as error:
            raise NodeError(
                f"What {target.origin} sent is refused: {error}.", hint="Ask for less, or allow more.", code="web"
            ) from None
    headers.pop("content-length", None)  # it counted what was sent, not what it decodes to
    body = bytes(decoder.data)
    body = await asyncio.to_thread(_scrubbed, body, scrub) if len(body) > _LARGE else _scrubbed(body, scrub)
    return WebResponse(response.status, scrub(str(target.url)), headers, body)


def _scrubbed(body: bytes, scrub: Callable[[str], str]) -> bytes:
    text = body.decode("latin-1")
    clean = scrub(text)
    return body if clean == text else clean.encode("latin-1", "replace")


def _joined(target: Target, location: str) -> Target:
    """Where a redirect leads. Raises `NodeError` if it is refused."""
    from yarl import URL

    try:
        return read_url(str(target.url.join(URL(location))))
    except ValueError:
        raise NodeError(f"{target.origin} redirects to {preview(plain_line(location))}, which is no URL.") from None


def _resolver(target: Target, may_be_near: bool, lookup: Lookup) -> Any:
    from aiohttp.abc import AbstractResolver, ResolveResult

    class Checked(AbstractResolver):
        async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
            if host.rstrip(".") != target.host.rstrip("."):
                raise Refused(NodeError(f"{host} was never checked.", code="address"))
            try:
                found = await checked_addresses(target, may_be_near, lookup)
            except NodeError as error:
                raise Refused(error) from None
            return [
                ResolveResult(
                    hostname=host,
                    host=address,
                    port=port,
                    family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                    proto=0,
                    flags=socket.AI_NUMERICHOST,
                )
                for address in found
            ]

        async def close(self) -> None:
            """Nothing is held open."""

    return Checked()


class Refused(OSError):
    """Carries the sentence of a refusal through the library, which knows of resolvers that they raise `OSError`."""

    def __init__(self, error: NodeError) -> None:
        super().__init__(str(error))
        self.error = error


def _refusal(error: BaseException | None) -> NodeError | None:
    for _ in range(8):
        if isinstance(error, Refused):
            return error.error
        inner = getattr(error, "os_error", None)
        error = inner if isinstance(inner, Refused) else getattr(error, "__cause__", None)
        if error is None:
            return None
    return None


def _reason(error: Exception) -> str:
    cause = getattr(error, "os_error", None) or error.__cause__ or error
    return preview(getattr(cause, "strerror", "") or str(cause) or type(error).__name__, 200)


def _place(url: str) -> str:
    """A URL as errors show it: without its query, which may hold what is nobody's business."""
    return preview(plain_line(url.partition("?")[0]), 200)
