"""`retrieve.fuse`: several rankings made one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.documents.ranking.fusion import RRF_K
from studio.nodes.retrieve._finding import fuse_rankings
from studio.nodes.retrieve._ranking import Ranked, RankParams
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node("retrieve.fuse", title="Fuse rankings", category="Documents", icon="fuse", limits="200,000 chunks in a ranking")
class Fuse(Node):
    """Make one ranking of several: by reciprocal rank fusion, each hit gets the sum of 1 / (constant + rank).

    Scores of different kinds cannot be added, ranks can. A hit of two rankings is the same if source, place and text
    are; it keeps what the first ranking says of it. Rankings count from their best hit on, whichever way they are
    ordered.
    """

    class Params(RankParams):
        constant: float = param(RRF_K, ge=0, le=10_000, help="The larger, the less the very first ranks stand out.")
        weights: list[Any] = param([], help="What each ranking counts, in the order of the wires; empty: 1 each.")

    class In(Fields):
        rankings: tuple[Any, ...] = port(
            many=True, type="list", help="Hits of rankings, or lists of chunks, best first."
        )

    class Out(Ranked):
        pass

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if not all(isinstance(one, int | float) and not isinstance(one, bool) and one >= 0 for one in params.weights):
            yield "`weights` holds numbers from 0 on."

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Any:
        return self.Out(**fuse_rankings(inputs.rankings, **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(fuse_rankings, changed(params), takes_firing=False)
