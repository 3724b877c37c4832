"""A large content goes into a trace in parts: what is the same is written once, and every step still tells it whole."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from studio import run
from studio.engine import memories
from studio.engine.project_stores import ProjectFile, ProjectStore
from studio.graph import Graph
from studio.replay.cursor import Cursor
from studio.replay.verify import verify
from studio.stores import make_store
from studio.stores.vector import parts
from studio.support.errors import EnvironmentProblem
from studio.support.values import encode, hash_bytes
from studio.trace import Trace
from studio.trace.compacting import compact
from studio.trace.memories import Memories
from studio.trace.merging import merge
from studio.trace.parts import in_parts, whole
from studio.trace.sqlite import connect_reader, connect_writer
from studio.trace.writer import close_writer
from tests.support.thorough import thorough_but

WORK = """
studio: 1
name: notes
max_ticks: 30
nodes:
  count: {type: math.expression, expression: x + 1, kind: integer}
  say: {type: text.template, template: "note {n}"}
  about: {type: json.build, names: [n]}
  add: {type: vector.add, store: notes, embedder: toy}
  old: {type: math.expression, expression: n - 10, kind: integer}
  forget: {type: vector.delete, store: notes, filter: {n: "{gone}"}}
  many: {type: vector.count, store: notes}
  result: {type: flow.output}
edges:
  - count.value ~> count.x: {initial: 0}
  - count.value -> say.n
  - count.value -> about.n
  - count.value -> old.n
  - say.text -> add.text
  - about.value -> add.meta
  - old.value -> forget.gone
  - forget.done -> many.when
  - many.count -> result.value
stores:
  notes: {type: vector, scope: SCOPE}
