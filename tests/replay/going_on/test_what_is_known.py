"""What a run that goes on knows: the world looked at anew, stores, refusals, pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio import run
from studio.graph import Graph
from studio.replay.changes import Changes
from studio.replay.continuing import fork
from studio.replay.verify import verify
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.values import Blob, Json
from studio.trace import Trace
from tests.engine.players import Services
from tests.replay.crashes import crashed, resumed, undisturbed
from tests.replay.going_on.conftest import OUTSIDE, gone_on, is_verified, ran, registry


def test_after_something_was_done_anew_outside_a_fork_looks_anew_at_the_world(tmp_path: Path) -> None:
    text = """\
nodes:
  early: {type: t.look}
  word: {type: text.template, template: "one"}
  send: {type: t.send}
  late: {type: t.look}
  result: {type: flow.output}
edges:
  - early.done -> send.when
  - word.text -> send.text
  - send.done -> late.when
  - late.seen -> result.value
"""
    db = tmp_path / "runs.db"
    assert ran(db, text).outputs == {"result": 1}
    OUTSIDE.done.clear()
    OUTSIDE.seen = 2

    result = fork(db, changes=Changes({"word": {"template": "two"}}), registry=registry(), catalog=Services())

    assert OUTSIDE.done == ["a", "b", "look"], "only the look after the sending"
    assert result.outputs == {"result": 2}
    assert is_verified(db, result.run_id)


KEEPING = """\
nodes:
  word: {type: text.template, template: one}
  add: {type: store.append, store: log}
  all: {type: store.items, store: log}
  result: {type: flow.output}
edges:
  - word.text -> add.value
  - add.done -> all.when
  - all.items -> result.value
stores:
  log: {type: list}
"""


def test_who_reads_a_store_fires_anew_though_nothing_on_its_wires_has_changed(tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    assert ran(db, KEEPING).outputs == {"result": ["one"]}

    result = fork(db, changes=Changes({"word": {"template": "two"}}), registry=registry(), catalog=Services())

    assert result.outputs == {"result": ["two"]}
    assert is_verified(db, result.run_id)


def test_a_store_holds_what_the_kept_part_had_put_there(tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    ran(db, KEEPING)
    with Trace(db) as trace:
        at = next(trace.firings("last", "all")).seq

    result = fork(db, at=at, changes=Changes({"word": {"template": "two"}}), registry=registry(), catalog=Services())

    assert result.outputs == {"result": ["one"]}, "the word was decided before the fork"


@node("t.careful", category="Toys", effects="reads", live=False, needs_approval=False)
class Careful(Node):
    """Catches what its own question raises."""

    class Out(Fields):
        caught: str = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: Careful.In) -> Careful.Out:
        async def ask() -> Json:
            raise ValueError("odd")

        try:
            await ctx.effect("tool", "ask", None, ask)
        except Exception as raised:  # noqa: BLE001 - what it is, is the question
            return self.Out(caught=f"{type(raised).__name__} {raised}")
        raise AssertionError("nothing was raised")


def test_node_code_catches_the_same_whether_it_asks_or_is_told(tmp_path: Path) -> None:
    """Cut between the refusal and the end of the firing, the refusal is told; a replay tells it always."""
    nodes = "nodes:\n  careful: {type: t.careful}\n  result: {type: flow.output}\n"
    graph = Graph.from_text(nodes + "edges:\n  - careful.caught -> result.value\n")
    types = registry(Careful)
    whole, tape = undisturbed(graph, registry=types)
    cut = next(at for at, (name, _) in enumerate(tape.calls) if name == "effect_result") + 1
    run_id = crashed(tmp_path / "runs.db", graph, tape.calls[:cut], registry=types)

    result, _ = resumed(tmp_path / "runs.db", run_id, registry=types)

    assert result.outputs == whole.outputs == {"result": "NodeError ValueError: odd"}


@node("t.picture", category="Toys")
class Picture(Node):
    """Doubles the bytes of a picture."""

    class In(Fields):
        picture: object = port(type="image")

    class Out(Fields):
        picture: object = port(type="image")

    def run(self, ctx: RunContext, params: Fields, inputs: Picture.In) -> Picture.Out:
        return self.Out(picture=ctx.put_blob(ctx.get_blob(inputs.picture) * 2, "image/png"))


PICTURES = """\
nodes:
  picture: {type: flow.input, kind: image}
  twice: {type: t.picture}
  again: {type: t.picture}
  word: {type: text.constant, text: sent}
  send: {type: t.send}
  result: {type: flow.output}
edges:
  - picture.value -> twice.picture
  - twice.picture -> send.when
  - word.text -> send.text
  - twice.picture -> again.picture
  - send.done -> again.when
  - again.picture -> result.value
"""


def test_pictures_go_on_too_and_are_there_when_the_run_is_verified(tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    types = registry(Picture)
    services: Any = Services()
    OUTSIDE.broken = True
    failed = run(
        Graph.from_text(PICTURES), {"picture": Blob(b"abc", "image/png")}, db=db, registry=types, catalog=services
    )
    assert failed.status == "failed"
    OUTSIDE.broken = False

    result = gone_on(db, registry=types)

    with Trace(db) as trace:
        assert trace.blob(str(result.outputs["result"]["$blob"])) == b"abc" * 4
        found = verify(trace, result.run_id, registry=types)
        assert found.difference is None, str(found.difference)
