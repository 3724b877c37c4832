"""Full disks, damaged words, large values, people who are not there, and processes that workers have started."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, Trace
from studio.batch.driving.driver import LOST
from studio.batch.driving.progress import Progress
from studio.batch.engines.local import LocalEngine, LocalLink
from studio.batch.work.messages import DoRun, pack, unpack
from studio.support.errors import UsageError
from studio.trace.seats import Seat
from studio.trace.writer import writer_of
from tests.support.approving import hashes_of
from tests.support.batches import (
    FakeEngine,
    FakeLink,
    SmallJobs,
    chain_graph,
    drive,
    results_of,
    script,
    small_graph,
)
from tests.support.processes import children_of, have_ended

REPLIES = [f"Reply {number}" for number in range(6)]


def limit_pages(db: Path, pages: int) -> None:
    writer_of(db)._connection.execute(f"PRAGMA max_page_count={pages}")


def test_a_full_disk_stops_the_batch_with_a_sentence_and_it_goes_on_once_there_is_room(tmp_path: Path) -> None:
    db, many = tmp_path / "batch.db", SmallJobs(chain_graph(), 150, {"model": script(tmp_path, REPLIES)})

    def fill(progress: Progress) -> None:
        if progress.done == 5:
            writer_of(db).flush()
            limit_pages(db, db.stat().st_size // 4096)

    first = drive(many, LocalEngine(), db, watch=fill)

    assert first.status == "paused"
    assert first.reason == "The disk is full; nothing recorded so far is lost."
    assert first.problem is not None
    assert first.problem.exit_code == 5
    assert 5 <= first.progress.done < 150
    limit_pages(db, 1_000_000)
    second = drive(many, LocalEngine(), db, batch=first.batch)
    assert second.status == "complete"
    assert [(one.row, one.status) for one in results_of(db)] == [(row, "ok") for row in range(150)]
    with Trace(db) as trace:
        assert trace.verify() == []


def test_results_that_the_disk_refuses_at_the_very_end_are_not_complete(tmp_path: Path) -> None:
    db, jobs = tmp_path / "batch.db", SmallJobs(small_graph(), 60)
    drive(SmallJobs(small_graph(), 1), FakeEngine(), db)
    writer_of(db).flush()
    limit_pages(db, db.stat().st_size // 4096)

    outcome = drive(jobs, FakeEngine(), db, batch="B2")  # quicker than the disk can be heard of

    assert (outcome.status, outcome.problem is not None) == ("paused", True)
    assert "disk is full" in outcome.reason
    limit_pages(db, 1_000_000)
    assert drive(jobs, FakeEngine(), db, batch="B2").status == "complete"
    assert [one.row for one in results_of(db, "B2")] == list(range(60))


def test_a_seat_has_one_driver_and_is_free_when_it_is_left(tmp_path: Path) -> None:
    db = tmp_path / "batch.db"
    writer_of(db)
    seat = Seat(db, "B1")

    with pytest.raises(UsageError, match="The batch B1 is being driven by another process"):
        Seat(db, "B1")
    Seat(db, "B2").leave()
    seat.leave()
    Seat(db, "B1").leave()


class Garbled(FakeEngine):
    """Its first worker's answer to the first run has bytes changed at one place."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self._place = place

    async def start(self) -> FakeLink:
        link = await super().start()
        if self.started == 1:
            receive = link.receive

            async def garbled() -> bytes:
                data = bytearray(await receive())
                data[self._place % len(data)] ^= 0xFF
                return bytes(data)

            link.receive = garbled  # type: ignore[method-assign]
        return link


@pytest.mark.parametrize("place", [0, 1, 7, 11, 20, 25, 33, 41, 60])
def test_a_damaged_message_ends_the_worker_and_not_the_batch(tmp_path: Path, place: int) -> None:
    db, engine = tmp_path / "batch.db", Garbled(place)

    outcome = drive(SmallJobs(small_graph(), 3), engine, db, workers=1)

    assert (outcome.status, outcome.progress.done) == ("complete", 3)
    assert engine.started == 2, "the control: the first one was not believed"
    assert {one.status for one in results_of(db)} == {"ok"}


def test_workers_that_never_come_to_work_are_no_failure_of_runs(tmp_path: Path) -> None:
    db = tmp_path / "batch.db"

    outcome = drive(SmallJobs(small_graph(), 3), FakeEngine(["lost at once"] * 20), db, workers=2)

    assert outcome.problem is not None
    assert "Workers end before they get anywhere" in outcome.reason
    assert results_of(db) == []
    lost = drive(SmallJobs(small_graph(), 3), FakeEngine(["lost"] * 3), db, workers=1)
    assert [one.status for one in results_of(db, lost.batch)].count(LOST) == 1, "the control: these came to work"


