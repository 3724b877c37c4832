"""A document under any sequence of edits: undone it is what it was, redone what it became, and never half of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from studio.editing import Document, InsertEdge, Op, Place, PutGraph, PutNode, RenameNode, SetKey
from studio.editing.document.ops import apply
from studio.editing.document.port_cache import PortCache
from studio.graph.model import Edge, Graph, NodeInstance
from studio.graph.ports import NodePorts, node_ports
from studio.graph.scope import Scope
from studio.support.errors import GraphError, UsageError
from tests.editing.random_ops import draw_op, snapshot
from tests.graph.strategies import graphs
from tests.support.graphs import CRITIC_LOOP
from tests.support.thorough import draws

SLOW = settings(
    max_examples=draws(5, 25), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
SEEKING = settings(SLOW, max_examples=200, phases=[Phase.generate])
"""To find one failure, not the smallest."""


@pytest.fixture
def doc() -> Document:
    return Document(Graph.from_text(CRITIC_LOOP))


def node(name: str, type: str = "text.constant", **params: Any) -> NodeInstance:
    return NodeInstance(name, type, params)


# -- any sequence ----------------------------------------------------------------------------------


@SLOW
@given(graphs(), st.data())
def test_undone_a_document_is_what_it_was_and_redone_what_it_became(graph: Graph, data: st.DataObject) -> None:
    doc = Document(graph)
    states = [snapshot(graph)]
    for number in range(data.draw(st.integers(1, 12))):
        ops: list[Op] = []
        with doc.edit(f"edit {number}"):
            for _ in range(data.draw(st.integers(1, 3))):
                ops.append(draw_op(data.draw, doc))
                doc.do("inner", [ops[-1]])
        states.append(snapshot(doc.graph))
    became = states[-1]
    for before in reversed(states[:-1]):
        assert doc.undo()
        assert snapshot(doc.graph) == before
    assert doc.undo() == ""
    for after in states[1:]:
        assert doc.redo()
        assert snapshot(doc.graph) == after
    assert snapshot(doc.graph) == became


@SLOW
@given(graphs(), st.data())
def test_an_edit_that_fails_leaves_nothing(graph: Graph, data: st.DataObject) -> None:
    doc = Document(graph)
    before = snapshot(graph)
    trial = Document(graph)
    ops = []
    for _ in range(data.draw(st.integers(0, 4))):  # to find ops that fit one after another
        ops.append(draw_op(data.draw, trial))
        trial.do("try", [ops[-1]])
    while trial.undo():
        pass
    assert snapshot(graph) == before
    heard: list[str] = []
    doc.settled.connect(lambda: heard.append("settled"))
    with pytest.raises(GraphError):
        doc.do("fails", [*ops, PutNode((), "not there at all", None)])
    assert snapshot(graph) == before
    assert (doc.history.labels, doc.is_modified) == ([], False)
    assert heard == (["settled"] if ops else []), "who shows the document is told once that it is whole again"


def fresh_ports(doc: Document) -> dict[tuple[Any, str], NodePorts]:
    """Ask for all ports anew, with scopes made anew."""
    found = {}
    for at, graph in doc.walk():
        scope = Scope(doc.graph)
        for name in at:
            scope = scope.find_graph(name)
        for name, one in graph.nodes.items():
            found[at, name] = node_ports(scope, one, doc.registry)
    return found


def known_ports(doc: Document) -> dict[tuple[Any, str], NodePorts]:
    return {(at, name): doc.ports(at, name) for at, graph in doc.walk() for name in graph.nodes}


def _same_ports_throughout(graph: Graph, data: st.DataObject) -> None:
    doc = Document(graph)
    told: set[tuple[Any, str]] = set()
    doc.ports_changed.connect(lambda at, names: told.update((at, name) for name in names))
    before = known_ports(doc)
    for number in range(data.draw(st.integers(1, 8))):
        told.clear()
        back = data.draw(st.integers(0, 4)) == 0 and bool(doc.history.undo_label)
        if back:
            doc.undo()
        else:
            doc.do(f"edit {number}", [draw_op(data.draw, doc)])
        fresh, known = fresh_ports(doc), known_ports(doc)
        for key, ports in fresh.items():
            assert (known[key].inputs, known[key].outputs) == (ports.inputs, ports.outputs), key
            assert known[key].cls is ports.cls
            if key in before and (before[key].inputs, before[key].outputs) != (ports.inputs, ports.outputs):
                assert key in told, f"{key} has other ports and nobody was told"
        before = known


@SLOW
@given(graphs(), st.data())
def test_ports_that_are_kept_are_those_a_fresh_look_gives(graph: Graph, data: st.DataObject) -> None:
    _same_ports_throughout(graph, data)


def test_ports_kept_too_long_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control of the property above: a cache that forgets nothing, or tells nobody, fails it."""
    unforgetting = given(graphs(), st.data())(SEEKING(_same_ports_throughout))
    monkeypatch.setattr(PortCache, "note", lambda self, op, inverse: None)
    with pytest.raises((AssertionError, GraphError, ExceptionGroup, KeyError)):
        unforgetting()


