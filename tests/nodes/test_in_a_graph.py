"""The built-in node types in graphs: wired, checked and run by the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.graph import Graph
from studio.graph.check import check
from studio.spec import default_registry
from tests.engine.players import run_logged
from tests.support.approving import hashes_of
from tests.support.memory_log import MemoryLog


def played(text: str, base: Path | None = None, **options: Any) -> tuple[Any, MemoryLog]:
    graph = Graph.from_text(text, base=base)
    assert [str(found) for found in check(graph, default_registry()) if found.severity == "error"] == []
    return run_logged(graph, registry=default_registry(), approve=hashes_of(graph), **options)


def fired(log: MemoryLog, path: str) -> list[str]:
    return [one.tick for one in log.outline() if one.path == path and one.status == 0]


def test_conformance_3_a_counter_stops_when_a_condition_holds() -> None:
    result, log = played("""
nodes:
  count: {type: math.expression, expression: x + 1, kind: integer}
  enough: {type: logic.expression, expression: n >= 3}
  end: {type: flow.stop}
  total: {type: flow.output, kind: integer}
edges:
  - count.value ~> count.x: {initial: 0}
  - count.value -> enough.n
  - enough.value -> end.when
  - count.value -> total.value
""")

    assert (result.status, result.ended, result.ticks, result.outputs) == ("ok", "stop", 3, {"total": 3})
    assert fired(log, "end") == ["2"]


QUEUE = """
nodes:
  pop: {type: queue.pop, store: tasks}
  work: {type: text.template, template: "did {task}"}
  left: {type: queue.items, store: tasks}
  log: {type: store.append, store: done_tasks}
  end: {type: flow.stop}
  did: {type: flow.output, collect: true}
edges:
  - pop.item -> work.task
  - work.text -> log.value
  - work.text -> did.value
  - pop.empty -> end.when
stores:
  tasks: {type: queue, items: [a, b, c]}
  done_tasks: {type: list}
"""


def test_conformance_4_a_queue_is_worked_off_until_it_is_empty() -> None:
    once, _ = played(QUEUE)
    result, log = played(QUEUE + "until: stop\n")

    assert (once.ended, once.ticks, once.outputs) == ("quiet", 1, {"did": ["did a"]})
    assert (result.ended, result.ticks, result.outputs) == ("stop", 4, {"did": ["did a", "did b", "did c"]})
    assert fired(log, "end") == ["3"]
    assert [op[3] for op in log.store_ops if op[3] == "pop"] == ["pop"] * 4


def test_a_switch_sends_data_down_one_way_and_skips_the_others() -> None:
    result, log = played("""
nodes:
  label: {type: flow.input, value: spam}
  mail: {type: flow.input, value: {subject: Win!}}
  route: {type: flow.switch, cases: {junk: [spam, scam], keep: ham}}
  subject: {type: json.get, path: subject}
  kept: {type: flow.output}
  junk: {type: flow.output}
edges:
  - label.value -> route.value
  - mail.value -> route.data
  - route.junk -> subject.value
  - subject.value -> junk.value
  - route.keep -> kept.value
""")

    assert result.outputs == {"junk": "Win!"}
    assert [one.reason for one in log.outline() if one.path == "kept"] != [""]


def test_a_switch_whose_data_is_absent_gives_nothing_rather_than_true() -> None:
    result, log = played("""
nodes:
  label: {type: flow.input, value: a}
  never: {type: flow.switch, cases: [b]}
  route: {type: flow.switch, cases: [a]}
  out: {type: flow.output}
edges:
  - label.value -> never.value
  - never.b -> route.data
  - label.value -> route.value
  - route.a -> out.value
""")

    assert result.outputs == {}
    assert "never" in next(one.reason for one in log.outline() if one.path == "out")


def test_a_confidence_gate_passes_sure_answers_and_sends_the_rest_the_other_way() -> None:
    text = """
nodes:
  answer: {type: flow.input, value: yes it is}
  confidence: {type: flow.input, kind: number}
  gate: {type: flow.gate, condition: confidence >= 0.8}
  sure: {type: flow.output}
  unsure: {type: flow.output}
edges:
  - answer.value -> gate.value
  - confidence.value -> gate.confidence
  - gate.value -> sure.value
  - gate.otherwise -> unsure.value
