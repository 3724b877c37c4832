"""Faults for batches that go on: processes are killed and stopped at moments that the number of results tells."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KINDS = ("driver", "worker", "all workers", "stopped worker", "stopped driver")
"""What happens: kill -9 of the driver, of one worker, of all; a worker that stops until it is held for dead, and wakes
up at the next fault; a driver that stops for longer than that, and wakes up."""


@dataclass
class Suffered:
    """What a batch went through. `sessions` are the outcomes of drivers that came to an end."""

    faults: Counter[str] = field(default_factory=Counter)
    workers: set[int] = field(default_factory=set)
    repeated: int = 0
    refused: int = 0
    drivers: int = 0
    end: dict[str, Any] = field(default_factory=dict)


def suffer(
    db: Path, count: int, model: str, moments: list[tuple[int, str]], *, silent_s: float = 3.0, seed: int = 0
) -> Suffered:
    """Drive a batch of `count` runs to its end with two workers, through faults at so many results each; after each
    death of the driver, another one goes on with the same batch."""
    suffered, chance, waiting = Suffered(), random.Random(seed), sorted(moments)
    stopped: list[int] = []
    while not suffered.end:
        process = _driver(db, count, model, silent_s)
        suffered.drivers += 1
        alive: list[int] = []
        repeated, is_killed = 0, False
        assert process.stdout is not None
        assert process.stderr is not None
        with process.stdout, process.stderr:
            for line in process.stdout:
                word, *rest = line.split()
                if word == "worker":
                    alive.append(int(rest[0]))
                    suffered.workers.add(int(rest[0]))
                elif word == "done":
                    repeated = int(rest[2])
                    if waiting and int(rest[0]) >= waiting[0][0] and not is_killed:  # else: its last words
                        _, kind = waiting.pop(0)
                        is_killed = kind == "driver"
                        suffered.faults[kind] += 1
                        for zombie in stopped:
                            _signal(zombie, signal.SIGCONT)
                        stopped = _inflict(kind, process.pid, alive, chance, silent_s)
                elif word == "end":
                    suffered.end = json.loads(line.split(maxsplit=1)[1])
                    suffered.refused += suffered.end["refused"]
            said = process.stderr.read()
        code = process.wait()
        suffered.repeated += repeated
        if code not in (0, -signal.SIGKILL):
            raise AssertionError(f"the driver ended with {code}: {said}")
    for zombie in stopped:
        _signal(zombie, signal.SIGCONT)
    return suffered


def moments_of(count: int, faults: int, seed: int) -> list[tuple[int, str]]:
    """Return so many moments, spread over the batch by chance; each kind comes about as often as any other."""
    chance = random.Random(seed)
    kinds = [KINDS[number % len(KINDS)] for number in range(faults)]
    chance.shuffle(kinds)
    return list(zip(sorted(chance.sample(range(1, count - 2), faults)), kinds, strict=True))


def _driver(db: Path, count: int, model: str, silent_s: float) -> subprocess.Popen[str]:
    command = [
        sys.executable, "-m", "tests.support.batch_process", str(db), "B", str(count), model, "--silent", str(silent_s),
    ]  # fmt: skip
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _inflict(kind: str, driver: int, alive: list[int], chance: random.Random, silent_s: float) -> list[int]:
    """Do it; return the workers that are stopped."""
    if kind == "driver":
        _signal(driver, signal.SIGKILL)
    elif kind == "stopped driver":
        _signal(driver, signal.SIGSTOP)
        subprocess.run(["sleep", str(silent_s * 1.5)], check=True)  # this is about time that passes for the others
        _signal(driver, signal.SIGCONT)
    elif kind == "all workers":
        for one in alive:
            _signal(one, signal.SIGKILL)
        alive.clear()
    elif alive:
        one = alive.pop(chance.randrange(len(alive)))
        _signal(one, signal.SIGSTOP if kind == "stopped worker" else signal.SIGKILL)
        return [one] if kind == "stopped worker" else []
    return []


def _signal(process: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, number)
