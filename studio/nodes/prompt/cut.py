"""`prompt.cut`: the first or the last tokens of a text."""

from __future__ import annotations

from typing import Any, Literal

from studio.nodes.prompt._counting import LIBRARY, counter_param, counter_port, must_not_count_tokens
from studio.nodes.prompt._cut import cut_to_size
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node("prompt.cut", title="Cut to size", category="Prompts", icon="window", blocking=True, library=LIBRARY,
      limits="20 million characters")  # fmt: skip
class Cut(Node):
    """Keep the first or the last tokens of a text, as many as there is room for.

    The cut may fall within a line; `start_line` says in which. RepoCoder keeps the last 2,000 tokens before the hole,
    Copilot the first ones behind the cursor.
    """

    class Params(Fields):
        keep: Literal["first", "last"] = param("last", choices=("first", "last"), help="Which end is kept.")
        size: int = param(2_000, ge=0, le=10_000_000, help="At most so many tokens, if nothing is wired to `most`.")
        count: Literal["tokens", "words", "code"] = counter_param()

    class In(Fields):
        text: str = port(help="The text to cut.")
        most: int = port(None, help="At most so many tokens; else `size`.")
        counter: str = counter_port()

    class Out(Fields):
        text: str = port(help="What was kept.")
        size: int = port(help="How many tokens it has.")
        start_line: int = port(help="The line in which it begins, counted from 0.")
        left_out: int = port(help="How many tokens were left out.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**cut_to_size(inputs.text, inputs.most, inputs.counter, **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        must_not_count_tokens(params.count)
        return Plain(cut_to_size, changed(params), takes_firing=False)
