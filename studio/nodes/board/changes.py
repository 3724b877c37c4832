"""`board.changes`: what changed on a board since this node last looked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from studio.nodes._ports import name_problems
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, make_fields, node, param, port
from studio.support.values import ABSENT, Absent


@node(
    "board.changes", title="What changed on a board", category="Stores", icon="board-watch", stores={"store": "write"}
)
class Changes(Node):
    """Give the slots of a board that changed since this node last looked.

    Each slot that is named is an output, present only in a tick in which it is new: what is wired to it fires only
    then.  If nothing is new, `changed` is absent and `quiet` is true.  At its first look a node gets all there is.
    It sees what nodes before it in the graph's order wrote in this tick; what others write later, at its next look.
    """

    class Params(Fields):
        store: str = store_param("board")
        slots: list[str] = param((), help="The slots to watch, each with an output of its own; all if there are none.")

    class Out(Fields):
        changed: dict[str, Any] = port(help="What is new, by slot.")
        gone: list[Any] = port(help="Slots that were wiped.")
        quiet: bool = port(help="True if nothing is new, else absent.")

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        names = tuple(name for name in params.slots if isinstance(name, str) and name not in cls.Out.fields())
        return _outputs(names)

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from name_problems((*cls.Out.fields(), *params.slots), "slot")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Fields:
        found = ask(ctx, params.store, "board", "changes", reader=ctx.node, slots=list(params.slots))
        if found:
            versions = {slot: one["version"] for slot, one in found.items()}
            ask(ctx, params.store, "board", "look", reader=ctx.node, versions=versions)
        new = {slot: one["value"] for slot, one in found.items() if "value" in one}
        gone = [slot for slot in found if slot not in new]
        quiet = Absent(f"nothing has changed on the board `{params.store}` since `{ctx.node}` looked last")
        each = {
            slot: new[slot] if slot in new else Absent(f"`{slot}` was wiped") if slot in found else quiet
            for slot in params.slots
        }
        return self.outputs(params)(
            changed=new if found else quiet, gone=gone if found else quiet, quiet=ABSENT if found else True, **each
        )


@lru_cache(maxsize=64)
def _outputs(slots: tuple[str, ...]) -> type[Fields]:
    own = {name: port(type="any", help="What stands in the slot, if it is new.") for name in slots}
    return make_fields("Out", {**Changes.Out.fields(), **own})
