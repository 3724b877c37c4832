"""`web.page`: pages as text, read in the sandbox."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from studio import Graph, Trace, arun
from studio.engine.recorded import RecordedEffects
from studio.nodes.web.page import Page
from studio.sandbox.boxes import RunSandbox
from studio.settings import Settings
from studio.spec import ANY, Permission
from studio.spec.outside import CodeResult, WebRequest, WebResponse
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from studio.trace.writer import close_writer
from tests.support.approving import hashes_of
from tests.support.fake_context import FakeContext, present, run_node
from tests.support.web_places import Serve

HTML = """<!doctype html><html><head><title>Tide &amp; pools</title><script>steal()</script></head><body>
<nav><a href="/home">Home</a></nav>
<article><h1>Tide pools</h1>
<p>Crabs live in tide pools, and so do many anemones, which wait for what the sea brings.</p>
<p>At low tide one sees <a href="https://other.example/x">more of them</a> than one would think there are at all.</p>
<img src="http://127.0.0.1:1/pixel"><iframe src="http://127.0.0.1:1/"></iframe></article>
<footer>Imprint</footer></body></html>"""


class Outside:
    """One page behind every URL, and the real sandbox."""

    def __init__(self, body: bytes, kind: str = "text/html; charset=utf-8", status: int = 200) -> None:
        self.asked: list[WebRequest] = []
        self.answer = WebResponse(status, "https://example.org/end", {"content-type": kind} if kind else {}, body)
        self.sandbox: Any = RunSandbox("test of web.page")

    @property
    def web(self) -> Outside:
        return self

    async def request(self, request: WebRequest) -> WebResponse:
        self.asked.append(request)
        return self.answer


async def ran(outside: Outside, params: Mapping[str, Any] | None = None, **inputs: Any) -> dict[str, Any]:
    ctx = FakeContext(outside=outside)
    out = await run_node(Page, params if params is not None else {"url": "https://example.org/"}, inputs, ctx)
    assert [(one.kind, one.name, one.irreversible, one.outbound) for one in ctx.effects] == [
        ("web", "page", False, True)
    ]  # fmt: skip
    return present(out)


async def test_a_page_gives_its_title_its_main_text_and_its_links() -> None:
    out = await ran(Outside(HTML.encode()))

    assert out["page_title"] == "Tide & pools"
    assert "Crabs live in tide pools" in out["text"]
    assert "steal" not in out["text"]
    assert "Imprint" not in out["text"]
    assert out["links"] == [
        {"url": "https://example.org/home", "text": "Home"},
        {"url": "https://other.example/x", "text": "more of them"},
    ]
    assert out["url"] == "https://example.org/end"


async def test_all_of_the_text_is_given_where_that_is_asked_for() -> None:
    out = await ran(Outside(HTML.encode()), {"url": "https://example.org/", "main": False})

    assert "Imprint" in out["text"]


async def test_other_texts_are_read_as_what_they_are() -> None:
    plain = await ran(Outside("Grüße".encode("latin-1"), "text/plain; charset=iso-8859-1"))
    markdown = await ran(Outside(b"# Title\n\nText", "text/markdown"))

    assert plain["text"] == "Grüße"
    assert (markdown["text"], markdown["links"]) == ("# Title\n\nText", [])


@pytest.mark.parametrize("kind", ["image/png", "application/zip", "application/octet-stream"])
async def test_what_is_no_page_is_told(kind: str) -> None:
    with pytest.raises(NodeError, match=rf"sent {kind}, which is no page"):
        await ran(Outside(b"\0", kind))


async def test_a_status_that_is_no_page_is_told() -> None:
    with pytest.raises(NodeError, match="answered 404"):
        await ran(Outside(HTML.encode(), status=404))


@pytest.mark.parametrize("page", [b"<div>" * 100_000, b"", b"\0\xff\xfe" * 99, b"<a href='http://[::1'>x</a>"])
async def test_a_page_that_means_harm_costs_a_sentence_at_most(page: bytes) -> None:
    with contextlib.suppress(NodeError):  # whose sentence is checked where pages are read
        assert isinstance((await ran(Outside(page)))["text"], str)


class Lying:
    """A sandbox whose worker was taken over by the page."""

    def __init__(self, value: Any) -> None:
        self.value = value

    async def python(self, *_: Any, **__: Any) -> CodeResult:
        return CodeResult(self.value)


@pytest.mark.parametrize(
    "value",
    [
        None, [], {"document": 3}, {"problem": 3},
        {"document": {"source": "", "kind": "html", "title": 3, "text": "", "parts": [], "metadata": {}}},
    ],
)  # fmt: skip
async def test_a_worker_that_was_taken_over_is_not_believed(value: Any) -> None:
    outside = Outside(HTML.encode())
    outside.sandbox = Lying(value)

    with pytest.raises(NodeError):
        await ran(outside)


async def test_links_of_a_worker_that_was_taken_over_are_links_or_nothing() -> None:
    outside = Outside(HTML.encode())
    links = [{"url": "https://a/", "text": "b"}, {"url": 3, "text": "b"}, "x", {"url": "https://c/"}]
    document = {"source": "", "kind": "html", "title": "", "text": "", "parts": [], "metadata": {"links": links}}
    outside.sandbox = Lying({"document": document})

    assert (await ran(outside))["links"] == links[:1]


async def test_a_wired_url_and_gaps_are_as_those_of_a_request() -> None:
    outside = Outside(HTML.encode())
    await ran(outside, {}, url="https://example.org/wired")
    await ran(outside, {"url": "https://example.org/{topic}"}, topic="a/b")

    assert [one.url for one in outside.asked] == ["https://example.org/wired", "https://example.org/a%2Fb"]
    held = set(Page.permissions(parse_params(Page.Params, {"url": "https://example.org/{topic}"})[0], ()))
    assert held == {Permission("host", "https://example.org")}
    assert set(Page.permissions(parse_params(Page.Params, {})[0], ())) == {Permission("host", ANY)}


async def test_a_graph_reads_a_page_of_an_allowed_server_and_its_replay_asks_nobody(
    serve: Serve, tmp_path: Path
) -> None:
    place = await serve()

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=HTML, content_type="text/html")

    place.answers["/tide"] = page
    settings = Settings.load()
    settings.set("web.origins", place.origin)
    settings.save()
    graph = Graph.from_text(
        "nodes:\n  topic: {type: flow.input, value: tide}\n"
        f"  page: {{type: web.page, url: '{place.origin}/{{topic}}'}}\n"
        "  out: {type: flow.output}\nedges:\n  - topic.value -> page.topic\n  - page.text -> out.value\n"
    )

    done = await arun(graph, db=tmp_path / "trace.db", approve=hashes_of(graph))
    with Trace(tmp_path / "trace.db") as trace:
        recorded = RecordedEffects.from_trace(trace)
    again = await arun(graph, recorded=recorded, db=tmp_path / "again.db")
    for name in ("trace.db", "again.db"):
        close_writer(tmp_path / name)

    assert done.status == "ok", done.error
    assert "Crabs live in tide pools" in done.outputs["out"]
    assert again.outputs == done.outputs
    assert len(place.asked) == 1
