"""Children that are killed without warning, and what they had said until then.

A child says on standard output what it was told to be durable (or has done outside); `killed_after` ends it at once
when it has said so many lines. Children that end by themselves in the middle of one statement are waited for by
`ended_by`. `tests.reliability.child` is what they run.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def start(mode: str, *arguments: str | int | Path) -> subprocess.Popen[str]:
    """Start `tests/reliability/child.py` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.reliability.child", mode, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )


def killed_after(process: subprocess.Popen[str], lines: int) -> list[str]:
    """Kill the child (-9) as soon as it has said so many lines; return all whole lines it had said by then."""
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(lines)]
    process.kill()
    said += process.stdout.readlines()
    process.stdout.close()
    code = process.wait()
    assert code == -signal.SIGKILL, f"the child ended by itself, code {code}"
    return [line.strip() for line in said if line.endswith("\n")]


def ended_by(process: subprocess.Popen[str], number: int) -> list[str]:
    """Wait for a child that a signal ends; return what it had said. Fails if it ended otherwise."""
    said, _ = process.communicate()
    assert process.returncode == -number, f"the child ended by itself, code {process.returncode}"
    return said.splitlines()
