"""A canary key goes through success, an echo, a redirect and a time-out, and is found nowhere afterwards."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from aiohttp import web

from studio import Graph, Trace, arun
from studio.settings import Settings
from studio.support import keys
from studio.tools.secrets import bind
from studio.trace.writer import close_writer
from tests.support.approving import hashes_of
from tests.support.web_places import Place, Serve

KEY = 'canary/+"0123456789 abcdefghij'
NAME = "WEATHER_PASS"

GRAPH = """
nodes:
  good:  {{type: http.request, url: "{origin}/good", headers: {{Authorization: "Bearer secret:{name}"}}}}
  echo:  {{type: http.request, url: "{origin}/echo", headers: {{X-Key: "secret:{name}"}}, on_error: skip}}
  kept:  {{type: http.request, url: "{origin}/echo", headers: {{X-Key: "secret:{name}"}}, expect: any}}
  moved: {{type: http.request, url: "{origin}/moved", headers: {{X-Key: "secret:{name}"}}, on_error: skip}}
  slow:  {{type: http.request, url: "{origin}/slow", headers: {{X-Key: "secret:{name}"}}, seconds: 0.2, on_error: skip}}
  note:  {{type: debug.log}}
  out:   {{type: flow.output}}
edges:
  - kept.text -> note.value
  - kept.text -> out.value
"""


def forms() -> set[str]:
    data = KEY.encode()
    plain = {KEY, quote(KEY, safe=""), quote_plus(KEY), json.dumps(KEY)[1:-1], data.hex(), data.hex().upper()}
    return plain | {base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()}


def found_in(texts: Iterator[bytes]) -> set[str]:
    whole = b"\n".join(texts)
    return {form for form in forms() if form.encode() in whole}


@pytest.fixture
async def echoing(serve: Serve) -> Place:
    place = await serve()
    mirror = "\n".join(sorted(forms()))

    async def echo(request: web.Request) -> web.Response:
        assert request.headers["X-Key"] == KEY
        return web.Response(status=401, text=f"no such key: {mirror}", headers={"X-Echo": KEY})

    async def good(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {KEY}"
        return web.Response(text="fine")

    async def moved(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"http://127.0.0.1:1/?key={quote(KEY, safe='')}"})

    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"X-Echo": KEY})
        await response.prepare(request)
        await response.write(KEY.encode())
        await request.read()
        await asyncio.sleep(2)
        return response

    place.answers.update({"/echo": echo, "/good": good, "/moved": moved, "/slow": slow})
    return place


async def played(place: Place, folder: Path) -> str:
    """Run the graph, and return what the run gives; its trace stays in the folder."""
    settings = Settings.load()
    settings.set("web.origins", place.origin)
    settings.save()
    bind(NAME, place.origin)
    graph = Graph.from_text(GRAPH.format(origin=place.origin, name=NAME))
    db = folder / "trace.db"
    done = await arun(graph, db=db, approve=hashes_of(graph))
    with Trace(db) as trace:
        told = repr(list(trace.effects("last"))) + repr(list(trace.firings("last")))
    close_writer(db)
    assert done.status == "ok", done.error
    assert len(place.asked) == 5
    return repr(done) + told


def all_of(folder: Path, *texts: str) -> Iterator[bytes]:
    yield from (path.read_bytes() for path in folder.rglob("*") if path.is_file())
    yield from (text.encode() for text in texts)


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_remembered", {})
    monkeypatch.setenv(NAME, KEY)


@pytest.mark.usefixtures("key")
async def test_the_key_is_in_no_file_no_log_and_no_output(
    echoing: Place, tmp_path: Path, own_home: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)

    told = await played(echoing, tmp_path)
    printed = "".join(capfd.readouterr())

    assert f"[secret:{NAME}]" in told
    assert f"Bearer secret:{NAME}" in told  # the request that is recorded holds the reference
    assert found_in(all_of(tmp_path, told, printed, caplog.text)) == set()
    assert found_in(all_of(own_home)) == set()


@pytest.mark.usefixtures("key")
async def test_without_the_scrubber_it_is_found(
    echoing: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same run with nothing known to the scrubber."""
    nothing: Callable[[], Iterator[tuple[str, str]]] = lambda: iter(())  # noqa: E731
    monkeypatch.setattr(keys, "_known", nothing)

    told = await played(echoing, tmp_path)

    assert len(found_in(all_of(tmp_path))) >= 5
    assert KEY in told or json.dumps(KEY)[1:-1] in told


@pytest.mark.usefixtures("key")
async def test_a_server_that_the_key_is_not_bound_to_sees_none(serve: Serve, tmp_path: Path) -> None:
    attacker, bound = await serve(), await serve()
    settings = Settings.load()
    settings.set("web.origins", attacker.origin)
    settings.save()
    bind(NAME, bound.origin)
    graph = Graph.from_text(
        f"nodes:\n  steal: {{type: http.request, url: '{attacker.origin}/', headers: {{A: 'secret:{NAME}'}}}}\n"
    )

    done = await arun(graph, db=tmp_path / "trace.db", approve=hashes_of(graph))

    assert done.status == "failed"
    assert "not bound" in str(done.error)
    assert attacker.asked == []
    bind(NAME, attacker.origin)  # the control: it is the binding that keeps it
    assert (await arun(graph, db=tmp_path / "trace.db", approve=hashes_of(graph))).status == "ok"
    assert attacker.asked[0].headers["A"] == KEY