# -- entries ---------------------------------------------------------------------------------------


def test_whatever_is_done_inside_an_edit_is_one_entry(doc: Document) -> None:
    heard: list[str] = []
    doc.settled.connect(lambda: heard.append("settled"))
    with doc.edit("Add two"):
        doc.do("one", [PutNode((), "one", node("one"))])
        with doc.edit("inner"):
            doc.do("two", [PutNode((), "two", node("two"))])
        assert heard == []
    assert doc.history.labels == ["Add two"]
    assert heard == ["settled"]
    assert doc.undo() == "Add two"
    assert not {"one", "two"} & set(doc.graph.nodes)


def test_an_error_inside_an_edit_takes_all_of_it_back(doc: Document) -> None:
    before = snapshot(doc.graph)

    def fail_inside() -> None:
        with doc.edit("Add"):
            doc.do("one", [PutNode((), "one", node("one"))])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_inside()
    assert snapshot(doc.graph) == before
    assert doc.history.labels == []
    # a refusal inside, if somebody catches it, takes back its own part only
    with doc.edit("Add"):
        doc.do("one", [PutNode((), "one", node("one"))])
        with pytest.raises(GraphError):
            doc.do("bad", [PutNode((), "two", node("two")), RenameNode((), "nobody", "x")])
    assert "one" in doc.graph.nodes
    assert "two" not in doc.graph.nodes
    doc.undo()
    assert snapshot(doc.graph) == before


class Blind:
    """A view that cannot follow what is done to one node."""

    def __init__(self, doc: Document, name: str) -> None:
        self.name = name
        doc.changed.connect(self.follow)

    def follow(self, op: Op, inverse: Op) -> None:
        if isinstance(op, PutNode) and op.name == self.name:
            raise RuntimeError("blind")


def in_two_steps(doc: Document, ops: list[Op]) -> None:
    with doc.edit("Add"):
        doc.do("Add", ops[:1])
        doc.do("Add", ops[1:])


def test_what_a_view_cannot_follow_is_not_done_and_every_other_listener_knows(doc: Document) -> None:
    mirror = Graph.from_text(CRITIC_LOOP)
    Blind(doc, "two")
    doc.changed.connect(lambda op, inverse: apply(mirror, op))
    before = snapshot(doc.graph)
    ops: list[Op] = [PutNode((), name, node(name)) for name in ("one", "two", "three")]

    with pytest.raises(RuntimeError, match="blind"):
        doc.do("Add", ops)
    with pytest.raises(RuntimeError, match="blind"):
        in_two_steps(doc, ops)

    assert snapshot(doc.graph) == snapshot(mirror) == before
    assert (doc.history.labels, doc.is_modified) == ([], False)
    doc.do("Add", ops[:1])
    assert doc.history.labels == ["Add"]


def test_undo_and_redo_are_whole_though_a_view_cannot_follow(doc: Document) -> None:
    states = [snapshot(doc.graph)]
    doc.do("Add", [PutNode((), name, node(name)) for name in ("one", "two", "three")])
    states.append(snapshot(doc.graph))
    blind = Blind(doc, "two")
    for step, state in ((doc.undo, states[0]), (doc.redo, states[1])):
        with pytest.raises(RuntimeError, match="blind"):
            step()
        assert snapshot(doc.graph) == state
    blind.name = ""
    assert doc.undo() == "Add"


def test_an_edit_that_does_nothing_is_no_entry(doc: Document) -> None:
    assert doc.do("nothing", []) is False
    with doc.edit("nothing"):
        pass
    assert doc.history.labels == []
    assert not doc.is_modified


@pytest.mark.parametrize(
    "op",
    [
        PutNode((), "nobody", None),
        PutNode(("nowhere",), "a", None),
        PutNode((), "no name", NodeInstance("no name", "flow.stop")),
        RenameNode((), "topic", "writer"),
        RenameNode((), "topic", "two words"),
        InsertEdge((), 99, Edge("a", "b", "c", "d")),
        PutGraph((), "nowhere", None),
    ],
    ids=str,
)
def test_ops_that_do_not_fit_are_refused_in_a_sentence(doc: Document, op: Op) -> None:
    before = snapshot(doc.graph)
    with pytest.raises(GraphError) as refused:
        apply(doc.graph, op)
    assert refused.value.message.endswith(".")
    assert snapshot(doc.graph) == before


# -- files -----------------------------------------------------------------------------------------