"""

    assert played(text, inputs={"confidence": 0.9})[0].outputs == {"sure": "yes it is"}
    assert played(text, inputs={"confidence": 0.5})[0].outputs == {"unsure": "yes it is"}


@pytest.mark.parametrize("concurrency", [1, 3])
def test_conformance_14_a_map_appends_to_an_outer_store_in_item_order(concurrency: int) -> None:
    result, _ = played(f"""
nodes:
  names: {{type: flow.input, value: [c, a, b]}}
  each_one: {{type: flow.map, graph: greet, concurrency: {concurrency}}}
  log: {{type: store.items, store: log}}
  all: {{type: flow.output}}
  hits: {{type: flow.output}}
  tally: {{type: list.count}}
  top: {{type: flow.output}}
edges:
  - names.value -> each_one.items
  - each_one.done -> log.when
  - log.items -> all.value
  - each_one.hit -> hits.value
  - each_one.text -> tally.items
  - tally.counts -> top.value
stores:
  log: {{type: list, items: [start]}}
graphs:
  greet:
    nodes:
      item: {{type: flow.input, kind: text}}
      line: {{type: text.template, template: "Hello {{item}}"}}
      keep: {{type: store.append, store: log}}
      find: {{type: text.regex, pattern: "Hello (?P<name>[ab])"}}
      hit: {{type: flow.output}}
      text: {{type: flow.output}}
    edges:
      - item.value -> line.item
      - line.text -> keep.value
      - line.text -> find.text
      - find.name -> hit.value
      - line.text -> text.value
""")

    assert result.status == "ok", result.error
    assert result.outputs["all"] == ["start", "Hello c", "Hello a", "Hello b"]
    assert result.outputs["hits"] == [None, "a", "b"]
    assert result.outputs["top"] == {"Hello c": 1, "Hello a": 1, "Hello b": 1}


def test_a_folder_is_read_mapped_and_shown_as_a_table(tmp_path: Path) -> None:
    (tmp_path / "mails").mkdir()
    for name, text in (("b", "Second mail. Bye."), ("a", "First.")):
        (tmp_path / "mails" / f"{name}.txt").write_text(text, encoding="utf-8")

    result, log = played(
        """
nodes:
  mails: {type: files.read_folder, folder: mails}
  work: {type: flow.map, graph: count}
  show: {type: table.show, columns: [name, sentences]}
  table: {type: flow.output, kind: text}
edges:
  - mails.files -> work.items
  - work.row -> show.rows
  - show.table -> table.value
graphs:
  count:
    nodes:
      item: {type: flow.input}
      name: {type: json.get, path: name}
      text: {type: json.get, path: text}
      cut: {type: text.split, by: sentences}
      built: {type: json.build, names: [name, sentences]}
      row: {type: flow.output}
    edges:
      - item.value -> name.value
      - item.value -> text.value
      - text.value -> cut.text
      - name.value -> built.name
      - cut.length -> built.sentences
      - built.value -> row.value
""",
        base=tmp_path,
    )

    assert result.status == "ok", result.error
    assert result.outputs["table"].split("\n") == [
        "name   sentences",
        "─────  ─────────",
        "a.txt          1",
        "b.txt          2",
    ]
    assert [(kind, name) for _, _, kind, name, _ in log.intents] == [("files", "read_folder")]


def test_a_failing_expression_fails_its_node_with_a_sentence() -> None:
    result, _ = played("""
nodes:
  x: {type: flow.input, value: {a: 1}}
  bad: {type: math.expression, expression: x.b + 1}
edges:
  - x.value -> bad.x
""")

    assert result.status == "failed"
    assert result.error["node"] == "bad"
    assert "the object has no key `b`" in result.error["message"].lower()


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ("{type: flow.switch, cases: [done]}", "reserved"),
        ("{type: math.expression, expression: x +}", "cannot be read"),
        ("{type: text.regex, pattern: '(a'}", "not usable"),
        ("{type: json.get}", "must be given"),
        ("{type: list.range, step: 0}", "must not be 0"),
        ("{type: math.expression, expression: when + 1}", "reserved"),
        ("{type: text.template, template: '{done}'}", "reserved"),
    ],
)
def test_a_wrong_param_is_found_before_the_run(node: str, message: str) -> None:
    from studio.support.errors import GraphError

    try:
        found = " ".join(map(str, check(Graph.from_text(f"nodes:\n  n: {node}\n"), default_registry())))
    except GraphError as error:
        found = str(error)

    assert message in found
