"""What the writer adds up beside the rows: the same however they came, and again after a rollback or a migration."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from studio.trace import Trace, open_run
from studio.trace.log import ERROR, EXECUTED, OK, REPLAYED, SKIPPED
from studio.trace.migrations import m004_any_step_at_once, make_views
from studio.trace.runlog import FileRunLog
from studio.trace.sqlite import connect_writer
from studio.trace.tally import EVERY, Tallies
from studio.trace.views import RUN_BITS
from studio.trace.writer import close_writer, open_writer
from tests.trace.declaring import declare
from tests.trace.runs import start_of

COUNT = 3 * EVERY


def play(log: FileRunLog, db: Path, *, forgetful: bool = False, origin: int = EXECUTED) -> list[tuple[int, int, int]]:
    """Put firings that overlap, skip, fail and ask; return status, calls and tokens of each, in order of decision."""
    chance = random.Random(3)
    waiting: list[int] = []
    done: list[tuple[int, int, int]] = []
    started = 0
    while len(done) < COUNT:
        if started < COUNT and (not waiting or chance.random() < 0.55):
            started += 1
            waiting.append(started)
            if chance.random() < 0.5:
                log.open_firing(started, 1, f"d{1000 + started}", 0, 0, started)
            continue
        id = waiting.pop(chance.randrange(len(waiting)))
        status = chance.choice([OK, OK, OK, SKIPPED, ERROR])
        calls = chance.choice([0, 0, 0, 1, 2]) if status != SKIPPED else 0
        for n in range(1, calls + 1) if origin == EXECUTED else ():
            log.effect_intent(id, n, "chat", "m", {"messages": []}, 1, 1)
            log.effect_result(id, n, "ok", {"text": "x"}, "", 1, 10, n, 0.5, "stop", None)
        log.firing(
            id, len(done) + 1, 1, f"d{1000 + id}", 0, 0, status, "", origin, id, 1, None, None, 1
        )  # fmt: skip
        done.append((status, calls, sum(10 + n for n in range(1, calls + 1))))
        if forgetful and len(done) % 100 == 0:
            log.flush()
            writer = open_writer(db)
            assert writer is not None
            writer._rows.forget()
    log.flush()
    return done


def tallied(db: Path) -> list[list[tuple[Any, ...]]]:
    """The rows that were added up; what was under way is known better by who saw the starts."""
    connection = connect_writer(db)
    queries = (
        "SELECT * FROM _spent ORDER BY id",
        "SELECT id, decided, skipped, errors, taken FROM _checkpoint ORDER BY id",
    )
    rows = [connection.execute(query).fetchall() for query in queries]
    connection.close()
    return rows


@pytest.mark.parametrize("forgetful", [False, True], ids=["in one go", "after forgetting"])
def test_counts_at_every_step_are_those_of_the_rows(
    db: Path, log: FileRunLog, trace: Callable[[], Trace], forgetful: bool
) -> None:
    done = play(log, db, forgetful=forgetful)
    steps = trace().steps()

    for seq in range(1, COUNT + 1):
        counts = steps.counts(seq)
        statuses = [status for status, _, _ in done[:seq]]
        assert counts[:4] == (seq, statuses.count(SKIPPED), statuses.count(ERROR), 0)
        assert counts.spent.calls == sum(calls for _, calls, _ in done[:seq])
        assert counts.spent.tokens_in + counts.spent.tokens_out == sum(tokens for *_, tokens in done[:seq])


def test_what_is_added_up_can_be_made_anew(db: Path, log: FileRunLog) -> None:
    play(log, db)
    close_writer(db)
    before = tallied(db)
    connection = connect_writer(db)
    Tallies(connection).rebuild(1 << RUN_BITS)
    connection.close()

    assert len(before[1]) >= 2
    assert tallied(db) == before


def test_an_older_database_is_brought_to_the_same(db: Path, log: FileRunLog) -> None:
    play(log, db)
    log.finish("ok", "quiet", None, {}, {}, 1)
    close_writer(db)
    before = tallied(db)
    connection = connect_writer(db)
    # As it was before the step that added all this.
    for kind, name in connection.execute(
        "SELECT type, name FROM sqlite_master WHERE type = 'view' OR name GLOB '_*_step' OR name IN ('_firing_error',"
        " '_path_path', '_path_parent', '_open_path', '_store_op_place', '_store_op_firing', '_spent', '_checkpoint',"
        " '_memory', '_memory_content') ORDER BY type = 'table'"
    ).fetchall():
        connection.execute(f"DROP {kind} {name}")
    connection.execute("ALTER TABLE _store_op DROP COLUMN place")
    m004_any_step_at_once(Database(connection, execute_plugins=False))
    make_views(connection)
    connection.close()
    with Trace(db) as trace:
        assert trace.steps().counts(COUNT).decided == COUNT
        assert trace.verify() == []
    assert tallied(db) == before


def test_what_a_run_takes_over_counts_as_the_parents(db: Path, log: FileRunLog, trace: Callable[[], Trace]) -> None:
    done = play(log, db)
    child = open_run(db, start_of("02CHILD", parent_run="01RUN", fork_seq=COUNT))
    declare(child, 1, "work", "toy.work", 1, 0, 0)
    assert play(child, db, origin=REPLAYED) == done
    grandchild = open_run(db, start_of("03CHILD", parent_run="02CHILD", fork_seq=COUNT))
    declare(grandchild, 7, "work", "toy.work", 1, 0, 0)
    grandchild.firing(1, 1, 7, f"d{1000 + 1}", 0, 0, OK, "", REPLAYED, 1, 1, None, None, 1)
    grandchild.flush()
    read = trace()

    counts = read.steps("02CHILD").counts(COUNT)
    assert counts.taken == COUNT
    assert counts.spent.calls == 0
    assert counts.inherited.calls == sum(calls for _, calls, _ in done)
    calling = [seq for seq, (_, calls, _) in enumerate(done, 1) if calls]
    visited, seq = [], 0
    while (found := read.steps("02CHILD").next_call(seq)) is not None:
        visited.append(seq := found)
    assert visited == calling
    first = next(read.firings("01RUN"))
    assert read.steps("03CHILD").asked(1) == done[(first.seq or 0) - 1][1]


def test_damaged_numbers_do_not_fill_the_memory(db: Path, log: FileRunLog, trace: Callable[[], Trace]) -> None:
    log.firing(1, 1, 1, "a0", 0, 0, OK, "", EXECUTED, 1, 1, None, None, 1)
    log.firing(2**31, 2, 1, "a1", 0, 0, OK, "", EXECUTED, 1, 1, None, None, 1)
    log.flush()
    writer = open_writer(db)
    assert writer is not None

    assert [len(one.undecided) for one in writer._rows._tallies._known.values()] == [0]
    assert trace().steps().counts(2).decided == 2
