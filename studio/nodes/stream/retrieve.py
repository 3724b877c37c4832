"""`stream.retrieve`: what a memory stream brings to mind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from studio.nodes.store._filters import filter_param, gap_problems, with_gaps
from studio.nodes.store._ops import store_param
from studio.nodes.stream._recalling import recall
from studio.nodes.stream._time import now_port, tick_param, time_param
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Formula, Plain, changed
from studio.support.expressions import Expression, ExpressionError

NAMES = (
    "recency", "importance", "relevance", "raw_recency", "raw_importance", "raw_relevance", "idle_hours", "age_hours",
    "rank", "count",
)  # fmt: skip
"""What a formula may name."""


@node(
    "stream.retrieve",
    title="Recall memories", category="Stores", icon="stream-read", effects="reads", needs_approval=False,
    stores={"store": "write"}, limits="10,000 entries in 0.4 s",
)  # fmt: skip
class Retrieve(Node):
    """Give the entries of a memory stream that score highest, and note that they were remembered.

    The score is a formula over `recency`, `importance` and `relevance`, each scaled to 0…1 over the candidates (0.5 if
    all are equal).  The default is that of Generative Agents (Park et al. 2023, section 4.1): their sum, with recency
    0.995 to the power of the hours since the last access.  Its released program reckons otherwise: `0.5 * recency + 3 *
    relevance + 2 * importance`, *decay* 0.99, *recency* by `rank` (1 is the oldest).  Without scaling there are
    `raw_recency`, `raw_importance`, `raw_relevance` (a cosine); also `idle_hours` since the last access, `age_hours`,
    `rank` and `count`.  Nodes later in the graph's order see the new access times.
    """

    class Params(Fields):
        store: str = store_param("stream")
        limit: int = param(10, ge=0, le=100_000, help="At most so many entries.")
        formula: str = param(
            "recency + importance + relevance", help="The score of an entry.", editor={"kind": "expression"}
        )
        decay: float = param(0.995, ge=1e-9, le=1, help="What is left of the recency after an hour, or a rank.")
        recency: Literal["hours", "rank"] = param(
            "hours", choices=("hours", "rank"), help="Recency by hours since the last access, or by rank."
        )
        filter: dict[str, Any] = filter_param(
            "Which entries, by `text`, `kind`, `importance`, `age_hours`, `idle_hours`, `meta.name`"
        )
        ties: Literal["newest", "released"] = param(
            "newest",
            choices=("newest", "released"),
            help="Of equal scores the newest first; or as the released program has it: the one accessed longest ago, "
            "of those accessed at one time the newest, thoughts after all others. It also settles equal ranks.",
        )
        touch: bool = param(True, help="Note that the entries were accessed now.")
        time: Literal["clock", "tick"] = time_param()
        tick_hours: float = tick_param()

    class In(Fields):
        vector: Any = port(None, type="vector", help="The query's vector; without one nothing is relevant.")
        now: Any = now_port()
        limit: int = port(None, help="At most so many entries; else the param of that name.")

    class Out(Fields):
        items: list[Any] = port(help="The entries with their scores and terms, highest first.")
        texts: list[Any] = port(help="Only their texts, in the same order.")
        length: int = port(help="How many there are.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return with_gaps(cls.In, params.filter)

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        try:
            unknown = [name for name in Expression.parse(params.formula).names if name not in NAMES]
        except ExpressionError as error:
            yield str(error)
        else:
            for name in unknown[:1]:
                yield f"The formula names `{name}`, but there are {', '.join(NAMES)}."
        yield from gap_problems(params.filter, cls.In.fields())

    async def run(self, ctx: RunContext, params: Params, inputs: Any) -> Out:
        settings = params.as_dict()
        expression = Expression.parse(settings.pop("formula"))
        return self.Out(**await recall(ctx, vars(inputs), expression=expression, **settings))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        expression = {"expression": Formula(params.formula)}
        return Plain(recall, {"store": params.store, **expression, **changed(params, "store", "formula")}, "mapping")
