"""Boxes by threads and standard streams, as Windows needs them, run here on whatever system this is.

What is Windows' own, the job object, is not tried by this.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.sandbox import commands, workers
from studio.sandbox.boxes import RunSandbox
from studio.sandbox.pools import Pool
from studio.sandbox.threaded import ThreadedChild
from studio.support.errors import NodeError

ECHO = "def main(a):\n    return a\n"


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunSandbox]:
    monkeypatch.setattr(workers, "kind_of_child", lambda: ThreadedChild)
    monkeypatch.setattr(commands, "kind_of_child", lambda: ThreadedChild)
    pool = Pool()
    yield RunSandbox("graph", wish="none", pool=pool)
    pool.end_all()


async def test_calls_are_answered_and_what_is_printed_comes_with_them(sandbox: RunSandbox) -> None:
    code = "import sys\ndef main(a):\n    print('out', a)\n    print('err', file=sys.stderr)\n    return a\n"

    done = [await sandbox.python(code, {"a": n}) for n in range(3)]

    assert [(one.value, one.stdout, one.stderr) for one in done] == [(n, f"out {n}\n", "err\n") for n in range(3)]
    assert (await sandbox.python(ECHO, {"a": "x" * 3_000_000})).value == "x" * 3_000_000
    assert len((await sandbox.python("def main():\n    print('x' * 10**6)", {})).stdout) == 64_000


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("def main():\n    while True: pass", "did not end within 0.7 s"),
        ("import os\ndef main():\n    os._exit(3)", "ended with exit code 3"),
        ("def main():\n    1 / 0", "ZeroDivisionError"),
        ("def main():\n    return object()", "gave no JSON value"),
        ("def main(:", "is no Python"),
    ],
)
async def test_a_failing_call_says_why_and_the_next_one_works(sandbox: RunSandbox, code: str, why: str) -> None:
    with pytest.raises(NodeError) as told:
        await sandbox.python(code, {}, timeout_s=0.7 if "0.7" in why else 20)

    assert why in str(told.value)
    assert (await sandbox.python(ECHO, {"a": 1})).value == 1


async def test_many_at_once_and_an_abort(sandbox: RunSandbox) -> None:
    done = await asyncio.gather(*(sandbox.python(ECHO, {"a": n}) for n in range(12)))
    task = asyncio.create_task(sandbox.python("import time\ndef main():\n    time.sleep(1000)", {}, timeout_s=2000))
    await asyncio.sleep(0.3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert [one.value for one in done] == list(range(12))
    assert (await sandbox.python(ECHO, {"a": 1})).value == 1


async def test_commands_run_with_input_outputs_and_exit_codes(sandbox: RunSandbox, tmp_path: Path) -> None:
    code = "import sys, os; print(sys.stdin.read().upper()); print(os.getcwd(), file=sys.stderr); sys.exit(3)"

    done = await sandbox.command([sys.executable, "-c", code], folder=tmp_path, stdin="abc" * 100_000, most_bytes=1000)

    assert (done.exit_code, done.stdout, done.is_cut) == (3, ("ABC" * 1000)[:1000], True)
    assert done.stderr.strip() == str(tmp_path)


async def test_commands_that_do_not_start_or_end_are_told(sandbox: RunSandbox, tmp_path: Path) -> None:
    with pytest.raises(NodeError, match="`no-such-program` does not start"):
        await sandbox.command(["no-such-program"], folder=tmp_path)
    with pytest.raises(NodeError, match="did not end within"):
        await sandbox.command([sys.executable, "-c", "while True: pass"], folder=tmp_path, timeout_s=0.5)
