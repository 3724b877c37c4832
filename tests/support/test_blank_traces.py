"""A trace that begins as a copy is the one that the product makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.trace import writer
from studio.trace.schema import make_current
from studio.trace.sqlite import connect_writer, prepare_for_writing
from studio.trace.writer import close_writer, writer_of

PRAGMAS = ("application_id", "user_version", "journal_mode", "page_size", "auto_vacuum", "encoding", "page_count")


def content(path: Path) -> list[Any]:
    connection = connect_writer(path)
    try:
        found: list[Any] = [connection.execute(f"PRAGMA {name}").fetchone() for name in PRAGMAS]
        tables = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
        rows = [connection.execute(f'SELECT count(*) FROM "{name}"').fetchone() for kind, name, _ in tables
                if kind == "table"]  # fmt: skip
        return [found, tables, rows, path.stat().st_mode]
    finally:
        connection.close()


def test_a_copy_holds_what_the_product_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []
    monkeypatch.setattr(writer, "make_current", lambda connection, path: made.append(path))
    writer_of(tmp_path / "copy.db")
    close_writer(tmp_path / "copy.db")
    connection = connect_writer(tmp_path / "made.db")
    before = content(tmp_path / "made.db")
    make_current(connection, tmp_path / "made.db")
    connection.close()

    assert made, "control: the schema was asked for, and nothing was made of it here"
    assert content(tmp_path / "copy.db") == content(tmp_path / "made.db") != before


def test_what_is_there_already_is_left_as_it_is(tmp_path: Path) -> None:
    prepare_for_writing(tmp_path / "empty.db")
    writer_of(tmp_path / "empty.db")
    close_writer(tmp_path / "empty.db")
    (tmp_path / "words.db").write_text("These are words. " * 100)

    with pytest.raises(Exception, match="database"):
        writer_of(tmp_path / "words.db")

    assert (tmp_path / "words.db").read_text() == "These are words. " * 100
