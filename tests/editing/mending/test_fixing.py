"""Quick fixes: for each code a graph with the fault; every fix removes it, adds no error, and can be undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.editing import Document
from studio.editing.mending.fixing import FIXERS, Fix, fixes
from studio.graph.diagnostics import HELP, Diagnostic
from studio.graph.model import Graph
from studio.lint import lint
from studio.support.values import Json
from tests.editing.random_ops import snapshot

NEED_THOUGHT = {
    "alarms_inside",
    "type_failed", "port_name", "empty", "steady_join", "may_leak",
}  # fmt: skip
"""Codes for which there is no quick fix, because what is meant cannot be guessed."""

LOOP = """
nodes:
  start: {type: flow.input, kind: text}
  write: {type: text.template, template: "{start} {fault}"}
  result: {type: flow.output}
edges:
  - start.value -> write.start
  - EDGE
  - write.text -> result.value
"""

CASES: dict[str, tuple[str, list[str]]] = {
    "unknown_type": ("nodes: {a: {type: flow.swich, cases: [x]}}", ["Change the type to `flow.switch`", "Delete `a`"]),
    "unknown_param": (
        'nodes: {a: {type: text.template, templte: "x {b}", template: y}}',
        ["Delete `templte`"],
    ),
    "unknown_param renamed": (
        "nodes: {a: {type: text.split, bye: lines}}",
        ["Rename `bye` to `by`", "Delete `bye`"],
    ),
    "missing_param": ("nodes: {a: {type: text.regex}}", ["Begin with `pattern: [0-9]+`", "> Give `pattern` a value"]),
    "missing_param body": (
        "nodes: {a: {type: flow.map}}",
        ["Begin with `graph: item_work`", "> Give `graph` a value"],
    ),
    "missing_param store": (
        "nodes: {a: {type: queue.pop}}\nstores: {jobs: {type: queue}}",
        ["Begin with `store: jobs`", "> Give `store` a value"],
    ),
    "param_value": (
        "nodes: {a: {type: text.split, by: sentence}}",
        ["Write `by: sentences`", "Use the default, lines", "> Change `by`"],
    ),
    "param_value number": (
        'nodes: {a: {type: llm.chat, temperature: "0.5"}}',
        ["Write `temperature: 0.5`", "Use the default, 0.0", "> Change `temperature`"],
    ),
    "param_value bound": (
        "nodes: {a: {type: llm.chat, temperature: 7}}",
        ["Write `temperature: 2`", "Use the default, 0.0", "> Change `temperature`"],
    ),
    "param_value text": ("nodes: {a: {type: text.constant, text: 3}}", ['Write `text: "3"`', "> Change `text`"]),
    "param_problem": ("nodes: {a: {type: list.range, step: 0}}", ["> Look at the params"]),
    "default_port": (
        "nodes: {a: {type: text.split, on_error: default, default: {part: [], length: 0}}}",
        ["Rename `part` to `parts`", "Delete the default of `part`"],
    ),
    "default_port type": (
        "nodes: {a: {type: text.split, on_error: default, default: {parts: 3}}}",
        ["Give `parts` the value []"],
    ),
    "default_missing": (
        "nodes: {a: {type: text.split, on_error: default}}",
        ['Begin with {"parts":[],"length":0}', "Let an error fail the node"],
    ),
    "default_unused": (
        "nodes: {a: {type: text.split, default: {parts: []}}}",
        ["Use it: `on_error: default`", "Delete `default`"],
    ),
    "unknown_limit": (
        "nodes: {a: {type: text.split, limits: {cals: 3}}}",
        ["Rename `cals` to `calls`", "Delete `cals`"],
    ),
    "ticks_of_no_region": (
        "nodes: {a: {type: text.split, limits: {ticks: 3}}}",
        ["Rename `ticks` to `firings`", "Delete `ticks`"],
    ),
    "unknown_limit graph": (
        "nodes: {a: {type: text.split}}\nlimits: {tick: 3}",
        ["Rename `tick` to `ticks`", "Delete `tick`"],
    ),
    "edge_node": (
        LOOP.replace("EDGE", "strat.value -> write.fault"),
        ["Change `strat` to `start`", "Delete the wire"],
    ),
    "edge_port": (
        LOOP.replace("EDGE", "start.valu -> write.fault"),
        ["Change `valu` to `value`", "Delete the wire"],
    ),
    "edge_port target": (
        LOOP.replace("EDGE", "start.value -> write.falt"),
        ["Change `falt` to `fault`", "Delete the wire"],
    ),
    "edge_type": (
        "nodes: {a: {type: random.number}, b: {type: text.split}}\nedges: [a.value -> b.text]",
        ["Write it as text in between", "Delete the wire"],
    ),
    "edge_type json": (
        "nodes: {a: {type: text.constant, text: '[1]'}, b: {type: list.length}}\nedges: [a.text -> b.items]",
        ["Read it as JSON (list) in between", "Delete the wire"],
    ),
    "edge_twice": (LOOP.replace("EDGE", "start.value -> write.start"), ["Delete one of them"]),
    "error_not_routed": (
        LOOP.replace("EDGE", "start.error -> write.fault"),
        ["Let `start` say `on_error: route`", "Delete the wire"],
    ),
    "initial_from": (
        LOOP.replace("EDGE", "write.text ~> write.fault: {initial_from: start.valu}"),
        ["Start with `start.value`", 'Start with ""'],
    ),
    "initial_type": (
        "nodes: {a: {type: text.split}, b: {type: text.join}}\nedges:\n"
        "  - a.parts -> b.texts\n  - b.text ~> a.text: {initial: 3}",
        ['Start with ""'],
    ),
    "initial_cycle": (
        LOOP.replace("EDGE", "write.text ~> write.fault: {initial_from: write.text}"),
        ['Start with ""'],
    ),
    "cycle": (
        LOOP.replace("EDGE", "write.text -> write.fault"),
        ['Deliver at the next tick, starting with ""', "Delete the wire"],
    ),
    "cycle optional": (
        "nodes: {a: {type: flow.delay}, b: {type: flow.delay}}\nedges: [a.value -> b.value, b.value -> a.value]",
        ["Deliver at the next tick (`~>`)", "Delete the wire"],
    ),
    "feedback_no_tick": (
        LOOP.replace("EDGE", 'start.value ~> write.fault: {initial: ""}') + "max_ticks: 1\n",
        ["Allow 10 ticks (`max_ticks: 10`)", "Deliver in the same tick (`->`)", "Delete the wire"],
    ),
    "feedback_once": (
        LOOP.replace("EDGE", 'start.value ~> write.fault: {initial: ""}').replace(
            "text.template,", "text.template, fires: once,"
        ),
        ["Delete `fires: once`", "Delete the wire"],
    ),
    "input_unwired": (
        LOOP.replace("  - EDGE\n", "").replace("start: {type: flow.input, kind: text}", "start: {type: flow.input}"),
        ["Make it an input of this graph, `fault`", "Delete `write`"],
    ),
    "input_unwired named": (
        "nodes: {fault: {type: text.constant, text: x}, a: {type: text.template, template: '{fault}'}}",
        ["Wire `fault.text` to it", "Make it an input of this graph, `fault_2`", "Delete `a`"],
    ),
    "input_unwired typed": (
        "nodes: {s: {type: text.split}, a: {type: list.length}, t: {type: text.constant, text: x}}\n"
        "edges: [t.text -> s.text]",
        ["Wire `s.parts` to it", "Make it an input of this graph, `items`", "Delete `a`"],
    ),
    "stop_unwired": ("nodes: {end: {type: flow.stop}}", ["Delete `end`"]),
    "body_missing": (
        "nodes: {a: {type: flow.subgraph, graph: refin}}\ngraphs: {refine: {nodes: {x: {type: flow.input, value: 1}}}}",
        ["Run `refine`", "Make a subgraph `refin`", "> Choose the body"],
    ),
    "unknown_each": (
        "nodes: {a: {type: flow.map, graph: g, each: [mails]}}\n"
        "graphs: {g: {nodes: {mail: {type: flow.input, value: 1}, o: {type: flow.output}}}}",
        ["Split `mail`", "Leave out what the body does not have"],
    ),
    "collect_in_shared": (
        "nodes: {a: {type: flow.subgraph, graph: g, clock: shared}}\n"
        "graphs: {g: {nodes: {i: {type: flow.input, value: 1}, o: {type: flow.output, collect: true}},"
        " edges: [i.value -> o.value]}}",
        ["Delete `collect` at `o`"],
    ),
    "shared_recursion": (
        "nodes: {a: {type: flow.subgraph, graph: g}}\n"
        "graphs: {g: {nodes: {b: {type: flow.subgraph, graph: g, clock: shared}}}}",
        ["Use `clock: own`"],
    ),
    "take_in_map": (
        "nodes: {a: {type: flow.map, graph: g}}\nstores: {q: {type: queue}}\n"
        "graphs: {g: {nodes: {p: {type: queue.pop, store: q}}}}",
        ["Take one item after the other (`sequential: true`)"],
    ),
    "unknown_store": (
        "nodes: {a: {type: queue.push, store: job}}\nstores: {jobs: {type: queue}}",
        ["Use `jobs`", "Declare `job` as queue"],
    ),
    "store_type": ("nodes: {}\nstores: {jobs: {type: que}}", ["Declare `jobs` as queue", "Delete `jobs`"]),
    "store_type params": (
        "nodes: {a: {type: store.keys, store: s}}\nstores: {s: {type: kv, values: [1], odd: 1}}",
        ["Delete the params that do not fit"],
    ),
    "store_kind": (
        "nodes: {a: {type: queue.push, store: notes}}\nstores: {notes: {type: list}, jobs: {type: queue}}",
        ["Use `jobs`", "Declare `notes` as queue"],
    ),
    "store_kind shared": (
        "nodes: {a: {type: queue.push, store: notes}, b: {type: store.append, store: notes}}\n"
        "stores: {notes: {type: list}, jobs: {type: queue}}",
        ["Use `jobs`"],
    ),
    "store_unused": ("nodes: {a: {type: text.split}}\nstores: {jobs: {type: queue}}", ["Delete `jobs`"]),
    "never_starts": (LOOP.replace("EDGE", "write.text ~> write.fault"), ['Start with ""']),
    "store_order": (
        "nodes: {t: {type: text.constant, text: x}, a: {type: store.set, store: s, key: k},"
        " b: {type: store.set, store: s, key: k}}\n"
        "edges: [t.text -> a.value, t.text -> b.value]\nstores: {s: {type: kv}}",
        ["Let `b` wait for `a`"],
    ),
    "one_tick": (
        "nodes: {pop: {type: queue.pop, store: q}, work: {type: text.join}, set: {type: queue.push, store: q},"
        " end: {type: flow.stop}}\n"
        "edges: [pop.item -> work.texts, work.text -> set.value, pop.empty -> end.when]\n"
        "stores: {q: {type: queue, items: [a]}}",
        ["Go on until a stop (`until: stop`)", "Go on when `set` is done"],
    ),
    "never_quiet": (
        "nodes: {c: {type: clock.now}, h: {type: list.append}, o: {type: flow.output}}\n"
        "edges:\n  - h.items ~> h.items: {initial: []}\n  - c.time -> h.value\n  - h.items -> o.value",
        ["It is memory: `hold: true`", "Bound it: `max_ticks: 10`"],
    ),
    "unreachable": (
        LOOP.replace("EDGE", "write.text ~> write.fault"),
        ["Delete `result`"],
    ),
    "output_unused": (
        "nodes: {t: {type: text.constant, text: x}}",
        ["Make `text` a result of this graph", "Delete `t`"],
    ),
    "loose_function": (
        "nodes: {f: {type: llm.function, instructions: Do something.}, o: {type: flow.output}}\n"
        "edges: [f.text -> o.value]",
        ["> Choose from labels", "> Add a check", "> Add examples"],
    ),
    "free_text_steers": (
        "nodes: {f: {type: llm.function, instructions: Do something.}, s: {type: flow.switch, cases: [a]}}\n"
        "edges: [f.text -> s.value]",
        ["> Let `f` choose from labels"],
    ),
    "no_stop": (
        "nodes: {c: {type: clock.now}, o: {type: flow.output}}\nedges: [c.time -> o.value]\nuntil: stop",
        ["Bound it: `max_ticks: 10`", "End when nothing goes on (`until: quiet`)"],
    ),
    "dynamics_inside": (
        "nodes: {s: {type: flow.subgraph, graph: b}}\ngraphs: {b: {nodes: {t: {type: flow.input}}, "
        "dynamics: {wander: stop}}}",
        ["Say it for the graph of the file", "Delete `dynamics` here"],
    ),
    "dynamics_inside both": (
        "dynamics: {on_alarm: stop}\nnodes: {s: {type: flow.subgraph, graph: b}}\n"
        "graphs: {b: {nodes: {t: {type: flow.input}}, dynamics: {wander: stop}}}",
        ["Delete `dynamics` here"],
    ),
}
"""By code (and a word for a second graph): the graph, and the fixes in their order; `>` marks those that only lead."""


def found_in(doc: Document, code: str) -> Diagnostic:
    every = lint(doc.graph)
    return next((one for one in every if one.code == code), None) or pytest.fail(f"{code} not among {every}")


def key(found: Diagnostic) -> tuple[str, ...]:
    return found.code, found.graph, found.node, found.edge, found.param, found.port, found.store


def shown(offered: list[Fix]) -> list[str]:
    return [fix.label if fix.ops else f"> {fix.label}" for fix in offered]


@pytest.mark.parametrize("case", CASES)
def test_each_fix_removes_its_finding_and_adds_no_error(case: str) -> None:
    text, labels = CASES[case]
    code = case.partition(" ")[0]
    doc = Document(Graph.from_text(text))
    before = snapshot(doc.graph)
    found = found_in(doc, code)
    offered = fixes(doc, found)
    assert shown(offered) == labels
    assert snapshot(doc.graph) == before, "asking changes nothing"
    errors = {key(one) for one in lint(doc.graph) if one.severity == "error"}
    count = sum(key(one) == key(found) for one in lint(doc.graph))
    for fix in offered:
        if not fix.ops:
            assert fix.goto is not None
            assert fix.goto.node in doc.at(fix.goto.at).nodes
            continue
        assert doc.do(fix.label, fix.ops)
        after = lint(doc.graph)
        assert sum(key(one) == key(found) for one in after) < count, f"{fix.label} mends nothing"
        new = [str(one) for one in after if one.severity == "error" and key(one) not in errors]
        assert new == [], f"{fix.label} breaks something"
        if code not in ("never_starts", "unreachable"):
            assert not [one for one in after if one.code == "never_starts"], f"{fix.label} has no first value"
        assert doc.undo() == fix.label
        assert snapshot(doc.graph) == before
    Graph.from_text(doc.graph.to_text())


def test_every_code_has_fixes_that_are_tried_or_needs_thought() -> None:
    tried = {case.partition(" ")[0] for case in CASES} | {"reserved_port", "dynamics_key"}
    assert tried == FIXERS.keys()
    assert FIXERS.keys() | NEED_THOUGHT == HELP.keys()
    assert not FIXERS.keys() & NEED_THOUGHT


def test_ways_of_a_switch_with_reserved_names_get_names_of_their_own() -> None:
    graph = Graph()
    graph.add("flow.switch", "s", cases=["good"])
    graph.nodes["s"].params["cases"] = ["good", "done"]
    doc = Document(graph)
    offered = fixes(doc, found_in(doc, "reserved_port"))
    assert shown(offered) == ["Give these ways names of their own", "> Look at the params"]
    doc.do("fix", offered[0].ops)
    assert doc.node((), "s").params["cases"] == {"good": "good", "is_done": "done"}
    assert not [one for one in lint(doc.graph) if one.code == "reserved_port"]


@pytest.mark.parametrize(
    ("said", "labels", "mended"),
    [
        ({"circles": "stop", "wander": "off"}, ["Rename `circles` to `circle`", "Delete `circles`"], "circle"),
        ({"circles": "hm", "circle": "off"}, ["Delete `circles`"], "circle"),
        ({"on_alarm": "halt"}, ["Delete `on_alarm`"], ""),
    ],
)
def test_wrong_dynamics_are_renamed_or_deleted(said: dict[str, Json], labels: list[str], mended: str) -> None:
    graph = Graph(dynamics=said)
    graph.add("flow.input", "a")
    doc = Document(graph)
    offered = fixes(doc, found_in(doc, "dynamics_key"))
    assert shown(offered) == labels
    for fix in offered:
        doc.do("fix", fix.ops)
        assert not [one for one in lint(doc.graph) if one.code == "dynamics_key"], fix.label
        doc.undo()
        assert doc.graph.dynamics == said
    doc.do("fix", offered[0].ops)
    assert list(doc.graph.dynamics)[:1] == ([mended] if mended else [])


def test_a_fix_in_a_subgraph_changes_that_subgraph() -> None:
    doc = Document(
        Graph.from_text(
            "nodes: {a: {type: flow.subgraph, graph: g}}\n"
            "graphs: {g: {nodes: {x: {type: flow.input, value: 1}},"
            " graphs: {deep: {nodes: {y: {type: text.split, bye: lines}}}}}}"
        )
    )
    found = found_in(doc, "unknown_param")
    assert found.graph == "g.deep"
    doc.do("fix", fixes(doc, found)[0].ops)
    assert doc.node(("g", "deep"), "y").params == {"by": "lines"}


def test_findings_in_other_files_and_old_ones_have_no_fixes(tmp_path: Path) -> None:
    (tmp_path / "body.yaml").write_text("nodes: {y: {type: text.split, bye: words}}\n")
    (tmp_path / "top.yaml").write_text("nodes: {a: {type: flow.subgraph, graph: ./body.yaml}}\n")
    doc = Document.open(tmp_path / "top.yaml")
    assert fixes(doc, found_in(doc, "unknown_param")) == []
    for text, _ in CASES.values():
        other = Document(Graph.from_text("nodes: {z: {type: flow.stop}}"))
        for one in lint(Graph.from_text(text)):
            for fix in fixes(other, one):
                # What a fix of the graph as a whole sets can be set in any graph.
                other.do(fix.label, fix.ops)
                other.undo()


def test_a_fix_that_adds_a_node_puts_it_beside_and_not_upon_another() -> None:
    text = CASES["input_unwired"][0] + "layout: {write: [300, 40], start: [40, 40]}\n"
    doc = Document(Graph.from_text(text))
    fix = next(one for one in fixes(doc, found_in(doc, "input_unwired")) if one.label.startswith("Make it"))
    doc.do(fix.label, fix.ops)
    assert doc.graph.layout["fault"] == [40, 140]
