"""The queries that come with the studio answer on recorded runs; no query can write, or go on for ever."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from studio.replay.sql import ask
from studio.support.errors import UsageError
from studio.support.resources import recorded_run
from studio.trace import Trace
from studio.trace.found import Table
from studio.trace.known_queries import KNOWN, Query
from studio.trace.runlog import FileRunLog
from studio.trace.table_text import table_text

EXAMPLES = ("inbox_triage", "critic_loop", "order_desk")
EMPTY_HERE = {
    "Failures by node", "Failed model calls", "Retries by check", "Answers that were cut off", "Alarms",
    "Forks and what they came from", "Store operations", "What stores held",
}  # fmt: skip
"""No example fails; these are asked of a run made for it below (of stores: in tests/replay/test_held.py)."""


def opened(example: str) -> Trace:
    path = recorded_run(example)
    assert path is not None
    return Trace(path)


@pytest.mark.parametrize("query", KNOWN, ids=[query.name for query in KNOWN])
def test_each_known_query_answers_on_recorded_runs(query: Query) -> None:
    found = 0
    for example in EXAMPLES:
        with opened(example) as trace:
            table = ask(trace, query.sql, limit=50)
            found += len(table.rows)
            for row in table.rows[:5]:
                named = dict(zip(table.columns, row, strict=True))
                if "run" in named and "firing" in named and named["firing"]:
                    assert trace.firing(str(named["run"]), int(named["firing"])), "a row that can be opened"
    assert (found > 0) != (query.name in EMPTY_HERE)
    assert query.help.endswith((".", "?"))


def test_the_known_queries_say_what_a_plain_count_says() -> None:
    by_name = {query.name: query for query in KNOWN}
    with opened("inbox_triage") as trace:
        prompts = list(trace.prompts("last"))
        (tokens,) = trace.sql(by_name["Tokens by model"].sql).rows
        (cache,) = trace.sql(by_name["Cache hits"].sql).rows
        nodes = trace.sql(by_name["Most expensive nodes"].sql).rows
        most = trace.sql(by_name["Prompts that repeat most"].sql).rows[0]
        effects = [one for one in trace.effects("last") if one.kind in ("chat", "complete")]

    asked = [one for one in effects if one.origin == "executed"]
    assert tokens[1:4] == (len(asked), sum(e.tokens_in or 0 for e in asked), sum(e.tokens_out or 0 for e in asked))
    assert cache[2:4] == (len(effects) - len(asked), len(asked))
    assert sum(row[2] for row in nodes) == len(prompts)
    texts = [json.dumps(one.messages) for one in prompts]
    assert most[0] == max(map(texts.count, texts))


def test_failures_retries_and_cut_answers_are_found(log: FileRunLog, db: Path) -> None:
    log.open_firing(1, 1, "a1", 0, 0, 1)
    log.effect_intent(1, 1, "chat", "m", {"messages": [{"role": "user", "content": "x"}]}, 1, 1)
    log.effect_result(1, 1, "ok", {"text": "too lo"}, "", 1, 1, 1, None, "length", None)
    log.effect_intent(1, 2, "log", "violated", {"faults": [{"check": "short", "message": "too long"}]}, 1, 2)
    log.effect_result(1, 2, "ok", None, "", 0, None, None, None, "", None)
    log.effect_intent(1, 3, "chat", "m", {"messages": [{"role": "user", "content": "y"}]}, 1, 3)
    log.effect_result(1, 3, "error", None, "no route", 1, None, None, None, "", None)
    log.firing(1, 1, 1, "a1", 0, 0, 1, "no route", 0, 1, 1, {}, {}, 1)
    log.alarm(1, "stuck", "It goes in circles.", {}, 5)
    log.flush()
    by_name = {query.name: query.sql for query in KNOWN}

    with Trace(db) as trace:
        assert trace.sql(by_name["Failures by node"]).rows[0][1:3] == ("work", 1)
        assert trace.sql(by_name["Failed model calls"]).rows[0][4:6] == ("error", "no route")
        assert trace.sql(by_name["Retries by check"]).rows == [("work", "short", 1, "too long")]
        assert trace.sql(by_name["Answers that were cut off"]).rows[0][5] == "too lo"
        assert trace.sql(by_name["Alarms"]).rows[0][2:4] == ("stuck", "It goes in circles.")


@pytest.mark.parametrize(
    "query",
    ["DELETE FROM control", "INSERT INTO control (run, command) VALUES ('a', '{}')", "DROP VIEW run",
     "PRAGMA user_version=9", "ATTACH 'x.db' AS x", "CREATE TABLE t (a)", "VACUUM", "SELECT load_extension('x')",
     "BEGIN", "UPDATE _run SET run = 1"],
)  # fmt: skip
def test_a_query_that_writes_is_refused(log: FileRunLog, db: Path, query: str) -> None:
    log.flush()
    before = hashlib.sha256(db.read_bytes()).digest()

    with Trace(db) as trace:
        with pytest.raises(UsageError):
            trace.sql(query)
        assert trace.sql("SELECT count(*) FROM run").rows == [(1,)], "the control: reading works"
    assert hashlib.sha256(db.read_bytes()).digest() == before


def test_a_query_that_takes_long_is_stopped() -> None:
    endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    stop = threading.Event()
    with opened("critic_loop") as trace:
        threading.Timer(0.05, stop.set).start()
        with pytest.raises(UsageError, match="was stopped"):
            trace.sql(endless, seconds=60, stop=stop.is_set)
        with pytest.raises(UsageError, match="longer than"):
            trace.sql(endless, seconds=0.05)
        assert trace.sql("SELECT 1").rows == [(1,)]


def test_an_answer_of_huge_cells_is_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("studio.trace.asking.MOST_SIGNS", 3_000_000)
    huge = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT {}) SELECT x, zeroblob({}) FROM n"
    with opened("critic_loop") as trace:
        table = trace.sql(huge.format(50, 1_000_000))
        assert (len(table.rows), table.more) == (4, True)
        table = trace.sql(huge.format(50, 10))
        assert (len(table.rows), table.more) == (50, False), "the control: small cells are all read"


GREEDY = """
import sys
from pathlib import Path
import studio.trace.sqlite
from studio.support.errors import UsageError
from studio.trace import Trace
studio.trace.sqlite.MOST_MEMORY = 50_000_000
with Trace(Path(sys.argv[1])) as trace:
    for size in (5_000_000, 50_000_000):
        try:
            print(trace.sql(f"SELECT length(hex(zeroblob({size})))").rows)
        except UsageError as error:
            print(error.message)
    print(trace.sql("SELECT 1").rows)
