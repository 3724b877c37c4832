"""Stores of scope `project` outlive a run; two runs never lose each other's writes; a replay leaves them alone."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from studio.engine import project_stores
from studio.engine.project_stores import FILE_NAME, ProjectFile, ProjectStore
from studio.graph import Graph
from studio.stores import make_store
from studio.support.errors import EnvironmentProblem, NodeError
from studio.trace import sqlite
from tests.engine.players import run_logged
from tests.support.toys import toy_registry

COUNTING = """
nodes:
  word: {type: flow.input}
  keep: {type: store.append, store: diary}
  all: {type: store.items, store: diary}
  result: {type: flow.output}
edges:
  - word.value -> keep.value
  - keep.done -> all.when
  - all.items -> result.value
stores:
  diary: {type: list, scope: project}
"""


def opened(folder: Path, kind: str = "list", **params: object) -> ProjectStore:
    return ProjectStore(make_store(kind, params, "diary"), ProjectFile(folder))


def test_a_project_store_is_there_in_the_next_run(tmp_path: Path) -> None:
    first = opened(tmp_path, items=["given"])
    first.do("append", {"value": "one"})
    first.file.close()

    later = opened(tmp_path, items=["given"])

    assert later.do("items", {}) == ["given", "one"]


@pytest.mark.parametrize("place", [".studio", FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-journal"])
def test_a_link_in_a_strangers_project_does_not_lead_a_store_into_another_file(tmp_path: Path, place: str) -> None:
    project, victim = tmp_path / "project", tmp_path / "victim"
    (project / place).parent.mkdir(parents=True)
    if place == ".studio":
        victim.mkdir()
    else:
        with closing(sqlite.sqlite3.connect(victim)) as connection:
            connection.execute("CREATE TABLE mine (a)")
    before = b"" if victim.is_dir() else victim.read_bytes()
    (project / place).symlink_to(victim)

    with pytest.raises(EnvironmentProblem, match="a link stands in the place of their file"):
        opened(project).do("append", {"value": "theirs"})

    assert list(victim.iterdir()) == [] if victim.is_dir() else victim.read_bytes() == before


def test_two_runs_at_once_see_each_others_writes(tmp_path: Path) -> None:
    one, other = opened(tmp_path), opened(tmp_path)

    one.do("append", {"value": 1})
    other.do("append", {"value": 2})
    one.do("append", {"value": 3})

    assert one.do("items", {}) == other.do("items", {}) == [1, 2, 3]


def test_many_writes_become_a_snapshot_and_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_stores, "WRITES_PER_SNAPSHOT", 20)
    store, late = opened(tmp_path), opened(tmp_path)
    late.do("items", {})

    for number in range(25):
        store.do("append", {"value": number})

    with store.file.transaction() as connection:
        assert connection.execute("SELECT count(*) FROM write").fetchone()[0] == 5
    assert late.do("items", {}) == opened(tmp_path).do("items", {}) == list(range(25))


def test_a_write_that_fails_leaves_memory_and_file_alike(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.do("append", {"value": 1})

    with pytest.raises(NodeError):
        store.do("append", {"valu": 2})

    assert store.do("items", {}) == [1]


def test_items_of_a_map_write_when_the_map_ends(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.do("append", {"value": 0})
    forks = [store.fork(), store.fork()]
    for number, fork in enumerate(forks, 1):
        fork.do("append", {"value": number})

    assert store.do("items", {}) == [0]
    for fork in forks:
        fork.apply_to(store)

    assert opened(tmp_path).do("items", {}) == [0, 1, 2]


def test_another_kind_under_the_same_name_is_refused_with_both_named(tmp_path: Path) -> None:
    opened(tmp_path).do("items", {})

    with pytest.raises(NodeError, match=r"is a list, but the graph declares a queue"):
        opened(tmp_path, "queue").do("items", {})


def test_a_file_that_is_no_database_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).parent.mkdir()
    (tmp_path / FILE_NAME).write_text("no database, but a text that is long enough to be read as one" * 20)

    with pytest.raises(EnvironmentProblem, match=r"stores\.db"):
        opened(tmp_path).do("items", {})


def test_a_graph_adds_to_its_projects_store_run_after_run(tmp_path: Path) -> None:
    graph = Graph.from_text(COUNTING, base=tmp_path)

    results = [run_logged(graph, inputs={"word": word}, registry=toy_registry())[0] for word in ("a", "b")]

    assert [result.outputs.get("result") for result in results] == [["a"], ["a", "b"]], results


def test_a_project_reaches_up_to_its_studio_toml(tmp_path: Path) -> None:
    (tmp_path / "studio.toml").write_text("")
    graphs = tmp_path / "graphs"
    graphs.mkdir()
    graph = Graph.from_text(COUNTING, base=graphs)

    result, _ = run_logged(graph, inputs={"word": "a"}, registry=toy_registry())

    assert result.status == "ok"
    assert (tmp_path / FILE_NAME).is_file()
    assert not (graphs / FILE_NAME).exists()
