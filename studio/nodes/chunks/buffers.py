"""`chunks.buffers`: changes what stands in buffers."""

from __future__ import annotations

from typing import Any

from studio.nodes.chunks._buffers import changed_buffers
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.values import Absent


@node("chunks.buffers", title="Change buffers", category="Chunks", icon="board-write", stores={"store": "write"})
class Buffers(Node):
    """Change what stands in the buffers of an agent; each holds one chunk at most.

    A change is an object with `buffer` and `do`: `put` a `chunk`, `modify` its `slots`, `clear`, `request` (clears
    the buffer and makes it busy), `deliver` a `chunk` that was requested, or null, and whether that `failed`.
    *productions.fire* makes them.  Chunks that left a buffer come out, so that a memory may keep them (Anderson 2007,
    chapter 3).  The buffers are a *kv* store: by name an object with `chunk`, `busy`, `error`.
    """

    class Params(Fields):
        store: str = store_param("kv")

    class In(Fields):
        changes: list[Any] = port(help="What to change, in this order.")

    class Out(Fields):
        buffers: dict[str, Any] = port(help="All buffers afterwards, by name.")
        cleared: list[Any] = port(help="The chunks that left a buffer; absent if there are none.")
        came: list[Any] = port(help="The chunks that were put or delivered; absent if there are none.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        before = ask(ctx, params.store, "kv", "all")
        after, left, came = changed_buffers(before, inputs.changes)
        for name, state in after.items():
            if before.get(name) != state:
                ask(ctx, params.store, "kv", "set", key=name, value=state)
        nothing: Any = Absent("no chunk left a buffer")
        nobody: Any = Absent("no chunk came into a buffer")
        return self.Out(buffers=after, cleared=left or nothing, came=came or nobody)
