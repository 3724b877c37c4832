"""Queries of one's own stay as they were kept; a file that holds none is told and left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.settings.saved_queries import LARGEST, LONGEST_NAME, SavedQueries, SavedQuery
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
     b'[query.a]\nhelp = "no sql"', b'[other]\nx = 1', b"a = " + b"[" * 5_000,
     b"[query.a]\nsql = " + b"9" * 5_000, b"#" * (LARGEST + 1)],
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


def test_what_would_be_too_large_to_be_read_again_is_not_written(
    queries: SavedQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 1_000_000
    monkeypatch.setattr("studio.settings.saved_queries.LARGEST", most)
    number = most // 99_100
    for one in range(number):
        queries.save(SavedQuery(f"q{one}", "x" * 99_000))
    with pytest.raises(UsageError, match="larger than"):
        queries.save(SavedQuery("more", "x" * 99_000))
    assert len(queries.all()) == number, "all that was kept can be read"


def test_a_long_name_that_is_taken_many_times_stays_one_that_can_be_kept(queries: SavedQueries, tmp_path: Path) -> None:
    name = "a" * LONGEST_NAME
    queries.save(SavedQuery(name, "SELECT 0"))
    for number in range(2, 100):
        queries.save(SavedQuery(f"{name[: 77 - len(str(number))]} ({number})", f"SELECT {number}"))
    SavedQueries(tmp_path / "other.toml").save(SavedQuery(name, "SELECT 1000"))

    assert queries.take_in(tmp_path / "other.toml") == [f"{'a' * 74} (100)"]
    assert len(queries.all()) == 100


def test_a_name_of_a_file_that_is_too_long_is_told_and_a_link_stays_one(queries: SavedQueries, tmp_path: Path) -> None:
    queries.save(SavedQuery("a", "SELECT 1"))
    with pytest.raises(EnvironmentProblem, match="written"):
        queries.give_out(tmp_path / ("x" * 300))
    assert not list(tmp_path.glob(".*")), "nothing is left behind"

    real = tmp_path / "real.toml"
    real.write_text("")
    (tmp_path / "link.toml").symlink_to(real)
    assert queries.give_out(tmp_path / "link.toml") == 1
    assert (tmp_path / "link.toml").is_symlink()
    assert SavedQueries(real).all() == queries.all()
