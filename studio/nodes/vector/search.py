"""`vector.search`: the entries of a vector store that come nearest to a question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from studio.nodes.store._filters import filled, filter_param, gap_problems, with_gaps
from studio.nodes.store._ops import ask, store_param
from studio.nodes.vector._entries import embedder_param, packed, vector_for
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import ABSENT, Absent, Json

_NO: Any = ABSENT
Mode = Literal["vector", "hybrid", "text"]


@node(
    "vector.search",
    title="Search vectors", category="Stores", icon="vector-search", effects="network", needs_approval=False,
    stores={"store": "read"}, library="numpy, SQLite FTS5, faiss",
    limits="1,000 entries; 10 of 100,000 in 20 ms; an index beyond 100,000",
)  # fmt: skip
class Search(Node):
    """Give the entries of a vector store that are nearest to a text, best first.

    *vector* ranks by nearness of meaning, *text* by the words the query and the entries share (BM25), *hybrid* joins
    both rankings: weight / (60 + rank by nearness) + (1 - weight) / (60 + rank by words) (reciprocal rank fusion,
    Cormack et al. 2009).  The filter is applied first, so the best of those that pass are given.  Beyond 100,000
    entries an index looks into the likely places only, which finds nearly all of the best; *exact* looks at all.
    """

    class Params(Fields):
        store: str = store_param("vector")
        k: int = param(10, ge=1, le=1000, help="At most so many entries.")
        mode: Mode = param("vector", choices=("vector", "hybrid", "text"), help="Rank by meaning, by both, by words.")
        weight: float = param(0.5, ge=0, le=1, help="What the rank by meaning counts in *hybrid*; the rest is words'.")
        filter: dict[str, Any] = filter_param("Which entries, by their metadata")
        min_score: float | None = param(None, help="Leave out entries that are less near than this.")
        exact: bool = param(False, help="Compare all entries of a large store, without the index.")
        embedder: str = embedder_param()

    class In(Fields):
        text: str = port("", help="What to look for.")
        vector: Any = port(None, type="vector", help="The vector to look for, instead of the text's.")

    class Out(Fields):
        items: list[Any] = port(help="The entries, best first: key, text, meta, score.")
        texts: list[Any] = port(help="Only their texts, in the same order.")
        first: dict[str, Any] = port(help="The best of them.")
        length: int = port(help="How many there are.")
        none: bool = port(help="True if there are none, else absent.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return with_gaps(cls.In, params.filter)

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from gap_problems(params.filter, cls.In.fields())

    async def run(self, ctx: RunContext, params: Params, inputs: Any) -> Out:
        how: dict[str, Json] = {"k": params.k}
        if params.mode != "text":
            how["vector"] = await _vector(ctx, params.embedder, params.mode, inputs.text, inputs.vector)
        if params.mode != "vector":
            how["text"] = _said(inputs.text, params.mode)
        optional = {
            "filter": filled(params.filter, vars(inputs)) or None,
            "weight": params.weight if params.mode == "hybrid" and params.weight != 0.5 else None,
            "min_score": params.min_score,
            "exact": params.exact or None,
        }
        how |= {name: value for name, value in optional.items() if value is not None}
        items = ask(ctx, params.store, "vector", "search", **how)
        why: Any = Absent(f"nothing in `{params.store}` was found")
        return self.Out(
            items=items, texts=[item["text"] for item in items], first=items[0] if items else why, length=len(items),
            none=_NO if items else True,
        )  # fmt: skip


async def _vector(ctx: RunContext, embedder: str, mode: str, text: str, vector: Json) -> str:
    if vector is not None:
        return packed(vector)
    return await vector_for(ctx, embedder, _said(text, mode))


def _said(text: str, mode: str) -> str:
    if not text.strip():
        hint = "Wire `text`, or `vector` to search by that." if mode == "vector" else "Wire `text`."
        raise NodeError(f"search by `{mode}` has no text to look for.", hint=hint, code="input")
    return text
