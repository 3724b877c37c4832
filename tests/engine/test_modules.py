"""Who reads whom: wires between modules, through helpers and into bodies and back."""

from __future__ import annotations

from studio.engine.modules import Modules
from studio.graph.model import Graph
from studio.spec.registry import default_registry

TEXT = """
nodes:
  goal: {type: flow.input, value: x}
  planner: {type: llm.function, instructions: "Plan {goal} {last}"}
  joined: {type: text.template, template: "{a}!"}
  each: {type: flow.map, graph: one}
  sub: {type: flow.subgraph, graph: loop}
  judge: {type: llm.function, instructions: "Judge {all}"}
  result: {type: flow.output}
edges:
  - goal.value -> planner.goal
  - planner.text -> joined.a
  - joined.text -> each.items
  - each.text -> judge.all
  - judge.text ~> planner.last: {initial: ""}
  - judge.text -> sub.draft
  - sub.better -> result.value
graphs:
  one:
    nodes:
      item: {type: flow.input}
      writer: {type: llm.function, instructions: "Write {item}"}
      editor: {type: llm.function, instructions: "Edit {it}"}
      text: {type: flow.output}
    edges:
      - item.value -> writer.item
      - writer.text -> editor.it
      - editor.text -> text.value
  loop:
    nodes:
      draft: {type: flow.input}
      mend: {type: llm.function, instructions: "Mend {draft}"}
      deeper: {type: flow.subgraph, graph: loop}
      better: {type: flow.output}
    edges:
      - draft.value -> mend.draft
      - mend.text -> better.value
"""


def test_modules_read_each_other_through_helpers_and_bodies() -> None:
    found = Modules(Graph.from_text(TEXT, name="g"), default_registry())

    assert found.size == 5
    assert found.inputs("planner") == ("judge",)
    assert found.inputs("each/3/writer") == ("planner",)
    assert found.inputs("each/3/editor") == ("each/3/writer",), "of the same item"
    assert found.inputs("judge") == (), "the many of a map are left out"
    assert found.inputs("sub/mend") == ("judge",)
    assert found.inputs("goal") == found.inputs("nobody") == ()


MEMORY = """
nodes:
  goal: {type: flow.input, value: x}
  keep: {type: store.append, store: log}
  kept: {type: store.items, store: log}
  dice: {type: random.number}
  result: {type: flow.output}
edges:
  - goal.value -> keep.value
  - keep.done -> kept.when
  - kept.items -> result.value
stores:
  log: {type: list}
"""
ASKED = """
  judge: {type: llm.function, instructions: "Judge {all}", labels: [good, bad]}
edges:
  - kept.items -> judge.all
"""


def test_memories_and_dice_count_only_where_nobody_is_asked() -> None:
    registry = default_registry()
    alone = Modules(Graph.from_text(MEMORY, name="g"), registry)
    asked = Modules(Graph.from_text(MEMORY.replace("\nedges:\n", ASKED), name="g"), registry)

    assert (alone.size, alone.asks) == (3, False)
    assert (asked.size, asked.asks) == (1, True)
