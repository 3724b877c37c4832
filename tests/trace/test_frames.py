"""Records on their way from a worker to the file: bounded in memory, whole, and believed only if they make sense."""

from __future__ import annotations

import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgpack
import pytest

from studio.support.errors import EnvironmentProblem
from studio.trace import Trace
from studio.trace.frames import MOST_BYTES, ROOM, FrameWriter, Relay, WorkerLog
from studio.trace.log import RunStart
from studio.trace.runlog import ALARM, ANSWER, FINISH, START
from studio.trace.writer import writer_of
from tests.trace.declaring import declare
from tests.trace.runs import put_firings

HEADER: list[Any] = [START, asdict(RunStart("R", "small", "", "hash", "text"))]
FOOTER: list[Any] = [FINISH, "ok", "quiet", b"null", {}, b"{}", 1]


def frame(*records: list[Any], run: str = "R") -> bytes:
    packed: bytes = msgpack.packb([[run, list(records)]])
    return packed


def begin(writer: FrameWriter) -> WorkerLog:
    return WorkerLog(writer, RunStart("R", "small", "", "hash", "text"), None)


class Gate:
    """What takes frames, once it is open."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.open = threading.Event()
        self.frames: list[bytes] = []

    def __call__(self, frame: bytes, mark: int) -> None:
        self.asked.set()
        self.open.wait()
        self.frames.append(frame)


def test_a_worker_that_is_not_heard_waits_and_its_memory_is_bounded(db: Path) -> None:
    gate = Gate()
    writer = FrameWriter(gate)
    log = begin(writer)
    declare(log, 1, "work", "toy.work", 1, 0, 0)
    count = 2 * ROOM
    flood = threading.Thread(target=put_firings, args=(log, count))
    flood.start()
    gate.asked.wait()
    while len(writer.queue) <= ROOM // 2:
        flood.join(0.01)
    is_held, waiting = flood.is_alive(), len(writer.queue)
    gate.open.set()
    flood.join()
    log.finish("ok", "quiet", None, {}, {"firings": count}, 1)
    writer.close()

    assert is_held, "whoever puts records waits"
    assert waiting <= ROOM + 1
    relay = Relay(writer_of(db))
    relay.expect("R")
    for one in gate.frames:
        relay.take(one)
    with Trace(db) as trace:
        assert sum(1 for _ in trace.firings("R")) == count
        assert trace.verify() == []


def test_large_values_do_not_gather_in_one_frame() -> None:
    gate = Gate()
    gate.open.set()
    writer = FrameWriter(gate)
    log = begin(writer)
    for _ in range(40):
        log.blob(b"x" * (MOST_BYTES // 8), "text/plain")
    writer.close()

    assert max(map(len, gate.frames)) < 1.2 * MOST_BYTES
    assert sum(map(len, gate.frames)) > 40 * (MOST_BYTES // 8)


def test_what_cannot_be_sent_is_told_and_whoever_waits_is_not_left_waiting() -> None:
    faults: list[BaseException] = []
    told = threading.Event()

    def failed(error: BaseException) -> None:
        faults.append(error)
        told.set()

    writer = FrameWriter(lambda frame, mark: None, failed)
    writer.queue.append((begin(writer), ALARM, 1, 0, "kind", "message", object(), 1))
    writer.attend()
    assert told.wait(10)

    assert isinstance(faults[0], TypeError)
    for ask in (writer.flush, writer.raise_if_broken, lambda: writer.mark(lambda problem: None)):
        with pytest.raises(RuntimeError, match="records cannot be sent"):
            ask()


def test_marks_are_answered_once_with_what_the_driver_says() -> None:
    sent: list[int] = []
    writer = FrameWriter(lambda frame, mark: sent.append(mark))
    answers: list[Any] = []
    full = EnvironmentProblem("The disk is full.")
    writer.mark(answers.append)
    writer.send_now()
    writer.mark(answers.append)
    writer.send_now()
    marks = [mark for mark in sent if mark]

    writer.durable(marks[-1], full)
    writer.durable(marks[-1], None)

    assert answers == [full, full]
    writer.raise_if_broken()
    writer.close()


@pytest.mark.parametrize(
    "damaged",
    [
        b"\xc1",
        b"\x07",
        msgpack.packb({"R": 1}),
        msgpack.packb([["R"]]),
        msgpack.packb([[["R"], [HEADER]]]),
        frame(FOOTER),
        frame(HEADER, HEADER),
        frame(HEADER, FOOTER, FOOTER),
        frame(HEADER, FOOTER[:-1]),
        frame(HEADER, [99, 1]),
        frame(HEADER, ["0", 1]),
        frame(HEADER, []),
        frame([START, {"run_id": "R", "nothing": 1}]),
        frame([START, 5]),
        frame(HEADER, [ANSWER, 1, 1, 1, "ok", b"{}", "", "", 1, "many", 0, 0.0, "", None, 0]),
        frame(HEADER, [ANSWER, 1, 1, 1, "ok", b"{}", "", "", 1, 5, 0, [], "", None, 0]),
    ],
)
def test_a_frame_that_makes_no_sense_is_refused_as_a_whole(db: Path, damaged: bytes) -> None:
    relay = Relay(writer_of(db))
    relay.expect("R")

    with pytest.raises(ValueError, match=r"."):
        relay.take(damaged)

    assert not writer_of(db).queue
    assert not relay.has_begun("R")
    relay.take(frame(HEADER, FOOTER))
    with Trace(db) as trace:
        assert trace.run("R").status == "ok", "the control: what makes sense comes through"


def test_a_run_is_closed_by_the_relay_only_if_its_worker_has_not(db: Path) -> None:
    relay = Relay(writer_of(db))
    for run, said in (("R", [HEADER]), ("S", [HEADER, FOOTER]), ("T", [])):
        relay.expect(run)
        if said:
            header = [START, {**HEADER[1], "run_id": run}]
            relay.take(frame(header, *said[1:], run=run))
        relay.end(run, "interrupted", "error", b"null", 2)
        relay.take(frame(HEADER, FOOTER, run=run))

    assert relay.refused == 6
    with Trace(db) as trace:
        assert {run.id: run.status for run in trace.runs()} == {"R": "interrupted", "S": "ok"}
