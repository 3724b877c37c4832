"""Every op is written as JSON and comes back as it was."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.editing import (
    Document,
    InsertEdge,
    Op,
    Place,
    PutGraph,
    PutNode,
    PutStore,
    RemoveEdge,
    RenameGraph,
    RenameNode,
    ReplaceEdge,
    SetComment,
    SetKey,
)
from studio.editing.document.op_json import graph_from_json, graph_to_json, op_from_json, op_to_json, splice
from studio.editing.document.ops import apply
from studio.graph.model import Edge, Graph, NodeInstance, StoreDecl
from studio.support.errors import GraphError
from tests.editing.keeping.conftest import NODE
from tests.editing.random_ops import draw_op, snapshot
from tests.graph.strategies import graphs
from tests.support.thorough import draws

EDGE = Edge("a", "out", "b", "in", feedback=True, has_initial=True, initial=None, hold=True)
EVERY_OP: list[Op] = [
    PutNode(("in", "side"), "a", NODE, 3),
    PutNode((), "a", None),
    RenameNode(("in",), "a", "b"),
    InsertEdge((), 0, EDGE),
    RemoveEdge(("in",), 4),
    ReplaceEdge((), 1, replace(EDGE, has_initial=False, initial_from="c.out")),
    PutStore((), "s", StoreDecl("s", "kv", "project", {"values": {"a": 1}}), 0),
    PutStore((), "s", None),
    PutGraph((), "g", Graph(name="other", nodes={"a": NODE}, edges=[EDGE], comments={"nodes.a": ["# hm"]}), 1),
    PutGraph((), "g", None),
    RenameGraph((), "g", "h", "own"),
    SetKey((), "limits", {"calls": 2.0}),
    SetKey((), "max_ticks", None),
    SetKey((), "dynamics", {"on_alarm": "stop", "settings": {"x": [1]}}),
    SetKey((), "until", "stop"),
    Place((), "a", [1, 2], 3, False),
    Place((), "/frames", None, None, True),
    Place((), "a", False),
    SetComment((), "nodes.a", ("one", ""), 2),
    SetComment((), "nodes.a", None),
]


@pytest.mark.parametrize("op", EVERY_OP, ids=lambda op: type(op).__name__)
def test_each_op_comes_back_as_it_was(op: Op) -> None:
    top = Graph(graphs={"in": Graph(graphs={"side": Graph()})})
    back = op_from_json(json.loads(json.dumps(op_to_json(op), allow_nan=False)), top)
    assert back == op
    if isinstance(op, PutGraph) and op.graph is not None:
        assert isinstance(back, PutGraph)
        assert back.graph is not None
        assert back.graph.comments == op.graph.comments, "which graphs do not compare"


def test_every_field_of_every_op_is_among_those_tried() -> None:
    """Control of the test above: a field that is added to an op and not written would be noticed."""
    for cls in get_args(Op):
        for one in fields(cls):
            tried = {repr(getattr(op, one.name)) for op in EVERY_OP if type(op) is cls}
            assert tried - {repr(one.default)}, f"{cls.__name__}.{one.name}"


@settings(
    max_examples=draws(6, 30),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(graphs(), st.data())
def test_any_edits_read_back_make_the_same_document(graph: Graph, data: st.DataObject) -> None:
    doc = Document(graph)
    twin = graph_from_json(json.loads(json.dumps(graph_to_json(graph))))
    lines: list[str] = []
    doc.changed.connect(lambda op, inverse: lines.append(json.dumps(op_to_json(op, inverse))))
    for _ in range(data.draw(st.integers(1, 8))):
        doc.do("edit", [draw_op(data.draw, doc)])
    while data.draw(st.booleans()) and doc.undo():
        pass
    for line in lines:
        apply(twin, op_from_json(json.loads(line), twin))
    assert snapshot(twin) == snapshot(doc.graph)


@settings(derandomize=True, deadline=None)
@given(st.text(), st.text(), st.text(), st.text())
def test_a_splice_makes_one_text_of_another(front: str, old: str, new: str, back: str) -> None:
    before, after = front + old + back, front + new + back
    start, end, text = splice(before, after)
    assert before[:start] + text + before[end:] == after
    assert len(text) <= len(new)


def test_a_journal_of_before_dynamics_is_read() -> None:
    written = graph_to_json(Graph(dynamics={"on_alarm": "stop"}))
    assert graph_from_json(written).dynamics == {"on_alarm": "stop"}
    del written["dynamics"]
    assert graph_from_json(written).dynamics == {}
    with pytest.raises(GraphError, match="`dynamics` is no object"):
        graph_from_json({**written, "dynamics": 1})


def test_of_a_long_text_only_what_changed_is_written() -> None:
    long = "word " * 100_000
    old = NodeInstance("a", "text.constant", {"text": long, "other": 1})
    new = replace(old, params={"text": long[:1000] + "X" + long[1000:], "other": 1})
    written = json.dumps(op_to_json(PutNode((), "a", new), PutNode((), "a", old)))
    assert len(written) < 300
    read = op_from_json(json.loads(written), Graph(nodes={"a": old}))
    assert read == PutNode((), "a", new)
    with pytest.raises(GraphError, match="missing"):
        op_from_json(json.loads(written), Graph())


@pytest.mark.parametrize(
    "data",
    [
        None, [], "x", {}, {"op": "Format"}, {"op": 3}, {"op": "PutNode"}, {"op": "PutNode", "at": "x", "name": "a"},
        {"op": "PutNode", "at": [], "name": "a", "node": 5},
        {"op": "PutNode", "at": ["nowhere"], "name": "a", "node": {}},
        {"op": "PutNode", "at": [], "name": "a", "node": {"name": "a", "type": "t", "params": {}, "retries": -1}},
        {"op": "PutNode", "at": [], "name": "a", "node": {"name": "a", "type": "t", "params": {}, "fires": "never"}},
        {"op": "PutNode", "at": [], "name": "a", "node": {"name": "a", "type": "t", "params": {}, "changed": {"x": 1}}},
        {"op": "InsertEdge", "at": []}, {"op": "InsertEdge", "at": [], "index": -1, "edge": {"ends": []}},
        {"op": "InsertEdge", "at": [], "index": 0, "edge": {"ends": ["a", "b", "c"]}},
        {"op": "RemoveEdge", "at": [], "index": True}, {"op": "SetKey", "at": [], "key": "__class__", "value": 1},
        {"op": "SetKey", "at": [], "key": "until", "value": "never"}, {"op": "SetKey", "at": [], "key": "name"},
        {"op": "SetKey", "at": [], "key": "dynamics", "value": "stop"},
        {"op": "Place", "at": [], "key": "a", "future": 1}, {"op": "SetComment", "at": [], "key": "a", "lines": [1]},
        {"op": "PutGraph", "at": [], "name": "g", "graph": {"name": "g"}},
        {"op": "PutStore", "at": [], "name": "s", "store": {"name": "s", "type": "kv", "scope": "moon", "params": {}}},
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_op_is_refused_in_a_sentence(data: Any) -> None:
    with pytest.raises(GraphError) as refused:
        op_from_json(data, Graph())
    assert refused.value.message.endswith(".")
