"""Whatever code does to its worker: it is told why, the next call works, and no process is left.

The look for left processes is in the fixture `pool`, and so part of every test here.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio.sandbox import children
from studio.sandbox.boxes import RunSandbox
from studio.sandbox.inside import landlock
from studio.support.errors import NodeError
from tests.sandbox.conftest import LINUX, gone, marked
from tests.support.thorough import thorough_but

pytestmark = pytest.mark.skipif(not LINUX, reason="limits and boundaries are those of Linux")

ECHO = "def main(a):\n    return a\n"

ATTACKS = {
    "memory bomb": ("def main():\n    a = []\n    while True: a.append(bytearray(10**7))", "ran out of memory"),
    "one huge block": ("def main():\n    return len(bytearray(10**11))", "ran out of memory"),
    "busy loop": ("def main():\n    while True: pass", "did not end within 0.5 s"),
    "loop that swallows everything": (
        "def main():\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass",
        "did not end within 0.5 s",
    ),
    "regex blow-up": ("import re\ndef main():\n    re.match('(a+)+$', 'a' * 60 + 'b')", "did not end within 0.5 s"),
    "exit": ("import os\ndef main():\n    os._exit(3)", "ended with exit code 3"),
    "system exit": ("def main():\n    raise SystemExit(3)", "SystemExit: 3"),
    "segfault": ("import ctypes\ndef main():\n    ctypes.string_at(0)", "ended by the signal SIGSEGV"),
    "kills itself": ("import os\ndef main():\n    os.kill(os.getpid(), 9)", "ended by the signal SIGKILL"),
    "kills its group": ("import os\ndef main():\n    os.killpg(0, 9)", "ended by the signal SIGKILL"),
    "print flood": ("def main():\n    while True: print('x' * 1000)", "did not end within 0.5 s"),
    "100 MB output": ("def main():\n    return 'x' * 100_000_000", "gave more than 64000000 bytes"),
    "not a number": ("def main():\n    return float('nan')", "gave no JSON value"),
    "an object": ("def main():\n    return object()", "gave no JSON value"),
    "half a character": ("def main():\n    return '\\ud800'", "gave no JSON value"),
    "a number too large": ("def main():\n    return 2 ** 70", "JSON"),
    "a bottomless list": ("def main():\n    a = []\n    a.append(a)\n    return a", "gave no JSON value"),
    "a deep list": (
        "def main():\n    a = []\n    for _ in range(500): a = [a]\n    return a", "gave no JSON value",
    ),
    "an error that cannot be said": (
        "class E(Exception):\n    def __str__(self): raise self\ndef main():\n    raise E()", "raised in line 4: E",
    ),
    "files without end": (
        "def main():\n    with open('x', 'wb') as f:\n        while True: f.write(b'x' * 10**6)", "File too large",
    ),
    "no function": ("x = 1", "defines no such function"),
    "no Python": ("def main(:", "is no Python: line 1"),
}  # fmt: skip
ENDS_ITS_WORKER = re.compile(r"ended|did not end|out of memory|more than")


GENTLE = [name for name, (_, why) in ATTACKS.items() if not ENDS_ITS_WORKER.search(why)]
"""Those that leave their worker alive, and so are tried one after another in the same."""
EVERYDAY = {"loop that swallows everything", "exit", "kills its group", "100 MB output"}


def test_half_of_the_attacks_leave_their_worker_alive() -> None:
    assert len(GENTLE) >= 10
    assert ATTACKS.keys() - set(GENTLE) >= EVERYDAY


async def test_a_gentle_attack_fails_its_own_call_with_the_reason_and_no_other(sandbox: RunSandbox) -> None:
    for attack in GENTLE:
        await attacked(sandbox, attack)


@pytest.mark.parametrize(
    "attack", thorough_but(EVERYDAY.__contains__, [name for name in ATTACKS if name not in GENTLE])
)
async def test_an_attack_fails_its_own_call_with_the_reason_and_no_other(sandbox: RunSandbox, attack: str) -> None:
    await attacked(sandbox, attack)


async def attacked(sandbox: RunSandbox, attack: str) -> None:
    """See what becomes of an attack, and that the next call works."""
    code, why = ATTACKS[attack]
    limit = 0.5 if "0.5 s" in why else 20.0

    with pytest.raises(NodeError) as told:
        await sandbox.python(code, {}, timeout_s=limit, memory_mb=512)

    assert why in str(told.value), attack
    assert f"(boundary: {sandbox.boundary})" in str(told.value), attack
    assert (await sandbox.python(ECHO, {"a": [1, {"b": None}]}, memory_mb=512)).value == [1, {"b": None}], attack


DUMP = "import os\ndef main():\n    return dict(os.environ)\n"


async def test_a_dump_of_the_environment_holds_five_names_and_no_key(
    sandbox: RunSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "canary-5ecre7")

    told = (await sandbox.python(DUMP, {})).value

    assert "canary" not in str(told)
    assert set(told) <= {"PATH", "LANG", "PYTHONUTF8", "HOME", "TMPDIR", "PWD"}
    assert (await sandbox.python(ECHO, {"a": 1})).value == 1


def test_control_a_process_started_plainly_dumps_the_key() -> None:
    env = {**os.environ, "SOME_API_KEY": "canary-5ecre7"}
    code = f"{DUMP}print(main())"

    assert b"canary-5ecre7" in subprocess.run([sys.executable, "-c", code], env=env, capture_output=True).stdout


FORGE = """
import os, sys
def main(which):
    frame = sys._getframe()
    while frame.f_code.co_name != "serve":
        frame = frame.f_back
    nonce, answers = frame.f_locals["body"][:16], frame.f_locals["answers"]
    body = {"right": nonce, "wrong": b"n" * 16}[which] + b'{"value":"forged"}'
    os.write(answers, len(body).to_bytes(4, "big") + body)
    import time
    time.sleep(100)
