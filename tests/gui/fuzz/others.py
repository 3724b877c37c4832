"""What others do to a document while hands are at work: programs edit it, runs colour it, files change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtTest import QTest

from studio.editing import At, Document
from studio.editing.carrying.fragments import copy, paste
from studio.editing.document.ops import InsertEdge, Op, Place, PutGraph, PutNode, RemoveEdge, SetKey
from studio.editing.edits.connecting import connect, unwire
from studio.editing.edits.nodes import add_node, delete, set_key, set_param
from studio.editing.edits.renaming import rename_node
from studio.editing.edits.rules import can_connect
from studio.graph.model import Edge, Graph, NodeInstance
from studio.gui.base.action import all_actions
from studio.support.errors import StudioError
from tests.gui.fuzz.machine import Machine

_TYPES = (
    "text.template",
    "flow.switch",
    "flow.output",
    "flow.input",
    "json.get",
    "flow.subgraph",
    "flow.map",
    "no.such",
)
_TEXTS = ("{a} and {b}", "{topic}", "plain", "{a}{c}{d}", "")
MOST_NODES = 60
"""Nodes of a graph beyond which edits from outside add no more: pictures of thousands are another test's."""


def edit(machine: Machine) -> str:
    """Edit the document from outside, in the graph that is shown or in another, in mid-drag as well."""
    document = machine.random.choice(machine.workbench.documents)
    at = machine.random.choice([at for at, _ in document.walk()])
    act = machine.random.choice(_EDITS)
    try:
        ops = act(machine, document, at)
        done = document.do(act.__name__, ops)
    except StudioError as refused:
        return f"{act.__name__} in {'.'.join(at)}: refused, {str(refused)[:60]}"
    return f"{act.__name__} in {'.'.join(at)}" if done else ""


def undo_from_outside(machine: Machine) -> str:
    """Take back or redo in a document without asking the canvas to let go first."""
    document = machine.random.choice(machine.workbench.documents)
    return document.undo() if machine.random.random() < 0.6 else document.redo()


def reload(machine: Machine) -> str:
    """Show another graph in place of this one, as after a change on disk."""
    changeable = [one for one in machine.workbench.documents if one.locked is None]
    if not changeable:
        return ""
    document = machine.random.choice(changeable)
    document.replace(Graph.from_text(document.graph.to_text(), base=document.graph.base))
    document.history.clear()
    return document.title


def run(machine: Machine) -> str:
    """Start, pause, step or abort a run."""
    known = [name for name in sorted(all_actions()) if name.startswith("run.")]
    if not known:
        return ""
    name = machine.random.choice(known)
    machine.workbench.trigger(name)
    return name


def wait(machine: Machine) -> str:
    """Let timers and threads have a moment."""
    QTest.qWait(machine.random.choice((0, 5, 40)))
    return ""


def add(machine: Machine, document: Document, at: At) -> list[Op]:
    """Add a node, of an unknown type as well, at a place or at none."""
    if len(document.at(at).nodes) >= MOST_NODES:
        return remove(machine, document, at)
    kind = machine.random.choice(_TYPES)
    xy = (machine.random.randrange(-200, 900), machine.random.randrange(-200, 600))
    return add_node(document, at, kind, xy)[1]


def remove(machine: Machine, document: Document, at: At) -> list[Op]:
    """Delete one node or several."""
    names = list(document.at(at).nodes)
    return delete(document, at, machine.random.sample(names, min(len(names), machine.random.randint(1, 3))))


def rename(machine: Machine, document: Document, at: At) -> list[Op]:
    """Rename a node; whatever names it follows."""
    name = _node(machine, document, at)
    return rename_node(document, at, name, f"n{machine.random.randrange(1000)}") if name else []


def retext(machine: Machine, document: Document, at: At) -> list[Op]:
    """Change a param on which ports depend."""
    name = _node(machine, document, at)
    if not name:
        return []
    key = {"flow.switch": "cases", "llm.function": "instructions"}.get(document.at(at).nodes[name].type, "template")
    value = machine.random.choice(_TEXTS)
    return set_param(document, at, name, key, [value or "x"] if key == "cases" else value)


def retitle(machine: Machine, document: Document, at: At) -> list[Op]:
    """Change what is written on a card."""
    name = _node(machine, document, at)
    return set_key(document, at, name, "title", machine.random.choice(_TEXTS)) if name else []


