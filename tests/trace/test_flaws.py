"""One bad record costs itself only, and is kept escaped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.trace import Trace, open_run
from studio.trace.runlog import FileRunLog
from studio.trace.writer import writer_of
from tests.trace.declaring import declare
from tests.trace.runs import put_firings, start_of

HALF = "half a character: \ud800"


def bad_firing(log: FileRunLog, id: int, **changes: Any) -> None:
    facts: dict[str, Any] = {
        "seq": id, "path_id": 1, "tick": "a0", "parent": 0, "item": 0, "status": 1, "reason": "", "origin": 0,
        "started_at": 1, "duration": 1, "inputs": {}, "outputs": {}, "attempt": 1,
    }  # fmt: skip
    log.firing(id, **{**facts, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": HALF},
        {"outputs": {"text": b'"\xff\xfe"'}},
        {"outputs": {HALF: b"1"}},
        {"inputs": {HALF: [1, "value"]}},
        {"duration": 1 << 70},
        {"reason": object()},
    ],
    ids=["reason", "bytes", "port", "input", "huge", "foreign"],
)
def test_a_bad_firing_among_good_ones_costs_none_of_them(
    db: Path, log: FileRunLog, trace: Callable[[], Trace], changes: dict[str, Any]
) -> None:
    put_firings(log, 100)
    bad_firing(log, 101, **changes)
    put_firings(log, 100, first=102)
    log.flush()

    flaws = trace().sql("SELECT run, kind, message, record FROM flaw").rows
    assert len(flaws) == 1
    assert flaws[0][:2] == ("01RUN", "firing")
    kept = [firing.id for firing in trace().firings()]
    assert [id for id in kept if id != 101] == [*range(1, 101), *range(102, 202)]
    assert 101 in kept or "not stored" in flaws[0][2]
    assert trace().verify() == []


def test_without_isolation_one_bad_record_would_lose_its_whole_batch(db: Path, log: FileRunLog) -> None:
    log.flush()
    writer = writer_of(db)
    connection = writer._connection
    good: list[Any] = [(log, 0, id, id, 1, "a0", 0, 0, 0, "", 0, 1, 1, {}, {}, 1, None) for id in (1, 2)]
    bad: Any = (log, 0, 3, 3, 1, "a0", 0, 0, 1, HALF, 0, 1, 1, {}, {}, 1, None)

    connection.execute("BEGIN IMMEDIATE")
    with pytest.raises((UnicodeError, TypeError)):
        writer._rows.write([*good, bad])
    kept = connection.execute("SELECT count(*) FROM _firing").fetchone()[0]
    connection.execute("ROLLBACK")

    assert kept == 0


def test_an_escaped_reason_can_still_be_read(log: FileRunLog, trace: Callable[[], Trace]) -> None:
    bad_firing(log, 1, reason=HALF)

    assert trace().firing("last", 1).reason == "half a character: \\ud800"


def test_a_second_decision_of_one_firing_is_noted_and_does_not_replace_the_first(
    log: FileRunLog, trace: Callable[[], Trace]
) -> None:
    put_firings(log, 3)
    bad_firing(log, 2, reason="again")
    put_firings(log, 3, first=4)

    assert [(f.id, f.status) for f in trace().firings()] == [(id, "ok") for id in range(1, 7)]
    (message,) = trace().sql("SELECT message FROM flaw").rows[0]
    assert "not stored" in message


def test_a_bad_header_costs_its_own_run_only(db: Path, trace: Callable[[], Trace]) -> None:
    good = open_run(db, start_of("01GOOD"))
    bad = open_run(db, start_of("02BAD", parent_run=HALF))
    for log in (good, bad):
        declare(log, 1, "work", "toy.work", 1, 0, 0)
        put_firings(log, 5)
        log.finish("ok", "quiet", None, {}, {}, 1)

    reading = trace()
    assert sum(1 for _ in reading.firings("01GOOD")) == 5
    assert reading.run("01GOOD").status == "ok"
    assert reading.run("02BAD").parent_run == "half a character: \\ud800"
    assert sum(1 for _ in reading.firings("02BAD")) == 5


def test_bad_effects_and_stores_are_isolated_too(log: FileRunLog, trace: Callable[[], Trace]) -> None:
    log.open_firing(1, 1, "a0", 0, 0, 1)
    log.effect_intent(1, 1, "tool", HALF, {}, 1, 1)
    log.effect_result(1, 1, "error", None, HALF, 1, None, None, None, "", None)
    log.store_op(1, 1, HALF, "put", {}, b"1")
    put_firings(log, 5)
    reading = trace()

    effect = next(reading.effects())
    assert (effect.name, effect.error) == ("half a character: \\ud800",) * 2
    assert next(reading.store_ops()).store == "half a character: \\ud800"
    assert sum(1 for _ in reading.firings()) == 5
    assert len(reading.sql("SELECT * FROM flaw").rows) == 3
