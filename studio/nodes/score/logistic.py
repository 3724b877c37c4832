"""`score.logistic`: a probability from weighted features."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes.score._logistic import logistic
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain


@node("score.logistic", title="Logistic score", category="Scores", icon="formula", limits="linear in the features")
class Logistic(Node):
    """Weigh features and make a probability of their sum: 1 / (1 + e^-(intercept + sum of weight · feature)).

    *tables* give words a weight of their own, as `{language: {python: 0.3}}`; a word that stands in no table counts 0.
    It is a logistic regression whose weights were learned elsewhere (Cox 1958).
    """

    class Params(Fields):
        weights: dict[str, Any] = param(help="The weight of each feature that is a number; true counts 1.")
        intercept: float = param(0.0, help="What the sum begins with.")
        tables: dict[str, Any] = param({}, help="For features that are words: the weight of each word.")

    class In(Fields):
        features: dict[str, Any] = port(help="The features by name.")

    class Out(Fields):
        value: float = port(help="The probability, from 0 to 1.")
        total: float = port(help="The weighted sum.")
        parts: Any = port(type="json", help="What each feature adds to it.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if not _numbers(params.weights):
            yield "`weights` is an object of numbers: one for each feature."
        if not isinstance(params.tables, dict) or not all(_numbers(table) for table in params.tables.values()):
            yield "`tables` is an object of objects of numbers."

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**logistic(inputs.features, **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(logistic, params.as_dict(), takes_firing=False)


def _numbers(value: Any) -> bool:
    return isinstance(value, dict) and all(type(one) in (int, float) for one in value.values())