"""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "SMALL", 8)
    monkeypatch.setattr(parts, "PART", 4)
    monkeypatch.setattr(memories, "OPERATIONS", 5)


def made(base: Path, scope: str) -> Path:
    db = base / "runs.db"
    result = run(Graph.from_text(WORK.replace("SCOPE", scope), base=base), db=db, embedder="toy")
    assert result.status == "ok", result.error
    close_writer(db)
    return db


def held(trace: Trace) -> list[tuple[Any, Any]]:
    """What the record tells of the store at every third step, beside what its writes make of it one after the other."""
    cursor, found = Cursor(trace), []
    steps = {one.id: one.seq for one in trace.firings()}
    done = [one for one in trace.store_ops() if one.op in ("add", "delete")]
    for seq in range(len(cursor), 0, -3):
        cursor.seek(seq)
        plain = make_store("vector", {}, "notes")
        for one in done:
            if (steps[one.firing] or 0) <= seq:
                plain.do(one.op, one.args)
        [state] = cursor.state().stores
        if state.used:
            found.append((state.content["entries"], plain.dump()["entries"]))
    return found


@pytest.mark.parametrize("scope", thorough_but("project".__eq__, ["run", "project"]))
def test_every_step_tells_the_whole_content(tmp_path: Path, scope: str) -> None:
    with Trace(made(tmp_path, scope)) as trace:
        pairs = held(trace)

        assert len(pairs) > 40
        assert max(len(told) for told, _ in pairs) == 11
        for told, expected in pairs:
            assert told == expected
        assert verify(trace).difference is None


@pytest.mark.parametrize(("least", "part"), [(8, 0.3), (10**9, 0.9)], ids=["in parts", "control: as a whole"])
def test_the_next_run_of_a_project_writes_only_what_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least: int, part: float
) -> None:
    monkeypatch.setattr(parts, "SMALL", least)
    monkeypatch.setattr(parts, "PART", 16)
    file = ProjectStore(make_store("vector", {}, "notes"), ProjectFile(tmp_path))
    texts = [f"a longer note, the one with the number {number}" for number in range(400)]
    file.do("add", {"entries": [{"text": text, "vector": [1.0] * 15 + [n]} for n, text in enumerate(texts)]})
    file.file.close()
    once = WORK.replace("max_ticks: 30", "max_ticks: 1").replace("SCOPE", "project")
    sizes = []
    for text in ("first new", "second new"):
        graph = Graph.from_text(once.replace('"note {n}"', f'"{text} {{n}}"'), base=tmp_path)
        assert run(graph, db=tmp_path / "runs.db", embedder="toy").status == "ok"
        close_writer(tmp_path / "runs.db")
        sizes.append(bytes_of_contents(tmp_path / "runs.db"))

    new = (sizes[1] - sizes[0]) / sizes[0]
    assert new < part if least == 8 else new > part


def test_parts_go_along_when_runs_are_copied_and_stay_when_the_file_is_tidied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "SMALL", 16)  # as in earnest, there are several parts
    db, copy = made(tmp_path, "run"), tmp_path / "copy.db"
    with Trace(db) as trace:
        before = held(trace)

    report = merge(db, copy)
    compact(copy, older_than_s=0)

    assert len(report.added) == 1
    with Trace(copy) as trace:
        assert held(trace) == before


def bytes_of_contents(db: Path) -> int:
    sql = "SELECT total(size) FROM _blob WHERE type = 'application/json' OR id IN (SELECT content FROM _memory_content)"
    with closing(connect_reader(db)) as reader:
        return int(reader.execute(sql).fetchone()[0])


def test_a_part_that_is_gone_is_said_and_the_rest_is_shown(tmp_path: Path) -> None:
    db = made(tmp_path, "run")
    connection = connect_writer(db)
    connection.execute("DELETE FROM _blob WHERE type = 'application/json'")
    connection.close()

    with Trace(db) as trace:
        cursor = Cursor(trace)
        cursor.seek(len(cursor))
        [state] = cursor.state().stores
        assert (state.known, state.content) == (False, None)
        with pytest.raises(EnvironmentProblem, match="a part of a content is missing"):
            Memories(cursor.steps.reader, cursor.steps.key).content(1, 10**6, 10**6)


def test_lists_in_parts_are_put_together_and_anything_else_is_left_as_it_is() -> None:
    kept = {hash_bytes(data): data for data in (b"[1,2]", b"[]", b"[3]", b"{}")}
    one, none, two, wrong = (
        {"$blob": hash, "type": "application/json", "size": len(data)} for hash, data in kept.items()
    )

    assert whole({"a": in_parts([one, none, two]), "b": {"$parts": [], "c": 1}}, kept.get) == {
        "a": [1, 2, 3], "b": {"$parts": [], "c": 1},
    }  # fmt: skip
    assert whole([1], kept.get) == [1]
    for bad in ([wrong], [{**one, "$blob": "00"}], [3], "x", [{"$blob": 3}]):
        with pytest.raises(ValueError, match="a part of a content is"):
            whole({"a": {"$parts": bad}}, kept.get)


def test_what_did_not_change_is_not_kept_again() -> None:
    store = make_store("vector", {}, "m")
    kept: list[bytes] = []

    def keep(data: bytes) -> Any:
        kept.append(data)
        return {"$blob": hash_bytes(data), "type": "application/json", "size": len(data)}

    def save() -> Any:
        content = store.dump_in_parts(keep)  # type: ignore[attr-defined]
        return whole(content, {hash_bytes(data): data for data in kept}.get)

    for number in range(40):
        store.do("add", {"entries": [{"text": f"t{number}", "vector": [1, number], "key": f"k{number}"}]})
    assert save() == store.dump()
    assert len(kept) == 10
    store.do("delete", {"keys": ["k5"]})
    store.do("add", {"entries": [{"text": "new", "vector": [1, 1], "key": "new"}]})
    assert save() == store.dump()
    assert len(kept) == 12
    store.do("delete", {"keys": ["k0", "k1", "k2", "k3"]})
    assert encode(save()) == encode(store.dump())
    assert len(kept) == 12
