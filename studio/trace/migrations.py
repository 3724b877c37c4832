"""Numbered steps from an empty file to the current schema; the names of those applied stand in the database.

A step is never changed once released: a later one mends it. `schema.VERSION` is their count.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio.trace.schema import APPLICATION_ID, VERSION, version_of
from studio.trace.sqlite import sqlite3
from studio.trace.views import VIEWS

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


STEPS: tuple[Step, ...] = (m001_runs_firings_effects, m002_origin_of_answers, m003_reasons_of_absence)
