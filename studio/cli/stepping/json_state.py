"""A step and the state of its region for programs. Values from 64 bytes on stand as `{"$ref": hash, "size": n}`."""

from __future__ import annotations

from typing import Any

from studio.cli.commands.show import step_json
from studio.replay.cursor import Cursor
from studio.replay.states.state import NodeState, State
from studio.replay.states.wires import Lying
from studio.support.values import Json
from studio.trace.found import Ref


def cursor_json(cursor: Cursor) -> Json:
    """Return the current step, what was used by then, and the state of its region."""
    step = cursor.step()
    return {
        "step": cursor.seq, "steps": len(cursor), "totals": step.totals._asdict(), **step_json(step),
        "state": state_json(cursor.state()),
    }  # fmt: skip


def state_json(state: State) -> dict[str, Any]:
    """Return the state of a region."""
    return {
        "region": state.region.name, "tick": state.tick or None,
        "ticks": [{"region": name, "tick": tick or None} for name, tick in state.ticks],
        "nodes": [_node(node) for node in state.nodes.values()],
        "wires": [
            {
                "from": f"{wire.edge.source}.{wire.edge.source_port}",
                "to": f"{wire.edge.target}.{wire.edge.target_port}",
                "feedback": wire.edge.feedback, **_lying(wire.lying),
                "coming": None if wire.coming is None else _lying(wire.coming),
            }
            for wire in state.wires
        ],
        "stores": [
            {
                "name": store.name, "kind": store.kind, "scope": store.scope, "content": store.content,
                "known": store.known, "used": store.used, "in_item": store.in_item,
            }
            for store in state.stores
        ],
        "under_way": [
            {
                "id": firing.id, "node": firing.node, "tick": firing.tick, "started_at": firing.started_at / 1e9,
                "effects": [{"kind": effect.kind, "name": effect.name} for effect in effects],
            }
            for firing, effects in state.under_way
        ],
    }  # fmt: skip


def _node(node: NodeState) -> dict[str, Any]:
    return {
        "node": node.name, "state": node.state, "tick": None if node.last is None else node.last.tick,
        "step": None if node.last is None else node.last.seq, "reason": node.reason, "origin": node.origin or None,
        "outputs": {port: _value(value) for port, value in node.outputs.items()}, "since": node.since,
        "waits": [{"kind": wait.kind, "node": wait.node or None, "port": wait.port or None, "text": wait.text}
                  for wait in node.waits],
    }  # fmt: skip


def _lying(lying: Lying) -> dict[str, Any]:
    made = lying.firing
    return {
        "lies": lying.state, "value": _value(lying.value), "reason": lying.reason, "fresh": lying.fresh,
        "origin": lying.origin, "node": None if made is None else made.node,
        "tick": None if made is None else made.tick,
        "step": None if made is None else made.seq,
    }  # fmt: skip


def _value(value: Json) -> Json:
    return {"$ref": value.hash, "size": value.size} if isinstance(value, Ref) else value
