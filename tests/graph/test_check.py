"""Checks: every code is met by the graph that deserves it, with its place, its words and its help."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.graph import Graph
from studio.graph.check import check, require_runnable
from studio.graph.diagnostics import HELP, Diagnostic
from studio.support.errors import GraphError
from studio.support.values import Json
from tests.graph.toys import toy_registry

INNER = """
graphs:
  inner:
    nodes:
      x: {type: flow.input, kind: number}
      plus: {type: toy.add}
      y: {type: flow.output, kind: number}
    edges: [x.value -> plus.a, plus.sum -> y.value]
"""


def findings(text: str) -> list[Diagnostic]:
    return check(Graph.from_text(text, name="g.yaml"), toy_registry())


NUMBER = "  n: {type: flow.input, kind: number, value: 1}\n"
POP_BODY = "graphs:\n  body:\n    nodes:\n      p: {type: queue.pop, store: q}\n      o: {type: flow.output}\n    edges: [p.item -> o.value]\n"  # noqa: E501

# code, severity, line, words of the message, words of the hint, text
CASES = [
    ("unknown_type", "error", 2, "`toy.ad` is not known", "`toy.add`", "nodes:\n  a: {type: toy.ad}\n"),
    ("unknown_param", "error", 2, "no param `bais`", "`bias`", "nodes:\n  a: {type: toy.add, bais: 1}\n"),
    ("missing_param", "error", 2, "`template` must be given", "", "nodes:\n  a: {type: toy.text}\n"),
    ("param_value", "error", 2, "`bias` must be a number", "", "nodes:\n  a: {type: toy.add, bias: much}\n"),
    ("param_value", "error", 2, "at most 1", "", "nodes:\n  a: {type: toy.add, bias: 2}\n"),
    ("param_value", "error", 2, "one of fast, exact", "`fast`", "nodes:\n  a: {type: toy.add, mode: fats}\n"),
    ("param_problem", "error", 2, "goes with no bias", "", "nodes:\n  a: {type: toy.add, mode: exact, bias: 1}\n"),
    (
        "type_failed",
        "error",
        2,
        "ZeroDivisionError: oops",
        "fault of the node type",
        "nodes:\n  a: {type: toy.broken}\n",
    ),
    (
        "reserved_port",
        "error",
        2,
        "a port named `done`",
        "another name",
        "nodes:\n  a: {type: toy.needs, what: done}\n",
    ),
    ("port_name", "error", 2, "no dot and no space", "", "nodes:\n  a: {type: toy.needs, what: a.b}\n"),
    (
        "port_name",
        "error",
        2,
        "that is what the map splits",
        "otherwise",
        "nodes:\n  m: {type: flow.map, graph: b}\ngraphs: {b: {nodes: {items: {type: flow.input}}}}\n",
    ),
    (
        "default_port",
        "error",
        2,
        "`som`, no output",
        "`sum`",
        "nodes:\n  a: {type: toy.add, on_error: default, default: {som: 1}}\n",
    ),
    (
        "default_port",
        "error",
        2,
        "gives text to `sum`, which is number",
        "",
        "nodes:\n  a: {type: toy.add, on_error: default, default: {sum: one}}\n",
    ),
    (
        "default_missing",
        "error",
        2,
        "needs `default`",
        "`default:",
        "nodes:\n  a: {type: toy.add, on_error: default}\n",
    ),
    ("default_unused", "warning", 2, "is not used", "on_error", "nodes:\n  a: {type: toy.add, default: {sum: 1}}\n"),
    ("unknown_limit", "error", 2, "no limit `cals`", "`calls`", "nodes:\n  a: {type: toy.add, limits: {cals: 1}}\n"),
    (
        "ticks_of_no_region",
        "warning",
        2,
        "`a` has no ticks of its own",
        "`firings`",
        "nodes:\n  a: {type: toy.add, limits: {ticks: 1}}\n",
    ),
    ("unknown_limit", "error", 1, "no limit `euros`", "cost_usd", "nodes:\n  a: {type: toy.add}\nlimits: {euros: 1}\n"),
    (
        "edge_node",
        "error",
        4,
        "no node `bb`",
        "`b`",
        "nodes:\n  b: {type: toy.gather}\nedges:\n  - b.all ~> bb.values\n",
    ),
    ("edge_node", "error", 4, "no node `x`", "", "nodes:\n  b: {type: toy.gather}\nedges:\n  - x.all -> b.values\n"),
    (
        "edge_port",
        "error",
        5,
        "`n` has no output `valeu`",
        "`value`",
        f"nodes:\n{NUMBER}  a: {{type: toy.add}}\nedges:\n  - n.valeu -> a.a\n",
    ),
    (
        "edge_port",
        "error",
        5,
        "`a` has no input `sum`",
        "an output of `a`",
        f"nodes:\n{NUMBER}  a: {{type: toy.add}}\nedges:\n  - n.value -> a.sum\n",
    ),
    (
        "edge_port",
        "error",
        5,
        "`s` has no input `now`",
        "but `when`",
        f"nodes:\n{NUMBER}  s: {{type: flow.stop}}\nedges:\n  - n.value -> s.now\n",
    ),
    (
        "edge_type",
        "error",
        5,
        "`g.all` gives list, but `a.a` takes number",
        "converts",
        "nodes:\n  g: {type: toy.gather}\n  a: {type: toy.add}\nedges:\n  - g.all -> a.a\n",
    ),
    (
        "edge_twice",
        "warning",
        6,
        "stands twice",
        "Delete",
        f"nodes:\n{NUMBER}  a: {{type: toy.add}}\nedges:\n  - n.value -> a.a\n  - n.value -> a.a\n",
    ),
    (
        "error_not_routed",
        "error",
        5,
        "`a.error` never carries anything",
        "`on_error: route` to `a`",
        "nodes:\n  a: {type: toy.add}\n  g: {type: toy.gather}\nedges:\n  - a.error -> g.values\n",
    ),
    (
        "initial_from",
        "error",
        4,
        "no node `b`",
        "",
        "nodes:\n  a: {type: toy.add}\nedges:\n  - a.sum ~> a.a: {initial_from: b.sum}\n",
    ),
    (
        "initial_from",
        "error",
        5,
        "`n` has no output `valu`",
        "`value`",
        f"nodes:\n{NUMBER}  a: {{type: toy.add}}\nedges:\n  - a.sum ~> a.a: {{initial_from: n.valu}}\n",
    ),
    (
        "initial_type",
        "error",
        4,
        "starts with text, but `a.a` takes number",
        "`initial`",
        "nodes:\n  a: {type: toy.add}\nedges:\n  - a.sum ~> a.a: {initial: one}\n",
    ),
    (
        "initial_type",
        "error",
        5,
        "starts with list from `g.all`",
        "another output",
        "nodes:\n  g: {type: toy.gather}\n  a: {type: toy.add}\nedges:\n  - a.sum ~> a.a: {initial_from: g.all}\n",
    ),
    (
        "input_unwired",
        "warning",
        2,
        "required input `a`, so `a` is always skipped",
        "`a.a`",
        "nodes:\n  a: {type: toy.add}\n",
    ),
    ("stop_unwired", "warning", 2, "ends after its first tick", "`s.when`", "nodes:\n  s: {type: flow.stop}\n"),
    (
        "cycle",
        "error",
        5,
        "a -> b -> a",
        "`b.sum ~> a.a`",
        "nodes:\n  a: {type: toy.add}\n  b: {type: toy.add}\nedges: [a.sum -> b.a,\n  b.sum -> a.a]\n",
    ),
    ("cycle", "error", 3, "a -> a", "`a.sum ~> a.a`", "nodes:\n  a: {type: toy.add}\nedges: [a.sum -> a.a]\n"),
    (
        "initial_cycle",
        "error",
        6,
        "takes its first value from `b.sum`, which needs `a`",
        "`initial: …`",
        "nodes:\n  a: {type: toy.add}\n  b: {type: toy.add}\nedges:\n  - a.sum -> b.a\n"
        "  - b.sum ~> a.a: {initial_from: b.sum}\n",
    ),
    (
        "feedback_no_tick",
        "warning",
        4,
        "no next tick",
        "Raise `max_ticks`",
        "nodes:\n  a: {type: toy.add}\nedges:\n  - a.sum ~> a.a: {initial: 1}\nmax_ticks: 1\n",
    ),
    (
        "feedback_once",
        "warning",
        4,
        "`fires: once`",
        "Delete",
        "nodes:\n  a: {type: toy.add, fires: once}\nedges:\n  - a.sum ~> a.a: {initial: 1}\n",
    ),
    (
        "body_missing",
        "error",
        2,
        "no graph `iner`",
        "`inner`",
        f"nodes:\n  s: {{type: flow.subgraph, graph: iner}}\n{INNER}",
    ),
    ("body_missing", "error", 2, "no file itself", "Save", "nodes:\n  s: {type: flow.subgraph, graph: ./b.yaml}\n"),
    (
        "unknown_each",
        "error",
        2,
        "`each` names `xx`",
        "`x`",
        f"nodes:\n  m: {{type: flow.map, graph: inner, each: [xx]}}\n{INNER}",
    ),
    (
        "collect_in_shared",
        "error",
        2,
        "its output `y` cannot `collect`",
        "Delete `collect`",
        "nodes:\n  s: {type: flow.subgraph, graph: b, clock: shared}\n"
        "graphs: {b: {nodes: {y: {type: flow.output, collect: true}}}}\n",
    ),
    (
        "shared_recursion",
        "error",
        4,
        "contains itself without end",
        "clock: own",
        "nodes:\n  s: {type: flow.subgraph, graph: b}\n"
        "graphs: {b: {nodes: {\n  t: {type: flow.subgraph, graph: b, clock: shared}}}}\n",
    ),
    (
        "unknown_store",
        "error",
        2,
        "no store `qq`",
        "`q`",
        "nodes:\n  p: {type: queue.pop, store: qq}\nstores: {q: {type: queue}}\n",
    ),
    (
        "store_type",
        "error",
        3,
        "no kind of store `que`",
        "`queue`",
        "nodes:\n  a: {type: toy.gather}\nstores: {q: {type: que}}\n",
    ),
    (
        "store_kind",
        "error",
        2,
        "works on a queue, but the store `q` is declared as list",
        "Declare `q` as queue",
        "nodes:\n  p: {type: queue.pop, store: q}\nstores: {q: {type: list}}\n",
    ),
    (
        "store_kind",
        "error",
        2,
        "works on a list, but the store `q` is declared as kv",
        "Declare `q` as list",
        "nodes:\n  p: {type: toy.note, store: q}\nstores: {q: {type: kv}}\n",
    ),
    (
        "take_in_map",
        "error",
        2,
        "`p` in the body of `m` takes from `q`",
        "`sequential: true`",
        f"nodes:\n  m: {{type: flow.map, graph: body}}\nstores: {{q: {{type: queue}}}}\n{POP_BODY}",
    ),
    (
        "store_unused",
        "warning",
        3,
        "No node uses the store `q`",
        "Delete",
        "nodes:\n  a: {type: toy.gather}\nstores: {q: {type: list}}\n",
    ),
    (
        "dynamics_inside",
        "warning",
        4,
        "`dynamics` of the subgraph `b` has no effect",
        "Move it",
        "dynamics: {on_alarm: stop}\nnodes:\n  s: {type: flow.subgraph, graph: b}\n"
        "graphs: {b: {dynamics: {on_alarm: pause}, nodes: {x: {type: toy.gather}}}}\n",
    ),
    ("empty", "warning", 1, "has no nodes", "Add a node", "nodes: {}\n"),
]


@pytest.mark.parametrize(
    ("code", "severity", "line", "message", "hint", "text"),
    CASES,
    ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)],
)
def test_each_fault_is_found_at_its_place(
    code: str, severity: str, line: int, message: str, hint: str, text: str
) -> None:
    found = [item for item in findings(text) if item.code == code]

    assert [(item.severity, str(item.place)) for item in found] == [(severity, f"g.yaml:{line}")]
    assert message in found[0].message
    assert hint in found[0].hint
    assert found[0].message.endswith(".")


def test_wrong_dynamics_of_a_graph_made_in_python_are_found() -> None:
    def found(**said: Json) -> list[Diagnostic]:
        graph = Graph("g", dynamics=said)
        graph.add("toy.gather", "a")
        return [item for item in check(graph, toy_registry()) if item.code == "dynamics_key"]

    assert [(one.severity, one.param) for one in found(on_alarm="halt")] == [("error", "dynamics")]
    assert "Did you mean `circle`?" in found(circles="stop")[0].hint
    assert found(on_alarm="pause", circle="stop", settings={}) == []


def test_dynamics_of_a_body_in_a_file_of_its_own_are_no_fault(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("studio: 1\ndynamics: {on_alarm: stop}\nnodes: {x: {type: toy.gather}}\n")
    text = "studio: 1\nnodes: {s: {type: flow.subgraph, graph: ./b.yaml}}\n"

    found = check(Graph.from_text(text, base=tmp_path), toy_registry())

    assert "dynamics_inside" not in [item.code for item in found]


def test_every_code_of_check_is_tested_and_has_help() -> None:
    studio = Path(__file__).parent.parent.parent / "studio"
    files = [*(studio / "graph").glob("*.py"), studio / "spec" / "params.py"]
    source = "".join(path.read_text() for path in files if path.name != "diagnostics.py")
    used = {code for code in HELP if f'"{code}"' in source}

    assert {case[0] for case in CASES} | {"dynamics_key"} == used  # the latter no file can have
    assert all(sentence.endswith(".") for sentence in HELP.values())


CLEAN = f"""
studio: 1
name: clean
nodes:
  n: {{type: flow.input, kind: number, value: 1}}
  a: {{type: toy.add, on_error: route}}
  list: {{type: toy.gather}}
  m: {{type: flow.map, graph: inner}}
  s: {{type: flow.subgraph, graph: inner}}
  k: {{type: flow.map, graph: inner, clock: shared, key: id, each: [x]}}
  p: {{type: queue.pop, store: q}}
  out: {{type: flow.output}}
  end: {{type: flow.stop}}
