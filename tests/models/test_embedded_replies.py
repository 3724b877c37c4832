"""What the embedded provider makes of good and broken replies, without a model: the host is a small server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from studio.models.embedded import Embedded
from studio.models.gate import Gate
from studio.models.loopback import Address
from studio.models.model_host import HostPool, HostSpec
from studio.spec.calls import ChatCall, CompletionCall
from studio.support.errors import ModelError
from tests.support.fake_llm_server import FakeServer, Step, chat, error, fake_llm_server, stream

SPEC = HostSpec(Path("model.gguf"), context=512)


class Host:
    """A host that runs for as long as `alive`."""

    def __init__(self, address: Address, alive: bool) -> None:
        self.address = address
        self.alive = alive

    def wait(self, seconds: float) -> bool:
        return not self.alive

    def cause_of_death(self) -> str:
        return "signal SIGSEGV"


class Pool(HostPool):
    """A pool of that one host."""

    def __init__(self, host: Host) -> None:
        self.host = host

    def gate(self, spec: HostSpec) -> Gate:
        return Gate(1)

    async def get(self, spec: HostSpec) -> Host:  # type: ignore[override]
        return self.host


@contextmanager
def embedded(*steps: Step, alive: bool = True) -> Iterator[tuple[Embedded, FakeServer]]:
    with fake_llm_server(*steps) as server:
        where = urlsplit(server.base)
        host = Host(Address(str(where.hostname), int(where.port or 0), "the-key"), alive)
        yield Embedded("embedded/small", SPEC, Pool(host)), server


def ask(**options: object) -> ChatCall:
    return ChatCall(messages=({"role": "user", "content": "hi"},), node="a", tick="1", **options)  # type: ignore[arg-type]


async def test_a_chat_sends_seed_temperature_schema_and_the_key() -> None:
    with embedded(chat("yes")) as (model, server):
        reply = await model.chat(ask(seed=-1, temperature=1, stop=("x",), schema={"type": "string"}, logprobs=True))

    assert (reply.text, reply.tokens_in, reply.tokens_out, reply.cost_usd) == ("yes", 7, 3, 0.0)
    assert server.headers[0]["authorization"] == "Bearer the-key"
    assert server.requests[0] == {
        "messages": [{"role": "user", "content": "hi"}],
        "max_tokens": 512,
        "temperature": 1.0,
        "seed": 2**32 - 2,  # never the sign for a random seed
        "stop": ["x"],
        "response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "string"}}},
        "logprobs": True,
        "top_logprobs": 20,
        "id_slot": 0,
    }


async def test_chunked_bodies_are_read() -> None:
    body = json.loads(chat("chunks").body)  # type: ignore[arg-type]
    text = json.dumps(body).encode()
    parts = [text[:5], text[5:]]
    chunked = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in parts) + b"0\r\n\r\n"
    with embedded(Step(body=chunked, headers={"Transfer-Encoding": "chunked"})) as (model, _):
        assert (await model.chat(ask())).text == "chunks"


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (chat(choices=[]), "malformed"),
        (chat(None), "malformed"),
        (Step(body=b"{nope"), "malformed"),
        (Step(body=b"[1]"), "malformed"),
        (Step(body=b"<html>"), "malformed"),
        (Step(drop=True), "malformed"),
        (Step(body=b"short", headers={"Transfer-Encoding": "chunked"}), "malformed"),
        (error(500, "boom"), "server"),
        (error(400, "odd"), "bad_request"),
        (error(400, "the request exceeds the available context size"), "context_window"),
        (Step(503, b"<html>busy</html>"), "server"),
    ],
)
async def test_replies_that_are_none_are_refused(step: Step, kind: str) -> None:
    with embedded(step) as (model, _), pytest.raises(ModelError) as caught:
        await model.chat(ask())

    assert caught.value.kind == kind
    assert str(caught.value).startswith("embedded/small, node `a` at tick 1: The ")


@pytest.mark.parametrize(
    "step",
    [
        stream("a", end=False),
        stream("a", usage=False),
        Step(body=b'data: {"error": {"message": "slot lost", "code": 500}}\n\n', type="text/event-stream"),
        Step(body=b"data: {nope\n\n", type="text/event-stream"),
        error(400, "no"),
    ],
)
async def test_streams_that_break_off_are_refused(step: Step) -> None:
    with embedded(step) as (model, _), pytest.raises(ModelError):
        await model.chat(ask(), lambda _: None)


async def test_a_connection_lost_with_the_process_names_its_cause() -> None:
    with embedded(Step(drop=True), alive=False) as (model, _), pytest.raises(ModelError, match="SIGSEGV") as caught:
        await model.complete(CompletionCall(prompt="p", node="a", tick="1"))

    assert (caught.value.kind, caught.value.transient) == ("server", True)


async def test_a_call_that_names_a_timeout_is_ended_by_it() -> None:
    held = threading.Event()
    with embedded(Step(wait=held)) as (model, _):
        with pytest.raises(ModelError, match=r"within 0\.05 s") as caught:
            await model.chat(ask(timeout_s=0.05))
        held.set()

    assert caught.value.kind == "timeout"