def test_a_document_is_modified_from_its_first_edit_to_its_save(tmp_path: Path) -> None:
    path = tmp_path / "loop.yaml"
    path.write_text(CRITIC_LOOP)
    doc = Document.open(path)
    assert not doc.is_modified
    doc.do("Describe", [SetKey((), "about", "Other.")])
    assert doc.is_modified
    doc.undo()
    assert not doc.is_modified
    doc.redo()
    doc.save()
    assert not doc.is_modified
    assert "Other." in path.read_text()
    doc.undo()
    assert doc.is_modified, "the file says `Other.`, the document no more"
    doc.redo()
    assert not doc.is_modified


def test_a_file_that_changed_is_noticed_kept_or_read_again(tmp_path: Path) -> None:
    path = tmp_path / "loop.yaml"
    path.write_text(CRITIC_LOOP)
    doc = Document.open(path)
    assert not doc.changed_on_disk()
    path.write_text(CRITIC_LOOP.replace("tide pools", "caves"))
    assert doc.changed_on_disk()
    doc.keep_mine()
    assert not doc.changed_on_disk()
    assert doc.is_modified
    path.write_text(CRITIC_LOOP.replace("tide pools", "owls"))
    heard: list[str] = []
    doc.reset.connect(lambda: heard.append("reset"))
    doc.reload()
    assert heard == ["reset"]
    assert doc.graph.nodes["topic"].params["value"] == "owls"
    assert not doc.is_modified
    path.write_text("nodes: [\n")
    with pytest.raises(GraphError):
        doc.reload()
    assert doc.graph.nodes["topic"].params["value"] == "owls", "what cannot be read takes nothing away"
    path.unlink()
    assert doc.changed_on_disk()


def test_a_document_without_a_file_asks_for_one(tmp_path: Path) -> None:
    doc = Document(Graph(name="new"))
    assert doc.title == "new"
    with pytest.raises(UsageError, match="no file"):
        doc.save()
    with pytest.raises(UsageError, match="no file"):
        doc.reload()
    doc.save(tmp_path / "new.yaml")
    assert (doc.title, doc.path) == ("new.yaml", tmp_path / "new.yaml")


def test_a_body_in_a_file_is_found_once_the_document_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "body.yaml").write_text("nodes: {item: {type: flow.input}}\n")
    doc = Document(Graph(name="new"))
    doc.do("Add", [PutNode((), "run", node("run", "flow.subgraph", graph="./body.yaml"))])
    assert list(doc.ports((), "run").inputs) == []
    doc.save(tmp_path / "new.yaml")
    assert list(doc.ports((), "run").inputs) == ["item"]


def test_in_another_folder_and_after_a_body_was_saved_nodes_have_the_ports_of_the_body_there(tmp_path: Path) -> None:
    for folder, name in (("one", "item"), ("two", "other")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "body.yaml").write_text(f"nodes: {{{name}: {{type: flow.input}}}}\n")
    doc = Document(Graph(name="new"))
    doc.do("Add", [PutNode((), "run", node("run", "flow.subgraph", graph="./body.yaml"))])
    told: list[Any] = []
    doc.ports_changed.connect(lambda at, names: told.append((at, set(names))))
    for folder, name in (("one", "item"), ("two", "other")):
        doc.save(tmp_path / folder / "new.yaml")
        assert told.pop() == ((), {"run"})
        assert list(doc.ports((), "run").inputs) == [name]
    (tmp_path / "two" / "body.yaml").write_text("nodes: {third: {type: flow.input}}\n")
    doc.look_at_bodies()
    assert told.pop() == ((), {"run"})
    assert list(doc.ports((), "run").inputs) == ["third"]
    assert not doc.is_modified
    doc.look_at_bodies()
    assert not told, "what did not change disturbs nobody"


# -- reading ---------------------------------------------------------------------------------------


def test_implicit_ports_are_known(doc: Document) -> None:
    assert [found.type for found in (doc.output((), "writer", "done"), doc.input((), "done", "when")) if found] == [
        "boolean",
        "any",
    ]
    assert doc.output((), "writer", "text") is not None
    assert doc.output((), "writer", "nothing") is None
    assert doc.input((), "nobody", "x") is None
    with pytest.raises(GraphError, match="no node `nobody`"):
        doc.node((), "nobody")
    assert not doc.has(("nowhere",))


def test_changed_tells_each_op_with_its_inverse_and_replay_gives_the_same(doc: Document) -> None:
    mirror = Graph.from_text(CRITIC_LOOP)
    doc.changed.connect(lambda op, inverse: apply(mirror, op))
    doc.do("Add", [PutNode((), "one", node("one")), Place((), "one", [3, 4])])
    doc.do("Change", [PutNode((), "topic", replace(doc.node((), "topic"), title="Subject"))])
    doc.undo()
    doc.redo()
    doc.undo()
    assert snapshot(mirror) == snapshot(doc.graph)
