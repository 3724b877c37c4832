"""Workers tell of very short runs together: when one dies that had several, the loss is laid to the right run."""

from __future__ import annotations

from pathlib import Path

from studio.batch.driving.driver import ATTEMPTS, LOST
from studio.batch.work.messages import DoRun, Ended, FromWorker, Ready, unpack
from studio.support.values import decode, encode
from tests.support.batches import FakeEngine, FakeLink, SmallJobs, drive, frame_of, results_of, small_graph

COUNT, DEADLY = 60, 23


class Gathering(FakeLink):
    """Tells what came of its runs when it is listened to, and dies, with all that it has not told, of one run."""

    def send(self, message: bytes) -> None:
        order = unpack(message)
        if not isinstance(order, DoRun):
            return
        if not self.is_ready:
            self.is_ready = True
            self.say(Ready(1))
        if decode(order.row)["index"] == DEADLY:
            self.untold.clear()
            self.deaths.append(order.run)
            self.kill()
            return
        ended = Ended(order.run, "ok", encode({"status": "ok", "seconds": 0.001}), {})
        self.untold += [*frame_of(order.run), ended]
        self.most = max(self.most, sum(isinstance(one, Ended) for one in self.untold))

    async def receive(self) -> bytes:
        self.say(*self.untold)
        self.untold.clear()
        return await super().receive()

    untold: list[FromWorker]
    deaths: list[str]
    is_ready = False
    most = 0


class GatheringEngine(FakeEngine):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[Gathering] = []
        self.deaths: list[str] = []

    async def start(self) -> Gathering:
        self.started += 1
        link = Gathering(self, self.started)
        link.untold, link.deaths = [], self.deaths
        self.links.append(link)
        return link


def test_only_the_run_that_kills_its_workers_is_lost(tmp_path: Path) -> None:
    engine = GatheringEngine()

    outcome = drive(SmallJobs(small_graph(), COUNT), engine, tmp_path / "batch.db")

    assert outcome.status == "complete", outcome
    assert max(one.most for one in engine.links) > 3, "control: runs were handed over together"
    results = results_of(tmp_path / "batch.db")
    assert [one.row for one in results if one.status == LOST] == [DEADLY]
    assert [one.status for one in results if one.row != DEADLY] == ["ok"] * (COUNT - 1)
    assert len(engine.deaths) in (ATTEMPTS, ATTEMPTS + 1), (
        "the first may have been laid to another, which then came alone"
    )
    assert all(one.attempt <= 2 for one in results if one.row != DEADLY)
