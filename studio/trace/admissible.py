"""What the rows of a stranger's run must be like before they are taken into a database of ours.

SQLite stores any type in any column, and the sums of a stranger's rows say only that he made them himself. A text
where the readers expect a number, or a JSON that is none, would make a view fail for *all* runs of the database. So
each column is named here with what it may hold, and SQLite looks for the first row that is otherwise.
"""

from __future__ import annotations

from studio.trace.sqlite import sqlite3
from studio.trace.views import ID_MASK, RUN_BITS


def _text(*columns: str) -> str:
    return " AND ".join(f"typeof({column}) = 'text'" for column in columns)


def _text_or_null(*columns: str) -> str:
    return " AND ".join(f"typeof({column}) IN ('text', 'null')" for column in columns)


def _integer(*columns: str) -> str:
    return " AND ".join(f"typeof({column}) = 'integer'" for column in columns)


def _integer_or_null(*columns: str) -> str:
    return " AND ".join(f"typeof({column}) IN ('integer', 'null')" for column in columns)


def _number_or_null(*columns: str) -> str:
    return " AND ".join(f"(typeof({one}) = 'null' OR {_number(one)})" for one in columns)


def _number(value: str) -> str:
    return f"(typeof({value}) IN ('integer', 'real') AND abs({value}) < 1e15)"


def _moment(*columns: str) -> str:
    return " AND ".join(f"(typeof({column}) = 'integer' AND {column} >= 0)" for column in columns)


def _json(column: str, *types: str) -> str:
    """The column holds JSON text of one of these types (any, if none is named)."""
    right = f"json_type({column}) IN ({', '.join(repr(type) for type in types)})" if types else "1"
    return f"CASE WHEN typeof({column}) = 'text' AND json_valid({column}) THEN {right} ELSE 0 END"


def _json_or_blob(*columns: str) -> str:
    return " AND ".join(f"(typeof({column}) = 'integer' OR {_json(column)})" for column in columns)


def _object_or_null(*columns: str) -> str:
    return " AND ".join(f"({column} IS NULL OR {_json(column, 'object')})" for column in columns)


def _within_run(column: str) -> str:
    return f"(typeof({column}) = 'integer' AND {column} >> {RUN_BITS} = :run)"


def _totals(*names: str) -> str:
    """The counts in a footer are numbers."""
    return " AND ".join(
        f"coalesce(json_type(totals, '$.{name}') IN ('integer', 'real', 'null'), 1)"
        f" AND coalesce(abs(json_extract(totals, '$.{name}')) < 1e15, 1)"
        for name in names
    )


_TICK = "(typeof(tick) = 'text' AND tick <> '' AND tick NOT GLOB '*[^a-z0-9.]*')"
MOST_RUNS = (1 << 31) - 1
"""The largest number of a run in its file: together with the ids of its rows it fits into 63 bits."""

_RUN_ID = (
    "length(run) BETWEEN 1 AND 64 AND run <> 'last' AND run NOT GLOB '*[^0-9A-Za-z_.-]*' AND run NOT GLOB '[_.-]*'"
)

_AROUND = f"(parent >= 0 AND parent < id & {ID_MASK})"
"""What is around began earlier: otherwise whoever goes outwards might go round in a circle."""

_OWN_PATH = f"{_within_run('path')} AND EXISTS (SELECT 1 FROM _path p WHERE p.id = t.path)"
_COUNTS = ("firings", "ticks", "calls", "tokens_in", "tokens_out", "cost_usd")

