"""`chunks.add`: puts chunks into a memory."""

from __future__ import annotations

from typing import Any

from studio.nodes.chunks._remembering import by_content, remember
from studio.nodes.chunks._values import seconds
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port


@node(
    "chunks.add",
    title="Remember chunks", category="Chunks", icon="store-add", stores={"store": "write"}, limits="10,000 uses each",
)  # fmt: skip
class Add(Node):
    """Put chunks into a memory, each as a new one or as one more use of its equal.

    Equal are chunks that hold the same in the same slots, whatever their names (ACT-R 7 reference manual, declarative
    module: chunks cleared from a buffer are merged).  The memory is a *kv* store: by name an object with `slots`,
    `uses` (seconds) and `created`.
    """

    class Params(Fields):
        store: str = store_param("kv")

    class In(Fields):
        chunks: list[Any] = port(help="Objects with `slots`, and `name` and `uses` if they like.")
        time: float = port(0, help="The second at which they are used, if they do not say.")

    class Out(Fields):
        names: list[Any] = port(help="The names under which they are kept.")
        merged: list[Any] = port(help="Those of them that were there already.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        memory = ask(ctx, params.store, "kv", "all")
        known = by_content(memory)
        names, merged = [], []
        for chunk in inputs.chunks:
            name, merges = remember(memory, known, chunk, seconds(inputs.time))
            ask(ctx, params.store, "kv", "set", key=name, value=memory[name])
            names.append(name)
            if merges:
                merged.append(name)
        return self.Out(names=names, merged=merged)
