"""The embedded model on the real engine: repeatable, constrained, closed to others, and gone when we are."""

from __future__ import annotations

import asyncio
import json
import math
import os
import signal
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.models import weights
from studio.models.embedded import Embedded
from studio.models.loopback import Address
from studio.models.model_host import HostPool, HostSpec
from studio.spec.calls import ChatCall, CompletionCall, Message
from studio.support.errors import ModelError
from tests.support.thorough import thorough_but

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.skipif(weights.installed() is None, reason="the weights package is not installed"),
]
NOWHERE = Path("/nonexistent")
BRIEF: Message = {"role": "system", "content": "Be brief."}
"""Else the model is told of itself, in words that take it a second to read."""
ONE_SHOT = "Text: awful day\nAnswer: bad\n\nText: {}\nAnswer:"
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 8}, "age": {"type": "integer", "maximum": 120}},
    "required": ["name", "age"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def pool() -> Iterator[HostPool]:
    pool = HostPool()
    yield pool
    pool.stop_all()


@pytest.fixture
def model(pool: HostPool) -> Embedded:
    return Embedded("embedded/smollm2-135m", HostSpec(weights.find("smollm2-135m", data_folder=NOWHERE)), pool)


def ask(text: str, **options: object) -> ChatCall:
    return ChatCall(messages=(BRIEF, {"role": "user", "content": text}), max_tokens=4, **options)  # type: ignore[arg-type]


async def test_the_same_calls_give_the_same_bits_whatever_was_asked_in_between_or_at_once(model: Embedded) -> None:
    calls = [CompletionCall(prompt=ONE_SHOT.format(text)) for text in ("so nice", "so sad")]

    one_by_one = [await model.complete(call) for call in calls]
    at_once = await asyncio.gather(*map(model.complete, reversed(calls)))
    chats = [await model.chat(ask("Say hello.", logprobs=True)) for _ in range(2)]
    talk: tuple[Message, ...] = (
        BRIEF,
        {"role": "user", "content": "Say hello."},
        {"role": "assistant", "content": chats[0].text},
    )
    follow = ChatCall(messages=(*talk, {"role": "user", "content": "Again."}), max_tokens=3, logprobs=True)
    warm = await model.chat(follow)
    await asyncio.gather(*(model.chat(ask(f"{n} times {n}", logprobs=True)) for n in range(2)))
    cold = await model.chat(follow)
    sampled = [await model.chat(ask("Say hello.", temperature=0.8, seed=7)) for _ in range(2)]

    assert at_once[::-1] == one_by_one
    assert chats[0] == chats[1]
    assert warm == cold
    assert sampled[0] == sampled[1]


async def test_token_choices_come_likeliest_first_and_are_log_probabilities(model: Embedded) -> None:
    reply = await model.complete(CompletionCall(prompt=ONE_SHOT.format("so nice")))

    logprobs = [choice.logprob for choice in reply.choices]
    assert len(logprobs) == 200
    assert logprobs == sorted(logprobs, reverse=True)
    assert 0.9 < sum(map(math.exp, logprobs)) <= 1.001
    assert reply.entropy is not None
    assert 0 < reply.entropy < math.log2(21)
    assert (reply.tokens_out, reply.cost_usd) == (1, 0.0)


@pytest.mark.parametrize("text", thorough_but("你好".__eq__, ["Ann is 7.", "Nonsense {{]", "你好", ""]))
async def test_a_schema_makes_every_answer_valid(model: Embedded, text: str) -> None:
    call = ChatCall(
        messages=(BRIEF, {"role": "user", "content": f"Name and age: {text}"}), schema=SCHEMA, max_tokens=40
    )

    value = json.loads((await model.chat(call)).text)

    assert set(value) == {"name", "age"}
    assert isinstance(value["age"], int)
    assert len(value["name"]) <= 8


async def test_streaming_gives_the_same_answer_in_pieces(model: Embedded) -> None:
    pieces: list[str] = []

    whole = await model.chat(ask("Say hello.", logprobs=True))
    streamed = await model.chat(ask("Say hello.", logprobs=True), pieces.append)

    assert streamed == whole
    assert "".join(pieces) == whole.text
    assert len(pieces) > 1
    assert len(whole.token_entropy) == whole.tokens_out


async def test_a_prompt_beyond_the_context_and_a_wrong_schema_are_told_apart(model: Embedded) -> None:
    with pytest.raises(ModelError, match="2048 tokens") as too_long:
        await model.chat(ask("word " * 3000))
    with pytest.raises(ModelError, match="refused the request") as wrong:
        await model.chat(ask("hi", schema={"type": "nonsense"}))

    assert too_long.value.kind == "context_window"
    assert wrong.value.kind == "bad_request"
    assert not wrong.value.transient


async def test_a_timeout_ends_the_call_and_frees_the_model(model: Embedded) -> None:
    call = ChatCall(messages=({"role": "user", "content": "Tell a long story."},), timeout_s=0.05, node="a", tick="2")
    with pytest.raises(ModelError, match=r"within 0\.05 s") as caught:
        await model.chat(call)

    started = time.monotonic()
    await model.chat(ask("Hi"))

    assert caught.value.kind == "timeout"
    assert "node `a` at tick 2" in str(caught.value)
    assert time.monotonic() - started < 20


async def test_a_crash_in_mid_call_costs_that_call_only_and_the_next_host_sees_no_key_either(
    model: Embedded, pool: HostPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What keys and proxies are set when a host starts, neither its arguments nor its environment show."""
    host = await pool.get(model._spec)
    crashed: list[str] = []

    def kill(_: str) -> None:
        if not crashed:
            crashed.append("now")
            os.kill(host.pid, signal.SIGKILL)

    with pytest.raises(ModelError, match="ended during the call") as caught:
        await model.chat(ChatCall(messages=(BRIEF, {"role": "user", "content": "Count."}), max_tokens=200), kill)
    monkeypatch.setenv("OPENAI_API_KEY", "canary-4711")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    after = await model.chat(ask("Hi"))

    assert (caught.value.kind, caught.value.transient) == ("server", True)
    assert "SIGKILL" in str(caught.value)
    assert after.text  # and the proxy, where nobody listens, did not see the call
    started = await pool.get(model._spec)
    assert started.pid != host.pid
    if sys.platform == "linux":
        seen = await asyncio.to_thread(_proc, started.pid)
        assert b"host.py" in seen
        assert b"canary-4711" not in seen
        assert started.address.key.encode() not in seen


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
async def test_ctrl_c_does_not_take_the_model_away_from_calls_under_way(model: Embedded, pool: HostPool) -> None:
    host = await pool.get(model._spec)

    def interrupt(_: str) -> None:
        os.kill(host.pid, signal.SIGINT)

    assert (await model.chat(ask("Say hello."), interrupt)).text
    assert (await pool.get(model._spec)).pid == host.pid


async def test_nobody_is_answered_without_the_key(model: Embedded, pool: HostPool) -> None:
    address = (await pool.get(model._spec)).address

    def status(path: str, address: Address, headers: dict[str, str]) -> int:
        request = urllib.request.Request(f"http://{address.host}:{address.port}{path}", b"{}", headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=5) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    for path in ("/v1/chat/completions", "/v1/completions", "/completion", "/tokenize", "/v1/embeddings", "/infill"):
        assert await asyncio.to_thread(status, path, address, {}) == 401
        assert await asyncio.to_thread(status, path, address, {"Authorization": "Bearer wrong"}) == 401
    for path in ("/slots", "/props", "/metrics", "/", "/index.html"):
        assert await asyncio.to_thread(status, path, address, {}) >= 400
    assert address.host == "127.0.0.1"


async def test_a_file_that_is_no_model_gives_one_clear_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + b"\0" * 100)
    own = HostPool()

    with pytest.raises(ModelError, match="did not start") as caught:
        await Embedded("embedded/broken.gguf", HostSpec(broken), own).chat(ask("Hi"))

    assert "broken.gguf" in str(caught.value)
    assert caught.value.exit_code == 5


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_the_host_ends_when_its_parent_is_killed_even_if_a_sibling_holds_the_pipe(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import os, sys, time
        from pathlib import Path
        from studio.models import weights
        from studio.models.model_host import POOL, HostSpec
        host = POOL.get_blocking(HostSpec(weights.find("smollm2-135m", data_folder=Path("/nonexistent")), slots=1))
        if not os.fork():
            os.close(1)
            time.sleep(20)  # a forked copy that outlives the parent and holds the host's standard input
            os._exit(0)
        print(host.pid, flush=True)
        time.sleep(60)
        """
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, start_new_session=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
        deadline = time.monotonic() + 10
        try:
            while time.monotonic() < deadline and _runs(pid):
                time.sleep(0.05)
            assert not _runs(pid)
        finally:
            os.killpg(parent.pid, signal.SIGKILL)


def _proc(pid: int) -> bytes:
    return b"".join(Path(f"/proc/{pid}/{name}").read_bytes() for name in ("environ", "cmdline"))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")
