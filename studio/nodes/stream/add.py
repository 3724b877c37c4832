"""`stream.add`: remembers something in a memory stream."""

from __future__ import annotations

from typing import Any, Literal

from studio.nodes.store._ops import ask, store_param
from studio.nodes.stream._time import now_port, tick_param, time_param, what_time
from studio.spec import Fields, Node, RunContext, node, param, port


@node(
    "stream.add",
    title="Remember", category="Stores", icon="stream-add", effects="reads", needs_approval=False,
    stores={"store": "write"},
)  # fmt: skip
class Add(Node):
    """Remember a text in a memory stream.

    Its importance is a number from 1 to 10 in the paper (Park et al. 2023): have a narrow *llm.function* rate it.  Its
    vector is what *llm.embed* makes of it; without one it is never relevant, only recent and important.
    """

    class Params(Fields):
        store: str = store_param("stream")
        importance: float = param(1, help="Its importance, if nothing is wired to `importance`.")
        kind: str = param("", help="What it is, for filters: event, thought, chat.")
        time: Literal["clock", "tick"] = time_param()
        tick_hours: float = tick_param()

    class In(Fields):
        text: str = port(help="What to remember.")
        vector: Any = port(None, type="vector", help="Its vector.")
        importance: float = port(None, help="Its importance; else the param of that name.")
        now: Any = now_port()
        id: str = port("", help="A name of its own for the entry; where it is taken, `~2` and so on is put to it.")
        kind: str = port("", help="What it is; else the param of that name.")
        meta: dict[str, Any] = port(None, help="An object with anything else; filters read it as `meta.name`.")

    class Out(Fields):
        id: str = port(help="Its name in the stream.")
        length: int = port(help="How many entries there are now.")

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        # The name says where it comes from, and is the same for an item of a map and when its writes are repeated.
        now = await what_time(ctx, params.time, params.tick_hours, inputs.now)
        done = ask(
            ctx, params.store, "stream", "add", id=inputs.id or f"{ctx.node}@{ctx.tick}", text=inputs.text,
            now=now, kind=inputs.kind or params.kind, vector=inputs.vector,
            importance=params.importance if inputs.importance is None else inputs.importance,
            meta={} if inputs.meta is None else inputs.meta,
        )  # fmt: skip
        return self.Out(id=done["id"], length=done["length"])
