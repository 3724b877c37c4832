"""The list of recent files: last first, one line a file, shared by windows, and no harm if it is damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.editing.keeping.recent import MOST, Recent
from studio.support.errors import EnvironmentProblem
from studio.support.resources import bundled_graphs


@pytest.fixture
def recent(tmp_path: Path) -> Recent:
    return Recent(tmp_path / "data")


def names(recent: Recent) -> list[str]:
    return [one.title for one in recent.files()]


def test_the_last_opened_comes_first_and_each_once(recent: Recent, tmp_path: Path) -> None:
    assert recent.files() == []
    for number, name in enumerate(("a.yaml", "b.yaml", "a.yaml")):
        recent.opened(tmp_path / name, at=float(number))
    assert names(recent) == ["a.yaml", "b.yaml"]
    assert [one.at for one in recent.files()] == [2.0, 1.0]


def test_links_and_relative_names_are_the_same_file(
    recent: Recent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real.yaml").write_text("nodes: {}\n")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "real.yaml")
    monkeypatch.chdir(tmp_path)
    recent.opened(tmp_path / "link.yaml")
    recent.opened(Path("real.yaml"))
    assert names(recent) == ["real.yaml"]


def test_old_ones_fall_away_and_missing_ones_are_marked(recent: Recent, tmp_path: Path) -> None:
    (tmp_path / "24.yaml").write_text("nodes: {}\n")
    for number in range(25):
        recent.opened(tmp_path / f"{number}.yaml")
    files = recent.files()
    assert len(files) == MOST
    assert [one.missing for one in files] == [False] + [True] * (MOST - 1)


def test_whether_one_of_them_is_there(recent: Recent, tmp_path: Path) -> None:
    assert not recent.has_any()
    recent.opened(tmp_path / "gone.yaml")
    assert not recent.has_any()
    (tmp_path / "here.yaml").write_text("nodes: {}\n")
    recent.opened(tmp_path / "here.yaml")
    recent.opened(tmp_path / "gone.yaml")
    assert recent.has_any()
    recent.clear()
    assert not recent.has_any()


def test_windows_share_the_list(tmp_path: Path) -> None:
    one, two = Recent(tmp_path), Recent(tmp_path)
    one.opened(tmp_path / "a.yaml")
    two.opened(tmp_path / "b.yaml")
    one.opened(tmp_path / "c.yaml")
    assert names(two) == ["c.yaml", "b.yaml", "a.yaml"]


def test_files_are_taken_off(recent: Recent, tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        recent.opened(tmp_path / name)
    recent.forget(tmp_path / "a.yaml")
    recent.forget(tmp_path / "never.yaml")
    assert names(recent) == ["b.yaml"]
    recent.clear()
    assert recent.files() == []


def test_what_is_neither_bundled_nor_first_saved_here_is_foreign(recent: Recent, tmp_path: Path) -> None:
    got, mine = tmp_path / "got.yaml", tmp_path / "mine.yaml"
    assert recent.is_foreign(got)
    assert not recent.is_foreign(None)
    assert not recent.is_foreign(bundled_graphs()[0])
    recent.first_saved(mine)
    recent.opened(got)
    recent.opened(mine)
    assert [(one.title, one.foreign) for one in recent.files()] == [("mine.yaml", False), ("got.yaml", True)]
    recent.forget(mine)
    recent.clear()
    assert not recent.is_foreign(mine), "that it is one's own is not forgotten with the list"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"\xff\xfe", b"[" * 50_000, b'{"files": 3, "own": {}}',
        b'{"files": [{"path": "/x", "at": 1e999}, {"path": "/y", "at": NaN}, {"path": "/z", "at": -1}]}',
        b'{"files": [{"path": "/z", "at": 1' + b"0" * 400 + b"}]}",
        b'{"files": [1, {"path": 2, "at": 3}, {"path": "a\\u0000", "at": 1}, {"path": "/x"}], "own": [1, ""]}',
    ],
    ids=lambda content: repr(content[:20]),
)  # fmt: skip
def test_a_damaged_list_counts_as_empty_and_is_begun_anew(recent: Recent, tmp_path: Path, content: bytes) -> None:
    recent.path.parent.mkdir()
    recent.path.write_bytes(content)
    assert recent.files() == []
    recent.opened(tmp_path / "a.yaml")
    assert names(recent) == ["a.yaml"]
    assert json.loads(recent.path.read_text())["own"] == []


def test_a_disk_that_refuses_is_told_and_the_list_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EnvironmentProblem, match="recent files"):
        Recent(tmp_path / "file" / "data").opened(tmp_path / "a.yaml")