"""


async def test_a_frame_that_the_code_writes_itself_without_the_nonce_is_refused(sandbox: RunSandbox) -> None:
    with pytest.raises(NodeError, match="answered out of turn"):
        await sandbox.python(FORGE, {"which": "wrong"})

    assert (await sandbox.python(ECHO, {"a": 1})).value == 1


async def test_control_with_the_nonce_it_would_pass_and_is_the_codes_own_answer(sandbox: RunSandbox) -> None:
    assert (await sandbox.python(FORGE, {"which": "right"})).value == "forged"


NO_FRAMES = {
    "too long": b"\xff\xff\xff\xff",
    "too short": b"\x00\x00\x00\x01x",
    "no JSON": b"\x00\x00\x00\x12" + b"n" * 18,
    "junk": b"junk" * 1000,
}


@pytest.mark.parametrize("kind", thorough_but({"too long", "no JSON"}.__contains__, NO_FRAMES))
async def test_bytes_that_are_no_frame_are_refused(sandbox: RunSandbox, kind: str) -> None:
    code = f"""
import os, sys, time
def main():
    frame = sys._getframe()
    while frame.f_code.co_name != "serve":
        frame = frame.f_back
    os.write(frame.f_locals["answers"], {NO_FRAMES[kind]!r})
    os.close(frame.f_locals["answers"])
    os._exit(0)
"""
    with pytest.raises(NodeError, match=r"out of turn|before it gave a value"):
        await sandbox.python(code, {}, timeout_s=5)

    assert (await sandbox.python(ECHO, {"a": 1})).value == 1


LATER = """
import os, sys, threading, time
def main():
    frame = sys._getframe()
    while frame.f_code.co_name != "serve":
        frame = frame.f_back
    answers = frame.f_locals["answers"]
    sys._current_frames = lambda: {1: None}     # it hides that a thread is left
    def later():
        time.sleep(0.15)
        os.write(answers, b"\\0\\0\\0\\x24" + b"n" * 16 + b'{"value":"not mine"}')
    threading.Thread(target=later, daemon=True).start()
    return "first"
