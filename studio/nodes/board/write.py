"""`board.write`: writes into a slot of a board."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node("board.write", category="Stores", icon="board-write", stores={"store": "write"})
class Write(Node):
    """Write a value into a slot of a board.

    What stood there is replaced, and *board.changes* tells everybody who watches the slot.  The value that stands there
    already is no change, unless *again* is set.
    """

    class Params(Fields):
        store: str = store_param("board")
        slot: str = param("", help="The slot, if nothing is wired to `slot`.")
        again: bool = param(False, help="Count it as a change also if the slot holds this very value.")

    class In(Fields):
        value: Any = port(help="What to write.")
        slot: str = port("", help="The slot; else the param of that name.")

    class Out(Fields):
        value: Any = port(help="The value, as it went in.")
        changed: bool = port(help="True if the slot has changed.")
        version: int = port(help="How often the slot has changed.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        slot = inputs.slot or params.slot
        done = ask(ctx, params.store, "board", "write", slot=slot, value=inputs.value, by=ctx.node, again=params.again)
        return self.Out(value=inputs.value, changed=done["changed"], version=done["version"])
