"""The studio's own process: when it is killed nothing of a box outlives it, and its environment is its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio.sandbox.boundaries import Boundary
from tests.sandbox.conftest import LINUX, gone, marked
from tests.support.thorough import thorough_but

pytestmark = pytest.mark.skipif(not LINUX, reason="it looks into /proc")

ROOT = Path(__file__).resolve().parents[2]

BUSY = """
import asyncio, sys
from pathlib import Path
from studio.sandbox.boxes import RunSandbox

CODE = '''
import os, signal
def main():
    for number in range(1, 32):
        try:
            signal.signal(number, signal.SIG_IGN)
        except OSError:
            pass
    if os.fork() == 0:
        os.setsid()
    while True:
        pass
'''

async def main():
    sandbox = RunSandbox("graph", wish=sys.argv[1])
    await sandbox.python("def main(): return 1", {})
    idle = RunSandbox("another", wish=sys.argv[1])
    await idle.python("def main(): return 1", {})
    calls = asyncio.gather(
        sandbox.python(CODE, {}, timeout_s=1000),
        sandbox.command(["sh", "-c", "trap '' TERM; setsid sleep 1000 & sleep 1000"], folder=Path("."), timeout_s=1000),
    )
    await asyncio.sleep(0.5)
    print("ready", flush=True)
    await calls

asyncio.run(main())
"""


@pytest.mark.parametrize("how", thorough_but(signal.SIGKILL.__eq__, [signal.SIGKILL, signal.SIGTERM]))
def test_when_the_studio_is_killed_all_boxes_end_at_once(
    boundary: Boundary, mark: str, tmp_path: Path, how: signal.Signals
) -> None:
    folder = tmp_path / "scratch"
    folder.mkdir()
    env = {**os.environ, "TMPDIR": str(folder)}
    host = subprocess.Popen(
        [sys.executable, "-c", BUSY, boundary], stdout=subprocess.PIPE, cwd=ROOT, start_new_session=True, env=env
    )
    assert host.stdout is not None
    try:
        assert host.stdout.readline() == b"ready\n"
        assert len(marked(mark)) >= 6
        assert boundary == "bubblewrap" or len(list(folder.iterdir())) >= 3
        host.send_signal(how)
        host.wait()
        killed = time.monotonic()

        assert gone(mark), marked(mark)
        assert list(folder.iterdir()) == []  # what they had written is gone too
        assert time.monotonic() - killed < 5
    finally:
        host.kill()
        host.stdout.close()


PEEK = """
import asyncio, os, sys
from studio.sandbox import spawning
from studio.sandbox.boxes import RunSandbox
from studio.sandbox.inside.limits import drop_privileges

if sys.argv[1] != "bubblewrap" or os.getuid():
    drop_privileges()   # like any user: what root does nobody else reads; but root without them makes no namespaces
if sys.argv[2] == "open":
    spawning.keep_memory_private = lambda: None
del os.environ["SOME_API_KEY"]      # which helps nothing: /proc has what the process began with

CODE = '''
import os
def main(word):
    found = []
    try:
        names = os.listdir("/proc")
    except OSError:
        names = map(str, range(1, os.getppid() + 1))
    for name in names:
        if name.isdigit():
            for what in ("environ", "cmdline"):
                try:
                    if word.encode() in open(f"/proc/{name}/{what}", "rb").read():
                        found.append(what)
                except OSError:
                    continue
    return found
'''

async def main():
    done = await RunSandbox("graph", wish=sys.argv[1]).python(CODE, {"word": "canary-" + "5ecre7"})
    print(*done.value)

asyncio.run(main())
"""


def peek(boundary: Boundary, how: str) -> str:
    env = {**os.environ, "SOME_API_KEY": "canary-5ecre7"}
    done = subprocess.run(
        [sys.executable, "-c", PEEK, boundary, how], capture_output=True, text=True, env=env, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_environment_of_the_studio_cannot_be_read_from_a_box(boundary: Boundary) -> None:
    assert peek(boundary, "private") == ""


def test_control_without_a_boundary_and_left_open_it_is_read() -> None:
    assert peek("none", "open") == "environ"


@pytest.mark.parametrize("boundary", ["bubblewrap", "landlock"], indirect=True)
def test_a_boundary_keeps_it_away_even_if_it_is_left_open(boundary: Boundary) -> None:
    assert peek(boundary, "open") == ""


def test_every_command_of_the_studio_keeps_its_memory_private_from_its_start() -> None:
    code = (
        "import studio.cli.main as m; from studio.cli import discovery\n"
        "import ctypes; before = ctypes.CDLL(None).prctl(3)\n"
        "discovery.load = lambda name: print(before, ctypes.CDLL(None).prctl(3)) or exit()\n"
        "m.main(['models'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)

    assert done.stdout.split() == ["1", "0"], done.stderr  # PR_GET_DUMPABLE