edges:
  - n.value -> a.a
  - a.sum ~> a.b: {{initial: 0, hold: true}}
  - a.sum -> list.values
  - a.sum -> list.values
  - a.error -> list.values
  - list.all -> m.items
  - n.value -> m.x
  - n.value -> s.x
  - list.all -> k.items
  - k.y ~> k.x
  - s.y -> out.value
  - p.empty -> end.when
  - m.done -> p.when
stores: {{q: {{type: queue}}}}
{INNER}"""


def test_a_sound_graph_has_no_findings() -> None:
    assert [str(item) for item in findings(CLEAN)] == []
    require_runnable(Graph.from_text(CLEAN), toy_registry())


def test_what_follows_from_another_fault_is_not_said_again() -> None:
    found = findings(
        "nodes:\n  a: {type: no.such}\n  t: {type: toy.text}\n  s: {type: flow.subgraph, graph: gone}\n"
        "edges: [a.x -> t.y, s.o -> a.v]\n"
    )

    assert sorted(item.code for item in found) == ["body_missing", "missing_param", "unknown_type"]


def test_findings_in_subgraphs_name_their_graph() -> None:
    found = findings(
        "nodes:\n  s: {type: flow.subgraph, graph: b}\n"
        "graphs:\n  b:\n    nodes: {x: {type: toy.add, bad: 1, fires: once}}\n"
        "    graphs: {c: {nodes: {}}}\n"
    )

    assert ("unknown_param", "b", "x") in [(item.code, item.graph, item.node) for item in found]
    assert ("empty", "b.c", "") in [(item.code, item.graph, item.node) for item in found]


def test_a_body_in_another_file_is_checked_in_place(tmp_path: Path) -> None:
    (tmp_path / "body.yaml").write_text("studio: 1\nnodes:\n  x: {type: toy.add, bad: 1}\n")
    (tmp_path / "broken.yaml").write_text("studio: 1\nnodes:\n  x: {}\n")
    top = tmp_path / "top.yaml"
    top.write_text(
        "studio: 1\nnodes:\n  s: {type: flow.subgraph, graph: ./body.yaml}\n"
        "  t: {type: flow.subgraph, graph: ./broken.yaml}\n"
    )

    found = check(Graph.load(top), toy_registry())

    assert [(item.code, item.place.line) for item in found if item.severity == "error"] == [
        ("body_missing", 4), ("unknown_param", 3),
    ]  # fmt: skip
    assert "broken.yaml:3: The node `x` has no type" in found[0].message
    assert found[-2].graph == "./body.yaml"


def test_a_graph_may_contain_itself_on_its_own_clock() -> None:
    text = (
        "nodes:\n  s: {type: flow.subgraph, graph: b}\n"
        "graphs:\n  b:\n    nodes:\n      i: {type: flow.input, value: 1}\n      t: {type: flow.subgraph, graph: b}\n"
    )

    assert findings(text) == []


@pytest.mark.parametrize(
    ("store", "map_", "allowed"),
    [
        ("stores: {q: {type: queue}}", "", False),
        ("stores: {q: {type: queue}}", ", sequential: true", True),
    ],
)
def test_taking_in_a_map_is_refused_unless_items_run_one_by_one(store: str, map_: str, allowed: bool) -> None:
    text = f"nodes:\n  m: {{type: flow.map, graph: body{map_}}}\n{store}\n{POP_BODY}"

    assert ("take_in_map" in {item.code for item in findings(text)}) is not allowed


def test_a_store_of_the_body_itself_may_be_taken_from() -> None:
    text = f"nodes:\n  m: {{type: flow.map, graph: body}}\n{POP_BODY}    stores: {{q: {{type: queue}}}}\n"

    assert "take_in_map" not in {item.code for item in findings(text)}


def test_running_is_refused_at_the_first_fault_that_matters() -> None:
    unknown = Graph.from_text("nodes:\n  a: {type: no.such}\n", name="g.yaml")
    unused = Graph.from_text("nodes:\n  a: {type: toy.gather}\ngraphs: {b: {nodes: {x: {type: no.such}}}}\n")

    with pytest.raises(GraphError, match=r"g.yaml:2: `a`: The type `no.such` is not known"):
        require_runnable(unknown, toy_registry())
    require_runnable(unused, toy_registry())


def test_a_finding_prints_as_one_line_and_as_json() -> None:
    item = findings("nodes:\n  a: {type: toy.ad}\n")[0]

    assert str(item) == "g.yaml:2: error: The type `toy.ad` is not known. Did you mean `toy.add`? [unknown_type]"
    assert item.to_json()["line"] == 2
