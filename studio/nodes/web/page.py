"""`web.page`: a page of the web as text."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterator
from typing import Any

from studio.documents.reading.read import WORKER_CODE, from_worker
from studio.nodes.http._answer import charset, media_type
from studio.nodes.http._url import filled_url, headers_problems, texts_of, url_ports, url_problems, web_permissions
from studio.spec import Fields, Node, Permission, RunContext, make_fields, node, param, port
from studio.spec.outside import WebRequest
from studio.support.errors import NodeError
from studio.support.values import Json

KINDS = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "": "html",
    "application/pdf": "pdf",
    "text/markdown": "markdown",
    "text/plain": "text",
    "application/json": "json",
    "text/csv": "csv",
}
"""Which media types are read, and as what kind of document."""

MEMORY_MB = 1024


@node(
    "web.page",
    title="Web page as text",
    category="Web and tools",
    icon="globe",
    effects="network",
    library="aiohttp, trafilatura, lxml, pypdf",
    limits="5 MB, 30 s, 5 redirects unless set; 1000 links; public addresses only; read in the sandbox",
)
class Page(Node):
    """Fetch a page and give its title, its text and its links.

    The text is the page's main content as Markdown, without menus and footers, or with `main` off all that a reader
    would see.  PDF, Markdown and plain texts are read, too.  Scripts of the page do not run and nothing it shows is
    fetched.  It is read apart from the studio, in the sandbox, since a page may be made to harm its reader.
    For `{name}` in the URL, an empty URL and secrets in headers see `http.request`.
    """

    class Params(Fields):
        url: str = param(
            "",
            help="Which page, as in `https://example.org/{topic}`. Empty: by the input `url`.",
            editor={"kind": "template", "rows": 2},
        )
        main: bool = param(True, help="Only the main content; off: all the text there is.")
        headers: dict[str, Any] = param({}, help="Headers by name. Values may hold `secret:NAME`.")
        seconds: float = param(30.0, ge=0.1, le=600, help="Most seconds to wait for the page, and again to read it.")
        max_bytes: int = param(5_000_000, ge=1, le=20_000_000, help="Most bytes of the page.")
        redirects: int = param(5, ge=0, le=20, help="How many redirects are followed.")

    class Out(Fields):
        page_title: str = port(help="The title, empty if it has none.", untrusted=True)
        text: str = port(help="The text.", untrusted=True)
        links: list[Any] = port(help="Objects with `url` and `text` of each link, in order.", untrusted=True)
        url: str = port(help="Where redirects led to.", untrusted=True)

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return make_fields("In", url_ports(params.url))

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from url_problems(params.url)
        yield from headers_problems(params.headers)

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield from web_permissions(params.url, params.headers)

    async def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        url = filled_url(params.url, vars(inputs))
        headers = texts_of(params.headers)

        async def fetch() -> Json:
            asked = WebRequest(
                url, headers=headers, timeout_s=params.seconds, most_bytes=params.max_bytes, redirects=params.redirects
            )
            answer = await ctx.outside.web.request(asked)
            if answer.status != 200:
                raise NodeError(
                    f"The server answered {answer.status} and no page.",
                    hint="Check the URL.",
                    transient=answer.status in (408, 429, 502, 503, 504),
                    code=f"http_{answer.status}",
                )
            kind = media_type(answer.headers)
            if kind not in KINDS:
                raise NodeError(
                    f"The server sent {kind[:80]}, which is no page.", hint="Fetch it with `http.request`.", code="web"
                )
            options: dict[str, Json] = {"encoding": charset(answer.headers)}
            if KINDS[kind] == "html":
                options |= {"main": params.main, "url": answer.url}
            told = await ctx.outside.sandbox.python(
                WORKER_CODE,
                {
                    "data": base64.b64encode(answer.body).decode(),
                    "name": "the page",
                    "kind": KINDS[kind],
                    "options": options,
                },
                timeout_s=params.seconds,
                memory_mb=MEMORY_MB,
                packages=True,
            )
            page = from_worker(told.value)
            links = _links(page.metadata.get("links"))
            return {"title": page.title, "text": page.text, "links": links, "url": answer.url}

        request = {"url": url, "headers": headers, "main": params.main}
        read = await ctx.effect("web", "page", request, fetch, outbound=True)
        return self.Out(page_title=read["title"], text=read["text"], links=read["links"], url=read["url"])


def _links(found: Json) -> list[Json]:
    """The links as the worker gave them, as far as they are any: it met what may be a hostile page."""
    links = found if isinstance(found, list) else []
    return [
        {"url": one["url"], "text": one["text"]}
        for one in links
        if isinstance(one, dict) and isinstance(one.get("url"), str) and isinstance(one.get("text"), str)
    ]
