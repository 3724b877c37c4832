"""Warm workers: who shares them, when they are replaced, and what many calls at once or an abort do."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from studio.sandbox import pools, workers
from studio.sandbox.boundaries import Boundary
from studio.sandbox.boxes import RunSandbox
from studio.sandbox.pools import Pool
from studio.support.errors import NodeError
from tests.sandbox.conftest import LINUX, appear, gone, marked

pytestmark = pytest.mark.skipif(not LINUX, reason="they are asked for their Linux process numbers")

WHO = "import os\ndef main():\n    return os.getpid()\n"
"""Without a boundary of its own numbering this tells workers apart."""


async def who(sandbox: RunSandbox, **more: int | bool) -> int:
    return int((await sandbox.python(WHO, {}, **more)).value)  # type: ignore[arg-type]


async def test_calls_of_one_graph_share_a_warm_worker(make: Callable[..., RunSandbox]) -> None:
    first, second = make("a", "none"), make("a", "none")

    assert await who(first) == await who(first) == await who(second)


async def test_a_worker_of_one_graph_never_serves_another(make: Callable[..., RunSandbox]) -> None:
    one, other = make("a", "none"), make("b", "none")

    found = {await who(sandbox) for sandbox in (one, other, one, other)}

    assert len(found) == 2


async def test_limits_and_packages_have_workers_of_their_own(make: Callable[..., RunSandbox]) -> None:
    sandbox = make("a", "none")

    found = {await who(sandbox), await who(sandbox, memory_mb=300), await who(sandbox, packages=True)}

    assert len(found) == 3


async def test_a_worker_is_replaced_after_200_calls(make: Callable[..., RunSandbox]) -> None:
    sandbox = make("a", "none")

    found = [await who(sandbox) for _ in range(workers.MOST_CALLS + 1)]

    assert len(set(found[:-1])) == 1
    assert found[-1] != found[0]


async def test_a_worker_is_replaced_after_an_error_of_memory_but_not_after_a_mere_exception(
    make: Callable[..., RunSandbox],
) -> None:
    sandbox = make("a", "none")
    first = await who(sandbox)
    with pytest.raises(NodeError, match="ZeroDivisionError"):
        await sandbox.python("def main():\n    1 / 0", {})
    second = await who(sandbox)
    with pytest.raises(NodeError, match="memory"):
        await sandbox.python("def main():\n    bytearray(10**12)", {})

    assert first == second
    assert await who(sandbox) != first


async def test_many_calls_at_once_each_get_their_own_answer(sandbox: RunSandbox) -> None:
    code = "import time\ndef main(n):\n    time.sleep(n % 3 / 100)\n    print(n)\n    return n * n"

    done = await asyncio.gather(*(sandbox.python(code, {"n": n}) for n in range(40)))

    assert [one.value for one in done] == [n * n for n in range(40)]
    assert [one.stdout for one in done] == [f"{n}\n" for n in range(40)]


def test_two_event_loops_in_two_threads_use_one_pool(make: Callable[..., RunSandbox]) -> None:
    found: list[list[int]] = []

    async def calls() -> list[int]:
        sandbox = make("a", "none")
        return [(await sandbox.python("def main(n):\n    return n", {"n": n})).value for n in range(50)]

    threads = [threading.Thread(target=lambda: found.append(asyncio.run(calls()))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [list(range(50))] * 3


def test_a_worker_outlives_the_thread_that_first_asked_for_it(
    make: Callable[..., RunSandbox], boundary: Boundary
) -> None:
    code = "def main():\n    import sys\n    sys.seen = getattr(sys, 'seen', 0) + 1\n    return sys.seen"

    def call(found: list[int]) -> None:
        found.append(asyncio.run(make("a", boundary).python(code, {})).value)

    first: list[int] = []
    thread = threading.Thread(target=call, args=(first,))
    thread.start()
    thread.join()
    time.sleep(0.2)
    second: list[int] = []
    call(second)

    assert (first, second) == ([1], [2])  # the same process has answered


def test_control_what_is_started_by_a_thread_of_its_own_dies_with_it() -> None:
    code = "import ctypes, time; ctypes.CDLL(None).prctl(1, 9); print('ready', flush=True); time.sleep(30)"
    children: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        children.append(child)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()

    assert children[0].wait(10) == -9
    children[0].stdout.close()  # type: ignore[union-attr]


async def test_an_aborted_call_ends_its_process_and_the_next_one_works(sandbox: RunSandbox, mark: str) -> None:
    task = asyncio.create_task(sandbox.python("import time\ndef main():\n    time.sleep(1000)", {}, timeout_s=2000))
    assert await appear(mark, "main.py")
    await asyncio.sleep(0.2)  # at whatever it is by then

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert gone(mark), marked(mark)
    assert (await sandbox.python("def main():\n    return 1", {})).value == 1


async def test_calls_aborted_at_any_moment_leave_no_process(sandbox: RunSandbox) -> None:
    for moment in range(12):
        task = asyncio.create_task(sandbox.python("def main(x):\n    return x", {"x": "y" * 300_000}))
        await asyncio.sleep(moment * 0.006)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert (await sandbox.python("def main():\n    return 1", {})).value == 1


async def test_idle_workers_end_after_a_while(
    make: Callable[..., RunSandbox], pool: Pool, mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "IDLE_S", 0.1)

    await who(make("a", "none"))

    assert gone(mark), marked(mark)


async def test_only_so_many_workers_wait(
    make: Callable[..., RunSandbox], pool: Pool, mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "MOST_IDLE", 2)
    for graph in "abcd":
        await who(make(graph, "none"))

    for _ in range(500):
        if len(marked(mark)) <= 4:
            break
        await asyncio.sleep(0.01)

    assert len(marked(mark)) == 4  # a warden and a worker each


async def test_arguments_that_are_too_large_or_no_json_are_refused(sandbox: RunSandbox) -> None:
    with pytest.raises(NodeError, match="the arguments take 40000010 bytes"):
        await sandbox.python("def main(x):\n    return 1", {"x": "y" * 40_000_002})
    with pytest.raises(NodeError, match="cannot be given its arguments"):
        await sandbox.python("def main(x):\n    return 1", {"x": float("nan")})
