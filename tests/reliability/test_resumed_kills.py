"""Kills of a live run at random moments: nothing acknowledged is lost, and nothing acknowledged is done twice."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from studio.engine.run import run
from studio.replay.continuing import resume
from studio.replay.verify import verify
from studio.trace import Trace
from tests.reliability.kill import killed_after, start
from tests.reliability.live import noted, noting_graph, noting_registry
from tests.support.thorough import thorough_but

EACH_TIME, IN_ALL = 5, 50
AT_ONCE = 5
TICKS = 40
SEED = 20261126


@pytest.mark.parametrize("kills", thorough_but(EACH_TIME.__eq__, [EACH_TIME, IN_ALL]))
def test_killed_runs_resume_to_the_undisturbed_end_and_repeat_nothing_acknowledged(kills: int, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    whole = run(noting_graph(tmp_path / "whole.txt", TICKS), registry=noting_registry(), db=tmp_path / "whole.db")
    repeated = interrupted = 0
    for first in range(0, kills, AT_ONCE):
        children = []
        for n in range(first, first + AT_ONCE):
            db, file = tmp_path / f"{n}.db", tmp_path / f"{n}.txt"
            children.append((db, file, start("live", db, file, TICKS)))
        # The second half is left out: a child that is done ends by itself.
        moments = [chance.randint(1, TICKS // 2) for _ in children]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            told = list(pool.map(killed_after, [process for _, _, process in children], moments))
        for (db, file, _), said in zip(children, told, strict=True):
            acknowledged, decided, status = record_of(db)
            assert {int(line) for line in said if line.isdecimal()} >= acknowledged - {max(acknowledged, default=0)}
            if status == "ok":
                continue  # it had come to its end before the signal did
            interrupted += 1

            result = resume(db, registry=noting_registry())

            assert (result.status, result.outputs) == (whole.status, whole.outputs)
            assert result.taken_over == decided
            done = Counter(noted(file))
            assert set(done) == set(range(1, TICKS + 1))
            assert all(done[number] == 1 for number in acknowledged)
            repeated += sum(count - 1 for count in done.values())
            with Trace(db) as trace:
                assert trace.verify() == []
                assert verify(trace, result.run_id, registry=noting_registry()).difference is None
    assert interrupted >= kills * 0.8
    assert repeated <= interrupted, "of each killed run at most the effect that was under way"


def record_of(db: Path) -> tuple[set[int], int, str]:
    """Return the numbers whose effect was answered in the trace, how many firings were decided, the run's status."""
    with Trace(db) as trace:
        numbers = {int(effect.response) for effect in trace.effects(kind="tool") if effect.status == "ok"}
        return numbers, sum(1 for one in trace.firings() if one.seq is not None), trace.run().status


def test_run_again_instead_of_resumed_everything_is_done_twice(tmp_path: Path) -> None:
    """The control: what was acknowledged is repeated if the run begins anew."""
    db, file = tmp_path / "runs.db", tmp_path / "notes.txt"
    killed_after(start("live", db, file, TICKS), 5)
    acknowledged, _, _ = record_of(db)

    run(noting_graph(file, TICKS), registry=noting_registry(), db=db)

    done = Counter(noted(file))
    assert acknowledged
    assert all(done[number] == 2 for number in acknowledged)
