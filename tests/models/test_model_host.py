"""Starting, sharing and restarting host processes, with small stand-ins for the model engine."""

from __future__ import annotations

import asyncio
import os
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from studio.models.failures import MissingModel
from studio.models.loopback import Address
from studio.models.model_host import HostPool, HostSpec, ModelHost

SPEC = HostSpec(Path("model.gguf"), slots=3, context=512, threads=2)


def host(program: str, spec: HostSpec = SPEC) -> ModelHost:
    return ModelHost(spec, [sys.executable, "-c", textwrap.dedent(program)])


OBEDIENT = """
    import json, sys
    ask = json.loads(sys.stdin.readline())
    print(json.dumps({"address": "http://127.0.0.1:4711"}), flush=True)
    print(sorted(ask.items()), file=sys.stderr, flush=True)
    sys.stdin.read()
"""


def test_the_handshake_gives_address_and_key_and_closing_the_pipe_ends_the_child() -> None:
    child = host(OBEDIENT)

    assert child.address[:2] == ("127.0.0.1", 4711)
    assert len(child.address.key) >= 32
    assert child.alive
    child.stop()
    assert not child.alive
    assert child.cause_of_death().startswith("exit code 0: [('context', 512), ('exact', True), ('key', '")


def test_what_a_child_said_before_it_died_is_in_the_message() -> None:
    with pytest.raises(MissingModel, match=r"exit code 3: no memory left\)") as caught:
        host("import sys; print('hello', file=sys.stderr); print('no memory left', file=sys.stderr); sys.exit(3)")

    assert "model.gguf" in str(caught.value)
    assert "--model" in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_signal_is_named() -> None:
    with pytest.raises(MissingModel, match="signal SIGILL"):
        host("import os, signal; os.kill(os.getpid(), signal.SIGILL)")


def test_a_child_sees_only_the_variables_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "canary-4711")
    monkeypatch.setenv("SOMETHING_ELSE", "canary-4711")
    with pytest.raises(MissingModel, match="exit code 1") as caught:
        host("import os, sys; sys.exit(repr(dict(os.environ)))")

    assert "PATH" in str(caught.value)
    assert "canary" not in str(caught.value)


class Stub:
    """A host that can be killed by setting `alive`."""

    def __init__(self, spec: HostSpec) -> None:
        self.spec = spec
        self.alive = True
        self.stopped = 0
        self.address = Address("127.0.0.1", 1, "key")

    def stop(self) -> None:
        self.alive = False
        self.stopped += 1


def test_one_host_serves_all_threads_and_loops_and_a_dead_one_is_replaced() -> None:
    started: list[Stub] = []

    def start(spec: HostSpec) -> ModelHost:
        started.append(Stub(spec))
        return started[-1]  # type: ignore[return-value]

    pool, got = HostPool(start), []

    def user() -> None:
        got.append(asyncio.run(pool.get(SPEC)))

    threads = [threading.Thread(target=user) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(started) == 1
    assert set(map(id, got)) == {id(started[0])}

    started[0].alive = False
    asyncio.run(pool.get(SPEC))
    asyncio.run(pool.get(SPEC._replace(slots=1)))
    assert len(started) == 3

    pool.stop_all()
    assert [stub.stopped for stub in started] == [1, 1, 1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_copy_of_the_process_does_not_end_the_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = HostPool(Stub)  # type: ignore[arg-type]
    stub = pool.get_blocking(SPEC)

    monkeypatch.setattr(os, "getpid", lambda: -1)
    pool.stop_all()

    assert stub.alive


def test_threads_leave_one_core_to_others_unless_said() -> None:
    assert HostSpec(Path("x"), threads=5).thread_count == 5
    assert 1 <= HostSpec(Path("x")).thread_count <= max(1, (os.cpu_count() or 1) - 1)
