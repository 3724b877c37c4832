"""`board.read`: what stands in a slot of a board."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import ABSENT, Absent

_NO: Any = ABSENT


@node("board.read", category="Stores", icon="board-read", stores={"store": "read"})
class Read(Node):
    """Give what stands in a slot of a board, whether it is new or not.

    If nothing stands there, `missing` is true and the other outputs are absent.
    """

    class Params(Fields):
        store: str = store_param("board")
        slot: str = param("", help="The slot, if nothing is wired to `slot`.")

    class In(Fields):
        slot: str = port("", help="The slot; else the param of that name.")

    class Out(Fields):
        value: Any = port(help="What stands there.")
        version: int = port(help="How often the slot has changed.")
        by: str = port(help="Path of the node that wrote it, empty if it was declared so.")
        missing: bool = port(help="True if nothing stands there, else absent.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        slot = inputs.slot or params.slot
        found = ask(ctx, params.store, "board", "read", slot=slot)
        if "value" in found:
            return self.Out(value=found["value"], version=found["version"], by=found["by"], missing=_NO)
        why: Any = Absent(f"nothing stands in `{slot}` of the board `{params.store}`")
        return self.Out(value=why, version=why, by=why, missing=True)
