"""What cannot leave the studio is told for every node, before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio import Graph
from studio.export.standalone.problems import told_before
from studio.export.standalone.script import standalone_script
from studio.export.targets import GraphSource, find_target, settled
from studio.export.targets.declaring import GraphTarget
from studio.plugins.files import own_files
from studio.plugins.registries import approve_files, registry_of
from studio.spec.registry import default_registry
from studio.support.errors import GraphError, UsageError
from tests.support.played_scripts import Played

OWN = '''
from studio.spec import Fields, Node, RunContext, node, param, port

MARK = "!"


def louder(text: str, times: int) -> str:
    return text.upper() + MARK * times


@node("my.shout", category="Mine")
class Shout(Node):
    """Say it loud."""

    class Params(Fields):
        times: int = param(2, help="How many marks.")

    class In(Fields):
        text: str = port()

    class Out(Fields):
        text: str = port()

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(text=louder(inputs.text, params.times))
'''


def stuck() -> Graph:
    """A graph with nodes at the top and in a body that cannot leave."""
    graph = Graph("stuck")
    graph.add_store("list", "diary", scope="project")
    graph.add("shell.run", "build", argv=["make"])
    graph.add("store.items", "read", store="diary")
    graph.add("text.constant", "fine", text="x")
    body = graph.add_graph("inner")
    body.add("code.python", "compute", code="def main() -> int:\n    return 1\n")
    graph.add("flow.subgraph", "say", graph="inner")
    return graph


def test_every_node_is_named_with_its_reason() -> None:
    found = dict(told_before(stuck(), default_registry())[0])

    assert list(found) == ["build", "read", "say.compute"]
    assert found["read"] == "its store `diary` is the project's, which other runs share"
    assert all(reason and not reason.endswith(".") for reason in found.values())


def test_one_error_names_them_all() -> None:
    with pytest.raises(UsageError, match=r"3 nodes .*`build`: .*; `read`: .*; `say\.compute`: "):
        standalone_script(stuck(), default_registry())


def test_a_node_that_is_switched_off_is_no_problem() -> None:
    graph = stuck()
    for node in (graph.nodes["build"], graph.nodes["read"], graph.graphs["inner"].nodes["compute"]):
        node.knockout = True

    assert told_before(graph, default_registry())[0] == []
    assert Played(standalone_script(graph, default_registry())).main() == 0


def test_a_race_is_a_difference_and_no_problem() -> None:
    graph = Graph("race")
    graph.add("text.constant", "one", text="a")
    graph.add("text.constant", "two", text="b")
    graph.add("flow.merge", "any", take="first_arrival")
    graph.connect("one.text", "any.value")
    graph.connect("two.text", "any.value")

    assert told_before(graph, default_registry())[0] == []
    assert [node for node, _ in told_before(graph, default_registry())[1]] == ["any"]
    assert "race for one input" in " ".join(standalone_script(graph, default_registry()).split())


@pytest.mark.parametrize(("model", "told"), [("text-completion-openai/x", ["judge"]), ("openai/x", [])])
def test_a_model_that_completes_texts_is_a_difference(model: str, told: list[str]) -> None:
    graph = Graph("judging")
    graph.add("llm.function", "judge", instructions="Judge this.", labels=["good", "vague"], model=model)

    assert told_before(graph, default_registry())[0] == []
    assert [node for node, _ in told_before(graph, default_registry())[1]] == told


def test_a_graph_that_cannot_run_is_told_as_such() -> None:
    graph = Graph("broken")
    graph.add("no.such_type", "it")

    with pytest.raises(GraphError, match=r"no\.such_type"):
        told_before(graph, default_registry())[0]


def test_the_target_tells_problems_and_differences_before_it_writes() -> None:
    target = find_target("standalone")
    assert isinstance(target, GraphTarget)
    source = GraphSource(stuck(), default_registry(), "stuck.yaml")

    told = target.problems(source, settled(target))

    assert [(problem.node, problem.stops) for problem in told] == [
        ("build", True), ("read", True), ("say.compute", True),
    ]  # fmt: skip


def test_node_types_of_the_project_go_in_with_what_they_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "studio.toml").touch()
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes" / "shout.py").write_text(OWN)
    (tmp_path / "loud.yaml").write_text(
        "studio: 1\nname: loud\nnodes:\n  word: {type: text.constant, text: sea}\n"
        "  shout: {type: my.shout, times: 3}\n  out: {type: flow.output}\n"
        "edges:\n  - word.text -> shout.text\n  - shout.text -> out.value\n"
    )
    approve_files(own_files(tmp_path))
    graph = Graph.load(tmp_path / "loud.yaml")

    source = standalone_script(graph, registry_of(graph))

    assert "def louder(text: str, times: int) -> str:" in source
    assert Played(source).main() == 0
    assert capsys.readouterr().out == "SEA!!!\n"


EMPTY_PARTS = "^([a-z]*,?)*$"
"""A pattern of RE2 that repeats what may be empty, where Python's would find something else."""


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"pattern": EMPTY_PARTS}, "`^([a-z]*,?)*$` has no exact equal in Python"),
        ({"patternProperties": {EMPTY_PARTS: True}}, "`^([a-z]*,?)*$` has no exact equal in Python"),
        ({"items": {"unevaluatedItems": False}}, "its schema uses `unevaluatedItems`"),
    ],
    ids=["pattern", "names", "rule"],
)
def test_a_schema_that_a_script_cannot_apply_is_told_before_it_is_paid_for(rule: dict[str, object], why: str) -> None:
    def asking(held: dict[str, object]) -> Graph:
        graph = Graph("asking")
        schema = {"type": "object", "properties": {"pattern": held}}
        graph.add("llm.function", "ask", instructions="Say it.", schema=schema)
        graph.add("json.validate", "look", schema=schema)
        graph.connect("ask.value", "look.value")
        return graph

    found = told_before(asking(rule), default_registry())[0]

    assert [node for node, _ in found] == ["ask", "look"]
    assert all(why in reason for _, reason in found)
    assert told_before(asking({"pattern": "^[a-z]*$", "minItems": 2}), default_registry())[0] == []  # the control
