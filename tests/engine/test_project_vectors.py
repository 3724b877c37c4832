"""A store of vectors of scope `project` is kept row by row, never as a whole, and no process loses another's writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from studio.engine import project_stores
from studio.engine.project_stores import FILE_NAME, ProjectFile, ProjectStore
from studio.stores import make_store
from studio.stores.vector import cells, content, searching
from studio.support.errors import NodeError
from studio.support.values import encode
from tests.stores.vector.reference import Reference
from tests.stores.vector.test_against_a_plain_list import steps, write
from tests.support.thorough import draws


def opened(folder: Path, kind: str = "vector", **params: Any) -> ProjectStore:
    return ProjectStore(make_store(kind, params, "notes"), ProjectFile(folder))


def entry(number: int, **more: Any) -> dict[str, Any]:
    return {"text": f"t{number}", "vector": [1, number, 0.5], "key": f"k{number}", "meta": {"n": number}, **more}


def add(store: ProjectStore, *numbers: int, **more: Any) -> None:
    store.do("add", {"entries": [entry(number, **more) for number in numbers]})


def keys(store: ProjectStore) -> list[str]:
    return [one["key"] for one in store.do("items", {})]


def rows(store: ProjectStore, sql: str) -> Any:
    with store.file.transaction() as connection:
        return connection.execute(sql).fetchall()


def test_what_was_added_is_there_in_the_next_run_and_is_found(tmp_path: Path) -> None:
    first = opened(tmp_path, items=[entry(0)])
    add(first, 1, 2)
    first.do("delete", {"keys": ["k1"]})
    add(first, 0, text="again")
    first.file.close()

    later = opened(tmp_path, items=[entry(0), entry(9)])

    assert keys(later) == ["k2", "k0"]
    assert later.do("search", {"text": "again"})[0]["key"] == "k0"
    assert encode(later.inner.dump()) == encode(first.inner.dump())


def test_two_runs_at_once_see_each_others_writes_and_deletions(tmp_path: Path) -> None:
    one, other = opened(tmp_path), opened(tmp_path)

    add(one, 1)
    add(other, 2)
    one.do("delete", {"filter": {"n": 1}})
    add(other, 3)
    one.do("search", {"vector": [1, 3, 0.5]})

    assert keys(one) == keys(other) == keys(opened(tmp_path)) == ["k2", "k3"]


def test_the_file_keeps_rows_and_never_a_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_stores, "WRITES_PER_SNAPSHOT", 20)
    store, late = opened(tmp_path), opened(tmp_path)
    keys(late)
    sizes = []
    for number in range(65):
        add(store, number)
        sizes.append(rows(store, "SELECT coalesce(max(length(content)), 0) FROM snapshot")[0][0])

    assert max(sizes) == len("null")
    assert rows(store, "SELECT count(*) FROM write")[0][0] == 5
    assert rows(store, "SELECT count(*), max(length(vector)) FROM vector_entry") == [(65, 12)]
    assert keys(late) == keys(opened(tmp_path)) == [f"k{number}" for number in range(65)]


def test_a_large_write_is_not_kept_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_stores, "LARGE_WRITE_BYTES", 2000)
    store, late = opened(tmp_path), opened(tmp_path)
    keys(late)
    add(store, *range(100))

    assert rows(store, "SELECT count(*) FROM write")[0][0] == 0
    assert len(keys(late)) == 100


def test_a_refused_write_changes_nothing_and_reads_nothing_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(tmp_path)
    with pytest.raises(NodeError, match="no vector"):
        store.do("add", {"entries": [{"text": "first of all"}]})
    add(store, 1)
    monkeypatch.setattr(type(store.inner), "read_tables", lambda self, connection: pytest.fail("read anew"))

    with pytest.raises(NodeError, match="2 numbers"):
        store.do("add", {"entries": [entry(2), {"text": "x", "vector": [1, 2]}]})

    assert keys(store) == ["k1"]


def test_after_a_failure_on_disk_memory_and_file_are_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(tmp_path, items=[entry(0)])
    append = ProjectStore._append

    def failing(self: ProjectStore, *given: Any) -> None:
        append(self, *given)
        raise OSError("the disk is gone")

    for before in (["k0"], ["k0", "k2"]):
        monkeypatch.setattr(ProjectStore, "_append", failing)
        with pytest.raises(OSError, match="gone"):
            add(store, 1)
        monkeypatch.setattr(ProjectStore, "_append", append)
        assert keys(store) == keys(opened(tmp_path)) == before
        add(store, 2)
        assert keys(store) == keys(opened(tmp_path)) == ["k0", "k2"]


def test_items_of_a_map_write_when_the_map_ends(tmp_path: Path) -> None:
    store = opened(tmp_path)
    add(store, 0)
    forks = [store.fork(), store.fork()]
    for number, fork in enumerate(forks, 1):
        fork.do("add", {"entries": [entry(number)]})

    assert keys(store) == keys(opened(tmp_path)) == ["k0"]
    for fork in forks:
        fork.apply_to(store)
    assert keys(opened(tmp_path)) == ["k0", "k1", "k2"]


def test_stores_of_several_names_and_kinds_share_the_file(tmp_path: Path) -> None:
    one = opened(tmp_path)
    other = ProjectStore(make_store("vector", {}, "others"), one.file)
    diary = ProjectStore(make_store("list", {}, "diary"), one.file)
    add(one, 1)
    add(other, 1)
    diary.do("append", {"value": "x"})
    other.do("clear", {})

    assert keys(opened(tmp_path)) == ["k1"]
    assert keys(other) == []
    assert diary.do("items", {}) == ["x"]
    with pytest.raises(NodeError, match="is a vector, but the graph declares a list"):
        opened(tmp_path, "list").do("items", {})


def test_a_file_of_before_is_read_as_it_is_and_takes_the_tables(tmp_path: Path) -> None:
    """The control of the migration: a file as it was written when every kind had a snapshot."""
    diary = ProjectStore(make_store("list", {}, "diary"), ProjectFile(tmp_path))
    diary.do("append", {"value": 1})
    assert rows(diary, "SELECT name FROM sqlite_master WHERE name LIKE 'vector%'") == []

    add(opened(tmp_path), 1)

    assert ProjectStore(make_store("list", {}, "diary"), ProjectFile(tmp_path)).do("items", {}) == [1]
    assert (tmp_path / FILE_NAME).is_file()


def test_the_index_is_kept_with_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "FROM", 50)
    monkeypatch.setattr(searching, "FEW", 10)
    monkeypatch.setattr(cells, "PROBED", 2)
    for module in (cells, content):
        monkeypatch.setattr(module, "cells_for", lambda count: 6)
    store = opened(tmp_path)
    for start in range(0, 80, 10):
        add(store, *range(start, start + 10))
    late = opened(tmp_path)

    found = [store.do("search", {"vector": [1, number, 0.5]}) for number in range(80)]

    assert [late.do("search", {"vector": [1, number, 0.5]}) for number in range(80)] == found
    assert encode(late.inner.dump()) == encode(store.inner.dump())
    assert len(rows(store, "SELECT * FROM vector_cells")) == 1
    store.do("clear", {})
    assert rows(store, "SELECT * FROM vector_cells") == []


@settings(max_examples=draws(15, 30), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_two_processes_in_turns_hold_what_a_list_would(
    tmp_path_factory: pytest.TempPathFactory, plan: list[tuple[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("project")
    both, plain = [opened(folder), opened(folder)], Reference()
    for number, (name, argument) in enumerate(plan):
        if name in ("add", "delete", "delete_where", "clear"):
            write(both[number % 2], name, argument)
            getattr(plain, name)(argument)
        elif name == "reload":
            both[number % 2].file.close()
            both[number % 2] = opened(folder)
    assert [store.do("items", {}) for store in (*both, opened(folder))] == [plain.items()] * 3
    for store in both:
        store.file.close()