def test_a_worker_that_is_given_a_graph_it_cannot_read_says_so(tmp_path: Path) -> None:
    jobs = SmallJobs(small_graph(), 2)
    jobs.graphs = {jobs.hash: replace(jobs.graphs[jobs.hash], text="studio: 1\nnodes: [")}

    outcome = drive(jobs, LocalEngine(), tmp_path / "batch.db", workers=1)

    assert outcome.status == "paused"
    assert "ended with exit code 1" in outcome.progress.last_error
    assert results_of(tmp_path / "batch.db") == []


def test_a_large_value_goes_through(tmp_path: Path) -> None:
    db, size = tmp_path / "batch.db", 12_000_000
    large = SmallJobs(chain_graph(3, 0), 1, inputs=lambda row: {"topic": "x" * size})

    outcome = drive(large, LocalEngine(), db, workers=1)

    assert outcome.status == "complete"
    (result,) = results_of(db)
    with Trace(db) as trace:
        assert trace.decoded(trace.run(result.run).outputs) == {"result": "x" * size}


def test_a_run_that_waits_for_a_person_is_a_result_and_the_others_go_on(tmp_path: Path) -> None:
    graph = Graph("asking")
    graph.add("flow.input", "topic", value="x")
    graph.add("human.ask", "ask", question="Yes?")
    graph.add("flow.output", "result")
    graph.connect("ask.answer", "result.value")
    db = tmp_path / "batch.db"

    outcome = drive(SmallJobs(graph, 3), LocalEngine(), db)

    assert (outcome.status, outcome.progress.done, outcome.progress.failed) == ("complete", 3, 3)
    assert [one.status for one in results_of(db)] == ["paused"] * 3
    assert "waits for an answer to: Yes?" in results_of(db)[0].error


class Family(LocalEngine):
    """Kills its first worker, and it alone, when that has started another process."""

    def __init__(self) -> None:
        super().__init__()
        self.family: set[int] = set()
        self.killed = 0

    async def start(self) -> LocalLink:
        link = await super().start()
        receive = link.receive

        async def watched() -> bytes:
            message = await receive()
            children = children_of(link.process)
            self.family |= children
            if children and not self.killed:
                self.killed = link.process
                os.kill(link.process, signal.SIGKILL)
            return message

        link.receive = watched  # type: ignore[method-assign]
        return link


def ran_with_its_family(jobs: SmallJobs, db: Path, **more: Any) -> Family:
    engine = Family()
    outcome = drive(jobs, engine, db, **more)
    assert (outcome.status, outcome.progress.failed) == ("complete", 0), outcome
    assert engine.killed, "the control: a worker was killed while it had others"
    assert have_ended(engine.family)
    return engine


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_code_that_a_killed_worker_runs_ends_with_it(tmp_path: Path) -> None:
    graph = Graph("coded")
    graph.add("flow.input", "topic", value=2)
    graph.add("code.python", "code", code="import time\n\ndef main(n):\n    time.sleep(2.5)\n    return n\n")
    graph.add("flow.output", "result")
    graph.connect("topic.value", "code.n")
    graph.connect("code.value", "result.value")

    jobs = SmallJobs(graph, 2)
    jobs.graphs = {jobs.hash: replace(jobs.graphs[jobs.hash], approve=tuple(hashes_of(graph)))}
    ran_with_its_family(jobs, tmp_path / "batch.db")


@pytest.mark.embedded
@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_embedded_models_serve_two_workers_and_end_with_them(tmp_path: Path) -> None:
    graph = Graph("embedded")
    graph.add("flow.input", "topic", value="The soup was wonderful.")
    graph.add("llm.function", "judge", instructions="Is it praise? {topic}", labels=["yes", "no"])
    graph.add("flow.output", "result")
    graph.connect("topic.value", "judge.topic")
    graph.connect("judge.label", "result.value")
    jobs = SmallJobs(graph, 3, {"model": "embedded/smollm2-135m"})

    ran_with_its_family(jobs, tmp_path / "batch.db", at_once=2)


def test_orders_come_through_as_they_were_given() -> None:
    order = DoRun("R", "hash", b"{}", b"{}", {"seed": 3}, past=b"\x00" * 5)

    assert unpack(pack(order)) == order
    for damaged in (
        b"",
        b"\xc1",
        pack(order)[:-1],
        pack(order).replace(b"seed", b"\xff\xfe\xfd\xfc"),
        b"\x92\xa1x\x80",
    ):
        with pytest.raises(ValueError, match=r"not a message|unpack|utf|incomplete|decode|Unpack"):
            unpack(damaged)
