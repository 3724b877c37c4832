"""The local pool keeps the contract, starts its workers without keys, and leaves no process behind."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from studio.batch.engines.local import LocalEngine
from tests.batch.engines import contract
from tests.support.batches import SmallJobs, drive, script, small_graph

CANARY = "sk-canary-of-the-batch-0123456789"


def test_each_run_once(tmp_path: Path) -> None:
    contract.each_run_once_with_the_outline_of_the_plain_engine(LocalEngine(), tmp_path)


def test_killed_workers_and_a_failing_run(tmp_path: Path) -> None:
    contract.killed_workers_and_a_failing_run_stop_nobody(LocalEngine(), tmp_path)


def environment_of(process: int) -> bytes:
    """What others on the machine can read of a process's variables."""
    return Path(f"/proc/{process}/environ").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_do_not_inherit_keys_and_do_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    monkeypatch.setenv("LANG", "C.UTF-8")
    seen: dict[int, bytes] = {}

    class Watched(LocalEngine):
        async def start(self) -> Any:
            link = await super().start()
            seen[link.process] = environment_of(link.process)
            return link

    model = script(tmp_path, [f"The key is {CANARY}.", "Short."])
    outcome = drive(SmallJobs(small_graph(), 4, {"model": model}), Watched(), tmp_path / "batch.db")

    assert outcome.status == "complete"
    assert seen
    assert all(CANARY.encode() not in environment for environment in seen.values())
    assert all(b"LANG=C.UTF-8" in environment for environment in seen.values()), "control: the environment was read"
    recorded = b"".join(file.read_bytes() for file in tmp_path.glob("batch.db*"))
    assert CANARY.encode() not in recorded, "the workers know the key, and keep it out of the record"
    assert b"[secret:OPENAI_API_KEY]" in recorded
    for process in seen:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
