"""Reading graph files: what they mean, and that nothing hostile or mistaken gets in without a sentence."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from studio.graph import Graph
from studio.support.errors import EnvironmentProblem, GraphError

CRITIC_LOOP = Path(__file__).parent.parent / "golden" / "graphs" / "critic_loop.yaml"


def small(body: str) -> str:
    return f"studio: 1\nname: small\nnodes:\n  a: {{type: toy.add}}\n  b: {{type: toy.add}}\n{body}"


def refusal(text: str) -> GraphError:
    with pytest.raises(GraphError) as caught:
        Graph.from_text(text, name="file.yaml")
    return caught.value


def test_the_example_of_the_contract_reads_as_it_says() -> None:
    graph = Graph.load(CRITIC_LOOP)

    assert list(graph.nodes) == ["topic", "writer", "critic", "route", "done", "result"]
    assert graph.nodes["critic"].params == {"instructions": "Judge: {draft}", "labels": ["good", "vague", "wrong"]}
    assert graph.nodes["writer"].params["instructions"].endswith("{fault}\n")
    back = graph.edges[3]
    assert (str(back), back.feedback, back.has_initial, back.initial) == (
        "critic.label ~> writer.fault", True, True, "",
    )  # fmt: skip
    assert (graph.max_ticks, graph.until, graph.on_limit, graph.limits) == (6, "quiet", "stop", {"cost_usd": 0.05})
    assert graph.layout == {"topic": [0, 0], "writer": [240, 0]}
    assert graph.base == CRITIC_LOOP.parent


def test_nodes_edges_and_stores_know_their_lines() -> None:
    graph = Graph.from_text(small("edges:\n  - a.sum -> b.a\nstores:\n  q: {type: queue}\n"), name="file.yaml")

    assert str(graph.nodes["b"].place) == "file.yaml:5"
    assert str(graph.edges[0].place) == "file.yaml:7"
    assert str(graph.stores["q"].place) == "file.yaml:9"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("on", "on"), ("NO", "NO"), ("2024-01-31", "2024-01-31"), ("12:30", "12:30"), ("1_000", "1_000"),
        ("0b11", "0b11"), ("~", None), ("null", None), ("", None), ("true", True), ("FALSE", False), ("12", 12),
        ("+3", 3), ("-4", -4), ("0o17", 15), ("0xff", 255), ("017", 17), ("1e3", 1000.0), (".5", 0.5), ("1.", 1.0),
        ("-2.5E-1", -0.25), ("'12'", "12"), ('"null"', "null"), ("18446744073709551615", 2**64 - 1), ("1e", "1e"),
        ("<<", "<<"), ("=", "="), ("1.2.3", "1.2.3"),
    ],
)  # fmt: skip
def test_scalars_follow_yaml_1_2(written: str, value: object) -> None:
    read = Graph.from_text(f"studio: 1\nnodes:\n  a:\n    type: toy\n    value: {written}\n").nodes["a"].params["value"]

    assert read == value
    assert type(read) is type(value)


def test_unknown_types_params_and_top_level_keys_are_kept() -> None:
    text = "studio: 1\nname: g\nnodes:\n  a: {type: no.such, odd: [1, {x: z}]}\nfuture: {k: [1, 2]}\n"
    graph = Graph.from_text(text)

    assert graph.nodes["a"].params == {"odd": [1, {"x": "z"}]}
    assert graph.extra == {"future": {"k": [1, 2]}}
    assert graph.to_text() == text


def test_dynamics_are_read_as_written_and_stand_behind_limits() -> None:
    text = (
        "studio: 1\nname: g\nnodes:\n  a: {type: t.t}\nlimits: {calls: 3}\n"
        'dynamics: {on_alarm: pause, wander: "off", settings: {stall_ticks: 20}}\nlayout: {a: [0, 0]}\n'
    )
    graph = Graph.from_text(text.replace('"off"', "off"))

    assert graph.dynamics == {"on_alarm": "pause", "wander": "off", "settings": {"stall_ticks": 20}}
    assert graph.extra == {}
    assert graph.to_text() == text
    for empty in ("dynamics:\n", "dynamics: {}\n"):
        assert "dynamics" not in Graph.from_text(small(empty)).to_text()


def test_node_keys_are_read_apart_from_params() -> None:
    graph = Graph.from_text(
        "studio: 1\nnodes:\n  a: {type: t.t, title: T, fires: once, on_error: default, default: {x: 1}, retries: 2,"
        " timeout_s: 1.5, limits: {calls: 3}, knockout: pass, own: 1}\n"
    )
    node = graph.nodes["a"]

    assert (node.title, node.fires, node.on_error, node.default) == ("T", "once", "default", {"x": 1})
    assert (node.retries, node.timeout_s, node.limits, node.knockout) == (2, 1.5, {"calls": 3}, "pass")
    assert node.params == {"own": 1}


def test_subgraphs_have_the_same_shape_and_their_own_name() -> None:
    graph = Graph.from_text("studio: 1\ngraphs:\n  inner:\n    nodes: {x: {type: t.t}}\n    max_ticks: 2\nnodes: {}\n")

    assert graph.graphs["inner"].name == "inner"
    assert graph.graphs["inner"].max_ticks == 2
    assert [path for path, _ in graph.walk()] == ["", "inner"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("studio: 1\nnodes: [", 2, "not valid YAML"),
        ("", 0, "empty"),
        ("hello: 1\n", 1, "no graph file"),
        ("- 1\n", 1, "no graph file"),
        ("studio: 2\nnodes: {}\n", 1, "newer"),
        ("studio: one\nnodes: {}\n", 1, "format version"),
        ("studio: 0\nnodes: {}\n", 1, "format version"),
        ("studio: 1\nnodes: {}\n---\nnodes: {}\n", 3, "second document"),
        ("studio: 1\nnodes:\n  a: !!python/object:os.system {type: x}\n", 3, "tag"),
        ("studio: 1\nnodes:\n  a: {type: !x y}\n", 3, "tag"),
        ("studio: 1\nnodes:\n  a: &x {type: y}\n", 3, "anchor"),
        ("studio: 1\nnodes:\n  a: *x\n", 3, "alias"),
        ("studio: 1\nnodes:\n  a: {type: x}\n  a: {type: y}\n", 4, "stands twice (first on line 3)"),
        ("studio: 1\nnodes:\n  a: {type: x, p: {k: 1, k: 2}}\n", 3, "stands twice"),
        ("studio: 1\nnodes:\n  a: {type: x, p: {1: 2}}\n", 3, 'Put it in quotes: "1"'),
        ("studio: 1\nnodes:\n  a: {type: x, p: {true: 2}}\n", 3, "The key true"),
        ("studio: 1\nnodes:\n  a: {type: x, p: {[a]: 2}}\n", 3, "list or mapping"),
        ("studio: 1\nnodes:\n  a: {type: x, p: .nan}\n", 3, "finite"),
        ("studio: 1\nnodes:\n  a: {type: x, p: -.Inf}\n", 3, "finite"),
        ("studio: 1\nnodes:\n  a: {type: x, p: 1e999}\n", 3, "too large"),
        ("studio: 1\nnodes:\n  a: {type: x, p: 18446744073709551616}\n", 3, "64 bits"),
        ("studio: 1\nnodes:\n  a: {type: x, p: " + "9" * 5000 + "}\n", 3, "64 bits"),
        ("studio: 1\nnodes:\n  a: {type: x, p: \x07}\n", 3, "U+0007"),
        ("studio: 1\nnodes:\n  a: {type: x, p: \ud800}\n", 3, "half a character"),
        ('studio: 1\nnodes:\n  a: {type: x, p: "\\ud800"}\n', 3, "invalid Unicode"),
        ("studio: 1\nnodes:\n  a: {title: x}\n", 3, "has no type"),
        ("studio: 1\nnodes:\n  a b: {type: x}\n", 3, "cannot name a node"),
        ("studio: 1\nnodes:\n  a.b: {type: x}\n", 3, "cannot name a node"),
        ("studio: 1\nnodes:\n  1a: {type: x}\n", 3, "cannot name a node"),
        ("studio: 1\nnodes:\n  a: {type: 3}\n", 3, "must be text"),
        ("studio: 1\nnodes:\n  a: x\n", 3, "must be a mapping"),
        ("studio: 1\nnodes: [a]\n", 2, "must be a mapping"),
        ("studio: 1\nnodes:\n  a: {type: x, fires: twice}\n", 3, "`once` or `every_tick`"),
        ("studio: 1\nnodes:\n  a: {type: x, on_error: stop}\n", 3, "`fail` or `skip`"),
        ("studio: 1\nnodes:\n  a: {type: x, retries: -1}\n", 3, "whole number from 0"),
        ("studio: 1\nnodes:\n  a: {type: x, retries: true}\n", 3, "whole number from 0"),
        ("studio: 1\nnodes:\n  a: {type: x, timeout_s: 0}\n", 3, "more than 0"),
        ("studio: 1\nnodes:\n  a: {type: x, timeout_s: soon}\n", 3, "must be a number"),
        ("studio: 1\nnodes:\n  a: {type: x, limits: {calls: many}}\n", 3, "The limit `calls`"),
        ("studio: 1\nnodes:\n  a: {type: x, knockout: 1}\n", 3, "`knockout`"),
        (small("edges: {a: b}\n"), 6, "must be a list"),
        (small("edges:\n  - a -> b\n"), 7, "is no edge"),
        (small("edges:\n  - a.sum => b.a\n"), 7, "is no edge"),
        (small("edges:\n  - [a.sum, b.a]\n"), 7, "is no edge"),
        (small("edges:\n  - 3\n"), 7, "is no edge"),
        (small('edges:\n  - "a-x.sum -> b.a"\n'), 7, "cannot name a node"),
        (small("edges:\n  - a.sum -> b.a: {hold: true}\n"), 7, "takes no options"),
        (small("edges:\n  - a.sum ~> b.a: {holds: true}\n"), 7, "Did you mean `hold`?"),
        (small("edges:\n  - a.sum ~> b.a: {hold: 1}\n"), 7, "`true` or `false`"),
        (small("edges:\n  - a.sum ~> b.a: {initial_from: b}\n"), 7, "`node.port`"),
        (small("edges:\n  - a.sum ~> b.a: {initial: 1, initial_from: b.sum}\n"), 7, "both"),
        (small("edges:\n  - a.sum ~> b.a: 3\n"), 7, "must be a mapping"),
        (small("stores: {q: {scope: run}}\n"), 6, "has no type"),
        (small("stores: {q: {type: queue, scope: world}}\n"), 6, "`region` or `run`"),
        (small("stores: {q-q: {type: queue}}\n"), 6, "cannot name a store"),
        (small("until: done\n"), 6, "`quiet` or `stop`"),
        (small("max_ticks: 0\n"), 6, "whole number from 1"),
        (small("on_limit: go\n"), 6, "`stop` or `fail`"),
        (small("limits: {calls: -1}\n"), 6, "0 or more"),
        (small("dynamics: pause\n"), 6, "`dynamics` must be a mapping. Write `dynamics: {on_alarm: pause}`"),
        (small("dynamics:\n  on_alarm: pause\n  circles: stop\n"), 8, "no key `circles`. Did you mean `circle`?"),
        (small("dynamics:\n  # yes\n  on_alarm: halt\n"), 8, "cannot be 'halt'. One of off, warn, pause, stop."),
        (small("dynamics: {wander: false}\n"), 6, "`wander` in `dynamics` cannot be False"),
        (small("dynamics: {wander: " + "x" * 9999 + "}\n"), 6, "x. One of off"),
        (small("dynamics:\n  settings: [1]\n"), 7, "`settings` in `dynamics` should hold thresholds by name."),
        (small("dynamics:\n  settings:\n    stall_stop: 2\n    stal_ticks: 1\n"), 9, "`stal_ticks`. Did you mean"),
        (small("dynamics:\n  settings:\n    stall_ticks: 0\n"), 8, "`stall_ticks` should be a whole number from 1"),
        (small("graphs: {a: {dynamics: {x: stop}}}\n"), 6, "no key `x`"),
        (small("graphs: {a b: {}}\n"), 6, "cannot name a subgraph"),
        (small("graphs: {a: {studio: 7}}\n"), 6, "format of its file"),
        (small("layout: [1]\n"), 6, "must be a mapping"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_one_sentence_and_its_line(text: str, line: int, words: str) -> None:
    error = refusal(text)

    assert words in str(error)
    assert error.where == (f"file.yaml:{line}" if line else "file.yaml")


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ("{type: flow.switch, cases: [good, done]}", "case `done`"),
        ("{type: flow.switch, cases: {error: bad}}", "case `error`"),
        ("{type: llm.function, instructions: 'Judge {title}'}", "placeholder `title`"),
        ("{type: llm.function, schema: {properties: {when: {}}}}", "schema property `when`"),
        ("{type: llm.function, instructions: x, output: error}", "output `error`"),
        ("{type: text.template, template: '{limits}'}", "placeholder `limits`"),
        ("{type: json.build, template: {a: [x, '{retries}']}}", "placeholder `retries`"),
        ("{type: human.ask, question: 'Is {error} right?'}", "placeholder `error`"),
    ],
)
def test_a_name_that_would_make_a_reserved_port_is_refused(node: str, words: str) -> None:
    error = refusal(f"studio: 1\nnodes:\n  x: {node}\n")

    assert words in error.message
    assert "reserved" in error.message
    assert error.where == "file.yaml:3"


def test_a_case_may_give_its_port_another_name() -> None:
    graph = Graph.from_text("studio: 1\nnodes:\n  x: {type: flow.switch, cases: {finished: done}}\n")

    assert graph.nodes["x"].params["cases"] == {"finished": "done"}


def test_doubled_braces_and_labels_make_no_port() -> None:
    graph = Graph.from_text(
        "studio: 1\nnodes:\n  x: {type: llm.function, instructions: 'Say {{title}} of {it}', labels: [done, error]}\n"
    )

    assert graph.nodes["x"].params["labels"] == ["done", "error"]


HOSTILE = {
    "billion laughs": "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nstudio: 1\nnodes: {}\n",
    "merge key": "studio: 1\nnodes:\n  a: &a {type: x}\n  b: {<<: *a}\n",
    "deep lists": "studio: 1\nnodes: {a: {type: x, p: " + "[" * 100_000,
    "deep mappings": "studio: 1\nnodes:\n" + "".join(" " * n + "a:\n" for n in range(1, 2000)),
    "deep block lists": "studio: 1\nnodes: " + "- " * 50_000,
    "too large": "studio: 1\nnodes: {}\n#" + "x" * 21_000_000,
    "too large in bytes": "studio: 1\nnodes: {}\n#" + "€" * 7_000_000,
    "many values": "studio: 1\nnodes: {a: {type: x, p: [" + "a," * 3_000_000,
    "many keys": "studio: 1\nnodes: {a: {type: x}}\n" + "".join(f"k{n}: 1\n" for n in range(200_000)),
    "many nodes": "studio: 1\nnodes:\n" + "".join(f"  n{n}: {{type: x}}\n" for n in range(10_001)),
    "many comments": "studio: 1\nnodes: {}\n" + "#\n" * 500_000,
    "a thousand tags": "studio: 1\nnodes: " + "!x " * 1000 + "{}\n",
    "python": "studio: 1\nnodes: !!python/object/apply:os.system ['true']\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_quickly(name: str) -> None:
    text = HOSTILE[name]
    began = time.process_time()

    error = refusal(text)

    assert time.process_time() - began < 10  # a bomb takes minutes; a second is the aim on a quiet machine
    assert len(str(error)) < 400


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"studio: 1\nname: caf\xe9\n")
    big = tmp_path / "big.yaml"
    with big.open("wb") as file:
        file.truncate(21_000_000)

    with pytest.raises(GraphError, match="no such file"):
        Graph.load(tmp_path / "none.yaml")
    with pytest.raises((GraphError, EnvironmentProblem), match="folder"):
        Graph.load(tmp_path)
    with pytest.raises(GraphError, match=r"latin.yaml:2: The file is not UTF-8"):
        Graph.load(tmp_path / "latin.yaml")
    with pytest.raises(GraphError, match="larger than 20 MB"):
        Graph.load(big)


def test_the_name_of_a_file_names_a_graph_without_name_and_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "my_graph.yaml").write_bytes(b"\xef\xbb\xbfstudio: 1\nnodes: {}\n")

    assert Graph.load(tmp_path / "my_graph.yaml").name == "my_graph"


def test_windows_line_ends_read_the_same() -> None:
    text = CRITIC_LOOP.read_text()
    read = Graph.from_text(text.replace("\n", "\r\n"))

    assert read == Graph.from_text(text)
    assert read.to_text() == text