def wire(machine: Machine, document: Document, at: At) -> list[Op]:
    """Wire two ports, as feedback if a cycle would close."""
    source, target = _node(machine, document, at), _node(machine, document, at)
    if not source:
        return []
    outputs = [*document.ports(at, source).outputs, "done"]
    inputs = [*document.ports(at, target).inputs, "when"]
    edge = Edge(source, machine.random.choice(outputs), target, machine.random.choice(inputs))
    refusal = can_connect(document, at, edge)
    if refusal is not None and refusal.offers_feedback:
        edge = replace(edge, feedback=True)
    return connect(document, at, edge)


def cut(machine: Machine, document: Document, at: At) -> list[Op]:
    """Cut a wire."""
    edges = document.at(at).edges
    return unwire(document, at, [machine.random.choice(edges)]) if edges else []


def break_wire(machine: Machine, document: Document, at: At) -> list[Op]:
    """Add a wire that no gesture could: to ports and nodes that do not exist."""
    source = _node(machine, document, at) or "nobody"
    edge = Edge(source, "nothing", machine.random.choice(("nowhere", source)), "lost", machine.random.random() < 0.5)
    return [InsertEdge(at, machine.random.randint(0, len(document.at(at).edges)), edge)]


def reorder(machine: Machine, document: Document, at: At) -> list[Op]:
    """Take a wire out of the file order and put it elsewhere."""
    edges = document.at(at).edges
    if not edges:
        return []
    number = machine.random.randrange(len(edges))
    return [RemoveEdge(at, number), InsertEdge(at, machine.random.randrange(len(edges)), edges[number])]


def place(machine: Machine, document: Document, at: At) -> list[Op]:
    """Move a node, forget its place, or write nonsense into the layout."""
    name = _node(machine, document, at)
    value = machine.random.choice(([10, 20], [1e200, -1e200], ["a", "b"], None, {"x": 1}, [300.5, -40]))
    known = name in document.at(at).layout
    return [Place(at, name, value)] if name and (value is not None or known) else []


def note(machine: Machine, document: Document, at: At) -> list[Op]:
    """Write frames and comments, whole ones and broken ones."""
    key = machine.random.choice(("/frames", "/comments", "/wires"))
    value = machine.random.choice(
        (
            [{"title": "f", "text": "t", "rect": [0, 0, 300, 200]}],
            [{"title": "<b>f</b>", "text": "<i>t</i>", "rect": [50, 50, 100, 100]}, 7],
            "nonsense",
            {"a.b -> c.d": [[1, 2], [3, "x"]]},
        )
    )
    return [Place(at, key, value)]


def retype(machine: Machine, document: Document, at: At) -> list[Op]:
    """Put a node of another type in the place of one."""
    name = _node(machine, document, at)
    return [PutNode(at, name, NodeInstance(name, machine.random.choice(_TYPES)))] if name else []


def body(machine: Machine, document: Document, at: At) -> list[Op]:
    """Add, replace or remove a subgraph, even one that is shown."""
    known = list(document.at(at).graphs)
    if known and machine.random.random() < 0.4:
        return [PutGraph(at, machine.random.choice(known), None)]
    if len(at) > 2:
        return []
    inner = Graph.from_text("studio: 1\nnodes: {item: {type: flow.input}, out: {type: flow.output}}\n", name="part")
    return [PutGraph(at, f"part{machine.random.randrange(3)}", inner)]


def about(machine: Machine, document: Document, at: At) -> list[Op]:
    """Change what the graph says of itself."""
    return [SetKey(at, "about", machine.random.choice(_TEXTS))]


def twice(machine: Machine, document: Document, at: At) -> list[Op]:
    """Copy some nodes and paste them."""
    names = list(document.at(at).nodes)
    if not names or len(names) >= MOST_NODES:
        return []
    text = copy(document, at, machine.random.sample(names, min(3, len(names))))
    return paste(document, at, text, (machine.random.randrange(500), machine.random.randrange(500)))[1]


def _node(machine: Machine, document: Document, at: At) -> str:
    names = list(document.at(at).nodes)
    return machine.random.choice(names) if names else ""


_EDITS: tuple[Callable[[Machine, Document, At], list[Op]], ...] = (
    add, add, remove, rename, retext, retitle, wire, wire, wire, cut, break_wire, reorder, place, note, retype, body,
    about, twice,
)  # fmt: skip
