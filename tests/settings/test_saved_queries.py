"""Queries of one's own stay as they were kept; a file that holds none is told and left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.settings.saved_queries import LARGEST, SavedQueries, SavedQuery
from studio.support.errors import EnvironmentProblem, UsageError

HARD = 'SELECT \'a "quoted" ü\\ text\' AS "x y"\n-- \t tabs, """ and \x01\nFROM run'


@pytest.fixture
def queries(tmp_path: Path) -> SavedQueries:
    return SavedQueries(tmp_path / "deep" / "queries.toml")


def test_queries_are_kept_renamed_and_deleted(queries: SavedQueries) -> None:
    assert queries.all() == []
    queries.save(SavedQuery("zebra", "SELECT 1"))
    queries.save(SavedQuery(" My   query. é ", HARD, "what it is for"))

    again = SavedQueries(queries.path)
    assert again.all() == [SavedQuery("My query. é", HARD, "what it is for"), SavedQuery("zebra", "SELECT 1")]
    with pytest.raises(UsageError, match="already"):
        again.save(SavedQuery("zebra", "SELECT 2"))
    again.save(SavedQuery("zebra", "SELECT 2"), replace=True)
    again.rename("zebra", "ant")
    with pytest.raises(UsageError, match="already"):
        again.rename("ant", "My query. é")
    assert again.delete("My query. é").sql == HARD
    assert queries.all() == [SavedQuery("ant", "SELECT 2")]
    with pytest.raises(UsageError, match="no query"):
        queries.delete("zebra")


@pytest.mark.parametrize(
    ("name", "sql"), [("", "SELECT 1"), ("a" * 81, "SELECT 1"), ("a", "  "), ("a\x00b", "SELECT 1"), ("a", "\ud800"),
                      ("a", "x" * 100_001)],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused(queries: SavedQueries, name: str, sql: str) -> None:
    with pytest.raises(UsageError):
        queries.save(SavedQuery(name, sql))
    assert not queries.path.exists()


@pytest.mark.parametrize(
    "content",
    [b"[query", b"\xff\xfe\x00", b"[[query]]\nsql=1", b'[query.a]\nsql = 5', b'query = "x"',
     b'[query.a]\nhelp = "no sql"', b'[other]\nx = 1', b"a = " + b"[" * 5_000, b"#" * (LARGEST + 1)],
)  # fmt: skip
def test_a_damaged_file_is_told_and_left_alone(queries: SavedQueries, content: bytes) -> None:
    queries.path.parent.mkdir()
    queries.path.write_bytes(content)

    for call in (
        queries.all,
        lambda: queries.save(SavedQuery("a", "SELECT 1"), replace=True),
        lambda: queries.delete("a"),
        lambda: queries.rename("a", "b"),
    ):
        with pytest.raises(UsageError) as told:
            call()
        assert told.value.where == str(queries.path)
        assert "left as it is" in told.value.hint
    assert queries.path.read_bytes() == content


def test_queries_of_another_file_are_taken_in_beside_ones_own(queries: SavedQueries, tmp_path: Path) -> None:
    queries.save(SavedQuery("a", "SELECT 1"))
    queries.save(SavedQuery("b", "SELECT 2"))
    file = tmp_path / "given.toml"
    assert queries.give_out(file) == 2
    other = SavedQueries(tmp_path / "other.toml")
    other.save(SavedQuery("a", "SELECT 3"))

    assert other.take_in(file) == ["a (2)", "b"]
    assert other.take_in(file) == [], "what is there is not taken in again"
    assert [(one.name, one.sql) for one in other.all()] == [("a", "SELECT 3"), ("a (2)", "SELECT 1"), ("b", "SELECT 2")]
    file.write_text("nonsense")
    with pytest.raises(UsageError):
        other.take_in(file)
    assert len(other.all()) == 3


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    queries = SavedQueries(tmp_path / "file" / "queries.toml")

    with pytest.raises((EnvironmentProblem, UsageError)):
        queries.save(SavedQuery("a", "SELECT 1"))
