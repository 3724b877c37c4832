"""`vector.add`: remembers texts by their meaning."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.nodes.vector._entries import embedder_param, entries
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import Absent


@node(
    "vector.add",
    title="Add to vectors", category="Stores", icon="vector-add", effects="network", needs_approval=False,
    stores={"store": "write"}, library="numpy, SQLite FTS5",
    limits="texts of 100,000 characters, 10,000 at once, 2,000,000 in all",
)  # fmt: skip
class Add(Node):
    """Remember a text, or each text of a list, in a vector store.

    The node embeds the text itself; a vector that is wired is taken instead.  Of a list, `vector` and `key` are lists
    as well, and `meta` a list or one object for all.  A key that is there already gets the new text.  Without a key,
    text and metadata make one: the same text with the same metadata is kept once.
    """

    class Params(Fields):
        store: str = store_param("vector")
        embedder: str = embedder_param()
        meta: dict[str, Any] = param(None, type="json", help="Metadata, if nothing is wired to `meta`.")

    class In(Fields):
        text: Any = port(type="any", help="A text or a list of texts.")
        vector: Any = port(None, type="any", help="The vector of the text, or a list with one for each.")
        meta: Any = port(None, type="any", help="An object with anything that filters shall find, or a list of them.")
        key: Any = port(None, type="any", help="The name of the entry, or a list of names.")

    class Out(Fields):
        key: str = port(help="The name of the entry; absent if a list was given.")
        keys: list[Any] = port(help="The names of the entries, in order.")
        length: int = port(help="How many entries the store holds now.")

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        meta = params.meta if inputs.meta is None else inputs.meta
        new = await entries(ctx, params.embedder, inputs.text, inputs.vector, meta, inputs.key)
        done = ask(ctx, params.store, "vector", "add", entries=new)
        one: Any = Absent("a list of texts was given; see `keys`")
        return self.Out(
            key=done["keys"][0] if isinstance(inputs.text, str) else one, keys=done["keys"], length=done["length"]
        )