"""


def test_a_query_that_would_fill_the_memory_is_refused() -> None:
    """In a process of its own: the bound holds to its end."""
    db = recorded_run("critic_loop")
    said = subprocess.run([sys.executable, "-c", GREEDY, str(db)], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["[(10000000,)]", "The query takes too much memory.", "[(1,)]"]


def test_a_null_character_in_a_query_is_told() -> None:
    with opened("critic_loop") as trace, pytest.raises(UsageError, match="wrong"):
        trace.sql("SELECT 'a\0b'")


TABLE = Table(("a", "b", "a"), [(1, 'x,"y"\nz', None), (2.5, b"\x01\xff", "tab\there")], False)


def test_a_table_becomes_text_that_reads_back() -> None:
    rows = list(csv.reader(io.StringIO(table_text(TABLE, "CSV"))))
    assert rows == [["a", "b", "a"], ["1", 'x,"y"\nz', ""], ["2.5", "01ff", "tab\there"]]
    assert table_text(TABLE, "TSV").splitlines() == ["a\tb\ta", '1\tx,"y" z\t', "2.5\t01ff\ttab here"]
    assert json.loads(table_text(TABLE, "JSON")) == [
        {"a": 1, "b": 'x,"y"\nz', "a_2": None},
        {"a": 2.5, "b": "01ff", "a_2": "tab\there"},
    ]
