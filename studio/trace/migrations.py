"""Numbered steps from an empty file to the current schema; the names of those applied stand in the database.

A step is never changed once released: a later one mends it. `schema.VERSION` is their count.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio.trace.schema import APPLICATION_ID, VERSION, version_of
from studio.trace.sqlite import sqlite3
from studio.trace.tally import Tallies
from studio.trace.views import RUN_BITS, VIEWS

Step = Callable[[Any], None]


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the database to the current schema in one transaction; safe to call from several processes at once."""
    from sqlite_utils import Database, Migrations

    database = Database(connection, execute_plugins=False)
    steps = Migrations("trace")
    for step in STEPS:
        steps(name=step.__name__)(step)
    # sqlite-utils' own transactions are deferred; inside this one they nest as savepoints.
    connection.execute("BEGIN IMMEDIATE")
    try:
        if version_of(connection, path) < VERSION:  # another process may have been faster
            steps.apply(database)
            make_views(connection)
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={len(STEPS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def make_views(connection: sqlite3.Connection) -> None:
    """Make the public views anew; they hold no data, so each migration ends with the views of today."""
    for name in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall():
        connection.execute(f'DROP VIEW "{name[0]}"')
    for name, query in VIEWS.items():
        connection.execute(f"CREATE VIEW {name} AS {query.strip()}")


def m001_runs_firings_effects(database: Any) -> None:
    """The first schema. Rowid tables, because rows with payloads take three times the space WITHOUT ROWID.

    Ids of rows that belong to a run are `run << 32 | id within the run`: a run is a contiguous range of each table
    and needs no index of its own. `sum` is a CRC-32 of the row, because SQLite's own checks find fewer than half
    of flipped bits. JSON columns of `_effect`, `_answer`, `_store_op`, `_alarm` and `_run.options` hold the text, or
    the id of a blob as an integer.
    """
    for statement in _FIRST.split(";\n"):
        if statement.strip():
            database.execute(statement)


_FIRST = """
CREATE TABLE _process (id INTEGER PRIMARY KEY, pid INTEGER, host TEXT, sqlite TEXT, started_at INTEGER,
  ended_at INTEGER);
CREATE TABLE _graph_version (hash TEXT PRIMARY KEY, name TEXT, text TEXT) WITHOUT ROWID;
CREATE TABLE _run (id INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, process INTEGER NOT NULL, graph_name TEXT,
  graph_file TEXT, graph_hash TEXT, inputs TEXT, options, parent_run TEXT, fork_seq INTEGER, boundary TEXT,
  started_at INTEGER);
CREATE TABLE _run_end (id INTEGER PRIMARY KEY, status TEXT NOT NULL, ended TEXT, error TEXT, outputs TEXT, totals TEXT,
  finished_at INTEGER, firings INTEGER, effects INTEGER, store_ops INTEGER);
CREATE TABLE _path (id INTEGER PRIMARY KEY, path TEXT NOT NULL, type TEXT, version INTEGER, plan_index INTEGER,
  parent INTEGER);
CREATE TABLE _open (id INTEGER PRIMARY KEY, path INTEGER NOT NULL, tick TEXT NOT NULL, parent INTEGER, item INTEGER,
  started_at INTEGER);
CREATE TABLE _firing (id INTEGER PRIMARY KEY, seq INTEGER, path INTEGER NOT NULL, tick TEXT NOT NULL, parent INTEGER,
  item INTEGER, status INTEGER, reason TEXT, origin INTEGER, started_at INTEGER, duration INTEGER, inputs TEXT,
  outputs TEXT, attempt INTEGER, sum INTEGER);
CREATE INDEX _firing_path_tick ON _firing (path, tick);
CREATE TABLE _effect (id INTEGER PRIMARY KEY, firing INTEGER NOT NULL, n INTEGER NOT NULL, kind TEXT, name TEXT,
  request, messages TEXT, attempt INTEGER, asked_at INTEGER, sum INTEGER);
CREATE INDEX _effect_firing ON _effect (firing, n);
CREATE TABLE _answer (id INTEGER PRIMARY KEY, status TEXT, response, reply INTEGER, error TEXT, duration INTEGER,
  tokens_in INTEGER, tokens_out INTEGER, cost_usd REAL, finish_reason TEXT, entropy REAL, sum INTEGER);
CREATE TABLE _message (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, text TEXT NOT NULL);
CREATE TABLE _message_use (message INTEGER, effect INTEGER, PRIMARY KEY (message, effect)) WITHOUT ROWID;
CREATE TABLE _blob (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, type TEXT, size INTEGER, data BLOB);
CREATE TABLE _store_op (id INTEGER PRIMARY KEY, firing INTEGER NOT NULL, n INTEGER, store TEXT, op TEXT, args, result,
  sum INTEGER);
CREATE TABLE _alarm (id INTEGER PRIMARY KEY, firing INTEGER, kind TEXT, message TEXT, evidence, at INTEGER);
CREATE TABLE _flaw (id INTEGER PRIMARY KEY, run TEXT, kind TEXT, message TEXT, record TEXT, at INTEGER);
CREATE VIRTUAL TABLE prompt_search USING fts5(text, content='_message', content_rowid='id')
"""


def m002_origin_of_answers(database: Any) -> None:
    """Where an answer came from: asked (null), the run's own memory or the cache, or the run it continues.

    Asked ones stay null, so that the sums of old rows hold: an origin counts into the sum only where there is one.
    """
    database.execute("ALTER TABLE _answer ADD COLUMN origin INTEGER")


def m003_reasons_of_absence(database: Any) -> None:
    """Why an output of a firing that fired holds nothing: port to reason; null (and not in the sum) if it says none.

    The reason travels downstream (rule 2.2), so a run that takes this firing over needs it, and so do people.
    """
    database.execute("ALTER TABLE _firing ADD COLUMN absent TEXT")


def m004_any_step_at_once(database: Any) -> None:
    """What a cursor needs to find any step of a long run, and the state there, in milliseconds.

    Indexes by step (`id / 4294967296` is the run: written otherwise than in the joins with `_run`, which must not be
    tempted), by node path and by place; `tally` says what `_spent` and `_checkpoint` hold. A `_memory` is a store as
    the firings of one region or of one item of a map see it; an operation has its `place`, the number of the memory
    shifted left by 32 and the last step before it; `_memory_content` keeps what a memory held at times.
    """
    for statement in _STEPS_AT_ONCE.split(";\n"):
        if statement.strip():
            database.execute(statement)
    tallies = Tallies(database.conn)
    for (run,) in database.execute("SELECT id FROM _run").fetchall():
        tallies.rebuild(run << RUN_BITS)


_STEPS_AT_ONCE = """
CREATE INDEX _firing_step ON _firing (id / 4294967296, seq);
CREATE INDEX _firing_path_step ON _firing (path, seq);
CREATE INDEX _firing_error ON _firing (id / 4294967296, seq) WHERE status = 1;
CREATE INDEX _path_path ON _path (path, id);
CREATE INDEX _path_parent ON _path (parent, id);
CREATE INDEX _open_path ON _open (path);
CREATE TABLE _spent (id INTEGER PRIMARY KEY, source INTEGER NOT NULL, taken INTEGER, asked INTEGER, calls INTEGER,
  tokens_in INTEGER, tokens_out INTEGER, cost_usd REAL, unpriced INTEGER, sum_calls INTEGER, sum_tokens_in INTEGER,
  sum_tokens_out INTEGER, sum_cost_usd REAL, sum_unpriced INTEGER, taken_calls INTEGER, taken_tokens_in INTEGER,
  taken_tokens_out INTEGER, taken_cost_usd REAL, taken_unpriced INTEGER);
CREATE TABLE _checkpoint (id INTEGER PRIMARY KEY, decided INTEGER, skipped INTEGER, errors INTEGER, taken INTEGER,
  top INTEGER, undecided TEXT);
ALTER TABLE _store_op ADD COLUMN place INTEGER;
CREATE INDEX _store_op_place ON _store_op (id / 4294967296, place) WHERE place IS NOT NULL;
CREATE INDEX _store_op_firing ON _store_op (firing);
CREATE TABLE _memory (id INTEGER PRIMARY KEY, store TEXT NOT NULL, kind TEXT, prefix TEXT, tick TEXT, firing INTEGER,
  item INTEGER, attempt INTEGER, base INTEGER, after INTEGER);
CREATE INDEX _memory_seen ON _memory (id / 4294967296, store, prefix, tick, after);
CREATE INDEX _memory_base ON _memory (id / 4294967296, base, id) WHERE base > 0;
CREATE INDEX _memory_item ON _memory (id / 4294967296, base, firing, item) WHERE base > 0;
CREATE TABLE _memory_content (id INTEGER PRIMARY KEY, place INTEGER NOT NULL, content);
CREATE INDEX _memory_content_place ON _memory_content (id / 4294967296, place)
"""


def m005_control(database: Any) -> None:
    """The mailbox through which another process steers a run that is going: a public table, which any tool may write.

    Times are seconds, as everywhere in public. The index holds only what nobody has taken: the run looks often.
    """
    for statement in _CONTROL.split(";\n"):
        database.execute(statement)


_CONTROL = """
CREATE TABLE control (id INTEGER PRIMARY KEY, run TEXT NOT NULL, command TEXT NOT NULL,
  at REAL DEFAULT ((julianday('now') - 2440587.5) * 86400.0), taken_at REAL, answer TEXT);
CREATE INDEX _control_waiting ON control (run) WHERE taken_at IS NULL
"""


def m006_packed_values(database: Any) -> None:
    """How a value's bytes are stored: null as they are, 1 packed by `studio db compact` (`studio.trace.packing`)."""
    database.execute("ALTER TABLE _blob ADD COLUMN enc INTEGER")


def m007_readings(database: Any) -> None:
    """What the outputs of modules said, as it was read when they fired: see `RunLog.reading`.

    `reading` is JSON, or the id of a blob as an integer. The rows of a run stand in outline order.
    """
    database.execute(
        "CREATE TABLE _reading (id INTEGER PRIMARY KEY, firing INTEGER NOT NULL, t INTEGER NOT NULL,"
        " symbol INTEGER NOT NULL, effect TEXT, reading)"
    )


def m008_batches(database: Any) -> None:
    """Batches: runs that belong together, each of which counts once, whatever died meanwhile.

    A `_batch_result` is the one answer to one key, and the database itself refuses a second. `_batch_try` keeps the
    runs that were begun for a key, `_batch_session` the times the batch was driven, by which process. Columns that hold
    JSON hold the text, or the id of a blob as an integer.
    """
    for statement in _BATCHES.split(";\n"):
        database.execute(statement)


_BATCHES = """
CREATE TABLE _batch (id INTEGER PRIMARY KEY, batch TEXT NOT NULL UNIQUE, name TEXT, experiment, data INTEGER,
  planned INTEGER, started_at INTEGER);
CREATE TABLE _batch_session (id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, process INTEGER NOT NULL,
  started_at INTEGER);
CREATE TABLE _batch_end (id INTEGER PRIMARY KEY, status TEXT NOT NULL, reason TEXT, at INTEGER);
CREATE TABLE _batch_try (id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, key TEXT NOT NULL, attempt INTEGER, run TEXT,
  at INTEGER);
CREATE INDEX _batch_try_key ON _batch_try (batch, key);
CREATE TABLE _batch_result (id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, key TEXT NOT NULL, place INTEGER,
  graph TEXT, variant TEXT, row INTEGER, seed INTEGER, run TEXT, status TEXT, scores TEXT, facts, error TEXT,
  attempt INTEGER, at INTEGER, UNIQUE (batch, key));
CREATE INDEX _batch_result_key ON _batch_result (key)
"""


STEPS: tuple[Step, ...] = (
    m001_runs_firings_effects,
    m002_origin_of_answers,
    m003_reasons_of_absence,
    m004_any_step_at_once,
    m005_control,
    m006_packed_values,
    m007_readings,
    m008_batches,
)
