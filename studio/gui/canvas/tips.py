"""What is said about things on the canvas: tool tips, and the words for those who do not see it. Always plain text."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from studio.graph.model import IMPLICIT_PORTS
from studio.gui.canvas.library import IN, OUT
from studio.gui.canvas.node_item import PortId
from studio.gui.canvas.state import NodeState, shown_text
from studio.gui.canvas.targets import Target
from studio.spec.fields import MISSING
from studio.support.values import preview

if TYPE_CHECKING:
    from studio.gui.canvas.canvas import Canvas

MOST = 500

_IMPLIED = {
    "when": "The node runs only if this is present and not false.",
    "done": "Present when the node has fired.",
    "error": "What went wrong, if the node says `on_error: route`.",
}


def tip_of(canvas: Canvas, target: Target) -> str:
    """Return the tool tip of a target as rich text in which nothing of the graph is markup; "" for none."""
    match target.kind:
        case "port" if target.port is not None:
            lines = port_words(canvas, target.port)
        case "node":
            lines = node_words(canvas, target.node)
        case "wire" | "handle" if target.wire is not None and target.wire in canvas.projection.wires:
            lines = _wire_words(canvas, target)
        case "frame":
            lines = ["Drag to move the frame with what stands in it.", "Double-click to rename it."]
        case "comment":
            lines = ["Double-click to write."]
        case _:
            lines = []
    if not lines:
        return ""
    first, *rest = [escape(line[:MOST]).replace("\n", "<br>") for line in lines if line]
    body = "".join(f"<br>{line}" for line in rest)
    return f'<p style="white-space: pre-wrap; margin: 0">{"<b>" + first + "</b>"}{body}</p>'


def port_words(canvas: Canvas, port: PortId) -> list[str]:
    """Return what is known of a port, a line each."""
    field = canvas.projection.field(*port)
    if field is None:
        kind = "output" if port.is_output else "input"
        return [f"{port.node}.{port.name}", f"`{port.node}` has no {kind} of this name; a wire names it."]
    facts = [field.type]
    if port.side == IN and port.name not in IMPLICIT_PORTS:
        if field.required:
            facts.append("required")
        elif field.default is not MISSING and field.default is not None:
            facts.append(f"default {preview(field.default, 40)}")
        if field.join in ("many", "first"):
            facts.append("takes several wires" if field.join == "many" else "takes the first that arrives")
    return [f"{port.node}.{port.name}", ", ".join(facts), _IMPLIED.get(port.name, "") or field.help]


def node_words(canvas: Canvas, name: str) -> list[str]:
    """Return what is known of a node, a line each."""
    card = canvas.projection.cards.get(name)
    node = canvas.projection.model.nodes.get(name)
    if card is None or node is None:
        return []
    lines = [name, f"{node.title} ({node.type})" if node.title else node.type]
    if card.card.broken:
        lines.append(f"The type {node.type} is not known.")
    if node.knockout:
        lines.append("Lets its input pass." if node.knockout == "pass" else "Knocked out.")
    if card.problem is not None:
        lines.append(card.problem[1])
    state = card.state
    if state.status:
        facts = [state.status, f"tick {state.tick}" if state.tick else "", state.duration, state.cost]
        lines.append(" · ".join(fact for fact in facts if fact))
    if state.text:
        lines.append(shown_text(state))
    return lines


def _wire_words(canvas: Canvas, target: Target) -> list[str]:
    assert target.wire is not None
    wire = canvas.projection.wires[target.wire]
    edge = wire.edge
    field = canvas.projection.field(edge.source, OUT, edge.source_port)
    facts = [field.type if field is not None else "", "delivers at the next tick" if edge.feedback else ""]
    if edge.hold:
        facts.append("holds the last value")
    if edge.has_initial:
        facts.append(f"first {preview(edge.initial, 40)}")
    if edge.initial_from:
        facts.append(f"first {edge.initial_from}")
    if wire.count > 1:
        facts.append(f"{wire.count} equal edges")
    value = canvas.wire_value(edge) if canvas.wire_value is not None else ""
    return [f"{edge.source}.{edge.source_port} → {edge.target}.{edge.target_port}",
            ", ".join(fact for fact in facts if fact), value[:MOST]]  # fmt: skip


def _went(state: NodeState) -> str:
    """How a node went in the run that is shown; of one that is running not what it says meanwhile, which never ends."""
    if not state.status:
        return ""
    when = f" at tick {state.tick}" if state.tick else ""
    text = shown_text(state) if state.status != "running" else ""
    return f". {state.status}{when}" + (f": {text}" if text else "")


def describe(canvas: Canvas) -> None:
    """Tell those who do not see the canvas what is selected."""
    names = canvas.selected()
    view = canvas.view
    count = len(canvas.projection.cards)
    where = ".".join(canvas.at) or canvas.document.title
    view.setAccessibleName(f"Canvas of {where}"[:MOST])
    if len(names) == 1:
        node = canvas.projection.model.nodes[names[0]]
        into = ", ".join(edge.source for edge in canvas.projection.model.edges if edge.target == names[0])
        out = ", ".join(edge.target for edge in canvas.projection.model.edges if edge.source == names[0])
        words = f"{names[0]}, {node.type}, from {into or 'nothing'}, to {out or 'nothing'}"
        problem = canvas.projection.cards[names[0]].problem
        if problem is not None:
            words += f". {problem[0]}: {problem[1]}"
        words += _went(canvas.projection.cards[names[0]].state)
    elif names:
        words = f"{len(names)} nodes selected"
    else:
        wires = canvas.selected_edges()
        words = f"wire {wires[0]}" if len(wires) == 1 else f"{count} nodes, nothing selected"
    if view.accessibleDescription() != words[:MOST]:
        view.setAccessibleDescription(words[:MOST])
