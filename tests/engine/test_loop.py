"""`run` keeps its event loop between runs, and nothing else."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from typing import Any

import pytest

from studio.engine.loop import run_to_end


async def this_loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


def test_the_main_thread_keeps_one_loop() -> None:
    assert run_to_end(this_loop()) is run_to_end(this_loop())


def test_another_thread_has_a_loop_of_its_own_each_time() -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.extend(run_to_end(this_loop()) for _ in range(2)))
    thread.start()
    thread.join()

    assert found[0] is not found[1]
    assert all(loop.is_closed() for loop in found)


def test_what_a_run_leaves_behind_is_cancelled_before_the_next() -> None:
    ended: list[str] = []

    async def stray() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async def careless() -> None:
        asyncio.get_running_loop().stray = asyncio.create_task(stray())  # type: ignore[attr-defined]
        await asyncio.sleep(0)

    run_to_end(careless())

    assert ended == ["cancelled"]


def test_an_error_comes_out_and_the_loop_serves_on() -> None:
    async def fails() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run_to_end(fails())

    assert not run_to_end(this_loop()).is_closed()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_has_a_loop_of_its_own_and_the_parents_stays_whole() -> None:
    code = """
import asyncio, os
from studio.engine.loop import run_to_end
async def loop():
    await asyncio.sleep(0.001)
    return id(asyncio.get_running_loop())
mine = run_to_end(loop())
child = os.fork()
if child == 0:
    os._exit(0 if run_to_end(loop()) != mine else 1)
assert os.waitpid(child, 0)[1] == 0
async def woken():
    await asyncio.get_running_loop().run_in_executor(None, lambda: None)
run_to_end(woken())
print("whole")
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False, timeout=60
    )

    assert (done.stdout.strip(), done.stderr) == ("whole", "")