"""


async def test_what_a_hidden_thread_writes_later_reaches_no_other_call(sandbox: RunSandbox) -> None:
    assert (await sandbox.python(LATER, {})).value == "first"
    waits = "import time\ndef main(a):\n    time.sleep(0.3)\n    return a\n"
    answers = [await _value_or_fault(sandbox, waits, 1) for _ in range(2)]

    assert answers[0] in (1, "forged")  # the error that is called `forged`: the value of that name came from no call
    assert answers[1] == 1


async def _value_or_fault(sandbox: RunSandbox, code: str, a: int) -> Any:
    """What the code gave; the kind of error if the call failed."""
    try:
        return (await sandbox.python(code, {"a": a})).value
    except NodeError as error:
        return error.kind


async def test_memory_is_watched_where_the_system_does_not_limit_it(
    sandbox: RunSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is on macOS, where no limit is set and the warden looks with `ps`."""
    if sandbox.boundary != "none":
        pytest.skip("there is no boundary on macOS")
    monkeypatch.setattr(children, "WATCH_MEMORY", True)
    code = "import time\ndef main(n, s):\n    x = bytearray(b'x') * n\n    time.sleep(s)\n    return len(x)"

    with pytest.raises(NodeError, match="ran out of memory"):
        await sandbox.python(code, {"n": 300_000_000, "s": 20}, memory_mb=100, timeout_s=20)
    assert (await sandbox.python(code, {"n": 10_000_000, "s": 0.5}, memory_mb=100, timeout_s=20)).value == 10_000_000


async def test_what_is_printed_is_cut_and_kept_apart(sandbox: RunSandbox) -> None:
    code = """
import os, sys
def main():
    print("x" * 10_000_000)
    print("to the other", file=sys.stderr)
    os.write(1, b"y" * 10)
    return "value"
"""
    done = await sandbox.python(code, {})

    assert done.value == "value"
    assert done.stdout == "x" * 64_000
    assert done.stderr == "to the other\n"
    assert (await sandbox.python(ECHO, {"a": 1})).stdout == ""


async def test_threads_and_processes_of_a_call_do_not_outlive_it(sandbox: RunSandbox, mark: str) -> None:
    code = """
import os, threading, time
def main():
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        time.sleep(1000)
    return os.getpid()
"""
    await sandbox.python(code, {})

    assert gone(mark), marked(mark)
    assert (await sandbox.python(ECHO, {"a": 1})).value == 1


async def test_the_warden_is_out_of_reach_or_all_ends_with_it(sandbox: RunSandbox, mark: str) -> None:
    code = """
import os, time
def main(hide):
    warden = os.getppid()
    if hide and os.fork() == 0:
        os.setsid()
        time.sleep(1000)
    os.kill(warden, 9)
    time.sleep(1000)
"""
    # Without a boundary a process that has left its group survives its warden, which the help says.
    scoped = sandbox.boundary == "landlock" and landlock.version() >= 6
    hide = sandbox.boundary == "bubblewrap" or scoped
    with pytest.raises(NodeError) as told:
        await sandbox.python(code, {"hide": hide}, timeout_s=20)

    assert ("PermissionError" if scoped else "went silent") in str(told.value)
    assert gone(mark), marked(mark)
    assert (await sandbox.python(ECHO, {"a": 1})).value == 1


def test_control_killing_the_group_alone_misses_such_a_process() -> None:
    code = """
import os, time
if os.fork() == 0:
    os.setsid()
    print(os.getpid(), flush=True)
    time.sleep(30)
time.sleep(30)
"""
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True)
    assert child.stdout is not None
    grandchild = int(child.stdout.readline())

    os.killpg(child.pid, signal.SIGKILL)
    child.wait()

    try:
        assert Path(f"/proc/{grandchild}/stat").exists()
    finally:
        os.kill(grandchild, signal.SIGKILL)
        child.stdout.close()


async def test_a_call_leaves_nothing_for_the_next(sandbox: RunSandbox) -> None:
    leaves = "import os\nx = 1\ndef main():\n    os.mkdir('d'); open('d/f', 'w').write('x'); return os.listdir('.')"
    looks = "import os\ndef main():\n    return os.listdir('.') + ['x' for _ in [0] if 'x' in globals()]"

    at_first = (await sandbox.python(looks, {})).value  # the way to Python itself, where that lies in /tmp

    assert sorted((await sandbox.python(leaves, {})).value) == sorted([*at_first, "d"])
    assert (await sandbox.python(looks, {})).value == at_first
