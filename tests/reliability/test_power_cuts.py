"""A power cut loses nothing that was acknowledged; with `synchronous=NORMAL`, the control, it does."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from studio.trace import Trace, open_run
from studio.trace.writer import close_writer
from tests.reliability.power_cuts import SYNC, Image, Record, images, recording
from tests.support.thorough import draws
from tests.trace.declaring import declare
from tests.trace.runs import put_firings, start_of

CUTS = draws(25, 120)
FIRINGS = 600
SEED = 20261126


def record_run(db: Path, monkeypatch: pytest.MonkeyPatch, synchronous: str) -> Record:
    """Record a run of some hundred firings and some model calls, with an acknowledgement after each small part."""
    record = Record()
    chance = random.Random(SEED)
    with monkeypatch.context() as patched:
        patched.setattr("studio.trace.writer.connect_writer", recording(record, synchronous))
        log = open_run(db, start_of())
    declare(log, 1, "work", "toy.work", 1, 0, 0)
    at = 1
    while at < FIRINGS:
        count = chance.randint(1, 40)
        put_firings(log, count, first=at)
        at += count
        text = f"message {at}: " + "long words " * chance.randint(1, 200)
        log.effect_intent(at - 1, 1, "chat", "m", {"messages": [{"role": "user", "content": text}]}, 1, 1)
        log.effect_result(at - 1, 1, "ok", {"text": text[::-1]}, "", 1, 1, 1, 0.0, "stop", None)
        log.flush()
        record.told(at - 1)
    close_writer(db)
    return record


@dataclass
class Found:
    """What stands in a file after a cut."""

    firings: int
    answered: set[int]
    """Firings whose model call has its answer."""
    whole: bool


def read(image: Image, folder: Path) -> Found:
    """Open what a cut left with the reader everybody uses."""
    folder.mkdir()
    image.put(folder)
    with Trace(folder / "trace.db") as trace:
        runs = list(trace.runs())
        whole = trace.verify() == []
        if not runs:
            return Found(0, set(), whole)
        assert [run.status for run in runs] == ["interrupted"]
        ids = [firing.id for firing in trace.firings()]
        assert ids == list(range(1, len(ids) + 1)), "no gap"
        return Found(len(ids), {effect.firing for effect in trace.effects() if effect.status == "ok"}, whole)


def test_a_power_cut_loses_nothing_acknowledged(
    db: Path, blank: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = record_run(db, monkeypatch, "FULL")

    assert checkpoints(record, db.name) >= 5, "cuts fall into checkpoints too"
    beyond = 0
    for place, image in enumerate(images(record, {db.name: blank}, CUTS, SEED)):
        found = read(image, tmp_path / f"cut{place}")
        assert found.whole, f"the file is damaged after a cut at operation {image.cut}"
        assert found.firings >= image.acknowledged, f"lost in a cut at operation {image.cut}"
        assert {number for number in record.numbers if number <= image.acknowledged} <= found.answered
        beyond += found.firings > image.acknowledged
    assert beyond > 0, "some cuts fall between a commit and its acknowledgement"


def test_without_waiting_for_the_disk_acknowledged_rows_are_lost(
    db: Path, blank: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: were the test above blind, it would not see this either."""
    record = record_run(db, monkeypatch, "NORMAL")

    lost = 0
    for place, image in enumerate(images(record, {db.name: blank}, CUTS // 3, SEED)):
        found = read(image, tmp_path / f"cut{place}")
        assert found.whole, "NORMAL loses the newest commits, never the file"
        lost += found.firings < image.acknowledged
    assert lost > CUTS // 3 // 4


def test_a_file_written_on_after_a_cut_is_whole(
    db: Path, blank: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = record_run(db, monkeypatch, "FULL")

    for place, image in enumerate(images(record, {db.name: blank}, 10, SEED + 1)):
        folder = tmp_path / f"cut{place}"
        found = read(image, folder)
        path = folder / db.name
        log = open_run(path, start_of("02AFTER"))
        declare(log, 1, "work", "toy.work", 1, 0, 0)
        put_firings(log, 50)
        log.finish("ok", "quiet", None, {}, {"firings": 50}, 1)
        close_writer(path)
        with Trace(path) as trace:
            assert sum(1 for _ in trace.firings("02AFTER")) == 50
            assert trace.verify() == []
            if found.firings:
                assert sum(1 for _ in trace.firings("01RUN")) == found.firings


def checkpoints(record: Record, name: str) -> int:
    """Count how often the log was carried over into the database file and that file synced."""
    return sum(kind == SYNC and file == name for kind, file, _, _ in record.operations)