RULES: dict[str, str] = {
    "_run": " AND ".join((
        _integer("id", "process"),
        _text("run", "graph_hash"),
        _RUN_ID,
        _text_or_null("graph_name", "graph_file", "parent_run", "boundary"),
        _object_or_null("inputs"),
        _json_or_blob("options"),
        _integer_or_null("fork_seq"),
        _moment("started_at"),
    )),
    "_run_end": " AND ".join((
        _integer("id", "firings", "effects", "store_ops"),
        "status IN ('ok', 'failed', 'paused', 'aborted', 'interrupted')",
        _text_or_null("ended"),
        f"(error IS NULL OR {_json('error')})",
        _object_or_null("outputs"),
        f"CASE WHEN {_json('totals', 'object')} THEN {_totals(*_COUNTS)} ELSE 0 END",
        _moment("finished_at"),
    )),
    "_path": " AND ".join((
        _integer("id", "version", "plan_index", "parent"), _text("path"), _text_or_null("type"), _AROUND,
        f"plan_index BETWEEN 0 AND id & {ID_MASK}",
    )),
    "_open": " AND ".join((_within_run("id"), _OWN_PATH, _TICK, _integer_or_null("parent", "item"),
        f"coalesce({_AROUND}, 1)", _moment("started_at"),
    )),
    "_firing": " AND ".join((
        _within_run("id"),
        _integer_or_null("seq", "parent", "item", "attempt", "duration"),
        f"coalesce({_AROUND}, 1)",
        _OWN_PATH,
        _TICK,
        "status IN (0, 1, 2)",
        _text_or_null("reason"),
        "coalesce(origin IN (0, 1, 2, 3), 1)",
        _moment("started_at"),
        _object_or_null("inputs", "outputs", "absent"),
    )),
    "_effect": " AND ".join((
        _within_run("id"),
        _within_run("firing"),
        _integer("n"),
        _text("kind", "name"),
        _json_or_blob("request"),
        f"(messages IS NULL OR {_json('messages', 'array')})",
        _integer_or_null("attempt"),
        _moment("asked_at"),
    )),
    "_answer": " AND ".join((
        _within_run("id"),
        "EXISTS (SELECT 1 FROM _effect e WHERE e.id = t.id)",
        "status IN ('ok', 'error')",
        _json_or_blob("response"),
        _integer_or_null("reply", "duration", "tokens_in", "tokens_out"),
        _text_or_null("error", "finish_reason"),
        _number_or_null("cost_usd", "entropy"),
        "coalesce(origin IN (0, 1, 2, 3), 1)",
    )),
    "_store_op": " AND ".join((
        _within_run("id"), _within_run("firing"), _integer("n"), _text("store", "op"), _json_or_blob("args", "result"),
        _integer_or_null("place"),
    )),
    "_memory": " AND ".join((
        _within_run("id"),
        _text("store", "kind", "prefix", "tick"),
        _integer("firing", "item", "attempt", "base", "after"),
        f"base < id & {ID_MASK}",
    )),
    "_memory_content": " AND ".join((_within_run("id"), _integer("place"), _json_or_blob("content"))),
    "_alarm": " AND ".join((
        _within_run("id"), _within_run("firing"), _text("kind", "message"), _json_or_blob("evidence"), _moment("at"),
    )),
    "_reading": " AND ".join((
        _within_run("id"), _within_run("firing"), _integer("t", "symbol"), "coalesce(effect IN ('read', 'write'), 1)",
        _json_or_blob("reading"),
    )),
}  # fmt: skip
"""What must be true of each row; `:run` is the physical id of its run, `t` the table."""

UNSUMMED = {"sum"}
"""Columns without a rule: whoever copies a row compares its sum himself."""


def first_bad_row(connection: sqlite3.Connection, run: int) -> str | None:
    """Return the name of the first row of a run that is not what it should be; None if all are."""
    if not 0 < run <= MOST_RUNS:
        return "the number of the run"
    for table, rule in RULES.items():
        # The rows of a run are one range of each table; the two tables of runs have one row each.
        alone = table in ("_run", "_run_end")
        first, last = (run, run) if alone else (run << RUN_BITS, (run << RUN_BITS) + ID_MASK)
        row = connection.execute(
            f"SELECT t.id FROM {table} t WHERE t.id BETWEEN :first AND :last AND NOT coalesce({rule}, 0) LIMIT 1",
            {"first": first, "last": last, "run": run},
        ).fetchone()
        if row is not None:
            return f"{table} of the run" if alone else f"row {row[0] & ID_MASK} of {table}"
    return None
