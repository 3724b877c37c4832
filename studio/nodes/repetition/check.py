"""`repetition.check`: whether a text goes round in a circle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from studio.nodes.repetition._check import RULES, check_repetition
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node("repetition.check", title="Does it repeat itself?", category="Scores", icon="follow", blocking=True,
      limits="linear in the text")  # fmt: skip
class Check(Node):
    """Tell whether the end of a text repeats itself: the failure of models that go round in a circle.

    It does if a period of at most 1, 10, 20 or 30 tokens explains the last 10, 30, 45 or 60 of them; then once more
    without blank tokens. Source: the repetition filter of GitHub Copilot (copilot-explorer, extension 1.57), whose
    second pass, as published, looks at the first tokens instead of the last: the list was turned round twice.
    """

    class Params(Fields):
        rules: list[Any] = param(RULES, help="Pairs: longest period, length of the end.")
        blank_pass: Literal["published", "mended", "none"] = param(
            "published",
            choices=("published", "mended", "none"),
            help="The pass without blank tokens: over the first (*published*), the last (*mended*), or not at all.",
        )

    class In(Fields):
        text: Any = port(help="A text, or the list of its tokens.")

    class Out(Fields):
        repetitive: bool = port(help="True if it repeats itself.")
        period: int = port(help="After how many tokens it does; 0 if it does not.")
        tokens: int = port(help="How many tokens there are.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        for rule in params.rules:
            if not (
                isinstance(rule, list | tuple) and len(rule) == 2 and all(type(one) is int for one in rule)
                and 1 <= rule[0] < rule[1] <= 10_000
            ):  # fmt: skip
                yield "`rules` are pairs of whole numbers: a period from 1 on, and a longer end (at most 10,000)."
                return
        if not params.rules:
            yield "`rules` must name at least one pair."

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**check_repetition(inputs.text, **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(check_repetition, changed(params), takes_firing=False)
