"""Documents for property tests of edits, and every edit there is, done at random.

    @given(documents(), st.integers(0, 2**32))
    def test_something(doc: Document, seed: int) -> None:
        rng = random.Random(seed)
        for _ in range(5):
            do_random_edit(doc, rng)

A document is either plausible (types that exist, wires that mostly fit, subgraphs that are run, stores that are used,
comments) or hostile (`tests.graph.strategies`: unknown types, wires to nowhere, texts that break YAML writers, garbage
where frames are expected).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from studio.editing.carrying import fragments, inlining, subgraphs
from studio.editing.document import Document
from studio.editing.document.ops import At, Op
from studio.editing.edits import bodies, connecting, nodes, renaming, stores
from studio.editing.placing import annotations as drawn
from studio.editing.placing import arranging, places
from studio.graph.frames import Frame, Rect
from studio.graph.model import Edge, Graph, NodeInstance, StoreDecl
from studio.spec.fields import MISSING
from studio.support.errors import GraphError
from tests.graph import strategies as hostile

TYPES: dict[str, dict[str, Any]] = {
    "text.template": {"template": "{a} and {b}"},
    "text.constant": {"text": "so"},
    "text.join": {},
    "llm.function": {"instructions": "Judge {draft}: {{not}}", "labels": ["good", "bad"]},
    "flow.switch": {"cases": ["good", "bad"]},
    "flow.merge": {"take": "all"},
    "flow.gate": {"condition": "a > 1"},
    "math.expression": {"expression": "x + y"},
    "queue.pop": {"store": "tasks"},
    "queue.push": {"store": "tasks"},
    "store.append": {"store": "log"},
    "flow.input": {"kind": "text"},
    "flow.output": {},
    "flow.stop": {},
    "flow.subgraph": {"graph": "part"},
    "flow.map": {"graph": "part", "each": ["x"]},
    "no.such": {"what": {"deep": [1, None]}},
}
"""Types of plausible documents with params to begin with."""


def plausible(rng: random.Random, depth: int = 0) -> Graph:
    """Return a graph as people draw them, nearly."""
    graph = Graph(name="part" if depth else "whole", about=rng.choice(["", "What it is for."]))
    for number in range(rng.randint(1, 7)):
        type_name = rng.choice(list(TYPES))
        name = f"{type_name.rpartition('.')[2]}_{number}"
        graph.nodes[name] = NodeInstance(name, type_name, dict(TYPES[type_name]), title=rng.choice(["", "A title"]))
    names = list(graph.nodes)
    doc = Document(graph)
    for _ in range(rng.randint(0, 10)):
        source, target = rng.choice(names), rng.choice(names)
        outputs, inputs = [*doc.ports((), source).outputs, "done"], [*doc.ports((), target).inputs, "when"]
        edge = Edge(source, rng.choice(outputs), target, rng.choice(inputs), feedback=rng.random() < 0.3)
        if edge.feedback:
            edge.hold = rng.random() < 0.3
            if rng.random() < 0.5:
                edge.has_initial, edge.initial = True, rng.choice(["", 0, None, {"a": [1]}])
            elif rng.random() < 0.5:
                start = rng.choice(names)
                edge.initial_from = f"{start}.{rng.choice([*doc.ports((), start).outputs, 'done'])}"
        graph.edges.append(edge)
    if rng.random() < 0.5:
        graph.stores = {"tasks": StoreDecl("tasks", "queue"), "log": StoreDecl("log", "list", params={"items": [1]})}
    graph.layout = {name: [rng.randint(-500, 500), rng.randint(0, 300)] for name in names if rng.random() < 0.8}
    if rng.random() < 0.4:
        graph.layout["/frames"] = [{"title": "F", "rect": [-50, -50, 400, 300], "colour": "blue", "odd": 1}, "garbage"]
        graph.layout["/comments"] = [{"text": "hm", "rect": [10, 20, 100, 50]}]
    if graph.edges and rng.random() < 0.4:
        graph.layout["/wires"] = {str(rng.choice(graph.edges)): [[1, 2], [3, "x"]], "a.b -> c.d": [[0, 0]]}
    for key in (
        *(f"nodes.{name}" for name in names),
        *(f"edges.{edge}" for edge in graph.edges),
        "edges",
        "nodes.gone",
    ):
        if rng.random() < 0.2:
            kind = rng.choice(["", " #"])
            graph.comments[key + kind] = [f"# about {key}"]
    if depth < 2 and rng.random() < 0.6:
        graph.graphs["part"] = plausible(rng, depth + 1)
    return graph


@st.composite
def documents(draw: Any, *, only_plausible: bool = False) -> Document:
    """Documents, plausible or hostile, as they are after reading."""
    if only_plausible or draw(st.booleans()):
        graph = plausible(random.Random(draw(st.integers(0, 2**32 - 1))))
    else:
        graph = draw(hostile.graphs())
        if draw(st.booleans()):
            graph.layout |= draw(
                st.dictionaries(st.sampled_from(["/frames", "/comments", "/wires"]), hostile.values, max_size=3)
            )
    return Document(Graph.from_text(graph.to_text()))


# -- edits --------------------------------------------------------------------------------------

Edit = Callable[[Document, At, random.Random], list[Op]]


def _name(doc: Document, at: At, rng: random.Random) -> str:
    return rng.choice(list(doc.at(at).nodes) or ["nobody"])


def _some(doc: Document, at: At, rng: random.Random) -> list[str]:
    names = list(doc.at(at).nodes)
    return rng.sample(names, rng.randint(min(1, len(names)), min(4, len(names))))


def _edge(doc: Document, at: At, rng: random.Random) -> Edge:
    return rng.choice(doc.at(at).edges or [Edge("nobody", "x", "nobody", "y")])


def _connect(doc: Document, at: At, rng: random.Random) -> list[Op]:
    source, target = _name(doc, at, rng), _name(doc, at, rng)
    outputs, inputs = [*doc.ports(at, source).outputs, "done"], [*doc.ports(at, target).inputs, "when"]
    edge = Edge(source, rng.choice(outputs), target, rng.choice(inputs), feedback=rng.random() < 0.4)
    without = _edge(doc, at, rng) if rng.random() < 0.3 and doc.at(at).edges else None
    return connecting.connect(doc, at, edge, replace_others=rng.random() < 0.2, without=without)


def _reorder(doc: Document, at: At, rng: random.Random) -> list[Op]:
    edge = _edge(doc, at, rng)
    count = len(connecting.edges_at(doc, at, edge.target, edge.target_port, False))
    return connecting.reorder_edges(doc, at, edge.target, edge.target_port, rng.sample(range(count), count))


def _add(doc: Document, at: At, rng: random.Random) -> list[Op]:
    boxes = rng.choice([None, places.estimated_boxes(doc, at)])
    return nodes.add_node(doc, at, rng.choice(list(TYPES)), (1, 2.04), name=rng.choice(["", "x y"]), boxes=boxes)[1]


def _rename(doc: Document, at: At, rng: random.Random) -> list[Op]:
    return renaming.rename_node(doc, at, _name(doc, at, rng), rng.choice(["fresh", "a", "when", "_"]))


def _duplicate(doc: Document, at: At, rng: random.Random) -> list[Op]:
    return fragments.duplicate(doc, at, _some(doc, at, rng), keep_inputs=rng.random() < 0.5)[1]


def _rename_port(doc: Document, at: At, rng: random.Random) -> list[Op]:
    name = _name(doc, at, rng)
    ports = doc.ports(at, name)
    old = rng.choice([*ports.inputs, *ports.outputs, "nothing"])
    return renaming.rename_port(doc, at, name, old, rng.choice(["fresh", "a", "when", "no dot.s"]))


def _paste(doc: Document, at: At, rng: random.Random) -> list[Op]:
    place, _ = rng.choice(list(doc.walk()))
    text = fragments.copy(doc, place, _some(doc, place, rng)) if rng.random() < 0.7 else plausible(rng).to_text()
    return fragments.paste(doc, at, text, (rng.randint(-99, 99), 7.25))[1]


def _annotate(doc: Document, at: At, rng: random.Random) -> list[Op]:
    boxes = places.estimated_boxes(doc, at)
    rect = Rect(rng.randint(-99, 99), 0, 300, 200)
    match rng.randint(0, 7):
        case 0:
            return drawn.add_frame(doc, at, Frame(rect, "New", "red"))[1]
        case 1:
            return drawn.change_frame(doc, at, 0, rng.choice([None, Frame(rect)]))
        case 2:
            return drawn.move_things(doc, at, (12.5, -3), boxes, names=_some(doc, at, rng), frame_numbers=[0, 1])
        case 3:
            return drawn.add_comment(doc, at, drawn.Comment(rect, "say"))[1]
        case 4:
            return drawn.change_comment(doc, at, 0, rng.choice([None, drawn.Comment(rect, "other")]))
        case 5:
            return drawn.set_points(doc, at, _edge(doc, at, rng), [(1, 2), (3.25, float("inf"))])
        case 6:
            return drawn.frame_around(doc, at, _some(doc, at, rng), boxes)[1]
        case _:
            return drawn.remove(doc, at, [0, 1], [0])


def _arrange(doc: Document, at: At, rng: random.Random) -> list[Op]:
    boxes = places.estimated_boxes(doc, at)
    some = _some(doc, at, rng)
    match rng.randint(0, 5):
        case 0:
            return places.move(doc, at, dict.fromkeys(some, (rng.randint(-999, 999), 1.26)), boxes)
        case 1:
            side: arranging.Side = rng.choice(["left", "right", "top", "bottom", "centre", "middle"])
            return arranging.align(doc, at, some, side, boxes)
        case 2:
            return arranging.distribute(doc, at, some, rng.choice(["across", "down"]), boxes)
        case 3:
            return arranging.auto_arrange(doc, at, boxes, rng.choice([None, some]), grid=rng.choice([0, 20]))
        case 4:
            return arranging.snapped(doc, at, some, boxes)
        case _:
            return places.move_by(doc, at, some, (1, 0))


def _set(doc: Document, at: At, rng: random.Random) -> list[Op]:
    name = _name(doc, at, rng)
    node = doc.node(at, name)
    match rng.randint(0, 4):
        case 0:
            key = rng.choice([*node.params, "template", "cases", "graph"])
            value = rng.choice([MISSING, "{x} {done}", "part", ["a", "b"], {"q": ("r", 1)}, None, float("nan")])
            return nodes.set_param(doc, at, name, key, value)
        case 1:
            return nodes.set_key(doc, at, name, "title", rng.choice(["", "Called so", 3, MISSING]))
        case 2:
            key = rng.choice(["fires", "on_error", "retries", "default", "limits", "timeout_s", "knockout"])
            values = ["once", "route", 2, {"text": "x"}, {"calls": 3}, {"odd": 1}, 1.5, "pass", MISSING]
            return nodes.set_key(doc, at, name, key, rng.choice(values))
        case 3:
            return nodes.change_type(doc, at, name, rng.choice([*TYPES, ""]))
        case _:
            return nodes.knock_out(doc, at, _some(doc, at, rng), rng.choice([None, True, "pass"]))


def _graph(doc: Document, at: At, rng: random.Random) -> list[Op]:
    graph = doc.at(at)
    store, body = rng.choice([*graph.stores, "tasks"]), rng.choice([*graph.graphs, "part"])
    match rng.randint(0, 8):
        case 0:
            return stores.add_store(doc, at, StoreDecl(rng.choice(["tasks", "more"]), "queue"))
        case 1:
            return stores.rename_store(doc, at, store, rng.choice(["jobs", "log", "1"]))
        case 2:
            return stores.delete_store(doc, at, store)
        case 3:
            return bodies.add_graph(doc, at, rng.choice(["part", "extra"]), plausible(rng, 2))
        case 4:
            return bodies.rename_graph(doc, at, body, rng.choice(["whole", "piece", "part"]))
        case 5:
            return bodies.delete_graph(doc, at, body)
        case 6:
            return nodes.set_graph_key(doc, at, rng.choice(["name", "about"]), rng.choice(["x", "part", 1]))
        case 7:
            return nodes.set_graph_key(doc, at, "limits", rng.choice([{"calls": 2}, {"odd": 1}, MISSING]))
        case 8:
            said = rng.choice([{"on_alarm": "pause"}, {"on_alarm": "halt"}, {"odd": "stop"}, "stop", MISSING])
            return nodes.set_graph_key(doc, at, "dynamics", said)
        case _:
            value = rng.choice([1, 0, None, "stop", "fail", MISSING])
            return nodes.set_graph_key(doc, at, rng.choice(["max_ticks", "until", "on_limit"]), value)


def _inline(doc: Document, at: At, rng: random.Random) -> list[Op]:
    regions = [name for name, node in doc.at(at).nodes.items() if node.type == "flow.subgraph"]
    name = rng.choice(regions) if regions else _name(doc, at, rng)
    return inlining.inline_subgraph(doc, at, name, strict=rng.random() < 0.5)


EDITS: dict[str, Edit] = {
    "connect": _connect,
    "cut": lambda doc, at, rng: connecting.unwire(doc, at, [_edge(doc, at, rng)]),
    "cut port": lambda doc, at, rng: connecting.unwire_nodes(doc, at, _some(doc, at, rng)),
    "feedback": lambda doc, at, rng: connecting.make_feedback(doc, at, _edge(doc, at, rng), initial=[1]),
    "same tick": lambda doc, at, rng: connecting.make_same_tick(doc, at, _edge(doc, at, rng)),
    "reorder wires": _reorder,
    "add": _add,
    "delete": lambda doc, at, rng: nodes.delete(doc, at, _some(doc, at, rng)),
    "rename": _rename,
    "rename port": _rename_port,
    "set": _set,
    "put on wire": lambda doc, at, rng: nodes.insert_on_edge(doc, at, _edge(doc, at, rng), _name(doc, at, rng)),
    "order": lambda doc, at, rng: nodes.move_in_order(doc, at, _name(doc, at, rng), rng.randint(0, 9)),
    "graph": _graph,
    "paste": _paste,
    "cut out": lambda doc, at, rng: fragments.cut(doc, at, _some(doc, at, rng))[1],
    "duplicate": _duplicate,
    "make subgraph": lambda doc, at, rng: subgraphs.make_subgraph(
        doc, at, _some(doc, at, rng), rng.choice(["piece", "part"]), strict=rng.random() < 0.5
    ),
    "inline": _inline,
    "annotate": _annotate,
    "arrange": _arrange,
}  # fmt: skip
"""Every kind of edit, by what it is called."""


def do_random_edit(doc: Document, rng: random.Random, kinds: list[str] | None = None) -> str:
    """Do one edit somewhere in a document; return its kind, or "" if it was refused. What it raises but GraphError is
    a fault of ours."""
    kind = rng.choice(kinds or list(EDITS))
    at, _ = rng.choice(list(doc.walk()))
    try:
        ops = EDITS[kind](doc, at, rng)
    except GraphError:
        return ""
    doc.do(kind, ops)
    return kind
