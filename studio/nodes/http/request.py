"""`http.request`: one request to a server."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes.http._answer import as_json, json_of
from studio.nodes.http._url import filled_url, headers_problems, texts_of, url_ports, url_problems, web_permissions
from studio.spec import Fields, Node, Permission, RunContext, make_fields, node, param, port
from studio.spec.outside import WebRequest
from studio.support.errors import NodeError
from studio.support.values import Absent, Json, encode, preview, sorted_encode

READING = ("GET", "HEAD")
"""Methods that change nothing and have no body (RFC 9110, 9.2.1)."""

_RANGE = re.compile(r"\s*([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?\s*")


@node(
    "http.request",
    title="HTTP request",
    category="Web and tools",
    icon="request",
    effects="network",
    library="aiohttp",
    limits="5 MB, 30 s, 5 redirects unless set; public addresses only",
)
class Request(Node):
    """Send one request to a server and give what it answers.

    Each `{name}` in the URL is an input; its value is encoded, so that it stays one piece of the path or the query.
    With an empty URL there is an input `url` for all of it.  A body that is a text goes as it is, anything else as
    JSON.  A header value may name a secret, as in `Bearer secret:NAME`: the value is filled in when the request is
    sent, and only if you bound that secret to that server (`studio secrets`).

    Servers on this computer or its network are not reached, unless exactly that origin was allowed.
    """

    class Params(Fields):
        url: str = param(
            "",
            help="Where to, as in `https://api.example.org/items/{id}`. Empty: by the input `url`.",
            editor={"kind": "template", "rows": 2},
        )
        method: str = param("GET", help="What to do.", choices=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"))
        headers: dict[str, Any] = param({}, help="Headers by name. Values may hold `secret:NAME`.")
        expect: str = param("200-299", help="Answers that are no failure, as in `200-299, 404`; `any` for all.")
        seconds: float = param(30.0, ge=0.1, le=600, help="Most seconds to wait for all of the answer.")
        max_bytes: int = param(5_000_000, ge=1, le=100_000_000, help="Most bytes of the answer.")
        redirects: int = param(5, ge=0, le=20, help="How many redirects are followed.")

    class In(Fields):
        body: Any = port(None, help="What to send: a text as it is, anything else as JSON.")

    class Out(Fields):
        status: int = port(help="The status, as in 200.")
        text: str = port(help="The answer, if it is a text.", untrusted=True)
        json: Any = port(help="The answer's value, if it is JSON.", untrusted=True)
        file: Any = port(type="file", help="The answer, if it is no text.", untrusted=True)
        headers: dict[str, Any] = port(help="The headers of the answer, with names in lower case.", untrusted=True)
        url: str = port(help="Where redirects led to.", untrusted=True)

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        body = {} if params.method in READING else cls.In.fields()
        return make_fields("In", {**url_ports(params.url), **body})

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from url_problems(params.url, () if params.method in READING else ("body",))
        yield from headers_problems(params.headers)
        if _expected(params.expect) is None:
            yield "`expect` lists statuses and ranges of them, as in `200-299, 404`, or says `any`."

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        """Yield its origin and secrets; of a request that may change something there, all that is fixed of it."""
        yield from web_permissions(params.url, params.headers)
        if params.method not in READING:
            headers = f" with the headers {sorted_encode(params.headers).decode()}" if params.headers else ""
            yield Permission("other", f"{params.method} {params.url or 'to a URL that a wire gives'}{headers}")

    async def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        headers = texts_of(params.headers)
        body = b""
        value = vars(inputs).get("body")
        if value is not None:
            body = value.encode() if isinstance(value, str) else encode(value)
            if not any(name.lower() == "content-type" for name in headers):
                kind = "text/plain; charset=utf-8" if isinstance(value, str) else "application/json"
                headers["Content-Type"] = kind
        url = filled_url(params.url, vars(inputs))
        # What is recorded names secrets as the graph does; their values stay inside of the web tool.
        request: dict[str, Json] = {"method": params.method, "url": url, "headers": dict(headers)}
        if value is not None:
            request["body"] = value

        async def send() -> Json:
            asked = WebRequest(
                url, params.method, headers, body, params.seconds, params.max_bytes, params.redirects
            )  # fmt: skip
            return as_json(ctx, await ctx.outside.web.request(asked))

        answer = await ctx.effect(
            "web", "request", request, send, irreversible=params.method not in READING, outbound=True
        )
        status = answer["status"]
        expected = _expected(params.expect)
        if expected is not None and not any(low <= status <= high for low, high in expected):
            told = f": {preview(answer['text'].strip(), 200)}" if answer.get("text", "").strip() else ""
            raise NodeError(
                f"The server answered {status}{told}.",
                hint="Correct the request, or let `expect` allow this status.",
                transient=status in (408, 429, 502, 503, 504),
                code=f"http_{status}",
            )
        return self.Out(
            status=status,
            text=answer.get("text", Absent("the answer is no text; see `file`")),
            json=json_of(answer) if "text" in answer else Absent("the answer is no JSON"),
            file=answer.get("file", Absent("the answer is a text; see `text`")),
            headers=answer["headers"],
            url=answer["url"],
        )


def _expected(text: str) -> list[tuple[int, int]] | None:
    """The ranges of statuses, or None if they cannot be read."""
    if text.strip() == "any":
        return [(100, 599)]
    found = [_RANGE.fullmatch(part) for part in text.split(",")]
    return [(int(one[1]), int(one[2] or one[1])) for one in found if one] if all(found) else None
