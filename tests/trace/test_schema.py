"""The public tables are documented, and old databases are brought up to date once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from studio.trace import Trace, migrations, open_run, schema
from studio.trace.runlog import FileRunLog
from studio.trace.schema import VERSION, make_current
from studio.trace.sqlite import connect_writer, sqlite3
from studio.trace.tables import TABLES
from studio.trace.writer import close_writer
from tests.trace.runs import put_firings, start_of

PROMISED = {"run", "firing", "effect", "prompt", "graph_version", "blob", "store_op", "alarm", "prompt_search"}


def documented() -> dict[str, list[str]]:
    assert all(table.about and all(len(meaning) > 3 for meaning in table.columns.values()) for table in TABLES)
    return {table.name: list(table.columns) for table in TABLES}


def test_every_public_column_is_documented_and_every_documented_one_exists(trace: Callable[[], Trace]) -> None:
    live = trace().schema()

    assert documented() == live
    assert set(live) >= PROMISED


def test_every_view_can_be_read_by_any_sqlite_tool(db: Path, log: FileRunLog) -> None:
    """The standard module plays the other tool."""
    import sqlite3 as standard

    put_firings(log, 3)
    log.effect_intent(1, 1, "chat", "m", {"messages": [{"role": "system", "content": "Be brief"}]}, 1, 1)
    log.effect_result(1, 1, "ok", {"text": "Yes"}, "", 1, 1, 1, None, "stop", None)
    log.finish("ok", "quiet", None, {}, {}, 1)
    log.flush()
    close_writer(db)
    other = standard.connect(db)
    try:
        for name, columns in documented().items():
            other.execute(f"SELECT {', '.join(columns)} FROM {name}").fetchall()
        assert other.execute("SELECT system, reply FROM prompt").fetchall() == [("Be brief", "Yes")]
        assert other.execute("SELECT node, status FROM firing").fetchall() == [("work", "ok")] * 3
    finally:
        other.close()


def dump(path: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(str(path))
    try:
        return sorted(connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall())
    finally:
        connection.close()


def test_a_new_database_is_up_to_date_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    connection = connect_writer(path)
    make_current(connection, path)
    first = dump(path)
    make_current(connection, path)
    migrations.migrate(connection, path)

    assert dump(path) == first
    assert connection.execute("PRAGMA user_version").fetchone()[0] == VERSION == len(migrations.STEPS)
    names = [row[0] for row in connection.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]
    assert names == [step.__name__ for step in migrations.STEPS]
    connection.close()


def oldest(path: Path) -> None:
    connection = sqlite3.connect(str(path))
    connection.executescript((Path(__file__).parent / "oldest_schema.sql").read_text(encoding="utf-8"))
    connection.close()


def test_the_oldest_schema_is_read_and_brought_to_today(tmp_path: Path, db: Path) -> None:
    path = tmp_path / "oldest.db"
    oldest(path)

    with Trace(path) as trace:
        assert trace.run("last").id == "01OLDEST"
        assert [firing.node for firing in trace.firings()] == ["work"]
        assert trace.verify() == []
    assert [row[:2] for row in dump(path)] == [row[:2] for row in dump(db)]
    # A view that changes without a new version would differ here: views are a public interface.
    assert [row for row in dump(path) if row[0] == "view"] == [row for row in dump(db) if row[0] == "view"]


def test_a_further_step_is_applied_once_to_an_older_database_and_keeps_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "older.db"
    oldest(path)
    applied: list[str] = []

    def m999_note(database: object) -> None:
        """A step of the future."""
        applied.append("m999_note")
        database.execute("CREATE TABLE _note (id INTEGER PRIMARY KEY)")  # type: ignore[attr-defined]

    steps = (*migrations.STEPS, m999_note)
    monkeypatch.setattr(migrations, "STEPS", steps)
    for module in (migrations, schema):
        monkeypatch.setattr(module, "VERSION", len(steps))
    monkeypatch.setattr("studio.trace.reader.VERSION", len(steps))
    for _ in range(2):
        with Trace(path) as trace:
            assert trace.run("last").id == "01OLDEST"
    log = open_run(path, start_of("02NEW"))
    log.flush()
    close_writer(path)

    assert applied == ["m999_note"]


def test_a_step_that_fails_leaves_the_database_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "older.db"
    oldest(path)
    before = dump(path)

    def m999_broken(database: object) -> None:
        """A step that fails half way."""
        database.execute("CREATE TABLE _half (id INTEGER PRIMARY KEY)")  # type: ignore[attr-defined]
        raise RuntimeError("half way")

    steps = (*migrations.STEPS, m999_broken)
    monkeypatch.setattr(migrations, "STEPS", steps)
    for module in (migrations, schema):
        monkeypatch.setattr(module, "VERSION", len(steps))
    connection = connect_writer(path)
    with pytest.raises(RuntimeError, match="half way"):
        make_current(connection, path)
    connection.close()

    assert dump(path) == before
