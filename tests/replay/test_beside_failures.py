"""What was decided beside a failure and has written to stores is there again when the run goes on."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from studio.graph import Graph
from studio.trace.log import ERROR, SKIPPED
from tests.replay.crashes import crashed, resumed, undisturbed
from tests.support.toys import latencies, shuffled

PARENT, STATUS = 4, 6
"""Where these stand in what is logged of a firing."""

TEXT = """\
nodes:
  count: {type: toy.add, plus: 1}
  items: {type: toy.subset}
  each: {type: flow.map, graph: body, clock: CLOCK, key: name, concurrency: 3, on_item_error: ITEM, on_error: skip}
  all: {type: toy.notes, store: log}
  result: {type: flow.output, collect: true}
edges:
  - count.out ~> count.a: {initial: 0}
  - count.out -> items.value
  - items.items -> each.items
  - each.done -> all.after
  - all.all -> result.value
stores:
  log: {type: list}
max_ticks: 5
graphs:
  body:
    nodes:
      item: {type: flow.input}
      count: {type: toy.add, plus: 1}
      fail: {type: toy.fail, modulus: 5, remainder: 3}
      note: {type: toy.note, store: log}
      other: {type: toy.mix, salt: 3}
      out: {type: flow.output}
    edges:
      - item.value -> count.a
      - count.out ~> count.b: {initial: 0}
      - count.out -> fail.value
      - count.out -> note.value
      - note.out -> other.a
      - fail.out -> out.value
    BOUND
"""


@pytest.mark.parametrize("clock", ["own", "shared"])
@pytest.mark.parametrize("item", ["skip", "null", "fail"])
@pytest.mark.parametrize("seed", range(3))
def test_writes_beside_failures_are_repeated(clock: str, item: str, seed: int, tmp_path: Path) -> None:
    """The run is cut where a node of the top graph was decided: no failure has anything under way beside it then."""
    bound = "max_ticks: 3" if clock == "own" else ""
    graph = Graph.from_text(TEXT.replace("CLOCK", clock).replace("ITEM", item).replace("BOUND", bound))
    with latencies(shuffled(seed)):
        whole, tape = undisturbed(graph)
    assert whole.status == "ok"
    assert any(one.status == ERROR for one in tape.firings)
    at_top = [at for at, (name, args) in enumerate(tape.calls) if name == "firing" and not args[PARENT]]
    cut = random.Random(seed).choice(at_top[:-1]) + 1
    run_id = crashed(tmp_path / "runs.db", graph, tape.calls[:cut])

    with latencies(shuffled(seed)):
        result, _ = resumed(tmp_path / "runs.db", run_id)

    assert (result.status, result.error, result.outputs) == ("ok", None, whole.outputs)
    kept = [args for name, args in tape.calls[:cut] if name == "firing" and args[STATUS] != SKIPPED]
    assert result.taken_over == len(kept)
